//! The expiry curve: points that members have, by the last day on which they can use them, in the program's zone.

use super::filter::{Filter, Series};
use super::past::as_of;
use super::unbooked::programs;
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
    let mut sums: BTreeMap<ExpiringKey, i128> = BTreeMap::new();
    let mut rows = as_of(read, program, now)?.expiring;
    for row in Rows::<Expiring>::under(read, &program) {
        rows.push(row?);
    }
    for (key, points) in rows {
        let series = Series { source: key.source, point_type: key.point_type, subtype: SubtypeId(0) };
        let filter = Filter { subtypes: Vec::new(), ..filter.clone() };
        if key.day >= today && to.is_none_or(|to| key.day <= to) && filter.takes(&series) {
            let sum = sums.entry(key).or_default();
            *sum = sum.saturating_add(points);
        }
    }
    let rows = sums.into_iter().filter(|(_, points)| *points != 0);
    let row = |(ExpiringKey { day, point_type, source, .. }, points)| ExpiringRow { day, point_type, source, points };
    Ok(rows.map(row).collect())
}
