//! Reports about points by where they come from: owed as of any instant, what became of those issued, what happened by
//! day, deferred revenue (rules D05, D14, E50 to E56).

use super::super::call::{Answer, Call, Format};
use super::super::context::Context;
use super::super::params::{Kind, Param};
use super::super::problem::Problem;
use super::super::range;
use super::super::route::{Route, Shape};
use super::super::views::value;
use super::asked::{AS_OF, Asked, BY_SUBTYPE, POINT_TYPE, SOURCE, SUBTYPE, drawn, label, look, page};
use crate::chart::{Figure, Form, POINTS_MAX};
use crate::domain::{PointState, PointTypeId, SourceId, SubtypeId, Totals};
use crate::report::{self, CohortRow, SourceDay, revenue};
use schemars::JsonSchema;
use serde::Serialize;

const OWED: &[Param] = &[AS_OF, SOURCE, POINT_TYPE, SUBTYPE, BY_SUBTYPE];
const ISSUED: &[Param] = &[range::FROM, range::TO, range::RANGE, AS_OF, SOURCE, POINT_TYPE, SUBTYPE, BY_SUBTYPE];
const DAYS: &[Param] = &[range::FROM, range::TO, range::RANGE, AS_OF, SOURCE, POINT_TYPE, SUBTYPE];
const DEFERRED: &[Param] = &[
    range::FROM,
    range::TO,
    range::RANGE,
    AS_OF,
    SOURCE,
    POINT_TYPE,
    SUBTYPE,
    BY_SUBTYPE,
    Param::new(
        "value",
        Kind::Number(1_000_000_000),
        "What a thousand points are worth, in the smallest unit of money. Default: 1000.",
    ),
    Param::new(
        "redeemed_per_mille",
        Kind::Number(1000),
        "How many of a thousand points are expected to be redeemed; the rest is breakage. Default: as many as of those \
         whose fate is settled.",
    ),
];
const ALL: &[Format] = &[Format::Csv, Format::JsonLines, Format::Svg];

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route::get("/v1/programs/{program}/reports/outstanding", "report_outstanding", Shape::Page(|g| g.subschema_for::<OwedRow>()), report_outstanding)
        .with(OWED).also_as(ALL).long()
        .about("Points owed to members by source and type, as of any instant: what the same report said then (rules E50, E51)."),
    Route::get("/v1/programs/{program}/reports/cohorts", "report_cohorts", Shape::Page(|g| g.subschema_for::<CohortView>()), report_cohorts)
        .with(ISSUED).also_as(ALL).long()
        .about("What became of the points that were issued in some days, by source and type (rule E52)."),
    Route::get("/v1/programs/{program}/reports/deferred-revenue", "report_deferred_revenue", Shape::Page(|g| g.subschema_for::<DeferredRow>()), report_deferred)
        .with(DEFERRED).also_as(ALL).long()
        .about("Deferred revenue and breakage of the points that were issued in some days: what is recognised, and what is left as a liability."),
    Route::get("/v1/programs/{program}/reports/days", "report_days", Shape::Page(|g| g.subschema_for::<DayRow>()), report_days)
        .with(DAYS).also_as(ALL).long()
        .about("Points issued, redeemed and expired by day, daily and summed up (rules E53 to E56)."),
];

/// Points owed of a source and a type.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Outstanding")]
struct OwedRow {
    /// What they come from; 0: without a source.
    source: SourceId,
    point_type: PointTypeId,
    /// Why they were given; 0 where rows are not told apart by it.
    subtype: SubtypeId,
    /// How many, exactly.
    owed_exact: String,
}

fn report_outstanding(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let asked = Asked::new(context, call)?;
    let rows = look(context, |read| {
        report::outstanding(read, asked.now, (asked.program, asked.as_of), (&asked.filter, asked.grouping))
    })?;
    let sum = rows.iter().map(|row| row.points).fold(0, i128::saturating_add);
    let description =
        format!("Points owed to members, by source and point type: {} in all.", crate::chart::grouped(sum));
    let figure = asked.figure("Points owed by source", description, "source / point type", Form::Bars);
    let bars: Vec<_> = rows.iter().map(|row| (label(row.series), vec![row.points])).collect();
    let figure = drawn(figure, &["owed"], &bars);
    let row = |row: &report::OutstandingRow| {
        let report::Series { source, point_type, subtype } = row.series;
        value(&OwedRow { source, point_type, subtype, owed_exact: row.points.to_string() })
    };
    Ok(page(&["source", "point_type", "subtype", "owed_exact"], rows.iter().map(row).collect(), figure))
}

