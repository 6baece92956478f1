//! Tiers: qualifying points are counted by day; whoever reaches a tier has it in the same commit. At the end of a tier,
//! it is reached again, or lost (rules D30, D34).

use crate::domain::{Assessment, Day, Leg, Member, PointTypeId, Points, Qualified, TierState, Timestamp, Versions};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::view::{Undecided, View};

impl<'a, V: View> Draft<'a, V> {
    /// Counts qualifying points of a day, where the program has tiers; fewer where an accrual is cancelled.
    pub(in crate::machine) fn count(
        &mut self,
        owner: At<Member>,
        (point_type, day): (PointTypeId, Day),
        points: Points,
    ) -> Result<(), Undecided> {
        let Some(ladder) = self.program()?.ladder.as_ref().map(Versions::current) else { return Ok(()) };
        let at = self.assessment(owner, after(self.now))?;
        let more = self.effects.members[owner].more_mut();
        more.counted.retain(|part| ladder.needs(part.day, &at));
        let known = more.counted.iter_mut().find(|part| part.point_type == point_type && part.day == day);
        match known {
            Some(part) => part.points = fits(part.points.plus(points))?,
            None if ladder.needs(day, &at) && points.is_positive() => {
                more.counted.push(Qualified { point_type, day, points });
            }
            None => {}
        }
        more.counted.retain(|part| part.points != Points::ZERO);
        Ok(())
    }

    fn assessment(&self, owner: At<Member>, before: Timestamp) -> Result<Assessment<'a>, Undecided> {
        let zone = &self.program()?.settings.zone;
        Ok(Assessment { enrolled_at: self.effects.members[owner].enrolled_at, before, zone })
    }

    /// A member who has reached a higher tier has it from now on (rule D30).
    pub(in crate::machine) fn promote(&mut self, owner: At<Member>) -> Result<(), Undecided> {
        let Some(ladder) = self.program()?.ladder.as_ref().map(Versions::current) else { return Ok(()) };
        let at = self.assessment(owner, after(self.now))?;
        let Some(more) = &self.effects.members[owner].more else { return Ok(()) };
        let (reached, has) = (ladder.reached(&more.counted, &at), more.tier.map(|state| state.tier));
        if let Some(tier) = reached.filter(|_| ladder.rank(reached) > ladder.rank(has)) {
            let state = TierState::reached(tier, ladder, &at);
            self.change_tier(owner, Some(state));
        }
        Ok(())
    }

    /// The end of a tier has come: the period that has ended says which one follows.
    pub(in crate::machine) fn end_tier(&mut self, owner: At<Member>) -> Result<(), Undecided> {
        let ladder = self.program()?.ladder.as_ref().map(|all| all.in_force(self.at, |ladder| ladder.since).1);
        let at = self.assessment(owner, self.at)?;
        let counted = self.effects.members[owner].more.as_ref().map(|more| more.counted.as_slice()).unwrap_or_default();
        let reached = ladder.and_then(|ladder| Some((ladder, ladder.reached(counted, &at)?)));
        let mut next = reached.map(|(ladder, tier)| TierState::reached(tier, ladder, &at));
        let before = self.effects.members[owner].more.as_ref().and_then(|more| more.tier);
        if let (Some(next), Some(before)) = (&mut next, before) {
            next.since = if next.tier == before.tier { before.since } else { self.at };
        }
        self.change_tier(owner, next);
        Ok(())
    }

    fn change_tier(&mut self, owner: At<Member>, next: Option<TierState>) {
        let member = self.shown_member(owner);
        let record = &mut self.effects.members[owner];
        let before = std::mem::replace(&mut record.more_mut().tier, next);
        next.into_iter().for_each(|state| record.due_by(state.until));
        let tier = |state: TierState| state.tier;
        let (before, until) = (before.map(tier), next.map(|state| state.until));
        self.effects.legs.push(Leg::TierChanged { member, before, tier: next.map(tier), until });
    }
}

/// The instant after another one.
fn after(instant: Timestamp) -> Timestamp {
    Timestamp::from_ms(instant.ms().saturating_add(1)).unwrap_or(Timestamp::MAX)
}
