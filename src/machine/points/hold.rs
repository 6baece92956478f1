//! Holding: points are set aside before a purchase is paid for, pinned to the exact items that they come from.

use super::ledger::Movement;
use crate::domain::tables::{HoldTimeouts, Holds};
use crate::domain::{
    AccountKey, Activity, Fault, HeldExpiry, Hold, HoldPart, HoldPoints, HoldTimeoutKey, ITEMS_PER_COMMAND_MAX, ItemId,
    Member, MemberId, PointState, PointTypeId, Points, Program, ProgramId, Rejection, RequestId, Subject, Timestamp,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};
use std::collections::BTreeSet;

impl Rule for HoldPoints {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)?;
        validate::amount("points", self.points)?;
        validate::expiry("times_out", self.times_out)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let HoldPoints { member, point_type, points, times_out } = *self;
        let types = draft.spendable(point_type)?;
        let owner = draft.known_member(member)?;
        draft.check_spends(owner)?;
        types.iter().try_for_each(|point_type| draft.check_redeemable(*point_type))?;
        let times_out_at = fits(times_out.resolve(draft.transaction_at, &draft.settings()?.zone))?;
        if let Some(at) = times_out_at.filter(|at| *at <= draft.now) {
            return Err(Rejection::HoldOver { times_out_at: at }.into());
        }
        draft.check_available_of(owner, &types, points)?;

        draft.link_member(owner);
        let mut parts = Vec::new();
        draft.take_of(owner, &types, (points, PointState::Held), |point_type, part| {
            parts.push((HoldPart { point_type, position: part.position, points: part.points }, part.item.expires_at));
        })?;
        let mut expiries = BTreeSet::new();
        for (part, expires_at) in &parts {
            let expires = draft.point_type(part.point_type)?.held_expiry == HeldExpiry::Expire;
            // one that never expires may be given an expiry while it is held
            expiries.extend(expires.then(|| expires_at.unwrap_or(Timestamp::MAX)));
        }
        let parts = parts.into_iter().map(|(part, _)| part).collect();
        // the id that was named may be that of one who was merged
        let member = draft.effects.members.key(owner).member;
        let hold = Hold { member, parts, points, captured: Points::ZERO, times_out_at };
        for at in expiries.into_iter().chain(times_out_at) {
            draft.put_timeout(owner, draft.request, at);
        }
        draft.put::<Holds>(draft.request_key(draft.request), Some(hold));
        draft.note_activity(owner, Activity::Hold)?;
        types.iter().try_for_each(|point_type| draft.tell_balance(owner, *point_type))
    }
}

/// A hold that is open, with its member.
pub(in crate::machine) struct OpenHold {
    pub(in crate::machine) owner: At<Member>,
    pub(in crate::machine) request: RequestId,
    pub(in crate::machine) hold: Hold,
}

