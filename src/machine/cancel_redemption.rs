//! Cancelling a redemption: points go back to the same items, with their original expiry.
//!
//! What was taken last goes back first, so that what stays redeemed is what a smaller redemption would have taken.

use super::case::Case;
use super::changes::{Changes, fits};
use super::ledger::{Ledger, Pot, take};
use super::original::{Original, record, slices};
use super::view::{Halt, View};
use crate::domain::{
    Account, Cancel, CancelAmount, Fault, Item, ItemKey, ItemPart, ItemPosition, Leg, Member, MemberKey, PointType,
    Points, Redeem, Rejection,
};

pub(super) fn cancel_redemption<V: View>(
    case: &Case<'_, V>,
    body: &Cancel,
    redeem: &Redeem,
    original: &Original,
    changes: &mut Changes,
) -> Result<(), Halt> {
    let point_type = case.point_type(redeem.point_type)?;
    let key = case.member_key(redeem.member);
    let mut member = case.member(key)?.ok_or(Rejection::MemberUnknown)?;
    let before = original.cancelled(0);
    let left = fits(redeem.points.minus(before))?;
    let points = match body.amount {
        CancelAmount::Whole if left.is_positive() => left,
        CancelAmount::Points(points) if points <= left => points,
        CancelAmount::Award { .. } => return Err(Rejection::AwardUnknown { awards: 0 }.into()),
        CancelAmount::Whole | CancelAmount::Points(_) => return Err(Rejection::CancelExceeds { left }.into()),
    };

    let mut correction = original.correction.clone();
    record(&mut correction, 0, points)?;
    changes.correction = Some((original.key, correction));
    let taken = || {
        original.legs().iter().rev().filter_map(|leg| match leg {
            Leg::Redeemed(part) => Some(*part),
            _ => None,
        })
    };
    let parts = slices(taken().map(|part| part.points), before, fits(before.plus(points))?);
    for (part, points) in taken().zip(parts).filter(|(_, points)| points.is_positive()) {
        give_back(case, point_type, key, (part, points), &mut member, changes)?;
    }
    let account = member.account_mut(redeem.point_type);
    changes.balances.push(account.balance());
    changes.put_member(key, member);
    Ok(())
}

/// Gives some points back to the item they were redeemed from.
fn give_back<V: View>(
    case: &Case<'_, V>,
    point_type: &PointType,
    key: MemberKey,
    (part, points): (ItemPart, Points),
    member: &mut Member,
    changes: &mut Changes,
) -> Result<(), Halt> {
    let position = ItemPosition::new(point_type.order, part.expires_at, part.item);
    let item_key = ItemKey { account: key.account(part.point_type), position };
    let mut item =
        case.view.item(item_key)?.ok_or_else(|| Fault::corrupt(format!("item {} is not there", part.item)))?;
    let account: &mut Account = member.account_mut(part.point_type);
    let is_expired = item.is_expired(case.now);
    let mut ledger = Ledger { key: item_key.account, id: part.item, account, item: &mut item, changes };

    let at = ledger.changes.legs.len();
    // what the host bore when the accrual was cancelled goes back to the host
    let absorbed = points.min(ledger.item.absorbed);
    if absorbed.is_positive() {
        ledger.shift(Pot::Redeemed, Pot::Cancelled, absorbed, case.now)?;
        take(&mut ledger.item.absorbed, absorbed)?;
        take(&mut ledger.item.claimed, absorbed)?;
        take(&mut ledger.account.absorbed, absorbed)?;
        let part = ledger.part(absorbed, case.now);
        ledger.changes.legs.push(Leg::Cancelled(part));
    }
    let returned = fits(points.minus(absorbed))?;
    // what was claimed because these points were spent is no longer owed, though they come back too late for use
    let fallen = match is_expired {
        true => returned.min(claimed_for_redeemed(ledger.item)).min(ledger.account.debt),
        false => returned,
    };
    ledger.free(Pot::Redeemed, fallen, case.now)?;
    let expired = fits(returned.minus(fallen))?;
    if expired.is_positive() {
        ledger.shift(Pot::Redeemed, Pot::Expired, expired, case.now)?;
        let part = ledger.part(expired, case.now);
        ledger.changes.legs.push(Leg::Expired(part));
    }
    let part = ledger.part(points, case.now);
    ledger.changes.legs.insert(at, Leg::Returned(part));
    if item.remaining.is_positive() {
        account.open_at(position);
        if let Some(expiry) = item.expires_at {
            member.due_by(expiry);
        }
    }
    changes.items.push((item_key, item));
    Ok(())
}

/// The part of the claims for an item's spent points that stands for points redeemed, not for points repaid.
fn claimed_for_redeemed(item: &Item) -> Points {
    Points(item.claimed.0.saturating_sub(item.repaid.0).max(0))
}
