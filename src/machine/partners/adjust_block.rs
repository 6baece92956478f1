//! Adjusting a block: its points are corrected by a debit or a credit (rules B09, B14 to B30). Other blocks never help out,
//! and members get nothing by it.

use super::blocks::OpenBlock;
use crate::domain::{
    AdjustBlock, BlockId, BlockState, CreditCap, DESCRIPTION_BYTES_MAX, Direction, Partner, Points, Program, Rejection,
    Subject,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for AdjustBlock {
    const DATED: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::partner("partner", self.partner)?;
        validate::id("block", self.block.0)?;
        validate::amount("points", self.points)?;
        validate::words("description", &self.description, DESCRIPTION_BYTES_MAX)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Partner(self.partner));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let partner = draft.partner(self.partner)?;
        let open = draft.active_block(partner, self.block)?;
        let is_capped = match self.direction {
            Direction::Debit => true,
            Direction::Credit => draft.terms(partner)?.credit_cap == CreditCap::Available,
        };
        if is_capped {
            draft.within_block(open, self.points)?;
        }

        let before = draft.standing(open.block);
        let usable = draft.effects.partners[partner].usable;
        let states = match self.direction {
            Direction::Debit => (Some(BlockState::Remaining), BlockState::Adjusted),
            Direction::Credit => (None, BlockState::Remaining),
        };
        draft.shift_block(open, states, self.points, None)?;
        draft.restand(open, before)?;
        draft.tell_if_low(partner, usable)?;
        draft.link_partner(partner);
        Ok(())
    }
}

impl<V: View> Draft<'_, V> {
    /// A block that is approved and within its validity (rule B09).
    pub(super) fn active_block(&mut self, partner: At<Partner>, id: BlockId) -> Result<OpenBlock, Undecided> {
        let open = self.known_block(partner, id)?;
        match self.effects.blocks[open.block].is_active(self.now) {
            true => Ok(open),
            false => Err(Rejection::BlockNotActive { block: id }.into()),
        }
    }

    /// Refuses more points than what is left in a block (rules B23, B28, B33).
    pub(super) fn within_block(&self, open: OpenBlock, points: Points) -> Result<(), Undecided> {
        let available = self.effects.blocks[open.block].remaining();
        if points <= available {
            return Ok(());
        }
        let short = fits(points.minus(available))?;
        Err(Rejection::ExceedsBlock { block: open.key.block, available, short }.into())
    }
}
