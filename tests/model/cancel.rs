//! The model's cancellations.

use super::ledger::{Effect, Model, Transaction};
use super::member::{Given, Handle, Member};
use super::partner::{Moment, Payer};
use super::trade::Cancelling;
use accruedb::domain::*;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Claims that are still to be made: items, points, and what was available of each account before the command.
pub(super) type Claims = Vec<(Handle, i64)>;
pub(super) type Before = BTreeMap<(MemberId, PointTypeId), i64>;

impl Model {
    pub(super) fn cancel(&mut self, body: &Cancel, by: Cancelling, zone: &Zone) -> Effect {
        let Some(original) = self.done.get(&body.request).cloned() else {
            return Err(Rejection::TransactionUnknown);
        };
        let (command, mut transaction) = Rc::unwrap_or_clone(original);
        match &mut transaction {
            Transaction::Other => return Err(Rejection::NotCancellable),
            Transaction::Spending { .. } => {
                let back = self.cancel_spending(&mut transaction, body)?;
                self.unspend(by, &command, back);
            }
            Transaction::Purchase(bought) => self.cancel_purchase(by, (&command, body.amount), bought, zone)?,
            Transaction::Transfer { .. } => self.cancel_transfer(&mut transaction, body)?,
            Transaction::Accrual { .. } => self.cancel_accrual(&mut transaction, body, (by.at, zone))?,
        }
        self.done.insert(body.request, Rc::new((command, transaction)));
        Ok(Transaction::Other)
    }

    fn cancel_spending(&mut self, spending: &mut Transaction, body: &Cancel) -> Result<i64, Rejection> {
        let Transaction::Spending { member, points, cancelled, parts, overdraft, types } = spending else {
            return Ok(0);
        };
        let member = self.known(*member)?;
        let back = in_one_figure(&body.amount, *points - *cancelled)?;
        *cancelled += back;
        self.linked.insert(member);
        let now = self.now;
        // an overdraft was taken last
        let undone = back.min(*overdraft);
        *overdraft -= undone;
        if undone > 0 {
            let Model { members, rules, .. } = self;
            members.get_mut(&member).unwrap().undo_overdraft(body.request, undone, (now, rules));
        }
        for (item, points) in last_first(parts, back - undone) {
            self.come_back(item, PointState::Redeemed, points, member);
        }
        types.iter().for_each(|point_type| self.tell(member, *point_type));
        self.tell_strayed(member);
        Ok(back)
    }

    pub(super) fn come_back(&mut self, item: Handle, from: PointState, points: i64, at: MemberId) {
        let (owner, now) = (self.find(item, at), self.now);
        let Model { members, rules, .. } = self;
        members.get_mut(&owner).unwrap().come_back(item, from, points, (now, rules));
    }

    fn cancel_transfer(&mut self, transfer: &mut Transaction, body: &Cancel) -> Result<(), Rejection> {
        let Transaction::Transfer { from, to, point_type, points, cancelled, moved } = transfer else { return Ok(()) };
        let (giver, receiver, before) = (self.known(*from)?, self.known(*to)?, self.before());
        let back = in_one_figure(&body.amount, *points - *cancelled)?;
        *cancelled += back;
        self.linked.extend([giver, receiver]);
        let mut claims = Vec::new();
        let parts = moved.iter().map(|(origin, received, points)| ((*origin, *received), *points));
        let mut left: Vec<_> = parts.collect();
        for ((origin, received), points) in last_first(&mut left, back) {
            self.find(received, receiver);
            claims.extend(self.take_back(received, points));
            self.come_back(origin, PointState::Transferred, points, giver);
        }
        *moved = left.into_iter().map(|((origin, received), points)| (origin, received, points)).collect();
        self.claim(claims, &before);
        self.tell(giver, *point_type);
        self.tell(receiver, *point_type);
        self.tell_strayed(giver);
        Ok(())
    }

    fn cancel_accrual(
        &mut self,
        accrual: &mut Transaction,
        body: &Cancel,
        moment: (Timestamp, &Zone),
    ) -> Result<(), Rejection> {
        let Transaction::Accrual { member, payers, awards, day, body: accrued } = accrual else { return Ok(()) };
        let (member, available) = (self.known(*member)?, self.before());
        let parts = by_award(&body.amount, awards)?;
        self.linked.insert(member);
        let mut claims = Vec::new();
        for (place, points) in &parts {
            let given = &awards[*place];
            if let Some(item) = given.item {
                let owner = self.find(item, member);
                *self.member_mut(owner).lifetime.entry(given.point_type).or_default() -= points;
                claims.extend(self.take_back(item, *points));
            }
            claims.extend(self.disqualify(member, given, *points, *day)?);
        }
        self.claim(claims, &available);
        let before: Vec<i64> = awards.iter().map(|award| award.cancelled).collect();
        self.refund(member, payers, awards, &parts, moment);
        self.give_back_to_sources(body.request, accrued, awards, &before);
        let named: BTreeSet<PointTypeId> = awards.iter().map(|award| award.point_type).collect();
        let moves = self.members.values().flat_map(|member| &member.log.moves);
        let followed: BTreeSet<PointTypeId> = moves.map(|part| self.item(part.item).point_type).collect();
        named.iter().chain(followed.difference(&named)).for_each(|point_type| self.tell(member, *point_type));
        self.tell_strayed(member);
        Ok(())
    }

