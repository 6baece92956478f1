//! The group commit: entries join the open batch under the shards' locks, and one write with one sync makes
//! everybody in it durable.
//!
//! Who waits for an entry writes the batch himself if nobody is writing (the leader), so that a single caller pays
//! for the sync alone, with no hand-over between threads; a thread of its own writes for callers who do not wait.

use super::clock::Stopwatch;
use super::error::{ClosedReason, Error, ErrorKind};
use super::metrics::{EntryCounts, GroupCounts};
use super::open_batch::{Joining, Open};
use super::profile::{Profile, Step};
use super::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use super::sync::{Condvar, Mutant, Mutex, MutexGuard, planted};
use super::unwind::OnUnwind;
use crate::domain::{Fault, FaultKind, Sequence, Timestamp};
use crate::storage::{Appended, ChainHash, Epoch, JournalRecord, Store, Tail, record};
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

/// The writer's thread begins a write when this much is pending, or after [`LINGER`]: a sync costs about as much for
/// one entry as for thousands. Whoever waits for an entry does not linger.
const GROUP_BYTES: usize = 256 << 10;
const LINGER: Duration = Duration::from_millis(1);

/// What the writer's thread does.
const BUSY: u8 = 0;
const LINGERING: u8 = 1;
const IDLE: u8 = 2;

#[derive(Debug)]
pub(super) struct Journal {
    store: Arc<dyn Store>,
    epoch: Epoch,
    bytes_max: usize,
    open: Mutex<Open>,
    /// Held by the leader while it writes: the hash of the last record.
    turn: Mutex<ChainHash>,
    /// Everything up to this entry is durable.
    durable: AtomicU64,
    pending_bytes: AtomicUsize,
    waiting: Mutex<()>,
    answered: Condvar,
    /// What the writer's thread does: [`BUSY`], [`LINGERING`] or [`IDLE`].
    writer_rest: AtomicU8,
    writer_wake: Condvar,
    profile: Arc<Profile>,
    /// Counted once a group.
    groups: Mutex<GroupCounts>,
    /// Who waits for an entry without a thread.
    wakers: Mutex<Vec<(Sequence, Waker)>>,
}

impl Journal {
    pub(super) fn new(
        (store, epoch): (Arc<dyn Store>, Epoch),
        bytes_max: usize,
        tail: Tail,
        last_at: Timestamp,
        profile: Arc<Profile>,
    ) -> Journal {
        Journal {
            store,
            epoch,
            bytes_max,
            open: Mutex::new(Open::new(tail.sequence.next(), last_at)),
            turn: Mutex::new(tail.hash),
            durable: AtomicU64::new(tail.sequence.0),
            pending_bytes: AtomicUsize::new(0),
            waiting: Mutex::new(()),
            answered: Condvar::new(),
            writer_rest: AtomicU8::new(BUSY),
            writer_wake: Condvar::new(),
            profile,
            groups: Mutex::default(),
            wakers: Mutex::default(),
        }
    }

