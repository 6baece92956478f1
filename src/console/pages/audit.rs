//! The audit log, and one entry.

use super::super::ask::Ask;
use super::super::blocks::{Block, Cell, Fact, Field, Table, filter, plain};
use super::super::forms;
use super::super::page::{Page, Way, home, nothing};
use super::reports::RANGES;

use crate::api::{Problem, Scope};
use crate::chart::grouped;
use serde_json::Value;

/// The audit log's types of transactions, and none.
#[rustfmt::skip]
const TYPES: [&str; 16] = ["", "issuance", "redemption", "transfer", "cancellation", "expiration", "adjustment", "roll_over", "repayment", "fee", "hold", "release", "maturing", "debt", "inventory", "status"];

/// The columns of the audit log (rules E43 to E48).
const LINE: [(&str, &str); 13] = [
    ("id", "line"),
    ("occurred_at", "happened"),
    ("reference_type", "what"),
    ("member", "member"),
    ("point_type", "point type"),
    ("source", "source"),
    ("modification", "points"),
    ("amount_spent", "of them spent"),
    ("amount_expired", "expired"),
    ("amount_cancelled", "cancelled"),
    ("left", "left"),
    ("reference", "reference"),
    ("actor", "token"),
];

/// A page of the audit log, as a table: what happened to members' points and to sources, the newest first.
pub(super) fn lines(
    ask: &Ask<'_>,
    program: u32,
    (caption, query): (&str, &str),
    place: &str,
) -> Result<(Table, Option<String>), Problem> {
    let path = format!("/v1/programs/{program}/reports/audit");
    let page = ask.page(&format!("{path}?{query}&{place}"))?;
    let mut table = Table::of(caption, &LINE, &page.rows);
    let sequences: Vec<String> = page.rows.iter().map(|row| plain(row, "id")).collect();
    let entry = |id: &String| format!("/entries/{}", id.split('.').next().unwrap_or_default());
    table = table.linked(0, |at| sequences.get(at).map(entry).unwrap_or_default());
    table = table.leading(3, &page.rows, "member", &format!("/p/{program}/members"));
    table = table.leading(5, &page.rows, "source", &format!("/p/{program}/sources"));
    let empty = match page.next {
        None => "Nothing fits.",
        Some(_) => "None of the entries that this page looked at fits. Go on at the next page.",
    };
    Ok((table.or(empty), page.next))
}

/// The audit log of points (rules E35 to E49).
pub(super) fn log(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    const FIELDS: [&str; 7] = ["type", "member", "source", "point_type", "reference", "text", "clock"];
    let own: &[&str] = if way.asked("range").is_empty() { &["from", "to"] } else { &["range"] };
    let query = way.pass(&[&FIELDS[..], own].concat());
    let (table, next) =
        lines(ask, program, ("What happened, the newest first", &format!("{query}&limit=50")), &way.place("cursor"))?;
    let mut table = table.exported(&format!("/v1/programs/{program}/reports/audit"), &query);
    table.next = next.map(|next| format!("/p/{program}/audit?{query}&cursor={next}"));
    let line = |name, label, kind| Field::line(name, label, kind, way.asked(name));
    let fields = vec![
        line("from", "From", "date"),
        line("to", "To", "date"),
        Field::choice("range", "or days by name", &RANGES, way.asked("range")),
        Field::choice("clock", "Days of", &["recorded", "occurred"], way.asked("clock")),
        Field::choice("type", "What", &TYPES, way.asked("type")),
        line("member", "Member", "text"),
        line("source", "Sources, with commas", "text"),
        line("point_type", "Point types, with commas", "text"),
        line("reference", "Reference, whole", "text"),
        line("text", "Text anywhere", "text"),
    ];
    let links = vec![("All commands, done and refused".to_owned(), format!("/p/{program}/journal"))];
    let blocks =
        vec![Block::Links(links), filter(format!("/p/{program}/audit"), "Filters", fields), Block::Table(table)];
    Ok(Page { title: "Audit log".to_owned(), trail: home(), program: Some(program), blocks })
}

const FILTERS: [&str; 5] = ["kind", "member", "outcome", "from", "to"];

/// Commands as they were answered, the newest first; refused ones, too.
pub(super) fn journal(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let path = format!("/v1/programs/{program}/audit");
    let query = way.pass(&FILTERS);
    let page = ask.page(&format!("{path}?{query}&{}&limit=50", way.place("cursor")))?;
    let mut table = entries("Commands", &page.rows, program).exported(&path, &query);
    table.next = page.next.map(|next| format!("/p/{program}/journal?{query}&cursor={next}"));
    let fields = vec![
        Field::line("kind", "Kinds, with commas (as accrue,redeem)", "text", way.asked("kind")),
        Field::line("member", "Member", "text", way.asked("member")),
        Field::choice("outcome", "Outcome", &["", "done", "refused"], way.asked("outcome")),
        Field::line("from", "From", "date", way.asked("from")),
        Field::line("to", "To", "date", way.asked("to")),
    ];
    let mut trail = home();
    trail.push(("Audit log".to_owned(), format!("/p/{program}/audit")));
    let blocks = vec![filter(format!("/p/{program}/journal"), "Filters", fields), Block::Table(table)];
    Ok(Page { title: "All commands".to_owned(), trail, program: Some(program), blocks })
}

