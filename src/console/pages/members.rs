//! Members: the list, and one with balances, items and statement.

use super::super::ask::Ask;
use super::super::blocks::{Block, Cell, Field, Table, filter, plain};
use super::super::forms;
use super::super::page::{Page, Way, home};
use super::standing::{self, BALANCE};

use crate::api::{Problem, Scope, encoded};
use crate::domain::Day;
use serde_json::Value;

/// The list; or the member that was asked for.
pub(super) fn members(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let wanted = way.asked("member");
    if !wanted.is_empty() {
        return member(ask, way, program, wanted);
    }
    let path = format!("/v1/programs/{program}/members");
    let page = ask.get(&format!("{path}?{}&limit=50", way.pass(&["cursor"])))?;
    let rows = page.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
    let link = |at: usize| {
        let member = rows.get(at).map(|row| plain(row, "member")).unwrap_or_default();
        format!("/p/{program}/members/{}", encoded(&member))
    };
    let mut table = Table::of("Members", &[("member", "member")], &rows).linked(0, link).exported(&path, "");
    table.empty = "There is no member yet.";
    table.next = page.get("next").and_then(Value::as_str).map(|next| format!("/p/{program}/members?cursor={next}"));
    let fields = vec![Field::line("member", "Member", "text", "").required()];
    let mut blocks = vec![filter(format!("/p/{program}/members"), "Go to a member", fields), Block::Table(table)];
    if ask.may(Scope::Post) {
        let hidden = [("program", program.to_string())];
        let fields = vec![Field::line("member", "Member", "text", "").required()];
        blocks.push(forms::command("enrol", "Enrol a member", &hidden, fields, (way.fresh)()));
    }
    if ask.may(Scope::Adjust) {
        let hidden = [("program", program.to_string())];
        let fields = vec![Field::line("member", "Household", "text", "").required()];
        blocks.push(forms::command("enrol_household", "Enrol a household", &hidden, fields, (way.fresh)()));
    }
    Ok(Page { title: "Members".to_owned(), trail: home(), program: Some(program), blocks })
}

/// One member.
pub(super) fn member(ask: &Ask<'_>, way: &Way<'_>, program: u32, member: &str) -> Result<Page, Problem> {
    let path = format!("/v1/programs/{program}/members/{}", encoded(member));
    let here = format!("/p/{program}/members/{}", encoded(member));
    let as_of = way.asked("as_of");
    // a day alone means its end
    let instant = if as_of.len() == 10 { format!("{as_of}T23:59:59.999Z") } else { as_of.to_owned() };
    let clock = if way.asked("clock") == "occurred" { "occurred" } else { "recorded" };
    let asked = if instant.is_empty() { String::new() } else { format!("?as_of={}&clock={clock}", encoded(&instant)) };
    let shown = ask.get(&format!("{path}{asked}"))?;
    let balances = shown.get("balances").and_then(Value::as_array).cloned().unwrap_or_default();
    let fields = vec![
        Field::line("as_of", "Balances at the end of (UTC)", "date", as_of),
        Field::choice("clock", "by when transactions were", &["recorded", "occurred"], clock),
    ];
    let time = filter(here.clone(), "At another time", fields);
    let caption = format!("Balances as of {}", Cell::of(&shown, "as_of").text);
    let mut balance_table = Table::of(&caption, &BALANCE, &balances);
    balance_table.empty = "The member never had points.";
    let mut blocks = standing::facts(ask, &path, program)?;
    blocks.extend([time, Block::Table(balance_table)]);
    for balance in &balances {
        let point_type = plain(balance, "point_type");
        blocks.push(Block::Table(items(ask, &path, &point_type, "open", "in the order of use")?));
        if balance.get("future").and_then(Value::as_i64).is_some_and(|future| future > 0) {
            blocks.push(Block::Table(items(ask, &path, &point_type, "future", "not available yet")?));
        }
    }
    blocks.push(Block::Table(expiring(ask, &path)?));
    blocks.extend(standing::holds(ask, way, &path, program)?);
    blocks.push(Block::Table(statement(ask, way, &path, &here)?));
    blocks.extend(actions(ask, way, program, member));
    blocks.extend(standing::actions(ask, way, program, member));
    let mut trail = home();
    trail.push(("Members".to_owned(), format!("/p/{program}/members")));
    Ok(Page { title: format!("Member {member}"), trail, program: Some(program), blocks })
}

