//! The model's points: accrued, redeemed, transferred, held, captured, released.

use super::calendar;
use super::holds::Hold;
use super::ledger::{Effect, Model, Transaction};
use super::member::{Given, Item, Member};
use accruedb::domain::*;

impl Model {
    pub(super) fn accrue(&mut self, body: &Accrue, at: Timestamp, program: &CreateProgram) -> Effect {
        for award in &body.awards {
            self.point_type(award.point_type)?;
        }
        if let Some(partner) = body.partner.filter(|partner| !self.partners.contains_key(partner)) {
            return Err(Rejection::PartnerUnknown { partner });
        }
        if !self.members.contains_key(&body.member) && program.enrolment == Enrolment::Explicit {
            return Err(Rejection::MemberUnknown);
        }
        let now = self.now;
        let mut awards = Vec::new();
        for (award, place) in body.awards.iter().zip(0u16..) {
            awards.push(self.grant(body.member, body.partner, (award, place), at, program)?);
        }
        if let Some(id) = body.partner {
            self.partners.get_mut(&id).unwrap().pay(id, &mut awards, now)?;
        }
        Ok(Transaction::Accrual { member: body.member, partner: body.partner, awards })
    }

    /// Grants one award.
    pub(super) fn grant(
        &mut self,
        member: MemberId,
        partner: Option<PartnerId>,
        (award, place): (&Award, u16),
        at: Timestamp,
        program: &CreateProgram,
    ) -> Result<Given, Rejection> {
        let now = self.now;
        let kind = self.types[&award.point_type].clone();
        let counts = kind.class != PointClass::Redeemable;
        let start = match award.start {
            _ if counts => now,
            Start::At(instant) => instant,
            Start::After(span) => calendar::after(span, at, &program.zone).ok_or(Rejection::Overflow)?,
            Start::Transaction => at,
        };
        let from = start.max(now);
        let lasts = kind.class == PointClass::Qualifying && kind.expiry == Expiry::Never;
        let until = award.expires.filter(|_| !lasts).unwrap_or(kind.expiry);
        let until = calendar::expiry(until, at, &program.zone).ok_or(Rejection::Overflow)?;
        let never = until.filter(|until| *until <= from);
        if let (Some(expires_at), NeverUsable::Refuse) = (never, program.never_usable) {
            return Err(Rejection::NeverUsable { place, available_from: from, expires_at });
        }
        let waits = !counts && (from > now || never.is_some());
        let (source, subtype) = (award.source, award.subtype);
        let item = Item { until, waits, source, partner, subtype, ..Item::new(award.point_type, now, from) };
        let member = self.members.entry(member).or_default();
        let (point_type, points) = (award.point_type, award.points.0);
        let item = member.grant(item, points).ok_or(Rejection::Overflow)?;
        *member.lifetime.entry(point_type).or_default() += points;
        // points that were never available pay no debt
        if !waits && never.is_none() {
            member.repay(item, points);
        }
        Ok(Given { item, point_type, points, cancelled: 0, debits: Vec::new() })
    }

    /// The type of points that are to be spent, which must be for spending, of a member who must be there.
    pub(super) fn spendable(&self, member: MemberId, point_type: PointTypeId) -> Result<CreatePointType, Rejection> {
        let kind = self.point_type(point_type)?.clone();
        if !self.members.contains_key(&member) {
            return Err(Rejection::MemberUnknown);
        }
        match kind.class {
            PointClass::Qualifying => Err(Rejection::NotRedeemable { point_type }),
            PointClass::Redeemable | PointClass::Both => Ok(kind),
        }
    }

    pub(super) fn sufficient(&self, member: MemberId, point_type: PointTypeId, points: i64) -> Result<(), Rejection> {
        let member = &self.members[&member];
        let available = member.sum(point_type, PointState::Matured) - member.debt(point_type);
        let short = i128::from(points) - i128::from(available);
        match short > 0 {
            true => Err(Rejection::InsufficientPoints {
                point_type,
                available: Points(available),
                short: short.try_into().expect("it fits"),
            }),
            false => Ok(()),
        }
    }

