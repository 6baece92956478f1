//! Reading: balances, items, blocks, statements. A reader is not shown a state that is not durable: it waits for the
//! last entry of what it read.

use super::core::Core;
use super::error::Error;
use super::locked::{Locked, Touched};
use crate::domain::{
    AccountKey, Balance, Block, BlockId, Entry, Item, ItemPosition, Leg, Member, MemberKey, Outcome, Partner,
    PartnerKey, PointClass, Points, Program, RequestKey, Sequence, Subject, Timestamp,
};
use crate::machine::{View, would_book};
use crate::storage::Blocks;
use crate::storage::rows::Rows;
use std::collections::BTreeMap;

impl Core {
    /// The member as of now, once that is durable.
    pub(super) fn member(&self, key: MemberKey) -> Result<Option<Member>, Error> {
        let (member, sequence) = self.member_now(key)?;
        self.state.journal.wait(sequence)?;
        Ok(member)
    }

    /// The member as of now: with everything booked that has expired or matured, whether or not it is. And the entry
    /// that has to be durable before anybody is shown it.
    pub(super) fn member_now(&self, key: MemberKey) -> Result<(Option<Member>, Sequence), Error> {
        let now = self.clock.stamp(None);
        let touched = Touched { member: Some(key), ..Touched::default() };
        let catalog = self.catalog.read();
        let locked = Locked::new(&self.state, &catalog.programs, &touched);
        let Some(member) = locked.member(key)? else { return Ok((None, Sequence(0))) };
        let last = member.last_sequence;
        let booked = match would_book(&locked, key.program, Subject::Member(key.member), now)?.member {
            Some((_, booked)) => Member { last_sequence: last, ..booked },
            None => member,
        };
        Ok((Some(booked), last))
    }

    /// The partner as of now, likewise, and all its blocks by id.
    pub(super) fn partner(&self, key: PartnerKey) -> Result<Option<PartnerWithBlocks>, Error> {
        let now = self.clock.stamp(None);
        let touched = Touched { partner: Some(key), ..Touched::default() };
        let catalog = self.catalog.read();
        let locked = Locked::new(&self.state, &catalog.programs, &touched);
        let Some(mut partner) = locked.partner(key)? else { return Ok(None) };
        let mut blocks = BTreeMap::new();
        for row in Rows::<Blocks>::under(self.state.store.as_ref(), &key) {
            let (key, block) = row?;
            blocks.insert(key.block, block);
        }
        blocks.extend(locked.changed_blocks(key)?);
        let booked = would_book(&locked, key.program, Subject::Partner(key.partner), now)?;
        blocks.extend(booked.blocks.into_iter().map(|(key, block)| (key.block, block)));
        if let Some((_, booked)) = booked.partner {
            partner = booked;
        }
        let last = self.state.journal.last();
        drop(locked);
        drop(catalog);
        self.state.journal.wait(last)?;
        Ok(Some((partner, blocks)))
    }

    /// The member's balances as the engine showed them at a past instant: those after the last entry until then,
    /// and what expired or matured until then and was booked later.
    pub(super) fn balances_as_of(&self, key: MemberKey, at: Timestamp) -> Result<Option<Vec<Balance>>, Error> {
        let Some((member, mut booked_later)) = self.member_until(key, at)? else { return Ok(None) };
        if member.enrolled_at > at {
            return Ok(None);
        }
        self.state.journal.wait(member.last_sequence)?;
        let mut known: Vec<Balance> = Vec::new();
        let mut sequence = member.last_sequence;
        while sequence != Sequence(0) && known.len() < member.accounts.len() {
            let entry = self.state.entry(sequence)?;
            sequence = entry.previous;
            let Outcome::Done { legs, balances } = entry.outcome else { continue };
            if entry.recorded_at > at {
                booked_later.extend(legs);
                continue;
            }
            for balance in balances {
                if known.iter().all(|newer| newer.point_type != balance.point_type) {
                    known.push(balance);
                }
            }
        }
        let catalog = self.catalog.read();
        let program = catalog.programs.get(&key.program);
        known.sort_by_key(|balance| balance.point_type);
        for balance in &mut known {
            booked_later.iter().for_each(|leg| book(balance, leg, at, program));
        }
        Ok(Some(known))
    }

    /// What a booking of the member at `at` would do.
    pub(super) fn due(&self, key: MemberKey, at: Timestamp) -> Result<Vec<Leg>, Error> {
        let Some((member, legs)) = self.member_until(key, at)? else { return Ok(Vec::new()) };
        self.state.journal.wait(member.last_sequence)?;
        Ok(legs)
    }

