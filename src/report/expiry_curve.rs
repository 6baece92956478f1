//! The expiry curve: points that members have, by the last day on which they can use them, in the program's zone.

use super::filter::{Filter, Series};
use super::past::as_of;
use super::unbooked::programs;
use crate::domain::keys::KEY_BYTES_MAX;
use crate::domain::rollup::from_day;
use crate::domain::{Day, ExpiringKey, Fault, PointTypeId, ProgramId, SourceId, SubtypeId, Timestamp, Zone};
use crate::storage::rows::Rows;
use crate::storage::{Expiring, Read};
use std::collections::BTreeMap;

/// Points that expire with a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpiringRow {
    /// The day.
    pub day: Day,
    /// The kind of points.
    pub point_type: PointTypeId,
    /// What they come from; 0 without a source.
    pub source: SourceId,
    /// How many.
    pub points: i128,
}

/// Points that expire from today on, unless they are used before, up to a day. Those that never expire are not in it.
/// Subtypes are not told apart. A past `now` gives the curve as it was then.
pub fn expiry_curve(
    read: &dyn Read,
    now: Timestamp,
    (program, to): (ProgramId, Option<Day>),
    filter: &Filter,
) -> Result<Vec<ExpiringRow>, Fault> {
    let zone = programs(read)?.get(&program).map_or(Zone::UTC, |program| program.settings.zone.clone());
    let today = now.day_in(&zone);
    let filter = Filter { subtypes: Vec::new(), ..filter.clone() };
    let takes = |key: &ExpiringKey| {
        let series = Series { source: key.source, point_type: key.point_type, subtype: SubtypeId(0) };
        key.day >= today && to.is_none_or(|to| key.day <= to) && filter.takes(&series)
    };
    // few: what is due and not booked, or was recorded later
    let mut corrections: BTreeMap<ExpiringKey, i128> = BTreeMap::new();
    for (key, points) in as_of(read, program, now)?.expiring.into_iter().filter(|(key, _)| takes(key)) {
        let sum = corrections.entry(key).or_default();
        *sum = sum.saturating_add(points);
    }
    let mut end = from_day(program, to.unwrap_or(Day(i32::MAX)));
    end.resize(KEY_BYTES_MAX.saturating_add(1), 0xFF);
    let mut curve = Vec::new();
    let mut add = |key: ExpiringKey, points: i128| {
        let ExpiringKey { day, point_type, source, .. } = key;
        if points != 0 {
            curve.push(ExpiringRow { day, point_type, source, points });
        }
    };
    for row in Rows::<Expiring>::between(read, from_day(program, today), end, 1024) {
        let (key, points) = row?;
        if !takes(&key) {
            continue;
        }
        while let Some(entry) = corrections.first_entry().filter(|entry| *entry.key() < key) {
            let (key, points) = entry.remove_entry();
            add(key, points);
        }
        add(key, points.saturating_add(corrections.remove(&key).unwrap_or_default()));
    }
    corrections.into_iter().for_each(|(key, points)| add(key, points));
    Ok(curve)
}
