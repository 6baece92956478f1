//! What is due of a partner: blocks start, are about to expire, expire. In the order of time, a bounded number at a time.

use crate::domain::tables::BlockTurns;
use crate::domain::{BlockState, BlockTurn, BlockTurnKey, Partner, PartnerEvent};
use crate::machine::draft::Draft;
use crate::machine::effects::At;
use crate::machine::partners::{OpenBlock, Standing};
use crate::machine::view::{Undecided, View};
use std::ops::Range;

/// Turns that are read in one go.
const CHUNK: usize = 64;

/// Books up to `limit` turns, and sets when the partner is due next.
pub(in crate::machine) fn book_partner<V: View>(
    draft: &mut Draft<'_, V>,
    partner: At<Partner>,
    limit: usize,
) -> Result<(), Undecided> {
    let key = draft.effects.partners.key(partner);
    let (now, before) = (draft.now, draft.effects.partners[partner].usable);
    draft.link_partner(partner);
    let all =
        || -> Range<BlockTurnKey> { BlockTurnKey::from(key, crate::domain::Timestamp::MIN)..BlockTurnKey::end(key) };
    let mut left = limit;
    let next_due = loop {
        let turns = draft.rows::<BlockTurns>(all(), CHUNK.min(left).max(1))?;
        let next = turns.first().map(|(turn, ())| turn.at);
        if left == 0 || next.is_none_or(|at| at > now) {
            break next;
        }
        for (turn, ()) in turns.into_iter().filter(|(turn, ())| turn.at <= now) {
            left = left.saturating_sub(1);
            draft.at = turn.at;
            book_turn(draft, partner, turn)?;
        }
    };
    draft.at = now;
    draft.effects.partners[partner].next_due = next_due;
    draft.tell_if_low(partner, before)
}

/// What happens to a block at its instant.
fn book_turn<V: View>(draft: &mut Draft<'_, V>, partner: At<Partner>, turn: BlockTurnKey) -> Result<(), Undecided> {
    let key = draft.partner_block(partner, turn.block);
    let open = OpenBlock { partner, block: draft.named_block(key)?, key };
    let points = draft.effects.blocks[open.block].remaining();
    draft.put::<BlockTurns>(turn, None);
    match turn.turn {
        BlockTurn::Warn => {
            draft.tell_event(partner, PartnerEvent::BlockExpiring, Some(turn.block), points);
            Ok(())
        }
        BlockTurn::Start => draft.start_block(open, points),
        BlockTurn::Expire => {
            // it has started: the order of time
            draft.shift_block(open, (Some(BlockState::Remaining), BlockState::Expired), points, None)?;
            draft.restand(open, Standing::Open)
        }
    }
}
