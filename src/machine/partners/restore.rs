//! Restoring: points of a cancelled accrual go back to the blocks that paid them; a block that has expired meanwhile
//! takes and expires them.

use super::blocks::OpenBlock;
use crate::domain::{Accrue, Billing, BlockId, BlockState, Fault, Leg, Partner, Points};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::original::{Original, slices};
use crate::machine::points::ledger::take;
use crate::machine::view::{Undecided, View};

impl<V: View> Draft<'_, V> {
    /// Gives the partner's points for an award back: what it paid for all of it, less what it would have paid for what
    /// is left, so that parts add up to the whole.
    pub(in crate::machine) fn restore(
        &mut self,
        partner: At<Partner>,
        accrue: &Accrue,
        original: &Original,
        (place, points): (u16, Points),
    ) -> Result<(), Undecided> {
        let terms = self.effects.partners[partner].terms.clone();
        let Some(award) = accrue.awards.get(usize::from(place)) else { return Ok(()) };
        let Some(rate) = terms.rates.get(&award.point_type) else { return Ok(()) };
        let before = original.cancelled(place);
        let kept = |cancelled: Points| {
            fits(original.awarded(place).minus(cancelled).and_then(|rest| rate.of(rest, terms.rounding)))
        };
        let paid = kept(Points::ZERO)?;
        let (from, to) = (fits(paid.minus(kept(before)?))?, fits(paid.minus(kept(fits(before.plus(points))?)?))?);
        let back = fits(to.minus(from))?;
        if !back.is_positive() {
            return Ok(());
        }
        let key = self.effects.partners.key(partner);
        let short = || Fault::broken(key.lock(), "it was debited less than comes back");
        take(&mut self.effects.partners[partner].debited, back).ok_or_else(short)?;
        if terms.billing == Billing::PostPaid {
            self.effects.legs.push(Leg::Credited { partner: key.partner, points: back });
            return Ok(());
        }
        let debits = || original.legs().iter().rev().filter_map(Leg::debit).filter(|debit| debit.place == place);
        let parts = slices(debits().map(|debit| debit.points), from, to);
        for (debit, points) in debits().zip(parts).filter(|(_, points)| points.is_positive()) {
            self.restore_block(partner, debit.block, points)?;
        }
        Ok(())
    }

    /// Gives points back to a block.
    fn restore_block(&mut self, partner: At<Partner>, id: BlockId, points: Points) -> Result<(), Undecided> {
        let key = self.partner_block(partner, id);
        let block = self.named_block(key)?;
        let open = OpenBlock { partner, block, key };
        let was_used_up = !self.effects.blocks[block].remaining().is_positive();
        self.shift_block(open, (BlockState::Debited, BlockState::Remaining), points, None)?;
        if self.effects.blocks[block].is_expired(self.now) {
            return self.shift_block(open, (BlockState::Remaining, BlockState::Expired), points, None);
        }
        if was_used_up { self.open_block(open) } else { Ok(()) }
    }
}
