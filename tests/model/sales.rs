//! The model's commands about partners: terms, blocks, adjustments, fees and their refunds, bills.

use super::calendar;
use super::ledger::{Effect, Model, Transaction};
use super::partner::{Line, ModelBill, ModelBlock, ModelFee, ModelPartner};
use accruedb::domain::*;

impl Model {
    pub(super) fn decide_of_partner(&mut self, command: &Command, at: Timestamp, zone: &Zone) -> Effect {
        match &command.action {
            Action::CreatePartner(body) => self.create_partner(body),
            Action::EditPartner(body) => self.edit_partner(body),
            Action::PurchaseBlock(body) => self.purchase(body, at, zone),
            Action::ApproveBlock(body) => self.approve(body),
            Action::RejectBlock(body) => self.reject(body),
            Action::CancelBlock(body) => self.cancel_block(body),
            Action::AdjustBlock(body) => self.adjust_block(body),
            Action::ChargeFee(body) => self.charge_fee(command.request_id, body),
            Action::RefundFee(body) => self.refund_fee(body),
            Action::BillPartner(body) => self.bill(body, self.serial, zone),
            Action::ContinueBill(body) => self.continue_bill(body),
            Action::CreateSource(_)
            | Action::EditSource(_)
            | Action::PauseSource(_)
            | Action::ResumeSource(_)
            | Action::ArchiveSource(_)
            | Action::SetInventory(_)
            | Action::ModifyInventory(_)
            | Action::RestrictSource(_)
            | Action::UnrestrictSource(_) => self.change_source(&command.action),
            _ => self.decide_trade(command, at),
        }
    }

    pub(super) fn create_partner(&mut self, body: &CreatePartner) -> Effect {
        for point_type in body.rates.keys() {
            self.rules.kind(*point_type)?;
        }
        if self.partners.contains_key(&body.partner) {
            return Err(Rejection::PartnerExists { partner: body.partner });
        }
        self.partners.insert(body.partner, ModelPartner::new(body.clone(), self.now));
        Ok(Transaction::Other)
    }

    pub(super) fn edit_partner(&mut self, body: &EditPartner) -> Effect {
        for point_type in body.rates.keys() {
            self.rules.kind(*point_type)?;
        }
        self.partner(body.partner)?.terms.push(body.clone().into());
        Ok(Transaction::Other)
    }

    pub(super) fn partner(&mut self, partner: PartnerId) -> Result<&mut ModelPartner, Rejection> {
        self.partners.get_mut(&partner).ok_or(Rejection::PartnerUnknown { partner })
    }

    fn prepaid(&mut self, id: PartnerId) -> Result<&mut ModelPartner, Rejection> {
        let partner = self.partner(id)?;
        match partner.now().billing {
            Billing::Prepaid => Ok(partner),
            Billing::PostPaid => Err(Rejection::PartnerPostPaid { partner: id }),
        }
    }

    pub(super) fn purchase(&mut self, body: &PurchaseBlock, at: Timestamp, zone: &Zone) -> Effect {
        let now = self.now;
        let partner = self.prepaid(body.partner)?;
        if partner.blocks.contains_key(&body.block) {
            return Err(Rejection::BlockExists { block: body.block });
        }
        let starts_at = body.starts_at.unwrap_or(at);
        let until = calendar::expiry(body.expires, at, zone).ok_or(Rejection::Overflow)?;
        if let Some(expires_at) = until.filter(|until| *until <= starts_at.max(now)) {
            return Err(Rejection::BlockExpired { block: body.block, expires_at });
        }
        let (kind, unit_price) = (body.block_kind, body.unit_price.unwrap_or(Rate::ZERO));
        let block = ModelBlock { kind, starts_at, until, unit_price, ..ModelBlock::of(body.points.0) };
        partner.add_block(body.block, block);
        Ok(Transaction::Other)
    }

    pub(super) fn approve(&mut self, body: &ApproveBlock) -> Effect {
        let (now, mut charges) = (self.now, 0);
        let partner = self.prepaid(body.partner)?;
        let block = partner.blocks.get_mut(&body.block).ok_or(Rejection::BlockUnknown { block: body.block })?;
        if block.status != BlockStatus::Pending {
            return Err(Rejection::BlockNotPending { block: body.block });
        }
        if let Some(expires_at) = block.until.filter(|until| *until <= now) {
            return Err(Rejection::BlockExpired { block: body.block, expires_at });
        }
        block.status = BlockStatus::Approved;
        if block.kind == BlockKind::Regular {
            let (points, price, has_started) = (block.left(), block.unit_price, block.starts_at <= now);
            partner.last_bought = Some(body.block);
            partner.on_reserve &= !has_started;
            partner.charge(ChargeCause::Purchase, (body.block, points), price, &mut charges);
        }
        Ok(Transaction::Other)
    }

