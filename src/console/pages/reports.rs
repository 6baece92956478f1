//! Liability and sources.

use super::super::ask::Ask;
use super::super::blocks::{Block, Cell, Field, Form, Table, chart, plain};
use super::super::page::{Page, Way, home};

use crate::api::Problem;
use crate::chart::{Figure, Form as Shape, Series};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const COLUMNS: [(&str, &str); 7] = [
    ("point_type", "point type"),
    ("issued_exact", "issued"),
    ("redeemed", "redeemed"),
    ("expired", "expired"),
    ("cancelled", "cancelled"),
    ("repaid", "repaid"),
    ("outstanding_exact", "owed"),
];

/// What is owed, by month or day.
pub(super) fn liability(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let path = format!("/v1/programs/{program}/reports/liability");
    let query = way.pass(&["by", "from", "to", "point_type", "source"]);
    let rows = ask.rows(&format!("{path}?{query}"))?;
    let axis = if way.asked("by") == "day" { "day" } else { "month" };
    let fields = vec![
        Field::choice("by", "By", &["month", "day"], way.asked("by")),
        Field::line("from", "From", "date", way.asked("from")),
        Field::line("to", "To", "date", way.asked("to")),
        Field::line("point_type", "Point type", "number", way.asked("point_type")),
        Field::line("source", "Source", "number", way.asked("source")),
    ];
    let now = ask.api.now().to_string();
    let mut blocks = vec![filter(format!("/p/{program}/liability"), fields)];
    blocks.extend(chart(&owed(&rows, axis, &now), "owed", Some(format!("/data{path}.svg?{query}"))));
    blocks.push(Block::Table(movements("Points owed and moved", axis, &rows).exported(&path, &query)));
    Ok(Page { title: "Liability".to_owned(), trail: home(), program: Some(program), blocks })
}

/// What each source issued, and what became of it.
pub(super) fn sources(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let path = format!("/v1/programs/{program}/reports/sources");
    let query = way.pass(&["from", "to", "point_type"]);
    let rows = ask.rows(&format!("{path}?{query}"))?;
    let fields = vec![
        Field::line("from", "From", "date", way.asked("from")),
        Field::line("to", "To", "date", way.asked("to")),
        Field::line("point_type", "Point type", "number", way.asked("point_type")),
    ];
    let names = ["redeemed", "expired", "cancelled", "outstanding_exact"];
    let series = names.map(|name| Series {
        name: if name == "outstanding_exact" { "owed".to_owned() } else { name.to_owned() },
        values: rows.iter().map(|row| plain(row, name).parse().unwrap_or_default()).collect(),
    });
    let label = |row: &Value| match plain(row, "bucket").as_str() {
        "0" => "none".to_owned(),
        source => format!("{source} / {}", plain(row, "point_type")),
    };
    let figure = Figure {
        title: "What became of each source's points".to_owned(),
        description: format!("{} rows: a bar for each source and point type.", rows.len()),
        dated: format!("as of {}", ask.api.now()),
        unit: "points".to_owned(),
        axis: "source / point type".to_owned(),
        form: Shape::StackedBars,
        labels: rows.iter().map(label).collect(),
        series: series.into(),
    };
    let mut blocks = vec![filter(format!("/p/{program}/source-report"), fields)];
    blocks.extend(chart(&figure, "sources", Some(format!("/data{path}.svg?{query}"))));
    blocks.push(Block::Table(movements("By source; 0: points without one", "source", &rows).exported(&path, &query)));
    Ok(Page { title: "Source report".to_owned(), trail: home(), program: Some(program), blocks })
}

fn filter(action: String, fields: Vec<Field>) -> Block {
    let title = "Filters".to_owned();
    Block::Form(Form {
        action,
        is_post: false,
        title,
        fields,
        hidden: Vec::new(),
        button: "Show",
        has_dry_run: false,
        is_folded: false,
    })
}

fn movements(caption: &str, axis: &str, rows: &[Value]) -> Table {
    let columns: Vec<(&str, &str)> = std::iter::once(("bucket", axis)).chain(COLUMNS).collect();
    let columns: Vec<(&'static str, &str)> = columns
        .into_iter()
        .map(|(name, text)| (if name == "bucket" { "bucket" } else { static_name(name) }, text))
        .collect();
    let mut table = Table::of(caption, &columns, rows);
    table.head.iter_mut().take(1).for_each(|head| *head = Cell::text(axis));
    table.empty = "Nothing moved in this time.";
    table
}

fn static_name(name: &str) -> &'static str {
    COLUMNS.iter().find(|(known, _)| *known == name).map_or("", |(known, _)| known)
}

/// A series for each point type, up to as many as can be told apart.
fn owed(rows: &[Value], axis: &str, now: &str) -> Figure {
    let buckets: BTreeSet<String> = rows.iter().map(|row| plain(row, "bucket")).collect();
    let skipped = buckets.len().saturating_sub(crate::chart::POINTS_MAX);
    let types: BTreeSet<u16> = rows.iter().filter_map(|row| plain(row, "point_type").parse().ok()).collect();
    let known: BTreeMap<(String, String), i128> = rows
        .iter()
        .map(|row| {
            let sum = plain(row, "outstanding_exact").parse().unwrap_or_default();
            ((plain(row, "point_type"), plain(row, "bucket")), sum)
        })
        .collect();
    let series = types.iter().take(crate::chart::SERIES_MAX).map(|point_type| {
        let mut last = 0;
        let values = buckets.iter().map(|bucket| {
            last = known.get(&(point_type.to_string(), bucket.clone())).copied().unwrap_or(last);
            last
        });
        Series { name: format!("point type {point_type}"), values: values.skip(skipped).collect() }
    });
    Figure {
        title: "Points owed to members".to_owned(),
        description: format!("Points owed at the end of each {axis}."),
        dated: format!("as of {now}"),
        unit: "points".to_owned(),
        axis: axis.to_owned(),
        form: Shape::Steps,
        series: series.collect(),
        labels: buckets.into_iter().skip(skipped).collect(),
    }
}