    /// Opens the batch for entries, under the locks under which they are decided.
    pub(super) fn join(&self) -> Joining<'_> {
        let number = planted(Mutant::NumberBeforeLock).then(|| self.last().next());
        Joining::new(self.open.lock(), &self.pending_bytes, number)
    }

    /// The last entry that was given a number.
    pub(super) fn last(&self) -> Sequence {
        Sequence(self.open.lock().next.0.saturating_sub(1))
    }

    /// Why nothing joins any more, if so.
    pub(super) fn closed(&self) -> Option<Error> {
        self.open.lock().closed.clone()
    }

    /// The failure that closed the journal, if that is why it is closed.
    pub(super) fn failure(&self) -> Option<Error> {
        self.closed().filter(|error| error.kind != ErrorKind::Closed(ClosedReason::ByCaller))
    }

    /// Whether an entry is durable.
    pub(super) fn is_durable(&self, sequence: Sequence) -> bool {
        self.durable.load(Ordering::Acquire) >= sequence.0
    }

    /// Whether waiting for an entry would return at once: it is durable, or never will be.
    pub(super) fn is_settled(&self, sequence: Sequence) -> bool {
        self.is_durable(sequence) || self.failure().is_some()
    }

    /// Waits while more is pending than may be.
    pub(super) fn wait_for_room(&self) -> Result<(), Error> {
        while self.pending_bytes.load(Ordering::Relaxed) > self.bytes_max {
            self.wait(self.last())?;
        }
        Ok(())
    }

    /// Wakes the writer, for an entry that nobody waits for yet.
    pub(super) fn nudge(&self) {
        self.wake_writer(self.has_group());
    }

    /// Whether enough is pending for a write.
    fn has_group(&self) -> bool {
        self.pending_bytes.load(Ordering::Relaxed) >= GROUP_BYTES
    }

    /// Wakes the writer, unless it writes; where it lets a group gather, only if that `is_over`.
    fn wake_writer(&self, is_over: bool) {
        let wake = match self.writer_rest.load(Ordering::Acquire) {
            IDLE => true,
            LINGERING => is_over,
            _ => false,
        };
        // one caller wakes it: the others need not queue for that
        if wake && self.writer_rest.swap(BUSY, Ordering::AcqRel) != BUSY {
            let _guard = self.waiting.lock();
            self.writer_wake.notify_one();
        }
    }

    /// Waits until an entry is durable; writes it, if nobody else is writing.
    pub(super) fn wait(&self, sequence: Sequence) -> Result<(), Error> {
        if self.is_durable(sequence) {
            return Ok(());
        }
        let mut watch = self.profile.watch();
        let waited = self.wait_or_lead(sequence);
        watch.step(Step::Wait);
        waited
    }

    /// The last entry that is durable.
    pub(super) fn durable(&self) -> Sequence {
        Sequence(self.durable.load(Ordering::Acquire))
    }

    /// Waits until an entry is durable that may have no number yet; not longer than `wait`, and perhaps shorter.
    pub(super) fn wait_for_more(&self, sequence: Sequence, wait: Duration) -> Result<(), Error> {
        let mut waiting = self.waiting.lock();
        // IMPORTANT: look under `waiting`: a leader notifies under it, after the entry is durable
        if self.is_durable(sequence) {
            return Ok(());
        }
        if let Some(error) = self.failure() {
            return Err(error);
        }
        self.answered.wait_for(&mut waiting, wait);
        Ok(())
    }

    fn wait_or_lead(&self, sequence: Sequence) -> Result<(), Error> {
        loop {
            if self.is_durable(sequence) {
                return Ok(());
            }
            if let Some(turn) = self.turn.try_lock() {
                // another leader may have written it before it was this one's turn: then it is answered
                match self.write(turn) {
                    Err(error) if !self.is_durable(sequence) => return Err(error),
                    Ok(()) if sequence > self.last() => return Err(self.beyond(sequence)),
                    _ => continue,
                }
            }
            let mut waiting = self.waiting.lock();
            // The leader gives up its turn before it takes `waiting` to notify. So a turn that is still taken now
            // means that a notification is still to come; IMPORTANT: look again only under `waiting`.
            if !self.is_durable(sequence) && self.turn.is_locked() {
                self.answered.wait(&mut waiting);
            }
        }
    }

    /// Why nobody can wait for an entry that was never given a number.
    fn beyond(&self, sequence: Sequence) -> Error {
        Error::corrupt(format!("something names entry {sequence}, but the journal ends at {}", self.last()))
    }

    /// Writes what is open, as the leader. `Ok` also where there was nothing.
    fn write(&self, turn: MutexGuard<'_, ChainHash>) -> Result<(), Error> {
        // who saw the turn taken waits for its end
        let _told = OnUnwind::new(|| self.notify());
        self.write_in_turn(turn)
    }

    fn write_in_turn(&self, mut chain: MutexGuard<'_, ChainHash>) -> Result<(), Error> {
        let (records, texts, closed) = {
            let mut open = self.open.lock();
            (std::mem::take(&mut open.records), std::mem::take(&mut open.texts), open.closed.clone())
        };
        if records.is_empty() {
            // IMPORTANT: somebody may have seen the turn taken, and be waiting for its holder to say that it is over
            if !planted(Mutant::EmptyTurnUntold) {
                self.give_up(chain);
            }
            return closed.map_or(Ok(()), Err);
        }
        if let Some(error) = closed.filter(|error| error.kind != ErrorKind::Closed(ClosedReason::ByCaller)) {
            self.give_up(chain);
            return Err(error);
        }
        // IMPORTANT: what this leader has taken is lost with it, and whoever leads next would answer for it: the
        // journal is closed before the turn ends
        let _closed = OnUnwind::new(|| self.close(poisoned(&Fault::io("a write ended in a panic"))));
        let mut written = 0usize;
        let mut hash = *chain;
        let records: Vec<JournalRecord> = records
            .into_iter()
            .map(|open| {
                written = written.saturating_add(open.bytes.len());
                let record = record::finish(open.bytes, hash, open.first, open.count);
                hash = record.hash;
                record
            })
            .collect();
        if let (true, Some(last)) = (planted(Mutant::AnswerBeforeSync), records.last()) {
            self.durable.store(last.last.0, Ordering::Release);
        }
        let mut watch = self.profile.watch();
        let mut stopwatch = Stopwatch::start();
        let appended = self.store.append(self.epoch, &records, &texts);
        watch.step(Step::Sync);
        let entries = records.iter().fold(0, |sum: u64, record| {
            sum.saturating_add(record.last.0.saturating_sub(record.first.0)).saturating_add(1)
        });
        self.groups.lock().count(entries, stopwatch.lap());
        // before anybody sees that these are durable: who waits for room would look, again and again
        let rest = self.pending_bytes.load(Ordering::Relaxed).min(written);
        self.pending_bytes.fetch_sub(rest, Ordering::Relaxed);
        let outcome = match appended {
            Appended::Durable => {
                *chain = hash;
                if let Some(last) = records.last() {
                    self.durable.store(last.last.0, Ordering::Release);
                }
                Ok(())
            }
            Appended::Fenced => Err(Error::closed(ClosedReason::Fenced, "another engine has claimed the database")),
            Appended::Unknown(fault) => Err(poisoned(&fault)),
        };
        if let (Err(error), false) = (&outcome, planted(Mutant::FailureForgotten)) {
            self.close(error.clone());
        }
        self.give_up(chain);
        outcome
    }

    /// Ends the leader's turn, then tells who waits.
    fn give_up(&self, turn: MutexGuard<'_, ChainHash>) {
        if planted(Mutant::ToldBeforeTurnEnds) {
            self.notify();
        } else {
            drop(turn);
            self.notify();
        }
    }

    fn notify(&self) {
        let waiting = self.waiting.lock();
        self.answered.notify_all();
        drop(waiting);
        let mut wakers = self.wakers.lock();
        if !wakers.is_empty() {
            let all = std::mem::take(&mut *wakers);
            let (settled, waiting) = all.into_iter().partition(|(sequence, _)| self.is_settled(*sequence));
            *wakers = waiting;
            drop(wakers);
            let settled: Vec<(Sequence, Waker)> = settled;
            settled.into_iter().for_each(|(_, waker)| waker.wake());
        }
    }

    /// Wakes somebody when an entry is durable, or never will be. Returns whether that is so already.
    pub(super) fn wake_when_settled(&self, sequence: Sequence, waker: &Waker) -> bool {
        let before = planted(Mutant::WakerComesLate).then(|| self.is_settled(sequence));
        let mut wakers = self.wakers.lock();
        if before.unwrap_or_else(|| self.is_settled(sequence)) {
            return true;
        }
        wakers.push((sequence, waker.clone()));
        drop(wakers);
        self.wake_writer(true);
        false
    }

    /// What was counted since the engine was opened.
    pub(super) fn counts(&self) -> (EntryCounts, GroupCounts) {
        let entries = self.open.lock().counts.clone();
        (entries, self.groups.lock().clone())
    }

    /// Bytes that are not durable yet.
    pub(super) fn pending(&self) -> usize {
        self.pending_bytes.load(Ordering::Relaxed)
    }

    /// From now on nothing joins. The first reason stays, but a failure is told even where the caller closes.
    pub(super) fn close(&self, why: Error) {
        let mut open = self.open.lock();
        // IMPORTANT: a checkpoint that fails while the caller closes must keep the last one from being made
        if open.closed.as_ref().is_none_or(|error| error.kind == ErrorKind::Closed(ClosedReason::ByCaller)) {
            open.closed = Some(why);
        }
        drop(open);
        let _waiting = self.waiting.lock();
        self.writer_wake.notify_one();
    }

    /// Closes because of a failed write that is not the journal's own. Returns why the journal is closed.
    pub(super) fn poison(&self, fault: &Fault) -> Error {
        let error = match fault.kind {
            FaultKind::Fenced | FaultKind::Corrupt => Error::from(fault.clone()),
            FaultKind::Io | FaultKind::Locked => poisoned(fault),
        };
        self.close(error.clone());
        self.notify();
        self.closed().unwrap_or(error)
    }

    /// The writer's thread: writes until the journal is closed and empty.
    pub(super) fn run_writer(&self) {
        loop {
            let (empty, closed) = {
                let open = self.open.lock();
                (open.records.is_empty(), open.closed.is_some())
            };
            match (empty, closed) {
                (false, _) => {
                    if !closed {
                        self.linger();
                    }
                    if self.write(self.turn.lock()).is_err() {
                        return;
                    }
                }
                (true, true) => return,
                (true, false) => self.idle(),
            }
        }
    }

    /// Sleeps until there is something to write.
    fn idle(&self) {
        let mut waiting = self.waiting.lock();
        self.writer_rest.store(IDLE, Ordering::SeqCst);
        let nothing = {
            let open = self.open.lock();
            open.records.is_empty() && open.closed.is_none()
        };
        if nothing || planted(Mutant::SleepsWithoutLook) {
            self.writer_wake.wait(&mut waiting);
        }
        self.writer_rest.store(BUSY, Ordering::SeqCst);
    }

    /// Lets a group gather, for a moment, unless somebody waits for it.
    fn linger(&self) {
        let mut waiting = self.waiting.lock();
        self.writer_rest.store(LINGERING, Ordering::SeqCst);
        // IMPORTANT: look after it is said that this lingers: whoever comes later wakes it
        if !self.has_group() && self.wakers.lock().is_empty() {
            self.writer_wake.wait_for(&mut waiting, LINGER);
        }
        self.writer_rest.store(BUSY, Ordering::SeqCst);
    }

    /// The journal's end, once nothing is being written.
    pub(super) fn tail(&self) -> Tail {
        let hash = self.turn.lock();
        Tail { sequence: Sequence(self.durable.load(Ordering::Acquire)), hash: *hash }
    }
}

