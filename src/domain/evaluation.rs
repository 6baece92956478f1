//! The days on which a policy is evaluated: at 00:00 in the program's zone (rules E73, E74, E83).

use super::tagged::tagged;
use super::{Date, Day, Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "their names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// A part of the calendar, in the program's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "their names say it")]
pub enum Period {
    Month,
    Quarter,
    Year,
}

tagged! {
    /// On which days a policy is evaluated. Every so many, counted from the first such day after the policy was set.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Evaluation {
        /// Every so many days.
        0 Daily "daily" (every: u16),
        /// Every so many weeks.
        1 Weekly "weekly" {
            /// How many.
            every: u16,
            /// On which day of the week.
            weekday: Weekday,
        },
        /// Every so many months.
        2 Monthly "monthly" {
            /// How many.
            every: u16,
            /// On which day of the month, 1 to 31; past a month's end, its last day.
            day: u8,
        },
        /// Every so many years.
        3 Yearly "yearly" {
            /// How many.
            every: u16,
            /// In which month, 1 to 12.
            month: u8,
            /// On which day of the month, 1 to 31; past the month's end, its last day.
            day: u8,
        },
    }
}

/// Months since the year 0 of a day.
fn month_of(day: Day) -> i64 {
    let date = day.date();
    i64::from(date.year()).saturating_mul(12).saturating_add(i64::from(date.month()).saturating_sub(1))
}

/// The day in a month, or the month's last.
fn day_in(month: i64, day: u8) -> Option<i64> {
    Date::in_month(month, day).map(|date| i64::from(date.day().0))
}

/// The first of `start`, `start + step`, ... that is not before `from`.
fn align(start: i64, step: i64, from: i64) -> i64 {
    let behind = from.saturating_sub(start).max(0);
    let steps = behind.saturating_add(step.saturating_sub(1)).checked_div(step).unwrap_or(0);
    start.saturating_add(steps.saturating_mul(step))
}

impl Evaluation {
    /// The first evaluation after an instant, of a policy that was set at `since`. `None` past the year 9999.
    #[must_use]
    pub fn next_after(self, instant: Timestamp, since: Timestamp, zone: &Zone) -> Option<Timestamp> {
        // an evaluation is at the beginning of a day: the next one is tomorrow at the earliest
        let tomorrow = |instant: Timestamp| i64::from(instant.day_in(zone).0).saturating_add(1);
        let (from, first) = (tomorrow(instant), tomorrow(since));
        let day = match self {
            Evaluation::Daily(every) => align(first, every.into(), from),
            Evaluation::Weekly { every, weekday } => {
                // 1970-01-01 was a Thursday
                let ahead = (weekday as i64).saturating_sub(3).saturating_sub(first).rem_euclid(7);
                let start = first.saturating_add(ahead);
                align(start, i64::from(every).saturating_mul(7), from)
            }
            Evaluation::Monthly { every, day } => monthly((1, every.into()), 0, day, (first, from))?,
            Evaluation::Yearly { every, month, day } => {
                let month = i64::from(month).saturating_sub(1);
                monthly((12, i64::from(every).saturating_mul(12)), month, day, (first, from))?
            }
        };
        Day(i32::try_from(day).ok()?).checked_date()?.start(zone)
    }
}

/// The first day of that number, in every `step`th month, that is not before `from`; counted from the first in a month
/// `phase`, `phase + cycle`, ... that is not before `first`.
fn monthly((cycle, step): (i64, i64), phase: i64, day: u8, (first, from): (i64, i64)) -> Option<i64> {
    let not_before = |mut month: i64, step: i64, from: i64| -> Option<(i64, i64)> {
        loop {
            let found = day_in(month, day)?;
            if found >= from {
                return Some((month, found));
            }
            month = month.saturating_add(step);
        }
    };
    let day_of = |days: i64| Some(month_of(Day(i32::try_from(days).ok()?)));
    let (start, _) = not_before(align(phase, cycle, day_of(first)?), cycle, first)?;
    let (_, found) = not_before(align(start, step, day_of(from)?), step, from)?;
    Some(found)
}