    pub(super) fn redeem(&mut self, body: &Redeem) -> Effect {
        let Redeem { member, point_type, points: Points(points) } = *body;
        let kind = self.spendable(member, point_type)?;
        self.sufficient(member, point_type, points)?;
        let parts = self.members.get_mut(&member).unwrap().take(&kind, points, PointState::Redeemed);
        Ok(Transaction::Spending { member, points, cancelled: 0, parts })
    }

    pub(super) fn transfer(&mut self, body: &Transfer, program: &CreateProgram) -> Effect {
        let Transfer { member: from, to, point_type, points: Points(points), fee: Points(fee) } = *body;
        self.point_type(point_type)?;
        if !self.members.contains_key(&to) && program.enrolment == Enrolment::Explicit {
            return Err(Rejection::MemberUnknown);
        }
        let kind = self.spendable(from, point_type)?;
        if from == to {
            return Err(Rejection::SameMember);
        }
        let total = points.checked_add(fee).ok_or(Rejection::Overflow)?;
        self.sufficient(from, point_type, total)?;
        let giver = self.members.get_mut(&from).unwrap();
        let parts = giver.take(&kind, points, PointState::Transferred);
        giver.take(&kind, fee, PointState::Fee);
        let items: Vec<Item> = parts.iter().map(|(item, _)| giver.items[*item].clone()).collect();
        let receiver: &mut Member = self.members.entry(to).or_default();
        let mut moved = Vec::new();
        for ((origin, points), item) in parts.into_iter().zip(items) {
            let Item { until, source, partner, subtype, issued_at, id, .. } = item;
            let item = Item::new(point_type, self.now, self.now);
            let item = Item { until, source, partner, subtype, issued_at, origin: id, ..item };
            let received = receiver.grant(item, points).ok_or(Rejection::Overflow)?;
            receiver.repay(received, points);
            moved.push((origin, received, points));
        }
        Ok(Transaction::Transfer { from, to, point_type, points, cancelled: 0, moved })
    }

    pub(super) fn hold(&mut self, request: RequestId, body: &HoldPoints, at: Timestamp, zone: &Zone) -> Effect {
        let HoldPoints { member, point_type, points: Points(points), times_out } = *body;
        let kind = self.spendable(member, point_type)?;
        let until = calendar::expiry(times_out, at, zone).ok_or(Rejection::Overflow)?;
        if let Some(times_out_at) = until.filter(|until| *until <= self.now) {
            return Err(Rejection::HoldOver { times_out_at });
        }
        self.sufficient(member, point_type, points)?;
        let member = self.members.get_mut(&member).unwrap();
        let parts = member.take(&kind, points, PointState::Held);
        member.holds.insert(request, Hold::new(parts, until));
        Ok(Transaction::Other)
    }

    fn holder(&self, hold: RequestId) -> Result<MemberId, Rejection> {
        let holder = self.members.iter().find(|(_, member)| member.holds.contains_key(&hold));
        holder.map(|(id, _)| *id).ok_or(Rejection::HoldUnknown)
    }

    pub(super) fn capture(&mut self, body: &Capture) -> Effect {
        let id = self.holder(body.hold)?;
        let member = self.members.get_mut(&id).unwrap();
        let points = member.wanted(body.hold, body.points)?;
        let parts = member.capture(body.hold, points);
        Ok(Transaction::Spending { member: id, points, cancelled: 0, parts })
    }

    pub(super) fn release(&mut self, body: &Release) -> Effect {
        let (id, now) = (self.holder(body.hold)?, self.now);
        let member = self.members.get_mut(&id).unwrap();
        let points = member.wanted(body.hold, body.points)?;
        member.release(body.hold, points, now);
        Ok(Transaction::Other)
    }
}
