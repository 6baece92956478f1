//! What members were given with a partner beside what it paid for it, and how long its blocks last.

use super::super::call::{Answer, Call, Format, Page};
use super::super::context::Context;
use super::super::params::{Kind, Param};
use super::super::problem::Problem;
use super::super::range;
use super::super::route::{Route, Shape};
use super::super::views::value;
use super::catalog;
use crate::chart::{Figure, Form, POINTS_MAX, Series};
use crate::domain::{BlockId, MemberId, PartnerKey, Points, Program, Rejection, RequestId, Sequence, Timestamp};
use crate::look::{EngineAudit, each_use, entries_during, forecast, forecast_entries};
use crate::report::{self, MonthOfUse, RunOut, UseLine, UseQuery};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Days whose use goes on, unless a call says how many.
const DAYS_DEFAULT: u16 = 30;
const DAYS_MAX: u16 = 3_660;
const AT_THE_RATE: &[Param] =
    &[Param::new("days", Kind::Number(DAYS_MAX as u64), "It goes on as in so many days before now. Default: 30.")];
const DURING: &[Param] = &[range::FROM, range::TO, range::RANGE];
const LINES: &[Param] = &[
    range::FROM,
    range::TO,
    range::RANGE,
    Param::new("agrees", Kind::Word(&["true", "false"]), "Only lines of which both sides agree, or only the others."),
    Param::new("limit", Kind::Limit, "Rows of the page, at most."),
    Param::new("cursor", Kind::Cursor, "Where the page begins: `next` of the page before."),
];
const ALL: &[Format] = &[Format::Csv, Format::JsonLines, Format::Svg];
const TABLE: &[Format] = &[Format::Csv, Format::JsonLines];

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route::get("/v1/programs/{program}/partners/{partner}/forecast", "get_forecast", Shape::Page(|g| g.subschema_for::<EndRow>()), get_forecast)
        .with(AT_THE_RATE).also_as(ALL).long()
        .about("When each of a partner's open blocks will be used up or expire, in the order of debit, if members are given points as in the last days. It reads the entries of these days: more than 2,000,000 of them are refused."),
    Route::get("/v1/programs/{program}/partners/{partner}/reconciliation", "get_reconciliation", Shape::Page(|g| g.subschema_for::<MonthRow>()), get_reconciliation)
        .with(DURING).also_as(ALL).long()
        .about("By month, what members were given with a partner, what that costs it by its terms, and what left its blocks or was charged: both are read from the journal, each from its own part of an entry. It reads the entries of the days that are asked for: more than 2,000,000 of them are refused."),
    Route::get("/v1/programs/{program}/partners/{partner}/uses", "list_uses", Shape::Page(|g| g.subschema_for::<UseRow>()), list_uses)
        .with(LINES).also_as(TABLE).long()
        .about("The accruals that a partner pays for, and their cancellations: both sides of each, the newest first. A page may be short where others' entries lie between: go on at its cursor until there is none."),
];

/// The program, the partner, and whether it is there.
pub(super) fn known(context: &Context, call: &Call) -> Result<(Program, PartnerKey), Problem> {
    let (program, key) = (catalog::program(context, call)?, call.partner()?);
    match program.terms(key.partner) {
        Some(_) => Ok((program, key)),
        None => Err(Rejection::PartnerUnknown { partner: key.partner }.into()),
    }
}

/// When a block will end.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BlockForecast")]
struct EndRow {
    block: BlockId,
    /// Points left in it now.
    remaining: Points,
    /// When it ends: used up, or expired.
    ends_at: Timestamp,
    /// Points that will be left in it when it expires, exactly.
    lost_exact: String,
}

fn get_forecast(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let (program, key) = known(context, call)?;
    let days = call.query::<u16>("days")?.unwrap_or(DAYS_DEFAULT);
    if days == 0 {
        return Err(Problem::parameter("days", "at least 1"));
    }
    check_entries(forecast_entries(&context.engine, days)?, "days")?;
    let ends = forecast(&context.engine, key, days)?;
    let name = |end: &RunOut| format!("{} ({})", end.block, end.ends_at.day_in(&program.settings.zone));
    let points = |pick: fn(&RunOut) -> i128| ends.iter().take(POINTS_MAX).map(pick).collect();
    let used = |end: &RunOut| i128::from(end.remaining.0).saturating_sub(end.lost);
    let series = [("will be used", points(used)), ("will expire", points(|end| end.lost))];
    let figure = Figure {
        title: "How long the blocks last".to_owned(),
        description: format!("Points left in {} open blocks, in the order of debit.", ends.len()),
        dated: format!("as of {}, at the rate of {days} days", context.engine.now()),
        unit: "points".to_owned(),
        axis: "block and its last day".to_owned(),
        form: Form::StackedBars,
        labels: ends.iter().take(POINTS_MAX).map(name).collect(),
        series: series.into_iter().map(|(name, values)| Series { name: name.to_owned(), values }).collect(),
    };
    let row = |end: &RunOut| {
        let RunOut { block, remaining, ends_at, lost } = *end;
        value(&EndRow { block, remaining, ends_at, lost_exact: lost.to_string() })
    };
    let (columns, rows) = (&["block", "remaining", "ends_at", "lost_exact"], ends.iter().map(row).collect());
    Ok(Answer::Page(Box::new(Page { columns, rows, figure: Some(figure), ..Page::default() })))
}

