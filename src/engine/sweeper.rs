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
use std::ops::{ControlFlow, Range};
use std::time::Duration;

/// Rows of the table that one look takes, and changed rows that it takes of each shard. So a look holds a bounded number
/// of subjects, and few rows are read again because the other kind came to its limit first.
const STORED_MAX: usize = 10_000;
const CHANGED_MAX: usize = 256;

/// Books everything that is due at `now`. Returns how many subjects had something. A subject that cannot be booked does
/// not stop the sweep; its error is returned at the end.
pub(super) fn sweep(core: &Core, now: Timestamp, stop: &dyn Fn() -> bool) -> Result<u64, Error> {
    let mut swept = Swept::default();
    loop {
        let before = swept.booked;
        let programs: Vec<ProgramId> = core.catalog.read().programs.keys().copied().collect();
        for program in programs {
            let mut rest = Some(DueKey::until(program, now));
            while let Some(range) = rest {
                let look = find_due(core, &range, (CHANGED_MAX, STORED_MAX))?;
                // what was booked so far left deleted rows: the next look does not read them again
                rest = look.next.map(|next| next..range.end);
                if swept.book(core, look.due, stop)? == ControlFlow::Break(()) {
                    return Ok(swept.booked);
                }
            }
        }
        // a round that finds nothing to book is the last, even if it found a row
        if swept.booked == before {
            core.checkpointer.swept(swept.booked);
            return swept.failed.map_or(Ok(swept.booked), Err);
        }
    }
}

/// What a sweep has done so far.
#[derive(Default)]
struct Swept {
    booked: u64,
    failed: Option<Error>,
}

impl Swept {
    /// Books what one look found, until the sweep is to stop.
    fn book(&mut self, core: &Core, due: BTreeSet<DueKey>, stop: &dyn Fn() -> bool) -> Result<ControlFlow<()>, Error> {
        for DueKey { program, due_at: _, subject } in due {
            if stop() {
                return Ok(ControlFlow::Break(()));
            }
            match core.book(program, subject, None) {
                Ok(had_something) => self.booked = self.booked.saturating_add(had_something.into()),
                Err(error) if core.state.journal.closed().is_some() => return Err(error),
                Err(error) => self.failed = self.failed.take().or(Some(error)),
            }
        }
        core.state.journal.nudge();
        Ok(ControlFlow::Continue(()))
    }
}

/// Some of what is due, the earliest first.
struct Look {
    due: BTreeSet<DueKey>,
    /// Where the next look begins: nothing that is due comes before, but for what is here. `None` at the range's end.
    next: Option<DueKey>,
}