fn poisoned(fault: &Fault) -> Error {
    Error::closed(ClosedReason::Poisoned, format!("a write failed, reopen the database: {fault}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::open_batch::Refused;
    use crate::storage::memory::MemoryStore;
    use std::ops::ControlFlow;
    use std::thread;

    fn journal(bytes_max: usize) -> (Arc<MemoryStore>, Journal) {
        let store = Arc::new(MemoryStore::new());
        let epoch = store.claim().unwrap().epoch;
        let tail = Tail { sequence: Sequence(0), hash: [0; 32] };
        let profile = Arc::new(Profile::new(false));
        (store.clone(), Journal::new((store, epoch), bytes_max, tail, Timestamp::MIN, profile))
    }

    #[test]
    fn who_finds_more_pending_than_may_be_waits() {
        for (pending, waits) in [(99, false), (100, false), (101, true), (500, true)] {
            let (_, journal) = journal(100);
            // a record has 48 bytes of its own, an entry 4
            let entry = journal.join().append(Timestamp::MIN, &vec![7; pending - 52], |_, _| (), |_| ()).unwrap();
            journal.wait_for_room().unwrap();
            assert_eq!(journal.is_durable(entry), waits, "{pending} bytes pending, 100 may be");
            journal.wait(entry).unwrap();
            assert_eq!(journal.pending_bytes.load(Ordering::Relaxed), 0, "what is counted is what is written");
        }
    }

    /// One record for each entry would be as durable, and several times as large.
    #[test]
    fn entries_share_records_of_64_kib() {
        let (store, journal) = journal(1 << 30);
        for _ in 0..200 {
            journal.join().append(Timestamp::MIN, &[7; 1 << 10], |_, _| (), |_| ()).unwrap();
        }
        journal.wait(Sequence(200)).unwrap();
        let mut firsts = Vec::new();
        let mut visit = |key: &[u8], _: &[u8]| {
            firsts.push(u64::from_be_bytes(key.try_into().unwrap()));
            Ok(ControlFlow::Continue(()))
        };
        crate::storage::Read::journal(store.as_ref(), Sequence(0), &mut visit).unwrap();
        assert_eq!(firsts, [1, 65, 129, 193]);
    }

    #[test]
    fn damage_is_told_as_damage() {
        let (_, journal) = journal(1 << 20);
        assert_eq!(journal.poison(&Fault::corrupt("a table")).kind, ErrorKind::Corrupt);
        let refused = journal.join().append(Timestamp::MIN, &[7; 10], |_, _| (), |_| ()).unwrap_err();
        assert!(matches!(refused, Refused::Closed(error) if error.kind == ErrorKind::Corrupt));
    }

    #[test]
    fn nobody_waits_for_an_entry_that_is_not_there() {
        let (_, journal) = journal(1 << 20);
        let last = journal.join().append(Timestamp::MIN, &[7; 10], |_, _| (), |_| ()).unwrap();
        let error = journal.wait(last.next()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Corrupt, "{error}");
        assert!(journal.is_durable(last));
    }

    /// The writer sleeps while there is nothing to write: who does not wait has to wake it.
    #[test]
    fn what_nobody_waits_for_is_written_too() {
        let (_, journal) = journal(1 << 20);
        let soon = |what: &dyn Fn() -> bool| {
            (0..10_000).any(|_| {
                what() || {
                    thread::sleep(Duration::from_millis(1));
                    false
                }
            })
        };
        let written = thread::scope(|scope| {
            scope.spawn(|| journal.run_writer());
            let written = (0..3).all(|_| {
                let asleep = soon(&|| journal.writer_rest.load(Ordering::Acquire) == IDLE);
                let entry = journal.join().append(Timestamp::MIN, &[7; 10], |_, _| (), |_| ()).unwrap();
                journal.nudge();
                asleep && soon(&|| journal.is_durable(entry))
            });
            journal.close(Error::closed(ClosedReason::ByCaller, "closed"));
            written
        });
        assert!(written);
    }
}
