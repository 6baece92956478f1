//! What commands say, drawn from a history's numbers: one file a noun.

mod cancels;
mod holds;
mod partners;
mod points;
mod programs;
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
            Verb::Redeem => Redeem { member, point_type: self.kind(), points: self.points() }.into(),
            Verb::Cancel => Cancel { request: self.request(), amount: self.amount() }.into(),
            Verb::Transfer => self.transfer(member),
            Verb::Hold => self.hold(member),
            Verb::Capture => Capture { hold: self.held(), points: self.part() }.into(),
            Verb::Release => Release { hold: self.held(), points: self.part() }.into(),
            Verb::Erase => Erase { transaction: Some(self.request()), id: None }.into(),
            Verb::Trade => self.trade(),
            Verb::Accrue | Verb::Repeat => self.accrual(member, partner),
        }
    }
}
