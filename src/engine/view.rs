//! What a report looks at: the tables with what is in memory laid over them, as of one entry of the journal. Nothing is
//! written for it.
//!
//! All shards are frozen as for a checkpoint, and melt when the report is done: what was frozen is changed as before,
//! and what changed meanwhile comes on top. While somebody looks, no checkpoint is made.

use super::core::Core;
use super::delta::{Delta, Shard};
use super::error::Error;
use super::marks;
use super::record_cache::RecordCache;
use super::sums::{Parts, summed};
use super::sync::{Mutex, MutexGuard};
use crate::domain::keys::Key;
use crate::domain::tables::{OpenBlocks, RowTable};
use crate::domain::{
    BlockKey, CatalogKey, Definition, Fault, LockName, MemberKey, PartnerKey, RequestKey, Sequence, SourceKey, TextKey,
};
use crate::storage::rows;
use crate::storage::{
    AuditMarks, Blocks, Catalog, Expiries, Forwards, Future, Items, Members, Partners, Read, Requests, SourceCounts,
    Sources, Table, TableId, Visit,
};
use std::collections::BTreeMap;
use std::hash::Hash;
use std::iter::Peekable;
use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};

/// Changed rows by key, encoded; without a value, deleted.
type Changed = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Adds a part to a stored sum; `None` where nothing is left.
type Added = fn(&[u8], &[u8]) -> Result<Option<Vec<u8>>, Fault>;

/// Rows of a shard that are taken down at once.
const PART: usize = 64;

/// The tables and the memory, as of one entry.
pub(super) struct View<'a> {
    core: &'a Core,
    stored: Box<dyn Read + 'a>,
    /// The newest entry that is shown.
    sequence: Sequence,
    /// By the number of their shard.
    frozen: Vec<Arc<Mutex<Delta>>>,
    definitions: Vec<(CatalogKey, Definition)>,
    /// Tables whose changed rows are not kept in order: all of them, sorted at the first look.
    sorted: [OnceLock<Result<Changed, Fault>>; TableId::ALL.len()],
    /// Tables of sums: what is to be added to their rows.
    parts: [OnceLock<Result<Parts, Fault>>; TableId::ALL.len()],
}

/// Gives a report what there is at this moment. It is shown nothing that is not durable.
pub(super) fn look<R>(core: &Core, look: impl FnOnce(&dyn Read) -> R) -> Result<R, Error> {
    let _turn = core.checkpointer.turn();
    let frozen = Melting::now(core)?;
    core.state.journal.wait(frozen.sequence)?;
    let Melting { deltas, definitions, .. } = &frozen;
    let view = View {
        core,
        stored: core.state.store.snapshot(core.epoch)?,
        sequence: frozen.sequence,
        frozen: deltas.clone(),
        definitions: definitions.clone(),
        sorted: std::array::from_fn(|_| OnceLock::new()),
        parts: std::array::from_fn(|_| OnceLock::new()),
    };
    Ok(look(&view))
}

/// Shards that are frozen, and melt when this is dropped, also by a panic.
struct Melting<'a> {
    core: &'a Core,
    sequence: Sequence,
    deltas: Vec<Arc<Mutex<Delta>>>,
    definitions: Vec<(CatalogKey, Definition)>,
}

impl<'a> Melting<'a> {
    /// Freezes all shards at the last entry of the journal, under all locks.
    fn now(core: &'a Core) -> Result<Melting<'a>, Error> {
        let catalog = core.catalog.write();
        let mut shards: Vec<MutexGuard<'_, _>> = core.state.shards.iter().map(|shard| shard.lock()).collect();
        // IMPORTANT: after a failed checkpoint its frozen records are in no table; freezing again would lose them
        if let Some(error) = core.state.journal.failure() {
            return Err(error);
        }
        let sequence = core.state.journal.last();
        let deltas = shards.iter_mut().map(|shard| shard.freeze()).collect();
        core.checkpointer.froze();
        Ok(Melting { core, sequence, deltas, definitions: catalog.pending.clone() })
    }
}

impl Drop for Melting<'_> {
    fn drop(&mut self) {
        for shard in &self.core.state.shards {
            shard.lock().melt();
        }
        self.core.checkpointer.melted();
    }
}

