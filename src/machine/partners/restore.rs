//! Restoring: points of a cancelled accrual go back to the blocks that paid them, under the terms of the accrual; a block
//! that is over meanwhile takes and loses them. What a post-paid partner owed becomes a line of its next bill (rule A29).

use super::blocks::OpenBlock;
use crate::domain::tables::Unbilled;
use crate::domain::{
    Accrue, BillLine, Billing, BlockId, BlockKind, BlockState, BlockStatus, ChargeCause, Debit, Fault, Leg, MemberId,
    Partner, Points, Sequence, UnbilledKey,
};
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
        part: (u16, Points),
    ) -> Result<(), Undecided> {
        self.restore_share(partner, accrue, original, part, |points| points)
    }

    /// The same of a partner that funds a share of each award: `share` of its points.
    pub(super) fn restore_share(
        &mut self,
        partner: At<Partner>,
        accrue: &Accrue,
        original: &Original,
        (place, points): (u16, Points),
        share: impl Fn(Points) -> Points,
    ) -> Result<(), Undecided> {
        let (version, terms) = self.terms_at(partner, original.entry.sequence)?;
        let Some(award) = accrue.awards.get(usize::from(place)) else { return Ok(()) };
        let Some(rate) = terms.rates.get(&award.point_type) else { return Ok(()) };
        let before = original.cancelled(place);
        let kept = |cancelled: Points| {
            fits(original.awarded(place).minus(cancelled).and_then(|rest| rate.of(share(rest), terms.rounding)))
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
            let points = fits(back.negated())?;
            let line = BillLine { member: MemberId::OWN, points, terms: version, cancels: original.entry.sequence };
            let key = UnbilledKey { partner: key, at: self.transaction_at, sequence: Sequence::OWN, place };
            self.put::<Unbilled>(key, Some(line));
            return Ok(());
        }
        let is_own = |debit: &Debit| debit.place == place && debit.partner == key.partner;
        let debits = || original.legs().iter().rev().filter_map(Leg::debit).filter(is_own);
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
        let before = self.standing(block);
        self.shift_block(open, (Some(BlockState::Debited), BlockState::Remaining), points, None)?;
        self.lose_if_over(open, points)?;
        self.restand(open, before)?;
        if self.effects.blocks[block].kind == BlockKind::Reserve {
            let unit_price = self.effects.blocks[block].unit_price;
            self.charge(partner, ChargeCause::ReserveReturned, (id, points), unit_price)?;
        }
        Ok(())
    }

    /// Points that came back to a block that has expired, or was cancelled, are lost with it.
    fn lose_if_over(&mut self, open: OpenBlock, points: Points) -> Result<(), Undecided> {
        let block = &self.effects.blocks[open.block];
        let to = match block.status {
            BlockStatus::Cancelled | BlockStatus::Rejected => BlockState::Cancelled,
            BlockStatus::Pending | BlockStatus::Approved if block.is_expired(self.now) => BlockState::Expired,
            BlockStatus::Pending | BlockStatus::Approved => return Ok(()),
        };
        self.shift_block(open, (Some(BlockState::Remaining), to), points, None)
    }
}
