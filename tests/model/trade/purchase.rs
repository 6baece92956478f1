//! Purchases at merchants, spends there, and what becomes of them when they are cancelled.

use super::definitions::is_settled_class;
use super::events::Cancelling;
use super::{Bought, Event};
use crate::model::calendar;
use crate::model::ledger::{Effect, Model, Transaction};
use crate::model::member::Handle;
use crate::model::partner::{Moment, Payer};
use accruedb::domain::*;

const AWARD: u16 = 0;
const INSTANT: u16 = 1;
const SPENT: u16 = 2;

impl Model {
    fn participant(&self, member: MemberId) -> SetParticipant {
        let none = SetParticipant { member, group: None, schemes: Default::default(), automatic_spending: false };
        self.trade.participants.get(&member).cloned().unwrap_or(none)
    }

    pub(super) fn buy(&mut self, request: RequestId, body: &RecordPurchase, at: Timestamp) -> Effect {
        let (partner, point_type) = (body.partner, body.point_type);
        let kind = self.rules.usable(point_type)?.clone();
        let payer = Payer::new(partner, self.partner(partner)?.terms.len() - 1, vec![1], 0);
        let id = self.earner(body.member)?;
        self.check_earns(id)?;
        let offer = self.trade.offers.get(&body.offer).cloned().ok_or(Rejection::OfferUnknown { offer: body.offer })?;
        self.trade.unit(partner)?;
        if offer.class == OfferClass::WithoutEvent {
            return Err(Rejection::ClassNotAllowed { offer: body.offer });
        }
        self.trade.merchant_in_force(partner)?;
        let participant = self.participant(id);
        self.trade.takes_purchase(partner, &participant)?;
        if !kind.is_redeemable() {
            return Err(Rejection::NotRedeemable { point_type });
        }

        self.linked.insert(id);
        let awarded = self.trade.awards(partner, &participant, &offer);
        let instantly = awarded.is_ok() && offer.spend_method == SpendMethod::SpendInstantly;
        let planned = if instantly { body.award.0.min(body.amount.0) } else { 0 };
        let day = calendar::day_of(at, &self.rules.zone());
        let (award, parts, spends, returned) = (None, Vec::new(), Vec::new(), false);
        let mut bought = Bought { award, parts, payer: payer.clone(), spends, returned, member: id, day };
        let event = |kind: EventKind, place: u16, amount: i64, now: Timestamp| Event {
            partner,
            at,
            request,
            place,
            kind,
            member: body.member,
            amount,
            offer: Some(body.offer),
            scheme: Some(offer.scheme),
            brand: body.brand.clone(),
            medium: body.medium.clone(),
            recorded_at: now,
            cancels: None,
        };
        if self.trade.draws_on_wallet(partner, &participant) {
            let wallet = self.members[&id].available(point_type, &self.rules);
            let most = wallet.min(body.amount.0 - planned);
            let may = self.check_spends(id).and_then(|()| self.trade.takes_spend(partner, &participant));
            match may.and_then(|()| self.trade.automatic(partner, offer.scheme, most)) {
                Ok(points) => {
                    let taken = self.members.get_mut(&id).unwrap().take(&kind.spec, points, PointState::Redeemed);
                    bought.parts.extend(taken);
                    self.spent(&mut bought, body.partner, (SpendWay::Automatic, SPENT), points);
                    self.trade.events.push(event(EventKind::Spend, SPENT, points, self.now));
                }
                Err(reason) => self.trade.told.push(Leg::NotSpent { reason }),
            }
        }
        if let Err(reason) = awarded {
            self.trade.told.push(Leg::NotAwarded { reason });
            self.acts(id, Activity::Accrue, at);
            self.tell(id, point_type);
            return Ok(Transaction::Purchase(bought));
        }
        let award = Award { expires: body.expires, ..Award::new(point_type, body.award) };
        let mut given = self.give(id, (&award, AWARD), Some(partner), at)?;
        self.qualify(id, &mut given, AWARD, at)?;
        let mut given = [given];
        let (now, zone, mut charges) = (self.now, self.rules.zone(), 0);
        let (serial, charges) = (self.serial, &mut charges);
        let mut moment = Moment { zone: &zone, transaction_at: at, serial, member: body.member, charges };
        self.partners.get_mut(&partner).unwrap().pay(&payer, &mut given, &mut moment)?;
        let [given] = given;
        self.settle_earner(id);
        if is_settled_class(offer.class) && offer.basis == AwardBasis::Purchase && given.points > 0 {
            self.trade.events.push(event(EventKind::Purchase, AWARD, given.points, now));
        }
        if planned > 0
            && let Err(reason) = self.check_spends(id)
        {
            self.trade.told.push(Leg::NotSpent { reason });
        } else if let (true, Some(item)) = (planned > 0, given.item) {
            let Model { members, rules, .. } = self;
            let member = members.get_mut(&id).unwrap();
            let points = member.items[&item].sum(PointState::Matured).min(planned);
            if points > 0 {
                member.shift(item, PointState::Matured, PointState::Redeemed, points);
                member.watch(item, now, rules);
                bought.parts.push((item, points));
                self.spent(&mut bought, partner, (SpendWay::Instantly, INSTANT), points);
                self.trade.events.push(event(EventKind::Spend, INSTANT, points, now));
            } else {
                self.trade.told.push(Leg::NotSpent { reason: Rejection::NothingToSpend });
            }
        }
        bought.award = Some(given);
        self.acts(id, Activity::Accrue, at);
        self.tell(id, point_type);
        Ok(Transaction::Purchase(bought))
    }

