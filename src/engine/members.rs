//! What is known of a member beside the balances: status, tier, household; and what a household has together.

use super::core::Core;
use super::error::Error;
use super::handle::Engine;
use super::read::{booked_member, lock_of};
use crate::domain::{
    Balance, Date, HouseholdKey, Member, MemberId, MemberKey, MemberStatus, Membership, PointTypeId, Points, Subject,
    TierState, Timestamp,
};
use crate::machine::View;
use crate::storage::HouseholdMembers;

/// A member without the points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberState {
    /// When the member was enrolled.
    pub enrolled_at: Timestamp,
    /// Whether the member earns and spends.
    pub status: MemberStatus,
    /// The member's tier, and how long it lasts.
    pub tier: Option<TierState>,
    /// Whether it is a household.
    pub is_household: bool,
    /// The household that the member belongs to.
    pub membership: Option<Membership>,
    /// The member into whom this one was merged: commands about this one are about that one.
    pub merged_into: Option<MemberId>,
}

/// A household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HouseholdState {
    /// Who belongs to it now.
    pub members: Vec<MemberId>,
    /// What they and the household have together, by point type (rule D36). Qualifying points that rolled up are the
    /// household's alone: here they count once.
    pub balances: Vec<Balance>,
}

impl Engine {
    /// A member's status, tier and household as of now. `None` where there is no such member.
    pub fn member(&self, member: MemberKey) -> Result<Option<MemberState>, Error> {
        let Some(found) = self.core.member_now(member)? else { return Ok(None) };
        let enrolled_at = found.enrolled_at;
        let more = found.more.unwrap_or_default();
        let (status, tier, is_household) = (more.status, more.tier, more.is_household);
        let (membership, merged_into) = (more.membership, more.merged_into);
        Ok(Some(MemberState { enrolled_at, status, tier, is_household, membership, merged_into }))
    }

    /// Qualifying points that a member earned from one day to another, both included, less those that were cancelled
    /// (rule D34). Known as far back as the program's tiers need it.
    pub fn qualifying_between(
        &self,
        member: MemberKey,
        point_type: PointTypeId,
        (from, to): (Date, Date),
    ) -> Result<Points, Error> {
        let counted = self.core.member_now(member)?.and_then(|found| found.more).unwrap_or_default().counted;
        let within = counted.iter().filter(|part| part.point_type == point_type);
        let within = within.filter(|part| (from.day()..=to.day()).contains(&part.day));
        Ok(Points(within.fold(0i64, |sum, part| sum.saturating_add(part.points.0))))
    }

    /// Who belongs to a household, and what they have together. `None` where there is no such household.
    pub fn household(&self, household: MemberKey) -> Result<Option<HouseholdState>, Error> {
        let Some(found) = self.core.member_now(household)? else { return Ok(None) };
        if !found.more.is_some_and(|more| more.is_household) {
            return Ok(None);
        }
        let now = self.now();
        let mut members = Vec::new();
        for member in self.core.members_of(household)? {
            let key = MemberKey { member, ..household };
            let membership = self.core.member_now(key)?.and_then(|found| found.more?.membership);
            let is_over = |membership: &Membership| membership.ends_at.is_some_and(|end| end <= now);
            members.extend(membership.filter(|membership| !is_over(membership)).map(|_| member));
        }
        let mut balances = self.balances(household)?.unwrap_or_default();
        let rolled_up = self.core.counted_once(household, &balances)?;
        for member in &members {
            for balance in self.balances(MemberKey { member: *member, ..household })?.unwrap_or_default() {
                pool(&mut balances, household.member, &balance, rolled_up.contains(&balance.point_type));
            }
        }
        balances.sort_by_key(|balance| balance.point_type);
        Ok(Some(HouseholdState { members, balances }))
    }
}

/// Adds a member's balance to that of the household.
fn pool(balances: &mut Vec<Balance>, household: MemberId, part: &Balance, rolled_up: bool) {
    if balances.iter().all(|known| known.point_type != part.point_type) {
        balances.push(Balance::zero(household, part.point_type));
    }
    let Some(sum) = balances.iter_mut().find(|known| known.point_type == part.point_type) else { return };
    let add = |sum: &mut Points, points: Points| *sum = Points(sum.0.saturating_add(points.0));
    add(&mut sum.available, part.available);
    add(&mut sum.future, part.future);
    add(&mut sum.held, part.held);
    add(&mut sum.debt, part.debt);
    if !rolled_up {
        add(&mut sum.qualifying, part.qualifying);
        add(&mut sum.lifetime, part.lifetime);
    }
}

impl Core {
    /// A member as of now, with everything booked that is due, whether or not it is.
    fn member_now(&self, key: MemberKey) -> Result<Option<Member>, Error> {
        let now = self.clock.stamp(None);
        let subject = (key.program, Subject::Member(key.member));
        let found = self.look_as_booked(subject, now, |locked, booked| {
            Ok(locked.member(key)?.map(|member| (member.last_sequence, booked_member(&booked, member))))
        })?;
        let Some((last, member)) = found else { return Ok(None) };
        self.state.journal.wait(last)?;
        Ok(Some(member))
    }

    /// The types of a household's accounts whose points only count: those roll up to it. Points for spending never do.
    fn counted_once(&self, household: MemberKey, own: &[Balance]) -> Result<Vec<PointTypeId>, Error> {
        self.look(lock_of(household.program, Subject::Member(household.member)), |locked| {
            let program = locked.program(household.program);
            let only_counts = |id: &PointTypeId| {
                program.and_then(|program| program.point_type(*id)).is_some_and(|kind| !kind.class.is_redeemable())
            };
            Ok(own.iter().map(|balance| balance.point_type).filter(only_counts).collect())
        })
    }

    /// Everybody who ever joined a household and has not left it.
    fn members_of(&self, household: MemberKey) -> Result<Vec<MemberId>, Error> {
        let key = |member| HouseholdKey { household, member: MemberId(member) };
        let rows = self.look(lock_of(household.program, Subject::Member(household.member)), |locked| {
            locked.rows::<HouseholdMembers>(key(0)..key(u128::MAX), usize::MAX)
        })?;
        Ok(rows.into_iter().map(|(key, ())| key.member).collect())
    }
}
