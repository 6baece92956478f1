//! Time travel: what a member had at a past instant, on either of the two clocks. The journal is read back from now, or
//! from the member's beginning.

use super::core::Core;
use super::error::Error;
use super::read::{book, previous};
use crate::domain::{
    AccountKey, Action, Balance, Entry, Item, ItemId, ItemKey, ItemPosition, ItemPosting, Leg, MemberKey, Outcome,
    PointTypeId, Points, Program, Sequence, Subject, Timestamp,
};
use crate::machine::View;
use crate::storage::{Future, Items};
use std::collections::BTreeMap;

impl Core {
    /// The member's balances as the engine showed them at a past instant: those after the last entry until then,
    /// and what expired or matured until then and was booked later.
    pub(super) fn balances_as_of(&self, key: MemberKey, at: Timestamp) -> Result<Option<Vec<Balance>>, Error> {
        let subject = Subject::Member(key.member);
        // IMPORTANT: both under one lock: what is booked in between would be in neither
        let seen = self.look_as_booked((key.program, subject), at, |locked, booked| {
            Ok(locked.member(key)?.map(|member| (member, booked.legs)))
        })?;
        let Some((member, mut booked_later)) = seen else { return Ok(None) };
        if member.enrolled_at > at {
            return Ok(None);
        }
        self.state.journal.wait(member.last_sequence)?;
        let mut known: Vec<Balance> = Vec::new();
        let mut sequence = member.last_sequence;
        // the accounts of one who was merged are another member's now
        let is_merged = member.more.as_ref().is_some_and(|more| more.merged_into.is_some());
        let mut accounts = if is_merged { usize::MAX } else { member.accounts.len() };
        while sequence != Sequence(0) && known.len() < accounts {
            let entry = self.state.entry(sequence)?;
            sequence = previous(&entry, subject)?;
            let Outcome::Done { legs, balances } = entry.outcome else { continue };
            if entry.recorded_at > at {
                // accounts came to the member then, or went
                if matches!(entry.command.action, Action::MergeMembers(_) | Action::UnmergeMembers(_)) {
                    accounts = usize::MAX;
                }
                booked_later.extend(legs);
                continue;
            }
            for balance in balances.into_iter().filter(|balance| balance.member == key.member) {
                if known.iter().all(|newer| newer.point_type != balance.point_type) {
                    known.push(balance);
                }
            }
        }
        let catalog = self.catalog.read();
        let program = catalog.programs.get(&key.program);
        for granted in booked_later.iter().filter_map(Leg::granted) {
            let is_new = known.iter().all(|balance| balance.point_type != granted.point_type);
            if is_new && granted.member == key.member && granted.available_from <= at {
                known.push(Balance::zero(key.member, granted.point_type));
            }
        }
        known.sort_by_key(|balance| balance.point_type);
        for balance in &mut known {
            booked_later.iter().for_each(|leg| book(balance, leg, at, program));
        }
        Ok(Some(known))
    }

    /// The member's balances by the time of transactions: what each entry changed counts from the time that it tells, and
    /// what was due from its instant.
    pub(super) fn balances_by_transaction(&self, key: MemberKey, at: Timestamp) -> Result<Option<Vec<Balance>>, Error> {
        let subject = Subject::Member(key.member);
        let now = self.clock.stamp(None);
        let seen = self.look_as_booked((key.program, subject), at.min(now), |locked, booked| {
            Ok(locked.member(key)?.map(|member| (member, booked.legs)))
        })?;
        let Some((member, unbooked)) = seen else { return Ok(None) };
        self.state.journal.wait(member.last_sequence)?;
        let mut entries = Vec::new();
        let mut sequence = member.last_sequence;
        while sequence != Sequence(0) {
            let entry = self.state.entry(sequence)?;
            sequence = previous(&entry, subject)?;
            entries.push(entry);
        }
        entries.reverse();
        let catalog = self.catalog.read();
        let program = catalog.programs.get(&key.program);
        let mut walk = Walk { key, at, program, last: BTreeMap::new(), sums: BTreeMap::new() };
        let begun = entries.iter().any(|entry| happened_at(entry) <= at);
        entries.iter().for_each(|entry| walk.add(entry));
        if !begun && member.enrolled_at > at {
            return Ok(None);
        }
        let mut balances: Vec<Balance> = walk.sums.into_values().collect();
        for balance in &mut balances {
            unbooked.iter().for_each(|leg| book(balance, leg, at, program));
        }
        Ok(Some(balances))
    }

