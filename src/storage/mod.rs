//! The bytes: what the engine asks of a store, and the tables and keys it keeps there. No rules; one thread, which
//! brings the guard on disk up to date.
//!
//! A store is a journal (records in order, never changed) and tables (sorted rows, changed by checkpoints only).
//! There are two: `rocks` and [`memory`]; both pass the same conformance suite.

pub mod codec;
mod encoder;
#[cfg(feature = "rocksdb")]
mod files;
#[cfg(feature = "rocksdb")]
mod guard;
pub mod memory;
mod promise;
pub mod record;
pub mod requests;
#[cfg(feature = "rocksdb")]
pub mod rocks;
pub mod rows;
mod run;

pub use crate::domain::keys;
pub use crate::domain::tables::{
    AuditMarks, Blocks, Catalog, Claims, Cohorts, CohortsByMonth, Corrections, Due, Expiries, Expiring, Forwards,
    Future, HoldTimeouts, Holds, HouseholdMembers, Items, Members, Partners, RequestPages, Requests, RowTable,
    SourceCounts, Sources, Table, TableId, TotalsByDay, TotalsByMonth, TotalsBySource, TotalsByType,
};
use crate::domain::{Fault, Sequence, TextKey};
pub use run::{RowBuffer, Run, RunMemory};
use std::fmt::Debug;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;
/// The formats of everything stored: tables, keys, records, journal. A database of another one is refused by name; one
/// of an older format that is still read is written on in the current one.
pub mod format {
    /// The oldest that is read.
    pub const OLDEST: u32 = 2;
    /// The one that is written.
    pub const CURRENT: u32 = 2;

    /// Whether a database of this format is read.
    #[must_use]
    pub fn is_read(version: u32) -> bool {
        (OLDEST..=CURRENT).contains(&version)
    }
}

/// A writer's term. A later claim ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epoch(pub u64);

/// The hash chain's value after a journal record.
pub type ChainHash = [u8; 32];

/// One record of the journal: some entries in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRecord {
    /// The first entry's number: the record's key.
    pub first: Sequence,
    /// The last entry's number.
    pub last: Sequence,
    /// The hash of this record's bytes, which begin with the hash of the record before.
    pub hash: ChainHash,
    /// What is stored.
    pub bytes: Vec<u8>,
}

/// A text that comes, or goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextChange {
    /// Where it is kept.
    pub key: TextKey,
    /// What is stored; `None` erases it.
    pub value: Option<Vec<u8>>,
}

/// What became of an append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// All records are durable.
    Durable,
    /// Another writer has claimed a later epoch; nothing was written.
    Fenced,
    /// An I/O error, a lost connection, a deadline: the records may be durable, or not.
    Unknown(Fault),
}

/// The end of the journal that a store has promised to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail {
    /// The last entry's number.
    pub sequence: Sequence,
    /// The hash of the record that ends with it.
    pub hash: ChainHash,
}

/// What a new writer finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The writer's term.
    pub epoch: Epoch,
    /// The tables hold the effects of all entries up to this one; 0 where there are none.
    pub applied: Sequence,
    /// The journal reaches at least this far, or has lost its tail. `None` where nothing was promised yet.
    pub promised: Option<Tail>,
    /// Whether the last writer released the store: then the journal ends exactly at `promised`.
    pub released: bool,
}

/// Called for each row of a scan: key, value. Says whether to go on. It may itself read from the store.
pub type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, Fault> + 'a;

/// Reading, from the store as it is or from a [`Store::snapshot`].
pub trait Read: Send + Sync {
    /// The value of a key.
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>, Fault>;

    /// The values of keys, which are in order: faster than one by one, where the store can do that.
    fn get_many(&self, table: TableId, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        keys.iter().map(|key| self.get(table, key)).collect()
    }

    /// Rows with `from <= key < to`, in order.
    fn scan(&self, table: TableId, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), Fault>;

    /// The last key of a table, if it has any row.
    fn last_key(&self, table: TableId) -> Result<Option<Vec<u8>>, Fault>;

    /// Journal records in order, beginning with the last one that begins at or before entry `from`: the one that holds
    /// it, where any does. Where none begins so early, with the first. The key is the first entry's number, big-endian.
    fn journal(&self, from: Sequence, visit: &mut Visit<'_>) -> Result<(), Fault>;

    /// The tables show the effects of the journal's entries up to this one; what the journal has beyond it is newer.
    fn shown(&self) -> Sequence {
        Sequence(u64::MAX)
    }

    /// A text that a caller wrote, as it is stored.
    fn text(&self, key: TextKey) -> Result<Option<Vec<u8>>, Fault>;

    /// Up to `limit` entries with a reference, as [`TextKey::referred`] names the newest that may be among them; the
    /// newest first.
    fn referred(&self, newest: TextKey, limit: usize) -> Result<Vec<Sequence>, Fault>;

    /// The first entry's number and the bytes of the last record that begins at or before `at`.
    fn journal_record(&self, at: Sequence) -> Result<Option<(Sequence, Vec<u8>)>, Fault>;

    /// Shows that record to `see`, without copying it where the store can do so. Returns whether there is one.
    fn see_journal_record(&self, at: Sequence, see: &mut dyn FnMut(Sequence, &[u8])) -> Result<bool, Fault> {
        let found = self.journal_record(at)?;
        Ok(found.map(|(first, bytes)| see(first, &bytes)).is_some())
    }
}

/// Where the engine keeps its bytes.
///
/// Every call may come from any thread. `append` and `checkpoint` are each called by one thread at a time, and may
/// overlap.
pub trait Store: Read + Debug {
    /// Claims the place of the one writer: earlier claims are fenced. Finishes a checkpoint that was interrupted.
    ///
    /// # Errors
    /// `Corrupt` where the journal is not the one that was promised: now, and whenever it is tried again.
    fn claim(&self) -> Result<Claim, Fault>;

    /// Appends records to the journal, and changes the texts that belong to them: all or nothing, durable on return.
    fn append(&self, epoch: Epoch, records: &[JournalRecord], texts: &[TextChange]) -> Appended;

    /// Makes sure that texts that were erased are in none of the files any more.
    fn compact_texts(&self) -> Result<(), Fault> {
        Ok(())
    }

    /// Applies changed rows to the tables, one [`Run`] for a table, and records that the tables now hold all entries
    /// up to `sequence`. All or nothing, also across a crash; on return it is durable.
    fn checkpoint(
        &self,
        epoch: Epoch,
        sequence: Sequence,
        runs: &mut dyn Iterator<Item = Result<Run, Fault>>,
    ) -> Result<(), Fault>;

    /// The store as it is now, unmoved by later appends and checkpoints. Only for the writer of this epoch: the tables
    /// of a later one may be ahead of all that it knows.
    fn snapshot(&self, epoch: Epoch) -> Result<Box<dyn Read + '_>, Fault>;

    /// The writer is done: everything is made durable, and the journal's end is written down. Its epoch ends.
    fn release(&self, epoch: Epoch, tail: Tail) -> Result<(), Fault>;

    /// Copies the store, consistent as of now, into a new directory `to`.
    fn backup(&self, to: &Path) -> Result<(), Fault>;

    /// Bytes on disk (in memory, for the memory store): journal and tables.
    fn size_bytes(&self) -> Result<u64, Fault>;

    /// Time spent on merging sorted files since the store was opened; none where there are no such files.
    fn compaction_time(&self) -> Result<Duration, Fault> {
        Ok(Duration::ZERO)
    }
}
