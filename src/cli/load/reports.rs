//! How long reports take over what a load has made: the shortest of some calls after a first one.

use super::args::Load;
use super::workload::{PROGRAM, member_of};
use crate::cli::lists;
use crate::cli::output::{Failure, Output};
use crate::domain::{AuditKind, Day, Fault, PointTypeId, Sequence, SourceId, SubtypeId, Timestamp};
use crate::engine::{Engine, Error};
use crate::look::EngineAudit;
use crate::report::{
    AsOf, AuditClock, AuditQuery, By, Filter, Grouping, Liability, audit, cohort, expiry_curve, liability, outstanding,
    source_report,
};
use crate::storage::Read;
use serde::Serialize;
use std::time::Instant;

/// What a report over sums may take, in milliseconds; and a page of the audit log.
const REPORT_MS: f64 = 100.0;
const PAGE_MS: f64 = 10.0;

/// So many calls are timed; the shortest counts: others waited for a processor.
const CALLS: usize = 5;

/// How long a report took.
#[derive(Debug, Serialize)]
pub(super) struct ReportTime {
    pub(super) report: String,
    pub(super) rows: usize,
    pub(super) ms: f64,
    /// What it may take.
    pub(super) limit_ms: f64,
}

/// The last source has no share: see the load's drawing.
fn rarest(load: &Load) -> u32 {
    load.sources.saturating_sub(1).max(1)
}

/// Times one report after the other.
struct Timing<'a> {
    engine: &'a Engine,
    times: Vec<ReportTime>,
}

/// Times every report.
pub(super) fn time(engine: &Engine, load: &Load) -> Result<Vec<ReportTime>, Failure> {
    let mut timing = Timing { engine, times: Vec::new() };
    timing.owed(load)?;
    timing.what_became_of_points(load)?;
    timing.audit_log(load)?;
    Ok(timing.times)
}

