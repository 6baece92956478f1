//! Taking points from an account's items in the order of use: the walk that redemptions and debts share.
//!
//! It costs one seek and a step for each item taken, however many items the account has: used-up items lie before
//! the account's `first_open`, but for those behind an item that was put or opened before them.

use super::case::Case;
use super::changes::Changes;
use super::ledger::{Ledger, Pot};
use super::view::{Halt, View};
use crate::domain::{
    Account, AccountKey, Fault, ITEMS_PER_COMMAND_MAX, Item, ItemKey, ItemPosition, Leg, Points, Rejection,
};

/// Items read at first, and at most, in one go.
const CHUNK_FIRST: usize = 4;
const CHUNK_MAX: usize = 1024;

/// How many points are taken from which account, and where they go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taking {
    pub(super) key: AccountKey,
    pub(super) points: Points,
    pub(super) into: Pot,
}

/// Takes available points, which the account must have (rules D22 to D24).
pub(super) fn take_in_order<V: View>(
    case: &Case<'_, V>,
    taking: Taking,
    account: &mut Account,
    changes: &mut Changes,
) -> Result<(), Halt> {
    // items that this command changed before: the view still shows them as they were
    let changed = changes.items.len();
    let mut left = taking.points;
    let mut from = account.first_open;
    let mut chunk = CHUNK_FIRST;
    while left.is_positive() {
        let items = case.view.items(taking.key, from, chunk)?;
        if items.is_empty() {
            return Err(missing(&taking, left).into());
        }
        for (position, item) in items {
            let item = newest(changes, changed, taking.key, position).unwrap_or(item);
            left = take_from(case, taking, left, (position, item), account, changes)?;
            from = account.first_open;
            if !left.is_positive() {
                break;
            }
        }
        chunk = chunk.saturating_mul(4).min(CHUNK_MAX);
    }
    Ok(())
}

/// Takes from one item as much as it has and is wanted; returns what is still wanted.
fn take_from<V: View>(
    case: &Case<'_, V>,
    taking: Taking,
    left: Points,
    (position, mut item): (ItemPosition, Item),
    account: &mut Account,
    changes: &mut Changes,
) -> Result<Points, Halt> {
    account.first_open = position.successor();
    let points = left.min(item.remaining);
    if !points.is_positive() {
        return Ok(left);
    }
    if changes.legs.len() >= ITEMS_PER_COMMAND_MAX {
        return Err(Rejection::TooManyItems { limit: ITEMS_PER_COMMAND_MAX as u32 }.into());
    }
    let mut ledger = Ledger { key: taking.key, id: position.id, account, item: &mut item, changes };
    ledger.shift(Pot::Available, taking.into, points, case.now)?;
    let part = ledger.part(points, case.now);
    changes.legs.push(if taking.into == Pot::Repaid { Leg::Repaid(part) } else { Leg::Redeemed(part) });
    if item.remaining.is_positive() {
        account.first_open = position;
    }
    changes.items.push((ItemKey { account: taking.key, position }, item));
    Ok(Points(left.0.saturating_sub(points.0)))
}

/// The item as this command has changed it already, if it has.
fn newest(changes: &Changes, changed: usize, account: AccountKey, position: ItemPosition) -> Option<Item> {
    let key = ItemKey { account, position };
    changes.items.iter().take(changed).rev().find(|(known, _)| *known == key).map(|(_, item)| *item)
}

fn missing(taking: &Taking, left: Points) -> Fault {
    let AccountKey { program, member, point_type } = taking.key;
    Fault::corrupt(format!(
        "items of program {program}, member {member}, point type {point_type}: {left} points short of the balance"
    ))
}
