//! What stands against an account: claims for spent points of cancelled accruals, the debt, what the host bears. And what
//! becomes of points that come back.
//!
//! Two undos commute: an accrual and a redemption that used its points come to the same, whichever is cancelled first.
//! So points that come back settle first what was claimed for their item; then, as if they had been there when the claim
//! was made, what other claims could not take from the account. What is left is the item's again.

use super::ledger::{Movement, Open, add, take};
use super::take::Taking;
use crate::domain::tables::Claims;
use crate::domain::{
    AccountKey, Claim, ClaimKey, ClaimPart, Fault, ItemId, ItemPosition, Leg, Member, PointState, Points, Sequence,
};
use crate::machine::draft::Draft;
use crate::machine::effects::At;
use crate::machine::view::{Undecided, View};
use std::collections::VecDeque;
use std::ops::Range;

/// Claims that are read in one go.
const CHUNK: usize = 64;

/// Points that come back to an item, from the state in which they were.
type Coming = (At<Member>, AccountKey, ItemPosition, PointState, Points);

/// Where a claim is, and what it says.
type PlacedClaim = (ClaimKey, Claim);

impl<V: View> Draft<'_, V> {
    /// Makes up for spent points of a cancelled accrual: from the account's other points, then as debt, or borne by the
    /// host (rules E64, E65).
    pub(in crate::machine) fn claim(&mut self, mut open: Open, points: Points) -> Result<(), Undecided> {
        let (owner, account) = (open.owner, open.key.account);
        let point_type = account.point_type;
        let may_owe = self.may_owe(owner, &account)?;
        let settled = points.min(self.effects.members[owner].account_mut(point_type).matured());
        let mut repaid = Vec::new();
        let state = PointState::MadeUp;
        self.take_in_order(Taking { owner, point_type, points: settled, into: state }, |part| {
            repaid.push(ClaimPart { position: part.position, points: part.points, state });
        })?;
        let rest = Points(points.0.saturating_sub(settled.0));
        let debt = rest.min(may_owe);
        let absorbed = Points(rest.0.saturating_sub(debt.0));
        let member = self.shown_member(owner);
        let booked = self.effects.members[owner].account_mut(point_type);
        add(&mut booked.debt, debt)?;
        add(&mut booked.absorbed, absorbed)?;
        if debt.is_positive() {
            self.effects.legs.push(Leg::Owed { member, point_type, points: debt });
        }
        if absorbed.is_positive() {
            self.effects.legs.push(Leg::Absorbed { member, point_type, points: absorbed });
        }
        add(&mut open.item.claimed, points)?;
        add(&mut open.item.absorbed, absorbed)?;
        self.put_item(&open)?;
        let key = ClaimKey { account, item: open.id(), sequence: Sequence::OWN };
        self.put::<Claims>(key, Some(Claim { position: open.key.position, absorbed, debt, repaid }));
        Ok(())
    }

    /// Points that have just become the item's, matured, settle the account's debt as far as they go.
    pub(in crate::machine) fn settle_debt(&mut self, open: &mut Open, points: Points) -> Result<Points, Undecided> {
        let point_type = open.key.account.point_type;
        let debt = self.effects.members[open.owner].account_mut(point_type).debt;
        let repaid = points.min(debt);
        if repaid.is_positive() {
            self.become_part(open, (repaid, PointState::Repaid), |claim| &mut claim.debt)?;
            self.repay(open, repaid)?;
        }
        Ok(Points(points.0.saturating_sub(repaid.0)))
    }

    /// Points of an item go into the account's debt.
    fn repay(&mut self, open: &mut Open, points: Points) -> Result<(), Undecided> {
        let point_type = open.key.account.point_type;
        let debt = &mut self.effects.members[open.owner].account_mut(point_type).debt;
        take(debt, points).ok_or_else(|| broken(&open.key.account, "a debt is smaller than what repays it"))?;
        let at = self.at;
        self.shift(open, Movement { from: PointState::Matured, to: PointState::Repaid, points, at })
    }

    /// Points come back to an item from where they had gone, and settle what stands against them.
    pub(in crate::machine) fn come_back(
        &mut self,
        open: Open,
        from: PointState,
        points: Points,
    ) -> Result<(), Undecided> {
        let mut coming = VecDeque::from([(open.owner, open.key.account, open.key.position, from, points)]);
        while let Some((owner, account, position, from, points)) = coming.pop_front() {
            let mut open = self.named_item(owner, account, position)?;
            let at = self.at;
            self.shift(&mut open, Movement { from, to: PointState::Matured, points, at })?;
            let mut left = self.settle_claims_of(&mut open, points, &mut coming)?;
            match open.item.is_expired(self.at) {
                true => {
                    let lost = Movement { from: PointState::Matured, to: PointState::Expired, points: left, at };
                    self.shift(&mut open, lost)?;
                }
                false => {
                    left = self.settle_absorbed(&mut open, left)?;
                    self.settle_debt(&mut open, left)?;
                }
            }
            self.put_item(&open)?;
        }
        Ok(())
    }

    /// Settles the claims for an item's own spent points, the last one first. Returns the points that are left.
    fn settle_claims_of(
        &mut self,
        open: &mut Open,
        points: Points,
        coming: &mut VecDeque<Coming>,
    ) -> Result<Points, Undecided> {
        let mut left = points;
        if !open.item.claimed.is_positive() {
            return Ok(left);
        }
        let of_item = |sequence| ClaimKey { account: open.key.account, item: open.id(), sequence };
        let mut claims = self.claims(of_item(Sequence(0))..of_item(Sequence(u64::MAX)))?;
        while let Some((key, mut claim)) = claims.pop().filter(|_| left.is_positive()) {
            let absorbed = left.min(claim.absorbed);
            self.give_to_host(open, &mut claim, absorbed)?;
            left = Points(left.0.saturating_sub(absorbed.0));
            let debt = left.min(claim.debt);
            if debt.is_positive() {
                self.repay(open, debt)?;
                claim.debt = Points(claim.debt.0.saturating_sub(debt.0));
                left = Points(left.0.saturating_sub(debt.0));
            }
            while let Some(part) = claim.repaid.last_mut().filter(|_| left.is_positive()) {
                let back = left.min(part.points);
                part.points = Points(part.points.0.saturating_sub(back.0));
                coming.push_back((open.owner, open.key.account, part.position, part.state, back));
                if !part.points.is_positive() {
                    claim.repaid.pop();
                }
                let (from, to, at) = (PointState::Matured, PointState::MadeUp, self.at);
                self.shift(open, Movement { from, to, points: back, at })?;
                left = Points(left.0.saturating_sub(back.0));
            }
            let row = (!claim.is_settled()).then_some(claim);
            self.put::<Claims>(key, row);
        }
        Ok(left)
    }

    /// Points of an item whose claim the host bears are taken back after all.
    fn give_to_host(&mut self, open: &mut Open, claim: &mut Claim, points: Points) -> Result<(), Undecided> {
        if !points.is_positive() {
            return Ok(());
        }
        let account = open.key.account;
        let sum = &mut self.effects.members[open.owner].account_mut(account.point_type).absorbed;
        let sums = [sum, &mut open.item.absorbed, &mut open.item.claimed, &mut claim.absorbed];
        for sum in sums {
            take(sum, points).ok_or_else(|| broken(&account, "less was absorbed than its claims say"))?;
        }
        let (from, to, at) = (PointState::Matured, PointState::Cancelled, self.at);
        self.shift(open, Movement { from, to, points, at })
    }

    /// Points that come back make up for what the host bears of the account's other claims.
    fn settle_absorbed(&mut self, open: &mut Open, points: Points) -> Result<Points, Undecided> {
        let account = open.key.account;
        let absorbed = self.effects.members[open.owner].account_mut(account.point_type).absorbed;
        let settled = points.min(absorbed);
        if !settled.is_positive() {
            return Ok(points);
        }
        self.become_part(open, (settled, PointState::MadeUp), |claim| &mut claim.absorbed)?;
        let sum = &mut self.effects.members[open.owner].account_mut(account.point_type).absorbed;
        take(sum, settled).ok_or_else(|| broken(&account, "less was absorbed than its claims say"))?;
        let (from, to, at) = (PointState::Matured, PointState::MadeUp, self.at);
        self.shift(open, Movement { from, to, points: settled, at })?;
        Ok(Points(points.0.saturating_sub(settled.0)))
    }

    /// Points of an item take the place of what claims of its account could not take from items: of debt, or of what the
    /// host bears. What no claim stands for is left as it is.
    fn become_part(
        &mut self,
        open: &mut Open,
        (points, state): (Points, PointState),
        missing: impl Fn(&mut Claim) -> &mut Points,
    ) -> Result<(), Undecided> {
        let account = open.key.account;
        let first = |item, sequence| ClaimKey { account, item, sequence };
        let (lowest, highest) = (ItemPosition::FIRST.id, ItemPosition::LAST.id);
        let mut left = points;
        for (key, mut claim) in self.claims(first(lowest, Sequence(0))..first(highest, Sequence(u64::MAX)))? {
            let was_absorbed = claim.absorbed;
            let part = left.min(*missing(&mut claim));
            if !part.is_positive() {
                continue;
            }
            *missing(&mut claim) = Points(missing(&mut claim).0.saturating_sub(part.0));
            claim.repaid.push(ClaimPart { position: open.key.position, points: part, state });
            let absorbed = Points(was_absorbed.0.saturating_sub(claim.absorbed.0));
            self.lower_absorbed(open, key.item, claim.position, absorbed)?;
            self.put::<Claims>(key, Some(claim));
            left = Points(left.0.saturating_sub(part.0));
            if !left.is_positive() {
                break;
            }
        }
        Ok(())
    }

    /// The host bears less of an item's claims.
    fn lower_absorbed(
        &mut self,
        open: &mut Open,
        id: ItemId,
        position: ItemPosition,
        points: Points,
    ) -> Result<(), Undecided> {
        let account = open.key.account;
        let less = || broken(&account, "less was absorbed than its claims say");
        if !points.is_positive() {
            return Ok(());
        }
        if id == open.id() {
            return Ok(take(&mut open.item.absorbed, points).ok_or_else(less)?);
        }
        let mut other = self.named_item(open.owner, account, position)?;
        take(&mut other.item.absorbed, points).ok_or_else(less)?;
        self.put_item(&other)?;
        Ok(())
    }

    /// All claims of a range, in order.
    fn claims(&self, range: Range<ClaimKey>) -> Result<Vec<PlacedClaim>, Undecided> {
        let mut claims = Vec::new();
        let mut from = range.start;
        loop {
            let page = self.rows::<Claims>(from..range.end, CHUNK)?;
            let is_last = page.len() < CHUNK;
            claims.extend(page);
            match claims.last() {
                Some((last, _)) if !is_last => from = ClaimKey { sequence: last.sequence.next(), ..*last },
                _ => return Ok(claims),
            }
        }
    }
}

pub(super) fn broken(account: &AccountKey, what: &str) -> Fault {
    Fault::broken(account.owner().lock(), format!("point type {}: {what}", account.point_type))
}