    pub(super) fn reject(&mut self, body: &RejectBlock) -> Effect {
        let partner = self.partner(body.partner)?;
        let block = partner.blocks.get(&body.block).ok_or(Rejection::BlockUnknown { block: body.block })?;
        if block.status != BlockStatus::Pending {
            return Err(Rejection::BlockNotPending { block: body.block });
        }
        partner.close(body.block, BlockStatus::Rejected);
        Ok(Transaction::Other)
    }

    pub(super) fn cancel_block(&mut self, body: &CancelBlock) -> Effect {
        let mut charges = 0;
        let partner = self.partner(body.partner)?;
        let block = partner.blocks.get(&body.block).ok_or(Rejection::BlockUnknown { block: body.block })?.clone();
        if matches!(block.status, BlockStatus::Rejected | BlockStatus::Cancelled) {
            return Err(Rejection::BlockClosed { block: body.block });
        }
        let before = partner.usable();
        partner.close(body.block, BlockStatus::Cancelled);
        let is_bought = block.status == BlockStatus::Approved && block.kind != BlockKind::Reserve;
        if is_bought && block.left() > 0 {
            let left = (body.block, block.left());
            partner.charge(ChargeCause::PurchaseCancelled, left, block.unit_price, &mut charges);
        }
        if partner.last_bought == Some(body.block) {
            partner.last_bought = None;
        }
        partner.tell_if_low(before);
        Ok(Transaction::Other)
    }

    pub(super) fn adjust_block(&mut self, body: &AdjustBlock) -> Effect {
        let partner = self.partner(body.partner)?;
        let left = partner.active(body.block)?;
        let is_capped = body.direction == Direction::Debit || partner.now().credit_cap == CreditCap::Available;
        if is_capped {
            within(body.block, body.points.0, left)?;
        }
        let before = partner.usable();
        let states = match body.direction {
            Direction::Debit => (Some(BlockState::Remaining), BlockState::Adjusted),
            Direction::Credit => (None, BlockState::Remaining),
        };
        partner.shift(body.block, states, body.points.0, None);
        partner.tell_if_low(before);
        Ok(Transaction::Other)
    }

    pub(super) fn charge_fee(&mut self, request: RequestId, body: &ChargeFee) -> Effect {
        let is_known = body.concerns.is_none_or(|concerns| self.done.contains_key(&concerns));
        let partner = self.partner(body.partner)?;
        let terms = partner.now();
        let (points, money) = match &body.amount {
            FeeAmount::Points { points } => (Some(points.0), (Rate::ZERO, Currency::default())),
            FeeAmount::Money { amount, currency } => (None, (*amount, *currency)),
            FeeAmount::Scheduled { name } => match terms.fees.get(name).ok_or(Rejection::FeeUnknown)? {
                ScheduledFee::Points(points) => (Some(points.0), (Rate::ZERO, Currency::default())),
                ScheduledFee::Money(amount) => (None, (*amount, terms.currency)),
            },
        };
        if !is_known {
            return Err(Rejection::TransactionUnknown);
        }
        let block = match points {
            None => {
                let (partner_id, (amount, currency)) = (body.partner, money);
                partner.legs.push(Leg::FeeCharged { partner: partner_id, amount, currency });
                None
            }
            Some(points) => {
                let id = body.block.ok_or(Rejection::BlockUnknown { block: BlockId(0) })?;
                let left = partner.active(id)?;
                within(id, points, left)?;
                let before = partner.usable();
                partner.shift(id, (Some(BlockState::Remaining), BlockState::Fee), points, None);
                partner.tell_if_low(before);
                Some(id)
            }
        };
        let (amount, currency) = money;
        let fee = ModelFee { block, points: points.unwrap_or_default(), amount, currency, is_refunded: false };
        partner.fees.insert(request, fee);
        Ok(Transaction::Other)
    }

    pub(super) fn refund_fee(&mut self, body: &RefundFee) -> Effect {
        let first = self.done.get(&body.fee).ok_or(Rejection::TransactionUnknown)?;
        let Action::ChargeFee(charged) = &first.0.action else { return Err(Rejection::NotAFee) };
        let id = charged.partner;
        let partner = self.partner(id)?;
        let fee = partner.fees[&body.fee].clone();
        if fee.is_refunded {
            return Err(Rejection::AlreadyRefunded { refund: Sequence(0) });
        }
        if let Some(own) = fee.block {
            partner.give_fee_back(own, fee.points);
        }
        // which entry the fee is of, only the engine knows
        let (amount, currency, fee) = (fee.amount, fee.currency, Sequence(0));
        partner.legs.push(Leg::FeeRefunded { partner: id, fee, amount, currency });
        partner.fees.get_mut(&body.fee).unwrap().is_refunded = true;
        Ok(Transaction::Other)
    }

