//! The shards that one command touches, locked: what the rules see, and where their changes go.

use super::changed::Changed;
use super::delta::{Delta, Known, Shard};
use super::heads;
use super::merge;
use super::resident::Resident;
use super::state::State;
use super::sync::{Mutant, Mutex, MutexGuard, planted};
use crate::domain::{
    AccountKey, Block, BlockId, BlockKey, Correction, CorrectionKey, Entry, Fault, Item, ItemKey, ItemPosition, Member,
    MemberKey, Partner, PartnerKey, Program, ProgramId, RequestKey, Sequence, Subject, Timestamp,
};
use crate::machine::{Changes, View};
use crate::storage::keys::{DueKey, Key};
use crate::storage::rows::{self, Rows};
use crate::storage::{Blocks, Corrections, Expiries, Future, Items, Members, Partners, Requests, Table};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::hash::Hash;

/// Everything that a command touches, by which its shards are found.
#[derive(Debug, Clone, Default)]
pub(super) struct Touched {
    /// Its own request id, and that of the transaction it cancels.
    pub(super) requests: [Option<RequestKey>; 2],
    pub(super) member: Option<MemberKey>,
    pub(super) partner: Option<PartnerKey>,
    /// The transaction it cancels, where there is one.
    pub(super) original: Option<Box<Entry>>,
}

/// Most shards that one command touches: two requests, a member, a partner.
const SHARDS_MAX: usize = 4;

/// Tries for a shard before a thread sleeps: a command holds it for microseconds, and to be woken takes several.
const TRIES: usize = if cfg!(all(test, shuttle)) { 0 } else { 100 };

fn lock_soon(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    for _ in 0..TRIES {
        if let Some(locked) = shard.try_lock() {
            return locked;
        }
        std::hint::spin_loop();
    }
    shard.lock()
}

/// Locked shards.
pub(super) struct Locked<'a> {
    state: &'a State,
    catalog: &'a BTreeMap<ProgramId, Program>,
    touched: &'a Touched,
    /// In the order of their indexes.
    shards: [Option<RefCell<MutexGuard<'a, Shard>>>; SHARDS_MAX],
    /// Where among them: the two requests, the member, the partner.
    places: [usize; SHARDS_MAX],
    /// Set when the rules asked for something outside the locked shards: lock again, with more.
    strayed: Cell<bool>,
}

impl<'a> Locked<'a> {
    /// Locks the shards of everything touched, in the order of their indexes, so that no two commands can wait for
    /// each other.
    pub(super) fn new(state: &'a State, catalog: &'a BTreeMap<ProgramId, Program>, touched: &'a Touched) -> Locked<'a> {
        let [own, other] = touched.requests;
        let indexes = [
            own.map(|key| state.shard_of(&key)),
            other.map(|key| state.shard_of(&key)),
            touched.member.map(|key| state.shard_of(&key)),
            touched.partner.map(|key| state.shard_of(&key)),
        ];
        let mut ordered = indexes;
        ordered.sort_unstable();
        if planted(Mutant::LockedInAnyOrder) && touched.member.is_some_and(|key| key.member.0 == 1) {
            ordered.reverse();
        }
        let mut last = None;
        let shards = ordered.map(|index| {
            let index = index.filter(|index| last.replace(*index) != Some(*index))?;
            Some(RefCell::new(lock_soon(state.shards.get(index)?)))
        });
        let places = indexes.map(|index| ordered.iter().position(|ordered| *ordered == index).unwrap_or(SHARDS_MAX));
        Locked { state, catalog, touched, shards, places, strayed: Cell::new(false) }
    }

    pub(super) fn strayed(&self) -> bool {
        self.strayed.get()
    }

    /// The shard of something touched, where it is that.
    fn shard(&self, is_touched: bool, which: usize) -> Result<&RefCell<MutexGuard<'a, Shard>>, Fault> {
        let place = self.places.get(which).filter(|_| is_touched);
        let shard = place.and_then(|place| self.shards.get(*place)?.as_ref());
        shard.ok_or_else(|| {
            self.strayed.set(true);
            Fault::io("asked for something outside the locked shards")
        })
    }

