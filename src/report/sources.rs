//! What happened to points by day: issued, redeemed, expired, and the rest (rules E53 to E56). Days are those of the
//! program's zone.

use super::filter::{Filter, Series};
use super::past::as_of;
use crate::domain::keys::Key;
use crate::domain::{Day, Fault, ProgramId, Timestamp, Totals, TotalsKey};
use crate::storage::rows::Rows;
use crate::storage::{Read, TotalsByDay};
use std::collections::BTreeMap;

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
    let mut add = |key: &TotalsKey, totals: &Totals| {
        let is_in_range = from.is_none_or(|from| from <= key.day) && to.is_none_or(|to| key.day <= to);
        let series = Series { source: key.source, point_type: key.point_type, subtype: key.subtype };
        if is_in_range && filter.takes(&series) {
            days.entry(key.day).or_default().add(totals);
        }
    };
    let mut first = program.to_bytes();
    from.unwrap_or(Day(i32::MIN)).write(&mut first);
    let mut end = program.to_bytes();
    end.resize(crate::domain::keys::KEY_BYTES_MAX, 0xFF);
    for row in Rows::<TotalsByDay>::between(read, first, end, 1024) {
        let (key, totals) = row?;
        if to.is_some_and(|to| key.day > to) {
            break;
        }
        add(&key, &totals);
    }
    for (key, totals) in as_of(read, program, now)?.totals {
        add(&key, &totals);
    }
    let mut cumulative = Totals::NONE;
    let rows = days.into_iter().filter(|(_, daily)| *daily != Totals::NONE);
    let rows = rows.map(|(day, daily)| {
        cumulative.add(&daily);
        SourceDay { day, daily, cumulative }
    });
    Ok(rows.collect())
}
