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

/// Books up to `limit` turns, and sets when the partner is due next. An instant is booked whole, up to [`CHUNK`] turns
/// beyond the limit: where one block expires as the next one starts, the points between them are nobody's news.
pub(in crate::machine) fn book_partner<V: View>(
    draft: &mut Draft<'_, V>,
    partner: At<Partner>,
    limit: usize,
) -> Result<(), Undecided> {
    let key = draft.effects.partners.key(partner);
    let now = draft.now;
    draft.link_partner(partner);
    let all =
        || -> Range<BlockTurnKey> { BlockTurnKey::from(key, crate::domain::Timestamp::MIN)..BlockTurnKey::end(key) };
    let mut booked = 0usize;
    // the instant that is booked, and the regular points before it
    let (mut instant, mut before) = (now, draft.effects.partners[partner].usable);
    let next_due = 'turns: loop {
        let turns = draft.rows::<BlockTurns>(all(), CHUNK)?;
        if turns.is_empty() {
            break None;
        }
        for (turn, ()) in turns {
            let is_next = booked > 0 && turn.at != instant;
            let most = if is_next { limit } else { limit.saturating_add(CHUNK) };
            if turn.at > now || booked >= most {
                break 'turns Some(turn.at);
            }
            if is_next {
                draft.tell_if_low(partner, before)?;
                before = draft.effects.partners[partner].usable;
            }
            instant = turn.at;
            draft.at = turn.at;
            book_turn(draft, partner, turn)?;
            booked = booked.saturating_add(1);
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
