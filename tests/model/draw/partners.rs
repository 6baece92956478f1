//! Partners and their blocks, drawn.

use super::Draw;
use accruedb::domain::*;

impl Draw<'_> {
    pub(super) fn partner(&mut self, id: u32) -> CreatePartner {
        let rng = &mut self.rng;
        let order = *rng.pick(&[BlockOrder::EarliestExpiry, BlockOrder::EarliestStart, BlockOrder::Created]);
        let billing = if rng.one_in(5) { Billing::PostPaid } else { Billing::Prepaid };
        let rates = (1..=3).filter_map(|point_type| {
            let rate = rng.pick(&["", "1", "1", "2", "0.5", "1/3", "0.1", "0", "7/3"]).parse().ok()?;
            Some((PointTypeId(point_type), rate))
        });
        let rates = rates.collect();
        let rounding = *rng.pick(&[Rounding::HalfUp, Rounding::Down, Rounding::Up]);
        let low_balance = rng.one_in(2).then(|| Points(rng.between(0, 60) as i64));
        let prices: Vec<Rate> = ["0", "0.05", "1/3"].into_iter().map(|price| price.parse().unwrap()).collect();
        let (price, currency) = (*rng.pick(&prices), *rng.pick(&["EUR", "XXX"]));
        let due_block = rng.one_in(4).then(|| Box::new(DueBlock { points: Points(500), unit_price: price }));
        let credit_cap = *rng.pick(&[CreditCap::None, CreditCap::Available]);
        let fees = [("late".into(), ScheduledFee::Points(Points(3))), ("sign".into(), ScheduledFee::Money(Rate::ONE))];
        let creates = billing == Billing::Prepaid || self.world.malformed && self.rng.one_in(16);
        let auto_creation = (creates && self.rng.one_in(3)).then(|| Box::new(self.creation(price)));
        CreatePartner {
            partner: PartnerId(id),
            billing,
            rates,
            rounding,
            order,
            low_balance,
            auto_creation,
            due_block,
            price,
            currency: currency.parse().unwrap(),
            credit_cap,
            fees: fees.into(),
            ..CreatePartner::default()
        }
    }

    fn creation(&mut self, unit_price: Rate) -> AutoCreation {
        let size = Points(self.rng.between(1, 80) as i64);
        let reorder_limit = Points(if self.rng.one_in(2) { 0 } else { self.rng.between(1, 40) as i64 });
        let expires = if self.rng.one_in(2) { Expiry::Never } else { self.expiry() };
        AutoCreation { size, unit_price, expires, reorder_limit }
    }

    /// One of the partners, seldom a neighbour.
    pub(super) fn payer(&mut self) -> PartnerId {
        let known = self.world.partners as u32;
        PartnerId(if self.rng.one_in(16) { known + 1 } else { self.rng.between(1, known.into()) as u32 })
    }

    pub(super) fn block(&mut self, partner: PartnerId, block: BlockId) -> PurchaseBlock {
        let points = self.points();
        let starts_at = if self.rng.one_in(4) { Some(self.instant()) } else { None };
        let expires = if self.rng.one_in(4) { Expiry::Never } else { self.expiry() };
        let block_kind = if self.rng.one_in(4) { BlockKind::Reserve } else { BlockKind::Regular };
        let unit_price = *self.rng.pick(&[None, Some(Rate::ONE)]);
        PurchaseBlock { partner, block, block_kind, points, starts_at, expires, unit_price }
    }

    /// A block that may be there: bought, or of the engine's own.
    fn some_block(&mut self) -> BlockId {
        BlockId(if self.rng.one_in(6) { OWN_BLOCKS_FROM + self.rng.between(1, 3) } else { self.rng.between(1, 9) })
    }

    pub(super) fn closing(&mut self, partner: PartnerId) -> Action {
        let block = self.some_block();
        match self.rng.below(3) {
            0 => RejectBlock { partner, block }.into(),
            _ => CancelBlock { partner, block }.into(),
        }
    }

    pub(super) fn block_adjustment(&mut self, partner: PartnerId) -> Action {
        let direction = *self.rng.pick(&[Direction::Debit, Direction::Credit]);
        let (block, points, description) = (self.some_block(), self.points(), self.words());
        AdjustBlock { partner, block, direction, points, description }.into()
    }

    pub(super) fn fee(&mut self, partner: PartnerId) -> Action {
        let (block, description) = (Some(self.some_block()), self.words());
        let (amount, block) = match self.rng.below(8) {
            0 => (FeeAmount::Money { amount: Rate::ONE, currency: Currency::default() }, None),
            1 => (FeeAmount::Scheduled { name: "late".into() }, block),
            2 => (FeeAmount::Scheduled { name: "sign".into() }, None),
            3 => (FeeAmount::Scheduled { name: "of old".into() }, block),
            _ => (FeeAmount::Points { points: self.points() }, block),
        };
        let block = block.filter(|_| !(self.world.malformed && self.rng.one_in(16)));
        let odd = self.world.malformed && self.rng.one_in(32);
        let direction = if odd { Direction::Credit } else { Direction::Debit };
        let concerns = if self.rng.one_in(4) { Some(self.request()) } else { None };
        ChargeFee { partner, block, direction, amount, description, concerns }.into()
    }

    /// The request of a fee, mostly.
    pub(super) fn fee_request(&mut self) -> RequestId {
        let fees = self.sent.iter().filter(|sent| matches!(sent.action, Action::ChargeFee(_)));
        let fees: Vec<RequestId> = fees.map(|sent| sent.request_id).collect();
        match fees.as_slice() {
            [_, ..] if !self.rng.one_in(8) => *self.rng.pick(&fees),
            _ => self.request(),
        }
    }

    pub(super) fn bill(&mut self, partner: PartnerId) -> Action {
        let lines_max = *self.rng.pick(&[None, None, Some(1), Some(2), Some(5)]);
        if self.rng.one_in(3) {
            return ContinueBill { partner, lines_max }.into();
        }
        let at = self.instant();
        let at = if self.rng.one_in(2) { Timestamp::from_ms(self.now).unwrap_or(at) } else { at };
        let text = at.to_string();
        let date = text[..10].parse().ok().filter(|_| self.world.spans && self.rng.one_in(2));
        let until = match date {
            Some(date) => *self.rng.pick(&[BillUntil::Day(date), BillUntil::Week(date), BillUntil::Month(date)]),
            None => BillUntil::At(at),
        };
        BillPartner { partner, until, lines_max }.into()
    }

    pub(super) fn words(&mut self) -> Box<str> {
        if self.world.malformed && self.rng.one_in(16) { " ".into() } else { "why".into() }
    }
}
