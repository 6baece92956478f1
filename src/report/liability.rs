//! What members are owed: points by day, month or source, summed up from the totals. Members are looked at only where
//! something of theirs has expired or matured that is not booked yet.

use super::past::as_of;
use super::sums::{self, Days};
use crate::domain::{CohortKey, Day, Fault, PointTypeId, ProgramId, SourceId, Timestamp, Totals};
use crate::storage::Read;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a row of the report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// A day, in the program's zone.
    Day,
    /// A calendar month of these days.
    #[default]
    Month,
    /// A source, over the whole range.
    Source,
}

/// Which points are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Liability {
    /// Of which program.
    pub program: ProgramId,
    /// The first day; without one, since the beginning.
    pub from: Option<Day>,
    /// The last day; without one, until the end.
    pub to: Option<Day>,
    /// Only points of this source; 0 are those without a source.
    pub source: Option<SourceId>,
    /// Only points of this type.
    pub point_type: Option<PointTypeId>,
    /// What a row is about.
    pub by: By,
}

/// The day, the month or the source of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bucket {
    /// A day, in the program's zone.
    Day(Day),
    /// A year and its month, 1 to 12.
    Month(i16, i8),
    /// A source; 0 for points without one.
    Source(SourceId),
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bucket::Day(day) => day.fmt(f),
            Bucket::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Bucket::Source(source) => source.fmt(f),
        }
    }
}

impl By {
    fn bucket(self, day: Day, source: SourceId) -> Bucket {
        match self {
            By::Day => Bucket::Day(day),
            By::Month => Bucket::Month(day.date().year(), day.date().month()),
            By::Source => Bucket::Source(source),
        }
    }

    /// Rows of one series follow each other in time: what is left of one is carried into the next.
    fn series(self, source: SourceId) -> Option<SourceId> {
        match self {
            By::Day | By::Month => None,
            By::Source => Some(source),
        }
    }
}

/// One day, month or source of one point type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiabilityRow {
    /// Which.
    pub bucket: Bucket,
    /// The kind of points.
    pub point_type: PointTypeId,
    /// What happened in it.
    pub moved: Totals,
    /// Points owed at its end.
    pub outstanding: i128,
}

/// The rows with movements, in order; by source, also those that still owe something. What has expired or matured until
/// `now` is in them, booked or not; what was recorded after a past `now` is not.
pub fn liability(read: &dyn Read, now: Timestamp, query: &Liability) -> Result<Vec<LiabilityRow>, Fault> {
    let mut sums = Sums { query, carried: BTreeMap::new(), moved: BTreeMap::new() };
    let Liability { program, from, to, .. } = *query;
    if query.by == By::Source {
        if let Some(from) = from {
            let before = Day(from.0.saturating_sub(1));
            let before = Days { from: None, to: Some(to.map_or(before, |to| to.min(before))) };
            sums::totals(read, program, before, &mut |key, totals| sums.add(key, totals))?;
        }
        sums::totals(read, program, Days { from, to }, &mut |key, totals| sums.add(key, totals))?;
    } else {
        let sources: BTreeSet<SourceId> = query.source.into_iter().collect();
        let until = Days { from: None, to };
        sums::daily(read, program, (until, &sources), &mut |key, totals| sums.add(key, totals))?;
    }
    for (key, totals) in as_of(read, program, now)?.totals {
        if query.source.is_none_or(|only| only == key.source) {
            sums.add(key.series(), &totals);
        }
    }
    Ok(sums.rows())
}

/// What a report adds up.
struct Sums<'a> {
    query: &'a Liability,
    /// What was owed before the report begins.
    carried: BTreeMap<(Option<SourceId>, PointTypeId), i128>,
    moved: BTreeMap<(Bucket, PointTypeId), (Option<SourceId>, Totals)>,
}

impl Sums<'_> {
    /// Adds a row of the sources that are asked for; by day or month, one of all of them may name none.
    fn add(&mut self, key: CohortKey, totals: &Totals) {
        let Liability { from, to, source, point_type, by, .. } = *self.query;
        let asked_for = to.is_none_or(|last| key.day <= last)
            && (by != By::Source || source.is_none_or(|only| only == key.source))
            && point_type.is_none_or(|only| only == key.point_type);
        if !asked_for {
            return;
        }
        let series = by.series(key.source);
        let is_before = from.is_some_and(|first| key.day < first);
        if is_before {
            let carried = self.carried.entry((series, key.point_type)).or_default();
            *carried = carried.saturating_add(totals.outstanding());
        }
        if !is_before || by == By::Source {
            let bucket = by.bucket(key.day, key.source);
            let (_, sum) = self.moved.entry((bucket, key.point_type)).or_insert((series, NOTHING));
            sum.add(if is_before { &NOTHING } else { totals });
        }
    }

    fn rows(mut self) -> Vec<LiabilityRow> {
        let rows = self.moved.into_iter().map(|((bucket, point_type), (series, moved))| {
            let carried = self.carried.entry((series, point_type)).or_default();
            *carried = carried.saturating_add(moved.outstanding());
            LiabilityRow { bucket, point_type, moved, outstanding: *carried }
        });
        // points that only mature leave totals of nothing
        let says = |row: &LiabilityRow| row.moved != NOTHING || (self.query.by == By::Source && row.outstanding != 0);
        rows.filter(says).collect()
    }
}

