//! What a partner is charged: its bills, fees and charges; one bill with its lines.

use super::super::ask::Ask;
use super::super::blocks::{Block, Cell, Fact, Field, Table, chart, plain};
use super::super::forms;
use super::super::page::{Page, Way, home, nothing};
use super::settlement;

use crate::api::{Problem, Scope};
use crate::chart::grouped;
use serde_json::Value;

/// A bill of a partner (rules A26 to A29).
pub(super) fn bill(ask: &Ask<'_>, way: &Way<'_>, program: u32, (partner, bill): (&str, &str)) -> Result<Page, Problem> {
    let (partner, number): (u32, u32) = (partner.parse().map_err(|_| nothing())?, bill.parse().map_err(|_| nothing())?);
    let path = format!("/v1/programs/{program}/partners/{partner}/bills/{number}");
    let here = format!("/p/{program}/partners/{partner}");
    let of = ask.get(&path)?;
    let fact = |name, value: String, about: &str| Fact { name, value, about: about.to_owned() };
    let points: i128 = plain(&of, "points_exact").parse().unwrap_or_default();
    let facts = vec![
        fact("Amount", plain(&of, "amount"), ""),
        fact("Points", grouped(points), "less what was cancelled"),
        fact("From", Cell::of(&of, "from").text, "the cut-off of the bill before"),
        fact("Until", super::super::blocks::instant(&plain(&of, "until")), "its own cut-off"),
        fact("State", plain(&of, "state"), ""),
    ];
    let parts = of.get("parts").and_then(Value::as_array).cloned().unwrap_or_default();
    let columns =
        [("terms", "version of the terms"), ("points", "points"), ("price", "price"), ("currency", "currency")];
    let mut blocks = vec![Block::Facts(facts), Block::Table(Table::of("By version of the terms", &columns, &parts))];
    let page = ask.get(&format!("{path}/lines?{}&limit=100", way.pass(&["cursor"])))?;
    let rows = page.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
    let columns = [
        ("sequence", "entry"),
        ("transaction_at", "happened"),
        ("member", "member"),
        ("points", "points"),
        ("terms", "version of the terms"),
        ("cancels", "cancels entry"),
    ];
    let link = |at: usize| format!("/entries/{}", rows.get(at).map(|row| plain(row, "sequence")).unwrap_or_default());
    let mut table = Table::of("Lines", &columns, &rows).exported(&format!("{path}/lines"), "");
    if ask.token.partner.is_none() {
        table = table.linked(0, link);
    }
    table.empty = "Nothing was given in this time.";
    table.next = page.get("next").and_then(Value::as_str).map(|next| format!("{here}/bills/{number}?cursor={next}"));
    blocks.push(Block::Table(table));
    let mut trail = home();
    trail.push((format!("Partner {partner}"), here));
    Ok(Page { title: format!("Bill {number} of partner {partner}"), trail, program: Some(program), blocks })
}

/// The bills, fees and settlements of a partner, where there are any.
pub(super) fn tables(ask: &Ask<'_>, way: &Way<'_>, program: u32, partner: u32) -> Result<Vec<Block>, Problem> {
    let path = format!("/v1/programs/{program}/partners/{partner}");
    let mut blocks = Vec::new();
    let bills = ask.rows(&format!("{path}/bills?limit=200"))?;
    if !bills.is_empty() {
        let columns = [
            ("bill", "bill"),
            ("from", "from"),
            ("until", "until"),
            ("state", "state"),
            ("lines", "lines"),
            ("points_exact", "points"),
            ("amount", "amount"),
        ];
        let link = |at: usize| {
            let bill = bills.get(at).map(|row| plain(row, "bill")).unwrap_or_default();
            format!("/p/{program}/partners/{partner}/bills/{bill}")
        };
        let table = Table::of("Bills", &columns, &bills).linked(0, link).exported(&format!("{path}/bills"), "");
        blocks.push(Block::Table(table));
    }
    let fees = ask.rows(&format!("{path}/fees?limit=200"))?;
    if !fees.is_empty() {
        let columns = [
            ("kind", "what"),
            ("transaction_at", "happened"),
            ("points", "points"),
            ("amount", "money"),
            ("currency", "currency"),
            ("text", "for"),
            ("request_id", "request id"),
        ];
        blocks.push(Block::Table(Table::of("Fees and refunds", &columns, &fees).exported(&format!("{path}/fees"), "")));
    }
    let accounts = ask.rows(&format!("{path}/receivables"))?;
    if !accounts.is_empty() {
        let months = ask.rows(&format!("{path}/settlements"))?;
        let svg = format!("/data{path}/settlements.svg");
        blocks.extend(chart(&settlement::figure(&months, &ask.api.now().to_string()), "settlements", Some(svg)));
        blocks.extend(settled(ask, way, program, (partner, &accounts))?);
    }
    let statement = ask.rows(&format!("{path}/statement?limit=25"))?;
    let columns = [
        ("sequence", "entry"),
        ("recorded_at", "recorded"),
        ("transaction_type", "what"),
        ("block", "block"),
        ("points_exact", "points"),
        ("text", "why"),
    ];
    let mut table = Table::of("Statement, the newest first", &columns, &statement);
    if ask.token.partner.is_none() {
        let entry = |at: usize| statement.get(at).map(|row| plain(row, "sequence")).unwrap_or_default();
        table = table.linked(0, |at| format!("/entries/{}", entry(at)));
    }
    table.empty = "Nothing happened to it yet.";
    blocks.push(Block::Table(table.exported(&format!("{path}/statement"), "")));
    Ok(blocks)
}

