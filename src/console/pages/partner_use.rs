//! How long a partner's blocks last, what members were given for what it paid, and what settlement did with it: pages of
//! one partner.

use super::super::ask::Ask;
use super::super::blocks::{Block, Fact, Field, Table, filter, plain};
use super::super::page::{Page, Way, home, nothing};
use super::reports::{RANGES, beside, report};

use crate::api::Problem;
use crate::chart::grouped;

/// Where the pages about a partner are.
pub(super) fn related(program: u32, partner: u32, has_receivables: bool) -> Block {
    let here = format!("/p/{program}/partners/{partner}");
    let mut links = vec![
        ("How long its blocks last".to_owned(), format!("{here}/forecast")),
        ("Reconciliation".to_owned(), format!("{here}/reconciliation")),
    ];
    if has_receivables {
        links.push(("Settlement report".to_owned(), format!("{here}/settled")));
        links.push(("Credits to members".to_owned(), format!("{here}/credits")));
    }
    Block::Links(links)
}

/// A partner's id and the parts of its addresses: of the API, of the console.
struct Of {
    partner: u32,
    path: String,
    here: String,
    trail: Vec<(String, String)>,
}

fn of(program: u32, partner: &str) -> Result<Of, Problem> {
    let partner: u32 = partner.parse().map_err(|_| nothing())?;
    let here = format!("/p/{program}/partners/{partner}");
    let mut trail = home();
    trail.push((format!("Partner {partner}"), here.clone()));
    Ok(Of { partner, path: format!("/v1/programs/{program}/partners/{partner}"), here, trail })
}

/// Days as a first and a last one, or by name.
fn during(way: &Way<'_>, here: String) -> (Block, String) {
    let line = |name, label| Field::line(name, label, "date", way.asked(name));
    let range = Field::choice("range", "or days by name", &RANGES, way.asked("range"));
    let own: &[&str] = if way.asked("range").is_empty() { &["from", "to"] } else { &["range"] };
    (filter(here, "Filters", vec![line("from", "From"), line("to", "To"), range]), way.pass(own))
}

fn note(text: &str) -> Block {
    Block::Note { tone: "plain", text: text.to_owned() }
}

/// The page of a question that is refused, such as one about more days than are read at once: with its form.
fn refused(problem: &Problem, (title, trail): (String, Vec<(String, String)>), program: u32, form: Block) -> Page {
    let why = Block::Note { tone: "bad", text: problem.detail.clone() };
    Page { title, trail, program: Some(program), blocks: vec![form, why] }
}

/// How long its blocks last.
pub(super) fn forecast(ask: &Ask<'_>, way: &Way<'_>, program: u32, partner: &str) -> Result<Page, Problem> {
    let Of { partner, path, here, trail } = of(program, partner)?;
    let query = way.pass(&["days"]);
    let days = if way.asked("days").is_empty() { "30" } else { way.asked("days") };
    let fields = vec![Field::line("days", "At the rate of the last days", "number", days)];
    let columns = [
        ("block", "block"),
        ("remaining", "remaining"),
        ("ends_at", "used up or expired"),
        ("lost_exact", "will expire unused"),
    ];
    let title = format!("How long the blocks of partner {partner} last");
    let form = filter(format!("{here}/forecast"), "Rate", fields);
    let asked = (format!("{path}/forecast"), query);
    let (pictures, table, _) = match report(ask, (&asked.0, &asked.1), "Open blocks, in the order of debit", &columns) {
        Err(problem) if problem.code == "malformed" => return Ok(refused(&problem, (title, trail), program, form)),
        report => report?,
    };
    let text = format!(
        "When each block ends if members are given points with this partner as in the last {days} days. A block that is \
         not used up before it expires loses the rest."
    );
    let mut blocks = vec![form, note(&text)];
    let empty = "Nothing to forecast: no block is open, or none of its points was used in these days.";
    blocks.extend(beside(pictures, table.or(empty)));
    Ok(Page { title, trail, program: Some(program), blocks })
}

