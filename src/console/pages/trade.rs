//! What several partners share: groups, schemes and offers; and awards by the reader's own criteria.

use super::super::ask::Ask;
use super::super::blocks::{Block, Field, Table, filter};
use super::super::page::{Page, Way, home};
use super::reports::RANGES;

use crate::api::Problem;

/// What rows of the report may be grouped by, and their heads.
const DIMENSIONS: [(&str, &str); 10] = [
    ("partner", "partner"),
    ("month", "month"),
    ("kind", "what"),
    ("state", "settled?"),
    ("offer", "offer"),
    ("scheme", "scheme"),
    ("member", "member"),
    ("brand", "brand"),
    ("medium", "payment medium"),
    ("rule", "rule"),
];

fn trail(program: u32) -> Vec<(String, String)> {
    let mut trail = home();
    trail.push(("Settlement".to_owned(), format!("/p/{program}/settlement")));
    trail
}

/// Groups, schemes, offers (rules C01, C10, C72, C111).
pub(super) fn definitions(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let here = format!("/p/{program}/settlement/definitions");
    let mut blocks = Vec::new();
    let table = |name: &str, caption: &str, columns: &[(&'static str, &str)], empty: &'static str| {
        let path = format!("/v1/programs/{program}/{name}");
        let page = ask.page(&format!("{path}?limit=100&{}", way.place(name)))?;
        let mut table = Table::of(caption, columns, &page.rows).exported(&path, "").or(empty);
        table.next = page.next.map(|next| format!("{here}?{name}={next}"));
        Ok::<Table, Problem>(table)
    };
    let columns = [
        ("group", "group"),
        ("name", "name"),
        ("partners", "its partners"),
        ("collaborating", "collaborates with groups"),
    ];
    let empty = "There is no group: each partner stands alone.";
    blocks.push(Block::Table(table("partner-groups", "Groups of partners", &columns, empty)?));
    let columns =
        [("scheme", "scheme"), ("name", "name"), ("life_cycle", "life cycle"), ("accessible_to", "only for partners")];
    let empty = "There is no scheme: define one before purchases under agreements.";
    blocks.push(Block::Table(table("schemes", "Reward schemes", &columns, empty)?.worded(2)));
    let columns = [
        ("offer", "offer"),
        ("name", "name"),
        ("scheme", "scheme"),
        ("class", "classification"),
        ("spend_method", "spent"),
        ("basis", "for"),
        ("life_cycle", "life cycle"),
        ("is_settled", "settled with partners"),
    ];
    let offers = table("offers", "Reward offers", &columns, "There is no offer yet.")?;
    blocks.push(Block::Table([3, 4, 5, 6].into_iter().fold(offers, Table::worded)));
    let title = "Groups, schemes and offers".to_owned();
    Ok(Page { title, trail: trail(program), program: Some(program), blocks })
}

/// Awards and spends by the reader's own criteria (rule C101).
pub(super) fn awards(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    const NAMES: [&str; 11] =
        ["", "partner", "month", "kind", "state", "offer", "scheme", "member", "brand", "medium", "rule"];
    let path = format!("/v1/programs/{program}/reports/awards");
    let mut by: Vec<&str> =
        ["by", "then"].map(|name| way.asked(name)).into_iter().filter(|name| !name.is_empty()).collect();
    by.dedup();
    if by.is_empty() {
        by.push("partner");
    }
    let own: &[&str] = if way.asked("range").is_empty() { &["from", "to"] } else { &["range"] };
    let asked = way.pass(&[own, &["partner", "scheme", "offer"]].concat());
    let query = format!("by={}&{asked}", by.join(","));
    let line = |name, label, kind| Field::line(name, label, kind, way.asked(name));
    let fields = vec![
        Field::choice("by", "A row for each", &NAMES[1..], by.first().copied().unwrap_or_default()),
        Field::choice("then", "and each", &NAMES, way.asked("then")),
        line("from", "From", "date"),
        line("to", "To", "date"),
        Field::choice("range", "or days by name", &RANGES, way.asked("range")),
        line("partner", "Partners, with commas", "text"),
        line("scheme", "Schemes, with commas", "text"),
        line("offer", "Offers, with commas", "text"),
    ];
    let page = ask.page(&format!("{path}?{query}"))?;
    let mut columns: Vec<(&'static str, &str)> = DIMENSIONS.into_iter().filter(|(name, _)| by.contains(name)).collect();
    columns.extend([
        ("events_exact", "events"),
        ("amount_exact", "awards and spends"),
        ("contribution_exact", "partners bear"),
        ("host_exact", "the host bears"),
    ]);
    let dimensions = columns.len().saturating_sub(4);
    let table = Table::of("Awards and spends, in minor units", &columns, &page.rows).exported(&path, &query);
    let table = (0..dimensions).fold(table, Table::worded).or("No award and no spend fits.");
    let text = "Cancellations count against what they cancel. What is not settled yet has no contribution.";
    let blocks = vec![
        filter(format!("/p/{program}/settlement/awards"), "Criteria", fields),
        Block::Note { tone: "plain", text: text.to_owned() },
        Block::Table(table),
    ];
    Ok(Page { title: "Awards and spends".to_owned(), trail: trail(program), program: Some(program), blocks })
}