const NOTHING: Totals = Totals::NONE;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::keys::Key;
    use crate::domain::{PointState, Rollup, Sequence, SubtypeId, TotalsKey};
    use crate::storage::{Table, TableId, TotalsByDay, TotalsByMonth, TotalsBySource, TotalsByType, Visit, rows};
    use std::ops::ControlFlow;

    /// Tables of totals, and nothing else.
    #[derive(Default)]
    struct Sums(BTreeMap<(TableId, Vec<u8>), Vec<u8>>);

    impl Read for Sums {
        fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
            Ok(self.0.get(&(table, key.to_vec())).cloned())
        }

        fn scan(&self, table: TableId, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), Fault> {
            for ((_, key), value) in self.0.range((table, from.to_vec())..(table, to.to_vec())) {
                if visit(key, value)? == ControlFlow::Break(()) {
                    break;
                }
            }
            Ok(())
        }

        fn last_key(&self, table: TableId) -> Result<Option<Vec<u8>>, Fault> {
            let last = self.0.keys().rev().find(|(of, _)| *of == table);
            Ok(last.map(|(_, key)| key.clone()))
        }

        fn journal(&self, _: Sequence, _: &mut Visit<'_>) -> Result<(), Fault> {
            Ok(())
        }

        fn text(&self, _: crate::domain::TextKey) -> Result<Option<Vec<u8>>, Fault> {
            Ok(None)
        }

        fn referred(&self, _: crate::domain::TextKey, _: usize) -> Result<Vec<Sequence>, Fault> {
            Ok(Vec::new())
        }

        fn journal_record(&self, _: Sequence) -> Result<Option<(Sequence, Vec<u8>)>, Fault> {
            Ok(None)
        }
    }

    impl Sums {
        fn add<T: Table<Value = Totals>>(&mut self, key: &T::Key, part: &Totals) {
            let mut sum = rows::get::<T>(self, key).unwrap().unwrap_or_default();
            sum.add(part);
            let mut value = Vec::new();
            rows::encode::<T>(&sum, &mut value).unwrap();
            self.0.insert((T::ID, key.to_bytes()), value);
        }
    }

    /// Days around the end of January 1970, two sources, and a neighbour program.
    fn sums() -> Sums {
        let rows = [
            (1, 0, 1, 100, 0),
            (1, 30, 1, 50, 20),
            (1, 30, 2, 7, 0),
            (1, 31, 1, 0, 30),
            (1, 31, 2, 1, 0),
            (1, 5, 3, 9, 9),
            (1, 35, 1, 0, 0),
            (2, 30, 1, 999, 0),
        ];
        let mut sums = Sums::default();
        for (program, day, source, issued, redeemed) in rows {
            let key = TotalsKey {
                program: ProgramId(program),
                day: Day(day),
                utc_day: Day(day),
                source: SourceId(source),
                point_type: PointTypeId(1),
                subtype: SubtypeId(0),
            };
            let mut totals = NOTHING;
            totals.issued = issued;
            totals.add_gone(PointState::Redeemed, redeemed);
            sums.add::<TotalsByDay>(&key, &totals);
            sums.add::<TotalsByMonth>(&TotalsByMonth::row_of(&key), &totals);
            sums.add::<TotalsByType>(&TotalsByType::row_of(&key), &totals);
            sums.add::<TotalsBySource>(&TotalsBySource::row_of(&key), &totals);
        }
        sums
    }

    fn report(query: Liability) -> Vec<(String, i128, i128)> {
        let rows = liability(&sums(), Timestamp::MAX, &Liability { program: ProgramId(1), ..query }).unwrap();
        rows.iter().map(|row| (row.bucket.to_string(), row.moved.issued, row.outstanding)).collect()
    }

    #[test]
    fn months_carry_what_is_left() {
        assert_eq!(report(Liability::default()), [("1970-01".into(), 166, 137), ("1970-02".into(), 1, 108)]);
    }

    #[test]
    fn a_range_begins_with_what_was_carried_into_it() {
        let query = Liability { from: Some(Day(31)), to: Some(Day(35)), by: By::Day, ..Liability::default() };
        assert_eq!(report(query), [("1970-02-01".into(), 1, 108)]);
        assert_eq!(report(Liability { source: Some(SourceId(2)), ..query }), [("1970-02-01".into(), 1, 8)]);
    }

    #[test]
    fn sources_that_still_owe_are_listed() {
        let query = Liability { from: Some(Day(40)), by: By::Source, ..Liability::default() };
        assert_eq!(report(query), [("1".into(), 0, 100), ("2".into(), 0, 8)]);
    }
}
