//! What a run counts, and what struck it.

use super::world::Plan;
use accruedb::storage::memory::{Call, Trouble};
use std::collections::BTreeMap;

/// What a run did, and what struck it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) counts: BTreeMap<&'static str, u64>,
    pub(crate) faults: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(crate) fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// How often something was interrupted.
    pub(super) fn troubles(&self) -> u64 {
        ["poisoned", "tried again"].iter().filter_map(|what| self.counts.get(what)).sum()
    }

    pub(super) fn fault(&mut self, kind: &'static str) {
        *self.faults.entry(kind).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: &Tally) {
        for (what, count) in &other.counts {
            *self.counts.entry(what).or_default() += count;
        }
        for (kind, count) in &other.faults {
            *self.faults.entry(kind).or_default() += count;
        }
    }
}

pub(super) fn name_of((call, _, trouble): &Plan) -> &'static str {
    match (call, trouble) {
        (Call::Append, Trouble::Fail) => "append failed",
        (Call::Append, Trouble::FailAfter) => "append failed when done",
        (Call::Append, _) => "append lied",
        (Call::Checkpoint, Trouble::Fail) => "checkpoint failed",
        (Call::Checkpoint, Trouble::FailAfter) => "checkpoint failed when done",
        (Call::Checkpoint, Trouble::Tear) => "checkpoint torn",
        (Call::Checkpoint, _) => "checkpoint lied",
        (Call::Read, _) => "read failed",
        (Call::Journal, _) => "journal read failed",
        (Call::Claim, Trouble::Fail) => "claim failed",
        (Call::Claim, Trouble::FailAfter) => "claim failed when done",
        (Call::Claim, _) => "claim torn",
        (Call::Release, Trouble::FailAfter) => "release failed when done",
        (Call::Release, _) => "release failed",
    }
}
