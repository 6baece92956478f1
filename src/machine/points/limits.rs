//! How much an account may have, how much it may owe, and whether a redemption may overdraw it (rules E66, E67, D09).

use super::claims::broken;
use super::ledger::{add, take};
use crate::domain::tables::Claims;
use crate::domain::{
    AccountKey, Claim, ClaimKey, ItemId, ItemPosition, Leg, Maximum, Member, NegativeBalance, PointState, PointTypeId,
    Points, Rejection, Sequence,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::view::{Undecided, View};

/// The claim of an overdraft is of no item.
fn overdraft_of(account: AccountKey, sequence: Sequence) -> ClaimKey {
    ClaimKey { account, item: ItemId { sequence, place: u16::MAX }, sequence }
}

impl<V: View> Draft<'_, V> {
    /// How many of the points of an award there is room for (rule E67). What is clipped is told.
    pub(in crate::machine) fn fit(
        &mut self,
        owner: At<Member>,
        (point_type, place): (PointTypeId, u16),
        points: Points,
    ) -> Result<Points, Undecided> {
        let kind = self.point_type(point_type)?.maximum;
        let (Maximum::Reject(maximum) | Maximum::Clip(maximum)) = kind else { return Ok(points) };
        let room = self.room_below(owner, point_type, maximum)?;
        if points <= room {
            return Ok(points);
        }
        if kind == Maximum::Reject(maximum) {
            return Err(Rejection::MaximumBalance { point_type, maximum, room }.into());
        }
        let (member, lost) = (self.shown_member(owner), fits(points.minus(room))?);
        self.effects.legs.push(Leg::Clipped { member, point_type, place, points: lost });
        Ok(room)
    }

    /// Refuses a transfer beyond what the receiver may have: what does not fit stays with who has it.
    pub(super) fn check_room(
        &self,
        owner: At<Member>,
        point_type: PointTypeId,
        points: Points,
    ) -> Result<(), Undecided> {
        let kind = self.point_type(point_type)?.maximum;
        let (Maximum::Reject(maximum) | Maximum::Clip(maximum)) = kind else { return Ok(()) };
        let room = self.room_below(owner, point_type, maximum)?;
        match points <= room {
            true => Ok(()),
            false => Err(Rejection::MaximumBalance { point_type, maximum, room }.into()),
        }
    }

    /// How many more points an account may have.
    pub(in crate::machine) fn room_below(
        &self,
        owner: At<Member>,
        point_type: PointTypeId,
        maximum: Points,
    ) -> Result<Points, Undecided> {
        let Some(account) = self.effects.members[owner].account(point_type) else { return Ok(maximum) };
        let owned = PointState::ALL.into_iter().filter(|state| state.is_owned());
        let owned: i128 = owned.map(|state| account.sums.get(state)).sum();
        let free = i128::from(maximum.0).saturating_sub(owned).saturating_add(account.debt.0.into());
        Ok(Points(i64::try_from(free.max(0)).unwrap_or(i64::MAX)))
    }

    /// How many more points an account may owe after a cancellation (rules E64 to E66).
    pub(super) fn may_owe(&self, owner: At<Member>, account: &AccountKey) -> Result<Points, Undecided> {
        let point_type = self.type_of(account)?;
        if point_type.negative_balance == NegativeBalance::Refused {
            return Ok(Points::ZERO);
        }
        // the figures are those before this command
        let before = self.view.member(account.owner())?;
        let before = before.as_ref().and_then(|member| member.account(account.point_type));
        let balance = before.map_or(Points::ZERO, |booked| booked.balance(account.member, point_type.class).available);
        let owed = self.effects.members[owner].account(account.point_type).map_or(Points::ZERO, |booked| booked.debt);
        let limit = fits(point_type.negative_limit.of(balance))?;
        Ok(Points(limit.0.saturating_sub(owed.0).max(0)))
    }

    /// Takes what an account has not got: the member owes it (rule D09). The claim remembers what repays it.
    pub(super) fn overdraw(
        &mut self,
        owner: At<Member>,
        point_type: PointTypeId,
        points: Points,
    ) -> Result<(), Undecided> {
        if !points.is_positive() {
            return Ok(());
        }
        let member = self.shown_member(owner);
        add(&mut self.effects.members[owner].account_mut(point_type).debt, points)?;
        self.effects.legs.push(Leg::Owed { member, point_type, points });
        let account = self.effects.members.key(owner).account(point_type);
        let claim = Claim { position: ItemPosition::LAST, absorbed: Points::ZERO, debt: points, repaid: Vec::new() };
        self.put::<Claims>(overdraft_of(account, Sequence::OWN), Some(claim));
        Ok(())
    }

    /// Takes an overdraft back: what is still owed of it is forgiven, what repaid it goes back to its items.
    pub(super) fn undo_overdraft(
        &mut self,
        owner: At<Member>,
        (point_type, sequence): (PointTypeId, Sequence),
        points: Points,
    ) -> Result<(), Undecided> {
        let account = self.effects.members.key(owner).account(point_type);
        let key = overdraft_of(account, sequence);
        let missing = || broken(&account, "an overdraft is not there");
        let mut claim = self.row::<Claims>(&key)?.ok_or_else(missing)?;
        let forgiven = points.min(claim.debt);
        if forgiven.is_positive() {
            take(&mut claim.debt, forgiven).ok_or_else(missing)?;
            take(&mut self.effects.members[owner].account_mut(point_type).debt, forgiven).ok_or_else(missing)?;
            let member = self.shown_member(owner);
            self.effects.legs.push(Leg::Forgiven { member, point_type, points: forgiven });
        }
        let mut left = fits(points.minus(forgiven))?;
        let mut back = Vec::new();
        while let Some(part) = claim.repaid.last_mut().filter(|_| left.is_positive()) {
            let points = left.min(part.points);
            take(&mut part.points, points).ok_or_else(missing)?;
            left = fits(left.minus(points))?;
            back.push((part.position, part.state, points));
            if !part.points.is_positive() {
                claim.repaid.pop();
            }
        }
        let row = (!claim.is_settled()).then_some(claim);
        self.put::<Claims>(key, row);
        for (position, from, points) in back {
            let open = self.named_item(owner, account, position)?;
            self.come_back(open, from, points)?;
        }
        Ok(())
    }
}
