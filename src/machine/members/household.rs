//! Households: enrolled, joined, left (rules D35 to D41).

use crate::domain::tables::HouseholdMembers;
use crate::domain::{
    Date, EditMembership, EnrolHousehold, HOUSEHOLD_MEMBERS_MAX, HouseholdKey, JoinHousehold, LeaveHousehold, Member,
    MemberId, Membership, Program, Rejection, Subject, Timestamp,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for EnrolHousehold {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        if draft.member_as_booked(self.member)?.is_some() {
            return Err(Rejection::MemberExists.into());
        }

        let household = draft.create_member(self.member);
        draft.effects.members[household].more_mut().is_household = true;
        draft.link_member(household);
        Ok(())
    }
}

impl Rule for JoinHousehold {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)?;
        validate::member("household", self.household)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
        names.subject(Subject::Member(self.household));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let owner = draft.known_member(self.member)?;
        let household = draft.known_member(self.household)?;
        if !draft.is_household(household) {
            return Err(Rejection::NotAHousehold.into());
        }
        if draft.is_household(owner) {
            return Err(Rejection::IsAHousehold.into());
        }
        let before = draft.membership(owner);
        if let Some(Membership { household, .. }) = before.filter(|membership| !membership.is_over(draft.now)) {
            return Err(Rejection::InHousehold { household }.into());
        }
        let ends_at = draft.last_day(self.ends_on)?;
        let members = draft.rows::<HouseholdMembers>(draft.members_of(household), HOUSEHOLD_MEMBERS_MAX)?;
        if members.len() >= HOUSEHOLD_MEMBERS_MAX {
            return Err(Rejection::HouseholdLimit { limit: HOUSEHOLD_MEMBERS_MAX as u32 }.into());
        }

        draft.link_member(owner);
        draft.link_member(household);
        if let Some(before) = before {
            // one that is over is left behind
            draft.leave(owner, before)?;
        }
        let (household_id, rolls_up) = (draft.effects.members.key(household).member, self.rolls_up);
        let membership = Membership { household: household_id, ends_at, rolls_up };
        draft.effects.members[owner].more_mut().membership = Some(membership);
        let key = draft.household_key(owner, household_id);
        draft.put::<HouseholdMembers>(key, Some(()));
        Ok(())
    }
}

impl Rule for EditMembership {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let owner = draft.known_member(self.member)?;
        let before = draft.membership(owner).filter(|membership| !membership.is_over(draft.now));
        let before = before.ok_or(Rejection::NoHousehold)?;
        let ends_at = draft.last_day(self.ends_on)?.or(before.ends_at);

        draft.link_member(owner);
        let rolls_up = self.rolls_up.unwrap_or(before.rolls_up);
        let membership = Membership { ends_at, rolls_up, ..before };
        draft.effects.members[owner].more_mut().membership = Some(membership);
        Ok(())
    }
}

impl Rule for LeaveHousehold {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let owner = draft.known_member(self.member)?;
        let membership = draft.membership(owner).ok_or(Rejection::NoHousehold)?;

        draft.link_member(owner);
        draft.leave(owner, membership)
    }
}

impl Membership {
    /// Whether its last day is over.
    fn is_over(&self, now: Timestamp) -> bool {
        self.ends_at.is_some_and(|end| end <= now)
    }
}

impl<V: View> Draft<'_, V> {
    fn is_household(&self, member: At<Member>) -> bool {
        self.effects.members[member].more.as_ref().is_some_and(|more| more.is_household)
    }

    pub(super) fn membership(&self, member: At<Member>) -> Option<Membership> {
        self.effects.members[member].more.as_ref().and_then(|more| more.membership)
    }

    fn household_key(&self, member: At<Member>, household: MemberId) -> HouseholdKey {
        HouseholdKey { household: self.member_key(household), member: self.effects.members.key(member).member }
    }

    fn members_of(&self, household: At<Member>) -> std::ops::Range<HouseholdKey> {
        let key = |member| HouseholdKey { household: self.effects.members.key(household), member: MemberId(member) };
        key(0)..key(u128::MAX)
    }

    /// The end of the last day of something.
    fn last_day(&self, ends_on: Option<Date>) -> Result<Option<Timestamp>, Undecided> {
        let zone = &self.settings()?.zone;
        Ok(ends_on.map(|date| fits(date.end(zone))).transpose()?)
    }

    pub(super) fn leave(&mut self, owner: At<Member>, membership: Membership) -> Result<(), Undecided> {
        // the household's chain has who left it
        let household = self.known_member(membership.household)?;
        self.link_member(household);
        self.effects.members[owner].more_mut().membership = None;
        let key = self.household_key(owner, membership.household);
        self.put::<HouseholdMembers>(key, None);
        Ok(())
    }
}
