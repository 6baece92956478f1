//! Time: the only file of the core that reads a clock.

use super::options::{ClockSource, OnProgress, Progress};
use super::sync::atomic::{AtomicI64, Ordering};
use crate::domain::Timestamp;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The engine's clock. It never goes back.
#[derive(Debug)]
pub(super) struct Clock {
    source: ClockSource,
    /// [`UNSET`] before the first command that tells its time.
    last_ms: AtomicI64,
}

const UNSET: i64 = i64::MIN;

impl Clock {
    pub(super) fn new(source: ClockSource) -> Clock {
        Clock { source, last_ms: AtomicI64::new(UNSET) }
    }

    /// Now. `transaction_at` is the time of the command that is stamped.
    pub(super) fn stamp(&self, transaction_at: Option<Timestamp>) -> Timestamp {
        let candidate = match self.source {
            ClockSource::System => system_ms(),
            ClockSource::Commands => transaction_at.map_or(UNSET, Timestamp::ms),
        };
        let last = self.last_ms.fetch_max(candidate, Ordering::AcqRel);
        match last.max(candidate) {
            UNSET => Timestamp::MIN,
            now => Timestamp::from_ms(now).unwrap_or(Timestamp::MAX),
        }
    }

    /// Now, as [`Clock::stamp`] would tell it; the clock does not move.
    pub(super) fn peek(&self, transaction_at: Option<Timestamp>) -> Timestamp {
        let candidate = match self.source {
            ClockSource::System => system_ms(),
            ClockSource::Commands => transaction_at.map_or(UNSET, Timestamp::ms),
        };
        match self.last_ms.load(Ordering::Acquire).max(candidate) {
            UNSET => Timestamp::MIN,
            now => Timestamp::from_ms(now).unwrap_or(Timestamp::MAX),
        }
    }

    /// Makes sure that it is not before `instant` from now on.
    pub(super) fn not_before(&self, instant: Timestamp) {
        self.last_ms.fetch_max(instant.ms(), Ordering::AcqRel);
    }

    /// Whether it shows a time.
    pub(super) fn is_set(&self) -> bool {
        self.source == ClockSource::System || self.last_ms.load(Ordering::Relaxed) != UNSET
    }

    pub(super) fn source(&self) -> ClockSource {
        self.source
    }
}

/// Measures how long things take.
pub(super) struct Stopwatch(Instant);

impl Stopwatch {
    pub(super) fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// The time since the last call, or the start.
    pub(super) fn lap(&mut self) -> Duration {
        let now = Instant::now();
        now.duration_since(std::mem::replace(&mut self.0, now))
    }
}

/// Lets the thread rest.
pub(super) fn pause(time: Duration) {
    std::thread::sleep(time);
}

fn system_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX).min(Timestamp::MAX.ms())
}

/// Reports long work about once a second, beginning with the first second.
pub(super) struct Reporter<'a> {
    on_progress: Option<&'a OnProgress>,
    task: &'static str,
    total: Option<u64>,
    next: Instant,
}

impl<'a> Reporter<'a> {
    const EVERY: Duration = Duration::from_secs(1);

    pub(super) fn new(on_progress: Option<&'a OnProgress>, task: &'static str, total: Option<u64>) -> Reporter<'a> {
        Reporter { on_progress, task, total, next: later(Instant::now()) }
    }

    pub(super) fn report(&mut self, done: u64) {
        let Some(on_progress) = self.on_progress else { return };
        let now = Instant::now();
        if now >= self.next {
            self.next = later(now);
            on_progress(Progress { task: self.task, done, total: self.total });
        }
    }
}

fn later(now: Instant) -> Instant {
    now.checked_add(Reporter::EVERY).unwrap_or(now)
}
