//! The pace of long work of the engine's own, like a settlement run: whole speed while nobody else is there; beside
//! others, small steps with pauses between them, so that nobody waits long for what a step has locked.

use super::checkpointer::Checkpointer;
use super::clock::{Stopwatch, pause};
use super::error::Error;
use super::journal::Journal;
use crate::domain::Sequence;
use std::time::Duration;

/// Items of one step beside others: a few hundred microseconds under its locks.
const ITEMS_BESIDE_OTHERS: u32 = 128;
/// How much longer than a step the pause after it is: what the step locks is free for three quarters of the time.
const PAUSE_STEPS: u32 = 3;
/// The longest pause: a step that the machine held up is no reason to stand still.
const PAUSE_MAX: Duration = Duration::from_millis(10);

/// How long work goes on, step by step.
pub(super) struct Pace {
    watch: Stopwatch,
    /// The newest entry after the last step.
    seen: Sequence,
    is_beside_others: bool,
}

impl Pace {
    pub(super) fn new(journal: &Journal) -> Pace {
        Pace { watch: Stopwatch::start(), seen: journal.last(), is_beside_others: false }
    }

    /// How many items the next step may touch.
    pub(super) fn limit(&self, most: u32) -> u32 {
        if self.is_beside_others { most.min(ITEMS_BESIDE_OTHERS) } else { most }
    }

    /// Begins a step, where there is room for it: callers find at least half of the room that changes have.
    pub(super) fn begin(&mut self, checkpointer: &Checkpointer, journal: &Journal) -> Result<(), Error> {
        checkpointer.wait_for_half(journal)?;
        self.watch.lap();
        Ok(())
    }

    /// A step is done, with one entry. Where others added entries meanwhile, gives way to them.
    pub(super) fn end(&mut self, journal: &Journal) {
        let last = journal.last();
        self.is_beside_others = last > self.seen.next();
        self.seen = last;
        if self.is_beside_others {
            pause(self.watch.lap().saturating_mul(PAUSE_STEPS).min(PAUSE_MAX));
        }
    }
}
