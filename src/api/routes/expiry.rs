//! What expires: the curve of all points, the members of whom something does, and the dates of one member.

use super::super::call::{Answer, Call, Format, Page};
use super::super::context::Context;
use super::super::cursor::Row;
use super::super::params::{Kind, Param};
use super::super::problem::Problem;
use super::super::range;
use super::super::route::{Route, Shape};
use super::super::views::value;
use super::asked::{AS_OF, Asked, POINT_TYPE, SOURCE, drawn, look, page};
use super::catalog;
use crate::chart::{Figure, Form, POINTS_MAX, SERIES_MAX};
use crate::domain::keys::DueKey;
use crate::domain::{Date, Day, MemberId, PointTypeId, Points, Rejection, SourceId, Timestamp};
use crate::report::{self, Expiring, ExpiringRow};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

const CURVE: &[Param] = &[
    range::TO,
    AS_OF,
    Param::new("by", Kind::Word(&["day", "month"]), "What a row is about. Default: day."),
    Param::new("by_source", Kind::Word(&["true", "false"]), "Whether each source has a row. Default: false."),
    SOURCE,
    POINT_TYPE,
];
const UNTIL: Param =
    Param::new("until", Kind::Date, "The last day, in the program's zone. Default: 30 days from today.");
const SOON: &[Param] = &[
    UNTIL,
    Param::new("limit", Kind::Limit, "Members of the page, at most; each has a row for each date and point type."),
    Param::new("cursor", Kind::Cursor, "Where the page begins: `next` of the page before."),
];
/// Days that are looked ahead, unless a call says until when.
const DAYS_AHEAD: i32 = 30;
const ALL: &[Format] = &[Format::Csv, Format::JsonLines, Format::Svg];
const TABLE: &[Format] = &[Format::Csv, Format::JsonLines];

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route::get("/v1/programs/{program}/reports/expiry", "report_expiry", Shape::Page(|g| g.subschema_for::<CurveRow>()), report_expiry)
        .with(CURVE).also_as(ALL).long()
        .about("The expiry curve: points that members have, by the last day or month in which they can use them."),
    Route::get("/v1/programs/{program}/reports/expiring", "report_expiring", Shape::Page(|g| g.subschema_for::<SoonRow>()), report_expiring)
        .with(SOON).also_as(TABLE).long()
        .about("The members of whom points expire until a day, in the order in which something of theirs is due next: what a reminder is written from."),
    Route::get("/v1/programs/{program}/members/{member}/expiring", "list_expiring", Shape::Page(|g| g.subschema_for::<SoonRow>()), list_expiring)
        .with(&[UNTIL]).also_as(TABLE)
        .about("The points of a member that expire until a day, by date, unless they are used before."),
];

/// Points that expire with a day or a month.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ExpiryCurveRow")]
struct CurveRow {
    /// The last day, or the month, in which they can be used.
    bucket: String,
    point_type: PointTypeId,
    /// What they come from; 0: without a source. Null where sources are not told apart.
    source: Option<SourceId>,
    /// How many, exactly.
    points_exact: String,
}

fn report_expiry(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let asked = Asked::new(context, call)?;
    let curve = look(context, |read| report::expiry_curve(read, asked.now, (asked.program, asked.to), &asked.filter))?;
    let by_month = call.query.get("by").is_some_and(|by| by == "month");
    let by_source = call.query.get("by_source").is_some_and(|word| word == "true");
    let bucket = |day: Day| match by_month {
        true => format!("{:04}-{:02}", day.date().year(), day.date().month()),
        false => day.to_string(),
    };
    let mut sums: BTreeMap<(String, PointTypeId, Option<SourceId>), i128> = BTreeMap::new();
    for ExpiringRow { day, point_type, source, points } in curve {
        let sum = sums.entry((bucket(day), point_type, by_source.then_some(source))).or_default();
        *sum = sum.saturating_add(points);
    }
    let axis = if by_month { "month" } else { "day" };
    let sum = sums.values().copied().fold(0, i128::saturating_add);
    let description =
        format!("Points by the last {axis} in which they can be used: {} in all.", crate::chart::grouped(sum));
    let figure = stacked(asked.figure("Points that expire", description, axis, Form::StackedBars), &sums);
    let row = |((bucket, point_type, source), points): (&(String, PointTypeId, Option<SourceId>), &i128)| {
        let (bucket, point_type, source) = (bucket.clone(), *point_type, *source);
        value(&CurveRow { bucket, point_type, source, points_exact: points.to_string() })
    };
    Ok(page(&["bucket", "point_type", "source", "points_exact"], sums.iter().map(row).collect(), figure))
}

