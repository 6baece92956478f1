//! Sources: the list, and one with what may be done to it.

use super::super::ask::Ask;
use super::super::blocks::{Block, Cell, Fact, Field, Table, plain};
use super::super::effect;
use super::super::forms;
use super::super::page::{Page, Way, home, nothing};
use super::audit;

use crate::api::{Problem, Scope};
use crate::chart::grouped;
use serde_json::Value;

/// The list, and the form for a new one (rules E07, E89).
pub(super) fn sources(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let path = format!("/v1/programs/{program}/sources");
    let page = ask.get(&format!("{path}?{}&limit=100", way.pass(&["cursor"])))?;
    let rows = page.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
    let columns = [
        ("source", "source"),
        ("name", "name"),
        ("status", "status"),
        ("reason", "paused by"),
        ("left", "points left"),
        ("issued", "issued"),
    ];
    let link = |at: usize| {
        format!("/p/{program}/sources/{}", rows.get(at).map(|row| plain(row, "source")).unwrap_or_default())
    };
    let mut table = Table::of("Sources", &columns, &rows).linked(0, link).exported(&path, "");
    table.head.push(Cell::text("gives point types"));
    for (cells, row) in table.rows.iter_mut().zip(&rows) {
        cells.push(Cell::text(types(row)));
    }
    table.empty = "There is no source yet.";
    table.next = page.get("next").and_then(Value::as_str).map(|next| format!("/p/{program}/sources?cursor={next}"));
    let mut blocks = vec![Block::Table(table)];
    if ask.may(Scope::Catalog) && ask.token.partner.is_none() {
        let fields = vec![
            Field::line("source", "Source (a number)", "number", "").required(),
            Field::line("name", "Name", "text", ""),
            Field::line("inventory", "Points that it may give (empty: any number)", "number", ""),
            Field::line("low_at", "Low from so many points on", "number", ""),
            Field::choice("beyond", "Beyond its inventory", &["reject", "clip"], "reject"),
        ];
        let hidden = [("program", program.to_string())];
        let form = forms::command("create_source", "Create source", &hidden, fields, (way.fresh)());
        // who came to make one finds the form first, and open
        match way.asked("create") {
            "yes" => blocks.insert(0, forms::unfolded(form)),
            _ => blocks.push(form),
        }
    }
    Ok(Page { title: "Sources".to_owned(), trail: home(), program: Some(program), blocks })
}

/// One source.
pub(super) fn source(ask: &Ask<'_>, way: &Way<'_>, program: u32, source: &str) -> Result<Page, Problem> {
    let id: u32 = source.parse().map_err(|_| nothing())?;
    let of = match ask.get(&format!("/v1/programs/{program}/sources/{id}")) {
        Err(problem) if problem.code == "source_unknown" => return undefined(ask, program, id),
        of => of?,
    };
    let amount = |name: &str| of.get(name).and_then(Value::as_i64).map(|points| grouped(points.into()));
    let fact = |name, value: String, about: &str| Fact { name, value, about: about.to_owned() };
    let status = plain(&of, "status");
    let reason = plain(&of, "reason");
    let facts = vec![
        fact("Status", status.clone(), if reason.is_empty() { "" } else { &reason }),
        fact("Points left", amount("left").unwrap_or_else(|| "any number".to_owned()), "of its inventory"),
        fact("Issued", amount("issued").unwrap_or_else(|| "not counted".to_owned()), "from its inventory"),
        fact("Gives point types", types(&of), ""),
    ];
    let restrictions = of.get("restrictions").and_then(Value::as_array).cloned().unwrap_or_default();
    let columns = [("restriction", "number"), ("max", "points, at most"), ("per", "of each"), ("window", "in")];
    let mut table = Table::of("Restrictions", &columns, &restrictions);
    table.empty = "It has no restriction.";
    let mut blocks = vec![Block::Facts(facts), related(program, id), Block::Table(table)];
    blocks.push(effect::dependents(ask, program, id)?);
    blocks.push(Block::Table(history(ask, program, id)?));
    if ask.may(Scope::Catalog) {
        blocks.extend(actions(way, program, id, (&status, amount("left").is_some())));
        if status == "active" {
            blocks.extend(restrict(way, program, id, &restrictions));
        }
    }
    let list = ("Sources".to_owned(), format!("/p/{program}/sources"));
    Ok(Page::of_one(list, (format!("Source {id}"), plain(&of, "name")), program, blocks))
}

