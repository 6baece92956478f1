//! What members are owed: as of now, the end of a past day, or any past instant; and what became of the points of some
//! days (rules E50 to E52). The two reconcile: over all days, the cohorts' points that are left are those outstanding.

use super::filter::{Filter, Grouping, Series};
use super::history;
use super::past::as_of;
use super::sums::{self, Days};
use super::unbooked::{programs, unbooked};
use crate::domain::{CohortKey, Day, Fault, ItemPosting, Leg, Program, ProgramId, Timestamp, Totals, TotalsKey, Zone};
use crate::storage::Read;
use std::collections::BTreeMap;

/// When a report is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// The end of a day, in the program's zone; of today: now. Needs no scan.
    Day(Day),
    /// An instant. Reads the journal from there on: of now, nothing.
    At(Timestamp),
}

/// Points owed of one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutstandingRow {
    /// Which.
    pub series: Series,
    /// How many.
    pub points: i128,
}

/// What became of the points of one series that were issued in a range of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CohortRow {
    /// Which.
    pub series: Series,
    /// How many were issued, and what became of them.
    pub fate: Totals,
}

impl CohortRow {
    /// Points that are left of them: the liability of the range (rule E52).
    #[must_use]
    pub fn left(&self) -> i128 {
        self.fate.outstanding()
    }
}

/// Only redeemable points are owed.
fn is_owed(program: Option<&Program>, series: &Series) -> bool {
    program.and_then(|program| program.point_type(series.point_type)).is_some_and(|kind| kind.class.is_redeemable())
}

fn series_of(key: &CohortKey) -> Series {
    Series { source: key.source, point_type: key.point_type, subtype: key.subtype }
}

/// Points that members are owed. What has expired or matured until then is in them, booked or not, so that a report
/// about the past equals the one that was made then.
pub fn outstanding(
    read: &dyn Read,
    now: Timestamp,
    (program, as_of): (ProgramId, AsOf),
    (filter, grouping): (&Filter, Grouping),
) -> Result<Vec<OutstandingRow>, Fault> {
    let programs = programs(read)?;
    let found = programs.get(&program);
    let zone = found.map_or(Zone::UTC, |program| program.settings.zone.clone());
    let mut sums: BTreeMap<Series, i128> = BTreeMap::new();
    let mut add = |series: Series, points: i128| {
        if filter.takes(&series) && is_owed(found, &series) {
            let sum = sums.entry(grouping.row(series)).or_default();
            *sum = sum.saturating_add(points);
        }
    };
    let (until, instant) = match as_of {
        AsOf::Day(day) => (Some(day), day.date().end(&zone).unwrap_or(Timestamp::MAX)),
        AsOf::At(at) => (None, at),
    };
    let instant = instant.min(now);
    sums::totals(read, program, Days { from: None, to: until }, &mut |key, totals| {
        add(series_of(&key), totals.outstanding());
    })?;
    let rows: Vec<(TotalsKey, Totals)> = unbooked(read, program, instant)?.totals;
    for (key, totals) in rows.iter().filter(|(key, _)| until.is_none_or(|until| key.day <= until)) {
        add(series_of(&key.series()), totals.outstanding());
    }
    // what came after the instant is in the sums, and taken out again
    let after = Timestamp::from_ms(instant.ms().saturating_add(1)).filter(|_| until.is_none());
    if let Some(after) = after {
        history::entries_from(read, after, &mut |entry| {
            if entry.command.program == program {
                for posting in entry.legs().iter().filter_map(Leg::posting) {
                    let ItemPosting { source, point_type, subtype, .. } = posting;
                    if posting.effective_at(entry.recorded_at) > instant {
                        add(Series { source, point_type, subtype }, i128::from(posting.gain()).saturating_neg());
                    }
                }
            }
        })?;
    }
    let rows = sums.into_iter().filter(|(_, points)| *points != 0);
    Ok(rows.map(|(series, points)| OutstandingRow { series, points }).collect())
}

/// What became, until `now`, of the points that were issued on some days. A past `now` shows what was known then: the
/// journal is read from there on.
pub fn cohort(
    read: &dyn Read,
    now: Timestamp,
    (program, from, to): (ProgramId, Option<Day>, Option<Day>),
    (filter, grouping): (&Filter, Grouping),
) -> Result<Vec<CohortRow>, Fault> {
    let programs = programs(read)?;
    let found = programs.get(&program);
    let mut sums: BTreeMap<Series, Totals> = BTreeMap::new();
    let mut add = |series: Series, part: &Totals| {
        if filter.takes(&series) && is_owed(found, &series) {
            sums.entry(grouping.row(series)).or_default().add(part);
        }
    };
    let days = Days { from, to };
    sums::totals(read, program, days, &mut |key, totals| add(series_of(&key), &totals.issued_only()))?;
    sums::cohorts(read, program, days, &mut |key, fate| add(series_of(&key), fate))?;
    for (key, fate) in as_of(read, program, now)?.cohorts {
        if from.is_none_or(|from| from <= key.day) && to.is_none_or(|to| key.day <= to) {
            add(series_of(&key), &fate);
        }
    }
    let rows = sums.into_iter().filter(|(_, fate)| *fate != Totals::NONE);
    Ok(rows.map(|(series, fate)| CohortRow { series, fate }).collect())
}
