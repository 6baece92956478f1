//! A partner's blocks: points move between the states of one block, and a block takes its place among the open ones.

use crate::domain::{
    Billing, Block, BlockKey, BlockOrder, BlockState, Fault, Leg, Partner, PartnerId, PartnerKey, Points, Rate,
    Rejection, Timestamp,
};
use crate::machine::draft::Draft;
use crate::machine::effects::At;
use crate::machine::points::ledger::{add, take};
use crate::machine::view::{Undecided, View};

/// What a debit pays for: the award's place and the rate.
pub(super) type Debit = Option<(u16, Rate)>;

/// A block while points move in it.
#[derive(Debug, Clone, Copy)]
pub(in crate::machine) struct OpenBlock {
    pub(in crate::machine) partner: At<Partner>,
    pub(in crate::machine) block: At<Block>,
    pub(in crate::machine) key: BlockKey,
}

/// Refuses a partner who has no blocks (rule A25).
pub(super) fn prepaid(partner: &Partner, id: PartnerId) -> Result<(), Rejection> {
    match partner.terms.billing {
        Billing::Prepaid => Ok(()),
        Billing::PostPaid => Err(Rejection::PartnerPostPaid { partner: id }),
    }
}

impl<V: View> Draft<'_, V> {
    /// Moves points between two states of a block, and tells it. The partner's balance follows.
    pub(in crate::machine) fn shift_block(
        &mut self,
        open: OpenBlock,
        (from, to): (BlockState, BlockState),
        points: Points,
        debit: Debit,
    ) -> Result<(), Undecided> {
        let BlockKey { partner, block: id, .. } = open.key;
        let short =
            || Fault::broken(open.key.owner().lock(), format!("block {id}: it has fewer points than are to leave it"));
        let block = &mut self.effects.blocks[open.block];
        take(block.sums.get_mut(from), points).ok_or_else(short)?;
        add(block.sums.get_mut(to), points)?;
        let remaining = block.remaining();
        let balance = &mut self.effects.partners[open.partner].remaining;
        if from == BlockState::Remaining {
            take(balance, points).ok_or_else(short)?;
        }
        if to == BlockState::Remaining {
            add(balance, points)?;
        }
        let (place, rate) = debit.unzip();
        let (from, to) = (Some(from), Some(to));
        self.effects.legs.push(Leg::Block { partner, block: id, from, to, points, remaining, place, rate });
        Ok(())
    }

    /// Puts a block with points left among the partner's open ones, where it will be debited in its turn (rule B13).
    pub(super) fn open_block(&mut self, open: OpenBlock) -> Result<(), Undecided> {
        let order = self.effects.partners[open.partner].terms.order;
        let own = rank(order, &self.effects.blocks[open.block]);
        // the open blocks are in this order: behind the last one that does not come later
        let (mut at, mut end) = (0, self.effects.partners[open.partner].open.len());
        while at < end {
            let middle = usize::midpoint(at, end);
            let Some(known) = self.effects.partners[open.partner].open.get(middle).copied() else { break };
            let known = self.named_block(self.partner_block(open.partner, known))?;
            match rank(order, &self.effects.blocks[known]) <= own {
                true => at = middle.saturating_add(1),
                false => end = middle,
            }
        }
        let expires_at = self.effects.blocks[open.block].expires_at;
        let partner = &mut self.effects.partners[open.partner];
        partner.open.insert(at, open.key.block);
        partner.next_due = partner.next_due.into_iter().chain(expires_at).min();
        Ok(())
    }

    /// The key of one of a partner's blocks.
    pub(in crate::machine) fn partner_block(&self, partner: At<Partner>, block: crate::domain::BlockId) -> BlockKey {
        let key: PartnerKey = self.effects.partners.key(partner);
        key.block(block)
    }
}

/// What blocks are debited by: lower first.
fn rank(order: BlockOrder, block: &Block) -> (u64, crate::domain::Sequence) {
    let instant = match order {
        BlockOrder::EarliestExpiry => block.expires_at.map_or(u64::MAX, Timestamp::order),
        BlockOrder::EarliestStart => block.starts_at.order(),
        BlockOrder::Created => 0,
    };
    (instant, block.created)
}
