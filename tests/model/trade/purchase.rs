//! Purchases at merchants, spends there, and what becomes of them when they are cancelled.

use super::definitions::is_settled_class;
use super::events::Cancelling;
use super::{Bought, Event};
use crate::model::ledger::{Effect, Model, Transaction};
use accruedb::domain::*;

const AWARD: u16 = 0;
const INSTANT: u16 = 1;
const SPENT: u16 = 2;

impl Model {
    fn participant(&self, member: MemberId) -> SetParticipant {
        let none = SetParticipant { member, group: None, schemes: Default::default(), automatic_spending: false };
        self.trade.participants.get(&member).cloned().unwrap_or(none)
    }

    pub(super) fn buy(
        &mut self,
        request: RequestId,
        body: &RecordPurchase,
        at: Timestamp,
        program: &CreateProgram,
    ) -> Effect {
        let (id, partner, point_type) = (body.member, body.partner, body.point_type);
        let kind = self.point_type(point_type)?.clone();
        if !self.partners.contains_key(&partner) {
            return Err(Rejection::PartnerUnknown { partner });
        }
        if !self.members.contains_key(&id) && program.enrolment == Enrolment::Explicit {
            return Err(Rejection::MemberUnknown);
        }
        let offer = self.trade.offers.get(&body.offer).cloned().ok_or(Rejection::OfferUnknown { offer: body.offer })?;
        self.trade.unit(partner)?;
        if offer.class == OfferClass::WithoutEvent {
            return Err(Rejection::ClassNotAllowed { offer: body.offer });
        }
        self.trade.merchant_in_force(partner)?;
        let participant = self.participant(id);
        self.trade.takes_purchase(partner, &participant)?;
        if kind.class == PointClass::Qualifying {
            return Err(Rejection::NotRedeemable { point_type });
        }

        self.members.entry(id).or_default();
        let awarded = self.trade.awards(partner, &participant, &offer);
        let instantly = awarded.is_ok() && offer.spend_method == SpendMethod::SpendInstantly;
        let planned = if instantly { body.award.0.min(body.amount.0) } else { 0 };
        let mut bought = Bought { award: None, parts: Vec::new(), spends: Vec::new(), returned: false };
        let event = |kind: EventKind, place: u16, amount: i64, now: Timestamp| Event {
            partner,
            at,
            request,
            place,
            kind,
            member: id,
            amount,
            offer: Some(body.offer),
            scheme: Some(offer.scheme),
            brand: body.brand.clone(),
            medium: body.medium.clone(),
            recorded_at: now,
            cancels: None,
        };
        if self.trade.draws_on_wallet(partner, &participant) {
            let member = &self.members[&id];
            let wallet = member.sum(point_type, PointState::Matured) - member.debt(point_type);
            let most = wallet.min(body.amount.0 - planned);
            let may = self.trade.takes_spend(partner, &participant);
            match may.and_then(|()| self.trade.automatic(partner, offer.scheme, most)) {
                Ok(points) => {
                    let taken = self.members.get_mut(&id).unwrap().take(&kind, points, PointState::Redeemed);
                    bought.parts.extend(taken);
                    self.spent(&mut bought, body.partner, (SpendWay::Automatic, SPENT), points);
                    self.trade.events.push(event(EventKind::Spend, SPENT, points, self.now));
                }
                Err(reason) => self.trade.told.push(Leg::NotSpent { reason }),
            }
        }
        if let Err(reason) = awarded {
            self.trade.told.push(Leg::NotAwarded { reason });
            return Ok(Transaction::Purchase(bought));
        }
        let award = Award { expires: body.expires, ..Award::new(point_type, body.award) };
        let given = self.grant(id, Some(partner), (&award, AWARD), at, program)?;
        let mut given = [given];
        let now = self.now;
        self.partners.get_mut(&partner).unwrap().pay(partner, &mut given, now)?;
        let [given] = given;
        if is_settled_class(offer.class) && offer.basis == AwardBasis::Purchase {
            self.trade.events.push(event(EventKind::Purchase, AWARD, body.award.0, now));
        }
        if planned > 0 {
            let member = self.members.get_mut(&id).unwrap();
            let points = member.items[given.item].sum(PointState::Matured).min(planned);
            if points > 0 {
                member.shift(given.item, PointState::Matured, PointState::Redeemed, points);
                bought.parts.push((given.item, points));
                self.spent(&mut bought, partner, (SpendWay::Instantly, INSTANT), points);
                self.trade.events.push(event(EventKind::Spend, INSTANT, points, now));
            } else {
                self.trade.told.push(Leg::NotSpent { reason: Rejection::NothingToSpend });
            }
        }
        bought.award = Some(given);
        Ok(Transaction::Purchase(bought))
    }

