//! The model's partners: what awards cost, which blocks pay, which get it back.

use super::member::{Given, never_last};
use accruedb::domain::*;
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
pub(crate) struct ModelBlock {
    pub(crate) left: i64,
    pub(crate) debited: i64,
    pub(crate) approved: bool,
    pub(super) starts_at: Timestamp,
    pub(super) until: Option<Timestamp>,
    pub(super) bought: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct ModelPartner {
    pub(super) terms: CreatePartner,
    pub(crate) blocks: BTreeMap<BlockId, ModelBlock>,
    pub(crate) debited: i64,
}

impl ModelPartner {
    /// Partner points for some points of a type; none without a rate.
    pub(super) fn price(&self, point_type: PointTypeId, points: i64) -> i64 {
        let Some(rate) = self.terms.rates.get(&point_type) else { return 0 };
        let text = rate.to_string();
        let (n, d) = text.split_once('/').unwrap_or((&text, "1"));
        let (n, d): (i128, i128) = (n.parse().unwrap(), d.parse().unwrap());
        let product = i128::from(points) * n;
        let rounded = match self.terms.rounding {
            Rounding::Down => product / d,
            Rounding::Up => (product + d - 1) / d,
            Rounding::HalfUp => (2 * product + d) / (2 * d),
        };
        i64::try_from(rounded).unwrap()
    }

    pub(super) fn pay(&mut self, id: PartnerId, awards: &mut [Given], now: Timestamp) -> Result<(), Rejection> {
        let prices: Vec<i64> = awards.iter().map(|award| self.price(award.point_type, award.points)).collect();
        let needed: i64 = prices.iter().sum();
        self.debited += needed;
        if self.terms.billing == Billing::PostPaid {
            return Ok(());
        }
        let order = self.terms.order;
        let usable = |block: &ModelBlock| block.approved && block.left > 0 && block.starts_at <= now;
        let mut blocks: Vec<(BlockId, &mut ModelBlock)> =
            self.blocks.iter_mut().filter(|(_, block)| usable(block)).map(|(id, block)| (*id, block)).collect();
        blocks.sort_by_key(|(_, block)| match order {
            BlockOrder::EarliestExpiry => (never_last(block.until), block.bought),
            BlockOrder::EarliestStart => ((false, Some(block.starts_at)), block.bought),
            BlockOrder::Created => ((false, None), block.bought),
        });
        let available: i64 = blocks.iter().map(|(_, block)| block.left).sum();
        if needed > available {
            let (available, short) = (Points(available), Points(needed - available));
            return Err(Rejection::InsufficientPartnerPoints { partner: id, available, short });
        }
        for (award, mut price) in awards.iter_mut().zip(prices) {
            for (id, block) in &mut blocks {
                let part = price.min(block.left);
                price -= part;
                block.left -= part;
                block.debited += part;
                if part > 0 {
                    award.debits.push((*id, part));
                }
            }
        }
        Ok(())
    }

    /// Gives back what cancelled points cost, to the blocks that paid, the last first.
    pub(super) fn refund(&mut self, award: &mut Given, before: i64, now: Timestamp) {
        let price = |cancelled: i64| self.price(award.point_type, award.points - cancelled);
        let mut back = price(before) - price(award.cancelled);
        self.debited -= back;
        while let (Some((id, paid)), true) = (award.debits.last_mut(), back > 0) {
            let part = back.min(*paid);
            *paid -= part;
            back -= part;
            let block = self.blocks.get_mut(id).unwrap();
            block.debited -= part;
            if block.until.is_none_or(|until| now < until) {
                block.left += part;
            }
            if *paid == 0 {
                award.debits.pop();
            }
        }
    }
}
