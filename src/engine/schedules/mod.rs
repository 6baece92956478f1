//! Many orders in which the engine's threads may run, tried one by one (`--cfg shuttle`), and the mutants that must be
//! found that way.
//!
//! A schedule is one number, of which also follow what the threads do and what goes wrong. A failure names it, and
//! `ACCRUEDB_CASE='engine 123' make schedules` does it again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "small numbers")]

mod disk;
mod ends;
mod engine;
mod journal;
#[path = "../../../tests/proof.rs"]
#[allow(dead_code, reason = "the integration tests use more of it")]
mod proof;
mod turns;

use super::sync::{Mutant, plant};
use proof::Proof;
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};
use std::ops::Range;
use std::panic::{self, catch_unwind};

/// What is run under every schedule.
#[derive(Debug, Clone, Copy)]
struct Case {
    name: &'static str,
    run: fn(),
}

const JOURNAL: Case = Case { name: "journal", run: journal::run };
const ENGINE: Case = Case { name: "engine", run: engine::run };

/// The mutants, and where they are looked for.
const MUTANTS: [(Mutant, &str, Case); 17] = [
    (Mutant::AnswerBeforeSync, "answered before the store has it", JOURNAL),
    (Mutant::ToldBeforeTurnEnds, "told before the leader's turn ends", JOURNAL),
    (Mutant::EmptyTurnUntold, "a turn without a write ends in silence", JOURNAL),
    (Mutant::NoSecondLook, "waiting without a second look", JOURNAL),
    (Mutant::OneIsTold, "one is told of those who wait", JOURNAL),
    (Mutant::NobodyIsWoken, "nobody is woken", JOURNAL),
    (Mutant::SleepsWithoutLook, "the writer sleeps without a last look", JOURNAL),
    (Mutant::NumberBeforeLock, "a number taken outside the lock", JOURNAL),
    (Mutant::WakerComesLate, "a waker that comes after the last look", JOURNAL),
    (Mutant::FailureForgotten, "writing on after a failure", JOURNAL),
    (Mutant::UnlockedBeforeAppend, "unlocked between decision and number", ENGINE),
    (Mutant::UnlockedBeforeApply, "unlocked between number and effects", ENGINE),
    (Mutant::LockedInAnyOrder, "shards locked in any order", ENGINE),
    (Mutant::MetTooMuch, "a checkpoint counts for later requests", ENGINE),
    (Mutant::CheckpointBeforeJournal, "tables ahead of the journal", ENGINE),
    (Mutant::NumberAfterFreeze, "a checkpoint's number taken after its locks", ENGINE),
    (Mutant::BeforeNotKept, "a checkpoint with later values", ENGINE),
];

/// Schedules in which a mutant must be found.
const FOUND_WITHIN: u64 = 20_000;

/// Tries a range of schedules. Returns the one that failed.
fn fails(case: Case, mutant: Option<Mutant>, schedules: Range<u64>) -> Option<u64> {
    let mut config = Config::new();
    config.stack_size = 256 << 10;
    config.failure_persistence = FailurePersistence::None;
    config.max_steps = MaxSteps::FailAfter(100_000);
    config.silence_warnings = true;
    config.ungraceful_shutdown_config.immediately_return_on_panic = true;
    let tries = move || {
        plant(mutant);
        let tried = catch_unwind(|| Runner::new(turns::Turns::new(schedules), config).run(case.run));
        tried.err().map(|_| turns::schedule())
    };
    // a schedule that failed leaves its threads' panics half-way: no other may run where it did
    std::thread::spawn(tries).join().unwrap()
}

/// Tries as many schedules as there are, on every core.
fn all_pass(case: Case, schedules: u64) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let failed = std::thread::scope(|scope| {
        let parts = (0..threads).map(|part| part * schedules / threads..(part + 1) * schedules / threads);
        let parts: Vec<_> = parts.map(|part| scope.spawn(move || fails(case, None, part))).collect();
        parts.into_iter().filter_map(|part| part.join().unwrap()).min()
    });
    if let Some(schedule) = failed {
        panic!("ACCRUEDB_CASE='{} {schedule}' make schedules", case.name);
    }
}

#[test]
fn proof_schedules() {
    if let Ok(only) = std::env::var("ACCRUEDB_CASE") {
        let (name, schedule) = only.split_once(' ').expect("a case and a schedule");
        let schedule = schedule.parse().expect("the schedule's number");
        let case = [JOURNAL, ENGINE].into_iter().find(|case| case.name == name).expect("a case");
        assert_eq!(fails(case, None, schedule..schedule + 1), None, "see above");
        return;
    }
    let mut proof = Proof::new("schedules", "threads may run in any order", &ends::ENDS);
    let schedules = Proof::size(4_000);
    for (case, schedules) in [(JOURNAL, schedules / 2), (ENGINE, schedules - schedules / 2)] {
        all_pass(case, schedules);
        proof.count(case.name, schedules);
    }
    ends::seen().into_iter().for_each(|(end, times)| proof.fault(end, times));
    // mutants fail loudly
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    for (mutant, what, case) in MUTANTS {
        let found = fails(case, Some(mutant), 0..FOUND_WITHIN);
        let without = found.and_then(|schedule| fails(case, None, schedule..schedule + 1));
        println!("{mutant:?}: {} schedule {found:?}", case.name);
        proof.control(what, found.is_some() && without.is_none());
    }
    panic::set_hook(hook);
    proof.count("mutants", MUTANTS.len() as u64);
    proof.done();
}
