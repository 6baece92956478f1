//! Ranges of time that people choose by name (rules E36, E51), cut in a zone.

use crate::domain::{Span, Timestamp, Unit, Zone};
use std::ops::Range;
use std::str::FromStr;

/// A range by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// Today and the six days before.
    Last7Days,
    /// Today and the 29 days before.
    Last30Days,
    /// The calendar month before this one.
    LastMonth,
    /// This calendar month, all of it.
    ThisMonth,
}

impl FromStr for Preset {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Preset, Self::Err> {
        match text {
            "last-7-days" => Ok(Preset::Last7Days),
            "last-30-days" => Ok(Preset::Last30Days),
            "last-month" => Ok(Preset::LastMonth),
            "this-month" => Ok(Preset::ThisMonth),
            _ => Err("one of last-7-days, last-30-days, last-month, this-month"),
        }
    }
}

impl Preset {
    /// From the first instant to the one after the last, as of `now`.
    #[must_use]
    pub fn range(self, now: Timestamp, zone: &Zone) -> Range<Timestamp> {
        let today = now.start_of(Unit::Days, zone);
        let after =
            |from: Timestamp, count: u16, unit| Span { count, unit }.after(from, zone).unwrap_or(Timestamp::MAX);
        let days_before = |count: u16| {
            // by date, so that a change of the clocks does not shift it
            let noon = today.saturating_add_hours(12);
            noon.saturating_add_hours(i64::from(count).saturating_mul(-24)).start_of(Unit::Days, zone)
        };
        let tomorrow = after(today, 1, Unit::Days);
        let month = now.start_of(Unit::Months, zone);
        match self {
            Preset::Last7Days => days_before(6)..tomorrow,
            Preset::Last30Days => days_before(29)..tomorrow,
            Preset::LastMonth => month.saturating_add_hours(-12).start_of(Unit::Months, zone)..month,
            Preset::ThisMonth => month..after(month, 1, Unit::Months),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_whole_days_of_the_zone() {
        let shown = |preset: Preset, now: &str, zone: &str| {
            let Range { start, end } = preset.range(now.parse().unwrap(), &zone.parse().unwrap());
            format!("{start} {end}")
        };
        let now = "2026-03-31T23:30:00Z";
        assert_eq!(shown(Preset::ThisMonth, now, "UTC"), "2026-03-01T00:00:00.000Z 2026-04-01T00:00:00.000Z");
        assert_eq!(shown(Preset::LastMonth, now, "UTC"), "2026-02-01T00:00:00.000Z 2026-03-01T00:00:00.000Z");
        assert_eq!(shown(Preset::Last7Days, now, "UTC"), "2026-03-25T00:00:00.000Z 2026-04-01T00:00:00.000Z");
        assert_eq!(shown(Preset::Last30Days, now, "UTC"), "2026-03-02T00:00:00.000Z 2026-04-01T00:00:00.000Z");
        let vienna = "Europe/Vienna";
        assert_eq!(shown(Preset::ThisMonth, now, vienna), "2026-03-31T22:00:00.000Z 2026-04-30T22:00:00.000Z");
        assert_eq!(shown(Preset::LastMonth, now, vienna), "2026-02-28T23:00:00.000Z 2026-03-31T22:00:00.000Z");
        // the clocks change on 29 March
        assert_eq!(shown(Preset::Last7Days, now, vienna), "2026-03-25T23:00:00.000Z 2026-04-01T22:00:00.000Z");
    }
}