    fn spent(&mut self, bought: &mut Bought, partner: PartnerId, (way, place): (SpendWay, u16), points: i64) {
        bought.spends.push((place, points));
        let (reduction, amount) = (ReductionMethod::FrontEnd, Points(points));
        self.trade.told.push(Leg::Spent { partner, way, reduction, amount });
    }

    pub(super) fn spend_at(&mut self, request: RequestId, body: &SpendAt, at: Timestamp) -> Effect {
        let SpendAt { member, partner, point_type, points: Points(points), scheme } = *body;
        let owner = self.check_spender(member, partner, point_type)?;
        if let Some(scheme) = scheme {
            self.trade.schemes.get(&scheme).ok_or(Rejection::SchemeUnknown { scheme })?;
        }
        self.trade.merchant_in_force(partner)?;
        scheme.map_or(Ok(()), |scheme| self.trade.spends_in(partner, scheme))?;
        self.trade.takes_spend(partner, &self.participant(owner))?;
        self.trade.takes_amount(body)?;
        let parts = self.pay_with_points(owner, point_type, points)?;
        let (way, reduction, amount) = (SpendWay::Requested, ReductionMethod::FrontEnd, body.points);
        self.trade.told.push(Leg::Spent { partner, way, reduction, amount });
        let (kind, place, recorded_at) = (EventKind::Spend, SPENT, self.now);
        let (offer, brand, medium, cancels) = (None, None, None, None);
        self.trade.events.push(Event {
            partner,
            at,
            request,
            place,
            kind,
            member,
            amount: points,
            offer,
            scheme,
            brand,
            medium,
            recorded_at,
            cancels,
        });
        Ok(self.spending(owner, point_type, points, parts, at))
    }

    fn spending(
        &mut self,
        member: MemberId,
        point_type: PointTypeId,
        points: i64,
        parts: Vec<(Handle, i64)>,
        at: Timestamp,
    ) -> Transaction {
        self.linked.insert(member);
        self.acts(member, Activity::Redeem, at);
        self.tell(member, point_type);
        Transaction::Spending { member, points, cancelled: 0, parts, overdraft: 0, types: [point_type].into() }
    }

    /// Type, merchant and member are known, the merchant as a unit.
    fn check_spender(
        &mut self,
        member: MemberId,
        partner: PartnerId,
        point_type: PointTypeId,
    ) -> Result<MemberId, Rejection> {
        self.rules.usable(point_type)?;
        self.partner(partner)?;
        let owner = self.known(member)?;
        self.check_spends(owner)?;
        self.trade.unit(partner).map(|_| owner)
    }