/// A partner's accounts of money, what was posted to them, and why.
fn settled(
    ask: &Ask<'_>,
    way: &Way<'_>,
    program: u32,
    (partner, accounts): (u32, &[Value]),
) -> Result<Vec<Block>, Problem> {
    let path = format!("/v1/programs/{program}/partners/{partner}");
    let columns = [
        ("receivable", "receivable"),
        ("standing", "standing"),
        ("debits", "debits"),
        ("credits", "credits"),
        ("balance_exact", "the partner owes"),
    ];
    let receivables = Table::of("Receivables, in minor units", &columns, accounts);
    let postings = ask.rows(&format!("{path}/postings?limit=100"))?;
    let columns = [
        ("kind", "what"),
        ("posted_at", "posted"),
        ("amount", "amount"),
        ("cause", "cause"),
        ("receivable", "receivable"),
    ];
    let mut table = Table::of("Invoices, credit notes, debits, credits", &columns, &postings);
    for cell in table.rows.iter_mut().filter_map(|row| row.first_mut()) {
        cell.text = cell.text.replace('_', " ");
    }
    table.empty = "Nothing was posted yet.";
    let lines =
        settlement::lines(ask, way, &format!("{path}/settlement-lines"), &format!("/p/{program}/partners/{partner}"))?;
    Ok(vec![
        Block::Table(receivables.exported(&format!("{path}/receivables"), "")),
        Block::Table(table.exported(&format!("{path}/postings"), "")),
        Block::Table(lines),
    ])
}

/// Charging, refunding, billing.
pub(super) fn actions(ask: &Ask<'_>, way: &Way<'_>, (program, partner): (u32, u32), is_prepaid: bool) -> Vec<Block> {
    if !ask.may(Scope::Adjust) {
        return Vec::new();
    }
    let hidden = [("program", program.to_string()), ("partner", partner.to_string())];
    let form = |id, title: &str, fields| forms::command(id, title, &hidden, fields, (way.fresh)());
    let now = ask.api.now().to_string();
    let mut actions = Vec::new();
    if is_prepaid {
        let fields = vec![
            Field::line("block", "Block", "number", "").required(),
            Field::choice("direction", "What", &["credit", "debit"], "credit"),
            Field::line("points", "Points", "number", "").required(),
            Field::line("description", "Why", "text", "").required(),
            Field::line("transaction_at", "Happened at", "text", &now).required(),
        ];
        actions.push(form("adjust_block", "Adjust a block by hand", fields));
    } else {
        let fields = vec![Field::line("until:month.date", "The month of this day", "date", "").required()];
        actions.push(form("bill_partner", "Make a bill", fields));
    }
    let fields = vec![
        Field::line("amount:money.amount", "Amount", "text", "").required(),
        Field::line("amount:money.currency", "Currency", "text", "EUR").required(),
        Field::line("description", "What for", "text", "").required(),
        Field::line("transaction_at", "Happened at", "text", &now).required(),
    ];
    actions.push(form("charge_fee", "Charge a fee in money", fields));
    if is_prepaid {
        let fields = vec![
            Field::line("block", "Block", "number", "").required(),
            Field::line("amount:points.points", "Points", "number", "").required(),
            Field::line("description", "What for", "text", "").required(),
            Field::line("transaction_at", "Happened at", "text", &now).required(),
        ];
        actions.push(form("charge_fee", "Charge a fee in points", fields));
    }
    let fields = vec![
        Field::line("fee", "Request id of the fee", "text", "").required(),
        Field::line("reason", "Why", "text", "").required(),
        Field::line("transaction_at", "Happened at", "text", &now),
    ];
    actions.push(forms::command("refund_fee", "Refund a fee", &hidden[..1], fields, (way.fresh)()));
    actions
}
