//! The state in memory: the shards, over the store whose tables lie below them.

use super::delta::{Shard, Tables};
use super::due_first::DueFirst;
use super::error::Error;
use super::journal::Journal;
use super::options::EngineOptions;
use super::sync::{Mutex, ShardHasher};
use crate::domain::{Entry, Fault, LockName, RequestKey, Sequence};
use crate::storage::{Store, TableId};
use crate::storage::{record, requests};
use crossbeam::utils::CachePadded;
use std::hash::BuildHasher;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct State {
    /// Where the tables are.
    pub(super) store: Arc<dyn Store>,
    /// Where the journal is read: the same store, but in a replay into another one.
    pub(super) history: Arc<dyn Store>,
    pub(super) journal: Journal,
    pub(super) shards: Vec<CachePadded<Mutex<Shard>>>,
    pub(super) paged: Mutex<Paged>,
    pub(super) due_first: DueFirst,
    hasher: ShardHasher,
}

/// Which request ids are in pages.
#[derive(Debug)]
pub(super) struct Paged {
    /// The last one that is.
    pub(super) last: Option<RequestKey>,
    /// Where a checkpoint sorts those that come into pages: memory that is used again.
    pub(super) memory: Vec<(RequestKey, Sequence)>,
}

impl State {
    pub(super) fn new(
        store: Arc<dyn Store>,
        history: Arc<dyn Store>,
        journal: Journal,
        options: &EngineOptions,
    ) -> Result<State, Fault> {
        let count = usize::from(options.shards.max(1));
        let members_kept = (options.cache_members as usize).div_ceil(count);
        let filter_bytes = usize::try_from(options.filter_bytes).unwrap_or(usize::MAX).div_ceil(count);
        let newest_request = requests::last(store.as_ref())?;
        let last = requests::last_in_pages(store.as_ref())?;
        let paged = Mutex::new(Paged { last, memory: Vec::new() });
        let mut tables = Tables { newest_request, empty: Vec::new(), filter_bytes };
        for table in TableId::ALL {
            if store.last_key(table)?.is_none() {
                tables.empty.push(table);
            }
        }
        let shard = || CachePadded::new(Mutex::new(Shard::new(members_kept, &tables)));
        let shards = (0..count).map(|_| shard()).collect();
        Ok(State {
            store,
            history,
            journal,
            shards,
            paged,
            due_first: DueFirst::default(),
            hasher: ShardHasher::default(),
        })
    }

    /// The index of the shard that a name's lock is.
    pub(super) fn shard_of(&self, name: &LockName) -> usize {
        let hash = self.hasher.hash_one(name.raw());
        // as good as the rest of a division, and no division
        (u128::from(hash).wrapping_mul(self.shards.len() as u128) >> 64) as usize
    }

    /// The shard that a name's lock is.
    pub(super) fn shard(&self, name: &LockName) -> Option<&Mutex<Shard>> {
        self.shards.get(self.shard_of(name)).map(|shard| &**shard)
    }

    /// An entry of the journal, once it is durable.
    pub(super) fn entry(&self, sequence: Sequence) -> Result<Entry, Error> {
        if sequence > self.journal.last() {
            return Err(Error::invalid(format!("there is no journal entry {sequence} yet")));
        }
        self.journal.wait(sequence)?;
        Ok(self.durable_entry(sequence)?)
    }

    /// An entry of the journal that is durable.
    pub(super) fn durable_entry(&self, sequence: Sequence) -> Result<Entry, Fault> {
        record::entry(self.history.as_ref(), sequence)
    }
}
