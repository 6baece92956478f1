//! What is due of a member: items expire or are about to, items that waited mature, holds time out. In the order of time
//! over all accounts: booked late or early, once or in parts, the state is the same.

use super::schedule::{Event, Schedule};
use crate::domain::tables::{Future, Items};
use crate::domain::{ItemKey, ItemPosition, Member, PointState, PointTypeId, Timestamp, UseOrder};
use crate::machine::draft::Draft;
use crate::machine::effects::At;
use crate::machine::points::ledger::{Movement, Open, missing};
use crate::machine::view::{Undecided, View};
use std::collections::BTreeSet;

/// Books up to `limit` events until `until`, and sets when the member is due next. Returns the point types that it
/// touched.
pub(in crate::machine) fn book_member<V: View>(
    draft: &mut Draft<'_, V>,
    owner: At<Member>,
    until: Timestamp,
    limit: usize,
) -> Result<BTreeSet<PointTypeId>, Undecided> {
    let mut schedule = Schedule::new(draft, owner)?;
    let mut touched = BTreeSet::new();
    let mut left = limit;
    let next = loop {
        let next = schedule.peek(draft)?;
        let Some((at, event)) = next.filter(|(at, _)| *at <= until && left > 0) else {
            break next.map(|(at, _)| at);
        };
        schedule.pop((at, event));
        left = left.saturating_sub(1);
        draft.at = at;
        let told = draft.effects.legs.len();
        match event {
            Event::Expire(key) => expire(draft, owner, key)?,
            Event::Mature(key) => mature(draft, owner, key)?,
            Event::TimeOut(request) => {
                let hold = draft.due_hold(owner, request)?;
                draft.time_out(hold)?;
            }
            Event::Evaluate(account, policy) => draft.evaluate(owner, account, policy)?,
            Event::EndTier => draft.end_tier(owner)?,
            Event::Warn(key) => draft.warn(owner, key)?,
        }
        note(draft, owner, told, &mut schedule, &mut touched)?;
    };
    draft.at = draft.now;
    draft.effects.members[owner].next_due = next;
    Ok(touched)
}

/// Notes which accounts an event touched, and which items have points left after it that expire.
fn note<V: View>(
    draft: &Draft<'_, V>,
    owner: At<Member>,
    told: usize,
    schedule: &mut Schedule,
    touched: &mut BTreeSet<PointTypeId>,
) -> Result<(), Undecided> {
    for leg in draft.effects.legs.iter().skip(told) {
        let moved = leg.moved().map(|part| (part.point_type, part.item, part.to, part.expires_at));
        let granted = leg.granted().map(|item| (item.point_type, item.item, PointState::Matured, item.expires_at));
        let Some((point_type, item, to, expires_at)) = moved.or(granted) else { continue };
        touched.insert(point_type);
        if let (PointState::Matured, Some(expires_at)) = (to, expires_at) {
            let account = draft.effects.members.key(owner).account(point_type);
            let order = draft.type_of(&account)?.order;
            let position = ItemPosition::new(order, Some(expires_at), item);
            schedule.expires(order, ItemKey { account, position }, expires_at);
        }
    }
    Ok(())
}

/// An item past its expiry expires.
fn expire<V: View>(draft: &mut Draft<'_, V>, owner: At<Member>, key: ItemKey) -> Result<(), Undecided> {
    let mut open = draft.named_item(owner, key.account, key.position)?;
    // not before it was granted, which is when a qualifying item is available from
    let at = open.item.expires_at.unwrap_or(draft.now).max(open.item.available_from);
    let points = open.item.sums.get(PointState::Matured);
    let points = draft.roll_over(&mut open, points)?;
    draft.shift(&mut open, Movement { from: PointState::Matured, to: PointState::Expired, points, at })?;
    draft.put::<Items>(key, Some(open.item));
    // in the order of expiry, all that comes before has expired, too
    if draft.type_of(&key.account)?.order == UseOrder::EarliestExpiry {
        let account = draft.effects.members[owner].account_mut(key.account.point_type);
        account.walk_to(account.first_open.max(key.position.successor()));
    }
    Ok(())
}

/// An item that waited becomes available, or expires where its expiry came first (rule D58).
fn mature<V: View>(draft: &mut Draft<'_, V>, owner: At<Member>, key: ItemKey) -> Result<(), Undecided> {
    let item = draft.row::<Future>(&key)?.ok_or_else(|| missing(&key))?;
    let position = ItemPosition::new(draft.type_of(&key.account)?.order, item.expires_at, key.position.id);
    let mut open = Open { owner, key: ItemKey { account: key.account, position }, waits: false, item };
    let points = item.sums.get(PointState::Future);
    let lapses = item.expires_at.is_some_and(|expiry| expiry <= item.available_from);
    let to = if lapses { PointState::Expired } else { PointState::Matured };
    let at = draft.at;
    draft.shift(&mut open, Movement { from: PointState::Future, to, points, at })?;
    if !lapses {
        draft.settle_debt(&mut open, points)?;
    }
    draft.put::<Future>(key, None);
    draft.put::<Items>(open.key, Some(open.item));
    if open.item.is_open() {
        draft.effects.members[owner].account_mut(key.account.point_type).open_at(position);
        if let (true, Some(expires_at)) = (draft.plan_warning(&open)?, open.item.expires_at) {
            let points = open.item.sums.get(PointState::Matured);
            draft.tell_expiring((owner, key.account.point_type), points, expires_at)?;
        }
        draft.watch(&open)?;
    }
    Ok(())
}
