//! Partners: the list, and one with its blocks.

use super::super::ask::Ask;
use super::super::blocks::{Block, Cell, Fact, Field, Table, chart, plain};
use super::super::forms;
use super::super::page::{Page, Way, home, nothing};
use super::bills;
use super::overview::{is_low, is_out};
use super::partner_use::related;

use crate::api::{Problem, Scope};
use crate::chart::{Figure, Form, Series, grouped};
use serde_json::Value;

/// The list.
pub(super) fn partners(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let path = format!("/v1/programs/{program}/partners");
    let page = ask.get(&format!("{path}?{}&limit=100", way.pass(&["cursor"])))?;
    let rows = page.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
    let columns = [
        ("partner", "partner"),
        ("name", "name"),
        ("billing", "billing"),
        ("balance", "in usable blocks"),
        ("low_balance", "low at"),
        ("open_blocks", "open blocks"),
        ("debited", "debited"),
    ];
    let link = |at: usize| {
        format!("/p/{program}/partners/{}", rows.get(at).map(|row| plain(row, "partner")).unwrap_or_default())
    };
    let mut table = Table::of("Partners", &columns, &rows).linked(0, link).worded(2).exported(&path, "");
    table.head.push(Cell::text("state"));
    for (cells, row) in table.rows.iter_mut().zip(&rows) {
        cells.push(Cell::text(standing(row)));
    }
    table.empty = "There is no partner yet.";
    table.next = page.get("next").and_then(Value::as_str).map(|next| format!("/p/{program}/partners?cursor={next}"));
    let mut blocks = vec![Block::Table(table)];
    if ask.may(Scope::Catalog) {
        let fields = vec![
            Field::line("partner", "Partner (a number)", "number", "").required(),
            Field::choice("billing", "Billing", &["prepaid", "post_paid"], "prepaid"),
            Field::line("rates.1", "Partner points per point of type 1", "text", "1"),
            Field::choice("rounding", "Rounding", &["half_up", "down", "up"], "half_up"),
        ];
        let hidden = [("program", program.to_string())];
        blocks.push(forms::command("create_partner", "Create partner", &hidden, fields, (way.fresh)()));
    }
    Ok(Page { title: "Partners".to_owned(), trail: home(), program: Some(program), blocks })
}

/// How a partner stands, in words.
fn standing(row: &Value) -> &'static str {
    match (is_out(row), is_low(row)) {
        (true, _) => "out of points",
        (false, true) => "low",
        (false, false) => "",
    }
}

/// One partner.
pub(super) fn partner(ask: &Ask<'_>, way: &Way<'_>, program: u32, partner: &str) -> Result<Page, Problem> {
    let id: u32 = partner.parse().map_err(|_| nothing())?;
    let path = format!("/v1/programs/{program}/partners/{id}");
    let of = ask.get(&path)?;
    let page = ask.get(&format!("{path}/blocks?{}&limit=200", way.place("blocks")))?;
    let blocks_of = page.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
    let amount = |name: &str| grouped(of.get(name).and_then(Value::as_i64).map_or(0, i128::from));
    let fact = |name, value: String, about: &str| Fact { name, value, about: about.to_owned() };
    let low_at =
        of.get("low_balance").and_then(Value::as_i64).map(|low| format!("low: it is told at {}", grouped(low.into())));
    let about = match (is_out(&of), low_at.filter(|_| is_low(&of))) {
        (true, _) => "out of points: accruals that it should pay are refused".to_owned(),
        (false, Some(low)) => low,
        (false, None) => "points in usable blocks".to_owned(),
    };
    let facts = vec![
        fact("Balance", amount("balance"), &about),
        fact("Debited", amount("debited"), "less what cancellations gave back"),
        fact("Billing", plain(&of, "billing").replace('_', " "), ""),
        fact("Rates", rates(&of), "partner points per member point"),
    ];
    let columns = [
        ("block", "block"),
        ("state", "state"),
        ("purchased", "purchased"),
        ("remaining", "remaining"),
        ("debited", "debited"),
        ("expired", "expired"),
        ("starts_at", "starts"),
        ("expires_at", "expires"),
        ("unit_price", "price of a point"),
        ("created", "bought by entry"),
    ];
    let link =
        |at: usize| format!("/entries/{}", blocks_of.get(at).map(|row| plain(row, "created")).unwrap_or_default());
    let mut table = Table::of("Blocks, open and past", &columns, &blocks_of).linked(9, link);
    table = table.exported(&format!("{path}/blocks"), "");
    table.empty = "The partner has bought no block.";
    table.next =
        page.get("next").and_then(Value::as_str).map(|next| format!("/p/{program}/partners/{id}?blocks={next}"));
    let has_receivables = !ask.rows(&format!("{path}/receivables"))?.is_empty();
    let mut blocks = vec![Block::Facts(facts), related(program, id, has_receivables)];
    if !blocks_of.is_empty() {
        blocks.extend(chart(&use_of(&blocks_of, &ask.api.now().to_string()), "blocks", None));
    }
    let is_prepaid = plain(&of, "billing") == "prepaid";
    if is_prepaid || !blocks_of.is_empty() {
        blocks.push(Block::Table(table));
    }
    blocks.extend(bills::tables(ask, way, program, id)?);
    blocks.extend(actions(ask, way, (program, id), &blocks_of));
    blocks.extend(bills::actions(ask, way, (program, id), is_prepaid));
    let list = ("Partners".to_owned(), format!("/p/{program}/partners"));
    Ok(Page::of_one(list, (format!("Partner {id}"), plain(&of, "name")), program, blocks))
}

