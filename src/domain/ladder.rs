//! The ladder of a program: its tiers, and who reaches which.

use super::{Date, Day, PointTypeId, Points, Qualified, Span, TierId, TierState, Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// So many qualifying points of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// The kind of points.
    pub point_type: PointTypeId,
    /// How many, more than 0.
    pub points: Points,
}

/// One tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Its id.
    pub tier: TierId,
    /// What people call it. Default: nothing.
    #[serde(default)]
    pub name: Box<str>,
    /// Any one of these is enough (rule D07).
    pub any_of: Vec<Threshold>,
}

super::tagged::tagged! {
    /// In which time points count toward a tier (rule D34), in days of the program's zone.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum QualifyingPeriod {
        /// In the calendar year. A tier lasts to the end of the next one.
        #[default]
        0 CalendarYear "calendar_year",
        /// In the year from a member's enrolment, and from each anniversary of it. A tier lasts to the end of the next.
        1 Anniversary "anniversary",
        /// In the time before, of this length. A tier lasts as long.
        2 Rolling "rolling" (span: Span),
    }
}

/// A program's tiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Ladder {
    /// From the lowest to the highest.
    pub tiers: Vec<Tier>,
    /// In which time points count.
    pub period: QualifyingPeriod,
    /// When this version was set.
    pub since: Timestamp,
}

/// A moment at which a member's points are held against a ladder.
#[derive(Debug, Clone, Copy)]
pub struct Assessment<'a> {
    /// When the member was enrolled.
    pub enrolled_at: Timestamp,
    /// Points up to here count: the instant itself does not.
    pub before: Timestamp,
    /// The program's zone.
    pub zone: &'a Zone,
}

impl Assessment<'_> {
    fn last(&self) -> Timestamp {
        Timestamp::from_ms(self.before.ms().saturating_sub(1)).unwrap_or(Timestamp::MIN)
    }

    /// How many anniversaries of the enrolment had come by a day.
    fn anniversaries(&self, day: Day) -> i64 {
        let years = i64::from(day.date().year()).saturating_sub(self.first_date().year().into());
        let has_come = self.anniversary(years).is_some_and(|date| date <= day.date());
        years.saturating_sub(i64::from(!has_come))
    }

    fn first_date(&self) -> Date {
        self.enrolled_at.day_in(self.zone).date()
    }

    /// The anniversary of the enrolment after so many years: of 29 February, in other years the month's last day.
    fn anniversary(&self, years: i64) -> Option<Date> {
        let first = self.first_date();
        let month = i64::from(first.year()).saturating_add(years).saturating_mul(12);
        let day = u8::try_from(first.day_of_month()).unwrap_or(1);
        Date::in_month(month.saturating_add(i64::from(first.month()).saturating_sub(1)), day)
    }

    fn year(&self) -> i64 {
        self.last().day_in(self.zone).date().year().into()
    }

    /// Whether points of a day count.
    fn counts(&self, period: QualifyingPeriod, day: Day) -> bool {
        match period {
            QualifyingPeriod::CalendarYear => i64::from(day.date().year()) == self.year(),
            QualifyingPeriod::Anniversary => {
                self.anniversaries(day) == self.anniversaries(self.last().day_in(self.zone))
            }
            QualifyingPeriod::Rolling(span) => {
                let over = day.date().start(self.zone).and_then(|start| span.after(start, self.zone));
                over.is_none_or(|over| over >= self.before)
            }
        }
    }

    /// How long a tier lasts that is reached now.
    #[must_use]
    pub fn tier_end(&self, period: QualifyingPeriod) -> Timestamp {
        let end = match period {
            QualifyingPeriod::CalendarYear => {
                Date::in_month(self.year().saturating_add(2).saturating_mul(12), 1).and_then(|day| day.start(self.zone))
            }
            QualifyingPeriod::Anniversary => {
                let passed = self.anniversaries(self.last().day_in(self.zone));
                self.anniversary(passed.saturating_add(2)).and_then(|day| day.start(self.zone))
            }
            QualifyingPeriod::Rolling(span) => span.after(self.last(), self.zone),
        };
        end.unwrap_or(Timestamp::MAX)
    }
}

impl Ladder {
    /// The place of a tier, from 1; 0 for none, and for one that is not there any more.
    #[must_use]
    pub fn rank(&self, tier: Option<TierId>) -> usize {
        let place = self.tiers.iter().position(|known| Some(known.tier) == tier);
        place.map_or(0, |place| place.saturating_add(1))
    }

    /// The highest tier that qualifying points of some days reach (rule D07).
    #[must_use]
    pub fn reached(&self, counted: &[Qualified], at: &Assessment<'_>) -> Option<TierId> {
        let sum = |point_type: PointTypeId| {
            let counting = counted.iter().filter(|part| part.point_type == point_type);
            counting.filter(|part| at.counts(self.period, part.day)).map(|part| part.points).sum::<i128>()
        };
        let is_reached = |threshold: &Threshold| sum(threshold.point_type) >= threshold.points.0.into();
        let tier = self.tiers.iter().rev().find(|tier| tier.any_of.iter().any(is_reached));
        tier.map(|tier| tier.tier)
    }

    /// Whether points of a day may still matter at or after an instant.
    #[must_use]
    pub fn needs(&self, day: Day, at: &Assessment<'_>) -> bool {
        match self.period {
            // a tier that ends looks at the period that has just ended
            QualifyingPeriod::CalendarYear => i64::from(day.date().year()).saturating_add(1) >= at.year(),
            QualifyingPeriod::Anniversary => {
                at.anniversaries(day).saturating_add(1) >= at.anniversaries(at.last().day_in(at.zone))
            }
            QualifyingPeriod::Rolling(_) => at.counts(self.period, day),
        }
    }
}

impl TierState {
    /// A tier that is reached now.
    #[must_use]
    pub fn reached(tier: TierId, ladder: &Ladder, at: &Assessment<'_>) -> TierState {
        TierState { tier, since: at.last(), until: at.tier_end(ladder.period) }
    }
}
