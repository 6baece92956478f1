//! Cancelling an accrual (rules D45, E64, E65): its points are taken back, first from what is left of its own items.
//! What was spent is claimed from the account's other points; what these do not cover becomes debt, or is absorbed
//! by the host. What expired is not taken again. The partner's points go back to the blocks that paid.

use super::accrue::waits_until;
use super::blocks;
use super::case::Case;
use super::changes::{Changes, fits};
use super::ledger::{Ledger, Pot, add, take};
use super::original::{Original, record, slices};
use super::take::{Taking, take_in_order};
use super::view::{Halt, View};
use crate::domain::{
    Accrue, Billing, Cancel, CancelAmount, Fault, Item, ItemKey, ItemPosition, Leg, Member, MemberKey, NegativeBalance,
    PartnerId, PointType, PointTypeId, Points, Rejection, Timestamp,
};

pub(super) fn cancel_accrual<V: View>(
    case: &Case<'_, V>,
    body: &Cancel,
    accrue: &Accrue,
    original: &Original,
    changes: &mut Changes,
) -> Result<(), Halt> {
    let payer = accrue.partner.map(|partner| blocks::payer(case, partner)).transpose()?;
    let key = case.member_key(accrue.member);
    let mut member = case.member(key)?.ok_or(Rejection::MemberUnknown)?;
    let parts = parts(body, accrue, original)?;

    let mut correction = original.correction.clone();
    let mut claims: Vec<(ItemKey, Points)> = Vec::new();
    for (place, points) in &parts {
        record(&mut correction, *place, *points)?;
        claims.extend(take_back(case, original, (*place, *points), key, &mut member, changes)?);
    }
    for (item_key, points) in claims {
        claim(case, (item_key, points), &mut member, changes)?;
    }
    if let Some((key, mut partner)) = payer {
        for (place, points) in &parts {
            restore(case, accrue, original, (*place, *points), (key, &mut partner), changes)?;
        }
        changes.partner = Some((key, partner));
    }
    for account in &member.accounts {
        if accrue.awards.iter().any(|award| award.point_type == account.point_type) {
            changes.balances.push(account.balance());
        }
    }
    changes.correction = Some((original.key, correction));
    changes.put_member(key, member);
    Ok(())
}

/// How many points of which award are cancelled.
fn parts(body: &Cancel, accrue: &Accrue, original: &Original) -> Result<Vec<(u16, Points)>, Rejection> {
    let awards = accrue.awards.len() as u16;
    let left = |place: u16| {
        let award = accrue.awards.get(usize::from(place)).ok_or(Rejection::AwardUnknown { awards })?;
        fits(award.points.minus(original.cancelled(place)))
    };
    let some = |place: u16, points: Points| match left(place)? {
        rest if points <= rest => Ok(vec![(place, points)]),
        left => Err(Rejection::CancelExceeds { left }),
    };
    match body.amount {
        CancelAmount::Points(points) if awards == 1 => some(0, points),
        CancelAmount::Points(_) => Err(Rejection::AwardUnknown { awards }),
        CancelAmount::Award { place, points } => some(place, points),
        CancelAmount::Whole => {
            let mut parts = Vec::with_capacity(accrue.awards.len());
            for place in 0..awards {
                let rest = left(place)?;
                if rest.is_positive() {
                    parts.push((place, rest));
                }
            }
            if parts.is_empty() { Err(Rejection::CancelExceeds { left: Points::ZERO }) } else { Ok(parts) }
        }
    }
}

/// Takes back what is left of one award's item. Returns what was spent of the rest: it has to be claimed.
fn take_back<V: View>(
    case: &Case<'_, V>,
    original: &Original,
    (place, points): (u16, Points),
    key: MemberKey,
    member: &mut Member,
    changes: &mut Changes,
) -> Result<Option<(ItemKey, Points)>, Halt> {
    let granted = granted(original, place)?;
    let point_type = case.point_type(granted.point_type)?;
    let account_key = key.account(granted.point_type);
    let (position, pot, mut item) = find(case, point_type, account_key, (&granted, original.entry.recorded_at))?;
    let account = member.account_mut(granted.point_type);
    account.lifetime = fits(account.lifetime.minus(points))?;
    let mut ledger = Ledger { key: account_key, id: granted.id, account, item: &mut item, changes };
    let from_item = points.min(ledger.item.remaining);
    if from_item.is_positive() {
        ledger.shift(pot, Pot::Cancelled, from_item, case.now)?;
        let part = ledger.part(from_item, case.now);
        ledger.changes.legs.push(Leg::Cancelled(part));
    }
    let spent = fits(item.redeemed.plus(item.repaid))?;
    let unclaimed = Points(spent.0.saturating_sub(item.claimed.0).max(0));
    let claimed = fits(points.minus(from_item))?.min(unclaimed);
    add(&mut item.claimed, claimed)?;
    let item_key = ItemKey { account: account_key, position };
    match pot {
        Pot::Future => changes.future.push((item_key, Some(item))),
        _ => changes.items.push((item_key, item)),
    }
    Ok(claimed.is_positive().then_some((item_key, claimed)))
}