    fn pay_with_points(
        &mut self,
        member: MemberId,
        point_type: PointTypeId,
        points: i64,
    ) -> Result<Vec<(Handle, i64)>, Rejection> {
        let kind = self.rules.kind(point_type)?.clone();
        if !kind.is_redeemable() {
            return Err(Rejection::NotRedeemable { point_type });
        }
        self.members[&member].check_available(point_type, points, &self.rules)?;
        Ok(self.member_mut(member).take(&kind.spec, points, PointState::Redeemed))
    }

    pub(super) fn credit_member(&mut self, body: &CreditMember, at: Timestamp) -> Effect {
        let CreditMember { member, partner, point_type, points: Points(points) } = *body;
        let owner = self.check_spender(member, partner, point_type)?;
        self.trade.merchant_in_force(partner)?;
        self.trade.takes_spend(partner, &self.participant(owner))?;
        let parts = self.pay_with_points(owner, point_type, points)?;
        let (way, reduction, amount) = (SpendWay::Credited, ReductionMethod::BackEnd, body.points);
        self.trade.told.push(Leg::Spent { partner, way, reduction, amount });
        self.trade.post_to(member, PostingKind::CreditNote, points);
        Ok(self.spending(owner, point_type, points, parts, at))
    }

    /// What merchants have to do with points of a spend that come back.
    pub(in crate::model) fn unspend(&mut self, by: Cancelling, original: &Command, points: i64) {
        match &original.action {
            Action::SpendAt(_) => self.trade.cancel_event(by, (original.request_id, SPENT), points),
            Action::CreditMember(body) => self.trade.post_to(body.member, PostingKind::Debit, points),
            _ => {}
        }
    }

    /// Cancels a purchase: all of it with its spends, or some of the award.
    pub(in crate::model) fn cancel_purchase(
        &mut self,
        by: Cancelling,
        (original, amount): (&Command, CancelAmount),
        bought: &mut Bought,
        zone: &Zone,
    ) -> Result<(), Rejection> {
        let Action::RecordPurchase(body) = &original.action else { unreachable!("it is a purchase") };
        let (id, before) = (self.known(bought.member)?, self.before());
        let left = bought.award.as_ref().map_or(0, |award| award.points - award.cancelled);
        let open = if bought.returned { 0 } else { bought.spent() };
        let (points, spent) = match amount {
            CancelAmount::Whole => (left, open),
            CancelAmount::Points(points) | CancelAmount::Award { place: AWARD, points } => (points.0, 0),
            CancelAmount::Award { .. } => return Err(Rejection::AwardUnknown { awards: 1 }),
        };
        if points > left || points + spent == 0 {
            return Err(Rejection::CancelExceeds { left: Points(left) });
        }
        self.linked.insert(id);
        if spent > 0 {
            for (item, points) in bought.parts.iter().rev() {
                self.come_back(*item, PointState::Redeemed, *points, id);
            }
            for (place, points) in &bought.spends {
                self.trade.cancel_event(by, (original.request_id, *place), *points);
            }
            bought.returned = true;
        }
        if points > 0 {
            let award = bought.award.as_mut().unwrap();
            let item = award.item.expect("something was given");
            let owner = self.find(item, id);
            *self.member_mut(owner).lifetime.entry(award.point_type).or_default() -= points;
            let mut claims = self.take_back(item, points);
            claims.extend(self.disqualify(id, award, points, bought.day)?);
            self.claim(claims, &before);
            let (awards, payers) = (std::slice::from_mut(award), std::slice::from_ref(&bought.payer));
            self.refund(id, payers, awards, &[(0, points)], (by.at, zone));
            self.trade.cancel_event(by, (original.request_id, AWARD), points);
        }
        self.tell(id, body.point_type);
        self.tell_strayed(id);
        Ok(())
    }
}
