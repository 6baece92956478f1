//! The model's households: who belongs to one, and whose qualifying points roll up.

use super::calendar;
use super::ledger::{Effect, Model, Transaction};
use super::member::{Belongs, Given, Handle, Item, Member};
use accruedb::domain::*;
use accruedb::engine::HouseholdState;
use std::collections::BTreeSet;

/// Whether its last day is over.
fn is_over(belongs: &Belongs, now: Timestamp) -> bool {
    belongs.ends_at.is_some_and(|end| end <= now)
}

impl Model {
    pub(super) fn enrol_household(&mut self, body: &EnrolHousehold) -> Effect {
        if self.resolve(body.member).is_some() {
            return Err(Rejection::MemberExists);
        }
        let mut household = Member::new(body.member, self.now);
        household.is_household = true;
        self.members.insert(body.member, household);
        self.linked.insert(body.member);
        Ok(Transaction::Other)
    }

    fn last_day(&self, ends_on: Option<Date>) -> Result<Option<Timestamp>, Rejection> {
        let end = |date| calendar::start_of(calendar::day_number(date) + 1, &self.rules.zone());
        ends_on.map(|date| end(date).ok_or(Rejection::Overflow)).transpose()
    }

    pub(super) fn join(&mut self, body: &JoinHousehold) -> Effect {
        let (member, household) = (self.known(body.member)?, self.known(body.household)?);
        if !self.members[&household].is_household {
            return Err(Rejection::NotAHousehold);
        }
        if self.members[&member].is_household {
            return Err(Rejection::IsAHousehold);
        }
        let before = self.members[&member].household;
        if let Some(Membership { household, .. }) = before.filter(|before| !is_over(before, self.now)) {
            return Err(Rejection::InHousehold { household });
        }
        let ends_at = self.last_day(body.ends_on)?;
        self.linked.extend([member, household]);
        before.into_iter().for_each(|before| self.leave_behind(before));
        let belongs = Membership { household, ends_at, rolls_up: body.rolls_up };
        self.member_mut(member).household = Some(belongs);
        Ok(Transaction::Other)
    }

    /// Who is left is told of it.
    pub(super) fn leave_behind(&mut self, belongs: Belongs) {
        let household = self.resolve(belongs.household).expect("it is there");
        self.linked.insert(household);
    }

    pub(super) fn edit_membership(&mut self, body: &EditMembership) -> Effect {
        let member = self.known(body.member)?;
        let now = self.now;
        let before = self.members[&member].household.filter(|before| !is_over(before, now));
        let before = before.ok_or(Rejection::NoHousehold)?;
        let ends_at = self.last_day(body.ends_on)?.or(before.ends_at);
        self.linked.insert(member);
        let belongs = Membership { ends_at, rolls_up: body.rolls_up.unwrap_or(before.rolls_up), ..before };
        self.member_mut(member).household = Some(belongs);
        Ok(Transaction::Other)
    }

    pub(super) fn leave(&mut self, body: &LeaveHousehold) -> Effect {
        let member = self.known(body.member)?;
        let belongs = self.members[&member].household.ok_or(Rejection::NoHousehold)?;
        self.linked.insert(member);
        self.leave_behind(belongs);
        self.member_mut(member).household = None;
        Ok(Transaction::Other)
    }