fn items(ask: &Ask<'_>, path: &str, point_type: &str, state: &str, what: &str) -> Result<Table, Problem> {
    let query = format!("point_type={point_type}&state={state}");
    let rows = ask.rows(&format!("{path}/items?{query}&limit=50"))?;
    let columns = [
        ("item", "item"),
        ("remaining", "remaining"),
        ("granted", "granted"),
        ("redeemed", "redeemed"),
        ("available_from", "available from"),
        ("expires_at", "expires"),
        ("source", "source"),
        ("partner", "paid by partner"),
    ];
    let link = |at: usize| {
        let item = rows.get(at).map(|row| plain(row, "item")).unwrap_or_default();
        format!("/entries/{}", item.split('.').next().unwrap_or_default())
    };
    let caption = format!("Items of point type {point_type}, {what}");
    let mut table = Table::of(&caption, &columns, &rows).linked(0, link);
    table.empty = "No item with points left.";
    Ok(table.exported(&format!("{path}/items"), &query))
}

/// What expires in the next year, date by date.
fn expiring(ask: &Ask<'_>, path: &str) -> Result<Table, Problem> {
    const DAYS_AHEAD: i32 = 365;
    let until = Day(ask.api.now().day().0.saturating_add(DAYS_AHEAD));
    let query = format!("until={until}");
    let rows = ask.rows(&format!("{path}/expiring?{query}"))?;
    let columns = [("at", "unusable from"), ("point_type", "point type"), ("points", "points")];
    let table = Table::of("What expires within a year, unless it is used before", &columns, &rows);
    Ok(table.exported(&format!("{path}/expiring"), &query).or("Nothing expires within a year."))
}

fn statement(ask: &Ask<'_>, way: &Way<'_>, path: &str, here: &str) -> Result<Table, Problem> {
    let page = ask.get(&format!("{path}/statement?{}&limit=25", way.pass(&["cursor"])))?;
    let rows = page.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
    let columns = [
        ("sequence", "entry"),
        ("recorded_at", "recorded"),
        ("kind", "what"),
        ("point_type", "point type"),
        ("points", "points"),
        ("available", "available after"),
        ("reference", "reference"),
    ];
    let link = |at: usize| format!("/entries/{}", rows.get(at).map(|row| plain(row, "sequence")).unwrap_or_default());
    let mut table = Table::of("Statement", &columns, &rows).linked(0, link).exported(&format!("{path}/statement"), "");
    for cell in table.rows.iter_mut().filter_map(|row| row.get_mut(2)) {
        *cell = Cell::text(cell.text.replace('_', " "));
    }
    table.next = page.get("next").and_then(Value::as_str).map(|next| format!("{here}?cursor={next}"));
    Ok(table)
}

fn actions(ask: &Ask<'_>, way: &Way<'_>, program: u32, member: &str) -> Vec<Block> {
    if !ask.may(Scope::Post) {
        return Vec::new();
    }
    let hidden = [("program", program.to_string()), ("member", member.to_owned())];
    let grant = vec![
        Field::line("awards.0.point_type", "Point type", "number", "1").required(),
        Field::line("awards.0.points", "Points", "number", "").required(),
        Field::line("reference", "Why", "text", ""),
    ];
    let redeem = vec![
        Field::line("point_type", "Point type", "number", "1").required(),
        Field::line("points", "Points", "number", "").required(),
        Field::line("reference", "For what", "text", ""),
    ];
    let transfer = vec![
        Field::line("to", "To the member", "text", "").required(),
        Field::line("point_type", "Point type", "number", "1").required(),
        Field::line("points", "Points", "number", "").required(),
    ];
    let hold = vec![
        Field::line("point_type", "Point type", "number", "1").required(),
        Field::line("points", "Points", "number", "").required(),
        Field::line("times_out:after.span.count", "Given back after (empty: never)", "number", ""),
        Field::choice("times_out:after.span.unit", "days, weeks, ...", &["", "days", "weeks", "months"], ""),
    ];
    let adjust = vec![
        Field::line("point_type", "Point type", "number", "1").required(),
        Field::line("points", "Points more, or less with a minus", "number", "").required(),
        Field::line("reason", "Why", "text", "").required(),
    ];
    let mut actions = vec![
        forms::command("accrue", "Give points", &hidden, grant, (way.fresh)()),
        forms::command("redeem", "Redeem points", &hidden, redeem, (way.fresh)()),
        forms::command("hold", "Put points on hold", &hidden, hold, (way.fresh)()),
        forms::command("transfer", "Give points to another member", &hidden, transfer, (way.fresh)()),
    ];
    if ask.may(Scope::Adjust) {
        actions.push(forms::command("adjust", "Adjust points by hand", &hidden, adjust, (way.fresh)()));
    }
    actions
}
