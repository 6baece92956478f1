//! The model's tiers: qualifying points by day, what they reach, and what follows when a tier ends.

use super::calendar::{self, day_of, start_of};
use super::member::{Member, News};
use super::rules::Rules;
use accruedb::domain::*;

/// A moment at which a member's points are looked at: what came before it counts.
struct Moment {
    enrolled: i64,
    before: Timestamp,
    zone: Zone,
}

impl Moment {
    fn last_day(&self) -> i64 {
        day_of(self.last(), &self.zone)
    }

    fn last(&self) -> Timestamp {
        Timestamp::from_ms(self.before.ms() - 1).unwrap_or(Timestamp::MIN)
    }

    /// How many anniversaries of the enrolment a day has seen.
    fn anniversaries(&self, day: i64) -> i64 {
        let mut years = calendar::year_of(day) - calendar::year_of(self.enrolled);
        while calendar::years_after(self.enrolled, years) > day {
            years -= 1;
        }
        years
    }

    fn counts(&self, period: QualifyingPeriod, day: i64) -> bool {
        let last = self.last_day();
        match period {
            QualifyingPeriod::CalendarYear => calendar::year_of(day) == calendar::year_of(last),
            QualifyingPeriod::Anniversary => self.anniversaries(day) == self.anniversaries(last),
            QualifyingPeriod::Rolling(span) => {
                let over = start_of(day, &self.zone).and_then(|start| calendar::after(span, start, &self.zone));
                over.is_none_or(|over| over >= self.before)
            }
        }
    }

    /// Whether points of a day may matter from now on: the end of a tier looks at the period that is over.
    fn matters(&self, period: QualifyingPeriod, day: i64) -> bool {
        let last = self.last_day();
        match period {
            QualifyingPeriod::CalendarYear => calendar::year_of(day) + 1 >= calendar::year_of(last),
            QualifyingPeriod::Anniversary => self.anniversaries(day) + 1 >= self.anniversaries(last),
            QualifyingPeriod::Rolling(_) => self.counts(period, day),
        }
    }

    /// How long a tier lasts that is reached now.
    fn end(&self, period: QualifyingPeriod) -> Timestamp {
        let last = self.last_day();
        let end = match period {
            QualifyingPeriod::CalendarYear => start_of(calendar::first_of(calendar::year_of(last) + 2), &self.zone),
            QualifyingPeriod::Anniversary => {
                let end = calendar::years_after(self.enrolled, self.anniversaries(last) + 2);
                start_of(end, &self.zone)
            }
            QualifyingPeriod::Rolling(span) => calendar::after(span, self.last(), &self.zone),
        };
        end.unwrap_or(Timestamp::MAX)
    }
}

fn rank(ladder: &DefineTiers, tier: Option<TierId>) -> usize {
    ladder.tiers.iter().position(|known| Some(known.tier) == tier).map_or(0, |place| place + 1)
}

impl Member {
    fn moment(&self, before: Timestamp, rules: &Rules) -> Moment {
        let zone = rules.zone();
        Moment { enrolled: day_of(self.enrolled_at, &zone), before, zone }
    }

    fn reached(&self, ladder: &DefineTiers, moment: &Moment) -> Option<TierId> {
        let sum = |point_type: PointTypeId| -> i128 {
            let of =
                self.counted.iter().filter(|((of, day), _)| *of == point_type && moment.counts(ladder.period, *day));
            of.map(|(_, points)| i128::from(*points)).sum()
        };
        let has = |tier: &&Tier| tier.any_of.iter().any(|least| sum(least.point_type) >= least.points.0.into());
        ladder.tiers.iter().rfind(has).map(|tier| tier.tier)
    }

    /// Counts qualifying points of a day, fewer where they are taken back.
    pub(super) fn count(&mut self, (point_type, day): (PointTypeId, i64), points: i64, now: Timestamp, rules: &Rules) {
        let Some(ladder) = rules.tiers() else { return };
        let moment = self.moment(after(now), rules);
        self.counted.retain(|(_, day), _| moment.matters(ladder.period, *day));
        let key = (point_type, day);
        if self.counted.contains_key(&key) || points > 0 && moment.matters(ladder.period, day) {
            *self.counted.entry(key).or_default() += points;
        }
        self.counted.retain(|_, points| *points != 0);
    }

    /// A higher tier is the member's at once.
    pub(super) fn promote(&mut self, now: Timestamp, rules: &Rules) {
        let Some(ladder) = rules.tiers() else { return };
        let moment = self.moment(after(now), rules);
        let has = self.tier.map(|state| state.tier);
        if let Some(tier) = self.reached(ladder, &moment).filter(|tier| rank(ladder, Some(*tier)) > rank(ladder, has)) {
            self.change_tier(Some(TierState { tier, since: moment.last(), until: moment.end(ladder.period) }));
        }
    }

    /// A tier is over: what was earned in the period before says which one follows.
    pub(super) fn end_tier(&mut self, at: Timestamp, rules: &Rules) {
        let moment = self.moment(at, rules);
        let before = self.tier.expect("it ends");
        let next = rules.tiers_in_force(at).and_then(|ladder| {
            let tier = self.reached(ladder, &moment)?;
            let since = if tier == before.tier { before.since } else { at };
            Some(TierState { tier, since, until: moment.end(ladder.period) })
        });
        self.change_tier(next);
    }

    fn change_tier(&mut self, next: Option<TierState>) {
        let before = std::mem::replace(&mut self.tier, next).map(|state| state.tier);
        let (tier, until) = (next.map(|state| state.tier), next.map(|state| state.until));
        self.log.news.push(News::Tier { before, tier, until });
    }
}

/// The instant after another one.
fn after(instant: Timestamp) -> Timestamp {
    Timestamp::from_ms(instant.ms() + 1).unwrap_or(Timestamp::MAX)
}