impl<V: View> Draft<'_, V> {
    /// A hold by the request that made it, and its member.
    pub(in crate::machine) fn hold(&mut self, request: RequestId) -> Result<OpenHold, Undecided> {
        let key = self.request_key(request);
        let hold = self.row::<Holds>(&key)?.ok_or(Rejection::HoldUnknown)?;
        let owner = self.known_member(hold.member)?;
        Ok(OpenHold { owner, request, hold })
    }

    /// A hold of a member that times out. It has to be there.
    pub(in crate::machine) fn due_hold(
        &mut self,
        owner: At<Member>,
        request: RequestId,
    ) -> Result<OpenHold, Undecided> {
        let key = self.request_key(request);
        let id = self.effects.members.key(owner).member;
        let hold = self.row::<Holds>(&key)?.filter(|hold| hold.member == id);
        let missing = || {
            let subject = self.member_key(id).lock();
            Fault::broken(subject, format!("hold {request} is not there"))
        };
        Ok(OpenHold { owner, request, hold: hold.ok_or_else(missing)? })
    }

    /// How many of the points that are still held are wanted.
    pub(super) fn held(&self, open: &OpenHold, points: Option<Points>) -> Result<Points, Rejection> {
        let left = open.hold.held();
        match points.unwrap_or(left) {
            wanted if wanted.is_positive() && wanted <= left => Ok(wanted),
            _ => Err(Rejection::HoldExceeds { left }),
        }
    }

    /// Takes points out of a hold, from the item next in order, and gives each part to `each`.
    pub(super) fn take_held(
        &mut self,
        open: &mut OpenHold,
        points: Points,
        mut each: impl FnMut(&mut Self, &OpenHold, HoldPart) -> Result<(), Undecided>,
    ) -> Result<(), Undecided> {
        let mut left = points;
        for at in 0..open.hold.parts.len() {
            let Some(part) = open.hold.parts.get_mut(at) else { break };
            let taken = left.min(part.points);
            if taken.is_positive() {
                part.points = Points(part.points.0.saturating_sub(taken.0));
                left = Points(left.0.saturating_sub(taken.0));
                let part = HoldPart { points: taken, ..*part };
                each(self, open, part)?;
            }
        }
        open.hold.parts.retain(|part| part.points.is_positive());
        Ok(())
    }

    /// Writes a hold after points left it. An empty one does not time out any more.
    pub(super) fn put_hold(&mut self, open: OpenHold) {
        let OpenHold { owner, request, hold } = open;
        if hold.parts.is_empty()
            && let Some(at) = hold.times_out_at
        {
            let key = self.effects.members.key(owner);
            let key = HoldTimeoutKey { program: key.program, member: key.member, at, request };
            self.put::<HoldTimeouts>(key, None);
        }
        self.put::<Holds>(self.request_key(request), Some(hold));
    }

    /// Looks at a hold again at an instant: when it times out, or when an item of it expires.
    fn put_timeout(&mut self, owner: At<Member>, request: RequestId, at: Timestamp) {
        let key = self.effects.members.key(owner);
        self.put::<HoldTimeouts>(HoldTimeoutKey { program: key.program, member: key.member, at, request }, Some(()));
        self.effects.members[owner].due_by(at);
    }

    /// Looks at a hold at its instant: all that it still holds goes back to the items, because its time is over; or what
    /// has expired of it expires (the setting of its type), and the hold shrinks.
    pub(in crate::machine) fn time_out(&mut self, mut open: OpenHold) -> Result<(), Undecided> {
        let key = self.effects.members.key(open.owner);
        let (at, request) = (self.at, open.request);
        self.put::<HoldTimeouts>(HoldTimeoutKey { program: key.program, member: key.member, at, request }, None);
        if open.hold.times_out_at.is_some_and(|over| over <= at) {
            let left = open.hold.held();
            self.release_held(&mut open, left)?;
        } else {
            let mut parts = std::mem::take(&mut open.hold.parts);
            for part in &mut parts {
                let account = key.account(part.point_type);
                let mut item = self.named_item(open.owner, account, part.position)?;
                if item.item.is_expired(at) && self.held_expires(&account)? {
                    let (from, to, points) = (PointState::Held, PointState::Expired, part.points);
                    self.shift(&mut item, Movement { from, to, points, at })?;
                    self.put_item(&item)?;
                    part.points = Points::ZERO;
                }
            }
            parts.retain(|part| part.points.is_positive());
            open.hold.parts = parts;
        }
        self.put_hold(open);
        Ok(())
    }

    /// Whether held points of a type expire at the instant of what is booked.
    fn held_expires(&self, account: &AccountKey) -> Result<bool, Undecided> {
        let versions = self.program()?.point_types.get(&account.point_type);
        let kind = versions.map(|versions| versions.in_force(self.at, |kind| kind.since).1);
        Ok(kind.is_some_and(|kind| kind.held_expiry == HeldExpiry::Expire))
    }

    /// An item of which points are held expires at another instant: the holds that look at it look then.
    pub(super) fn expect_expiry(
        &mut self,
        owner: At<Member>,
        (item, before): (ItemId, Option<Timestamp>),
        expires_at: Option<Timestamp>,
    ) -> Result<(), Undecided> {
        let key = self.effects.members.key(owner);
        let before = before.unwrap_or(Timestamp::MAX);
        let looks = self.rows::<HoldTimeouts>(timeouts(key.program, key.member), ITEMS_PER_COMMAND_MAX)?;
        for (look, ()) in looks.into_iter().filter(|(look, ())| look.at == before) {
            let hold = self.row::<Holds>(&self.request_key(look.request))?;
            if hold.is_some_and(|hold| hold.parts.iter().any(|part| part.position.id == item)) {
                self.put_timeout(owner, look.request, expires_at.unwrap_or(Timestamp::MAX));
            }
        }
        Ok(())
    }

    /// Gives held points back to their items.
    pub(super) fn release_held(&mut self, open: &mut OpenHold, points: Points) -> Result<(), Undecided> {
        self.take_held(open, points, |draft, open, part| {
            let account = draft.effects.members.key(open.owner).account(part.point_type);
            let item = draft.named_item(open.owner, account, part.position)?;
            draft.come_back(item, PointState::Held, part.points)
        })
    }

    /// Puts the balances of the accounts that a hold is about into the receipt.
    pub(super) fn tell_balances_of(&mut self, owner: At<Member>, parts: &[HoldPart]) -> Result<(), Undecided> {
        let mut types: Vec<PointTypeId> = parts.iter().map(|part| part.point_type).collect();
        types.sort_unstable();
        types.dedup();
        types.into_iter().try_for_each(|point_type| self.tell_balance(owner, point_type))
    }
}

/// Every hold of a member that times out by itself, up to an instant.
pub(in crate::machine) fn timeouts(program: ProgramId, member: MemberId) -> std::ops::Range<HoldTimeoutKey> {
    let key = |at, request| HoldTimeoutKey { program, member, at, request };
    key(Timestamp::MIN, RequestId(0))..key(Timestamp::MAX, RequestId(u128::MAX))
}
