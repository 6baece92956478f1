//! Refunding a fee, whole and once (rules B36 to B42). Points go back into the block that paid; if that is over, into the
//! open block that expires last; if there is none, into a new block that costs nothing.

use super::blocks::OpenBlock;
use crate::domain::tables::{Fees, OpenBlocks};
use crate::domain::{
    Action, BlockId, BlockKind, BlockState, Fault, Fee, FeeKey, Leg, OpenBlockKey, Partner, Points, Program,
    REASON_BYTES_MAX, Rate, Refund, RefundFee, Rejection, Sequence, Timestamp,
};
use crate::machine::draft::Draft;
use crate::machine::effects::At;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

/// Open blocks that are read in one go.
const CHUNK: usize = 256;

impl Rule for RefundFee {
    fn check(&self) -> Result<(), Malformed> {
        validate::request("fee", self.fee)?;
        validate::words("reason", &self.reason, REASON_BYTES_MAX)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.request(self.fee);
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let sequence = draft.view.request(draft.request_key(self.fee))?.ok_or(Rejection::TransactionUnknown)?;
        let Action::ChargeFee(charged) = draft.entry(sequence)?.command.action else {
            return Err(Rejection::NotAFee.into());
        };
        let partner = draft.partner(charged.partner)?;
        let key = FeeKey { partner: draft.effects.partners.key(partner), sequence };
        let missing = || Fault::broken(key.partner.lock(), format!("the fee of entry {sequence} is not there"));
        let fee = draft.row::<Fees>(&key)?.ok_or_else(missing)?;
        if let Some(Refund { sequence: refund, .. }) = fee.refund {
            return Err(Rejection::AlreadyRefunded { refund }.into());
        }

        let block = match fee.block {
            Some(block) => Some(give_back(draft, partner, block, fee.points)?),
            None => None,
        };
        let (amount, currency) = (fee.amount, fee.currency);
        let id = charged.partner;
        draft.effects.legs.push(Leg::FeeRefunded { partner: id, fee: sequence, amount, currency });
        let (request, transaction_at) = (draft.request, draft.transaction_at);
        let refund = Some(Refund { sequence: Sequence::OWN, request, transaction_at, block });
        draft.put::<Fees>(key, Some(Fee { refund, ..fee }));
        draft.link_partner(partner);
        Ok(())
    }
}

/// Gives the points of a fee back (rule B40). Returns the block that took them.
fn give_back<V: View>(
    draft: &mut Draft<'_, V>,
    partner: At<Partner>,
    own: BlockId,
    points: Points,
) -> Result<BlockId, Undecided> {
    let open = draft.known_block(partner, own)?;
    if draft.effects.blocks[open.block].is_active(draft.now) {
        let before = draft.standing(open.block);
        draft.shift_block(open, (Some(BlockState::Fee), BlockState::Remaining), points, None)?;
        draft.restand(open, before)?;
        return Ok(own);
    }
    match expires_last(draft, partner)? {
        Some(id) => {
            let key = draft.partner_block(partner, id);
            let open = OpenBlock { partner, block: draft.named_block(key)?, key };
            draft.shift_block(open, (None, BlockState::Remaining), points, None)?;
            Ok(id)
        }
        None => {
            let id = draft.create_own_block(partner, (BlockKind::Regular, points), Rate::ZERO, None)?;
            let partner = draft.effects.partners.key(partner).partner;
            let (from, to) = (None, Some(BlockState::Remaining));
            let (place, rate, remaining) = (None, None, points);
            draft.effects.legs.push(Leg::Block { partner, block: id, from, to, points, remaining, place, rate });
            Ok(id)
        }
    }
}

/// The open block that expires last, the reserve aside; of equal ones the first in the order of debit.
fn expires_last<V: View>(draft: &Draft<'_, V>, partner: At<Partner>) -> Result<Option<BlockId>, Undecided> {
    let key = draft.effects.partners.key(partner);
    let end = OpenBlockKey { class: BlockKind::Reserve as u8, ..OpenBlockKey::first(key) };
    let mut from = OpenBlockKey::first(key);
    let mut last: Option<(Timestamp, BlockId)> = None;
    loop {
        let page = draft.rows::<OpenBlocks>(from..end, CHUNK)?;
        let is_last = page.len() < CHUNK;
        for (place, expires_at) in page {
            let expires_at = expires_at.unwrap_or(Timestamp::MAX);
            if last.is_none_or(|(latest, _)| expires_at > latest) {
                last = Some((expires_at, place.block));
            }
            from = place.successor();
        }
        if is_last {
            return Ok(last.map(|(_, block)| block));
        }
    }
}
