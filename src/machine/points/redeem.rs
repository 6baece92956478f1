//! Redeeming: points go out for a reward, from the items next in order (rules D21 to D25). And cancelling that: they go
//! back to the same items, with their original expiry.

use super::take::Taking;
use crate::domain::{
    Activity, CancelAmount, Leg, Member, MemberId, PointState, PointTypeId, Points, Program, Redeem, Subject,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::original::{Original, slices};
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for Redeem {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)?;
        validate::amount("points", self.points)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let Redeem { member, point_type, points } = *self;
        let types = draft.spendable(point_type)?;
        let owner = draft.known_member(member)?;
        draft.check_spends(owner)?;
        let [point_type] = types[..] else { return redeem_over_all(draft, owner, &types, points) };
        let overdrawn = draft.shortfall(owner, point_type, points)?;

        draft.link_member(owner);
        let points = fits(points.minus(overdrawn))?;
        draft.take_in_order(Taking { owner, point_type, points, into: PointState::Redeemed }, |_| {})?;
        draft.overdraw(owner, point_type, overdrawn)?;
        draft.note_activity(owner, Activity::Redeem)?;
        draft.tell_balance(owner, point_type)
    }

    fn cancel<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        original: &Original,
        amount: CancelAmount,
    ) -> Result<(), Undecided> {
        cancel_spending(draft, original, self.member, self.points, amount)
    }
}

/// Redeems points of several accounts, in one order over all of them (rules E62, E63).
fn redeem_over_all<V: View>(
    draft: &mut Draft<'_, V>,
    owner: At<Member>,
    types: &[PointTypeId],
    points: Points,
) -> Result<(), Undecided> {
    draft.check_available_in(owner, types, points)?;

    draft.link_member(owner);
    draft.take_over_all(owner, types, (points, PointState::Redeemed), |_, _| {})?;
    draft.note_activity(owner, Activity::Redeem)?;
    types.iter().try_for_each(|point_type| draft.tell_balance(owner, *point_type))
}

/// Gives redeemed points back, whole or in part. What was taken last goes back first, so that what stays redeemed is
/// what a smaller redemption would have taken.
pub(in crate::machine) fn cancel_spending<V: View>(
    draft: &mut Draft<'_, V>,
    original: &Original,
    member: MemberId,
    redeemed: Points,
    amount: CancelAmount,
) -> Result<(), Undecided> {
    let owner = draft.known_member(original.giver(member))?;
    let points = original.amount(redeemed, amount)?;

    draft.link_member(owner);
    draft.correct(original, &[(0, points)])?;
    let before = original.cancelled(0);
    let overdrawn = || original.legs().iter().filter_map(Leg::owed);
    let owed = overdrawn().map(|(_, points)| points);
    let taken = || original.legs().iter().rev().filter_map(Leg::moved).filter(|part| part.to == PointState::Redeemed);
    let mut parts = slices(owed.chain(taken().map(|part| part.points)), before, fits(before.plus(points))?);
    // an overdraft was taken last
    for (point_type, _) in overdrawn() {
        let points = parts.next().unwrap_or_default();
        if points.is_positive() {
            draft.undo_overdraft(owner, (point_type, original.entry.sequence), points)?;
        }
    }
    for (part, points) in taken().zip(parts).filter(|(_, points)| points.is_positive()) {
        let account = draft.effects.members.key(owner).account(part.point_type);
        let position = part.position(draft.type_of(&account)?.order);
        let open = draft.named_item(owner, account, position)?;
        draft.come_back(open, PointState::Redeemed, points)?;
    }
    let taken_types = taken().map(|part| part.point_type);
    let mut types: Vec<PointTypeId> = overdrawn().map(|(point_type, _)| point_type).chain(taken_types).collect();
    types.sort_unstable();
    types.dedup();
    types.into_iter().try_for_each(|point_type| draft.tell_balance(owner, point_type))?;
    draft.tell_strayed()
}
