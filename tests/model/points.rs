//! The model's points: accrued, redeemed, transferred, held, captured, released.

use super::calendar;
use super::ledger::{Effect, Model, Transaction};
use super::member::{Given, Handle, Item};
use super::partner::{Moment, Payer};
use accruedb::domain::*;
use std::collections::BTreeSet;
use std::rc::Rc;

/// A rate as a numerator and a denominator.
fn fraction(rate: Rate) -> (i128, i128) {
    let text = rate.to_string();
    let (n, d) = text.split_once('/').unwrap_or((&text, "1"));
    (n.parse().unwrap(), d.parse().unwrap())
}

fn rounded((n, d): (i128, i128), rounding: Rounding) -> i128 {
    match rounding {
        Rounding::Down => n / d,
        Rounding::Up => (n + d - 1) / d,
        Rounding::HalfUp => (2 * n + d) / (2 * d),
    }
}

/// How many points an amount of money gives.
fn points_of(spend: &Spend) -> Option<i64> {
    let ((amount, per), (rate, of)) = (fraction(spend.amount), fraction(spend.rate));
    let points = match spend.step.map(fraction) {
        None => rounded((amount * rate, per * of), spend.rounding),
        Some((step, part)) => {
            let steps = rounded((amount * part, per * step), spend.rounding);
            rounded((steps * rate, of), spend.rounding)
        }
    };
    i64::try_from(points).ok()
}

/// An accrual whose awards all say their points.
pub(super) fn in_points(accrue: &Accrue) -> Result<Accrue, Rejection> {
    let mut told = accrue.clone();
    for award in &mut told.awards {
        if let Some(spend) = &award.spend {
            award.points = Points(points_of(spend).ok_or(Rejection::Overflow)?);
        }
    }
    Ok(told)
}

impl Model {
    pub(super) fn check_earns(&self, member: MemberId) -> Result<(), Rejection> {
        match self.members[&member].status {
            MemberStatus::Closed => Err(Rejection::MemberClosed),
            MemberStatus::Active | MemberStatus::Blocked => Ok(()),
        }
    }

    pub(super) fn check_spends(&self, member: MemberId) -> Result<(), Rejection> {
        match self.members[&member].status {
            MemberStatus::Blocked => Err(Rejection::MemberBlocked),
            MemberStatus::Active | MemberStatus::Closed => self.check_earns(member),
        }
    }

    pub(super) fn acts(&mut self, member: MemberId, done: Activity, at: Timestamp) {
        let Model { members, rules, now, .. } = self;
        members.get_mut(&member).unwrap().acts(done, (at, *now), rules);
    }

    pub(super) fn accrue(
        &mut self,
        request: RequestId,
        body: &Accrue,
        payers: &[(PartnerId, u32)],
        at: Timestamp,
    ) -> Effect {
        for award in &body.awards {
            self.rules.usable(award.point_type)?;
            self.rules.subtype(award.subtype)?;
        }
        let parts: Vec<u32> = payers.iter().map(|(_, parts)| *parts).collect();
        let mut known = Vec::new();
        for ((partner, _), place) in payers.iter().zip(0..) {
            let terms = self.partner(*partner)?.terms.len() - 1;
            known.push(Payer::new(*partner, terms, parts.clone(), place));
        }
        let member = self.earner(body.member)?;
        self.check_earns(member)?;
        let issued = self.issued(body)?;
        self.linked.insert(member);
        let mut awards = Vec::new();
        for ((award, let_go), place) in body.awards.iter().zip(&issued).zip(0u16..) {
            let award = Award { points: Points(*let_go), ..*award };
            let mut given = self.give(member, (&award, place), body.partner, at)?;
            self.qualify(member, &mut given, place, at)?;
            awards.push(given);
        }
        let (mut charges, zone) = (0, self.rules.zone());
        // a bill names the member as the transaction did
        let (zone, serial, named) = (&zone, self.serial, body.member);
        let mut moment = Moment { zone, transaction_at: at, serial, member: named, charges: &mut charges };
        for payer in &known {
            self.partners.get_mut(&payer.partner).unwrap().pay(payer, &mut awards, &mut moment)?;
        }
        let given: Vec<i64> = awards.iter().map(|award| award.points).collect();
        self.take_from_sources(request, body, (&issued, &given));
        self.acts(member, Activity::Accrue, at);
        self.tell_earner(member, body);
        let (day, body) = (calendar::day_of(at, zone), Rc::new(body.clone()));
        Ok(Transaction::Accrual { member, payers: known, awards, day, body })
    }