    fn spent(&mut self, bought: &mut Bought, partner: PartnerId, (way, place): (SpendWay, u16), points: i64) {
        bought.spends.push((place, points));
        let (reduction, amount) = (ReductionMethod::FrontEnd, Points(points));
        self.trade.told.push(Leg::Spent { partner, way, reduction, amount });
    }

    pub(super) fn spend_at(&mut self, request: RequestId, body: &SpendAt, at: Timestamp) -> Effect {
        let SpendAt { member, partner, point_type, points: Points(points), scheme } = *body;
        self.check_spender(member, partner, point_type)?;
        if let Some(scheme) = scheme {
            self.trade.schemes.get(&scheme).ok_or(Rejection::SchemeUnknown { scheme })?;
        }
        self.trade.merchant_in_force(partner)?;
        scheme.map_or(Ok(()), |scheme| self.trade.spends_in(partner, scheme))?;
        self.trade.takes_spend(partner, &self.participant(member))?;
        self.trade.takes_amount(body)?;
        let parts = self.pay_with_points(member, point_type, points)?;
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
        Ok(Transaction::Spending { member, points, cancelled: 0, parts })
    }

    /// Type, merchant and member are known, the merchant as a unit.
    fn check_spender(&self, member: MemberId, partner: PartnerId, point_type: PointTypeId) -> Result<(), Rejection> {
        self.point_type(point_type)?;
        if !self.partners.contains_key(&partner) {
            return Err(Rejection::PartnerUnknown { partner });
        }
        self.members.get(&member).ok_or(Rejection::MemberUnknown)?;
        self.trade.unit(partner).map(drop)
    }

    fn pay_with_points(
        &mut self,
        member: MemberId,
        point_type: PointTypeId,
        points: i64,
    ) -> Result<Vec<(usize, i64)>, Rejection> {
        let kind = self.spendable(member, point_type)?;
        self.sufficient(member, point_type, points)?;
        Ok(self.members.get_mut(&member).unwrap().take(&kind, points, PointState::Redeemed))
    }

    pub(super) fn credit_member(&mut self, body: &CreditMember) -> Effect {
        let CreditMember { member, partner, point_type, points: Points(points) } = *body;
        self.check_spender(member, partner, point_type)?;
        self.trade.merchant_in_force(partner)?;
        self.trade.takes_spend(partner, &self.participant(member))?;
        let parts = self.pay_with_points(member, point_type, points)?;
        let (way, reduction, amount) = (SpendWay::Credited, ReductionMethod::BackEnd, body.points);
        self.trade.told.push(Leg::Spent { partner, way, reduction, amount });
        self.trade.post_to(member, PostingKind::CreditNote, points);
        Ok(Transaction::Spending { member, points, cancelled: 0, parts })
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
    ) -> Result<(), Rejection> {
        let Action::RecordPurchase(body) = &original.action else { unreachable!("it is a purchase") };
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
        let now = self.now;
        if spent > 0 {
            let member = self.members.get_mut(&body.member).unwrap();
            for (item, points) in bought.parts.iter().rev() {
                member.come_back(*item, PointState::Redeemed, *points, now);
            }
            for (place, points) in &bought.spends {
                self.trade.cancel_event(by, (original.request_id, *place), *points);
            }
            bought.returned = true;
        }
        if points > 0 {
            let award = bought.award.as_mut().unwrap();
            let member = self.members.get_mut(&body.member).unwrap();
            *member.lifetime.get_mut(&award.point_type).unwrap() -= points;
            let rest = member.take_back(award.item, points);
            member.claim(award.item, rest, &self.types[&award.point_type]);
            let before = award.cancelled;
            award.cancelled += points;
            self.partners.get_mut(&body.partner).unwrap().refund(award, before, now);
            self.trade.cancel_event(by, (original.request_id, AWARD), points);
        }
        Ok(())
    }
}