/// What members were given, beside what the partner paid for it.
pub(super) fn reconciliation(ask: &Ask<'_>, way: &Way<'_>, program: u32, partner: &str) -> Result<Page, Problem> {
    let Of { partner, path, here, trail } = of(program, partner)?;
    let (form, query) = during(way, format!("{here}/reconciliation"));
    let columns = [
        ("month", "month"),
        ("lines", "lines"),
        ("given_exact", "given to members"),
        ("owed_exact", "costs the partner"),
        ("taken_exact", "taken from the partner"),
        ("differing", "lines that differ"),
        ("agrees", "agrees"),
    ];
    let title = format!("Reconciliation of partner {partner}");
    let asked = format!("{path}/reconciliation");
    let (pictures, table, rows) = match report(ask, (&asked, &query), "By month", &columns) {
        Err(problem) if problem.code == "malformed" => return Ok(refused(&problem, (title, trail), program, form)),
        report => report?,
    };
    let text = "Both sides are read from the journal, each from its own part of an entry: what members were given and \
                what that costs by the terms of then, and what left the partner's blocks or was charged to it.";
    let differing: i64 = rows.iter().filter_map(|row| row.get("differing")?.as_i64()).sum();
    let told = match (rows.is_empty(), differing) {
        (true, _) => note("Nothing was given with this partner in this time."),
        (false, 0) => Block::Note { tone: "good", text: "Both sides agree, line by line.".to_owned() },
        (false, lines) => Block::Note { tone: "bad", text: format!("{} lines differ.", grouped(lines.into())) },
    };
    let mut blocks = vec![form, note(text), told];
    blocks.extend(beside(pictures, table.or("Nothing was given with this partner in this time.")));
    let wanted = if differing == 0 { query.clone() } else { format!("{query}&agrees=false") };
    let page = ask.page(&format!("{path}/uses?{wanted}&limit=50&{}", way.place("cursor")))?;
    let columns = [
        ("sequence", "entry"),
        ("transaction_at", "happened"),
        ("member", "member"),
        ("given_exact", "given"),
        ("owed_exact", "costs"),
        ("taken_exact", "taken"),
        ("agrees", "agrees"),
    ];
    let caption = if differing == 0 { "Line by line" } else { "The lines that differ" };
    let mut table = Table::of(caption, &columns, &page.rows).exported(&format!("{path}/uses"), &wanted);
    if ask.token.partner.is_none() {
        table = table.leading(0, &page.rows, "sequence", "/entries");
        table = table.leading(2, &page.rows, "member", &format!("/p/{program}/members"));
    }
    table.next = page.next.map(|next| format!("{here}/reconciliation?{query}&cursor={next}"));
    let empty = match table.next {
        Some(_) => "None among the entries that were read for this page: go on.",
        None => "Nothing was given with this partner in this time.",
    };
    blocks.push(Block::Table(table.or(empty)));
    Ok(Page { title, trail, program: Some(program), blocks })
}

/// What settlement posted to a partner in a time, and what that comes to (rule C102).
pub(super) fn settled(ask: &Ask<'_>, way: &Way<'_>, program: u32, partner: &str) -> Result<Page, Problem> {
    let Of { partner, path, here, trail } = of(program, partner)?;
    let (form, query) = during(way, format!("{here}/settled"));
    let rows = ask.rows(&format!("{path}/settled?{query}"))?;
    let sum = |is_debit: bool| -> i128 {
        let of = rows.iter().filter(|row| ["invoice", "debit"].contains(&plain(row, "kind").as_str()) == is_debit);
        of.filter_map(|row| row.get("amount")?.as_i64()).map(i128::from).fold(0, i128::saturating_add)
    };
    let (debits, credits) = (sum(true), sum(false));
    let fact = |name, value: i128, about: &str| Fact { name, value: grouped(value), about: about.to_owned() };
    let facts = vec![
        fact("Debits", debits, "invoices and debits"),
        fact("Credits", credits, "credit notes and credits"),
        fact("Settlement", debits.saturating_sub(credits), "debits less credits: the partner owes it"),
    ];
    let columns = [
        ("kind", "what"),
        ("posted_at", "posted"),
        ("amount", "amount"),
        ("cause", "cause"),
        ("receivable", "receivable"),
    ];
    let table = Table::of("Posted by settlement, in minor units", &columns, &rows).worded(0);
    let table = table.exported(&format!("{path}/settled"), &query).or("Settlement posted nothing in this time.");
    let blocks = vec![form, Block::Facts(facts), Block::Table(table)];
    Ok(Page { title: format!("Settlement report of partner {partner}"), trail, program: Some(program), blocks })
}

/// Credit notes of members who spent at a partner (rules C103, C104).
pub(super) fn credits(ask: &Ask<'_>, way: &Way<'_>, program: u32, partner: &str) -> Result<Page, Problem> {
    let Of { partner, path, here, trail } = of(program, partner)?;
    let (form, query) = during(way, format!("{here}/credits"));
    let page = ask.page(&format!("{path}/credits?{query}&limit=50&{}", way.place("cursor")))?;
    let columns = [
        ("sequence", "entry"),
        ("posted_at", "posted"),
        ("member", "member"),
        ("amount", "amount"),
        ("receivable", "the member's receivable"),
        ("reason", "because of"),
    ];
    let mut table = Table::of("Credits, in minor units", &columns, &page.rows).worded(5);
    if ask.token.partner.is_none() {
        table = table.leading(0, &page.rows, "sequence", "/entries");
        table = table.leading(2, &page.rows, "member", &format!("/p/{program}/members"));
    }
    table.next = page.next.map(|next| format!("{here}/credits?{query}&cursor={next}"));
    let table = table.exported(&format!("{path}/credits"), &query).or("No member was credited in this time.");
    let text = "A member who spends at a partner is credited in two cases: the member paid in full and is refunded \
                through the payment gateway, or the wallet could not be used.";
    let blocks = vec![form, note(text), Block::Table(table)];
    Ok(Page { title: format!("Credits to members at partner {partner}"), trail, program: Some(program), blocks })
}
