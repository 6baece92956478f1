//! Adjusting: points are given or taken by hand, with a reason. It is neither an issue nor a redemption.

use crate::domain::{
    Activity, AdjustPoints, Item, ItemKey, ItemMore, ItemPosition, PointState, Points, Program, Rejection, Subject,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::points::ledger::Open;
use crate::machine::points::take::Taking;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};

impl Rule for AdjustPoints {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)?;
        validate::reason("reason", &self.reason)?;
        self.expires.map_or(Ok(()), |expires| validate::expiry("expires", expires))?;
        match self.points {
            Points::ZERO => Err(wrong("points", "must not be 0")),
            points if points.negated().is_none() => Err(wrong("points", "out of range")),
            points if self.expires.is_some() && !points.is_positive() => {
                Err(wrong("expires", "only points that are given expire"))
            }
            _ => Ok(()),
        }
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let (point_type, points) = (self.point_type, self.points);
        let kind = draft.usable_type(point_type)?;
        let subtype = draft.subtype(self.subtype)?;
        let owner = draft.known_member(self.member)?;
        draft.check_earns(owner)?;
        if points.is_positive() {
            let expiry = self.expires.unwrap_or(kind.expiry);
            let expires_at = fits(expiry.resolve(draft.transaction_at, &draft.settings()?.zone))?;
            if let Some(expires_at) = expires_at.filter(|at| *at <= draft.now) {
                return Err(Rejection::ExpiryOver { expires_at }.into());
            }

            draft.link_member(owner);
            let points = draft.fit(owner, (point_type, 0), points)?;
            let account = draft.effects.members.key(owner).account(point_type);
            let policy = draft.pin(&account).unwrap_or_default().policy;
            let more = Some(ItemMore { policy, adjusted: true });
            let item = Item { subtype, more, ..Item::new(draft.now, expires_at) };
            let position = ItemPosition::new(kind.order, expires_at, draft.new_item());
            let mut open = Open { owner, key: ItemKey { account, position }, waits: false, item };
            if points.is_positive() {
                draft.grant(&mut open, points)?;
                let booked = draft.effects.members[owner].account_mut(point_type);
                booked.lifetime = fits(booked.lifetime.plus(points))?;
                if kind.class.is_redeemable() {
                    draft.settle_debt(&mut open, points)?;
                }
                draft.put_item(&open)?;
            }
        } else {
            let points = fits(points.negated())?;
            draft.check_available(owner, point_type, points)?;

            draft.link_member(owner);
            draft.take_in_order(Taking { owner, point_type, points, into: PointState::Adjusted }, |_| {})?;
        }
        draft.note_activity(owner, Activity::Adjust)?;
        draft.tell_balance(owner, point_type)
    }
}
