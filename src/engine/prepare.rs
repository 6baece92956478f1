//! What a command needs that is not in memory: read before the locks are taken, so that nobody waits for the disk behind
//! a hot partner's lock.

use super::core::Core;
use super::delta::Shard;
use super::error::Error;
use super::prepared::Prepared;
use super::record_cache::{CacheEpoch, RecordCache};
use super::state::State;
use crate::domain::tables::{RowTable, Table};
use crate::domain::{Fault, LockName};
use crate::machine::Cold;
use crate::storage::rows;
use crate::storage::{Blocks, Members, Partners, SourceCounts, Sources};
use std::hash::Hash;

impl Core {
    /// Reads something that is not in memory.
    pub(super) fn prepare(&self, cold: Cold, prepared: &mut Prepared) -> Result<(), Error> {
        let state = &self.state;
        let absent = match cold {
            Cold::Entry(sequence) => {
                prepared.add_entry(state.entry(sequence)?);
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
    let mut shard = shard.lock();
    let cache = cache(&mut shard);
    // IMPORTANT: a record that changed stays in memory until its checkpoint is done: so what was read is the newest,
    // unless a checkpoint was done meanwhile
    if cache.applied() != before || cache.get(key).is_some() {
        return Ok(None);
    }
    match value {
        Some(value) => {
            cache.keep(*key, value);
            Ok(None)
        }
        None => Ok(Some(before)),
    }
}