impl Timing<'_> {
    fn add(&mut self, report: String, limit_ms: f64, look: impl Fn() -> Result<usize, Failure>) -> Result<(), Failure> {
        look()?;
        let (mut rows, mut ms) = (0, f64::INFINITY);
        for _ in 0..CALLS {
            let begun = Instant::now();
            rows = look()?;
            ms = ms.min(begun.elapsed().as_secs_f64() * 1e3);
        }
        self.times.push(ReportTime { report, rows, ms, limit_ms });
        Ok(())
    }

    fn report(&mut self, name: &str, look: impl Fn(&dyn Read) -> Result<usize, Fault>) -> Result<(), Failure> {
        let engine = self.engine;
        self.add(name.to_owned(), REPORT_MS, || Ok(engine.with_snapshot(|read| look(read))?.map_err(Error::from)?))
    }

    /// Liability, as of now and of a past day, and what expires when.
    fn owed(&mut self, load: &Load) -> Result<(), Failure> {
        let now = self.engine.now();
        let (all, each) = (Filter::default(), Grouping::default());
        let today = now.day();
        let past = Day(today.0.saturating_sub(i32::from(load.spread.unwrap_or_default() / 3)));
        for (name, by) in [("day", By::Day), ("month", By::Month), ("source", By::Source)] {
            let query = Liability { program: PROGRAM, by, ..Liability::default() };
            self.report(&format!("liability by {name}"), |read| Ok(liability(read, now, &query)?.len()))?;
            let query = Liability { from: Some(past), to: Some(Day(today.0.saturating_sub(17))), ..query };
            self.report(&format!("liability by {name}, of a range"), |read| Ok(liability(read, now, &query)?.len()))?;
        }
        let query =
            Liability { program: PROGRAM, by: By::Day, source: Some(SourceId(rarest(load))), ..Liability::default() };
        self.report("liability by day of the rarest source", |read| Ok(liability(read, now, &query)?.len()))?;
        for (name, as_of) in
            [("of a past day", AsOf::Day(past)), ("of today", AsOf::Day(today)), ("now", AsOf::At(now))]
        {
            let owed = |read: &dyn Read| Ok(outstanding(read, now, (PROGRAM, as_of), (&all, each))?.len());
            self.report(&format!("outstanding {name}"), owed)?;
        }
        let rarest = Filter { sources: vec![SourceId(rarest(load))], ..Filter::default() };
        for (name, filter) in [("", &all), (" of the rarest source", &rarest)] {
            let curve = |read: &dyn Read| Ok(expiry_curve(read, now, (PROGRAM, None), filter)?.len());
            self.report(&format!("expiry curve{name}"), curve)?;
        }
        Ok(())
    }

    /// Cohorts, and sources by day.
    fn what_became_of_points(&mut self, load: &Load) -> Result<(), Failure> {
        let now = self.engine.now();
        let (all, each) = (Filter::default(), Grouping::default());
        let past = Some(Day(now.day().0.saturating_sub(i32::from(load.spread.unwrap_or_default() / 3))));
        for (name, from) in [("of all days", None), ("of a range", past)] {
            let fates = |read: &dyn Read| Ok(cohort(read, now, (PROGRAM, from, None), (&all, each))?.len());
            self.report(&format!("cohorts {name}"), fates)?;
        }
        let of = |sources: std::ops::RangeInclusive<u32>| Filter {
            sources: sources.map(SourceId).collect(),
            ..Filter::default()
        };
        let most = of(1..=load.sources.div_ceil(10));
        for (name, filter) in [
            ("all sources", &all),
            ("the commonest source", &of(1..=1)),
            ("the rarest source", &of(rarest(load)..=rarest(load))),
            ("a tenth of the sources", &most),
        ] {
            let days = |read: &dyn Read| Ok(source_report(read, now, (PROGRAM, None, None), filter)?.len());
            self.report(&format!("source report of {name}"), days)?;
        }
        let engine = self.engine;
        self.add("list of sources".to_owned(), REPORT_MS, || Ok(lists::sources(engine, PROGRAM)?.len()))
    }

    /// A page of the audit log by each filter alone.
    fn audit_log(&mut self, load: &Load) -> Result<(), Failure> {
        let engine = self.engine;
        let log = AuditQuery::of(PROGRAM);
        let middle = engine.journal(Sequence(engine.last_sequence().0.midpoint(0)), 1)?;
        let middle = middle.first().map_or(Timestamp::MIN, |entry| entry.recorded_at);
        let query = |change: &dyn Fn(&mut AuditQuery)| {
            let mut query = log.clone();
            change(&mut query);
            query
        };
        let mut queries = vec![
            ("nothing".to_owned(), log.clone()),
            ("an end in the past".to_owned(), query(&|log| log.to = Some(middle))),
            ("a beginning in the past".to_owned(), query(&|log| log.from = Some(middle))),
            (
                "a range of when it happened".to_owned(),
                query(&|log| {
                    (log.clock, log.from) = (AuditClock::Occurred, Some(middle));
                    log.to = Some(middle.saturating_add_hours(24));
                }),
            ),
            ("the commonest source".to_owned(), query(&|log| log.sources = vec![SourceId(1)])),
            ("the rarest source".to_owned(), query(&|log| log.sources = vec![SourceId(rarest(load))])),
            ("no source".to_owned(), query(&|log| log.sources = vec![SourceId(0)])),
            ("a point type".to_owned(), query(&|log| log.point_types = vec![PointTypeId(load.types)])),
            ("a point type without points".to_owned(), query(&|log| log.point_types = vec![PointTypeId(9_999)])),
            ("a subtype without points".to_owned(), query(&|log| log.subtypes = vec![SubtypeId(9)])),
            ("a member".to_owned(), query(&|log| log.member = Some(member_of(load, 0)))),
            ("a reference".to_owned(), query(&|log| log.reference = Some("ref-1000".into()))),
            ("a reference of nothing".to_owned(), query(&|log| log.reference = Some("none".into()))),
            ("a text".to_owned(), query(&|log| log.text = Some("redeem".into()))),
        ];
        for kind in AuditKind::ALL {
            queries.push((format!("type {}", kind.code()), query(&|log| log.kinds = vec![*kind])));
        }
        for (name, query) in queries {
            let page = || -> Result<usize, Failure> { Ok(audit(&EngineAudit::new(engine), &query)?.lines.len()) };
            self.add(format!("page of the audit log by {name}"), PAGE_MS, page)?;
        }
        Ok(())
    }
}

/// The times as lines: what was got, what was wanted, and where it took longer.
pub(super) fn show(times: &[ReportTime], output: &mut Output) -> Result<(), Failure> {
    for ReportTime { report, rows, ms, limit_ms } in times {
        let word = if ms <= limit_ms { "" } else { "  TOO LONG" };
        output.line(format!("{ms:>9.2} ms of {limit_ms:>3.0} {rows:>7} rows: {report}{word}"))?;
    }
    Ok(())
}
