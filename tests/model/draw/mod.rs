//! What commands say, drawn from a history's numbers: one file a noun.

mod cancels;
mod holds;
mod members;
mod partners;
mod points;
mod policies;
mod programs;
mod sources;
mod times;
mod trade;

use super::rng::Rng;
use super::world::{Verb, World};
use accruedb::domain::*;

/// A history while it is drawn.
pub(super) struct Draw<'a> {
    pub(super) rng: Rng<'a>,
    pub(super) world: World,
    pub(super) now: i64,
    pub(super) next: u128,
    pub(super) sent: Vec<Command>,
}

impl Draw<'_> {
    pub(super) fn action(&mut self, verb: Verb) -> Action {
        let (member, partner) = (self.member(), self.payer());
        match verb {
            Verb::Enrol => Enrol { member }.into(),
            Verb::Purchase => {
                let block = BlockId(self.rng.between(1, 9));
                self.block(partner, block).into()
            }
            Verb::Approve => ApproveBlock { partner, block: BlockId(self.rng.between(1, 9)) }.into(),
            Verb::SetUp => self.definition(),
            Verb::Redeem => Redeem { member, point_type: self.spent_kind(), points: self.points() }.into(),
            Verb::Cancel => Cancel { request: self.request(), amount: self.amount() }.into(),
            Verb::Transfer => self.transfer(member),
            Verb::Hold => self.hold(member),
            Verb::Capture => Capture { hold: self.held(), points: self.part() }.into(),
            Verb::Release => Release { hold: self.held(), points: self.part() }.into(),
            Verb::Erase => Erase { transaction: Some(self.request()), id: None }.into(),
            Verb::Adjust => self.adjustment(member),
            Verb::Status => self.status(member),
            Verb::Extend => self.extension(member),
            Verb::Reinstate => self.reinstatement(member),
            Verb::Household => self.household(member),
            Verb::Merge => self.merge(member),
            Verb::Unmerge => self.unmerge(member),
            Verb::Shared => self.shared(member),
            Verb::Terms => EditPartner::from(self.partner(partner.0)).into(),
            Verb::Block => self.closing(partner),
            Verb::AdjustBlock => self.block_adjustment(partner),
            Verb::Fee => self.fee(partner),
            Verb::Refund => RefundFee { fee: self.fee_request(), reason: self.words() }.into(),
            Verb::Bill => self.bill(partner),
            Verb::Source => self.source_change(),
            Verb::Trade => self.trade(),
            Verb::Accrue | Verb::Repeat => self.accrual(member, partner),
        }
    }
}