fn entries(caption: &str, rows: &[Value], program: u32) -> Table {
    let cells = |row: &Value| {
        let (sequence, member) = (plain(row, "sequence"), plain(row, "member"));
        let moved = row.get("legs").and_then(Value::as_array).map_or(0, Vec::len);
        let refused = row.pointer("/refused/kind").and_then(Value::as_str).unwrap_or_default();
        let what = if refused.is_empty() { "done".to_owned() } else { refused.replace('_', " ") };
        let of_member = Cell::text(&member);
        vec![
            Cell::text(&sequence).to(format!("/entries/{sequence}")),
            Cell::of(row, "recorded_at"),
            Cell::text(plain(row, "kind").replace('_', " ")),
            match member.is_empty() {
                true => of_member,
                false => of_member.to(format!("/p/{program}/members/{}", crate::api::encoded(&member))),
            },
            Cell::text(what),
            Cell::number(moved as i128),
            Cell::of(row, "reference"),
        ]
    };
    let head = ["entry", "recorded", "what", "member", "outcome"].map(Cell::text).into_iter();
    let head = head.chain([Cell::number_head("legs"), Cell::text("reference")]);
    Table {
        caption: caption.to_owned(),
        head: head.collect(),
        rows: rows.iter().map(cells).collect(),
        empty: "No entry on this page fits. Where there is a next page, go on there.",
        ..Table::default()
    }
}

/// One entry with its legs.
pub(super) fn entry(ask: &Ask<'_>, way: &Way<'_>, sequence: &str) -> Result<Page, Problem> {
    let number: u64 = sequence.parse().map_err(|_| nothing())?;
    let entry = ask.get(&format!("/v1/entries/{number}"))?;
    let text = |name: &str| plain(&entry, name);
    let fact = |name, value: String| Fact { name, value, about: String::new() };
    let mut facts = vec![
        fact("Asked", text("kind").replace('_', " ")),
        fact("Recorded", Cell::of(&entry, "recorded_at").text),
        fact("Request id", text("request_id")),
    ];
    let named = [("Happened", "transaction_at"), ("Member", "member"), ("Reference", "reference"), ("Token", "actor")];
    facts.extend(
        named
            .map(|(name, field)| fact(name, Cell::of(&entry, field).text))
            .into_iter()
            .filter(|fact| !fact.value.is_empty()),
    );
    let program: u32 = text("program").parse().unwrap_or_default();
    let mut blocks = vec![Block::Facts(facts)];
    let pages = [("member", "Member", "members"), ("partner", "Partner", "partners"), ("source", "Source", "sources")];
    let command = entry.get("command").cloned().unwrap_or_default();
    let links = pages.map(|(field, name, page)| {
        let id = plain(&command, field);
        (!id.is_empty()).then(|| (format!("{name} {id}"), format!("/p/{program}/{page}/{}", crate::api::encoded(&id))))
    });
    let links: Vec<(String, String)> = links.into_iter().flatten().collect();
    if !links.is_empty() {
        blocks.push(Block::Links(links));
    }
    if let Some(refused) = entry.get("refused").filter(|refused| !refused.is_null()) {
        blocks.push(Block::Note { tone: "bad", text: format!("Refused; nothing changed: {refused}") });
    } else {
        blocks.push(forms::legs(entry.get("legs")));
    }
    let balances = entry.get("balances").and_then(Value::as_array).cloned().unwrap_or_default();
    if !balances.is_empty() {
        blocks.push(Block::Table(Table::of("Balances after it", &super::standing::BALANCE, &balances)));
    }
    let fields = command.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let fields = fields.map(|(name, _)| vec![Cell::text(name.replace('_', " ")), Cell::of(&command, name)]);
    let fields = fields.map(|row| row.into_iter().map(|cell| Cell { is_number: false, ..cell }).collect());
    let head = vec![Cell::text("field"), Cell::text("value")];
    blocks.push(Block::Table(Table {
        caption: "The command".to_owned(),
        head,
        rows: fields.collect(),
        ..Table::default()
    }));
    let can_be_cancelled = ["accrue", "accrue_shared", "redeem"].contains(&text("kind").as_str());
    if can_be_cancelled && ask.may(Scope::Adjust) && ask.token.partner.is_none() {
        let hidden = [("program", program.to_string()), ("request", text("request_id"))];
        let fields = vec![
            Field::line("amount:points.points", "Points (empty: all)", "number", ""),
            Field::line("reference", "Why", "text", ""),
        ];
        blocks.push(forms::command("cancel", "Cancel this transaction", &hidden, fields, (way.fresh)()));
    }
    let trail = vec![("Programs".to_owned(), "/".to_owned()), ("Audit log".to_owned(), format!("/p/{program}/audit"))];
    Ok(Page { title: format!("Entry {}", grouped(i128::from(number))), trail, program: Some(program), blocks })
}
