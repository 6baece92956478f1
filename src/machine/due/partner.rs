//! What is due of a partner: open blocks past their expiry expire. They are few, so all of them at once.

use crate::domain::{BlockState, Partner};
use crate::machine::draft::Draft;
use crate::machine::effects::At;
use crate::machine::partners::OpenBlock;
use crate::machine::view::{Undecided, View};
use smallvec::SmallVec;

pub(in crate::machine) fn book_partner<V: View>(
    draft: &mut Draft<'_, V>,
    partner: At<Partner>,
) -> Result<(), Undecided> {
    let mut next_due = None;
    let mut open = SmallVec::new();
    for id in std::mem::take(&mut draft.effects.partners[partner].open) {
        let key = draft.partner_block(partner, id);
        let block = draft.named_block(key)?;
        if !draft.effects.blocks[block].is_expired(draft.now) {
            next_due = next_due.into_iter().chain(draft.effects.blocks[block].expires_at).min();
            open.push(id);
            continue;
        }
        let points = draft.effects.blocks[block].remaining();
        let states = (BlockState::Remaining, BlockState::Expired);
        draft.shift_block(OpenBlock { partner, block, key }, states, points, None)?;
    }
    let booked = &mut draft.effects.partners[partner];
    booked.open = open;
    booked.next_due = next_due;
    draft.link_partner(partner);
    Ok(())
}
