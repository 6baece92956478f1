//! What one command touches of shards that are locked: what the rules see, and where their effects go.

use super::delta::{Delta, Known, Shard};
use super::guards::{Guarded, Guards, Place, Places};
use super::merge;
use super::next_items;
use super::prepared::Prepared;
use super::record_cache::RecordCache;
use super::state::State;
use crate::domain::keys::{DueKey, Key};
use crate::domain::tables::{Expiries, Items, RowTable, Table};
use crate::domain::{
    Block, BlockId, BlockKey, Command, Correction, CountKey, Counted, Entry, Fault, Item, ItemKey, ItemPosition,
    LockName, Member, MemberKey, Outcome, Partner, PartnerKey, Program, ProgramId, Programs, RequestKey, Sequence,
    Source, SourceKey, Subject, Timestamp,
};
use crate::machine::{Cold, Effects, FoundRows, RowSink, Undecided, View};
use crate::storage::rows::{self, Rows};
use crate::storage::{Blocks, Corrections, Due, Members, Partners, SourceCounts, Sources, TableId, requests};
use std::collections::BTreeMap;
use std::hash::Hash;
use std::ops::Range;

/// What one command sees of shards that are locked, and changes there.
pub(super) struct LockedShards<'g, 'a> {
    state: &'a State,
    catalog: &'g Programs,
    prepared: &'g Prepared,
    guards: &'g [Guarded<'a>],
    /// Where sums and marks gather: a checkpoint adds them up.
    first: Option<&'g Guarded<'a>>,
    places: &'g [Place],
}

impl<'g, 'a> LockedShards<'g, 'a> {
    /// Of a command whose names have these places.
    pub(super) fn new(
        state: &'a State,
        (catalog, prepared): (&'g Programs, &'g Prepared),
        guards: &'g Guards<'a>,
        places: &'g Places,
    ) -> LockedShards<'g, 'a> {
        let (guards, places) = (guards.shards(), places.as_slice());
        let first = places.first().and_then(|place| guards.get(place.at as usize));
        LockedShards { state, catalog, prepared, guards, first, places }
    }

    /// The shard of something, if it is in the lock set.
    fn shard(&self, name: &LockName) -> Result<&'g Guarded<'a>, Undecided> {
        let raw = name.raw();
        let named = self.places.iter().find(|place| place.raw == raw);
        named.and_then(|place| self.guards.get(place.at as usize)).ok_or(Undecided::Outside(*name))
    }

    /// The shard of something that was decided upon: it is locked.
    fn locked(&self, name: &LockName) -> Result<&'g Guarded<'a>, Fault> {
        self.shard(name).map_err(|_| Fault::io(format!("{name} was decided upon without its lock")))
    }

