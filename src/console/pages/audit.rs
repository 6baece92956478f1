//! The audit log, and one entry.

use super::super::ask::Ask;
use super::super::blocks::{Block, Cell, Fact, Field, Form, Table, plain};
use super::super::forms;
use super::super::page::{Page, Way, home, nothing};

use crate::api::{Problem, Scope};
use crate::chart::grouped;
use serde_json::Value;

const FILTERS: [&str; 5] = ["kind", "member", "outcome", "from", "to"];

/// Entries, the newest first.
pub(super) fn log(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let path = format!("/v1/programs/{program}/audit");
    let query = way.pass(&FILTERS);
    let page = ask.get(&format!("{path}?{query}&{}&limit=50", way.pass(&["cursor"])))?;
    let rows = page.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut table = entries("Entries", &rows, program).exported(&path, &query);
    table.next =
        page.get("next").and_then(Value::as_str).map(|next| format!("/p/{program}/audit?{query}&cursor={next}"));
    let filter = Form {
        action: format!("/p/{program}/audit"),
        is_post: false,
        title: "Filters".to_owned(),
        fields: vec![
            Field::line("kind", "Kinds, with commas", "text", way.asked("kind")),
            Field::line("member", "Member", "text", way.asked("member")),
            Field::choice("outcome", "Outcome", &["", "done", "refused"], way.asked("outcome")),
            Field::line("from", "From", "date", way.asked("from")),
            Field::line("to", "To", "date", way.asked("to")),
        ],
        hidden: Vec::new(),
        button: "Show",
        has_dry_run: false,
        is_folded: false,
    };
    let trail = home();
    let blocks = vec![Block::Form(filter), Block::Table(table)];
    Ok(Page { title: "Audit log".to_owned(), trail, program: Some(program), blocks })
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
    let mut blocks = vec![Block::Facts(facts)];
    if let Some(refused) = entry.get("refused").filter(|refused| !refused.is_null()) {
        blocks.push(Block::Note { tone: "bad", text: format!("Refused; nothing changed: {refused}") });
    } else {
        blocks.push(forms::legs(entry.get("legs")));
    }
    let balances = entry.get("balances").and_then(Value::as_array).cloned().unwrap_or_default();
    if !balances.is_empty() {
        blocks.push(Block::Table(Table::of("Balances after it", &super::standing::BALANCE, &balances)));
    }
    let command = entry.get("command").cloned().unwrap_or_default();
    let fields = command.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let fields = fields.map(|(name, _)| vec![Cell::text(name.replace('_', " ")), Cell::text(plain(&command, name))]);
    let head = vec![Cell::text("field"), Cell::text("value")];
    blocks.push(Block::Table(Table {
        caption: "The command".to_owned(),
        head,
        rows: fields.collect(),
        ..Table::default()
    }));
    let program: u32 = text("program").parse().unwrap_or_default();
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