/// Makes up for spent points of a cancelled accrual: from the account's other points, then as debt, or absorbed.
fn claim<V: View>(
    case: &Case<'_, V>,
    (item_key, points): (ItemKey, Points),
    member: &mut Member,
    changes: &mut Changes,
) -> Result<(), Halt> {
    let point_type = item_key.account.point_type;
    let negative_balance = case.point_type(point_type)?.negative_balance;
    let account = member.account_mut(point_type);
    let settled = points.min(account.available);
    if settled.is_positive() {
        let taking = Taking { key: item_key.account, points: settled, into: Pot::Repaid };
        take_in_order(case, taking, account, changes)?;
    }
    let rest = fits(points.minus(settled))?;
    if !rest.is_positive() {
        return Ok(());
    }
    match negative_balance {
        NegativeBalance::Allowed => {
            add(&mut account.debt, rest)?;
            changes.legs.push(Leg::Owed { point_type, points: rest });
        }
        NegativeBalance::Refused => {
            add(&mut account.absorbed, rest)?;
            if let Some((_, item)) = changes.items.iter_mut().find(|(known, _)| *known == item_key) {
                add(&mut item.absorbed, rest)?;
            }
            changes.legs.push(Leg::Absorbed { point_type, points: rest });
        }
    }
    Ok(())
}

/// What the accrual's receipt says of one award.
struct Granted {
    id: crate::domain::ItemId,
    point_type: PointTypeId,
    available_from: Timestamp,
    expires_at: Option<Timestamp>,
}

fn granted(original: &Original, place: u16) -> Result<Granted, Fault> {
    let granted = original.legs().iter().find_map(|leg| match *leg {
        Leg::Granted { item, point_type, available_from, expires_at, .. } if item.place == place => {
            Some(Granted { id: item, point_type, available_from, expires_at })
        }
        _ => None,
    });
    granted.ok_or_else(|| Fault::corrupt(format!("entry {} names no item for award {place}", original.entry.sequence)))
}

/// Where the award's item is now: matured, or still waiting.
fn find<V: View>(
    case: &Case<'_, V>,
    point_type: &PointType,
    account: crate::domain::AccountKey,
    (granted, granted_at): (&Granted, Timestamp),
) -> Result<(ItemPosition, Pot, Item), Halt> {
    let position = ItemPosition::new(point_type.order, granted.expires_at, granted.id);
    if let Some(item) = case.view.item(ItemKey { account, position })? {
        return Ok((position, Pot::matured(point_type.class), item));
    }
    let position = ItemPosition::at(waits_until(granted.available_from, granted.expires_at, granted_at), granted.id);
    match case.view.future(account, position, 1)?.first() {
        Some((found, item)) if *found == position => Ok((position, Pot::Future, *item)),
        _ => Err(Fault::corrupt(format!("item {} is not there", granted.id)).into()),
    }
}

/// Gives the partner's points for an award back: what it paid for all of it, less what it would have paid for what
/// is left, so that parts add up to the whole.
fn restore<V: View>(
    case: &Case<'_, V>,
    accrue: &Accrue,
    original: &Original,
    (place, points): (u16, Points),
    (key, partner): (crate::domain::PartnerKey, &mut crate::domain::Partner),
    changes: &mut Changes,
) -> Result<(), Halt> {
    let terms = partner.terms.clone();
    let Some(award) = accrue.awards.get(usize::from(place)) else { return Ok(()) };
    let Some(rate) = terms.rates.get(&award.point_type) else { return Ok(()) };
    let before = original.cancelled(place);
    let kept = |cancelled: Points| fits(award.points.minus(cancelled).and_then(|rest| rate.of(rest, terms.rounding)));
    let paid = kept(Points::ZERO)?;
    let (from, to) = (fits(paid.minus(kept(before)?))?, fits(paid.minus(kept(fits(before.plus(points))?)?))?);
    let back = fits(to.minus(from))?;
    if !back.is_positive() {
        return Ok(());
    }
    take(&mut partner.debited, back)?;
    if terms.billing == Billing::PostPaid {
        let partner: PartnerId = key.partner;
        changes.legs.push(Leg::Credited { partner, points: back });
        return Ok(());
    }
    let debits = || {
        original.legs().iter().rev().filter_map(|leg| match *leg {
            Leg::Debited { place: of, block, points, .. } if of == place => Some((block, points)),
            _ => None,
        })
    };
    let parts = slices(debits().map(|(_, points)| points), from, to);
    for ((block, _), points) in debits().zip(parts).filter(|(_, points)| points.is_positive()) {
        blocks::restore(case, (key, partner), key.block(block), points, changes)?;
    }
    Ok(())
}
