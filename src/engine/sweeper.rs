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
use std::ops::Range;
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
        stored_due(core, &due, |key| {
            if !removed.contains(&key) {
                found.insert(key);
            }
            found.len() < FOUND_MAX
        })?;
    }
    Ok(found)
}

/// What the table has of a range, in order, as long as `each` wants more. What is left of rows that were deleted at its
/// front is walked over once, not by every look.
fn stored_due(core: &Core, due: &Range<DueKey>, mut each: impl FnMut(DueKey) -> bool) -> Result<(), Error> {
    let (start, end) = (due.start.to_bytes(), due.end.to_bytes());
    let firsts = &core.state.due_first;
    // without a turn, a checkpoint may bring an earlier row behind this look: it then tells nobody what it found
    let turn = core.checkpointer.try_turn();
    // IMPORTANT: after memory was looked at: a row that left it before is in the table, and known to be there
    let from = firsts.from(&start).min(end.clone());
    let mut first = None;
    for row in Rows::<Due>::between(core.state.store.as_ref(), from, end.clone(), 1024) {
        let (key, ()) = row?;
        first.get_or_insert(key);
        if !each(key) {
            break;
        }
    }
    if turn.is_some() {
        firsts.found(&start, &first.map_or(end, |first| first.to_bytes()));
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Accrue, Action, Award, Command, CreatePointType, CreateProgram, Enrolment, Expiry, MemberId, PointTypeId,
        Points, RequestId, Span,
    };
    use crate::engine::{ClockSource, Engine, EngineOptions};
    use crate::storage::memory::MemoryStore;
    use std::sync::Arc;

    #[test]
    fn a_look_does_not_walk_over_rows_that_are_gone() {
        let (program, point_type) = (ProgramId(1), PointTypeId(1));
        let options = EngineOptions { clock: ClockSource::Commands, ..EngineOptions::default() };
        let engine = Engine::open_store(Arc::new(MemoryStore::new()), options).unwrap();
        let day = |day: i64| Timestamp::from_ms(day * 86_400_000).unwrap();
        let mut requests = (1..).map(RequestId);
        let mut execute = |at, action: Action| {
            let command = Command::new(program, requests.next().unwrap(), action);
            engine.execute(&Command { transaction_at: Some(at), ..command }).unwrap();
        };
        execute(day(1), CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() }.into());
        execute(day(1), CreatePointType { point_type, ..CreatePointType::default() }.into());
        for (member, days) in [(1, 1), (2, 2), (3, 9)] {
            let award = Award { expires: Some(Expiry::After(Span::days(days))), ..Award::new(point_type, Points(10)) };
            let accrue = Accrue { member: MemberId(member), partner: None, awards: vec![award] };
            execute(day(1), accrue.into());
        }
        engine.checkpoint().unwrap();
        engine.advance_to(day(5)).unwrap();
        assert_eq!(engine.book_due(), Ok(2));
        engine.checkpoint().unwrap();

        let begin = || engine.core.state.due_first.from(&DueKey::until(program, day(5)).start.to_bytes());
        assert!(find_due(&engine.core, day(5)).unwrap().is_empty());
        assert_eq!(begin(), DueKey::until(program, day(5)).end.to_bytes(), "nothing is left until then");
        assert_eq!(find_due(&engine.core, day(20)).unwrap().len(), 1);
        assert!(begin() > DueKey::until(program, day(9)).end.to_bytes(), "the first that is left");
        // a checkpoint is under way: what is found may be found too late
        let turn = engine.core.checkpointer.turn();
        let known = begin();
        assert_eq!(find_due(&engine.core, day(20)).unwrap().len(), 1);
        assert_eq!(begin(), known);
        drop(turn);
        engine.advance_to(day(20)).unwrap();
        assert_eq!(engine.book_due(), Ok(1));
    }
}