/// What became of the points of a source and a type that were issued in some days. Exact sums, as texts.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Cohort")]
struct CohortView {
    /// What they come from; 0: without a source.
    source: SourceId,
    point_type: PointTypeId,
    /// Why they were given; 0 where rows are not told apart by it.
    subtype: SubtypeId,
    issued_exact: String,
    redeemed_exact: String,
    expired_exact: String,
    cancelled_exact: String,
    /// Moved to others, repaid, adjusted, rolled over, less what came in this way.
    other_exact: String,
    /// Left to be used.
    left_exact: String,
}

#[rustfmt::skip]
const COHORT: &[&str] = &["source", "point_type", "subtype", "issued_exact", "redeemed_exact", "expired_exact", "cancelled_exact", "other_exact", "left_exact"];

/// Issued, redeemed, expired, cancelled, and left.
fn parts(row: &CohortRow) -> [i128; 5] {
    let [redeemed, expired, cancelled] =
        [PointState::Redeemed, PointState::Expired, PointState::Cancelled].map(|state| row.fate.gone(state));
    [row.fate.issued, redeemed, expired, cancelled, row.left()]
}

fn report_cohorts(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let asked = Asked::new(context, call)?;
    let rows = look(context, |read| asked.cohorts(read))?;
    let description = format!("What became of the points that were issued: {} sources and point types.", rows.len());
    let figure = asked.figure("What became of points issued", description, "source / point type", Form::StackedBars);
    let bar = |row: &CohortRow| {
        let [_, redeemed, expired, cancelled, left] = parts(row);
        (label(row.series), vec![redeemed, expired, cancelled, left])
    };
    let bars: Vec<_> = rows.iter().map(bar).collect();
    let figure = drawn(figure, &["redeemed", "expired", "cancelled", "left"], &bars);
    let row = |row: &CohortRow| {
        let report::Series { source, point_type, subtype } = row.series;
        let [issued, redeemed, expired, cancelled, left] = parts(row);
        let other = [redeemed, expired, cancelled, left].into_iter().fold(issued, i128::saturating_sub);
        value(&CohortView {
            source,
            point_type,
            subtype,
            issued_exact: issued.to_string(),
            redeemed_exact: redeemed.to_string(),
            expired_exact: expired.to_string(),
            cancelled_exact: cancelled.to_string(),
            other_exact: other.to_string(),
            left_exact: left.to_string(),
        })
    };
    Ok(page(COHORT, rows.iter().map(row).collect(), figure))
}

/// Deferred revenue of the points of a source and a type that were issued in some days. Exact sums, as texts; money in its
/// smallest unit.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeferredRevenue")]
struct DeferredRow {
    /// What they come from; 0: without a source.
    source: SourceId,
    point_type: PointTypeId,
    /// Why they were given; 0 where rows are not told apart by it.
    subtype: SubtypeId,
    /// Points issued, less those cancelled.
    issued_exact: String,
    /// Points redeemed so far.
    redeemed_exact: String,
    /// How many of a thousand points are expected to be redeemed.
    redeemed_per_mille_exact: String,
    /// Points expected to be redeemed in all.
    expected_exact: String,
    /// Breakage: points that nobody is expected to redeem.
    breakage_exact: String,
    /// Money deferred when they were issued.
    deferred_exact: String,
    /// Of it, revenue by now.
    recognised_exact: String,
    /// Of it, still owed.
    liability_exact: String,
}

#[rustfmt::skip]
const DEFERRED_COLUMNS: &[&str] = &["source", "point_type", "subtype", "issued_exact", "redeemed_exact", "redeemed_per_mille_exact", "expected_exact", "breakage_exact", "deferred_exact", "recognised_exact", "liability_exact"];

/// Points: issued, redeemed, expected per mille, expected, not expected; money: deferred, recognised, left.
fn revenue_of(row: &CohortRow, per_thousand: i128, per_mille: Option<i128>) -> Option<[i128; 8]> {
    let [issued, redeemed, expired, cancelled, _] = parts(row);
    let issued = issued.checked_sub(cancelled)?;
    let per_mille = per_mille.unwrap_or_else(|| revenue::redeemed_per_mille(redeemed, expired).unwrap_or(1000));
    let expected = revenue::expected_redemptions(issued, redeemed, per_mille)?;
    let deferred = revenue::worth(issued, per_thousand)?;
    let recognised = revenue::recognised(deferred, redeemed, expected).unwrap_or(0);
    let breakage = issued.checked_sub(expected)?;
    Some([issued, redeemed, per_mille, expected, breakage, deferred, recognised, deferred.checked_sub(recognised)?])
}

