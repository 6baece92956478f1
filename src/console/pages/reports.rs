//! Reports about points: what is owed and moved, as of any instant, by source and by day; what expires; deferred revenue.

use super::super::ask::Ask;
use super::super::blocks::{Block, Field, Table, chart, filter};
use super::super::page::{Page, Way, home};

use crate::api::Problem;
use serde_json::Value;

/// The words of ranges, and none.
pub(super) const RANGES: [&str; 5] = ["", "last-month", "this-month", "last-7-days", "last-30-days"];

/// A report of the API as a picture and a table, both to be had alone. `columns` are fields with their heads.
pub(super) fn report(
    ask: &Ask<'_>,
    (path, query): (&str, &str),
    caption: &str,
    columns: &[(&'static str, &str)],
) -> Result<(Vec<Block>, Table, Vec<Value>), Problem> {
    let page = ask.page(&format!("{path}?{query}"))?;
    let id = path.rsplit('/').next().unwrap_or_default();
    let picture = page.figure.filter(|_| !page.rows.is_empty());
    let pictures = picture.and_then(|figure| chart(&figure, id, Some(format!("/data{path}.svg?{query}"))));
    let table = Table::of(caption, columns, &page.rows).exported(path, query);
    Ok((pictures.into_iter().collect(), table, page.rows))
}

/// The pictures, then their table.
pub(super) fn beside(pictures: Vec<Block>, table: Table) -> impl Iterator<Item = Block> {
    pictures.into_iter().chain([Block::Table(table)])
}

/// Where the reports about points are.
pub(super) fn related(program: u32) -> Block {
    let pages = [
        ("By month or day", "liability"),
        ("By source, as of any instant", "outstanding"),
        ("Expiry curve", "expiry"),
        ("Deferred revenue and breakage", "deferred-revenue"),
        ("Source report", "source-report"),
    ];
    Block::Links(pages.map(|(name, page)| (name.to_owned(), format!("/p/{program}/{page}"))).into())
}

fn lines(way: &Way<'_>, fields: &[(&'static str, &'static str, &'static str)]) -> Vec<Field> {
    fields.iter().map(|(name, label, kind)| Field::line(name, label, kind, way.asked(name))).collect()
}

fn range(way: &Way<'_>) -> Field {
    Field::choice("range", "or days by name", &RANGES, way.asked("range"))
}

/// What the query says of days: a range by its name goes before a first and a last day.
fn days(way: &Way<'_>, others: &[&str]) -> String {
    let own: &[&str] = if way.asked("range").is_empty() { &["from", "to"] } else { &["range"] };
    way.pass(&[others, own].concat())
}

