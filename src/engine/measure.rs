//! A look at the counters of a running engine.

use super::core::Core;
use super::metrics::{EntryCounts, GroupCounts, Metrics};
use crate::domain::Action;

impl Core {
    pub(super) fn metrics(&self) -> Metrics {
        let journal = &self.state.journal;
        let (EntryCounts { done, refused }, GroupCounts { entries, sync_us }) = journal.counts();
        let verb = |number: usize| Action::verb_of(u16::try_from(number).ok()?);
        let done = done.into_iter().enumerate().filter(|(_, count)| *count > 0);
        Metrics {
            done: done.filter_map(|(number, count)| Some((verb(number)?, count))).collect(),
            refused,
            group_entries: entries,
            sync_us,
            last_sequence: journal.last().0,
            durable_sequence: journal.durable().0,
            journal_bytes_pending: journal.pending() as u64,
            changes_pending: self.checkpointer.pending() as u64,
            checkpoints: self.checkpointer.made(),
        }
    }
}
