//! The store under a schedule: a memory store that lets others run while it works, and sees to it that nothing is
//! asked of it that must never be.

use crate::domain::{Entry, Fault, Sequence, TextKey};
use crate::storage::keys::Key;
use crate::storage::memory::{Call, MemoryStore, Trouble};
use crate::storage::record::Record;
use crate::storage::{Appended, Claim, Epoch, JournalRecord, Read, Run, Store, TableId, Tail, TextChange, Visit};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

#[derive(Debug)]
pub(super) struct Disk {
    store: MemoryStore,
    /// Nobody is interrupted while holding this lock of the standard library.
    held: Mutex<Held>,
}

/// What the store holds.
#[derive(Debug)]
struct Held {
    tail: Tail,
    tables: Sequence,
    /// Whose write failed.
    failed: Option<Epoch>,
    /// What goes wrong after so many calls of a kind.
    plan: Option<(Call, u64, Trouble)>,
    /// Whether it went wrong.
    struck: bool,
}

/// Others may run here.
fn pause() {
    shuttle::thread::sleep(Duration::ZERO);
}

impl Disk {
    pub(super) fn new() -> Disk {
        let tail = Tail { sequence: Sequence(0), hash: [0; 32] };
        Disk {
            store: MemoryStore::new(),
            held: Mutex::new(Held { tail, tables: Sequence(0), failed: None, plan: None, struck: false }),
        }
    }

    /// The call of this kind after the next `after` ones has this trouble.
    pub(super) fn plan(&self, call: Call, trouble: Trouble, after: u64) {
        self.held().plan = Some((call, after, trouble));
    }

    /// Whether what was planned has struck.
    pub(super) fn struck(&self) -> bool {
        self.held().struck
    }

    /// From now on nothing goes wrong.
    pub(super) fn calm(&self) {
        self.held().plan = None;
    }

    fn trouble(&self, called: Call) {
        let mut held = self.held();
        match held.plan {
            Some((call, 0, trouble)) if call == called => {
                (held.plan, held.struck) = (None, true);
                self.store.trouble(call, 0, trouble);
            }
            Some((call, after, trouble)) if call == called => held.plan = Some((call, after - 1, trouble)),
            _ => {}
        }
    }

    /// The last entry of the journal.
    pub(super) fn last(&self) -> Sequence {
        self.held().tail.sequence
    }

    /// All that the journal holds.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        let read = self.store.journal(Sequence(1), &mut |key, bytes| {
            let first = Sequence::from_bytes(key).expect("a number");
            for entry in Record::read(first, bytes)?.entries(first) {
                entries.push(entry?);
            }
            Ok(ControlFlow::Continue(()))
        });
        read.expect("read");
        entries
    }

    /// The last entry whose effects the tables hold.
    pub(super) fn tables(&self) -> Sequence {
        self.held().tables
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Read for Disk {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.store.get(table, key)
    }

    fn scan(&self, table: TableId, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), Fault> {
        self.store.scan(table, from, to, visit)
    }

    fn last_key(&self, table: TableId) -> Result<Option<Vec<u8>>, Fault> {
        self.store.last_key(table)
    }

    fn journal(&self, from: Sequence, visit: &mut Visit<'_>) -> Result<(), Fault> {
        self.store.journal(from, visit)
    }

    fn text(&self, key: TextKey) -> Result<Option<Vec<u8>>, Fault> {
        self.store.text(key)
    }

    fn referred(&self, newest: TextKey, limit: usize) -> Result<Vec<Sequence>, Fault> {
        self.store.referred(newest, limit)
    }

    fn journal_record(&self, at: Sequence) -> Result<Option<(Sequence, Vec<u8>)>, Fault> {
        self.store.journal_record(at)
    }
}

impl Store for Disk {
    fn claim(&self) -> Result<Claim, Fault> {
        self.store.claim()
    }

    fn append(&self, epoch: Epoch, records: &[JournalRecord], texts: &[TextChange]) -> Appended {
        pause();
        self.trouble(Call::Append);
        let appended = self.store.append(epoch, records, texts);
        let mut held = self.held();
        if appended != Appended::Fenced {
            assert_ne!(held.failed, Some(epoch), "a write after one that failed");
        }
        if !matches!(appended, Appended::Durable) {
            held.failed = Some(epoch);
        }
        for record in records {
            let stored = self.store.journal_record(record.first).ok().flatten();
            if stored.is_none_or(|(_, bytes)| bytes != record.bytes) {
                break;
            }
            assert_eq!(record.first, held.tail.sequence.next(), "the journal has a hole, or an entry twice");
            let read = Record::read(record.first, &record.bytes).expect("a record can be read");
            assert_eq!(read.previous, held.tail.hash, "a record is not chained to the one before");
            assert_eq!(read.last(), record.last, "a record does not hold what it says");
            held.tail = Tail { sequence: record.last, hash: record.hash };
        }
        drop(held);
        pause();
        appended
    }

    fn checkpoint(
        &self,
        epoch: Epoch,
        sequence: Sequence,
        runs: &mut dyn Iterator<Item = Result<Run, Fault>>,
    ) -> Result<(), Fault> {
        self.trouble(Call::Checkpoint);
        let mut runs = runs.inspect(|_| pause());
        let applied = self.store.checkpoint(epoch, sequence, &mut runs);
        if applied.is_ok() {
            let mut held = self.held();
            assert!(sequence <= held.tail.sequence, "the tables are ahead of the journal");
            assert!(sequence >= held.tables, "the tables go back");
            held.tables = sequence;
        }
        pause();
        applied
    }

    fn snapshot(&self, epoch: Epoch) -> Result<Box<dyn Read + '_>, Fault> {
        pause();
        self.store.snapshot(epoch)
    }

    fn release(&self, epoch: Epoch, tail: Tail) -> Result<(), Fault> {
        let released = self.store.release(epoch, tail);
        assert!(released.is_err() || tail == self.held().tail, "released at another end than the journal's");
        released
    }

    fn backup(&self, to: &Path) -> Result<(), Fault> {
        self.store.backup(to)
    }

    fn size_bytes(&self) -> Result<u64, Fault> {
        self.store.size_bytes()
    }
}