/// The columns of what moved and is owed, by something.
fn moved(by: &str) -> [(&'static str, &str); 8] {
    [
        ("bucket", by),
        ("point_type", "point type"),
        ("issued_exact", "issued"),
        ("redeemed", "redeemed"),
        ("expired", "expired"),
        ("cancelled", "cancelled"),
        ("repaid", "repaid"),
        ("outstanding_exact", "owed at the end"),
    ]
}

/// What is owed, by month or day.
pub(super) fn liability(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let path = format!("/v1/programs/{program}/reports/liability");
    let query = days(way, &["by", "point_type", "source"]);
    let axis = if way.asked("by") == "day" { "day" } else { "month" };
    let mut fields = vec![Field::choice("by", "By", &["month", "day"], way.asked("by"))];
    fields.extend(lines(way, &[("from", "From", "date"), ("to", "To", "date")]));
    fields.push(range(way));
    fields.extend(lines(way, &[("point_type", "Point type", "number"), ("source", "Source", "number")]));
    let columns = moved(axis);
    let (pictures, table, _) = report(ask, (&path, &query), "Points owed and moved", &columns)?;
    let mut blocks = vec![related(program), filter(format!("/p/{program}/liability"), "Filters", fields)];
    blocks.extend(beside(pictures, table.or("Nothing moved in this time.")));
    Ok(Page { title: "Liability".to_owned(), trail: home(), program: Some(program), blocks })
}

/// What is owed by source and type, as of any instant (rules E50, E51).
pub(super) fn outstanding(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let path = format!("/v1/programs/{program}/reports/outstanding");
    let query = way.pass(&["as_of", "source", "point_type", "by_subtype"]);
    let mut fields = lines(
        way,
        &[
            ("as_of", "As of a day or an instant (empty: now)", "text"),
            ("source", "Sources, with commas", "text"),
            ("point_type", "Point types, with commas", "text"),
        ],
    );
    fields.push(Field::choice("by_subtype", "A row for each subtype", &["", "true"], way.asked("by_subtype")));
    let columns = [("source", "source"), ("point_type", "point type"), ("subtype", "subtype"), ("owed_exact", "owed")];
    let (pictures, table, rows) = report(ask, (&path, &query), "Points owed; source 0: without one", &columns)?;
    let text = "Points that members are owed, by where they come from. The report of a past instant says what it said \
                then: 2026-03-31 means the end of that day in the program's zone, 2026-03-31T12:00:00Z that instant.";
    let mut blocks = vec![
        related(program),
        filter(format!("/p/{program}/outstanding"), "Filters", fields),
        Block::Note { tone: "plain", text: text.to_owned() },
    ];
    let table = to_sources(table, 0, (&rows, "source"), program);
    blocks.extend(beside(pictures, table.or("Nothing was owed then.")));
    Ok(Page { title: "Points owed by source".to_owned(), trail: trail(program), program: Some(program), blocks })
}

/// What expires when, and whose.
pub(super) fn expiry(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let path = format!("/v1/programs/{program}/reports/expiry");
    let by = if way.asked("by").is_empty() { "month" } else { way.asked("by") };
    let query = way.pass(&["to", "as_of", "source", "point_type"]);
    let query = if query.is_empty() { format!("by={by}") } else { format!("by={by}&{query}") };
    let mut fields = vec![Field::choice("by", "By", &["month", "day"], by)];
    fields.extend(lines(
        way,
        &[
            ("to", "Up to", "date"),
            ("as_of", "As of a day or an instant (empty: now)", "text"),
            ("source", "Sources, with commas", "text"),
            ("point_type", "Point types, with commas", "text"),
        ],
    ));
    let head = if by == "month" { "last usable in" } else { "last usable on" };
    let columns = [("bucket", head), ("point_type", "point type"), ("points_exact", "points")];
    let (pictures, table, _) =
        report(ask, (&path, &query), "Points that expire, unless they are used before", &columns)?;
    let mut blocks = vec![related(program), filter(format!("/p/{program}/expiry"), "Filters", fields)];
    blocks.extend(beside(pictures, table.or("No points that members have expire in this time.")));
    let path = format!("/v1/programs/{program}/reports/expiring");
    let asked = way.pass(&["until"]);
    let page = ask.page(&format!("{path}?{asked}&limit=50&{}", way.pass(&["cursor"])))?;
    let fields = vec![Field::line("until", "Until (empty: 30 days from today)", "date", way.asked("until"))];
    blocks.push(filter(format!("/p/{program}/expiry"), "Whose points expire soon", fields));
    let columns = [("member", "member"), ("point_type", "point type"), ("at", "unusable from"), ("points", "points")];
    let table = Table::of("Members whose points expire soon", &columns, &page.rows).exported(&path, &asked);
    let mut table = table.leading(0, &page.rows, "member", &format!("/p/{program}/members"));
    table.next = page.next.map(|next| format!("/p/{program}/expiry?{asked}&cursor={next}"));
    blocks.push(Block::Table(table.or("Nobody's points expire until then.")));
    Ok(Page { title: "Expiry curve".to_owned(), trail: trail(program), program: Some(program), blocks })
}

/// What has become of points that were issued, and of the money that was deferred for them (rule E52).
pub(super) fn deferred(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let base = format!("/v1/programs/{program}/reports");
    let common = ["as_of", "source", "point_type"];
    let query = days(way, &common);
    let money = days(way, &[&common[..], &["value", "redeemed_per_mille"]].concat());
    let mut fields = lines(way, &[("from", "Issued from", "date"), ("to", "to", "date")]);
    fields.push(range(way));
    fields.extend(lines(
        way,
        &[
            ("as_of", "As of a day or an instant (empty: now)", "text"),
            ("source", "Sources, with commas", "text"),
            ("point_type", "Point types, with commas", "text"),
            ("value", "A thousand points are worth (smallest unit of money; empty: 1000)", "number"),
            ("redeemed_per_mille", "Of a thousand points are redeemed (empty: as seen so far)", "number"),
        ],
    ));
    let columns = [
        ("source", "source"),
        ("point_type", "point type"),
        ("issued_exact", "points issued"),
        ("redeemed_exact", "redeemed"),
        ("expected_exact", "expected to be redeemed"),
        ("breakage_exact", "breakage"),
        ("deferred_exact", "deferred"),
        ("recognised_exact", "recognised"),
        ("liability_exact", "still owed"),
    ];
    let path = format!("{base}/deferred-revenue");
    let (pictures, table, rows) =
        report(ask, (&path, &money), "Points, then money in its smallest unit; source 0: without one", &columns)?;
    let text = "When points are given, a part of the price is not revenue yet: it is deferred, and recognised as the \
                points are redeemed, in proportion to all that are expected to be (IFRS 15). Points that nobody is \
                expected to redeem are breakage. The expectation is learned from points that were redeemed or have \
                expired, unless you set it.";
    let mut blocks = vec![
        related(program),
        filter(format!("/p/{program}/deferred-revenue"), "Filters", fields),
        Block::Note { tone: "plain", text: text.to_owned() },
    ];
    blocks.extend(beside(
        pictures,
        to_sources(table, 0, (&rows, "source"), program).or("No points were issued in these days."),
    ));
    let columns = [
        ("source", "source"),
        ("point_type", "point type"),
        ("issued_exact", "issued"),
        ("redeemed_exact", "redeemed"),
        ("expired_exact", "expired"),
        ("cancelled_exact", "cancelled"),
        ("other_exact", "otherwise gone"),
        ("left_exact", "left"),
    ];
    let path = format!("{base}/cohorts");
    let (pictures, table, rows) =
        report(ask, (&path, &query), "What became of the points that were issued in these days", &columns)?;
    blocks.extend(beside(
        pictures,
        to_sources(table, 0, (&rows, "source"), program).or("No points were issued in these days."),
    ));
    let title = "Deferred revenue and breakage".to_owned();
    Ok(Page { title, trail: trail(program), program: Some(program), blocks })
}

/// What each source issued, and what became of it; and what happened by day (rules E53 to E56).
pub(super) fn sources(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let base = format!("/v1/programs/{program}/reports");
    let mut fields = lines(way, &[("from", "From", "date"), ("to", "To", "date")]);
    fields.push(range(way));
    fields.extend(lines(
        way,
        &[("point_type", "Point type", "number"), ("source", "By day: sources, with commas", "text")],
    ));
    let mut blocks = vec![related(program), filter(format!("/p/{program}/source-report"), "Filters", fields)];
    let columns = moved("source");
    let (path, query) = (format!("{base}/sources"), days(way, &["point_type"]));
    let (pictures, table, rows) = report(ask, (&path, &query), "By source; 0: points without one", &columns)?;
    blocks.extend(beside(pictures, to_sources(table, 0, (&rows, "bucket"), program).or("Nothing moved in this time.")));
    let columns = [
        ("day", "day"),
        ("issued_exact", "issued"),
        ("redeemed_exact", "redeemed"),
        ("expired_exact", "expired"),
        ("issued_so_far_exact", "issued so far"),
        ("redeemed_so_far_exact", "redeemed so far"),
        ("expired_so_far_exact", "expired so far"),
    ];
    let (path, query) = (format!("{base}/days"), days(way, &["point_type", "source"]));
    let (pictures, table, _) = report(ask, (&path, &query), "By day: of each day, and summed up so far", &columns)?;
    blocks.extend(beside(pictures, table.or("Nothing moved in this time.")));
    Ok(Page { title: "Source report".to_owned(), trail: home(), program: Some(program), blocks })
}

fn trail(program: u32) -> Vec<(String, String)> {
    let mut trail = home();
    trail.push(("Liability".to_owned(), format!("/p/{program}/liability")));
    trail
}

/// The cells of a column leading to the pages of sources, but those without one.
fn to_sources(table: Table, column: usize, (rows, name): (&[Value], &str), program: u32) -> Table {
    let mut table = table.leading(column, rows, name, &format!("/p/{program}/sources"));
    for cell in table.rows.iter_mut().filter_map(|row| row.get_mut(column)).filter(|cell| cell.text == "0") {
        cell.href = None;
    }
    table
}
