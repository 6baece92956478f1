//! Closing a block: one that was bought is rejected (rule A32), or any is cancelled. What is left of it is gone; it stays in
//! the partner's history (rule A34).

use super::blocks::OpenBlock;
use crate::domain::{
    BlockId, BlockKind, BlockState, BlockStatus, CancelBlock, ChargeCause, Partner, Program, RejectBlock, Rejection,
    Subject,
};
use crate::machine::draft::Draft;
use crate::machine::effects::At;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for RejectBlock {
    fn check(&self) -> Result<(), Malformed> {
        validate::partner("partner", self.partner)?;
        validate::id("block", self.block.0)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Partner(self.partner));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let partner = draft.partner(self.partner)?;
        let open = draft.known_block(partner, self.block)?;
        if draft.effects.blocks[open.block].status != BlockStatus::Pending {
            return Err(Rejection::BlockNotPending { block: self.block }.into());
        }

        close(draft, open, BlockStatus::Rejected)?;
        draft.link_partner(partner);
        Ok(())
    }
}

impl Rule for CancelBlock {
    fn check(&self) -> Result<(), Malformed> {
        validate::partner("partner", self.partner)?;
        validate::id("block", self.block.0)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Partner(self.partner));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let partner = draft.partner(self.partner)?;
        let open = draft.known_block(partner, self.block)?;
        let block = &draft.effects.blocks[open.block];
        let (status, kind, left, unit_price) = (block.status, block.kind, block.remaining(), block.unit_price);
        if matches!(status, BlockStatus::Rejected | BlockStatus::Cancelled) {
            return Err(Rejection::BlockClosed { block: self.block }.into());
        }

        let before = draft.effects.partners[partner].usable;
        close(draft, open, BlockStatus::Cancelled)?;
        let is_charged = status == BlockStatus::Approved && kind != BlockKind::Reserve;
        if is_charged && left.is_positive() {
            draft.charge(partner, ChargeCause::PurchaseCancelled, (self.block, left), unit_price)?;
        }
        forget_if_last(draft, partner, self.block);
        draft.tell_if_low(partner, before)?;
        draft.link_partner(partner);
        Ok(())
    }
}

/// What is left of a block goes with it.
fn close<V: View>(draft: &mut Draft<'_, V>, open: OpenBlock, status: BlockStatus) -> Result<(), Undecided> {
    let before = draft.standing(open.block);
    let left = draft.effects.blocks[open.block].remaining();
    if left.is_positive() {
        draft.shift_block(open, (Some(BlockState::Remaining), BlockState::Cancelled), left, None)?;
    }
    draft.effects.blocks[open.block].status = status;
    draft.restand(open, before)
}

/// A block that was cancelled is no model for the next one.
fn forget_if_last<V: View>(draft: &mut Draft<'_, V>, partner: At<Partner>, block: BlockId) {
    let partner = &mut draft.effects.partners[partner];
    if partner.last_bought == Some(block) {
        partner.last_bought = None;
    }
}