/// A bar for each bucket, the point types on top of each other.
fn stacked(figure: Figure, sums: &BTreeMap<(String, PointTypeId, Option<SourceId>), i128>) -> Figure {
    let types: BTreeSet<PointTypeId> = sums.keys().map(|(_, point_type, _)| *point_type).take(SERIES_MAX).collect();
    let mut bars: BTreeMap<&str, Vec<i128>> = BTreeMap::new();
    for ((bucket, of, _), points) in sums {
        let bar = bars.entry(bucket).or_insert_with(|| vec![0; types.len()]);
        for (sum, _) in bar.iter_mut().zip(&types).filter(|(_, point_type)| *point_type == of) {
            *sum = sum.saturating_add(*points);
        }
    }
    let names: Vec<String> = types.iter().map(|point_type| format!("point type {point_type}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let bars: Vec<_> = bars.into_iter().take(POINTS_MAX).map(|(bucket, bar)| (bucket.to_owned(), bar)).collect();
    drawn(figure, &names, &bars)
}

/// Points of a member that expire at an instant, unless they are used before.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Expiring")]
struct SoonRow {
    member: MemberId,
    point_type: PointTypeId,
    /// From then on they cannot be used.
    at: Timestamp,
    points: Points,
}

impl From<Expiring> for SoonRow {
    fn from(row: Expiring) -> SoonRow {
        let Expiring { member, point_type, at, points } = row;
        SoonRow { member, point_type, at, points }
    }
}

const SOON_COLUMNS: &[&str] = &["member", "point_type", "at", "points"];

/// Now, and the end of the last day that is asked for.
fn span(context: &Context, call: &Call) -> Result<(crate::domain::Program, Timestamp, Timestamp), Problem> {
    let of = catalog::program(context, call)?;
    let (now, zone) = (context.engine.now(), &of.settings.zone);
    let default = || Day(now.day_in(zone).0.saturating_add(DAYS_AHEAD)).date();
    let until = call.query::<Date>("until")?.unwrap_or_else(default);
    let end = until.end(zone).ok_or_else(|| Problem::parameter("until", "out of range"))?;
    Ok((of, now, end))
}

fn report_expiring(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let (of, now, end) = span(context, call)?;
    let (program, limit) = (call.program()?, call.limit()?);
    let from = call.cursor::<Row<DueKey>>()?.map(|row| row.0);
    if from.is_some_and(|from| from.program != program) {
        return Err(Problem::new("invalid_cursor", "the cursor is of another program").with("parameter", "cursor"));
    }
    let found = look(context, |read| report::expiring(read, (program, &of), (now, end), (from, limit)))?;
    let rows = found.rows.into_iter().map(|row| value(&SoonRow::from(row))).collect();
    let next = call.next(found.next.map(Row));
    Ok(Answer::Page(Box::new(Page { columns: SOON_COLUMNS, rows, next, ..Page::default() })))
}

fn list_expiring(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let (of, now, end) = span(context, call)?;
    let key = call.member()?;
    if context.engine.balances(key)?.is_none() {
        return Err(Rejection::MemberUnknown.into());
    }
    let found = look(context, |read| report::expiring_of(read, &of, key, (now, end)))?;
    let rows = found.into_iter().map(|row| value(&SoonRow::from(row))).collect();
    Ok(Answer::Page(Box::new(Page { columns: SOON_COLUMNS, rows, ..Page::default() })))
}
