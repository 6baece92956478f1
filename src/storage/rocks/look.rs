//! A store to look at while another process writes: the database at its newest state, read once, in this process's
//! memory where the tables are behind. Nothing on the disk is locked, written or waited for.
//!
//! RocksDB reads its manifest, then its logs; the writer goes on meanwhile. What comes of that is one of three:
//!
//! - the tables of the last checkpoint and all the journal until then: what was looked for;
//! - a checkpoint that is entering the tables: its intent is in `meta`, since it is written before and removed after;
//! - a file or log that was removed between the two: RocksDB does not open, or the journal has a hole, or it does not
//!   reach what the guard promised before.
//!
//! In the last two cases it is tried again. Afterwards all files stay open: those that the writer removes can still be
//! read.

use super::checkpoint::{APPLIED, INTENT};
use super::database::Database;
use super::directory::{FORMAT, check_version};
use super::options::{RocksOptions, Setup, machine};
use super::room::Room;
use super::view::View;
use crate::domain::{Fault, FaultKind, Sequence, TextKey};
use crate::storage::files::exists;
use crate::storage::guard::Guard;
use crate::storage::keys::Key;
use crate::storage::{
    Appended, Claim, Epoch, JournalRecord, Read, Run, Store, TableId, Tail, TextChange, Visit, promise, record::Record,
};
use parking_lot::RwLock;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Bound, ControlFlow};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// How often it is tried where a checkpoint is under way, and where something is missing; and how long it is waited
/// between. A checkpoint takes less to enter; what is missing for longer is damage.
const TRIES: u32 = 400;
const TRIES_DAMAGED: u32 = 60;
const PAUSE: Duration = Duration::from_millis(25);

/// Rows that came after the last checkpoint, by table; without a value, they go.
type Newer = BTreeMap<TableId, BTreeMap<Vec<u8>, Option<Vec<u8>>>>;

/// The store, read-only.
pub struct LookStore {
    database: Database,
    applied: Sequence,
    promised: Option<Tail>,
    newer: RwLock<Arc<Newer>>,
}

impl LookStore {
    /// Reads the database in a directory as it is now, whoever has it open.
    ///
    /// # Errors
    /// `Corrupt` where the directory is none of ours, of a newer format, or damaged; `Locked` where the writer was
    /// never between two checkpoints long enough to be looked at.
    pub fn open(dir: &Path, options: RocksOptions) -> Result<LookStore, Fault> {
        let format = dir.join(FORMAT);
        if !exists(&format)? {
            return Err(Fault::corrupt(format!("{} is no database", dir.display())));
        }
        check_version(&format)?;
        Room::of_this_process().for_opening(options.cache_bytes)?;
        let setup = Setup::new(options, &machine()?);
        let mut damaged = 0u32;
        for _ in 0..TRIES {
            match LookStore::attempt(dir, &setup) {
                Ok(Some(store)) => return Ok(store),
                Ok(None) => {}
                Err(fault) => {
                    damaged = damaged.saturating_add(1);
                    if damaged > TRIES_DAMAGED {
                        return Err(fault);
                    }
                }
            }
            thread::sleep(PAUSE);
        }
        Err(Fault::new(FaultKind::Locked, format!("{}: a checkpoint is under way", dir.display())))
    }

    /// One look. `None` where a checkpoint is entering the tables.
    fn attempt(dir: &Path, setup: &Setup) -> Result<Option<LookStore>, Fault> {
        // IMPORTANT: before the journal is read: what is promised now is there then
        let promised = Guard::open(&dir.join("guard"))?.mark().tail();
        let database = Database::look_for_long(&dir.join("rocks"), setup)?;
        if database.meta(INTENT)?.is_some() {
            return Ok(None);
        }
        let applied = database.meta_number(APPLIED)?;
        let store = LookStore { database, applied, promised, newer: RwLock::default() };
        if let Some(promised) = promised {
            promise::check(&|at| store.journal_record(at), promised, false)?;
        }
        store.check_journal()?;
        Ok(Some(store))
    }

    /// Sees that no record is missing behind the tables.
    fn check_journal(&self) -> Result<(), Fault> {
        let mut end: Option<Sequence> = None;
        self.journal(self.applied, &mut |key, bytes| {
            let first = Key::from_bytes(key).unwrap_or_default();
            let record = Record::read(first, bytes)?;
            if end.is_some_and(|end| record.first != end.next()) {
                return Err(Fault::corrupt(format!("journal entries before {first} are missing")));
            }
            end = Some(record.last());
            Ok(ControlFlow::Continue(()))
        })?;
        if end.unwrap_or_default() < self.applied {
            return Err(Fault::corrupt(format!("the journal ends before entry {}", self.applied)));
        }
        Ok(())
    }

    fn tables(&self) -> Tables<'_> {
        Tables { base: View::live(&self.database), newer: self.newer.read().clone() }
    }
}

/// The tables: those on the disk, and what is newer.
struct Tables<'a> {
    base: View<'a>,
    newer: Arc<Newer>,
}

impl Tables<'_> {
    fn newer(&self, table: TableId, key: &[u8]) -> Option<&Option<Vec<u8>>> {
        self.newer.get(&table)?.get(key)
    }
}

