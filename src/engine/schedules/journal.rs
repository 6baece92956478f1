//! The journal alone: callers that append and wait, its writer's thread, and an end of each kind.

use super::disk::Disk;
use super::ends;
use super::turns::{Dice, schedule};
use crate::domain::{Fault, Sequence, Timestamp};
use crate::engine::error::{ClosedReason, Error};
use crate::engine::journal::Journal;
use crate::engine::open_batch::Refused;
use crate::engine::profile::Profile;
use crate::engine::sync::{Condvar, Mutex, thread};
use crate::storage::memory::{Call, Trouble};
use crate::storage::{Store, Tail};
use std::sync::Arc;
use std::task::{Wake, Waker};

/// What ends the journal, besides its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It is closed when all callers are done.
    Quiet,
    /// It is closed while they are at work.
    Early,
    /// A write fails; it may be there all the same.
    Fails(Trouble, u64),
    /// Something else failed.
    Poisoned,
}

/// How a caller waits for its entry.
#[derive(Debug, Clone, Copy)]
enum Patience {
    Waits,
    /// Looks whether it is there, now and again: so somebody else has to write it.
    Looks,
    /// Has no thread: it is woken.
    Awaits,
    /// Does not care. It has to be written all the same.
    Leaves,
}

#[derive(Debug)]
struct Caller {
    journal: Arc<Journal>,
    disk: Arc<Disk>,
    end: End,
    patience: Vec<Patience>,
}

pub(super) fn run() {
    let mut dice = Dice::new(!schedule());
    let end = match dice.below(6) {
        0..=2 => End::Quiet,
        3 => End::Early,
        4 => End::Fails(if dice.below(2) == 0 { Trouble::Fail } else { Trouble::FailAfter }, dice.below(3)),
        _ => End::Poisoned,
    };
    let disk = Arc::new(Disk::new());
    if let End::Fails(trouble, after) = end {
        disk.plan(Call::Append, trouble, after);
    }
    let epoch = disk.claim().expect("claimed").epoch;
    let tail = Tail { sequence: Sequence(0), hash: [0; 32] };
    // now and again an entry is more than may be pending
    let bytes_max = if dice.below(4) == 0 { 4 } else { 1 << 20 };
    let journal = Journal::new((disk.clone(), epoch), bytes_max, tail, Timestamp::MIN, Arc::new(Profile::new(false)));
    let journal = Arc::new(journal);
    let writer = thread::spawn({
        let journal = journal.clone();
        move || journal.run_writer()
    });
    let callers: Vec<_> = (0..2 + dice.below(2))
        .map(|_| {
            let patience = (0..1 + dice.below(2)).map(|_| match dice.below(5) {
                0 => Patience::Looks,
                1 => Patience::Leaves,
                2 => Patience::Awaits,
                _ => Patience::Waits,
            });
            let caller = Caller { journal: journal.clone(), disk: disk.clone(), end, patience: patience.collect() };
            thread::spawn(move || caller.run())
        })
        .collect();
    let by_caller = || journal.close(Error::closed(ClosedReason::ByCaller, "closed"));
    match end {
        End::Early => by_caller(),
        End::Poisoned => drop(journal.poison(&Fault::io("something else failed"))),
        End::Quiet | End::Fails(..) => {}
    }
    let mut numbers: Vec<u64> = callers.into_iter().flat_map(|caller| caller.join().expect("a caller")).collect();
    by_caller();
    writer.join().expect("the writer");
    if let (End::Fails(trouble, _), true) = (end, disk.struck()) {
        ends::happened(match trouble {
            Trouble::Fail => "journal alone: append failed",
            _ => "journal alone: append failed when done",
        });
    }
    numbers.sort_unstable();
    let appended = numbers.len() as u64;
    assert_eq!(numbers, (1..=appended).collect::<Vec<_>>(), "numbers without holes, each once");
    if matches!(end, End::Quiet | End::Early) {
        assert_eq!(disk.last(), Sequence(appended), "everything was written");
        assert_eq!(journal.tail().sequence, Sequence(appended));
    }
}

impl Caller {
    /// Appends and waits. Returns the numbers of its entries.
    fn run(self) -> Vec<u64> {
        let mut numbers = Vec::new();
        for patience in &self.patience {
            if self.journal.wait_for_room().is_err() {
                break;
            }
            let joined = self.journal.join().append(Timestamp::MIN, b"entry", |_, _| (), |_| ());
            match joined {
                Ok(sequence) => {
                    numbers.push(sequence.0);
                    self.wait(sequence, *patience);
                }
                Err(Refused::Closed(_)) => break,
                Err(Refused::TimePassed) => panic!("time stands still here"),
            }
        }
        numbers
    }

    fn wait(&self, sequence: Sequence, patience: Patience) {
        let waited = match patience {
            Patience::Waits => self.journal.wait(sequence),
            Patience::Leaves => return self.journal.nudge(),
            Patience::Awaits => {
                self.journal.nudge();
                let bell = Arc::new(Bell::default());
                if !self.journal.wake_when_settled(sequence, &Waker::from(bell.clone())) {
                    bell.wait();
                }
                assert!(self.journal.is_settled(sequence), "woken before entry {sequence} is settled");
                self.journal.wait(sequence)
            }
            Patience::Looks => {
                self.journal.nudge();
                while !self.journal.is_durable(sequence) {
                    if self.journal.failure().is_some() {
                        return;
                    }
                    thread::yield_now();
                }
                Ok(())
            }
        };
        match waited {
            Ok(()) => assert!(self.disk.last() >= sequence, "entry {sequence} is answered before it is stored"),
            Err(error) => {
                let may_fail = matches!(self.end, End::Fails(..) | End::Poisoned);
                assert!(may_fail, "entry {sequence} was accepted, and then: {error}");
            }
        }
    }
}

/// Somebody sleeps until it rings.
#[derive(Debug, Default)]
struct Bell {
    has_rung: Mutex<bool>,
    rings: Condvar,
}

impl Bell {
    fn wait(&self) {
        let mut has_rung = self.has_rung.lock();
        while !*has_rung {
            self.rings.wait(&mut has_rung);
        }
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        *self.has_rung.lock() = true;
        self.rings.notify_all();
    }
}
