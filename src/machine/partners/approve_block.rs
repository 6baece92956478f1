//! Approving a block (rules A31, A32): from now on its points can be used. A regular block is charged for (rule B10); a
//! reserve block only when it is used (rule A35).

use super::blocks::{Standing, prepaid};
use crate::domain::{ApproveBlock, BlockKind, BlockStatus, ChargeCause, Program, Rejection, Subject};
use crate::machine::draft::Draft;
use crate::machine::points::ledger::{add, take};
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
        prepaid(draft.terms(partner)?, self.partner)?;
        let open = draft.known_block(partner, self.block)?;
        if draft.effects.blocks[open.block].status != BlockStatus::Pending {
            return Err(Rejection::BlockNotPending { block: self.block }.into());
        }
        let expires_at = draft.effects.blocks[open.block].expires_at;
        if let Some(expires_at) = expires_at.filter(|expiry| *expiry <= draft.now) {
            return Err(Rejection::BlockExpired { block: self.block, expires_at }.into());
        }

        let bought = draft.effects.blocks[open.block].remaining();
        let short =
            || crate::domain::Fault::broken(open.key.owner().lock(), "fewer points are pending than a block has");
        draft.count_block(open, |sum| take(sum, bought).ok_or_else(|| short().into()))?;
        draft.effects.blocks[open.block].status = BlockStatus::Approved;
        draft.count_block(open, |sum| add(sum, bought))?;
        draft.restand(open, Standing::Out)?;
        if draft.effects.blocks[open.block].kind == BlockKind::Regular {
            let unit_price = draft.effects.blocks[open.block].unit_price;
            // the reserve is needed until the block can be used
            let has_started = draft.standing(open.block) == Standing::Open;
            let record = &mut draft.effects.partners[partner];
            record.last_bought = Some(self.block);
            record.is_on_reserve &= !has_started;
            draft.charge(partner, ChargeCause::Purchase, (self.block, bought), unit_price)?;
        }
        draft.link_partner(partner);
        Ok(())
    }
}
