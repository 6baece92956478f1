//! What members are beside their balances: tiers of the program; status, tier, household and holds of a member.

use super::super::ask::Ask;
use super::super::blocks::{Block, Cell, Fact, Field, Table, instant, plain, words};
use super::super::forms;
use super::super::page::{Page, Way, home};

use crate::api::{Problem, Scope, encoded};
use serde_json::Value;

/// The columns of balances.
pub(super) const BALANCE: [(&str, &str); 7] = [
    ("point_type", "point type"),
    ("available", "available"),
    ("qualifying", "qualifying"),
    ("future", "future"),
    ("held", "held"),
    ("debt", "debt"),
    ("lifetime", "lifetime"),
];

/// The tiers of a program, and the form that defines them.
pub(super) fn tiers(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let ladder = match ask.get(&format!("/v1/programs/{program}/tiers")) {
        Ok(ladder) => ladder,
        Err(problem) if problem.status == 404 => Value::Null,
        Err(problem) => return Err(problem),
    };
    let mut blocks = Vec::new();
    let rows = ladder.get("tiers").and_then(Value::as_array).cloned().unwrap_or_default();
    if !rows.is_empty() {
        let fact = |name, value: String| Fact { name, value, about: String::new() };
        let period = ladder.get("period").map(words).unwrap_or_default();
        let since = instant(&plain(&ladder, "since"));
        blocks.push(Block::Facts(vec![fact("Points count in the", period), fact("Defined", since)]));
    }
    let need = |row: &Value| {
        let any = row.get("any_of").and_then(Value::as_array).cloned().unwrap_or_default();
        let one = |of: &Value| format!("{} points of type {}", Cell::of(of, "points").text, plain(of, "point_type"));
        any.iter().map(one).collect::<Vec<String>>().join(", or ")
    };
    blocks.push(Block::Table(Table {
        caption: "Tiers, the lowest first".to_owned(),
        head: ["tier", "name", "reached with"].map(Cell::text).into(),
        rows: rows
            .iter()
            .map(|row| vec![Cell::of(row, "tier"), Cell::of(row, "name"), Cell::text(need(row))])
            .collect(),
        empty: "The program has no tiers.",
        ..Table::default()
    }));
    if ask.may(Scope::Catalog) {
        const NAMES: [[&str; 4]; 4] = [
            ["tiers.0.tier", "tiers.0.name", "tiers.0.any_of.0.point_type", "tiers.0.any_of.0.points"],
            ["tiers.1.tier", "tiers.1.name", "tiers.1.any_of.0.point_type", "tiers.1.any_of.0.points"],
            ["tiers.2.tier", "tiers.2.name", "tiers.2.any_of.0.point_type", "tiers.2.any_of.0.points"],
            ["tiers.3.tier", "tiers.3.name", "tiers.3.any_of.0.point_type", "tiers.3.any_of.0.points"],
        ];
        const LABELS: [&str; 4] = ["Tier (a number)", "Name", "Points of type", "so many"];
        const KINDS: [&str; 4] = ["number", "text", "number", "number"];
        let line = |names: [&'static str; 4]| {
            names.into_iter().zip(LABELS).zip(KINDS).map(|((name, label), kind)| Field::line(name, label, kind, ""))
        };
        let fields = NAMES.into_iter().flat_map(line).collect();
        let hidden = [("program", program.to_string())];
        let title = "Define the tiers anew, all of them";
        blocks.push(forms::command("define_tiers", title, &hidden, fields, (way.fresh)()));
    }
    Ok(Page { title: "Tiers".to_owned(), trail: home(), program: Some(program), blocks })
}