    fn request_shard(&self, key: RequestKey) -> Result<&RefCell<MutexGuard<'a, Shard>>, Fault> {
        let [own, _] = self.touched.requests;
        if own == Some(key) { self.shard(true, 0) } else { self.shard(self.touched.requests.contains(&Some(key)), 1) }
    }

    fn member_shard(&self, key: MemberKey) -> Result<&RefCell<MutexGuard<'a, Shard>>, Fault> {
        self.shard(self.touched.member == Some(key), 2)
    }

    fn partner_shard(&self, key: PartnerKey) -> Result<&RefCell<MutexGuard<'a, Shard>>, Fault> {
        self.shard(self.touched.partner == Some(key), 3)
    }

    /// A record by its key: as it is in memory, or as the tables have it; then it is kept.
    fn record<T: Table>(
        &self,
        shard: &RefCell<MutexGuard<'a, Shard>>,
        key: &T::Key,
        resident: impl for<'s> Fn(&'s mut Shard) -> &'s mut Resident<T::Key, T::Value>,
    ) -> Result<Option<T::Value>, Fault>
    where
        T::Key: Hash,
    {
        let mut shard = shard.borrow_mut();
        let resident = resident(&mut shard);
        if let Some(value) = resident.get(key) {
            return Ok(Some(value.clone()));
        }
        if !resident.may_be_stored(key) {
            return Ok(None);
        }
        let value = rows::get::<T>(self.state.store.as_ref(), key)?;
        if let Some(value) = &value {
            resident.keep(*key, value.clone());
        }
        Ok(value)
    }

    /// Up to `limit` rows of an account, from a position on.
    fn account_rows<T: Table<Key = ItemKey>>(
        &self,
        account: AccountKey,
        from: ItemPosition,
        limit: usize,
        pick: impl Fn(&mut Delta) -> &mut Changed<T>,
    ) -> Result<Vec<(ItemPosition, T::Value)>, Fault> {
        let end = ItemKey { account, position: ItemPosition::LAST };
        let range = ItemKey { account, position: from }..end;
        let read = self.state.store.as_ref();
        let stored = Rows::between(read, range.start.to_bytes(), range.end.to_bytes(), limit);
        let mut shard = self.member_shard(account.owner())?.borrow_mut();
        let rows = merge::rows::<T>(&mut shard, pick, stored, range, limit)?;
        Ok(rows.into_iter().map(|(key, value)| (key.position, value)).collect())
    }

    /// A partner's blocks that changed since the last checkpoint, newest state.
    pub(super) fn changed_blocks(&self, key: PartnerKey) -> Result<BTreeMap<BlockId, Block>, Fault> {
        let shard = self.partner_shard(key)?.borrow();
        let own = shard.blocks.changed().filter(|(block, _)| block.owner() == key);
        Ok(own.map(|(key, block)| (key.block, block.clone())).collect())
    }

    /// Applies a decision's changes: the one place where a record is written, with all its index rows.
    pub(super) fn apply(&self, changes: &mut Changes) -> Result<(), Fault> {
        if let Some((key, member)) = changes.member.take() {
            let mut shard = self.member_shard(key)?.borrow_mut();
            let due = member.next_due;
            let before = shard.members.put(key, member, |before| before.next_due).flatten();
            put_due(&mut shard.active, key.program, Subject::Member(key.member), before, due);
        }
        if let Some((key, partner)) = changes.partner.take() {
            let mut shard = self.partner_shard(key)?.borrow_mut();
            let due = partner.next_due;
            let before = shard.partners.put(key, partner, |before| before.next_due).flatten();
            put_due(&mut shard.active, key.program, Subject::Partner(key.partner), before, due);
        }
        for (key, block) in changes.blocks.drain(..) {
            self.partner_shard(key.owner())?.borrow_mut().blocks.put(key, block, |_| ());
        }
        for (key, item) in changes.items.drain(..) {
            let mut shard = self.member_shard(key.account.owner())?.borrow_mut();
            if let (true, Some(expiry)) = (key.position.is_first_in(), item.expires_at) {
                let position = ItemPosition::at(expiry, key.position.id);
                let open = item.remaining.is_positive().then_some(());
                shard.active.expiries.put(ItemKey { position, ..key }, open);
            }
            shard.heads.put(key, item);
            shard.active.items.put(key, Some(item));
        }
        for (key, item) in changes.future.drain(..) {
            self.member_shard(key.account.owner())?.borrow_mut().active.future.put(key, item);
        }
        if let Some(member) = self.touched.member {
            let mut shard = self.member_shard(member)?.borrow_mut();
            for (key, totals) in changes.totals.drain(..) {
                shard.active.totals.entry(key).or_default().add(&totals);
            }
            shard.active.corrections.extend(changes.correction.take());
        }
        Ok(())
    }

    /// Marks a request id as used.
    pub(super) fn use_request(&self, key: RequestKey, sequence: Sequence) -> Result<(), Fault> {
        self.request_shard(key)?.borrow_mut().use_request(key, sequence);
        Ok(())
    }
}

