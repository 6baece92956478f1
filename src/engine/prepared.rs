//! What was read for a command before its locks are taken.

use super::record_cache::CacheEpoch;
use crate::domain::{Entry, Sequence};
use crate::machine::Cold;
use smallvec::SmallVec;

/// Reads before the locks after which the rest is read under them: so a decision that needs more than memory keeps ends.
const READS_MAX: usize = 8;

/// What was read for a command.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    entries: SmallVec<[Box<Entry>; 1]>,
    /// Records that no table has, as of a number of checkpoints.
    absent: SmallVec<[(Cold, CacheEpoch); 2]>,
    reads: usize,
}

impl Prepared {
    /// An entry that was read.
    pub(super) fn entry(&self, sequence: Sequence) -> Option<&Entry> {
        self.entries.iter().map(|entry| &**entry).find(|entry| entry.sequence == sequence)
    }

    /// Whether no table has a record: nobody has put it there since it was looked for.
    pub(super) fn is_absent(&self, cold: &Cold, epoch: CacheEpoch) -> bool {
        self.absent.contains(&(*cold, epoch))
    }

    /// Whether so much was read before the locks that the rest is read under them.
    pub(super) fn reads_under_locks(&self) -> bool {
        self.reads >= READS_MAX
    }

    /// Adds an entry that was read.
    pub(super) fn add_entry(&mut self, entry: Entry) {
        self.entries.push(Box::new(entry));
    }

    /// Notes that a record was read. It is in memory now, or in no table since a checkpoint.
    pub(super) fn add_record(&mut self, cold: Cold, absent: Option<CacheEpoch>) {
        self.reads = self.reads.saturating_add(1);
        self.absent.extend(absent.map(|epoch| (cold, epoch)));
    }

    /// Notes that no table has a record since a checkpoint.
    pub(super) fn add_absent(&mut self, cold: Cold, since: CacheEpoch) {
        self.absent.push((cold, since));
    }
}
