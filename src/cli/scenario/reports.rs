//! Questions about reports: how they are written, and what is answered.

use super::answer::{Answer, Row};
use super::orders::extras::in_program;
use super::show::{Names, name, of, or_none};
use super::step::{Audit, Report, Sums};
use super::words::{Syntax, Words};
use crate::cli::export::csv_line;
use crate::cli::report::by_day_sheet;
use crate::cli::sheet::Sheet;
use crate::domain::{Date, Day, PointTypeId, ProgramId, SourceId, SubtypeId, Timestamp, Totals, Zone};
use crate::engine::{Engine, Error};
use crate::look::EngineAudit;
use crate::report::{
    AsOf, AuditClock, AuditLine, AuditQuery, CohortRow, ExpiringRow, Filter, Grouping, Preset, Series, SourceDay,
    audit as audit_page, cohort, expiry_curve, outstanding, source_report,
};

/// Lines on a page: few, so that scenarios turn pages.
const PAGE: usize = 3;

/// `audit of T1 source 5 kind redemption member M1 reference "x" text "y" last 7 days newest 3`.
pub(super) fn audit(words: &mut Words<'_>) -> Result<Audit, Syntax> {
    let mut query = AuditQuery { limit: PAGE, ..AuditQuery::of(ProgramId(1)) };
    let (mut preset, mut newest) = (None, usize::MAX);
    while let Some(word) = words.peek().filter(|word| *word != "->") {
        if word == "in" {
            query.program = in_program(words)?;
            continue;
        }
        let wrong = words.expected("a filter, like `source 5` or `kind redemption`");
        words.next();
        match word {
            "of" => query.point_types.push(PointTypeId(words.name('T', "a point type")?)),
            "subtype" => query.subtypes.push(SubtypeId(words.parse("the number of a subtype")?)),
            "source" => query.sources.push(SourceId(words.parse("the number of a source")?)),
            "kind" => query.kinds.push(words.parse("a type of transaction, like issuance")?),
            "member" => query.member = Some(words.parse("a member like M1")?),
            "reference" => query.reference = Some(words.word("a text")?.into()),
            "text" => query.text = Some(words.word("a text")?.into()),
            "from" => query.from = Some(words.instant()?),
            "to" => query.to = Some(words.instant()?),
            "occurred" => query.clock = AuditClock::Occurred,
            "newest" => newest = words.parse("how many lines")?,
            "range" => preset = Some(words.parse::<Preset>("a range, like last-7-days")?),
            _ => return Err(wrong),
        }
    }
    Ok(Audit { query, preset, newest })
}

/// All pages of an answer.
pub(super) fn audit_rows(engine: &Engine, question: &Audit, names: &Names) -> Result<Answer, Error> {
    let mut query = question.query.clone();
    if let Some(preset) = question.preset {
        let range = preset.range(engine.now(), &Zone::UTC);
        (query.from, query.to) = (Some(range.start), Some(range.end));
    }
    let mut rows = Vec::new();
    loop {
        let page = audit_page(&EngineAudit::new(engine), &query)?;
        rows.extend(page.lines.iter().map(|line| audit_row(line, names)));
        query.before = page.next;
        if page.next.is_none() || rows.len() >= question.newest {
            rows.truncate(question.newest);
            return Ok(Answer::rows(rows));
        }
    }
}

fn audit_row(line: &AuditLine, names: &Names) -> Row {
    let row = Row::new(line.transaction_type.code()).amount(line.modification).figure("id", line.id);
    let row = row.figure("of", or_none(line.point_type.map(of))).figure("member", or_none(line.member));
    let row = row.figure("source", or_none(line.source)).figure("debt", line.debt).figure("verb", line.verb);
    let row = row.figure("item", or_none(line.item.map(|item| name(names, item))));
    let fate = line.fate.as_ref();
    let row = row.figure("spent", or_none(fate.map(|fate| fate.amount_spent)));
    let row = row.figure("expired", or_none(fate.map(|fate| fate.amount_expired)));
    let row = row.figure("cancelled", or_none(fate.map(|fate| fate.amount_cancelled)));
    let row = row.figure("moved", or_none(fate.map(|fate| fate.amount_moved)));
    let row = row.figure("left", or_none(fate.map(|fate| fate.left)));
    let row = row.figure("type", line.reference_type).figure("reference", or_none(line.reference.as_deref()));
    row.figure("actor", &*line.actor).figure("occurred_at", line.occurred_at).figure("recorded_at", line.recorded_at)
}

