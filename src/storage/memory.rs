//! The store that forgets: for tests, simulation and fuzzing. It keeps the promises of [`Store`] while the process
//! lives, and can be told to break one on its k-th call.

use super::keys::Key;
use super::{Appended, Claim, Epoch, JournalRecord, Read, Run, Store, TableId, Tail, TextChange, Visit, promise};
use crate::domain::{Fault, FaultKind, Sequence, TextKey};
use parking_lot::Mutex;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// A row that a checkpoint changes; without a value, it goes.
type Row = (TableId, Vec<u8>, Option<Vec<u8>>);

/// A kind of call of a [`MemoryStore`] that can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// [`Store::append`].
    Append,
    /// [`Store::checkpoint`].
    Checkpoint,
    /// [`Read::get`] and [`Read::scan`].
    Read,
    /// [`Read::journal`] and [`Read::journal_record`].
    Journal,
    /// [`Store::claim`].
    Claim,
    /// [`Store::release`].
    Release,
}

/// What goes wrong on a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing is done, and the caller is told so.
    Fail,
    /// It is done, but the caller is told that it failed.
    FailAfter,
    /// The caller is told that it is done, and it is not: a lying disk, the negative control of tests.
    Lose,
    /// A part of a checkpoint is done, and the caller is told that it failed: the next claim has to finish it. On a
    /// claim, that is torn in its turn. Elsewhere nothing is done.
    Tear,
    /// It takes this long.
    Delay(Duration),
    /// It panics: a defect of a store, or of a library below it.
    Panic,
}

#[derive(Debug, Clone)]
struct Plan {
    call: Call,
    /// How many calls of the kind are left before it strikes.
    after: u64,
    trouble: Trouble,
}

#[derive(Debug, Clone, Default)]
struct State {
    tables: BTreeMap<TableId, Rows>,
    journal: BTreeMap<Sequence, Vec<u8>>,
    texts: BTreeMap<TextKey, Vec<u8>>,
    epoch: u64,
    applied: Sequence,
    promised: Option<Tail>,
    released: bool,
    /// A torn checkpoint, which the next claim finishes.
    torn: Option<(Sequence, Vec<Row>)>,
    plans: Vec<Plan>,
}

/// A store in memory. Share it in an `Arc` to open it again after an engine is gone.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<State>);

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    /// From now on, the call of this kind after the next `after` ones has this trouble, once.
    pub fn trouble(&self, call: Call, after: u64, trouble: Trouble) {
        self.0.lock().plans.push(Plan { call, after, trouble });
    }

    /// Nothing goes wrong from now on. Names the troubles that did not strike.
    pub fn calm(&self) -> Vec<(Call, Trouble)> {
        let plans = std::mem::take(&mut self.0.lock().plans);
        plans.into_iter().map(|plan| (plan.call, plan.trouble)).collect()
    }

    /// Cuts the journal after entry `last`: damage that an engine must notice.
    pub fn lose_journal_after(&self, last: Sequence) {
        self.0.lock().journal.retain(|first, _| *first <= last);
    }

    /// Loses a text: damage that an audit must notice.
    pub fn lose_text(&self, key: TextKey) {
        self.0.lock().texts.remove(&key);
    }

    /// The trouble that is due on this call, if any. Sleeps where it is a delay.
    fn trouble_of(&self, call: Call) -> Option<Trouble> {
        let mut state = self.0.lock();
        let mut due = None;
        state.plans.retain_mut(|plan| {
            if plan.call != call {
                return true;
            }
            match plan.after.checked_sub(1) {
                Some(after) => {
                    plan.after = after;
                    true
                }
                None => {
                    due = Some(plan.trouble);
                    false
                }
            }
        });
        drop(state);
        match due {
            Some(Trouble::Delay(time)) => {
                std::thread::sleep(time);
                None
            }
            #[expect(clippy::panic, reason = "asked for by a test")]
            Some(Trouble::Panic) => panic!("memory store: panics as planned"),
            other => other,
        }
    }
}

fn changed(run: &mut Run) -> Vec<Row> {
    let table = run.table();
    run.rows().map(|(key, value)| (table, key.to_vec(), value.map(<[u8]>::to_vec))).collect()
}

fn planned() -> Fault {
    Fault::io("memory store: failed as planned")
}

/// Rows that a scan copies at first, and at most, in one go, so that the visitor runs without the lock: it may read on.
const CHUNK_FIRST: usize = 4;
const CHUNK_MAX: usize = 256;

impl State {
    fn get(&self, table: TableId, key: &[u8]) -> Option<Vec<u8>> {
        self.tables.get(&table)?.get(key).cloned()
    }

