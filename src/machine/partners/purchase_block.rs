//! Buying a block (rules A10, A12, B12, B15), or setting up a reserve (rule A13): it is there, but not usable before it is
//! approved (rule A31).

use super::blocks::prepaid;
use crate::domain::{Block, BlockKind, OWN_BLOCKS_FROM, Program, PurchaseBlock, Rate, Rejection, Subject};
use crate::machine::draft::{Draft, fits};
use crate::machine::points::ledger::add;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};

impl Rule for PurchaseBlock {
    fn check(&self) -> Result<(), Malformed> {
        validate::partner("partner", self.partner)?;
        validate::id("block", self.block.0)?;
        if self.block.0 >= OWN_BLOCKS_FROM {
            return Err(wrong("block", format!("{}; ids from {OWN_BLOCKS_FROM} on are the engine's own", self.block)));
        }
        if self.block_kind == BlockKind::Auto {
            return Err(wrong("block_kind", "blocks are auto-created by the engine; regular or reserve"));
        }
        validate::amount("points", self.points)?;
        validate::expiry("expires", self.expires)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Partner(self.partner));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let partner = draft.partner(self.partner)?;
        prepaid(draft.terms(partner)?, self.partner)?;
        let key = draft.partner_block(partner, self.block);
        if draft.block(key)?.is_some() {
            return Err(Rejection::BlockExists { block: self.block }.into());
        }
        let starts_at = self.starts_at.unwrap_or(draft.transaction_at);
        let expires_at = fits(self.expires.resolve(draft.transaction_at, &draft.settings()?.zone))?;
        if let Some(expires_at) = expires_at.filter(|expiry| *expiry <= starts_at.max(draft.now)) {
            return Err(Rejection::BlockExpired { block: self.block, expires_at }.into());
        }

        let unit_price = self.unit_price.unwrap_or(Rate::ZERO);
        let block = Block { unit_price, expires_at, ..Block::new(self.block_kind, self.points, starts_at) };
        draft.effects.blocks.create(key, block);
        add(&mut draft.effects.partners[partner].pending, self.points)?;
        draft.link_partner(partner);
        Ok(())
    }
}
