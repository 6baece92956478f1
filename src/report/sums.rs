//! Sums over a range of days, from as few rows as there are: whole months from the sums of months, the days at its ends
//! one by one; the days of all sources together, or of some sources.

use crate::domain::keys::{KEY_BYTES_MAX, Key};
use crate::domain::rollup::{first_of_month, first_of_next_month, from_day};
use crate::domain::{
    CohortKey, Day, Fault, PointTypeId, ProgramId, SourceDayKey, SourceId, SubtypeId, Totals, TotalsKey,
};
use crate::storage::rows::Rows;
use crate::storage::{Cohorts, CohortsByMonth, Read, Table, TotalsByDay, TotalsByMonth, TotalsBySource, TotalsByType};
use std::collections::BTreeSet;

/// Rows read at first in one go.
const CHUNK: usize = 1024;

/// Days, both among them; `None`: without an end there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) from: Option<Day>,
    pub(super) to: Option<Day>,
}

/// Takes a row: what it sums up, and the sum.
type Each<'a> = dyn FnMut(CohortKey, &Totals) + 'a;

/// What happened on some days, by source, type and subtype. The days of a whole month come together, under its first.
pub(super) fn totals(read: &dyn Read, program: ProgramId, days: Days, each: &mut Each<'_>) -> Result<(), Fault> {
    by_series::<TotalsByMonth, TotalsByDay>(read, (program, days), |key: TotalsKey| key.series(), each)
}

/// What became of the points that were issued on some days, likewise.
pub(super) fn cohorts(read: &dyn Read, program: ProgramId, days: Days, each: &mut Each<'_>) -> Result<(), Fault> {
    by_series::<CohortsByMonth, Cohorts>(read, (program, days), |key: CohortKey| key, each)
}

/// What happened on each of some days: of some sources, or of all together (then the sources are 0).
pub(super) fn daily(
    read: &dyn Read,
    program: ProgramId,
    (days, sources): (Days, &BTreeSet<SourceId>),
    each: &mut Each<'_>,
) -> Result<(), Fault> {
    if sources.is_empty() {
        return days_of::<TotalsByType>(read, (program, days), |key: CohortKey| key, each);
    }
    let (first, last) = (days.from.unwrap_or(Day(i32::MIN)), days.to.unwrap_or(Day(i32::MAX)));
    for source in sources {
        let (point_type, subtype) = (PointTypeId(0), SubtypeId(0));
        let from = SourceDayKey { program, source: *source, day: first, point_type, subtype }.to_bytes();
        let (point_type, subtype) = (PointTypeId(u16::MAX), SubtypeId(u16::MAX));
        let mut to = SourceDayKey { program, source: *source, day: last, point_type, subtype }.to_bytes();
        to.push(0);
        for row in Rows::<TotalsBySource>::between(read, from, to, CHUNK) {
            let (key, totals) = row?;
            each(key.series(), &totals);
        }
    }
    Ok(())
}

fn by_series<M, D>(
    read: &dyn Read,
    (program, days): (ProgramId, Days),
    series: fn(D::Key) -> CohortKey,
    each: &mut Each<'_>,
) -> Result<(), Fault>
where
    M: Table<Key = CohortKey, Value = Totals>,
    D: Table<Value = Totals>,
{
    let Days { from, to } = days;
    // whole months: from the first that begins in the range, to the one that it ends in
    let begin = from.map(|day| if first_of_month(day) == day { day } else { first_of_next_month(day) });
    let end = to.map(|day| first_of_month(Day(day.0.saturating_add(1))));
    if begin.zip(end).is_some_and(|(begin, end)| begin >= end) {
        return days_of::<D>(read, (program, days), series, each);
    }
    if let (Some(from), Some(begin)) = (from, begin.filter(|begin| from != Some(*begin))) {
        let to = Some(Day(begin.0.saturating_sub(1)));
        days_of::<D>(read, (program, Days { from: Some(from), to }), series, each)?;
    }
    let months = Days { from: begin, to: end.map(|end| Day(end.0.saturating_sub(1))) };
    days_of::<M>(read, (program, months), |key| key, each)?;
    match end.zip(to).filter(|(end, to)| end <= to) {
        Some((end, to)) => days_of::<D>(read, (program, Days { from: Some(end), to: Some(to) }), series, each),
        None => Ok(()),
    }
}

/// The rows of some days, of a table in the order of days.
fn days_of<T: Table<Value = Totals>>(
    read: &dyn Read,
    (program, Days { from, to }): (ProgramId, Days),
    series: fn(T::Key) -> CohortKey,
    each: &mut Each<'_>,
) -> Result<(), Fault> {
    let first = from_day(program, from.unwrap_or(Day(i32::MIN)));
    let mut last = from_day(program, to.unwrap_or(Day(i32::MAX)));
    last.resize(KEY_BYTES_MAX.saturating_add(1), 0xFF);
    for row in Rows::<T>::between(read, first, last, CHUNK) {
        let (key, totals) = row?;
        each(series(key), &totals);
    }
    Ok(())
}