impl View<'_> {
    /// The changed rows of a table that are kept in no order, if it is such a table.
    fn sorted(&self, table: TableId) -> Option<Result<&Changed, Fault>> {
        let gather: fn(&View<'_>) -> Result<Changed, Fault> = match table {
            TableId::Catalog => |view| view.of_catalog(),
            TableId::Members => |view| view.of_records::<Members>(|shard| &mut shard.members),
            TableId::Partners => |view| view.of_records::<Partners>(|shard| &mut shard.partners),
            TableId::Blocks => |view| view.of_records::<Blocks>(|shard| &mut shard.blocks),
            TableId::Sources => |view| view.of_records::<Sources>(|shard| &mut shard.sources),
            TableId::SourceCounts => |view| view.of_records::<SourceCounts>(|shard| &mut shard.counts),
            TableId::Requests => |view| view.of_requests(),
            TableId::AuditMarks => |view| view.of_marks(),
            _ => return None,
        };
        let rows = self.sorted.get(table as usize)?.get_or_init(|| gather(self));
        Some(rows.as_ref().map_err(Clone::clone))
    }

    /// What is to be added to the rows of a table, and how, if it is one of sums.
    fn parts_of(&self, table: TableId) -> Option<Result<(&Parts, Added), Fault>> {
        let summed = summed(table)?;
        let parts = self.parts.get(table as usize)?.get_or_init(|| (summed.parts)(&self.frozen));
        Some(parts.as_ref().map(|parts| (parts, summed.added)).map_err(Clone::clone))
    }

    fn of_catalog(&self) -> Result<Changed, Fault> {
        let rows = self.definitions.iter().map(|(key, row)| encoded::<Catalog>(key, Some(row)));
        rows.collect()
    }

    fn of_marks(&self) -> Result<Changed, Fault> {
        let mut changed = Changed::new();
        marks::rows(self.core, &self.frozen, &mut |key, row| {
            changed.extend([encoded::<AuditMarks>(key, Some(row))?]);
            Ok(())
        })?;
        Ok(changed)
    }

    fn of_requests(&self) -> Result<Changed, Fault> {
        let mut changed = Changed::new();
        for delta in &self.frozen {
            for (key, sequence) in delta.lock().requests.iter() {
                changed.extend([encoded::<Requests>(key, Some(sequence))?]);
            }
        }
        Ok(changed)
    }

    fn of_records<T: Table>(
        &self,
        cache: impl Fn(&mut Shard) -> &mut RecordCache<T::Key, T::Value>,
    ) -> Result<Changed, Fault>
    where
        T::Key: Hash,
    {
        let mut changed = Changed::new();
        for shard in &self.core.state.shards {
            for (key, value) in cache(&mut shard.lock()).frozen() {
                changed.extend([encoded::<T>(key, Some(value))?]);
            }
        }
        Ok(changed)
    }

    /// A record as it was when it was frozen, if it had changed.
    fn record<T: Table>(
        &self,
        key: &[u8],
        lock: impl Fn(&T::Key) -> LockName,
        cache: impl Fn(&mut Shard) -> &mut RecordCache<T::Key, T::Value>,
    ) -> Result<Option<Vec<u8>>, Fault>
    where
        T::Key: Hash,
    {
        let Some(key) = T::Key::from_bytes(key) else { return Ok(None) };
        let Some(shard) = self.core.state.shard(&lock(&key)) else { return Ok(None) };
        let mut shard = shard.lock();
        let frozen = cache(&mut shard).frozen_value(&key);
        frozen.map(|value| encoded::<T>(&key, Some(value)).map(|(_, value)| value.unwrap_or_default())).transpose()
    }

    /// The shards that may hold changed rows with these keys.
    fn shards(&self, table: TableId, from: &[u8], to: &[u8]) -> &[Arc<Mutex<Delta>>] {
        let [first, last] = [from, to].map(|key| owner(table, key));
        match first.filter(|_| first == last).map(|lock| self.core.state.shard_of(&lock)) {
            Some(at) => self.frozen.get(at..at.saturating_add(1)).unwrap_or_default(),
            None => &self.frozen,
        }
    }

    /// Where the stored due rows of a range begin.
    fn first_due(&self, from: &[u8], to: &[u8]) -> Result<Vec<u8>, Fault> {
        let firsts = &self.core.state.due_first;
        let mut first = to.to_vec();
        self.stored.scan(TableId::Due, firsts.from(from).as_slice().min(to), to, &mut |key, _| {
            first = key.to_vec();
            Ok(ControlFlow::Break(()))
        })?;
        firsts.found(from, &first);
        Ok(first)
    }

    /// Changed rows of a table that is kept in order, from `from` on: all of them before the key that is given, too.
    fn part(&self, table: TableId, from: &[u8], to: &[u8]) -> (Changed, Vec<u8>) {
        let (mut rows, mut end) = (Changed::new(), to.to_vec());
        for delta in self.shards(table, from, to) {
            let mut delta = delta.lock();
            let mut found = delta.rows(table).between(from, &end);
            rows.extend(found.by_ref().take(PART).map(|(key, value)| (key.to_vec(), value.map(<[u8]>::to_vec))));
            if let Some((key, _)) = found.next() {
                end = key.to_vec();
            }
        }
        let _beyond = rows.split_off(&end);
        (rows, end)
    }
}