    /// What is granted too late to be used is gone at once. The balances that the awards touched are told.
    fn tell_earner(&mut self, member: MemberId, body: &Accrue) {
        let touched = self.settle_earner(member);
        let named: BTreeSet<PointTypeId> = body.awards.iter().map(|award| award.point_type).collect();
        named.iter().chain(touched.difference(&named)).for_each(|point_type| self.tell(member, *point_type));
    }

    /// What is granted too late to be used is gone at once. Returns the types that this touched.
    pub(super) fn settle_earner(&mut self, member: MemberId) -> BTreeSet<PointTypeId> {
        let places = self.members.values().flat_map(|member| &member.log.granted);
        let place = places.map(|(_, place)| place + 1).max().unwrap_or(0);
        let Model { members, rules, now, .. } = self;
        let of = members.get_mut(&member).unwrap();
        let (moves, granted) = (of.log.moves.len(), of.log.granted.len());
        of.settle(*now, rules, Some(place));
        let moved = of.log.moves[moves..].iter().map(|part| part.item);
        let touched = moved.chain(of.log.granted[granted..].iter().map(|(item, _)| *item));
        touched.map(|item| of.items[&item].point_type).collect()
    }

    /// One award becomes an item.
    pub(super) fn give(
        &mut self,
        member: MemberId,
        (award, place): (&Award, u16),
        partner: Option<PartnerId>,
        at: Timestamp,
    ) -> Result<Given, Rejection> {
        let point_type = award.point_type;
        if award.points.0 == 0 {
            let (item, points, rolled_up) = (None, 0, None);
            return Ok(Given { item, rolled_up, point_type, points, cancelled: 0, debits: Vec::new() });
        }
        let (now, zone) = (self.now, self.rules.zone());
        let never_usable = self.rules.program.as_ref().unwrap().never_usable;
        let kind = self.rules.kind(award.point_type)?;
        let counts = kind.is_qualifying();
        let start = match award.start {
            _ if counts => now,
            Start::At(instant) => instant,
            Start::After(span) => calendar::after(span, at, &zone).ok_or(Rejection::Overflow)?,
            Start::Transaction => at,
        };
        let from = start.max(now);
        let lasts = !kind.is_redeemable() && kind.spec.expiry == Expiry::Never;
        let until = award.expires.filter(|_| !lasts).unwrap_or(kind.spec.expiry);
        let until = self.rules.expiry(until, at)?;
        let never = until.filter(|until| *until <= from);
        if let (Some(expires_at), NeverUsable::Refuse) = (never, never_usable) {
            return Err(Rejection::NeverUsable { place, available_from: from, expires_at });
        }
        let (source, point_type, policy) = (award.source, award.point_type, self.rules.pin(award.point_type));
        let subtype = self.rules.subtype(award.subtype)?;
        let waits = !counts && (from > now || never.is_some());
        let Model { members, rules, .. } = self;
        let of = members.get_mut(&member).unwrap();
        let points = of.fit(point_type, (place, award.points.0), rules)?;
        let mut given = Given { item: None, rolled_up: None, point_type, points, cancelled: 0, debits: Vec::new() };
        if points > 0 {
            let item = Item { until, waits, source, partner, policy, ..Item::new(point_type, now, from) };
            let item = of.grant(Item { subtype, ..item }, points, place).ok_or(Rejection::Overflow)?;
            *of.lifetime.entry(point_type).or_default() += points;
            // points that were never available pay no debt
            if !waits && never.is_none() {
                of.repay(item, points);
            }
            of.watch(item, now, rules);
            given.item = Some(item);
        }
        Ok(given)
    }

    pub(super) fn redeem(&mut self, request: RequestId, body: &Redeem, at: Timestamp) -> Effect {
        let points = body.points.0;
        let types = self.rules.spends(body.point_type)?;
        let member = self.known(body.member)?;
        self.check_spends(member)?;
        let Model { members, rules, .. } = self;
        let of = members.get_mut(&member).unwrap();
        let spec = &rules.kind(types[0])?.spec;
        let overdraft = match types.as_slice() {
            [_] => of.overdrawn(spec, points, rules)?,
            _ => of.check_available_of(&types, points, rules).map(|()| 0)?,
        };
        let parts = of.take_of(&types, spec.order, points - overdraft, PointState::Redeemed);
        of.overdraw(request, types[0], overdraft);
        let mut taken: BTreeSet<PointTypeId> = parts.iter().map(|(item, _)| of.items[item].point_type).collect();
        taken.extend(types.first().filter(|_| overdraft > 0));
        self.linked.insert(member);
        self.acts(member, Activity::Redeem, at);
        types.iter().for_each(|point_type| self.tell(member, *point_type));
        Ok(Transaction::Spending { member, points, cancelled: 0, parts, overdraft, types: taken })
    }

