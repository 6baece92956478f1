//! How long reports take over what a load has made: the second call of each, as with any cache.

use super::args::Load;
use super::workload::{PROGRAM, member_of};
use crate::cli::audit::EngineAudit;
use crate::cli::output::Failure;
use crate::domain::{AuditKind, Fault, PointTypeId, Sequence, SourceId};
use crate::engine::{Engine, Error};
use crate::report::{
    AsOf, AuditQuery, By, Filter, Grouping, Liability, audit, cohort, expiry_curve, liability, outstanding,
    source_report,
};
use crate::storage::Read;
use serde::Serialize;
use std::time::Instant;

/// How long a report took.
#[derive(Debug, Serialize)]
pub(super) struct ReportTime {
    pub(super) report: String,
    pub(super) rows: usize,
    pub(super) ms: f64,
}

/// Times every report.
pub(super) fn time(engine: &Engine, load: &Load) -> Result<Vec<ReportTime>, Failure> {
    let mut times = Vec::new();
    let mut add = |report: &str, look: &dyn Fn() -> Result<usize, Failure>| -> Result<(), Failure> {
        look()?;
        let begun = Instant::now();
        let rows = look()?;
        times.push(ReportTime { report: report.to_owned(), rows, ms: begun.elapsed().as_secs_f64() * 1e3 });
        Ok(())
    };
    let now = engine.now();
    let view = |look: &dyn Fn(&dyn Read) -> Result<usize, Fault>| -> Result<usize, Failure> {
        Ok(engine.with_snapshot(|read| look(read))?.map_err(Error::from)?)
    };
    let (all, each) = (Filter::default(), Grouping::default());
    for (name, by) in [("month", By::Month), ("source", By::Source)] {
        let query = Liability { program: PROGRAM, by, ..Liability::default() };
        add(&format!("liability by {name}"), &|| view(&|read| Ok(liability(read, now, &query)?.len())))?;
    }
    let owed = |read: &dyn Read| Ok(outstanding(read, now, (PROGRAM, AsOf::At(now)), (&all, each))?.len());
    add("outstanding now", &|| view(&owed))?;
    let fates = |read: &dyn Read| Ok(cohort(read, now, (PROGRAM, None, None), (&all, each))?.len());
    add("cohorts of all days", &|| view(&fates))?;
    add("expiry curve", &|| view(&|read| Ok(expiry_curve(read, now, (PROGRAM, None), &all)?.len())))?;
    let last = Filter { sources: vec![SourceId(load.sources)], ..Filter::default() };
    for (name, filter) in [("all sources", &all), ("the rarest source", &last)] {
        let days = |read: &dyn Read| Ok(source_report(read, now, (PROGRAM, None, None), filter)?.len());
        add(&format!("report of {name}"), &|| view(&days))?;
    }
    let page =
        |query: AuditQuery| -> Result<usize, Failure> { Ok(audit(&EngineAudit::new(engine), &query)?.lines.len()) };
    let log = AuditQuery::of(PROGRAM);
    let middle =
        engine.journal(Sequence(engine.last_sequence().0.midpoint(0)), 1)?.first().map(|entry| entry.recorded_at);
    let queries = [
        ("nothing", log.clone()),
        ("a day of the past", AuditQuery { to: middle, ..log.clone() }),
        ("the rarest source", AuditQuery { sources: last.sources.clone(), ..log.clone() }),
        ("a point type", AuditQuery { point_types: vec![PointTypeId(load.types)], ..log.clone() }),
        ("expirations", AuditQuery { kinds: vec![AuditKind::Expiration], ..log.clone() }),
        ("redemptions", AuditQuery { kinds: vec![AuditKind::Redemption], ..log.clone() }),
        ("a member", AuditQuery { member: Some(member_of(load, 0)), ..log }),
    ];
    for (name, query) in queries {
        add(&format!("a page of the audit log, by {name}"), &|| page(query.clone()))?;
    }
    Ok(times)
}
