//! The point types of a program: the list, and one with its policy of expiry.

use super::super::ask::Ask;
use super::super::blocks::{Block, Fact, Field, Table, filter, plain, words};
use super::super::effect;
use super::super::forms;
use super::super::page::{Page, Way, home, nothing};

use crate::api::{Problem, Scope};
use serde_json::Value;

const UNITS: [&str; 4] = ["days", "weeks", "months", "years"];

/// The list, and the form for a new one.
pub(super) fn point_types(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let path = format!("/v1/programs/{program}/point-types");
    let search = way.asked("q").to_lowercase();
    let mut rows = ask.rows(&format!("{path}?limit=1000"))?;
    rows.retain(|row| search.is_empty() || row.to_string().to_lowercase().contains(&search));
    if way.asked("sort") == "class" {
        rows.sort_by_key(|row| plain(row, "class"));
    }
    let columns = [
        ("point_type", "point type"),
        ("name", "name"),
        ("class", "class"),
        ("order", "used first"),
        ("expiry", "expiry"),
        ("negative_balance", "negative balance"),
    ];
    let table = Table::of("Point types", &columns, &rows).worded(3).exported(&path, "");
    let mut table = table.leading(0, &rows, "point_type", &format!("/p/{program}/point-types"));
    table.empty = if search.is_empty() { "There is no point type yet." } else { "No point type fits the search." };
    let fields = vec![
        Field::line("q", "Search", "text", way.asked("q")),
        Field::choice("sort", "Sort by", &["point type", "class"], way.asked("sort")),
    ];
    let filter = filter(format!("/p/{program}/point-types"), "Search", fields);
    let mut blocks = vec![filter, Block::Table(table)];
    if ask.may(Scope::Catalog) && ask.token.partner.is_none() {
        let fields = vec![
            Field::line("point_type", "Point type (a number)", "number", "").required(),
            Field::choice("class", "Class", &["redeemable", "qualifying"], "redeemable"),
            Field::choice("order", "Used first", &["earliest_expiry", "first_in"], "earliest_expiry"),
            Field::line("expiry:after.span.count", "Expires after (empty: never)", "number", ""),
            Field::choice("expiry:after.span.unit", "of", &["", "days", "weeks", "months", "years"], ""),
            Field::choice("negative_balance", "Negative balance", &["allowed", "refused"], "allowed"),
        ];
        let hidden = [("program", program.to_string())];
        let form = forms::command("create_point_type", "Create point type", &hidden, fields, (way.fresh)());
        // who came to make one finds the form first, and open
        match way.asked("create") {
            "yes" => blocks.insert(0, forms::unfolded(form)),
            _ => blocks.push(form),
        }
    }
    Ok(Page { title: "Point types".to_owned(), trail: home(), program: Some(program), blocks })
}

/// One point type.
pub(super) fn point_type(ask: &Ask<'_>, way: &Way<'_>, program: u32, point_type: &str) -> Result<Page, Problem> {
    let id: u16 = point_type.parse().map_err(|_| nothing())?;
    let of = ask.get(&format!("/v1/programs/{program}/point-types/{id}"))?;
    let fact = |name, value: String, about: &str| Fact { name, value, about: about.to_owned() };
    let said = |name: &str| of.get(name).map(words).unwrap_or_default().replace('_', " ");
    let kept = if said("inactivity") == "ignored" { "whatever members do" } else { "or without activity, as below" };
    let mut facts = vec![
        fact("Status", said("status"), ""),
        fact("Class", said("class"), ""),
        fact("Points expire", said("expiry"), kept),
        fact("Used first", said("order"), ""),
        fact("Negative balance", said("negative_balance"), "after a cancellation"),
        fact("Maximum", said("maximum"), "of an account"),
    ];
    if said("inactivity") != "ignored" {
        facts.push(fact("Without activity", said("inactivity"), ""));
    }
    if of.get("is_default").and_then(Value::as_bool) == Some(true) {
        facts.push(fact("Default", "yes".to_owned(), "a redemption that names no type spends it"));
    }
    let mut blocks = vec![Block::Facts(facts)];
    // a partner sees its own pages only
    if ask.token.partner.is_none() {
        blocks.push(Block::Table(effect::givers(ask, program, id.into())?));
        if ask.may(Scope::Catalog) {
            blocks.extend(policies(way, program, id, &of));
        }
    }
    let list = ("Point types".to_owned(), format!("/p/{program}/point-types"));
    Ok(Page::of_one(list, (format!("Point type {id}"), plain(&of, "name")), program, blocks))
}

/// A form for each kind of policy of expiry (rules E69 to E87). Trying one shows what would change, for whom.
fn policies(way: &Way<'_>, program: u32, point_type: u16, of: &Value) -> Vec<Block> {
    let hidden = [("program", program.to_string()), ("point_type", point_type.to_string())];
    let form = |title: &str, more: &[(&str, &str)], fields| {
        let more = more.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let hidden: Vec<(&str, String)> = hidden.iter().cloned().chain(more).collect();
        forms::command("edit_point_type", title, &hidden, fields, (way.fresh)())
    };
    let count = |name, label| Field::line(name, label, "number", "").required();
    let unit = |name| Field::choice(name, "of", &UNITS, "days");
    if plain(of, "status") == "inactive" {
        return vec![form("Activate this point type", &[("status", "active")], Vec::new())];
    }
    vec![
        form(
            "Let points expire a time after they were given",
            &[],
            vec![count("expiry:after.span.count", "Expires after"), unit("expiry:after.span.unit")],
        ),
        form(
            "Let points expire with a month, quarter or year",
            &[],
            vec![
                Field::choice("expiry:end_of.period", "With the end of the", &["month", "quarter", "year"], "year"),
                Field::line("expiry:end_of.span.count", "in which they are so old (empty: were given)", "number", ""),
                Field::choice("expiry:end_of.span.unit", "of", &["", "days", "weeks", "months", "years"], ""),
            ],
        ),
        form(
            "Let points expire on the days of an evaluation",
            &[],
            vec![
                count("expiry:rolling.age.count", "Expires when older than"),
                unit("expiry:rolling.age.unit"),
                count("expiry:rolling.evaluated:monthly.every", "Evaluated every so many months"),
                count("expiry:rolling.evaluated:monthly.day", "on the day"),
            ],
        ),
        form(
            "Let points expire on one day",
            &[],
            vec![Field::line("expiry:on.date", "Last day", "date", "").required()],
        ),
        form("Let points never expire", &[("expiry.kind", "never")], Vec::new()),
        form(
            "Let points expire without activity",
            &[],
            vec![
                count("inactivity:expires.period.count", "So long after the last activity"),
                unit("inactivity:expires.period.unit"),
                Field::line("inactivity:expires.percent", "Per cent of all points (empty: all)", "text", ""),
            ],
        ),
        form("Let points stay without activity", &[("inactivity.kind", "ignored")], Vec::new()),
        form("Deactivate this point type", &[("status", "inactive")], Vec::new()),
    ]
}