    /// The member as booked, and what a booking at `at` would add to that.
    fn member_until(&self, key: MemberKey, at: Timestamp) -> Result<Option<(Member, Vec<Leg>)>, Error> {
        let touched = Touched { member: Some(key), ..Touched::default() };
        let catalog = self.catalog.read();
        // IMPORTANT: both under one lock: what is booked in between would be in neither
        let locked = Locked::new(&self.state, &catalog.programs, &touched);
        let Some(member) = locked.member(key)? else { return Ok(None) };
        let changes = would_book(&locked, key.program, Subject::Member(key.member), at)?;
        Ok(Some((member, changes.legs)))
    }

    /// Up to `limit` items of an account from a position on, in the order of use, used-up ones too; then those that
    /// have not matured, by the instant at which they do. As of now, booked or not.
    pub(super) fn items(
        &self,
        account: AccountKey,
        from: ItemPosition,
        limit: usize,
    ) -> Result<(PlacedItems, PlacedItems), Error> {
        let now = self.clock.stamp(None);
        let owner = account.owner();
        let touched = Touched { member: Some(owner), ..Touched::default() };
        let catalog = self.catalog.read();
        let locked = Locked::new(&self.state, &catalog.programs, &touched);
        let last = locked.member(owner)?.map(|member| member.last_sequence);
        let mut matured: BTreeMap<ItemPosition, Item> = locked.items(account, from, limit)?.into_iter().collect();
        let booked = would_book(&locked, owner.program, Subject::Member(owner.member), now)?;
        // what waits until now or before is booked, or would be
        let future = locked.future(account, ItemPosition::after(now), limit)?;
        drop(locked);
        drop(catalog);
        let page_end = matured.last_key_value().map(|(last, _)| *last).filter(|_| matured.len() >= limit);
        for (key, item) in booked.items.into_iter().filter(|(key, _)| key.account == account) {
            if key.position >= from && page_end.is_none_or(|end| key.position <= end) {
                matured.insert(key.position, item);
            }
        }
        self.state.journal.wait(last.unwrap_or_default())?;
        Ok((matured.into_iter().take(limit).collect(), future))
    }

    /// Up to `limit` entries of a member, the newest first: from `from` on, or from the newest.
    pub(super) fn statement(
        &self,
        key: MemberKey,
        from: Option<Sequence>,
        limit: usize,
    ) -> Result<Option<Vec<Entry>>, Error> {
        let Some(member) = self.member(key)? else { return Ok(None) };
        if let Some(from) = from.filter(|from| *from != Sequence(0)) {
            let entry = self.state.entry(from)?;
            if self.touched(&entry.command)?.member != Some(key) || matches!(entry.outcome, Outcome::Refused(_)) {
                return Err(Error::invalid(format!("entry {from} is not one of member {}", key.member)));
            }
        }
        let mut next = from.unwrap_or(member.last_sequence);
        let mut entries = Vec::new();
        while next != Sequence(0) && entries.len() < limit {
            let entry = self.state.entry(next)?;
            next = entry.previous;
            entries.push(entry);
        }
        Ok(Some(entries))
    }

    /// The transaction that used a request id.
    pub(super) fn transaction(&self, key: RequestKey) -> Result<Option<Entry>, Error> {
        let Some(sequence) = self.request(key)? else { return Ok(None) };
        Ok(Some(self.state.entry(sequence)?))
    }
}

/// A partner and its blocks.
type PartnerWithBlocks = (Partner, BTreeMap<BlockId, Block>);

/// Items with their places.
pub(super) type PlacedItems = Vec<(ItemPosition, Item)>;

/// Brings a leg that was booked later, but took effect until `at`, into a balance.
fn book(balance: &mut Balance, leg: &Leg, at: Timestamp, program: Option<&Program>) {
    let (Leg::Expired(part) | Leg::Lapsed(part) | Leg::Matured(part) | Leg::Repaid(part)) = leg else { return };
    if part.point_type != balance.point_type || part.effective_at > at {
        return;
    }
    let class = program.and_then(|program| program.point_types.get(&part.point_type)).map(|kind| kind.class);
    let less = |sum: Points| Points(sum.0.saturating_sub(part.points.0));
    match leg {
        Leg::Expired(_) if class == Some(PointClass::Qualifying) => balance.qualifying = less(balance.qualifying),
        Leg::Expired(_) => balance.available = less(balance.available),
        Leg::Lapsed(_) => balance.future = less(balance.future),
        Leg::Matured(_) => {
            balance.future = less(balance.future);
            balance.available = Points(balance.available.0.saturating_add(part.points.0));
        }
        // what is repaid leaves the items and the debt alike
        Leg::Repaid(_) => balance.debt = less(balance.debt),
        _ => {}
    }
}
