//! What an action changes, and for whom: shown beside its form and when it is tried. It asks, and changes nothing.

use super::ask::Ask;
use super::blocks::{Block, Cell, Table, instant, plain, words};
use crate::api::Problem;
use crate::chart::grouped;
use crate::domain::{Day, Expiry, Timestamp, Zone};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Days from now on which points are given, as examples of a policy.
const EXAMPLES: [i32; 5] = [0, 30, 90, 180, 365];

/// What else is told of a command that is tried. `body` is the command's, with the parameters of its path.
pub(super) fn of(ask: &Ask<'_>, id: &str, program: u32, body: &Map<String, Value>) -> Result<Vec<Block>, Problem> {
    let number = |name: &str| body.get(name).and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
    match (id, number("source"), number("point_type")) {
        ("pause_source" | "archive_source", Some(source), _) => Ok(vec![dependents(ask, program, source)?]),
        ("edit_point_type", _, Some(point_type)) => policy(ask, (program, point_type), body),
        _ => Ok(Vec::new()),
    }
}

/// What a source issued in the last 30 days, by point type; 0: without a source.
type Issued = BTreeMap<String, BTreeMap<String, String>>;

fn issued(ask: &Ask<'_>, program: u32) -> Result<Issued, Problem> {
    let mut issued = Issued::new();
    for row in ask.rows(&format!("/v1/programs/{program}/reports/sources?range=last-30-days"))? {
        let of = issued.entry(plain(&row, "bucket")).or_default();
        of.insert(plain(&row, "point_type"), plain(&row, "issued_exact"));
    }
    Ok(issued)
}

/// The issued points of a source and a type, as a cell.
fn issued_cell(issued: &Issued, source: &str, point_type: &str) -> Cell {
    let points = issued.get(source).and_then(|of| of.get(point_type)).and_then(|points| points.parse().ok());
    Cell::number(points.unwrap_or(0i128))
}

/// Whether a source gives points of a type.
pub(super) fn gives(source: &Value, point_type: u32) -> bool {
    let types = source.get("point_types").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    types.iter().any(|id| id.as_u64() == Some(point_type.into()))
}

/// What depends on a source (rule E27): the point types that it gives, and which other sources give them.
pub(super) fn dependents(ask: &Ask<'_>, program: u32, source: u32) -> Result<Block, Problem> {
    let base = format!("/v1/programs/{program}");
    let sources = ask.every(&format!("{base}/sources"))?;
    let types = ask.every(&format!("{base}/point-types"))?;
    let issued = issued(ask, program)?;
    let is_own = |row: &&Value| row.get("source").and_then(Value::as_u64) == Some(source.into());
    let own = sources.iter().find(is_own).cloned().unwrap_or_default();
    let mut rows = Vec::new();
    for row in &types {
        let id = plain(row, "point_type");
        let Some(point_type) = id.parse().ok().filter(|id| gives(&own, *id)) else { continue };
        let is_other = |row: &&Value| !is_own(row) && gives(row, point_type) && plain(row, "status") == "active";
        let others = sources.iter().filter(is_other).count();
        let without = match others {
            0 => "no other active source gives it".to_owned(),
            1 => "one other active source gives it".to_owned(),
            more => format!("{more} other active sources give it"),
        };
        rows.push(vec![
            Cell::text(&id).to(format!("/p/{program}/point-types/{id}")),
            Cell::of(row, "name"),
            issued_cell(&issued, &source.to_string(), &id),
            Cell::text(without),
        ]);
    }
    let [point_type, name, without] = ["point type", "name", "while it is paused or archived"].map(Cell::text);
    Ok(Block::Table(Table {
        caption: "What depends on this source".to_owned(),
        head: vec![point_type, name, Cell::number_head("given in 30 days"), without],
        rows,
        empty: "It gives no point type.",
        ..Table::default()
    }))
}