impl Period {
    /// The end of the period in which an instant lies.
    #[must_use]
    pub fn end(self, instant: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let length = match self {
            Period::Month => 1,
            Period::Quarter => 3,
            Period::Year => 12,
        };
        let month = month_of(instant.day_in(zone));
        Date::in_month(align(0, length, month.saturating_add(1)), 1)?.start(zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn next(evaluation: Evaluation, from: &str) -> String {
        let vienna: Zone = "Europe/Vienna".parse().unwrap();
        evaluation.next_after(at(from), at("2026-01-14T12:00:00Z"), &vienna).unwrap().to_string()
    }

    #[test]
    fn every_so_many_counts_from_the_first_such_day() {
        let cases = [
            (Evaluation::Daily(1), "2026-03-28T23:30:00Z", "2026-03-29T22:00:00.000Z"),
            (Evaluation::Daily(2), "2026-01-14T12:00:00Z", "2026-01-14T23:00:00.000Z"),
            (Evaluation::Daily(2), "2026-01-14T23:00:00Z", "2026-01-16T23:00:00.000Z"),
            (
                Evaluation::Weekly { every: 4, weekday: Weekday::Monday },
                "2026-01-14T12:00:00Z",
                "2026-01-18T23:00:00.000Z",
            ),
            (
                Evaluation::Weekly { every: 4, weekday: Weekday::Monday },
                "2026-01-18T23:00:00Z",
                "2026-02-15T23:00:00.000Z",
            ),
            (Evaluation::Monthly { every: 1, day: 31 }, "2026-02-01T00:00:00Z", "2026-02-27T23:00:00.000Z"),
            (Evaluation::Monthly { every: 1, day: 31 }, "2026-02-27T23:00:00Z", "2026-03-30T22:00:00.000Z"),
            (Evaluation::Monthly { every: 3, day: 10 }, "2026-01-14T12:00:00Z", "2026-02-09T23:00:00.000Z"),
            (Evaluation::Monthly { every: 3, day: 10 }, "2026-02-09T23:00:00Z", "2026-05-09T22:00:00.000Z"),
            (Evaluation::Yearly { every: 1, month: 2, day: 29 }, "2026-01-14T12:00:00Z", "2026-02-27T23:00:00.000Z"),
            (Evaluation::Yearly { every: 2, month: 2, day: 29 }, "2026-02-27T23:00:00Z", "2028-02-28T23:00:00.000Z"),
        ];
        for (evaluation, from, expected) in cases {
            assert_eq!(next(evaluation, from), expected, "{evaluation:?} after {from}");
        }
    }

    #[test]
    fn weeks_are_counted_before_1970_too() {
        let (at, utc) = (at("1900-03-09T12:00:00Z"), Zone::UTC);
        let next = Evaluation::Weekly { every: 1, weekday: Weekday::Sunday }.next_after(at, at, &utc).unwrap();
        assert_eq!(next.to_string(), "1900-03-11T00:00:00.000Z");
    }

    #[test]
    fn an_evaluation_after_the_last_day_is_none() {
        let kathmandu: Zone = "Asia/Kathmandu".parse().unwrap();
        let weekly = Evaluation::Weekly { every: 2, weekday: Weekday::Sunday };
        for evaluation in [weekly, Evaluation::Daily(30), Evaluation::Monthly { every: 1, day: 5 }] {
            assert_eq!(evaluation.next_after(at("9999-12-29T00:00:00Z"), at("9999-11-20T00:00:00Z"), &kathmandu), None);
        }
        let friday = Evaluation::Weekly { every: 2, weekday: Weekday::Friday };
        let last = friday.next_after(at("9999-12-29T00:00:00Z"), at("9999-12-10T12:00:00Z"), &kathmandu);
        assert_eq!(last.unwrap().to_string(), "9999-12-30T18:15:00.000Z");
    }

    #[test]
    fn a_period_ends_with_its_last_day() {
        let vienna: Zone = "Europe/Vienna".parse().unwrap();
        let end = |period: Period, text: &str| period.end(at(text), &vienna).unwrap().to_string();
        assert_eq!(end(Period::Month, "2026-01-31T22:59:59Z"), "2026-01-31T23:00:00.000Z");
        assert_eq!(end(Period::Month, "2026-01-31T23:00:00Z"), "2026-02-28T23:00:00.000Z");
        assert_eq!(end(Period::Quarter, "2026-05-01T00:00:00Z"), "2026-06-30T22:00:00.000Z");
        assert_eq!(end(Period::Year, "2026-05-01T00:00:00Z"), "2026-12-31T23:00:00.000Z");
    }
}