    /// The items of an account as they were at a past instant.
    pub(super) fn items_as_of(&self, account: AccountKey, at: Timestamp) -> Result<Vec<(ItemPosition, Item)>, Error> {
        let owner = account.owner();
        let subject = Subject::Member(owner.member);
        let key = |position| ItemKey { account, position };
        let seen = self.look_as_booked((owner.program, subject), at, |locked, booked| {
            let Some(member) = locked.member(owner)? else { return Ok(None) };
            let known = locked.program(owner.program).and_then(|program| program.point_type(account.point_type));
            let Some(order) = known.map(|kind| kind.order) else { return Ok(None) };
            let range = || key(ItemPosition::FIRST)..key(ItemPosition::LAST);
            let mut items: BTreeMap<ItemId, Item> = BTreeMap::new();
            for (key, item) in locked.rows::<Future>(range(), usize::MAX)? {
                items.insert(key.position.id, item);
            }
            for (key, item) in locked.rows::<Items>(range(), usize::MAX)? {
                items.insert(key.position.id, item);
            }
            for (key, item) in booked.rows.items.iter().filter(|(key, _)| key.account == account) {
                items.extend(item.map(|item| (key.position.id, item)));
            }
            Ok(Some((member.last_sequence, order, items)))
        })?;
        let Some((last, order, mut items)) = seen else { return Ok(Vec::new()) };
        self.state.journal.wait(last)?;
        let mut sequence = last;
        while sequence != Sequence(0) {
            let entry = self.state.entry(sequence)?;
            sequence = previous(&entry, subject)?;
            if entry.recorded_at <= at {
                break;
            }
            entry.legs().iter().rev().for_each(|leg| undo(&mut items, leg, account, at));
        }
        let place = |(id, item): (ItemId, Item)| (ItemPosition::new(order, item.expires_at, id), item);
        let mut items: Vec<(ItemPosition, Item)> = items.into_iter().map(place).collect();
        items.sort_by_key(|(position, _)| *position);
        Ok(items)
    }
}

/// Takes a leg that took effect after an instant back.
fn undo(items: &mut BTreeMap<ItemId, Item>, leg: &Leg, account: AccountKey, at: Timestamp) {
    let is_own = |posting: &ItemPosting| (posting.member, posting.point_type) == (account.member, account.point_type);
    let Some(posting) = leg.posting().filter(is_own) else { return };
    let ItemPosting { item, points, movement, .. } = posting;
    match movement {
        // one that another rolled over into may have come into being before it was booked
        None if posting.available_from.is_some_and(|from| from <= at) => {}
        None => {
            items.remove(&item);
        }
        Some((from, to, effective_at)) => {
            if let Some(item) = items.get_mut(&item).filter(|_| effective_at > at) {
                let change = |sum: &mut Points, by: i64| *sum = Points(sum.0.saturating_add(by));
                change(item.sums.get_mut(from), points.0);
                change(item.sums.get_mut(to), points.0.saturating_neg());
            }
        }
    }
}

/// When an entry happened.
fn happened_at(entry: &Entry) -> Timestamp {
    entry.command.transaction_at.unwrap_or(entry.recorded_at)
}

/// A walk over a member's entries, the oldest first, that adds up what had happened until an instant.
struct Walk<'a> {
    key: MemberKey,
    at: Timestamp,
    program: Option<&'a Program>,
    /// The balances after the entry before.
    last: BTreeMap<PointTypeId, Balance>,
    sums: BTreeMap<PointTypeId, Balance>,
}

impl Walk<'_> {
    fn add(&mut self, entry: &Entry) {
        let Outcome::Done { legs, balances } = &entry.outcome else { return };
        let is_booking = entry.command.action.verb() == "book_due";
        for balance in balances.iter().filter(|balance| balance.member == self.key.member) {
            let zero = Balance::zero(self.key.member, balance.point_type);
            let before = self.last.insert(balance.point_type, *balance).unwrap_or(zero);
            let sum = self.sums.entry(balance.point_type).or_insert(zero);
            match is_booking {
                true => legs.iter().for_each(|leg| book(sum, leg, self.at, self.program)),
                false if happened_at(entry) <= self.at => change(sum, &before, balance),
                false => {}
            }
        }
    }
}

/// Adds the difference of two balances to a third.
fn change(sum: &mut Balance, before: &Balance, after: &Balance) {
    let Balance { member: _, point_type: _, available, qualifying, future, held, debt, lifetime } = sum;
    let add = |sum: &mut Points, before: Points, after: Points| {
        *sum = Points(sum.0.saturating_add(after.0).saturating_sub(before.0));
    };
    add(available, before.available, after.available);
    add(qualifying, before.qualifying, after.qualifying);
    add(future, before.future, after.future);
    add(held, before.held, after.held);
    add(debt, before.debt, after.debt);
    add(lifetime, before.lifetime, after.lifetime);
}