/// What is due in a range of one program, as the tables have it, corrected by what changed since: of so many changed rows
/// of a shard, and so many stored ones.
fn find_due(core: &Core, range: &Range<DueKey>, (changed_max, stored_max): (usize, usize)) -> Result<Look, Error> {
    let (mut due, mut removed) = (BTreeSet::new(), BTreeSet::new());
    let mut end = range.end;
    for shard in &core.state.shards {
        let mut shard = shard.lock();
        let mut correct = |delta: &mut Delta| -> Result<(), Fault> {
            for (read, row) in delta.rows(TableId::Due).range::<Due>(&(range.start..end)).enumerate() {
                let (key, row) = row?;
                if read >= changed_max {
                    end = key;
                    break;
                }
                let (into, out_of) = if row.is_some() { (&mut due, &mut removed) } else { (&mut removed, &mut due) };
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
    drop(due.split_off(&end));
    let mut taken = 0usize;
    let beyond = stored_due(core, &(range.start..end), |key| {
        if !removed.contains(&key) {
            due.insert(key);
            taken = taken.saturating_add(1);
        }
        taken < stored_max
    })?;
    if let Some(next) = beyond {
        end = next;
        drop(due.split_off(&end));
    }
    Ok(Look { due, next: (end < range.end).then_some(end) })
}

/// What the table has of a range, in order, as long as `each` wants more; returns the first key that it did not want.
/// What is left of rows that were deleted at its front is walked over once, not by every look.
fn stored_due(core: &Core, due: &Range<DueKey>, mut each: impl FnMut(DueKey) -> bool) -> Result<Option<DueKey>, Error> {
    let (start, end) = (due.start.to_bytes(), due.end.to_bytes());
    let firsts = &core.state.due_first;
    // without a turn, a checkpoint may bring an earlier row behind this look: it then tells nobody what it found
    let turn = core.checkpointer.try_turn();
    // IMPORTANT: after memory was looked at: a row that left it before is in the table, and known to be there
    let from = firsts.from(&start).min(end.clone());
    let (mut first, mut wants_more, mut beyond) = (None, true, None);
    for row in Rows::<Due>::between(core.state.store.as_ref(), from, end.clone(), 1024) {
        let (key, ()) = row?;
        first.get_or_insert(key);
        if !wants_more {
            beyond = Some(key);
            break;
        }
        wants_more = each(key);
    }
    if turn.is_some() {
        firsts.found(&start, &first.map_or(end, |first| first.to_bytes()));
    }
    Ok(beyond)
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
        Points, RequestId, Span, Subject,
    };
    use crate::engine::{ClockSource, Engine, EngineOptions};
    use crate::storage::memory::MemoryStore;
    use std::sync::Arc;

    const PROGRAM: ProgramId = ProgramId(1);

    fn day(day: i64) -> Timestamp {
        Timestamp::from_ms(day.saturating_mul(86_400_000)).unwrap()
    }

    /// An engine whose members 1, 2 and so on were given points on day 1 that last so many days.
    fn engine(options: EngineOptions, days: impl IntoIterator<Item = u16>) -> Engine {
        let point_type = PointTypeId(1);
        let options = EngineOptions { clock: ClockSource::Commands, ..options };
        let engine = Engine::open_store(Arc::new(MemoryStore::new()), options).unwrap();
        let mut requests = (1..).map(RequestId);
        let mut execute = |action: Action| {
            let command = Command::new(PROGRAM, requests.next().unwrap(), action);
            engine.execute(&Command { transaction_at: Some(day(1)), ..command }).unwrap();
        };
        execute(CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() }.into());
        execute(CreatePointType { point_type, ..CreatePointType::default() }.into());
        for (member, days) in (1..).map(MemberId).zip(days) {
            let award = Award { expires: Some(Expiry::After(Span::days(days))), ..Award::new(point_type, Points(10)) };
            execute(Accrue { member, partner: None, awards: vec![award] }.into());
        }
        engine
    }

    #[test]
    fn a_look_does_not_walk_over_rows_that_are_gone() {
        let engine = engine(EngineOptions::default(), [1, 2, 9]);
        engine.checkpoint().unwrap();
        engine.advance_to(day(5)).unwrap();
        assert_eq!(engine.book_due(), Ok(2));
        engine.checkpoint().unwrap();

        let begin = || engine.core.state.due_first.from(&DueKey::until(PROGRAM, day(5)).start.to_bytes());
        let find_due = |at| find_due(&engine.core, &DueKey::until(PROGRAM, at), (9, 9)).unwrap().due;
        assert!(find_due(day(5)).is_empty());
        assert_eq!(begin(), DueKey::until(PROGRAM, day(5)).end.to_bytes(), "nothing is left until then");
        assert_eq!(find_due(day(20)).len(), 1);
        assert!(begin() > DueKey::until(PROGRAM, day(9)).end.to_bytes(), "the first that is left");
        // a checkpoint is under way: what is found may be found too late
        let turn = engine.core.checkpointer.turn();
        let known = begin();
        assert_eq!(find_due(day(20)).len(), 1);
        assert_eq!(begin(), known);
        drop(turn);
        engine.advance_to(day(20)).unwrap();
        assert_eq!(engine.book_due(), Ok(1));
    }

    /// However little one look takes of memory or of the table, the looks of a sweep find each subject once.
    #[test]
    fn a_look_goes_on_where_the_last_one_ended() {
        let engine =
            engine(EngineOptions { shards: 3, ..EngineOptions::default() }, (1..=60).map(|member| 1 + member % 8));
        engine.checkpoint().unwrap();
        // memory has deleted rows and new ones before, between and behind those of the table
        for member in (1..=60).step_by(4).map(MemberId) {
            engine.core.book(PROGRAM, Subject::Member(member), Some(day(6))).unwrap();
        }
        let due = DueKey::until(PROGRAM, day(9));
        let whole = find_due(&engine.core, &due, (1_000, 1_000)).unwrap();
        assert_eq!((whole.next, whole.due.is_empty()), (None, false));
        for most in [(1, 1), (1, 50), (2, 3), (50, 1)] {
            let (mut found, mut rest, mut looks) = (Vec::new(), Some(due.clone()), 0);
            while let Some(range) = rest {
                let look = find_due(&engine.core, &range, most).unwrap();
                assert!(look.due.iter().all(|key| range.contains(key)) && look.due.len() <= 3 * most.0 + most.1);
                found.extend(look.due);
                rest = look.next.map(|next| next..range.end);
                looks += 1;
            }
            assert_eq!(found, Vec::from_iter(whole.due.iter().copied()), "{most:?}");
            assert!(looks > 1, "{most:?}");
        }
        engine.advance_to(day(9)).unwrap();
        assert_eq!(engine.book_due(), Ok(whole.due.len() as u64));
    }

    /// Where nothing else is done after it, each report would walk over what it left in memory.
    #[test]
    fn a_large_sweep_is_followed_by_a_checkpoint() {
        let left = |members: usize| {
            let few = EngineOptions { checkpoint_changes: 1_280, delta_changes_max: 2_000, ..EngineOptions::default() };
            let engine = engine(few, vec![1; members]);
            engine.advance_to(day(5)).unwrap();
            let before = engine.core.checkpointer.pending();
            assert_eq!(engine.book_due(), Ok(members as u64));
            let is_done = || engine.core.checkpointer.pending() < before;
            (0..if members < 20 { 20 } else { 10_000 }).any(|_| {
                is_done() || {
                    std::thread::sleep(Duration::from_millis(1));
                    false
                }
            })
        };
        assert!(left(20), "a twentieth of what begins one");
        assert!(!left(19), "a small one is not");
    }
}