fn report_deferred(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let asked = Asked::new(context, call)?;
    let per_thousand = i128::from(call.query::<u32>("value")?.unwrap_or(1000));
    let per_mille = call.query::<u32>("redeemed_per_mille")?.map(i128::from);
    let cohorts = look(context, |read| asked.cohorts(read))?;
    let of = |row: &CohortRow| Some((row.series, revenue_of(row, per_thousand, per_mille)?));
    let found: Vec<_> = cohorts.iter().filter_map(of).collect();
    let description =
        "Of the money that was deferred for points, what has become revenue, and what is left.".to_owned();
    let figure = asked.figure("Deferred revenue", description, "source / point type", Form::StackedBars);
    let figure = Figure { unit: "smallest unit of money".to_owned(), ..figure };
    let bars: Vec<_> =
        found.iter().map(|(series, [.., recognised, left])| (label(*series), vec![*recognised, *left])).collect();
    let figure = drawn(figure, &["recognised", "liability"], &bars);
    let row = |(series, sums): &(report::Series, [i128; 8])| {
        let report::Series { source, point_type, subtype } = *series;
        let [issued, redeemed, per_mille, expected, breakage, deferred, recognised, left] =
            sums.map(|sum| sum.to_string());
        value(&DeferredRow {
            source,
            point_type,
            subtype,
            issued_exact: issued,
            redeemed_exact: redeemed,
            redeemed_per_mille_exact: per_mille,
            expected_exact: expected,
            breakage_exact: breakage,
            deferred_exact: deferred,
            recognised_exact: recognised,
            liability_exact: left,
        })
    };
    Ok(page(DEFERRED_COLUMNS, found.iter().map(row).collect(), figure))
}

/// What happened to points on a day, and since the range began. Exact sums, as texts.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DayOfPoints")]
struct DayRow {
    day: String,
    issued_exact: String,
    redeemed_exact: String,
    expired_exact: String,
    /// Given by adjustments.
    adjusted_in_exact: String,
    /// Taken by adjustments.
    adjusted_exact: String,
    /// Issued since the range began.
    issued_so_far_exact: String,
    /// Redeemed since the range began.
    redeemed_so_far_exact: String,
    /// Expired since the range began.
    expired_so_far_exact: String,
}

#[rustfmt::skip]
const DAY: &[&str] = &["day", "issued_exact", "redeemed_exact", "expired_exact", "adjusted_in_exact", "adjusted_exact", "issued_so_far_exact", "redeemed_so_far_exact", "expired_so_far_exact"];

fn report_days(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let asked = Asked::new(context, call)?;
    let days = look(context, |read| {
        report::source_report(read, asked.now, (asked.program, asked.from, asked.to), &asked.filter)
    })?;
    let three = |of: &Totals| [of.issued, of.gone(PointState::Redeemed), of.gone(PointState::Expired)];
    let description = format!("Points issued, redeemed and expired, summed up over {} days.", days.len());
    let figure = asked.figure("Issued, redeemed, expired, summed up", description, "day", Form::Steps);
    let skipped = days.len().saturating_sub(POINTS_MAX);
    let bars: Vec<_> =
        days.iter().skip(skipped).map(|day| (day.day.to_string(), three(&day.cumulative).to_vec())).collect();
    let figure = drawn(figure, &["issued", "redeemed", "expired"], &bars);
    let row = |day: &SourceDay| {
        let [issued, redeemed, expired] = three(&day.daily).map(|sum| sum.to_string());
        let [issued_so_far, redeemed_so_far, expired_so_far] = three(&day.cumulative).map(|sum| sum.to_string());
        value(&DayRow {
            day: day.day.to_string(),
            issued_exact: issued,
            redeemed_exact: redeemed,
            expired_exact: expired,
            adjusted_in_exact: day.daily.adjusted_in.to_string(),
            adjusted_exact: day.daily.gone(PointState::Adjusted).to_string(),
            issued_so_far_exact: issued_so_far,
            redeemed_so_far_exact: redeemed_so_far,
            expired_so_far_exact: expired_so_far,
        })
    };
    Ok(page(DAY, days.iter().map(row).collect(), figure))
}