    /// Up to `limit` rows with `from <= key < to`.
    fn rows(&self, table: TableId, from: &[u8], to: &[u8], limit: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
        let Some(rows) = self.tables.get(&table).filter(|_| from < to) else { return Vec::new() };
        let range = rows.range::<[u8], _>((Bound::Included(from), Bound::Excluded(to)));
        range.take(limit).map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    fn last_key(&self, table: TableId) -> Option<Vec<u8>> {
        self.tables.get(&table)?.last_key_value().map(|(key, _)| key.clone())
    }

    /// The first journal record that begins at or after `from`.
    fn next_record(&self, from: Sequence) -> Option<(Sequence, Vec<u8>)> {
        self.journal.range(from..).next().map(|(first, bytes)| (*first, bytes.clone()))
    }

    /// Entries with a reference, the newest first.
    fn referred(&self, newest: TextKey, limit: usize) -> Vec<Sequence> {
        let TextKey::Referred(program, hash, _) = newest else { return Vec::new() };
        let last = TextKey::Referred(program, hash, Reverse(Sequence(0)));
        let found = self.texts.range(newest..=last).filter_map(|(key, _)| match key {
            TextKey::Referred(_, _, Reverse(sequence)) => Some(*sequence),
            TextKey::Reference(_) | TextKey::Id(_) => None,
        });
        found.take(limit).collect()
    }

    fn journal_record(&self, at: Sequence) -> Option<(Sequence, Vec<u8>)> {
        self.journal.range(..=at).next_back().map(|(first, bytes)| (*first, bytes.clone()))
    }

    fn apply(&mut self, sequence: Sequence, rows: &[Row]) {
        self.put(rows);
        self.applied = sequence;
    }

    /// Puts the first rows of a checkpoint into the tables, and keeps all of them for the next claim.
    fn tear(&mut self, sequence: Sequence, rows: Vec<Row>) {
        self.put(rows.split_at(rows.len().div_ceil(2)).0);
        self.torn = Some((sequence, rows));
    }

    fn put(&mut self, rows: &[Row]) {
        for (table, key, value) in rows {
            let table = self.tables.entry(*table).or_default();
            match value {
                Some(value) => table.insert(key.clone(), value.clone()),
                None => table.remove(key),
            };
        }
    }

    fn fenced(&self, epoch: Epoch) -> Result<(), Fault> {
        if self.epoch == epoch.0 {
            return Ok(());
        }
        Err(Fault::new(FaultKind::Fenced, format!("epoch {} was ended by epoch {}", epoch.0, self.epoch)))
    }
}

impl Read for MemoryStore {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        match self.trouble_of(Call::Read) {
            Some(_) => Err(planned()),
            None => Ok(self.0.lock().get(table, key)),
        }
    }

    fn scan(&self, table: TableId, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), Fault> {
        match self.trouble_of(Call::Read) {
            Some(_) => Err(planned()),
            None => scan(|from, limit| self.0.lock().rows(table, from, to, limit), from, visit),
        }
    }

    fn last_key(&self, table: TableId) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.0.lock().last_key(table))
    }

    fn journal(&self, from: Sequence, visit: &mut Visit<'_>) -> Result<(), Fault> {
        if self.trouble_of(Call::Journal).is_some() {
            return Err(planned());
        }
        let start = self.0.lock().journal_record(from).map(|(first, _)| first);
        walk(start, from, |from| self.0.lock().next_record(from), visit)
    }

    fn referred(&self, newest: TextKey, limit: usize) -> Result<Vec<Sequence>, Fault> {
        Ok(self.0.lock().referred(newest, limit))
    }

    fn text(&self, key: TextKey) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.0.lock().texts.get(&key).cloned())
    }

    fn journal_record(&self, at: Sequence) -> Result<Option<(Sequence, Vec<u8>)>, Fault> {
        match self.trouble_of(Call::Journal) {
            Some(_) => Err(planned()),
            None => Ok(self.0.lock().journal_record(at)),
        }
    }
}

/// Visits the rows that `rows` gives, chunk after chunk, from `from` on.
fn scan(
    mut rows: impl FnMut(&[u8], usize) -> Vec<(Vec<u8>, Vec<u8>)>,
    from: &[u8],
    visit: &mut Visit<'_>,
) -> Result<(), Fault> {
    let mut from = from.to_vec();
    let mut chunk = CHUNK_FIRST;
    loop {
        let rows = rows(&from, chunk);
        for (key, value) in &rows {
            if visit(key, value)? == ControlFlow::Break(()) {
                return Ok(());
            }
        }
        let Some((last, _)) = rows.last().filter(|_| rows.len() == chunk) else { return Ok(()) };
        chunk = chunk.saturating_mul(4).min(CHUNK_MAX);
        from.clone_from(last);
        from.push(0);
    }
}

/// Visits the records that `next` gives, beginning with the one that holds `from`.
fn walk(
    start: Option<Sequence>,
    from: Sequence,
    mut next: impl FnMut(Sequence) -> Option<(Sequence, Vec<u8>)>,
    visit: &mut Visit<'_>,
) -> Result<(), Fault> {
    let mut from = start.unwrap_or(from);
    while let Some((first, bytes)) = next(from) {
        if visit(&first.to_bytes(), &bytes)? == ControlFlow::Break(()) {
            break;
        }
        from = first.next();
    }
    Ok(())
}

/// A frozen copy.
struct Frozen(State);

