//! The sweeper: looks for what is due and books it, as ordinary commands. It changes no balance, only keeps the
//! bookings up to date, so that reports and the tables show what is already true.

use super::core::Core;
use super::delta::Delta;
use super::error::Error;
use super::sync::{Condvar, Mutex};
use crate::domain::keys::{DueKey, Key};
use crate::domain::{Fault, ProgramId, Timestamp};
use crate::storage::rows::Rows;
use crate::storage::{Due, TableId};
use std::collections::BTreeSet;
use std::time::Duration;

/// Members and partners that one look finds.
const FOUND_MAX: usize = 10_000;

/// Books everything that is due at `now`. Returns how many subjects had something. A subject that cannot be booked does
/// not stop the sweep; its error is returned at the end.
pub(super) fn sweep(core: &Core, now: Timestamp, stop: &dyn Fn() -> bool) -> Result<u64, Error> {
    let mut booked = 0u64;
    let mut failed = None;
    loop {
        let before = booked;
        for DueKey { program, due_at: _, subject } in find_due(core, now)? {
            if stop() {
                return Ok(booked);
            }
            match core.book(program, subject, None) {
                Ok(had_something) => booked = booked.saturating_add(had_something.into()),
                Err(error) if core.state.journal.closed().is_some() => return Err(error),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        core.state.journal.nudge();
        // a look that finds nothing to book is the last, even if it found a row
        if booked == before {
            return failed.map_or(Ok(booked), Err);
        }
    }
}

/// Some of what is due, the earliest first: as the tables have it, corrected by what changed since.
fn find_due(core: &Core, now: Timestamp) -> Result<BTreeSet<DueKey>, Error> {
    let mut found = BTreeSet::new();
    let programs: Vec<ProgramId> = core.catalog.read().programs.keys().copied().collect();
    for program in programs {
        let due = DueKey::until(program, now);
        let mut removed = BTreeSet::new();
        for shard in &core.state.shards {
            let mut shard = shard.lock();
            let mut correct = |delta: &mut Delta| -> Result<(), Fault> {
                for row in delta.rows(TableId::Due).range::<Due>(&due) {
                    let (key, row) = row?;
                    let (into, out_of) =
                        if row.is_some() { (&mut found, &mut removed) } else { (&mut removed, &mut found) };
                    into.insert(key);
                    out_of.remove(&key);
                }
                Ok(())
            };
            if let Some(frozen) = &shard.frozen {
                correct(&mut frozen.lock())?;
            }
            correct(&mut shard.active)?;
        }
        for row in Rows::<Due>::between(core.state.store.as_ref(), due.start.to_bytes(), due.end.to_bytes(), 1024) {
            let (key, ()) = row?;
            if !removed.contains(&key) {
                found.insert(key);
            }
            if found.len() >= FOUND_MAX {
                break;
            }
        }
    }
    Ok(found)
}

/// Tells the sweeper's thread when to look, and when to stop.
#[derive(Debug, Default)]
pub(super) struct Sweeper {
    stopped: Mutex<bool>,
    wake: Condvar,
}

impl Sweeper {
    /// The sweeper's thread.
    pub(super) fn run(&self, core: &Core, every: Duration) {
        let stopped = || *self.stopped.lock();
        while !self.pause(every) {
            let now = core.clock.stamp(None);
            // a booking that fails is reported to whoever needs that subject; only a fatal fault closes the journal
            if sweep(core, now, &stopped).is_err() && core.state.journal.closed().is_some() {
                return;
            }
        }
    }

    fn pause(&self, every: Duration) -> bool {
        let mut stopped = self.stopped.lock();
        if !*stopped {
            self.wake.wait_for(&mut stopped, every);
        }
        *stopped
    }

    pub(super) fn stop(&self) {
        *self.stopped.lock() = true;
        self.wake.notify_one();
    }
}
