//! What members were given with a partner beside what it paid for it, and how long its blocks last.

use super::super::call::{Answer, Call, Format, Page};
use super::super::context::Context;
use super::super::params::{Kind, Param};
use super::super::problem::Problem;
use super::super::range;
use super::super::route::{Route, Shape};
use super::super::views::value;
use super::asked::look;
use super::catalog;
use crate::chart::{Figure, Form, POINTS_MAX, Series};
use crate::domain::{BlockId, MemberId, PartnerKey, Points, Program, Rejection, RequestId, Sequence, Timestamp};
use crate::look::forecast;
use crate::report::{self, MonthOfUse, RunOut, UseLine};
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
        .about("When each of a partner's open blocks will be used up or expire, in the order of debit, if members are given points as in the last days."),
    Route::get("/v1/programs/{program}/partners/{partner}/reconciliation", "get_reconciliation", Shape::Page(|g| g.subschema_for::<MonthRow>()), get_reconciliation)
        .with(DURING).also_as(ALL).long()
        .about("By month, what members were given with a partner, what that costs it by its terms, and what left its blocks or was charged: both are read from the journal, each from its own part of an entry."),
    Route::get("/v1/programs/{program}/partners/{partner}/uses", "list_uses", Shape::Page(|g| g.subschema_for::<UseRow>()), list_uses)
        .with(LINES).also_as(TABLE).long()
        .about("The accruals that a partner pays for, and their cancellations: both sides of each, in the order of the journal."),
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

fn uses(context: &Context, call: &Call) -> Result<(Program, Vec<UseLine>), Problem> {
    let (program, key) = known(context, call)?;
    let during = range::instants(call, context.engine.now(), &program.settings.zone)?;
    let lines = look(context, |read| report::partner_use(read, key, (during.start, during.end)))?;
    Ok((program, lines))
}

fn get_reconciliation(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let (program, lines) = uses(context, call)?;
    let zone = &program.settings.zone;
    let mut sums: BTreeMap<(i16, i8), (i128, u64)> = BTreeMap::new();
    for line in &lines {
        let date = line.transaction_at.day_in(zone).date();
        let (owed, differing) = sums.entry((date.year(), date.month())).or_default();
        *owed = owed.saturating_add(line.owed);
        *differing = differing.saturating_add(u64::from(!line.agrees()));
    }
    let months = report::by_month(&lines, zone);
    let text = |month: &MonthOfUse| format!("{:04}-{:02}", month.year, month.month);
    let row = |month: &MonthOfUse| {
        let (owed, differing) = sums.get(&(month.year, month.month)).copied().unwrap_or_default();
        value(&MonthRow {
            month: text(month),
            lines: month.lines,
            given_exact: month.given.to_string(),
            owed_exact: owed.to_string(),
            taken_exact: month.taken.to_string(),
            differing,
            agrees: differing == 0,
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
    let (_, lines) = uses(context, call)?;
    let limit = call.limit()?;
    let from = call.cursor::<u64>()?.map_or(Sequence(0), Sequence);
    let wanted = call.query.get("agrees").map(|word| word == "true");
    let kept = lines.iter().filter(|line| from <= line.sequence && wanted.is_none_or(|is| is == line.agrees()));
    let mut kept: Vec<&UseLine> = kept.take(limit.saturating_add(1)).collect();
    let next = if kept.len() > limit { kept.pop().map(|line| line.sequence) } else { None };
    let row = |line: &&UseLine| {
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
    let (rows, next) = (kept.iter().map(row).collect(), call.next(next));
    Ok(Answer::Page(Box::new(Page { columns: USE, rows, next, ..Page::default() })))
}