    /// Who belongs to a household now, and what it and they have together. `None` where it is no household. Points of a
    /// type that only counts are the household's alone once some rolled up: there they count once.
    pub(crate) fn household(&self, id: MemberId) -> Option<HouseholdState> {
        let own = self.members.get(&id).filter(|member| member.is_household)?;
        let belongs = |member: &&Member| {
            member.household.is_some_and(|belongs| belongs.household == id && !is_over(&belongs, self.now))
        };
        let members: Vec<&Member> = self.members.values().filter(belongs).collect();
        let types: BTreeSet<PointTypeId> =
            own.types.iter().chain(members.iter().flat_map(|of| &of.types)).copied().collect();
        let pooled = |point_type: PointTypeId| {
            let counts_once =
                own.types.contains(&point_type) && !self.rules.kind(point_type).is_ok_and(|kind| kind.is_redeemable());
            let all = || [own].into_iter().chain(members.iter().copied()).map(|of| of.balance(point_type, &self.rules));
            let sum = |part: fn(&Balance) -> Points| {
                Points(all().fold(0i64, |sum, balance| sum.saturating_add(part(&balance).0)))
            };
            let (qualifying, lifetime) = match counts_once {
                true => {
                    let own = own.balance(point_type, &self.rules);
                    (own.qualifying, own.lifetime)
                }
                false => (sum(|of| of.qualifying), sum(|of| of.lifetime)),
            };
            let (available, future) = (sum(|of| of.available), sum(|of| of.future));
            let (held, debt) = (sum(|of| of.held), sum(|of| of.debt));
            Balance { member: id, point_type, available, qualifying, future, held, debt, lifetime }
        };
        let balances = types.into_iter().map(pooled).collect();
        Some(HouseholdState { members: members.iter().map(|of| of.id).collect(), balances })
    }

    /// Qualifying points of an award count toward a tier, and roll up to the household. Those that can be spent, too,
    /// are the member's alone.
    pub(super) fn qualify(
        &mut self,
        member: MemberId,
        given: &mut Given,
        place: u16,
        at: Timestamp,
    ) -> Result<(), Rejection> {
        let (now, zone) = (self.now, self.rules.zone());
        let (Some(handle), points, point_type) = (given.item, given.points, given.point_type) else { return Ok(()) };
        let kind = self.rules.kind(point_type)?;
        if !kind.is_qualifying() {
            return Ok(());
        }
        let spendable = kind.is_redeemable();
        let key = (point_type, calendar::day_of(at, &zone));
        let Model { members, rules, .. } = self;
        let of = members.get_mut(&member).unwrap();
        of.count(key, points, now, rules);
        of.promote(now, rules);
        let rolls_up = |belongs: &Belongs| {
            belongs.rolls_up && belongs.ends_at.is_none_or(|end| at < end && now < end) && !spendable
        };
        let Some(belongs) = of.household.filter(rolls_up) else { return Ok(()) };
        let Item { source, partner, subtype, from, until, issued_at, .. } = of.items[&handle].clone();
        let household = self.known(belongs.household)?;
        self.linked.insert(household);
        let Model { members, rules, .. } = self;
        let of = members.get_mut(&household).unwrap();
        let item = Item { source, partner, subtype, until, issued_at, ..Item::new(point_type, now, from) };
        let item = Item { origin: Some(handle), ..item };
        let rolled_up = of.grant(item, points, place | 0x4000).ok_or(Rejection::Overflow)?;
        *of.lifetime.entry(point_type).or_default() += points;
        of.count(key, points, now, rules);
        of.promote(now, rules);
        given.rolled_up = Some(rolled_up);
        self.tell_household(household, point_type);
        Ok(())
    }

    /// A household's balance is told once.
    fn tell_household(&mut self, household: MemberId, point_type: PointTypeId) {
        self.told.retain(|told| (told.member, told.point_type) != (household, point_type));
        self.tell(household, point_type);
    }

    /// They are taken back: they count no more, and leave the household. Returns what has to be claimed there.
    pub(super) fn disqualify(
        &mut self,
        member: MemberId,
        given: &Given,
        points: i64,
        day: i64,
    ) -> Result<Vec<(Handle, i64)>, Rejection> {
        let now = self.now;
        if given.item.is_none() || !self.rules.kind(given.point_type)?.is_qualifying() {
            return Ok(Vec::new());
        }
        let key = (given.point_type, day);
        let Model { members, rules, .. } = self;
        members.get_mut(&member).unwrap().count(key, -points, now, rules);
        let Some(rolled_up) = given.rolled_up else { return Ok(Vec::new()) };
        let household = self.owner(rolled_up);
        self.linked.insert(household);
        let claims = self.take_back(rolled_up, points);
        let Model { members, rules, .. } = self;
        let of = members.get_mut(&household).unwrap();
        *of.lifetime.entry(given.point_type).or_default() -= points;
        of.count(key, -points, now, rules);
        self.tell_household(household, given.point_type);
        Ok(claims)
    }
}