/// The rates, as `type 1: 1/3`.
fn rates(of: &Value) -> String {
    let rates = of.get("rates").and_then(Value::as_object);
    let rate =
        |(point_type, rate): (&String, &Value)| format!("type {point_type}: {}", rate.as_str().unwrap_or_default());
    let rates: Vec<String> = rates.into_iter().flatten().map(rate).collect();
    if rates.is_empty() { "none".to_owned() } else { rates.join(", ") }
}

/// What became of each block's points.
fn use_of(blocks: &[Value], now: &str) -> Figure {
    let names = ["debited", "expired", "remaining"];
    let series = names.map(|name| Series {
        name: name.to_owned(),
        values: blocks.iter().map(|block| block.get(name).and_then(Value::as_i64).map_or(0, i128::from)).collect(),
    });
    Figure {
        title: "What became of the blocks".to_owned(),
        description: format!("Points debited, expired and remaining in each of {} blocks.", blocks.len()),
        dated: format!("as of {now}"),
        unit: "points".to_owned(),
        axis: "block".to_owned(),
        form: Form::StackedBars,
        labels: blocks.iter().map(|block| plain(block, "block")).collect(),
        series: series.into(),
    }
}

fn actions(ask: &Ask<'_>, way: &Way<'_>, (program, partner): (u32, u32), blocks: &[Value]) -> Vec<Block> {
    let hidden = [("program", program.to_string()), ("partner", partner.to_string())];
    let mut actions = Vec::new();
    if ask.may(Scope::Approve) {
        for block in blocks.iter().filter(|block| plain(block, "state") == "pending") {
            let id = plain(block, "block");
            let title = format!("Approve block {id} of {} points", Cell::of(block, "purchased").text);
            let mut hidden = hidden.to_vec();
            hidden.push(("block", id));
            actions.push(forms::command("approve_block", &title, &hidden, Vec::new(), (way.fresh)()));
            let title = title.replacen("Approve", "Reject", 1);
            actions.push(forms::command("reject_block", &title, &hidden, Vec::new(), (way.fresh)()));
        }
    }
    if ask.may(Scope::Catalog) {
        let fields = vec![
            Field::line("block", "Block (a number)", "number", "").required(),
            Field::line("points", "Points", "number", "").required(),
            Field::line("expires:on.date", "Last day", "date", ""),
            Field::line("unit_price", "Price of a point", "text", ""),
        ];
        actions.push(forms::command("purchase_block", "Record a purchase of a block", &hidden, fields, (way.fresh)()));
    }
    actions
}
