//! When checkpoints begin, and who waits for them. How one is made is in `checkpoint`.

use super::error::{ClosedReason, Error};
use super::journal::Journal;
use super::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use super::sync::{Condvar, Mutant, Mutex, MutexGuard, planted};
use crate::storage::RunMemory;

/// A sweep that booked one subject for so many changes that begin a checkpoint is a large one: a booking is about eight
/// changes, so that it left an eighth of them in memory.
const SWEPT_SHARE: usize = 64;

#[derive(Debug, Default)]
struct State {
    /// How many checkpoints were asked for, and how many of these requests are met.
    asked: u64,
    met: u64,
    stopped: bool,
}

/// Counts what changed, and says when it is time.
#[derive(Debug)]
pub(super) struct Checkpointer {
    state: Mutex<State>,
    wake: Condvar,
    done: Condvar,
    /// Held while a checkpoint is made, one at a time, in this memory.
    turn: Mutex<RunMemory>,
    begin_at: usize,
    changes_max: usize,
    active: AtomicUsize,
    frozen: AtomicUsize,
    asleep: AtomicBool,
    made: AtomicUsize,
    /// Whether texts were erased since the last checkpoint.
    erased: AtomicBool,
}

impl Checkpointer {
    pub(super) fn new(begin_at: u32, changes_max: u32) -> Checkpointer {
        Checkpointer {
            state: Mutex::default(),
            wake: Condvar::new(),
            done: Condvar::new(),
            turn: Mutex::default(),
            begin_at: begin_at as usize,
            changes_max: changes_max as usize,
            active: AtomicUsize::new(0),
            frozen: AtomicUsize::new(0),
            erased: AtomicBool::new(false),
            asleep: AtomicBool::new(false),
            made: AtomicUsize::new(0),
        }
    }

    /// Texts are erased: the next checkpoint lets the store forget them.
    pub(super) fn erased(&self) {
        self.erased.store(true, Ordering::Release);
    }

    /// Whether texts were erased since this was asked last.
    pub(super) fn take_erased(&self) -> bool {
        self.erased.swap(false, Ordering::AcqRel)
    }

    /// Counts changed records; wakes the checkpointer when there are enough.
    pub(super) fn count(&self, changes: usize) {
        let active = self.active.fetch_add(changes, Ordering::Relaxed).saturating_add(changes);
        if active >= self.begin_at && self.asleep.load(Ordering::Relaxed) {
            let _state = self.state.lock();
            self.wake.notify_one();
        }
    }

    /// Waits while more is changed than may be: for the checkpoint that is under way, or that is due.
    pub(super) fn wait_for_room(&self, journal: &Journal) -> Result<(), Error> {
        self.wait_below(self.changes_max, journal)
    }

    /// Waits while more is changed than half of what may be: for work that leaves room to callers.
    pub(super) fn wait_for_half(&self, journal: &Journal) -> Result<(), Error> {
        // IMPORTANT: not below what begins a checkpoint, or nothing would begin one
        self.wait_below((self.changes_max / 2).max(self.begin_at), journal)
    }

    fn wait_below(&self, most: usize, journal: &Journal) -> Result<(), Error> {
        if self.changes() <= most {
            return Ok(());
        }
        let mut state = self.state.lock();
        while self.changes() > most {
            if state.stopped {
                return Err(why_stopped(journal));
            }
            self.wake.notify_one();
            self.done.wait(&mut state);
        }
        Ok(())
    }

    /// Changes that are not in the tables yet.
    pub(super) fn pending(&self) -> usize {
        self.changes()
    }

    /// Checkpoints made since the engine was opened.
    pub(super) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed) as u64
    }

    fn changes(&self) -> usize {
        self.active.load(Ordering::Relaxed).saturating_add(self.frozen.load(Ordering::Relaxed))
    }

    /// Asks for a checkpoint of all that has happened until now.
    pub(super) fn ask(&self) -> u64 {
        let mut state = self.state.lock();
        state.asked = state.asked.saturating_add(1);
        self.wake.notify_one();
        state.asked
    }

    /// A sweep has booked so many subjects. If they are many, a checkpoint is asked for: where nothing else is done,
    /// none would come, and each report would walk over the rows and sums that the sweep left in memory.
    pub(super) fn swept(&self, booked: u64) {
        if booked > 0 && usize::try_from(booked).unwrap_or(usize::MAX) >= self.begin_at / SWEPT_SHARE {
            self.ask();
        }
    }

    /// Waits until the checkpoint that was asked for is there.
    pub(super) fn wait(&self, ticket: u64, journal: &Journal) -> Result<(), Error> {
        let mut state = self.state.lock();
        while state.met < ticket {
            if state.stopped {
                return Err(why_stopped(journal));
            }
            self.done.wait(&mut state);
        }
        Ok(())
    }

    /// Runs checkpoints until stopped, or until one fails: the body of the checkpointer's thread.
    pub(super) fn run(&self, make: impl Fn() -> Result<(), Error>) {
        while let Some(asked) = self.next() {
            let made = make();
            let mut state = self.state.lock();
            match made {
                Ok(()) if planted(Mutant::MetTooMuch) => state.met = state.asked,
                Ok(()) => state.met = state.met.max(asked),
                Err(_) => state.stopped = true,
            }
            self.done.notify_all();
        }
    }

    fn next(&self) -> Option<u64> {
        let mut state = self.state.lock();
        self.asleep.store(true, Ordering::Relaxed);
        while state.asked <= state.met && !state.stopped && !self.is_full() {
            self.wake.wait(&mut state);
        }
        self.asleep.store(false, Ordering::Relaxed);
        (!state.stopped).then_some(state.asked)
    }

    /// Whether enough has changed for a checkpoint.
    pub(super) fn is_full(&self) -> bool {
        self.active.load(Ordering::Relaxed) >= self.begin_at
    }

    /// The right to make a checkpoint: one at a time.
    pub(super) fn turn(&self) -> MutexGuard<'_, RunMemory> {
        self.turn.lock()
    }

    /// The same, unless somebody has it.
    pub(super) fn try_turn(&self) -> Option<MutexGuard<'_, RunMemory>> {
        self.turn.try_lock()
    }

    /// What changed until now is frozen.
    pub(super) fn froze(&self) {
        self.frozen.store(self.active.swap(0, Ordering::Relaxed), Ordering::Relaxed);
    }

    /// What was frozen has melted: nothing of it was written.
    pub(super) fn melted(&self) {
        self.count(self.frozen.swap(0, Ordering::Relaxed));
    }

    /// What was frozen is in the tables: there is room.
    pub(super) fn thawed(&self) {
        self.frozen.store(0, Ordering::Relaxed);
        self.made.fetch_add(1, Ordering::Relaxed);
        let _state = self.state.lock();
        self.done.notify_all();
    }

    /// Ends the thread; who waits is told.
    pub(super) fn stop(&self) {
        self.state.lock().stopped = true;
        self.wake.notify_one();
        self.done.notify_all();
    }
}

fn why_stopped(journal: &Journal) -> Error {
    journal.closed().unwrap_or_else(|| Error::closed(ClosedReason::ByCaller, "the engine is closed"))
}
