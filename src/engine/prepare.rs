//! What a command needs that is not in memory: read before the locks are taken, so that nobody waits for the disk behind
//! a hot partner's lock.

use super::core::Core;
use super::delta::Shard;
use super::error::Error;
use super::prepared::Prepared;
use super::record_cache::{CacheEpoch, RecordCache};
use super::state::State;
use crate::domain::tables::{RowTable, Table};
use crate::domain::{Fault, LockName, MemberKey};
use crate::machine::{Cold, LockSet};
use crate::storage::rows;
use crate::storage::{Blocks, Members, Partners, SourceCounts, Sources};
use std::hash::Hash;

impl Core {
    /// Reads something that is not in memory. What an entry was about will be locked as well.
    pub(super) fn prepare(&self, cold: Cold, prepared: &mut Prepared, names: &mut LockSet) -> Result<(), Error> {
        let state = &self.state;
        let absent = match cold {
            Cold::Entry(sequence) => {
                let entry = state.entry(sequence)?;
                names.concern(&entry.command);
                prepared.add_entry(entry);
                return Ok(());
            }
            Cold::Member(key) => fetch::<Members>(state, &key.lock(), &key, |shard| &mut shard.members)?,
            Cold::Partner(key) => fetch::<Partners>(state, &key.lock(), &key, |shard| &mut shard.partners)?,
            Cold::Source(key) => fetch::<Sources>(state, &key.lock(), &key, |shard| &mut shard.sources)?,
            Cold::Count(key) => {
                fetch::<SourceCounts>(state, &SourceCounts::lock(&key), &key, |shard| &mut shard.counts)?
            }
            Cold::Block(key) => fetch::<Blocks>(state, &key.owner().lock(), &key, |shard| &mut shard.blocks)?,
        };
        prepared.add_record(cold, absent);
        Ok(())
    }

    /// Reads members who are not in memory, all at once, in the order in which they are stored.
    pub(super) fn prepare_members(&self, mut keys: Vec<MemberKey>, prepared: &mut Prepared) -> Result<(), Fault> {
        keys.sort_unstable();
        keys.dedup();
        let shard = |key: &MemberKey| self.state.shard(&key.lock());
        let before: Vec<Option<CacheEpoch>> =
            keys.iter().map(|key| shard(key).map(|shard| shard.lock().members.applied())).collect();
        let found = rows::get_many::<Members>(self.state.store.as_ref(), &keys)?;
        for ((key, before), member) in keys.into_iter().zip(before).zip(found) {
            let (Some(shard), Some(before)) = (shard(&key), before) else { continue };
            if let Some(since) = keep(&mut shard.lock().members, key, member, before) {
                prepared.add_absent(Cold::Member(key), since);
            }
        }
        Ok(())
    }
}

/// Brings a record into memory as the tables have it. Returns since which checkpoint it is known to be in none.
fn fetch<T: Table>(
    state: &State,
    lock: &LockName,
    key: &T::Key,
    cache: impl Fn(&mut Shard) -> &mut RecordCache<T::Key, T::Value>,
) -> Result<Option<CacheEpoch>, Fault>
where
    T::Key: Hash,
{
    let Some(shard) = state.shard(lock) else { return Ok(None) };
    let before = cache(&mut shard.lock()).applied();
    let value = rows::get::<T>(state.store.as_ref(), key)?;
    Ok(keep(cache(&mut shard.lock()), *key, value, before))
}

/// Keeps what was read of a record. Returns since which checkpoint it is known to be in no table.
fn keep<K: Copy + Eq + Hash, V: Clone>(
    cache: &mut RecordCache<K, V>,
    key: K,
    value: Option<V>,
    before: CacheEpoch,
) -> Option<CacheEpoch> {
    // IMPORTANT: a record that changed stays in memory until its checkpoint is done: so what was read is the newest,
    // unless a checkpoint was done meanwhile
    if cache.applied() != before || cache.get(&key).is_some() {
        return None;
    }
    let Some(value) = value else { return Some(before) };
    cache.keep(key, value);
    None
}