/// `liability source 5 of T1 on 2026-03-31`, `cohort from 2026-03-01 to 2026-03-31 by subtype`.
pub(super) fn sums(report: Report, words: &mut Words<'_>) -> Result<Sums, Syntax> {
    let program = ProgramId(1);
    let (filter, grouping) = (Filter::default(), Grouping::default());
    let mut sums =
        Sums { report, program, from: None, to: None, as_of: None, preset: None, filter, grouping, is_csv: false };
    while let Some(word) = words.peek().filter(|word| *word != "->") {
        if word == "in" {
            sums.program = in_program(words)?;
            continue;
        }
        let wrong = words.expected("a filter, like `source 5`, or a date");
        words.next();
        match word {
            "of" => sums.filter.point_types.push(PointTypeId(words.name('T', "a point type")?)),
            "source" => sums.filter.sources.push(SourceId(words.parse("the number of a source")?)),
            "subtype" => sums.filter.subtypes.push(SubtypeId(words.parse("the number of a subtype")?)),
            "from" => sums.from = Some(day(words)?),
            "to" => sums.to = Some(day(words)?),
            "csv" => sums.is_csv = true,
            "on" => sums.as_of = Some(AsOf::Day(day(words)?)),
            "at" => sums.as_of = Some(AsOf::At(words.instant()?)),
            "range" => sums.preset = Some(words.parse::<Preset>("a range, like last-7-days")?),
            "by" => {
                words.must("subtype")?;
                sums.grouping = Grouping::Subtype;
            }
            _ => return Err(wrong),
        }
    }
    Ok(sums)
}

fn day(words: &mut Words<'_>) -> Result<Day, Syntax> {
    let wrong = words.expected("a date like 2026-03-31");
    let start = words.parse::<Date>("a date like 2026-03-31")?.start(&Zone::UTC);
    start.map(Timestamp::day).ok_or(wrong)
}

/// What a report says.
pub(super) fn sums_rows(engine: &Engine, question: &Sums) -> Result<Answer, Error> {
    let now = engine.now();
    let mut range = (question.program, question.from, question.to);
    let zone = engine.programs()?.get(&question.program).map(|program| program.settings.zone.clone());
    let zone = zone.unwrap_or(Zone::UTC);
    if let Some(preset) = question.preset {
        let found = preset.range(now, &zone);
        (range.1, range.2) = (Some(found.start.day_in(&zone)), Some(found.end.last_day_before(&zone)));
    }
    let as_of = question.as_of.unwrap_or(AsOf::At(now));
    let kinds = (&question.filter, question.grouping);
    let rows = engine.with_snapshot(|read| match question.report {
        Report::Liability => outstanding(read, now, (question.program, as_of), kinds)
            .map(|rows| rows.iter().map(|row| series_row(row.series).amount(row.points)).collect()),
        Report::Cohort => cohort(read, now, range, kinds).map(|rows| {
            let row = |row: &CohortRow| figures(series_row(row.series).amount(row.left()), "", &row.fate);
            rows.iter().map(row).collect()
        }),
        Report::BySource if question.is_csv => {
            source_report(read, now, range, &question.filter).map(|days| csv_rows(by_day_sheet(&days)))
        }
        Report::BySource => source_report(read, now, range, &question.filter).map(|days| {
            let row = |day: &SourceDay| {
                let row = figures(Row::new(day.day.to_string()), "", &day.daily);
                figures(row, "cumulative_", &day.cumulative)
            };
            days.iter().map(row).collect()
        }),
        Report::ExpiryCurve => expiry_curve(read, now, (question.program, question.to), &question.filter).map(|rows| {
            let row = |row: &ExpiringRow| {
                let shown = Row::new(row.day.to_string()).amount(row.points);
                shown.figure("of", of(row.point_type)).figure("source", row.source)
            };
            rows.iter().map(row).collect()
        }),
    })?;
    Ok(Answer::rows(rows?))
}

fn csv_rows(sheet: Sheet) -> Vec<Row> {
    sheet.rows.into_iter().map(|row| Row::new(csv_line(row).trim_end())).collect()
}

fn series_row(series: Series) -> Row {
    let row = Row::new(series.source.to_string()).figure("of", of(series.point_type));
    row.figure("subtype", series.subtype)
}

fn figures(mut row: Row, prefix: &str, totals: &Totals) -> Row {
    for (name, points) in totals.figures() {
        row = row.figure(&format!("{prefix}{name}"), points);
    }
    row
}