    pub(super) fn bill(&mut self, body: &BillPartner, serial: u64, zone: &Zone) -> Effect {
        let now = self.now;
        let partner = self.partner(body.partner)?;
        let until = calendar::cut_off(body.until, zone).ok_or(Rejection::Overflow)?;
        if partner.now().billing == Billing::Prepaid && partner.unbilled.is_empty() {
            return Err(Rejection::PartnerPrepaid { partner: body.partner });
        }
        if partner.bills.last().is_some_and(|bill| !bill.is_closed) {
            return Err(Rejection::BillOpen { bill: partner.bills.len() as u32 });
        }
        if let Some(last) = partner.bills.last().filter(|last| last.until > until) {
            return Err(Rejection::BilledAlready { billed_until: last.until });
        }
        if until > now {
            return Err(Rejection::CutOffAhead { latest: now });
        }
        let next = (Timestamp::MIN, 0, 0);
        partner.bills.push(ModelBill { until, opened: serial, next, lines: Vec::new(), is_closed: false });
        partner.bill_step(body.lines_max);
        Ok(Transaction::Other)
    }

    pub(super) fn continue_bill(&mut self, body: &ContinueBill) -> Effect {
        let partner = self.partner(body.partner)?;
        if partner.bills.last().is_none_or(|bill| bill.is_closed) {
            return Err(Rejection::NoOpenBill);
        }
        partner.bill_step(body.lines_max);
        Ok(Transaction::Other)
    }
}

impl ModelPartner {
    fn close(&mut self, id: BlockId, status: BlockStatus) {
        let left = self.blocks[&id].left();
        if left > 0 {
            self.shift(id, (Some(BlockState::Remaining), BlockState::Cancelled), left, None);
        }
        self.blocks.get_mut(&id).unwrap().status = status;
    }

    /// What is left of a block that is approved and valid.
    fn active(&self, id: BlockId) -> Result<i64, Rejection> {
        let block = self.blocks.get(&id).ok_or(Rejection::BlockUnknown { block: id })?;
        if block.is_active(self.at) { Ok(block.left()) } else { Err(Rejection::BlockNotActive { block: id }) }
    }

    /// A fee's points go back to its own block; if that is over, to the open one that expires last; else to a new one.
    fn give_fee_back(&mut self, own: BlockId, points: i64) {
        let remaining = BlockState::Remaining;
        if self.blocks[&own].is_active(self.at) {
            return self.shift(own, (Some(BlockState::Fee), remaining), points, None);
        }
        let open = self.open().into_iter().filter(|id| self.blocks[id].kind != BlockKind::Reserve);
        let expiry = |id: &BlockId| self.blocks[id].until.unwrap_or(Timestamp::MAX);
        // of several, the first in order
        let last = open.reduce(|last, id| if expiry(&id) > expiry(&last) { id } else { last });
        match last {
            Some(id) => self.shift(id, (None, remaining), points, None),
            None => {
                let block = self.create_own(BlockKind::Regular, points, Rate::ZERO, None);
                let (points, to) = (Points(points), Some(remaining));
                let (from, place, rate, partner) = (None, None, None, self.id);
                self.legs.push(Leg::Block { partner, block, from, to, points, remaining: points, place, rate });
            }
        }
    }

    fn bill_step(&mut self, lines_max: Option<u32>) {
        let (id, number) = (self.id, self.bills.len() as u32);
        self.unbilled.sort_by_key(|line| (line.at, line.serial, line.place));
        let bill = self.bills.last_mut().unwrap();
        let place = |line: &Line| (line.at, line.serial, line.place);
        let in_reach = |line: &&Line| place(line) >= bill.next && line.at < bill.until;
        let limit = lines_max.unwrap_or(1_000) as usize;
        let rows: Vec<Line> = self.unbilled.iter().filter(in_reach).take(limit).cloned().collect();
        if let Some(last) = rows.last() {
            bill.next = (last.at, last.serial, last.place + 1);
        }
        let billed: Vec<Line> = rows.iter().filter(|line| line.serial <= bill.opened).cloned().collect();
        self.unbilled.retain(|line| !billed.contains(line));
        let mut versions: Vec<usize> = Vec::new();
        for line in &billed {
            if !versions.contains(&line.terms) {
                versions.push(line.terms);
            }
        }
        for terms in versions {
            let of = || billed.iter().filter(|line| line.terms == terms);
            let points = Points(of().map(|line| line.points).sum());
            let CreatePartner { price, currency, .. } = self.terms[terms];
            let (lines, terms) = (of().count() as u32, terms as u32 + 1);
            self.legs.push(Leg::Billed { partner: id, bill: number, terms, lines, points, price, currency });
        }
        let bill = self.bills.last_mut().unwrap();
        bill.lines.extend(billed);
        if rows.len() < limit {
            bill.is_closed = true;
            let points = Points(bill.lines.iter().map(|line| line.points).sum());
            self.legs.push(Leg::BillClosed { partner: id, bill: number, points });
        }
    }
}

fn within(block: BlockId, points: i64, left: i64) -> Result<(), Rejection> {
    if points <= left {
        return Ok(());
    }
    Err(Rejection::ExceedsBlock { block, available: Points(left), short: Points(points - left) })
}
