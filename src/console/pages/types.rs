//! The point types of a program.

use super::super::ask::Ask;
use super::super::blocks::{Block, Field, Table, filter, plain};
use super::super::forms;
use super::super::page::{Page, Way, home};

use crate::api::{Problem, Scope};

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
    let mut table = Table::of("Point types", &columns, &rows).worded(3).exported(&path, "");
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
