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
        CreatePartner { partner: PartnerId(id), billing, rates, rounding, order, ..CreatePartner::default() }
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
        PurchaseBlock { partner, block, points, starts_at, expires, ..PurchaseBlock::default() }
    }
}