/// What was given with a partner in a month, and what it cost. Exact sums, as texts.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MonthOfUse")]
struct MonthRow {
    /// As `2026-03`, in the program's zone.
    month: String,
    /// Accruals and cancellations.
    lines: u64,
    /// Points that members were given, less those cancelled.
    given_exact: String,
    /// Partner points that these cost by its terms.
    owed_exact: String,
    /// Partner points that left its blocks, or that it was charged, less those given back.
    taken_exact: String,
    /// Lines of which the two differ.
    differing: u64,
    /// Whether none differs.
    agrees: bool,
}

#[rustfmt::skip]
const MONTH: &[&str] = &["month", "lines", "given_exact", "owed_exact", "taken_exact", "differing", "agrees"];

/// Entries that one call looks at for a page: a page may be short, and then goes on at its cursor.
const LOOKED_AT_MAX: usize = 20_000;

/// Entries that were recorded in the days of a call that sums them up, at most.
const SUMMED_MAX: u64 = 2_000_000;

/// Refuses days in which more was recorded than a call reads.
fn check_entries(entries: u64, parameter: &'static str) -> Result<(), Problem> {
    if entries <= SUMMED_MAX {
        return Ok(());
    }
    let what =
        format!("{entries} entries were recorded in these days, and a call reads {SUMMED_MAX}: ask for fewer days");
    Err(Problem::parameter(parameter, what))
}

fn get_reconciliation(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let (program, key) = known(context, call)?;
    let zone = &program.settings.zone;
    let during = range::instants(call, context.engine.now(), zone)?;
    check_entries(entries_during(&context.engine, &during)?, "from")?;
    let mut months: BTreeMap<(i16, i8), MonthOfUse> = BTreeMap::new();
    each_use(&context.engine, key, during, &mut |line| report::add_to_month(&mut months, &line, zone))?;
    let months: Vec<MonthOfUse> = months.into_values().collect();
    let text = |month: &MonthOfUse| format!("{:04}-{:02}", month.year, month.month);
    let row = |month: &MonthOfUse| {
        value(&MonthRow {
            month: text(month),
            lines: month.lines,
            given_exact: month.given.to_string(),
            owed_exact: month.owed.to_string(),
            taken_exact: month.taken.to_string(),
            differing: month.differing,
            agrees: month.differing == 0,
        })
    };
    let shown = months.get(months.len().saturating_sub(POINTS_MAX)..).unwrap_or_default();
    let of = |pick: fn(&MonthOfUse) -> i128| shown.iter().map(pick).collect();
    let series = [("given to members", of(|month| month.given)), ("taken from the partner", of(|month| month.taken))];
    let figure = Figure {
        title: "Given to members, taken from the partner".to_owned(),
        description: format!("Member points given and partner points taken in each of {} months.", months.len()),
        dated: format!("as of {}, days of {}", context.engine.now(), zone.name()),
        unit: "points".to_owned(),
        axis: "month".to_owned(),
        form: Form::Bars,
        labels: shown.iter().map(text).collect(),
        series: series.into_iter().map(|(name, values)| Series { name: name.to_owned(), values }).collect(),
    };
    let rows = months.iter().map(row).collect();
    Ok(Answer::Page(Box::new(Page { columns: MONTH, rows, figure: Some(figure), ..Page::default() })))
}

/// An accrual that a partner pays for, or the cancellation of one. Exact amounts, as texts.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Use")]
struct UseRow {
    sequence: Sequence,
    request_id: RequestId,
    member: MemberId,
    transaction_at: Timestamp,
    /// Points that the member was given; below 0 where they were cancelled.
    given_exact: String,
    /// Partner points that these cost by the terms of the accrual.
    owed_exact: String,
    /// Partner points that left its blocks, or that it was charged; below 0 where they came back.
    taken_exact: String,
    /// Whether the two are the same.
    agrees: bool,
}

#[rustfmt::skip]
const USE: &[&str] = &["sequence", "request_id", "member", "transaction_at", "given_exact", "owed_exact", "taken_exact", "agrees"];

fn list_uses(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let (program, partner) = known(context, call)?;
    let query = UseQuery {
        partner,
        during: range::instants(call, context.engine.now(), &program.settings.zone)?,
        agrees: call.query.get("agrees").map(|word| word == "true"),
        before: call.cursor::<u64>()?.map(Sequence),
        limit: call.limit()?,
        entries_max: LOOKED_AT_MAX,
    };
    let programs = BTreeMap::from([(partner.program, program)]);
    let page = report::uses(&EngineAudit::new(&context.engine), &programs, &query)?;
    let (lines, next) = (page.lines, page.next.map(|next| next.0));
    let row = |line: &UseLine| {
        value(&UseRow {
            sequence: line.sequence,
            request_id: line.request,
            member: line.member,
            transaction_at: line.transaction_at,
            given_exact: line.given.to_string(),
            owed_exact: line.owed.to_string(),
            taken_exact: line.taken.to_string(),
            agrees: line.agrees(),
        })
    };
    let (rows, next) = (lines.iter().map(row).collect(), call.next(next));
    Ok(Answer::Page(Box::new(Page { columns: USE, rows, next, ..Page::default() })))
}
