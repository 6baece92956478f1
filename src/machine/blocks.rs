//! Partners' point blocks: bought, approved, debited for accruals, given back by cancellations.

use super::case::Case;
use super::changes::{Changes, fits};
use super::ledger::{add, take};
use super::view::{Halt, View};
use crate::domain::{
    ApproveBlock, Award, Billing, Block, BlockKey, BlockOrder, BlockStatus, Fault, Leg, OPEN_BLOCKS_MAX, Partner,
    PartnerId, PartnerKey, Points, PurchaseBlock, Rate, Rejection, Sequence, Subject, Timestamp,
};

/// Rules A10, A12, B12, B15: the block is there, but not usable before it is approved (A31).
pub(super) fn purchase<V: View>(case: &Case<'_, V>, body: &PurchaseBlock, changes: &mut Changes) -> Result<(), Halt> {
    let (key, partner) = payer(case, body.partner)?;
    prepaid(&partner, key)?;
    if case.view.block(key.block(body.block))?.is_some() {
        return Err(Rejection::BlockExists { block: body.block }.into());
    }
    let starts_at = body.starts_at.unwrap_or(case.transaction_at);
    let expires_at = fits(body.expires.resolve(case.transaction_at, &case.program.zone))?;
    if let Some(expires_at) = expires_at.filter(|expiry| *expiry <= starts_at.max(case.now)) {
        return Err(Rejection::BlockExpired { block: body.block, expires_at }.into());
    }

    let block = Block {
        status: BlockStatus::Pending,
        purchased: body.points,
        remaining: body.points,
        debited: Points::ZERO,
        expired: Points::ZERO,
        starts_at,
        expires_at,
        unit_price: body.unit_price.unwrap_or(Rate::ZERO),
        created: Sequence::OWN,
    };
    changes.blocks.push((key.block(body.block), block));
    Ok(())
}

fn prepaid(partner: &Partner, PartnerKey { partner: id, .. }: PartnerKey) -> Result<(), Rejection> {
    match partner.terms.billing {
        Billing::Prepaid => Ok(()),
        Billing::PostPaid => Err(Rejection::PartnerPostPaid { partner: id }),
    }
}

/// Rules A31, A32.
pub(super) fn approve<V: View>(case: &Case<'_, V>, body: &ApproveBlock, changes: &mut Changes) -> Result<(), Halt> {
    let (key, mut partner) = payer(case, body.partner)?;
    prepaid(&partner, key)?;
    let block_key = key.block(body.block);
    let mut block = case.view.block(block_key)?.ok_or(Rejection::BlockUnknown { block: body.block })?;
    if block.status != BlockStatus::Pending {
        return Err(Rejection::BlockNotPending { block: body.block }.into());
    }
    if let Some(expires_at) = block.expires_at.filter(|expiry| *expiry <= case.now) {
        return Err(Rejection::BlockExpired { block: body.block, expires_at }.into());
    }

    if partner.open.len() >= OPEN_BLOCKS_MAX {
        return Err(Rejection::BlockLimit { limit: OPEN_BLOCKS_MAX as u32 }.into());
    }

    block.status = BlockStatus::Approved;
    open(case, (key, &mut partner), (block_key, &block))?;
    add(&mut partner.remaining, block.remaining)?;
    changes.partner = Some((key, partner));
    changes.blocks.push((block_key, block));
    Ok(())
}

/// Puts a block with points left among the partner's open ones, where it will be debited in its turn (rule B13).
pub(super) fn open<V: View>(
    case: &Case<'_, V>,
    (key, partner): (PartnerKey, &mut Partner),
    (block_key, block): (BlockKey, &Block),
) -> Result<(), Halt> {
    let rank = |block: &Block| {
        let instant = match partner.terms.order {
            BlockOrder::EarliestExpiry => block.expires_at.map_or(u64::MAX, Timestamp::order),
            BlockOrder::EarliestStart => block.starts_at.order(),
            BlockOrder::Created => 0,
        };
        (instant, block.created)
    };
    // the open blocks are in this order: behind the last one that does not come later
    let (mut at, mut end) = (0, partner.open.len());
    while at < end {
        let middle = usize::midpoint(at, end);
        let Some(open) = partner.open.get(middle) else { break };
        match rank(&known_block(case.view, key.block(*open))?) <= rank(block) {
            true => at = middle.saturating_add(1),
            false => end = middle,
        }
    }
    partner.open.insert(at, block_key.block);
    partner.next_due = partner.next_due.into_iter().chain(block.expires_at).min();
    Ok(())
}

/// A partner of whom everything due is booked.
pub(super) fn payer<V: View>(case: &Case<'_, V>, partner: PartnerId) -> Result<(PartnerKey, Partner), Halt> {
    let key = PartnerKey { program: case.command.program, partner };
    match case.view.partner(key)? {
        Some(found) if found.is_due(case.now) => Err(Halt::Due(Subject::Partner(partner))),
        Some(found) => Ok((key, found)),
        None => Err(Rejection::PartnerUnknown { partner }.into()),
    }
}

