//! What an audit has found: told one by one up to a limit, counted beyond it. Fingerprints by which two sets of rows are
//! compared in any order.

use crate::domain::keys::Key;

/// Violations that are told one by one; more are counted.
const TOLD_MAX: usize = 100;

/// What an audit has found so far.
/// What is wrong: the first of it in words, the rest counted.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) told: Vec<String>,
    pub(super) total: u64,
}

impl Findings {
    pub(super) fn add(&mut self, place: impl FnOnce() -> String, broken: impl IntoIterator<Item = String>) {
        let mut broken = broken.into_iter().peekable();
        if broken.peek().is_none() {
            return;
        }
        let place = place();
        for what in broken {
            self.total = self.total.saturating_add(1);
            if self.told.len() < TOLD_MAX {
                self.told.push(format!("{place}: {what}"));
            }
        }
    }
}

/// How many rows there are and what they are, in any order.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fingerprint {
    pub(super) rows: u64,
    sum: u128,
}

impl Fingerprint {
    pub(super) fn add(&mut self, key: &impl Key, value: u64) {
        let mut bytes = key.to_bytes();
        value.write(&mut bytes);
        let hash = blake3::hash(&bytes);
        let head = hash.as_bytes().first_chunk::<16>().copied().unwrap_or_default();
        self.rows = self.rows.saturating_add(1);
        self.sum = self.sum.wrapping_add(u128::from_le_bytes(head));
    }
}