/// Whose lock guards a row, in tables whose keys begin with him.
fn owner(table: TableId, key: &[u8]) -> Option<LockName> {
    fn of<T: RowTable>(key: &[u8]) -> Option<LockName> {
        T::Key::from_bytes(key).map(|key| T::lock(&key))
    }
    match table {
        TableId::Items => of::<Items>(key),
        TableId::Future => of::<Future>(key),
        TableId::Expiries => of::<Expiries>(key),
        TableId::Forwards => of::<Forwards>(key),
        TableId::OpenBlocks => of::<OpenBlocks>(key),
        _ => None,
    }
}

fn encoded<T: Table>(key: &T::Key, value: Option<&T::Value>) -> Result<(Vec<u8>, Option<Vec<u8>>), Fault> {
    let encode = |value: &T::Value| {
        let mut bytes = Vec::new();
        rows::encode::<T>(value, &mut bytes).map(|()| bytes)
    };
    Ok((key.to_bytes(), value.map(encode).transpose()?))
}

impl Read for View<'_> {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let record = match table {
            TableId::Members => self.record::<Members>(key, MemberKey::lock, |shard| &mut shard.members)?,
            TableId::Partners => self.record::<Partners>(key, PartnerKey::lock, |shard| &mut shard.partners)?,
            TableId::Blocks => {
                self.record::<Blocks>(key, |key: &BlockKey| key.owner().lock(), |shard| &mut shard.blocks)?
            }
            TableId::Sources => self.record::<Sources>(key, SourceKey::lock, |shard| &mut shard.sources)?,
            TableId::SourceCounts => self.record::<SourceCounts>(key, SourceCounts::lock, |shard| &mut shard.counts)?,
            TableId::Requests => {
                let key = RequestKey::from_bytes(key);
                let shard = key.and_then(|key| self.frozen.get(self.core.state.shard_of(&LockName::Request(key))));
                let used = key.zip(shard).and_then(|(key, shard)| shard.lock().requests.get(&key));
                used.map(|sequence| {
                    let mut bytes = Vec::new();
                    rows::encode::<Requests>(&sequence, &mut bytes).map(|()| bytes)
                })
                .transpose()?
            }
            TableId::Catalog | TableId::AuditMarks => {
                match self.sorted(table).transpose()?.and_then(|rows| rows.get(key)) {
                    Some(changed) => return Ok(changed.clone()),
                    None => None,
                }
            }
            rows => {
                if let Some((parts, added)) = self.parts_of(rows).transpose()? {
                    let stored = self.stored.get(rows, key)?;
                    return match (stored, parts.get(key)) {
                        (Some(stored), Some(part)) => added(&stored, part),
                        (stored, part) => Ok(stored.or_else(|| part.cloned())),
                    };
                }
                for delta in self.shards(rows, key, key) {
                    if let Some(changed) = delta.lock().rows(rows).find(key) {
                        return Ok(changed.map(<[u8]>::to_vec));
                    }
                }
                None
            }
        };
        if record.is_some() { Ok(record) } else { self.stored.get(table, key) }
    }

    fn scan(&self, table: TableId, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), Fault> {
        if from >= to {
            return Ok(());
        }
        if let Some(rows) = self.sorted(table) {
            let rows = rows?.range::<[u8], _>((std::ops::Bound::Included(from), std::ops::Bound::Excluded(to)));
            return merge(self.stored.as_ref(), (table, from, to), rows, visit).map(drop);
        }
        if let Some((parts, added)) = self.parts_of(table).transpose()? {
            let parts = parts.range::<[u8], _>((std::ops::Bound::Included(from), std::ops::Bound::Excluded(to)));
            return merge_sums(self.stored.as_ref(), (table, from, to), (parts, added), visit);
        }
        let stored_from = if table == TableId::Due { self.first_due(from, to)? } else { Vec::new() };
        let mut from = from.to_vec();
        while from.as_slice() < to {
            let (rows, end) = self.part(table, &from, to);
            let stored_from = from.as_slice().max(&stored_from).min(&end);
            if merge(self.stored.as_ref(), (table, stored_from, &end), rows.iter(), visit)? == ControlFlow::Break(()) {
                return Ok(());
            }
            from = end;
        }
        Ok(())
    }

    fn last_key(&self, table: TableId) -> Result<Option<Vec<u8>>, Fault> {
        let mut last = None;
        self.scan(table, &[], &[0xFF; crate::domain::keys::KEY_BYTES_MAX], &mut |key, _| {
            last = Some(key.to_vec());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(last)
    }

    fn journal(&self, from: Sequence, visit: &mut Visit<'_>) -> Result<(), Fault> {
        self.stored.journal(from, visit)
    }

    fn shown(&self) -> Sequence {
        self.sequence
    }

    fn text(&self, key: TextKey) -> Result<Option<Vec<u8>>, Fault> {
        self.stored.text(key)
    }

    fn referred(&self, newest: TextKey, limit: usize) -> Result<Vec<Sequence>, Fault> {
        self.stored.referred(newest, limit)
    }

    fn journal_record(&self, at: Sequence) -> Result<Option<(Sequence, Vec<u8>)>, Fault> {
        self.stored.journal_record(at)
    }
}

/// Gives the rows of a table with changed ones in their places, in order.
fn merge<'r>(
    stored: &dyn Read,
    (table, from, to): (TableId, &[u8], &[u8]),
    changed: impl Iterator<Item = (&'r Vec<u8>, &'r Option<Vec<u8>>)>,
    visit: &mut Visit<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let mut changed = changed.peekable();
    let mut flow = ControlFlow::Continue(());
    stored.scan(table, from, to, &mut |key, value| {
        flow = before(&mut changed, Some(key), visit)?;
        if flow == ControlFlow::Continue(()) && changed.next_if(|(newer, _)| newer.as_slice() == key).is_none() {
            flow = visit(key, value)?;
        }
        Ok(flow)
    })?;
    if flow == ControlFlow::Break(()) { Ok(flow) } else { before(&mut changed, None, visit) }
}

