//! What happened to points by day: issued, redeemed, expired, and the rest (rules E53 to E56). Days are those of the
//! program's zone.

use super::filter::{Filter, Series};
use super::past::as_of;
use super::sums::{self, Days};
use crate::domain::{CohortKey, Day, Fault, ProgramId, SourceId, Timestamp, Totals};
use crate::storage::Read;
use std::collections::{BTreeMap, BTreeSet};

/// One day on which something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceDay {
    /// The day.
    pub day: Day,
    /// What happened on it.
    pub daily: Totals,
    /// What happened since the range began: the running sum (rule E55).
    pub cumulative: Totals,
}

/// The days of a range, with what happened until `now`, booked or not; where that is past, as it was known then. A program's first day is that of its first points.
pub fn source_report(
    read: &dyn Read,
    now: Timestamp,
    (program, from, to): (ProgramId, Option<Day>, Option<Day>),
    filter: &Filter,
) -> Result<Vec<SourceDay>, Fault> {
    let mut days: BTreeMap<Day, Totals> = BTreeMap::new();
    // rows of all sources together name none
    let kinds = Filter { sources: Vec::new(), ..filter.clone() };
    let mut add = |key: CohortKey, totals: &Totals| {
        let is_in_range = from.is_none_or(|from| from <= key.day) && to.is_none_or(|to| key.day <= to);
        let series = Series { source: key.source, point_type: key.point_type, subtype: key.subtype };
        if is_in_range && kinds.takes(&series) {
            days.entry(key.day).or_default().add(totals);
        }
    };
    let sources: BTreeSet<SourceId> = filter.sources.iter().copied().collect();
    sums::daily(read, program, (Days { from, to }, &sources), &mut add)?;
    let later = as_of(read, program, now)?.totals;
    let later = later.iter().map(|(key, totals)| (key.series(), totals));
    later.filter(|(key, _)| sources.is_empty() || sources.contains(&key.source)).for_each(|(key, sum)| add(key, sum));
    let mut cumulative = Totals::NONE;
    let rows = days.into_iter().filter(|(_, daily)| *daily != Totals::NONE);
    let rows = rows.map(|(day, daily)| {
        cumulative.add(&daily);
        SourceDay { day, daily, cumulative }
    });
    Ok(rows.collect())
}
