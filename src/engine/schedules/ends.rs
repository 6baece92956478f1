//! How often what was planned came about, over all schedules: an end that never comes is not tested.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What must come about.
pub(super) const ENDS: [&str; 7] = [
    "append failed",
    "append failed when done",
    "checkpoint failed",
    "checkpoint failed when done",
    "journal alone: append failed",
    "journal alone: append failed when done",
    "taken by another engine",
];

static SEEN: Mutex<BTreeMap<&'static str, u64>> = Mutex::new(BTreeMap::new());

/// It came about once more. Nobody is interrupted while holding this lock of the standard library.
pub(super) fn happened(end: &'static str) {
    *SEEN.lock().unwrap_or_else(PoisonError::into_inner).entry(end).or_default() += 1;
}

/// What came about so far, and how often.
pub(super) fn seen() -> BTreeMap<&'static str, u64> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
