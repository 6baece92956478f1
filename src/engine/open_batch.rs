//! The batch that entries join, until a leader takes it to be written.

use super::error::Error;
use super::metrics::EntryCounts;
use super::sync::MutexGuard;
use super::sync::atomic::{AtomicUsize, Ordering};
use crate::domain::{Sequence, Timestamp};
use crate::storage::{TextChange, record};

/// A record is closed when it has this many bytes: small enough to read one entry of it at little cost.
const RECORD_BYTES: usize = 64 << 10;

/// The batch that entries join.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) next: Sequence,
    last_at: Timestamp,
    pub(super) records: Vec<OpenRecord>,
    /// Texts that are written together with these records.
    pub(super) texts: Vec<TextChange>,
    pub(super) counts: EntryCounts,
    /// Why nothing joins any more.
    pub(super) closed: Option<Error>,
}

#[derive(Debug)]
pub(super) struct OpenRecord {
    pub(super) first: Sequence,
    pub(super) count: u32,
    pub(super) bytes: Vec<u8>,
}

impl Open {
    /// Nothing joined yet; the next entry gets this number, and is not older than this.
    pub(super) fn new(next: Sequence, last_at: Timestamp) -> Open {
        let (records, texts, counts) = (Vec::new(), Vec::new(), EntryCounts::default());
        Open { next, last_at, records, texts, counts, closed: None }
    }
}

/// Why an entry did not join the batch.
#[derive(Debug)]
pub(super) enum Refused {
    /// A later entry joined first: take a new time and decide again.
    TimePassed,
    /// The journal is closed.
    Closed(Error),
}

/// The batch, locked for entries that join it. Whoever holds it must not ask the journal for anything.
pub(super) struct Joining<'a> {
    open: MutexGuard<'a, Open>,
    pending_bytes: &'a AtomicUsize,
    added: usize,
    number: Option<Sequence>,
}

impl<'a> Joining<'a> {
    /// `number`: what the next entry gets instead of its own, where that mistake is planted.
    pub(super) fn new(
        open: MutexGuard<'a, Open>,
        pending_bytes: &'a AtomicUsize,
        number: Option<Sequence>,
    ) -> Joining<'a> {
        Joining { open, pending_bytes, added: 0, number }
    }

    /// Adds an entry. Called with the locks held under which it was decided.
    pub(super) fn append(
        &mut self,
        recorded_at: Timestamp,
        entry: &[u8],
        texts: impl FnOnce(Sequence, &mut Vec<TextChange>),
        count: impl FnOnce(&mut EntryCounts),
    ) -> Result<Sequence, Refused> {
        let open = &mut *self.open;
        if let Some(error) = &open.closed {
            return Err(Refused::Closed(error.clone()));
        }
        if recorded_at < open.last_at {
            return Err(Refused::TimePassed);
        }
        let sequence = self.number.take().unwrap_or(open.next);
        open.next = sequence.next();
        open.last_at = recorded_at;
        let mut added = 0usize;
        if open.records.last().is_none_or(|record| record.bytes.len() >= RECORD_BYTES) {
            let mut bytes = Vec::with_capacity(RECORD_BYTES.saturating_add(entry.len()));
            record::begin(&mut bytes);
            added = bytes.len();
            open.records.push(OpenRecord { first: sequence, count: 0, bytes });
        }
        if let Some(last) = open.records.last_mut() {
            let before = last.bytes.len();
            record::push(entry, &mut last.bytes);
            last.count = last.count.saturating_add(1);
            added = added.saturating_add(last.bytes.len()).saturating_sub(before);
        }
        texts(sequence, &mut open.texts);
        count(&mut open.counts);
        self.added = self.added.saturating_add(added);
        Ok(sequence)
    }
}

impl Drop for Joining<'_> {
    /// Before a leader can take what joined: it counts down what it has written.
    fn drop(&mut self) {
        if self.added > 0 {
            self.pending_bytes.fetch_add(self.added, Ordering::Relaxed);
        }
    }
}