impl Read for Frozen {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.0.get(table, key))
    }

    fn scan(&self, table: TableId, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), Fault> {
        scan(|from, limit| self.0.rows(table, from, to, limit), from, visit)
    }

    fn last_key(&self, table: TableId) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.0.last_key(table))
    }

    fn journal(&self, from: Sequence, visit: &mut Visit<'_>) -> Result<(), Fault> {
        let start = self.0.journal_record(from).map(|(first, _)| first);
        walk(start, from, |from| self.0.next_record(from), visit)
    }

    fn referred(&self, newest: TextKey, limit: usize) -> Result<Vec<Sequence>, Fault> {
        Ok(self.0.referred(newest, limit))
    }

    fn text(&self, key: TextKey) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.0.texts.get(&key).cloned())
    }

    fn journal_record(&self, at: Sequence) -> Result<Option<(Sequence, Vec<u8>)>, Fault> {
        Ok(self.0.journal_record(at))
    }
}

impl Store for MemoryStore {
    fn claim(&self) -> Result<Claim, Fault> {
        let trouble = self.trouble_of(Call::Claim);
        let mut state = self.0.lock();
        if trouble == Some(Trouble::Fail) {
            return Err(planned());
        }
        if let Some(promised) = state.promised {
            promise::check(&|at| Ok(state.journal_record(at)), promised, state.released)?;
        }
        if let Some((sequence, rows)) = state.torn.take() {
            if trouble == Some(Trouble::Tear) {
                state.tear(sequence, rows);
            } else {
                state.apply(sequence, &rows);
            }
        }
        if trouble == Some(Trouble::Tear) {
            return Err(planned());
        }
        state.epoch = state.epoch.saturating_add(1);
        let released = std::mem::take(&mut state.released);
        if trouble == Some(Trouble::FailAfter) {
            return Err(planned());
        }
        Ok(Claim { epoch: Epoch(state.epoch), applied: state.applied, promised: state.promised, released })
    }

    fn append(&self, epoch: Epoch, records: &[JournalRecord], texts: &[TextChange]) -> Appended {
        let trouble = self.trouble_of(Call::Append);
        let mut state = self.0.lock();
        if state.fenced(epoch).is_err() {
            return Appended::Fenced;
        }
        if matches!(trouble, Some(Trouble::Fail | Trouble::Tear)) {
            return Appended::Unknown(planned());
        }
        if trouble != Some(Trouble::Lose) {
            for record in records {
                state.journal.insert(record.first, record.bytes.clone());
            }
            for TextChange { key, value } in texts {
                match value {
                    Some(value) => drop(state.texts.insert(*key, value.clone())),
                    None => drop(state.texts.remove(key)),
                }
            }
        }
        if let Some(last) = records.last() {
            state.promised = Some(Tail { sequence: last.last, hash: last.hash });
        }
        if trouble == Some(Trouble::FailAfter) { Appended::Unknown(planned()) } else { Appended::Durable }
    }

    fn checkpoint(
        &self,
        epoch: Epoch,
        sequence: Sequence,
        runs: &mut dyn Iterator<Item = Result<Run, Fault>>,
    ) -> Result<(), Fault> {
        let trouble = self.trouble_of(Call::Checkpoint);
        let mut runs = runs.collect::<Result<Vec<Run>, Fault>>()?;
        let mut state = self.0.lock();
        state.fenced(epoch)?;
        let rows = runs.iter_mut().flat_map(changed).collect::<Vec<Row>>();
        match trouble {
            Some(Trouble::Fail) => return Err(planned()),
            Some(Trouble::Tear) => {
                state.tear(sequence, rows);
                return Err(planned());
            }
            Some(Trouble::Lose) => {}
            _ => state.apply(sequence, &rows),
        }
        if trouble == Some(Trouble::FailAfter) { Err(planned()) } else { Ok(()) }
    }

    fn snapshot(&self, epoch: Epoch) -> Result<Box<dyn Read + '_>, Fault> {
        let state = self.0.lock();
        state.fenced(epoch)?;
        Ok(Box::new(Frozen(state.clone())))
    }

    fn release(&self, epoch: Epoch, tail: Tail) -> Result<(), Fault> {
        let trouble = self.trouble_of(Call::Release);
        let mut state = self.0.lock();
        state.fenced(epoch)?;
        if matches!(trouble, Some(Trouble::Fail | Trouble::Tear)) {
            return Err(planned());
        }
        state.epoch = state.epoch.saturating_add(1);
        state.promised = Some(tail);
        state.released = true;
        if trouble == Some(Trouble::FailAfter) { Err(planned()) } else { Ok(()) }
    }

    fn backup(&self, _to: &Path) -> Result<(), Fault> {
        Err(Fault::io("the memory store has no files to copy"))
    }

    fn size_bytes(&self) -> Result<u64, Fault> {
        let state = self.0.lock();
        let rows = state.tables.values().flatten().map(|(key, value)| key.len().saturating_add(value.len()));
        let journal = state.journal.values().map(Vec::len);
        Ok(rows.chain(journal).fold(0u64, |sum, bytes| sum.saturating_add(bytes as u64)))
    }
}