    /// A record by its key, if it is in memory or in no table.
    fn record<T: Table>(
        &self,
        shard: &Guarded<'a>,
        key: &T::Key,
        cold: Cold,
        cache: impl for<'s> Fn(&'s mut Shard) -> &'s mut RecordCache<T::Key, T::Value>,
    ) -> Result<Option<T::Value>, Undecided>
    where
        T::Key: Hash,
    {
        let mut shard = shard.borrow_mut();
        let cache = cache(&mut shard);
        if let Some(value) = cache.get(key) {
            return Ok(Some(value.clone()));
        }
        if !cache.may_be_stored(key) || self.prepared.is_absent(&cold, cache.applied()) {
            return Ok(None);
        }
        if !self.prepared.reads_under_locks() {
            return Err(Undecided::Cold(cold));
        }
        let value = rows::get::<T>(self.state.store.as_ref(), key)?;
        if let Some(value) = &value {
            cache.keep(*key, value.clone());
        }
        Ok(value)
    }

    /// A partner's blocks that changed since the last checkpoint, newest state.
    pub(super) fn changed_blocks(&self, key: PartnerKey) -> Result<BTreeMap<BlockId, Block>, Undecided> {
        let shard = self.shard(&key.lock())?.borrow();
        let own = shard.blocks.changed().filter(|(block, _)| block.owner() == key);
        Ok(own.map(|(key, block)| (key.block, block.clone())).collect())
    }

    /// What was cancelled of a request that is locked.
    pub(super) fn correction(&self, request: &RequestKey) -> Result<Option<Correction>, Fault> {
        let mut shard = self.locked(&LockName::Request(*request))?.borrow_mut();
        match shard.changed_row::<Corrections>(request)? {
            Some(row) => Ok(row),
            None => rows::get::<Corrections>(self.state.store.as_ref(), request),
        }
    }

    /// Applies a decision's effects: the one place where a record is written, with all its index rows.
    pub(super) fn apply(&self, effects: &mut Effects) -> Result<(), Fault> {
        for (key, member, before) in effects.members.drain_changed() {
            let mut shard = self.locked(&key.lock())?.borrow_mut();
            let due = member.next_due;
            shard.members.put(key, member);
            put_due(&mut shard.active, key.program, Subject::Member(key.member), (before, due))?;
        }
        for (key, partner, before) in effects.partners.drain_changed() {
            let mut shard = self.locked(&key.lock())?.borrow_mut();
            let due = partner.next_due;
            shard.partners.put(key, partner);
            put_due(&mut shard.active, key.program, Subject::Partner(key.partner), (before, due))?;
        }
        for (key, block, _) in effects.blocks.drain_changed() {
            self.locked(&key.owner().lock())?.borrow_mut().blocks.put(key, block);
        }
        for (key, source, _) in effects.sources.drain_changed() {
            self.locked(&key.lock())?.borrow_mut().sources.put(key, source);
        }
        effects.rows.drain(&mut ApplyRows(self))?;
        let counts_nothing = effects.totals.is_empty() && effects.cohorts.is_empty() && effects.expiring.is_empty();
        if !counts_nothing {
            let shard = self.first.ok_or_else(|| Fault::io("totals without a lock"))?;
            let mut shard = shard.borrow_mut();
            for counted in effects.totals.drain(..) {
                shard.active.totals.entry(counted.key).or_default().count(counted.figure, counted.points);
            }
            for counted in effects.cohorts.drain(..) {
                shard.active.cohorts.entry(counted.key).or_default().count(counted.figure, counted.points);
            }
            for (key, points) in effects.expiring.drain(..) {
                let sum = shard.active.expiring.entry(key).or_default();
                *sum = sum.saturating_add(points);
            }
        }
        Ok(())
    }

    /// Notes in the index of the audit log what an entry is about. Marks may gather in any shard, as sums do.
    pub(super) fn mark(&self, command: &Command, (sequence, now): (Sequence, Timestamp), outcome: &Outcome) {
        let (Outcome::Done { legs, .. }, Some(shard)) = (outcome, self.first) else { return };
        shard.borrow_mut().active.marks.note(command, now, legs, sequence);
    }

    /// Marks a request id as used.
    pub(super) fn use_request(&self, key: RequestKey, sequence: Sequence) -> Result<(), Fault> {
        self.locked(&LockName::Request(key))?.borrow_mut().use_request(key, sequence);
        Ok(())
    }
}

/// Takes the rows of a decision into memory, with the index rows that follow from them.
struct ApplyRows<'a, 'g, 's>(&'a LockedShards<'g, 's>);

impl RowSink for ApplyRows<'_, '_, '_> {
    type Error = Fault;

    fn row<T: RowTable>(&mut self, key: T::Key, value: Option<T::Value>) -> Result<(), Fault> {
        let mut shard = self.0.locked(&T::lock(&key))?.borrow_mut();
        shard.active.rows(T::ID).put::<T>(&key, value.as_ref())
    }

    fn count(&mut self, key: CountKey, counted: Counted) -> Result<(), Fault> {
        self.0.locked(&SourceCounts::lock(&key))?.borrow_mut().counts.put(key, counted);
        Ok(())
    }

    fn item(&mut self, key: ItemKey, item: Option<Item>) -> Result<(), Fault> {
        let mut shard = self.0.locked(&Items::lock(&key))?.borrow_mut();
        let expires_at = item.as_ref().and_then(|item| item.expires_at);
        if let (true, Some(expiry)) = (key.position.is_first_in(), expires_at) {
            let position = ItemPosition::at(expiry, key.position.id);
            let open = item.as_ref().filter(|item| item.is_open()).map(|_| ());
            shard.active.rows(Expiries::ID).put::<Expiries>(&ItemKey { position, ..key }, open.as_ref())?;
        }
        shard.active.rows(Items::ID).put::<Items>(&key, item.as_ref())?;
        shard.next_items.put(key, item);
        Ok(())
    }
}

