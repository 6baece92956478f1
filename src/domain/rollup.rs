//! Sums that are kept once more, in larger pieces or another order, so that a report reads few rows: those of a month, of
//! all sources together, of one source. A checkpoint writes them from the same changes as the sums of days; a command
//! pays nothing for them.

use super::keys::Key;
use super::tables::{Cohorts, CohortsByMonth, Table, TotalsByDay, TotalsByMonth, TotalsBySource, TotalsByType};
use super::{CohortKey, Day, ProgramId, SourceDayKey, SourceId, Sum, TotalsKey};

/// A table whose rows add up rows of another one.
pub trait Rollup: Table<Value: Sum> {
    /// The table that is added up.
    type Of: Table<Value = Self::Value>;

    /// The row in which a row of that table counts.
    fn row_of(key: &<Self::Of as Table>::Key) -> Self::Key;
}

/// 31 December 9999.
const LAST: Day = Day(2_932_896);

/// The first day of a day's month; of the last month there is, for days after it.
#[must_use]
pub fn first_of_month(day: Day) -> Day {
    let day = day.min(LAST);
    Day(day.0.saturating_sub(i32::from(day.date().day_of_month()).saturating_sub(1)))
}

/// The first day of the month after a day's.
#[must_use]
pub fn first_of_next_month(day: Day) -> Day {
    let last = day.date().last_of_month().day_of_month();
    Day(first_of_month(day).0.saturating_add(i32::from(last)))
}

impl Rollup for TotalsByMonth {
    type Of = TotalsByDay;

    fn row_of(key: &TotalsKey) -> CohortKey {
        CohortKey { day: first_of_month(key.day), ..key.series() }
    }
}

impl Rollup for CohortsByMonth {
    type Of = Cohorts;

    fn row_of(key: &CohortKey) -> CohortKey {
        CohortKey { day: first_of_month(key.day), ..*key }
    }
}

impl Rollup for TotalsByType {
    type Of = TotalsByDay;

    fn row_of(key: &TotalsKey) -> CohortKey {
        CohortKey { source: SourceId(0), ..key.series() }
    }
}

impl Rollup for TotalsBySource {
    type Of = TotalsByDay;

    fn row_of(key: &TotalsKey) -> SourceDayKey {
        let TotalsKey { program, day, utc_day: _, source, point_type, subtype } = *key;
        SourceDayKey { program, source, day, point_type, subtype }
    }
}

/// The bytes with which the keys of a program's days begin, from one day on: of tables that are in the order of days.
#[must_use]
pub fn from_day(program: ProgramId, day: Day) -> Vec<u8> {
    let mut bytes = program.to_bytes();
    day.write(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_with_their_first_day() {
        let day = |text: &str| text.parse::<crate::domain::Date>().unwrap().day();
        for (text, first, next) in [
            ("2024-02-29", "2024-02-01", "2024-03-01"),
            ("2026-01-01", "2026-01-01", "2026-02-01"),
            ("2026-12-31", "2026-12-01", "2027-01-01"),
            ("1969-12-31", "1969-12-01", "1970-01-01"),
        ] {
            assert_eq!((first_of_month(day(text)), first_of_next_month(day(text))), (day(first), day(next)), "{text}");
        }
        assert_eq!(first_of_month(LAST), first_of_next_month(day("9999-11-30")));
        assert_eq!([Day(LAST.0 + 1), Day(i32::MAX)].map(first_of_month), [first_of_month(LAST); 2]);
        for day in [Day(i32::MIN), Day(i32::MAX)] {
            assert!(first_of_month(day) <= day, "days beyond the calendar do not overflow");
        }
    }
}
