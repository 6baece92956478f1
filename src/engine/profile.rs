//! Where the time goes, step by step: for `accruedb load --profile`. Off, it reads no clock.

use super::clock::Stopwatch;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A step of a command's way, or of the work behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Is the command well formed?
    Shape,
    /// Waiting until fewer changes, or fewer journal bytes, are pending.
    Room,
    /// Locking the shards.
    Lock,
    /// The rules, with the reads that they ask for.
    Decide,
    /// Encoding the entry and adding it to the batch.
    Append,
    /// Bringing the changes into memory.
    Apply,
    /// A caller waiting until its entry is durable; includes writing it, where the caller does that itself.
    Wait,
    /// The store writing and syncing a group of entries.
    Sync,
    /// A checkpoint: freezing, under all locks.
    Freeze,
    /// A checkpoint: encoding the changed rows.
    Encode,
    /// A checkpoint: sorting the rows, writing them as files, and bringing these into the tables.
    Files,
}

impl Step {
    /// Every step, in the order of a command's way.
    pub const ALL: [Step; 11] = [
        Step::Shape,
        Step::Room,
        Step::Lock,
        Step::Decide,
        Step::Append,
        Step::Apply,
        Step::Wait,
        Step::Sync,
        Step::Freeze,
        Step::Encode,
        Step::Files,
    ];
}

/// The time that a step took in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepTime {
    /// Which step.
    pub step: Step,
    /// How often it was done.
    pub times: u64,
    /// How long it took, over all threads.
    pub spent: Duration,
}

/// Adds up the time of steps.
#[derive(Debug, Default)]
pub(super) struct Profile {
    on: bool,
    steps: [Sum; Step::ALL.len()],
}

#[derive(Debug, Default)]
struct Sum {
    times: AtomicU64,
    spent_ns: AtomicU64,
}

impl Profile {
    pub(super) fn new(on: bool) -> Profile {
        Profile { on, ..Profile::default() }
    }

    /// Begins to measure.
    pub(super) fn watch(&self) -> Watch<'_> {
        Watch(self.on.then(|| (self, Stopwatch::start())))
    }

    pub(super) fn steps(&self) -> Vec<StepTime> {
        let sums = Step::ALL.into_iter().zip(&self.steps);
        let step = |(step, sum): (Step, &Sum)| StepTime {
            step,
            times: sum.times.load(Ordering::Relaxed),
            spent: Duration::from_nanos(sum.spent_ns.load(Ordering::Relaxed)),
        };
        sums.map(step).collect()
    }
}

/// Measures one step after the other.
pub(super) struct Watch<'a>(Option<(&'a Profile, Stopwatch)>);

impl Watch<'_> {
    /// The time since the last step was this one's.
    pub(super) fn step(&mut self, step: Step) {
        let Some((profile, stopwatch)) = &mut self.0 else { return };
        let spent = stopwatch.lap();
        if let Some(sum) = profile.steps.get(step as usize) {
            sum.times.fetch_add(1, Ordering::Relaxed);
            sum.spent_ns.fetch_add(u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
    }
}
