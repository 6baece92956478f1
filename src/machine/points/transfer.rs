//! Transferring: points go to another member, from the items next in order, and keep their expiry, source and partner.
//! Each part becomes an item of the other member's, which remembers the item that it was.

use super::ledger::Open;
use super::take::{Taken, Taking};
use crate::domain::{
    Activity, CancelAmount, Enrolment, Item, ItemId, ItemKey, ItemMore, ItemPosition, Leg, Member, PointState, Points,
    Program, Rejection, Sequence, Subject, Transfer, UseOrder,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::original::{Original, slices};
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};

impl Rule for Transfer {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)?;
        validate::member("to", self.to)?;
        validate::amount("points", self.points)?;
        match self.fee >= Points::ZERO {
            true => Ok(()),
            false => Err(wrong("fee", format!("{}; must not be less than 0", self.fee))),
        }
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
        names.subject(Subject::Member(self.to));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let Transfer { member, to, point_type, points, fee } = *self;
        draft.usable_type(point_type)?;
        let owner = draft.known_member(member)?;
        let receiver = match draft.member(to)? {
            Some(receiver) => receiver,
            None if draft.settings()?.enrolment == Enrolment::OnFirstAccrual => draft.create_member(to),
            None => return Err(Rejection::MemberUnknown.into()),
        };
        draft.check_spends(owner)?;
        draft.check_earns(receiver)?;
        draft.check_redeemable(point_type)?;
        if owner == receiver {
            return Err(Rejection::SameMember.into());
        }
        draft.check_available(owner, point_type, fits(points.plus(fee))?)?;
        draft.check_room(receiver, point_type, points)?;

        draft.link_member(owner);
        draft.link_member(receiver);
        let mut parts = Vec::new();
        draft.take_in_order(Taking { owner, point_type, points, into: PointState::Transferred }, |part| {
            parts.push(part);
        })?;
        draft.take_in_order(Taking { owner, point_type, points: fee, into: PointState::Fee }, |_| {})?;
        for (part, place) in parts.iter().zip(0u16..) {
            self.receive(draft, receiver, part, place)?;
        }
        draft.note_activity(owner, Activity::Transfer)?;
        draft.note_activity(receiver, Activity::Transfer)?;
        draft.tell_balance(owner, point_type)?;
        draft.tell_balance(receiver, point_type)
    }

    /// What is left of the moved items moves back; what was spent of them is claimed from the receiver. A fee stays.
    fn cancel<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        original: &Original,
        amount: CancelAmount,
    ) -> Result<(), Undecided> {
        let Transfer { member, to, point_type, points, fee: _ } = *self;
        let owner = draft.known_member(original.giver(member))?;
        let receiver = draft.known_member(original.receiver(to))?;
        let points = original.amount(points, amount)?;

        draft.link_member(owner);
        draft.link_member(receiver);
        draft.correct(original, &[(0, points)])?;
        let before = original.cancelled(0);
        let order = draft.point_type(point_type)?.order;
        let mut moved = moved_items(original, order);
        moved.reverse();
        let all = || moved.iter().map(|part| part.points);
        let earlier = slices(all(), Points::ZERO, before);
        let parts = slices(all(), before, fits(before.plus(points))?);
        let mut claims = Vec::new();
        for ((part, earlier), points) in moved.iter().zip(earlier).zip(parts) {
            if points.is_positive() {
                let account = draft.effects.members.key(receiver).account(point_type);
                let mut open = draft.named_item(receiver, account, part.received)?;
                claims.extend(draft.take_back(&mut open, earlier, points)?);
                let account = draft.effects.members.key(owner).account(point_type);
                let open = draft.named_item(owner, account, part.origin)?;
                draft.come_back(open, PointState::Transferred, points)?;
            }
        }
        for (key, points) in claims {
            let receiver = draft.known_member(key.account.member)?;
            let open = draft.named_item(receiver, key.account, key.position)?;
            draft.claim(open, points)?;
        }
        draft.tell_balance(owner, point_type)?;
        draft.tell_balance(receiver, point_type)?;
        draft.tell_strayed()
    }
}

impl Transfer {
    /// A part of an item becomes an item of the receiver's.
    fn receive<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        owner: At<Member>,
        part: &Taken,
        place: u16,
    ) -> Result<(), Undecided> {
        let account = draft.effects.members.key(owner).account(self.point_type);
        let id = ItemId { sequence: Sequence::OWN, place };
        let position = ItemPosition::new(draft.type_of(&account)?.order, part.item.expires_at, id);
        let Item { source, partner, subtype, expires_at, .. } = part.item;
        let more = part.item.more.map(|more| ItemMore { adjusted: false, ..more });
        let (issued_at, origin) = (Some(part.item.issued_at()), Some(part.position.id));
        let item = Item { source, partner, subtype, issued_at, origin, more, ..Item::new(draft.now, expires_at) };
        let mut open = Open { owner, key: ItemKey { account, position }, waits: false, item };
        draft.grant(&mut open, part.points)?;
        draft.settle_debt(&mut open, part.points)?;
        draft.put_item(&open)?;
        Ok(())
    }
}

/// An item that a transfer moved: where it was, and where it came to be.
struct MovedItem {
    origin: ItemPosition,
    received: ItemPosition,
    points: Points,
}

/// The items that a transfer moved, in order: each has a leg with which it left, and one with which it came.
fn moved_items(original: &Original, order: UseOrder) -> Vec<MovedItem> {
    let left = original.legs().iter().filter_map(Leg::moved).filter(|part| part.to == PointState::Transferred);
    let left = left.map(|part| part.position(order));
    let came = original.legs().iter().filter_map(Leg::granted).map(|item| (item.position(order), item.points));
    left.zip(came).map(|(origin, (received, points))| MovedItem { origin, received, points }).collect()
}