/// Moves the row of a member or partner among the due ones.
fn put_due(
    delta: &mut Delta,
    program: ProgramId,
    subject: Subject,
    before: Option<Timestamp>,
    after: Option<Timestamp>,
) {
    if before == after {
        return;
    }
    if let Some(due_at) = before {
        delta.due.put(DueKey { program, due_at, subject }, None);
    }
    if let Some(due_at) = after {
        delta.due.put(DueKey { program, due_at, subject }, Some(()));
    }
}

impl View for Locked<'_> {
    fn program(&self, id: ProgramId) -> Option<&Program> {
        self.catalog.get(&id)
    }

    fn member(&self, key: MemberKey) -> Result<Option<Member>, Fault> {
        self.record::<Members>(self.member_shard(key)?, &key, |shard| &mut shard.members)
    }

    fn partner(&self, key: PartnerKey) -> Result<Option<Partner>, Fault> {
        self.record::<Partners>(self.partner_shard(key)?, &key, |shard| &mut shard.partners)
    }

    fn block(&self, key: BlockKey) -> Result<Option<Block>, Fault> {
        self.record::<Blocks>(self.partner_shard(key.owner())?, &key, |shard| &mut shard.blocks)
    }

    fn item(&self, key: ItemKey) -> Result<Option<Item>, Fault> {
        let mut shard = self.member_shard(key.account.owner())?.borrow_mut();
        let active = shard.active.items.get(&key).copied();
        let frozen = || shard.frozen.as_ref()?.lock().items.get(&key).copied();
        match active.or_else(frozen) {
            Some(item) => Ok(item),
            None => rows::get::<Items>(self.state.store.as_ref(), &key),
        }
    }

    fn items(&self, account: AccountKey, from: ItemPosition, limit: usize) -> Result<Vec<(ItemPosition, Item)>, Fault> {
        if limit > heads::READ {
            return self.account_rows::<Items>(account, from, limit, |delta| &mut delta.items);
        }
        let shard = self.member_shard(account.owner())?;
        if let Some(items) = shard.borrow_mut().heads.get(&account, from, limit) {
            return Ok(items);
        }
        let mut items = self.account_rows::<Items>(account, from, heads::READ, |delta| &mut delta.items)?;
        shard.borrow_mut().heads.keep(account, from, &items, items.len() < heads::READ);
        items.truncate(limit);
        Ok(items)
    }

    fn future(
        &self,
        account: AccountKey,
        from: ItemPosition,
        limit: usize,
    ) -> Result<Vec<(ItemPosition, Item)>, Fault> {
        self.account_rows::<Future>(account, from, limit, |delta| &mut delta.future)
    }

    fn expiries(&self, account: AccountKey, from: ItemPosition, limit: usize) -> Result<Vec<ItemPosition>, Fault> {
        let rows = self.account_rows::<Expiries>(account, from, limit, |delta| &mut delta.expiries)?;
        Ok(rows.into_iter().map(|(position, ())| position).collect())
    }

    fn request(&self, key: RequestKey) -> Result<Option<Sequence>, Fault> {
        match self.request_shard(key)?.borrow().known_request(&key) {
            Known::New => Ok(None),
            Known::Used(sequence) => Ok(Some(sequence)),
            Known::PerhapsStored => rows::get::<Requests>(self.state.store.as_ref(), &key),
        }
    }

    fn entry(&self, sequence: Sequence) -> Result<Entry, Fault> {
        match &self.touched.original {
            Some(entry) if entry.sequence == sequence => Ok(entry.as_ref().clone()),
            _ => {
                self.state.journal.wait(sequence).map_err(|error| Fault::io(error.what))?;
                self.state.durable_entry(sequence)
            }
        }
    }

    fn correction(&self, key: CorrectionKey) -> Result<Option<Correction>, Fault> {
        // asked for, but not looked up before the locks were taken: the transaction came in between
        self.strayed.set(self.strayed.get() || self.touched.original.is_none());
        let Some(member) = self.touched.member else { return Ok(None) };
        let shard = self.member_shard(member)?.borrow();
        match shard.changed(|delta| delta.corrections.get(&key).cloned()) {
            Some(correction) => Ok(Some(correction)),
            None => rows::get::<Corrections>(self.state.store.as_ref(), &key),
        }
    }
}
