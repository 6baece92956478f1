//! Approving a block (rules A31, A32): from now on its points can be used.

use super::blocks::{OpenBlock, prepaid};
use crate::domain::{ApproveBlock, BlockStatus, OPEN_BLOCKS_MAX, Program, Rejection, Subject};
use crate::machine::draft::Draft;
use crate::machine::points::ledger::add;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for ApproveBlock {
    fn check(&self) -> Result<(), Malformed> {
        validate::partner("partner", self.partner)?;
        validate::id("block", self.block.0)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Partner(self.partner));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let partner = draft.partner(self.partner)?;
        prepaid(&draft.effects.partners[partner], self.partner)?;
        let key = draft.partner_block(partner, self.block);
        let block = draft.block(key)?.ok_or(Rejection::BlockUnknown { block: self.block })?;
        if draft.effects.blocks[block].status != BlockStatus::Pending {
            return Err(Rejection::BlockNotPending { block: self.block }.into());
        }
        let expires_at = draft.effects.blocks[block].expires_at;
        if let Some(expires_at) = expires_at.filter(|expiry| *expiry <= draft.now) {
            return Err(Rejection::BlockExpired { block: self.block, expires_at }.into());
        }
        if draft.effects.partners[partner].open.len() >= OPEN_BLOCKS_MAX {
            return Err(Rejection::BlockLimit { limit: OPEN_BLOCKS_MAX as u32 }.into());
        }

        draft.effects.blocks[block].status = BlockStatus::Approved;
        draft.open_block(OpenBlock { partner, block, key })?;
        let bought = draft.effects.blocks[block].remaining();
        add(&mut draft.effects.partners[partner].remaining, bought)?;
        draft.link_partner(partner);
        Ok(())
    }
}