    pub(super) fn transfer(&mut self, body: &Transfer, at: Timestamp) -> Effect {
        let Transfer { member: from, to, point_type, points: Points(points), fee: Points(fee) } = *body;
        self.rules.usable(point_type)?;
        let from = self.known(from)?;
        let to = self.earner(to)?;
        self.check_spends(from)?;
        self.check_earns(to)?;
        let kind = self.rules.kind(point_type)?.clone();
        if !kind.is_redeemable() {
            return Err(Rejection::NotRedeemable { point_type });
        }
        if from == to {
            return Err(Rejection::SameMember);
        }
        let total = points.checked_add(fee).ok_or(Rejection::Overflow)?;
        self.members[&from].check_available(point_type, total, &self.rules)?;
        self.members[&to].check_room(point_type, points, &self.rules)?;
        self.linked.extend([from, to]);
        let now = self.now;
        let Model { members, rules, .. } = self;
        let giver = members.get_mut(&from).unwrap();
        let parts = giver.take(&kind.spec, points, PointState::Transferred);
        giver.take(&kind.spec, fee, PointState::Fee);
        let items: Vec<Item> = parts.iter().map(|(item, _)| giver.items[item].clone()).collect();
        let receiver = members.get_mut(&to).unwrap();
        let mut moved = Vec::new();
        for (((origin, points), item), place) in parts.into_iter().zip(items).zip(0u16..) {
            let Item { until, source, partner, subtype, issued_at, policy, .. } = item;
            let item = Item { until, source, partner, subtype, issued_at, ..Item::new(point_type, now, now) };
            let item = Item { policy, origin: Some(origin), ..item };
            let received = receiver.grant(item, points, place).ok_or(Rejection::Overflow)?;
            receiver.repay(received, points);
            receiver.watch(received, now, rules);
            moved.push((origin, received, points));
        }
        self.acts(from, Activity::Transfer, at);
        self.acts(to, Activity::Transfer, at);
        self.tell(from, point_type);
        self.tell(to, point_type);
        Ok(Transaction::Transfer { from, to, point_type, points, cancelled: 0, moved })
    }

    pub(super) fn hold(&mut self, request: RequestId, body: &HoldPoints, at: Timestamp) -> Effect {
        let HoldPoints { member, point_type, points: Points(points), times_out } = *body;
        let types = self.rules.spends(point_type)?;
        let member = self.known(member)?;
        self.check_spends(member)?;
        if let Some(of) = types.iter().find(|of| !self.rules.kind(**of).unwrap().is_redeemable()) {
            return Err(Rejection::NotRedeemable { point_type: *of });
        }
        let until = self.rules.expiry(times_out, at)?;
        if let Some(times_out_at) = until.filter(|until| *until <= self.now) {
            return Err(Rejection::HoldOver { times_out_at });
        }
        self.members[&member].check_available_of(&types, points, &self.rules)?;
        self.linked.insert(member);
        let Model { members, rules, .. } = self;
        members.get_mut(&member).unwrap().hold(request, (&types, points), until, rules);
        self.acts(member, Activity::Hold, at);
        types.iter().for_each(|point_type| self.tell(member, *point_type));
        Ok(Transaction::Other)
    }

    fn holder(&self, hold: RequestId) -> Result<MemberId, Rejection> {
        let holder = self.members.iter().find(|(_, member)| member.holds.contains_key(&hold));
        holder.map(|(id, _)| *id).ok_or(Rejection::HoldUnknown)
    }

    pub(super) fn capture(&mut self, body: &Capture, at: Timestamp) -> Effect {
        let (member, now) = (self.holder(body.hold)?, self.now);
        let Model { members, rules, .. } = self;
        let of = members.get_mut(&member).unwrap();
        let points = of.wanted(body.hold, body.points)?;
        let held = of.held_types(body.hold);
        let parts: Vec<(Handle, i64)> = of.capture(body.hold, points, (now, rules));
        let types = parts.iter().map(|(item, _)| of.items[item].point_type).collect();
        self.linked.insert(member);
        self.acts(member, Activity::Redeem, at);
        held.iter().for_each(|point_type| self.tell(member, *point_type));
        Ok(Transaction::Spending { member, points, cancelled: 0, parts, overdraft: 0, types })
    }

    pub(super) fn release(&mut self, body: &Release) -> Effect {
        let (member, now) = (self.holder(body.hold)?, self.now);
        let Model { members, rules, .. } = self;
        let of = members.get_mut(&member).unwrap();
        let points = of.wanted(body.hold, body.points)?;
        let held = of.held_types(body.hold);
        of.release(body.hold, points, (now, rules));
        self.linked.insert(member);
        held.iter().for_each(|point_type| self.tell(member, *point_type));
        Ok(Transaction::Other)
    }
}