/// A source that points name and nobody defined: its points are reported all the same.
fn undefined(ask: &Ask<'_>, program: u32, source: u32) -> Result<Page, Problem> {
    let text = "This source is not defined. Accruals may name it all the same: it has no inventory, no restriction, and \
                cannot be paused.";
    let blocks = vec![
        Block::Note { tone: "plain", text: text.to_owned() },
        related(program, source),
        Block::Table(history(ask, program, source)?),
    ];
    let mut trail = home();
    trail.push(("Sources".to_owned(), format!("/p/{program}/sources")));
    Ok(Page { title: format!("Source {source}"), trail, program: Some(program), blocks })
}

/// Where more about a source is.
fn related(program: u32, source: u32) -> Block {
    Block::Links(vec![
        ("Its audit log".to_owned(), format!("/p/{program}/audit?source={source}")),
        ("Its points by day".to_owned(), format!("/p/{program}/source-report?source={source}")),
        ("What is owed of it".to_owned(), format!("/p/{program}/liability?source={source}")),
        ("Its expiry curve".to_owned(), format!("/p/{program}/expiry?source={source}")),
    ])
}

/// The newest lines of the audit log that are about a source (rule E38).
fn history(ask: &Ask<'_>, program: u32, source: u32) -> Result<Table, Problem> {
    let query = format!("source={source}");
    let asked = format!("{query}&limit=25");
    let (table, next) = audit::lines(ask, program, ("What happened with it, the newest first", &asked), "")?;
    let mut table = table.exported(&format!("/v1/programs/{program}/reports/audit"), &query);
    table.next = next.map(|_| format!("/p/{program}/audit?{query}"));
    Ok(table)
}

fn types(row: &Value) -> String {
    let types = row.get("point_types").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    types.iter().map(ToString::to_string).collect::<Vec<String>>().join(", ")
}

/// Pausing, resuming, archiving, and its inventory: what fits its status.
fn actions(way: &Way<'_>, program: u32, source: u32, (status, has_inventory): (&str, bool)) -> Vec<Block> {
    let hidden = [("program", program.to_string()), ("source", source.to_string())];
    let form = |id, title: &str, fields| forms::command(id, title, &hidden, fields, (way.fresh)());
    let points = |label| vec![Field::line("points", label, "number", "").required()];
    let mut actions = Vec::new();
    match status {
        "active" => {
            let sure =
                Field::choice("sure", "What depends on it (above) gets no points from it: sure?", &["no", "yes"], "no");
            actions.push(form("pause_source", "Pause this source", vec![sure]));
        }
        "paused" => {
            actions.push(form("resume_source", "Resume this source", Vec::new()));
            let sure = Field::choice("confirm", "It never gives points again: sure?", &["no", "yes"], "no");
            actions.push(form("archive_source", "Archive this source for good", vec![sure]));
        }
        _ => return actions,
    }
    if has_inventory {
        actions.push(form("modify_inventory", "Change the inventory", points("Points more, or less with a minus")));
    } else {
        actions.push(form("set_inventory", "Give it an inventory", points("Points that it may give")));
    }
    actions
}

/// Adding a restriction, and taking away each that there is (rule E94).
fn restrict(way: &Way<'_>, program: u32, source: u32, restrictions: &[Value]) -> Vec<Block> {
    let hidden = vec![("program", program.to_string()), ("source", source.to_string())];
    let fields = vec![
        Field::line("restriction.restriction", "Number of the restriction", "number", "").required(),
        Field::line("restriction.max", "Points, at most", "number", "").required(),
        Field::choice("restriction.per", "Of each member, or of the source", &["member", "source"], "member"),
        Field::choice(
            "restriction.window:calendar.unit",
            "In each of the calendar's",
            &["days", "weeks", "months", "years"],
            "days",
        ),
    ];
    let add = forms::command("restrict_source", "Add a restriction", &hidden, fields, (way.fresh)());
    let remove = |of: &Value| {
        let number = plain(of, "restriction");
        let title = format!("Remove restriction {number}");
        let hidden: Vec<(&str, String)> = hidden.iter().cloned().chain([("restriction", number)]).collect();
        forms::command("unrestrict_source", &title, &hidden, Vec::new(), (way.fresh)())
    };
    [add].into_iter().chain(restrictions.iter().map(remove)).collect()
}
