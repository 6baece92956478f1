//! Counters of what the engine did, for a look at any time. They are kept under locks that are held anyway, or once for a
//! group of entries.

use crate::domain::{Action, Outcome};
use std::collections::BTreeMap;
use std::time::Duration;

/// How often a number lay below each power of two.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Distribution {
    /// `counts[n]`: numbers below 2^n that are not below 2^(n - 1).
    pub counts: Vec<u64>,
    /// The sum of all numbers.
    pub sum: u64,
}

impl Distribution {
    fn add(&mut self, number: u64) {
        let place = usize::try_from(u64::BITS.saturating_sub(number.leading_zeros())).unwrap_or_default();
        if self.counts.len() <= place {
            self.counts.resize(place.saturating_add(1), 0);
        }
        if let Some(count) = self.counts.get_mut(place) {
            *count = count.saturating_add(1);
        }
        self.sum = self.sum.saturating_add(number);
    }

    /// How many numbers were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }
}

/// What the engine did since it was opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Metrics {
    /// Entries that were done, by verb.
    pub done: BTreeMap<&'static str, u64>,
    /// Entries that were refused, by the code of the refusal.
    pub refused: BTreeMap<&'static str, u64>,
    /// Entries of a group: one write with one sync.
    pub group_entries: Distribution,
    /// Microseconds that writing and syncing a group took.
    pub sync_us: Distribution,
    /// The number of the newest entry, and of the newest durable one.
    pub last_sequence: u64,
    /// The newest durable entry.
    pub durable_sequence: u64,
    /// Journal bytes that are not durable yet.
    pub journal_bytes_pending: u64,
    /// Changes that are not in the tables yet.
    pub changes_pending: u64,
    /// Checkpoints made.
    pub checkpoints: u64,
}

/// What is counted under the journal's lock.
#[derive(Debug, Clone, Default)]
pub(super) struct EntryCounts {
    /// By the number of the verb: cheaper than its name.
    pub(super) done: Vec<u64>,
    pub(super) refused: BTreeMap<&'static str, u64>,
}

impl EntryCounts {
    pub(super) fn count(&mut self, action: &Action, outcome: &Outcome) {
        match outcome {
            Outcome::Done { .. } => {
                let place = usize::from(action.number());
                if self.done.len() <= place {
                    self.done.resize(place.saturating_add(1), 0);
                }
                if let Some(count) = self.done.get_mut(place) {
                    *count = count.saturating_add(1);
                }
            }
            Outcome::Refused(rejection) => {
                let count = self.refused.entry(rejection.code()).or_default();
                *count = count.saturating_add(1);
            }
        }
    }
}

/// What is counted once a group.
#[derive(Debug, Clone, Default)]
pub(super) struct GroupCounts {
    pub(super) entries: Distribution,
    pub(super) sync_us: Distribution,
}

impl GroupCounts {
    pub(super) fn count(&mut self, entries: u64, took: Duration) {
        self.entries.add(entries);
        self.sync_us.add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }
}