/// What a changed policy of expiry changes, and for whom (rules E16, E69): nothing of what was given already.
fn policy(ask: &Ask<'_>, (program, point_type): (u32, u32), body: &Map<String, Value>) -> Result<Vec<Block>, Problem> {
    let base = format!("/v1/programs/{program}");
    let before = ask.get(&format!("{base}/point-types/{point_type}"))?;
    let mut blocks = Vec::new();
    for (name, what) in [("expiry", "Points expire"), ("inactivity", "Without activity")] {
        if let Some(after) = body.get(name) {
            let was = before.get(name).map(words).unwrap_or_default();
            let text = format!("{what}: {was} until now, {} from now on.", words(after));
            blocks.push(Block::Note { tone: "plain", text });
        }
    }
    if blocks.is_empty() {
        return Ok(blocks);
    }
    if let Some(after) = body.get("expiry") {
        let zone = plain(&ask.get(&base)?, "zone");
        blocks.extend(examples(ask.api.now(), &zone, (before.get("expiry"), after)));
    }
    let owed = ask.rows(&format!("{base}/reports/outstanding?point_type={point_type}"))?;
    let owed =
        owed.iter().filter_map(|row| plain(row, "owed_exact").parse::<i128>().ok()).fold(0, i128::saturating_add);
    let text = format!(
        "For members: {} points of this type that they have already stay as they are, and so does an award that says \
         itself when it expires. All other points of this type that are given from now on follow the new policy.",
        grouped(owed)
    );
    blocks.push(Block::Note { tone: "plain", text });
    blocks.push(Block::Table(givers(ask, program, point_type)?));
    Ok(blocks)
}

/// When points would expire that are given on some days, before and after.
fn examples(now: Timestamp, zone: &str, (before, after): (Option<&Value>, &Value)) -> Option<Block> {
    let zone: Zone = zone.parse().ok()?;
    let policy = |value: &Value| serde_json::from_value(value.clone()).ok().map(|expiry: Expiry| expiry.set_at(now));
    let (before, after) = (policy(before?)?, policy(after)?);
    let told = |policy: Expiry, given: Timestamp| match policy.resolve(given, &zone) {
        Some(Some(at)) => instant(&at.to_string()),
        Some(None) => "never".to_owned(),
        None => "after the year 9999".to_owned(),
    };
    let today = now.day_in(&zone);
    let row = |days: i32| {
        let day = Day(today.0.saturating_add(days));
        let given = if days == 0 { now } else { day.date().start(&zone)? };
        let (was, is) = (told(before, given), told(after, given));
        let change = if was == is { "the same" } else { "changed" };
        Some([day.to_string(), was, is, change.to_owned()].map(Cell::text).into())
    };
    Some(Block::Table(Table {
        caption: "Points given on a day, unusable from (UTC)".to_owned(),
        head: ["given on", "until now", "would be", "change"].map(Cell::text).into(),
        rows: EXAMPLES.into_iter().filter_map(row).collect(),
        ..Table::default()
    }))
}

/// The sources that give points of a type, and how many they gave.
pub(super) fn givers(ask: &Ask<'_>, program: u32, point_type: u32) -> Result<Table, Problem> {
    let issued = issued(ask, program)?;
    let id = point_type.to_string();
    let sources = ask.every(&format!("/v1/programs/{program}/sources"))?;
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for row in sources.iter().filter(|row| gives(row, point_type)) {
        let source = plain(row, "source");
        rows.push(vec![
            Cell::text(&source).to(format!("/p/{program}/sources/{source}")),
            Cell::of(row, "name"),
            Cell::of(row, "status"),
            issued_cell(&issued, &source, &id),
        ]);
    }
    // points of no source, or of one that nobody defined
    let is_defined = |source: &str| sources.iter().any(|row| plain(row, "source") == source);
    for source in issued.iter().filter(|(source, of)| !is_defined(source) && of.contains_key(&id)).map(|(id, _)| id) {
        let (name, status) = if source == "0" { ("", "without a source") } else { (source.as_str(), "not defined") };
        let name = if name.is_empty() {
            Cell::text(name)
        } else {
            Cell::text(name).to(format!("/p/{program}/sources/{name}"))
        };
        rows.push(vec![name, Cell::text(""), Cell::text(status), issued_cell(&issued, source, &id)]);
    }
    let head = ["source", "name", "status"].map(Cell::text).into_iter();
    Ok(Table {
        caption: "Sources that give such points".to_owned(),
        head: head.chain([Cell::number_head("given in 30 days")]).collect(),
        rows,
        empty: "No source gives points of this type.",
        ..Table::default()
    })
}