/// Moves the row of a subject among the due ones.
fn put_due(
    delta: &mut Delta,
    program: ProgramId,
    subject: Subject,
    (before, after): (Option<Timestamp>, Option<Timestamp>),
) -> Result<(), Fault> {
    if before == after {
        return Ok(());
    }
    let rows = delta.rows(TableId::Due);
    if let Some(due_at) = before {
        rows.put::<Due>(&DueKey { program, due_at, subject }, None)?;
    }
    if let Some(due_at) = after {
        rows.put::<Due>(&DueKey { program, due_at, subject }, Some(&()))?;
    }
    Ok(())
}

impl View for LockedShards<'_, '_> {
    fn program(&self, id: ProgramId) -> Option<&Program> {
        self.catalog.get(&id)
    }

    fn member(&self, key: MemberKey) -> Result<Option<Member>, Undecided> {
        self.record::<Members>(self.shard(&key.lock())?, &key, Cold::Member(key), |shard| &mut shard.members)
    }

    fn partner(&self, key: PartnerKey) -> Result<Option<Partner>, Undecided> {
        self.record::<Partners>(self.shard(&key.lock())?, &key, Cold::Partner(key), |shard| &mut shard.partners)
    }

    fn block(&self, key: BlockKey) -> Result<Option<Block>, Undecided> {
        self.record::<Blocks>(self.shard(&key.owner().lock())?, &key, Cold::Block(key), |shard| &mut shard.blocks)
    }

    fn source(&self, key: SourceKey) -> Result<Option<Source>, Undecided> {
        self.record::<Sources>(self.shard(&key.lock())?, &key, Cold::Source(key), |shard| &mut shard.sources)
    }

    fn count(&self, key: CountKey) -> Result<Option<Counted>, Undecided> {
        let lock = SourceCounts::lock(&key);
        self.record::<SourceCounts>(self.shard(&lock)?, &key, Cold::Count(key), |shard| &mut shard.counts)
    }

    fn row<T: RowTable>(&self, key: &T::Key) -> Result<Option<T::Value>, Undecided> {
        let mut shard = self.shard(&T::lock(key))?.borrow_mut();
        if let Some(row) = shard.changed_row::<T>(key)? {
            return Ok(row);
        }
        Ok(rows::get::<T>(self.state.store.as_ref(), key)?)
    }

    fn rows<T: RowTable>(&self, range: Range<T::Key>, limit: usize) -> Result<FoundRows<T>, Undecided> {
        let shard = self.shard(&T::lock(&range.start))?;
        let read = self.state.store.as_ref();
        let stored = Rows::between(read, range.start.to_bytes(), range.end.to_bytes(), limit);
        Ok(merge::rows::<T>(&mut shard.borrow_mut(), stored, &range, limit)?)
    }

    fn item(&self, key: &ItemKey) -> Result<Option<Item>, Undecided> {
        let known = self.shard(&Items::lock(key))?.borrow_mut().next_items.find(key);
        known.map_or_else(|| self.row::<Items>(key), Ok)
    }

    fn items(&self, range: Range<ItemKey>, limit: usize) -> Result<FoundRows<Items>, Undecided> {
        let ItemKey { account, position } = range.start;
        if limit > next_items::READ || range.end.position != ItemPosition::LAST {
            return self.rows::<Items>(range, limit);
        }
        let shard = self.shard(&Items::lock(&range.start))?;
        if let Some(items) = shard.borrow_mut().next_items.get(&account, position, limit) {
            return Ok(items);
        }
        let mut items = self.rows::<Items>(range, next_items::READ)?;
        shard.borrow_mut().next_items.keep(account, position, &items, items.len() < next_items::READ);
        items.truncate(limit);
        Ok(items)
    }

    fn request(&self, key: RequestKey) -> Result<Option<Sequence>, Undecided> {
        let known = self.shard(&LockName::Request(key))?.borrow().known_request(&key);
        match known {
            Known::New => Ok(None),
            Known::Used(sequence) => Ok(Some(sequence)),
            Known::PerhapsStored => Ok(requests::find(self.state.store.as_ref(), &key)?),
        }
    }

    fn entry(&self, sequence: Sequence) -> Result<Entry, Undecided> {
        self.prepared.entry(sequence).cloned().ok_or(Undecided::Cold(Cold::Entry(sequence)))
    }
}