/// Gives the rows of a table of sums with the parts added to them, in order.
fn merge_sums<'r>(
    stored: &dyn Read,
    (table, from, to): (TableId, &[u8], &[u8]),
    (parts, added): (impl Iterator<Item = (&'r Vec<u8>, &'r Vec<u8>)>, Added),
    visit: &mut Visit<'_>,
) -> Result<(), Fault> {
    let mut parts = parts.peekable();
    let mut flow = ControlFlow::Continue(());
    stored.scan(table, from, to, &mut |key, value| {
        while let Some((newer, part)) = parts.next_if(|(newer, _)| newer.as_slice() < key) {
            flow = visit(newer, part)?;
            if flow == ControlFlow::Break(()) {
                return Ok(flow);
            }
        }
        flow = match parts.next_if(|(newer, _)| newer.as_slice() == key) {
            Some((_, part)) => match added(value, part)? {
                Some(sum) => visit(key, &sum)?,
                None => ControlFlow::Continue(()),
            },
            None => visit(key, value)?,
        };
        Ok(flow)
    })?;
    while flow == ControlFlow::Continue(())
        && let Some((key, part)) = parts.next()
    {
        flow = visit(key, part)?;
    }
    Ok(())
}

/// Gives changed rows up to a stored key, with it, or all that are left. Where the last of them is deleted, or was
/// given, under that key, it stays, so that the stored one is passed over.
fn before<'r, I: Iterator<Item = (&'r Vec<u8>, &'r Option<Vec<u8>>)>>(
    changed: &mut Peekable<I>,
    stored: Option<&[u8]>,
    visit: &mut Visit<'_>,
) -> Result<ControlFlow<()>, Fault> {
    while let Some((key, value)) = changed.peek() {
        if stored.is_some_and(|stored| stored < key.as_slice()) {
            break;
        }
        if let Some(value) = value
            && visit(key, value)? == ControlFlow::Break(())
        {
            return Ok(ControlFlow::Break(()));
        }
        if stored == Some(key.as_slice()) {
            break;
        }
        changed.next();
    }
    Ok(ControlFlow::Continue(()))
}