/// Takes the partner's points for the awards, from its blocks in order (rules A02 to A08, B13).
pub(super) fn debit<V: View>(
    case: &Case<'_, V>,
    (key, mut partner): (PartnerKey, Partner),
    awards: &[Award],
    changes: &mut Changes,
) -> Result<(), Halt> {
    let terms = partner.terms.clone();
    for (award, place) in awards.iter().zip(0..u16::MAX) {
        let Some(rate) = terms.rates.get(&award.point_type) else { continue };
        let points = fits(rate.of(award.points, terms.rounding))?;
        if !points.is_positive() {
            continue;
        }
        match terms.billing {
            Billing::PostPaid => {
                changes.legs.push(Leg::Charged { place, partner: key.partner, points, rate: *rate });
            }
            Billing::Prepaid => debit_blocks(case, (key, &mut partner), (place, points, *rate), awards, changes)?,
        }
        add(&mut partner.debited, points)?;
    }
    changes.partner = Some((key, partner));
    Ok(())
}

/// Takes points for one award from the partner's blocks in order.
fn debit_blocks<V: View>(
    case: &Case<'_, V>,
    (key, partner): (PartnerKey, &mut Partner),
    (place, points, rate): (u16, Points, Rate),
    awards: &[Award],
    changes: &mut Changes,
) -> Result<(), Halt> {
    let mut left = points;
    let mut at = 0usize;
    while left.is_positive() {
        let Some(id) = partner.open.get(at).copied() else {
            return Err(insufficient(case, key, awards)?.into());
        };
        let block_key = key.block(id);
        let mut block = working_copy(case.view, changes, block_key)?;
        if !block.is_usable(case.now) {
            at = at.saturating_add(1);
            continue;
        }
        let part = left.min(block.remaining);
        take(&mut block.remaining, part)?;
        add(&mut block.debited, part)?;
        take(&mut partner.remaining, part)?;
        take(&mut left, part)?;
        changes.legs.push(Leg::Debited { place, block: id, points: part, rate, remaining: block.remaining });
        if !block.remaining.is_positive() {
            partner.open.remove(at);
        }
        changes.blocks.push((block_key, block));
    }
    Ok(())
}

/// The refusal for awards that the partner's usable blocks do not cover, with its figures (rule A06).
fn insufficient<V: View>(case: &Case<'_, V>, key: PartnerKey, awards: &[Award]) -> Result<Rejection, Halt> {
    let (_, partner) = payer(case, key.partner)?;
    let mut available = Points::ZERO;
    for id in &partner.open {
        let block = known_block(case.view, key.block(*id))?;
        if block.is_usable(case.now) {
            add(&mut available, block.remaining)?;
        }
    }
    let mut needed = Points::ZERO;
    for award in awards {
        if let Some(rate) = partner.terms.rates.get(&award.point_type) {
            add(&mut needed, fits(rate.of(award.points, partner.terms.rounding))?)?;
        }
    }
    let short = fits(needed.minus(available))?;
    Ok(Rejection::InsufficientPartnerPoints { partner: key.partner, available, short })
}

/// Gives points back to the block that paid them; one that has expired meanwhile takes and expires them.
pub(super) fn restore<V: View>(
    case: &Case<'_, V>,
    (key, partner): (PartnerKey, &mut Partner),
    block_key: BlockKey,
    points: Points,
    changes: &mut Changes,
) -> Result<(), Halt> {
    let mut block = working_copy(case.view, changes, block_key)?;
    let expired = if block.is_expired(case.now) { points } else { Points::ZERO };
    let usable = fits(points.minus(expired))?;
    let was_used_up = !block.remaining.is_positive();
    take(&mut block.debited, points)?;
    add(&mut block.expired, expired)?;
    add(&mut block.remaining, usable)?;
    add(&mut partner.remaining, usable)?;
    if was_used_up && usable.is_positive() {
        open(case, (key, partner), (block_key, &block))?;
    }
    changes.legs.push(Leg::Restored { block: block_key.block, points, expired });
    changes.blocks.push((block_key, block));
    Ok(())
}

/// A block as this command has changed it already, or as it was.
fn working_copy(view: &impl View, changes: &mut Changes, key: BlockKey) -> Result<Block, Halt> {
    match changes.blocks.iter().position(|(known, _)| *known == key) {
        Some(at) => Ok(changes.blocks.swap_remove(at).1),
        None => Ok(known_block(view, key)?),
    }
}

/// A block that the partner's record names.
pub(super) fn known_block(view: &impl View, key: BlockKey) -> Result<Block, Fault> {
    view.block(key)?.ok_or_else(|| {
        Fault::corrupt(format!("partner {} of program {} has no block {}", key.partner, key.program, key.block))
    })
}
