//! Buying a block (rules A10, A12, B12, B15): it is there, but not usable before it is approved (A31).

use super::blocks::prepaid;
use crate::domain::{
    Block, BlockState, BlockStatus, BlockSums, Points, Program, PurchaseBlock, Rate, Rejection, Sequence, Subject,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for PurchaseBlock {
    fn check(&self) -> Result<(), Malformed> {
        validate::partner("partner", self.partner)?;
        validate::id("block", self.block.0)?;
        validate::amount("points", self.points)?;
        validate::expiry("expires", self.expires)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Partner(self.partner));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let partner = draft.partner(self.partner)?;
        prepaid(&draft.effects.partners[partner], self.partner)?;
        let key = draft.partner_block(partner, self.block);
        if draft.block(key)?.is_some() {
            return Err(Rejection::BlockExists { block: self.block }.into());
        }
        let starts_at = self.starts_at.unwrap_or(draft.transaction_at);
        let expires_at = fits(self.expires.resolve(draft.transaction_at, &draft.settings()?.zone))?;
        if let Some(expires_at) = expires_at.filter(|expiry| *expiry <= starts_at.max(draft.now)) {
            return Err(Rejection::BlockExpired { block: self.block, expires_at }.into());
        }

        let mut sums = BlockSums::NONE;
        *sums.get_mut(BlockState::Remaining) = self.points;
        let block = Block {
            status: BlockStatus::Pending,
            purchased: self.points,
            credited: Points::ZERO,
            sums,
            starts_at,
            expires_at,
            unit_price: self.unit_price.unwrap_or(Rate::ZERO),
            created: Sequence::OWN,
        };
        draft.effects.blocks.create(key, block);
        draft.link_partner(partner);
        Ok(())
    }
}
