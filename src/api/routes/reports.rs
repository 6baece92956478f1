//! Reports: points owed and moved, by day, month or source; as a table and as a picture.

use super::super::call::{Answer, Call, Format, Page};
use super::super::context::Context;
use super::super::params::{Kind, Param};
use super::super::problem::Problem;
use super::super::range;
use super::super::route::{Route, Shape};
use super::super::views::{self, MovementRow, value};
use super::catalog;
use crate::chart::{Figure, Form, POINTS_MAX, SERIES_MAX, Series, grouped};
use crate::domain::{PointState, PointTypeId, SourceId, Timestamp};
use crate::engine::Error;
use crate::report::{By, Liability, LiabilityRow, liability};
use std::collections::{BTreeMap, BTreeSet};

const QUERY: &[Param] = &[
    Param::new("by", Kind::Word(&["day", "month"]), "What a row is about. Default: month."),
    range::FROM,
    range::TO,
    range::RANGE,
    Param::new("source", Kind::Number(u32::MAX as u64), "Only points of this source; 0: those without one."),
    Param::new("point_type", Kind::Number(u16::MAX as u64), "Only points of this type."),
];
const DAYS: &[Param] = &[
    range::FROM,
    range::TO,
    range::RANGE,
    Param::new("point_type", Kind::Number(u16::MAX as u64), "Only points of this type."),
];
const ALL: &[Format] = &[Format::Csv, Format::JsonLines, Format::Svg];

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route::get("/v1/programs/{program}/reports/liability", "report_liability", Shape::Page(|g| g.subschema_for::<MovementRow>()), by_time)
        .with(QUERY).also_as(ALL).long()
        .about("Points owed to members at the end of each day or month, and what moved in it. What has expired or matured is in it, booked or not."),
    Route::get("/v1/programs/{program}/reports/sources", "report_sources", Shape::Page(|g| g.subschema_for::<MovementRow>()), by_source)
        .with(DAYS).also_as(ALL).long()
        .about("Points issued by each source, and what became of them."),
];

fn by_time(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let by = if call.query.get("by").is_some_and(|by| by == "day") { By::Day } else { By::Month };
    let rows = rows(context, call, by)?;
    let axis = if by == By::Day { "day" } else { "month" };
    let figure = owed(&rows, axis, context.engine.now());
    Ok(page(&rows, figure))
}

fn by_source(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let rows = rows(context, call, By::Source)?;
    let figure = moved(&rows, context.engine.now());
    Ok(page(&rows, figure))
}

fn rows(context: &Context, call: &Call, by: By) -> Result<Vec<LiabilityRow>, Problem> {
    let of = catalog::program(context, call)?;
    let now = context.engine.now();
    let (from, to) = range::days(call, now, &of.settings.zone)?;
    let query = Liability {
        program: call.program()?,
        from,
        to,
        source: call.query("source")?.map(SourceId),
        point_type: call.query("point_type")?.map(PointTypeId),
        by,
    };
    Ok(context.engine.with_snapshot(|read| liability(read, now, &query))?.map_err(Error::from)?)
}

fn page(rows: &[LiabilityRow], figure: Figure) -> Answer {
    let rows = rows.iter().map(|row| value(&MovementRow::from(row))).collect();
    Answer::Page(Box::new(Page { columns: views::MOVEMENT, rows, figure: Some(figure), ..Page::default() }))
}

/// What is owed over time: a series for each point type, as many as can be told apart. A type that does not move in a
/// month still owes what it owed before.
fn owed(rows: &[LiabilityRow], axis: &str, now: Timestamp) -> Figure {
    let buckets: BTreeSet<_> = rows.iter().map(|row| row.bucket).collect();
    let skipped = buckets.len().saturating_sub(POINTS_MAX);
    let types: BTreeSet<PointTypeId> = rows.iter().map(|row| row.point_type).collect();
    let known: BTreeMap<_, i128> = rows.iter().map(|row| ((row.point_type, row.bucket), row.outstanding)).collect();
    let series = types.iter().take(SERIES_MAX).map(|point_type| {
        let mut last = 0;
        let values = buckets.iter().map(|bucket| {
            last = known.get(&(*point_type, *bucket)).copied().unwrap_or(last);
            last
        });
        Series { name: format!("point type {point_type}"), values: values.skip(skipped).collect() }
    });
    let series: Vec<Series> = series.collect();
    let last: i128 = series.iter().filter_map(|series| series.values.last()).fold(0, |a, b| a.saturating_add(*b));
    Figure {
        title: "Points owed to members".to_owned(),
        description: format!("Points owed at the end of each {axis}; at the end {}.", grouped(last)),
        dated: format!("as of {now}"),
        unit: "points".to_owned(),
        axis: axis.to_owned(),
        form: Form::Steps,
        labels: buckets.iter().skip(skipped).map(ToString::to_string).collect(),
        series,
    }
}

/// What became of each source's points: those of all types together.
fn moved(rows: &[LiabilityRow], now: Timestamp) -> Figure {
    let mut sums: BTreeMap<_, [i128; 4]> = BTreeMap::new();
    for row in rows {
        let parts = [
            row.moved.gone(PointState::Redeemed),
            row.moved.gone(PointState::Expired),
            row.moved.gone(PointState::Cancelled),
            row.outstanding,
        ];
        let sum = sums.entry(row.bucket).or_default();
        sum.iter_mut().zip(parts).for_each(|(sum, part)| *sum = sum.saturating_add(part));
    }
    let names = ["redeemed", "expired", "cancelled", "owed"];
    let series = names.iter().enumerate().map(|(at, name)| {
        let values = sums.values().take(POINTS_MAX).filter_map(|sums| sums.get(at)).copied().collect();
        Series { name: (*name).to_owned(), values }
    });
    Figure {
        title: "Points by source".to_owned(),
        description: "What became of the points that each source issued.".to_owned(),
        dated: format!("as of {now}"),
        unit: "points".to_owned(),
        axis: "source".to_owned(),
        form: Form::StackedBars,
        labels: sums.keys().take(POINTS_MAX).map(ToString::to_string).collect(),
        series: series.collect(),
    }
}