impl Read for Tables<'_> {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        match self.newer(table, key) {
            Some(value) => Ok(value.clone()),
            None => self.base.get(table, key),
        }
    }

    fn scan(&self, table: TableId, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), Fault> {
        let Some(newer) = self.newer.get(&table).filter(|_| from < to) else {
            return self.base.scan(table, from, to, visit);
        };
        let range = (Bound::Included(from), Bound::Excluded(to));
        let mut newer = newer.range::<[u8], _>(range).peekable();
        let mut is_over = false;
        self.base.scan(table, from, to, &mut |key, value| {
            while let Some((newer_key, newer_value)) = newer.next_if(|(newer, _)| newer.as_slice() < key) {
                if let Some(value) = newer_value
                    && visit(newer_key, value)?.is_break()
                {
                    is_over = true;
                    return Ok(ControlFlow::Break(()));
                }
            }
            let flow = match newer.next_if(|(newer, _)| newer.as_slice() == key) {
                Some((key, Some(value))) => visit(key, value)?,
                Some((_, None)) => ControlFlow::Continue(()),
                None => visit(key, value)?,
            };
            is_over = flow.is_break();
            Ok(flow)
        })?;
        let rest = newer.filter_map(|(key, value)| value.as_ref().map(|value| (key, value)));
        for (key, value) in rest {
            if is_over || visit(key, value)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn last_key(&self, table: TableId) -> Result<Option<Vec<u8>>, Fault> {
        let base = self.base.last_key(table)?;
        let Some(newer) = self.newer.get(&table) else { return Ok(base) };
        if base.as_ref().is_none_or(|key| newer.get(key) != Some(&None)) {
            let newest = newer.iter().rev().find(|(_, value)| value.is_some()).map(|(key, _)| key.clone());
            return Ok(base.max(newest));
        }
        // the last one on the disk is gone: rare, and the table is walked
        let mut last = None;
        self.scan(table, &[], &[0xFF; 64], &mut |key, _| {
            last = Some(key.to_vec());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(last)
    }

    fn journal(&self, from: Sequence, visit: &mut Visit<'_>) -> Result<(), Fault> {
        self.base.journal(from, visit)
    }

    fn text(&self, key: TextKey) -> Result<Option<Vec<u8>>, Fault> {
        self.base.text(key)
    }

    fn referred(&self, newest: TextKey, limit: usize) -> Result<Vec<Sequence>, Fault> {
        self.base.referred(newest, limit)
    }

    fn journal_record(&self, at: Sequence) -> Result<Option<(Sequence, Vec<u8>)>, Fault> {
        self.base.journal_record(at)
    }
}

impl Read for LookStore {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.tables().get(table, key)
    }

    fn scan(&self, table: TableId, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), Fault> {
        self.tables().scan(table, from, to, visit)
    }

    fn last_key(&self, table: TableId) -> Result<Option<Vec<u8>>, Fault> {
        self.tables().last_key(table)
    }

    fn journal(&self, from: Sequence, visit: &mut Visit<'_>) -> Result<(), Fault> {
        View::live(&self.database).journal(from, visit)
    }

    fn text(&self, key: TextKey) -> Result<Option<Vec<u8>>, Fault> {
        View::live(&self.database).text(key)
    }

    fn referred(&self, newest: TextKey, limit: usize) -> Result<Vec<Sequence>, Fault> {
        View::live(&self.database).referred(newest, limit)
    }

    fn journal_record(&self, at: Sequence) -> Result<Option<(Sequence, Vec<u8>)>, Fault> {
        View::live(&self.database).journal_record(at)
    }
}

/// Whoever looks has a term of its own that nobody else knows of.
const LOOKING: Epoch = Epoch(u64::MAX);

impl Store for LookStore {
    fn claim(&self) -> Result<Claim, Fault> {
        Ok(Claim { epoch: LOOKING, applied: self.applied, promised: self.promised, released: false })
    }

    /// Nothing is ever written: the place is another's.
    fn append(&self, _: Epoch, _: &[JournalRecord], _: &[TextChange]) -> Appended {
        Appended::Fenced
    }

    /// What is newer stays in memory.
    fn checkpoint(
        &self,
        _: Epoch,
        _: Sequence,
        runs: &mut dyn Iterator<Item = Result<Run, Fault>>,
    ) -> Result<(), Fault> {
        let mut newer = Newer::clone(&self.newer.read());
        for run in runs {
            let mut run = run?;
            let rows = newer.entry(run.table()).or_default();
            rows.extend(run.rows().map(|(key, value)| (key.to_vec(), value.map(<[u8]>::to_vec))));
        }
        *self.newer.write() = Arc::new(newer);
        Ok(())
    }

    fn snapshot(&self, _: Epoch) -> Result<Box<dyn Read + '_>, Fault> {
        Ok(Box::new(self.tables()))
    }

    fn release(&self, _: Epoch, _: Tail) -> Result<(), Fault> {
        Ok(())
    }

    fn backup(&self, _: &Path) -> Result<(), Fault> {
        Err(Fault::io("a backup is made by the process that has the database open"))
    }

    fn size_bytes(&self) -> Result<u64, Fault> {
        self.database.size_bytes()
    }
}

impl fmt::Debug for LookStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LookStore").field("path", &self.database.path()).finish_non_exhaustive()
    }
}
