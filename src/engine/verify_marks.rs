//! The part of the audit that is about the index of the audit log: it names the entries that the journal tells of, and
//! no others.

use super::error::Error;
use super::findings::Findings;
use crate::domain::{Entry, Mark, ProgramId, Sequence};
use crate::storage::rows::Rows;
use crate::storage::{AuditMarks, Read};
use std::collections::{BTreeMap, BTreeSet};

/// Entries with a mark: how many, the last of them, and their numbers' sum and sum of squares.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Named {
    count: u64,
    last: Sequence,
    sum: u128,
    squares: u128,
}

/// What the journal tells of each mark.
#[derive(Default)]
pub(super) struct ToldMarks(BTreeMap<(ProgramId, Mark), Named>);

impl ToldMarks {
    /// Counts what an entry is about.
    pub(super) fn count(&mut self, entry: &Entry) {
        let Entry { command, recorded_at, sequence, .. } = entry;
        Mark::each(command, *recorded_at, entry.legs(), |mark| self.add(command.program, mark, *sequence));
    }

    fn add(&mut self, program: ProgramId, mark: Mark, sequence: Sequence) {
        let named = self.0.entry((program, mark)).or_default();
        if named.last != sequence {
            let number = u128::from(sequence.0);
            named.count = named.count.saturating_add(1);
            named.last = sequence;
            named.sum = named.sum.wrapping_add(number);
            named.squares = named.squares.wrapping_add(number.wrapping_mul(number));
        }
    }

    /// The index names as many, and the same.
    pub(super) fn audit(&self, read: &dyn Read, findings: &mut Findings) -> Result<(), Error> {
        let mut stored = ToldMarks::default();
        for row in Rows::<AuditMarks>::all(read) {
            let (key, marked) = row?;
            marked.sequences(key.segment).for_each(|sequence| stored.add(key.program, key.mark, sequence));
        }
        let marks: BTreeSet<_> = self.0.keys().chain(stored.0.keys()).collect();
        for mark in marks {
            let [told, named] = [&self.0, &stored.0].map(|of| of.get(mark).copied().unwrap_or_default());
            let (program, mark) = mark;
            let place = || format!("table audit_marks: program {program}, {mark:?}");
            let broken = (told != named)
                .then(|| format!("names {} entries where the journal has {}, or others", named.count, told.count));
            findings.add(place, broken);
        }
        Ok(())
    }
}