/// Status, tier and household of a member; and its household's members, where it is one.
pub(super) fn facts(ask: &Ask<'_>, path: &str, program: u32) -> Result<Vec<Block>, Problem> {
    let of = ask.get(&format!("{path}/standing"))?;
    let fact = |name, value: String, about: String| Fact { name, value, about };
    let mut facts = vec![
        fact("Status", plain(&of, "status"), String::new()),
        fact("Enrolled", instant(&plain(&of, "enrolled_at")), String::new()),
    ];
    let tier = plain(&of, "tier");
    if !tier.is_empty() {
        let name = plain(&of, "tier_name");
        let until = instant(&plain(&of, "tier_until"));
        let about = if until.is_empty() { until } else { format!("evaluated again {until}") };
        facts.push(fact("Tier", if name.is_empty() { tier } else { name }, about));
    }
    let household = plain(&of, "household");
    if !household.is_empty() {
        let until = instant(&plain(&of, "household_until"));
        let about = if until.is_empty() { "without end".to_owned() } else { format!("until {until}") };
        facts.push(fact("Household", household, about));
    }
    let into = plain(&of, "merged_into");
    if !into.is_empty() {
        facts.push(fact("Merged into", into, String::new()));
    }
    let mut blocks = vec![Block::Facts(facts)];
    if of.get("is_household").and_then(Value::as_bool) == Some(true) {
        let together = ask.get(&format!("{path}/household"))?;
        let members = together.get("members").and_then(Value::as_array).cloned().unwrap_or_default();
        let member = |member: &Value| {
            let text = words(member);
            vec![Cell::text(&text).to(format!("/p/{program}/members/{}", encoded(&text)))]
        };
        blocks.push(Block::Table(Table {
            caption: "Members of this household".to_owned(),
            head: vec![Cell::text("member")],
            rows: members.iter().map(member).collect(),
            empty: "Nobody belongs to it.",
            ..Table::default()
        }));
        let balances = together.get("balances").and_then(Value::as_array).cloned().unwrap_or_default();
        blocks.push(Block::Table(Table::of("What they have together", &BALANCE, &balances)));
    }
    Ok(blocks)
}

/// A member's points on hold, each with what may be done with them.
pub(super) fn holds(ask: &Ask<'_>, way: &Way<'_>, path: &str, program: u32) -> Result<Vec<Block>, Problem> {
    let rows = ask.rows(&format!("{path}/holds?limit=50"))?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let columns = [
        ("hold", "hold"),
        ("held", "on hold"),
        ("points", "at first"),
        ("captured", "captured"),
        ("times_out_at", "given back"),
    ];
    let mut table = Table::of("Points on hold", &columns, &rows);
    for cell in table.rows.iter_mut().filter_map(|row| row.last_mut()) {
        cell.text = if cell.text.is_empty() { "never by itself".to_owned() } else { cell.text.clone() };
    }
    let mut blocks = vec![Block::Table(table.exported(&format!("{path}/holds"), ""))];
    for row in rows.iter().filter(|_| ask.may(Scope::Post)) {
        let hold = plain(row, "hold");
        let hidden = [("program", program.to_string()), ("hold", hold.clone())];
        for (id, title) in [("capture", "Capture"), ("release", "Release")] {
            let fields = vec![Field::line("points", "Points (empty: all)", "number", "")];
            blocks.push(forms::command(id, &format!("{title} hold {hold}"), &hidden, fields, (way.fresh)()));
        }
    }
    Ok(blocks)
}

/// What may be done with a member beside points.
pub(super) fn actions(ask: &Ask<'_>, way: &Way<'_>, program: u32, member: &str) -> Vec<Block> {
    if !ask.may(Scope::Adjust) {
        return Vec::new();
    }
    let hidden = [("program", program.to_string()), ("member", member.to_owned())];
    let form = |id, title: &str, fields| forms::command(id, title, &hidden, fields, (way.fresh)());
    let status = vec![
        Field::choice("status", "Status", &["active", "blocked", "closed"], "active"),
        Field::line("reason", "Why", "text", "").required(),
    ];
    let household = vec![
        Field::line("household", "Household", "text", "").required(),
        Field::line("ends_on", "Last day (empty: without end)", "date", ""),
    ];
    vec![
        form("set_member_status", "Set the status", status),
        form("join_household", "Join a household", household),
        form("leave_household", "Leave the household", Vec::new()),
    ]
}