    /// What is available of every account.
    pub(super) fn before(&self) -> Before {
        let of = |member: &Member| -> Vec<((MemberId, PointTypeId), i64)> {
            let each = |of: &PointTypeId| ((member.id, *of), member.available(*of, &self.rules));
            member.types.iter().map(each).collect()
        };
        self.members.values().flat_map(of).collect()
    }

    /// Takes points of an item back, because what gave them is cancelled: what is left of it, then what expired of it,
    /// then what it rolled over into. The rest was spent, or is set aside, or moved on: it has to be claimed.
    pub(super) fn take_back(&mut self, handle: Handle, points: i64) -> Claims {
        let (owner, now) = (self.owner(handle), self.now);
        let Model { members, rules, .. } = self;
        let of = members.get_mut(&owner).unwrap();
        let item = &of.items[&handle];
        let from = if item.waits { PointState::Future } else { PointState::Matured };
        let left = points.min(item.sum(from));
        let lapsed = (points - left).min(item.sum(PointState::Expired) - item.lapsed).max(0);
        of.shift(handle, from, PointState::Cancelled, left);
        of.item_mut(handle).lapsed += lapsed;
        of.watch(handle, now, rules);
        let (mut rest, mut claims) = (points - left - lapsed, Vec::new());
        for place in (0..of.items[&handle].rolled.len()).rev() {
            let (into, still) = self.item(handle).rolled[place];
            let part = rest.min(still);
            rest -= part;
            if part > 0 {
                let item = self.member_mut(owner).item_mut(handle);
                item.rolled[place].1 -= part;
                item.claimed += part;
                let next = self.owner(into);
                self.linked.insert(next);
                claims.extend(self.take_back(into, part));
                let Model { members, rules, .. } = self;
                members.get_mut(&owner).unwrap().watch(handle, now, rules);
            }
        }
        claims.extend((rest > 0).then_some((handle, rest)));
        claims
    }

    pub(super) fn claim(&mut self, claims: Claims, before: &Before) {
        let now = self.now;
        for (item, points) in claims {
            let owner = self.owner(item);
            let Model { members, rules, .. } = self;
            let of = members.get_mut(&owner).unwrap();
            let before = before.get(&(owner, of.items[&item].point_type)).copied().unwrap_or_default();
            of.claim(item, points, before, (now, rules));
        }
    }

    /// Tells of those to whom points of a transaction had gone since.
    pub(super) fn tell_strayed(&mut self, own: MemberId) {
        let mut strayed = BTreeSet::new();
        for (id, member) in self.members.iter().filter(|(id, _)| **id != own) {
            strayed.extend(member.log.moves.iter().map(|part| (*id, self.item(part.item).point_type)));
        }
        for (member, point_type) in strayed {
            if !self.told.iter().any(|told| told.member == member && told.point_type == point_type) {
                self.tell(member, point_type);
            }
        }
    }
}

impl Model {
    /// Each partner gets back what its part of the cancelled points cost.
    pub(super) fn refund(
        &mut self,
        member: MemberId,
        payers: &[Payer],
        awards: &mut [Given],
        parts: &[(usize, i64)],
        (transaction_at, zone): (Timestamp, &Zone),
    ) {
        let mut charges = 0;
        let mut moment = Moment { zone, transaction_at, serial: self.serial, member, charges: &mut charges };
        for (place, points) in parts {
            let award = &mut awards[*place];
            let before = award.cancelled;
            award.cancelled += points;
            for payer in payers {
                let partner = self.partners.get_mut(&payer.partner).unwrap();
                partner.refund(payer, award, (*place as u16, before), &mut moment);
            }
        }
    }
}

/// Points of parts that are given back, the last part first. What is left of them stays.
fn last_first<T: Copy>(parts: &mut Vec<(T, i64)>, mut points: i64) -> Vec<(T, i64)> {
    let mut back = Vec::new();
    while points > 0 {
        let (part, left) = parts.last_mut().unwrap();
        let given = points.min(*left);
        back.push((*part, given));
        *left -= given;
        points -= given;
        if *left == 0 {
            parts.pop();
        }
    }
    back
}

/// How much of a transaction that has no awards.
fn in_one_figure(amount: &CancelAmount, left: i64) -> Result<i64, Rejection> {
    let points = match amount {
        CancelAmount::Award { .. } => return Err(Rejection::AwardUnknown { awards: 0 }),
        CancelAmount::Points(points) => points.0,
        CancelAmount::Whole => left,
    };
    if points > left || points == 0 { Err(Rejection::CancelExceeds { left: Points(left) }) } else { Ok(points) }
}

/// Which places, and how many points of each.
fn by_award(amount: &CancelAmount, awards: &[Given]) -> Result<Vec<(usize, i64)>, Rejection> {
    let unknown = Rejection::AwardUnknown { awards: awards.len() as u16 };
    let left = |place: usize| awards[place].points - awards[place].cancelled;
    let (place, points) = match *amount {
        CancelAmount::Whole => {
            let parts: Vec<_> = (0..awards.len()).map(|at| (at, left(at))).filter(|part| part.1 > 0).collect();
            let none = Rejection::CancelExceeds { left: Points(0) };
            return if parts.is_empty() { Err(none) } else { Ok(parts) };
        }
        CancelAmount::Points(points) if awards.len() == 1 => (0, points.0),
        CancelAmount::Points(_) => return Err(unknown),
        CancelAmount::Award { place, points } => (usize::from(place), points.0),
    };
    if place >= awards.len() {
        return Err(unknown);
    }
    if points > left(place) {
        return Err(Rejection::CancelExceeds { left: Points(left(place)) });
    }
    Ok(vec![(place, points)])
}
