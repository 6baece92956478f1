//! Redeeming: points go out for a reward, from the items next in order (rules D21 to D25). And cancelling that: they go
//! back to the same items, with their original expiry.

use super::take::Taking;
use crate::domain::{CancelAmount, Leg, MemberId, PointState, PointTypeId, Points, Program, Redeem, Subject};
use crate::machine::draft::{Draft, fits};
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
        draft.point_type(point_type)?;
        let owner = draft.known_member(member)?;
        draft.check_available(owner, point_type, points)?;

        draft.link_member(owner);
        draft.take_in_order(Taking { owner, point_type, points, into: PointState::Redeemed }, |_| {})?;
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

/// Gives redeemed points back, whole or in part. What was taken last goes back first, so that what stays redeemed is
/// what a smaller redemption would have taken.
pub(in crate::machine) fn cancel_spending<V: View>(
    draft: &mut Draft<'_, V>,
    original: &Original,
    member: MemberId,
    redeemed: Points,
    amount: CancelAmount,
) -> Result<(), Undecided> {
    let owner = draft.known_member(member)?;
    let points = original.amount(redeemed, amount)?;

    draft.link_member(owner);
    draft.correct(original, &[(0, points)])?;
    let before = original.cancelled(0);
    let taken = || original.legs().iter().rev().filter_map(Leg::moved).filter(|part| part.to == PointState::Redeemed);
    let parts = slices(taken().map(|part| part.points), before, fits(before.plus(points))?);
    for (part, points) in taken().zip(parts).filter(|(_, points)| points.is_positive()) {
        let account = draft.member_key(member).account(part.point_type);
        let position = part.position(draft.type_of(&account)?.order);
        let open = draft.named_item(owner, account, position)?;
        draft.come_back(open, PointState::Redeemed, points)?;
    }
    let mut types: Vec<PointTypeId> = taken().map(|part| part.point_type).collect();
    types.sort_unstable();
    types.dedup();
    types.into_iter().try_for_each(|point_type| draft.tell_balance(owner, point_type))
}
