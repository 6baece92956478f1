//! What entries are about, noted in memory until a checkpoint writes it into the index of the audit log.

use crate::domain::{Command, Leg, Mark, ProgramId, Sequence, Timestamp};
use hashbrown::HashMap;
use smallvec::SmallVec;
use std::ops::RangeInclusive;

/// What one entry is about.
pub(super) type MarkSet = SmallVec<[Mark; 6]>;

/// Entries of a shard by what they are about. Most are about the same as the last one of their verb: those cost a
/// comparison.
#[derive(Debug, Default)]
pub(super) struct PendingMarks {
    pub(super) sets: Vec<MarkedEntries>,
    places: HashMap<(ProgramId, MarkSet), usize>,
    /// The set of the last entry, by the last bits of its verb's number.
    last: [usize; 8],
}

/// Entries that are about the same, in order.
#[derive(Debug)]
pub(super) struct MarkedEntries {
    pub(super) program: ProgramId,
    pub(super) marks: MarkSet,
    pub(super) entries: Vec<Sequence>,
}

impl PendingMarks {
    /// Notes what the entry of a command that was done is about. In a shard, entries come in the order of their numbers.
    pub(super) fn note(&mut self, command: &Command, now: Timestamp, legs: &[Leg], sequence: Sequence) {
        let verb = usize::from(command.action.number() & 7);
        let last = self.last.get(verb).and_then(|last| self.sets.get_mut(*last));
        let last = last.filter(|set| set.program == command.program);
        if let Some(set) = last.filter(|set| are_marks_of(&set.marks, command, now, legs)) {
            set.entries.push(sequence);
            return;
        }
        let mut marks = MarkSet::new();
        Mark::each(command, now, legs, |mark| {
            if !marks.contains(&mark) {
                marks.push(mark);
            }
        });
        if marks.is_empty() {
            return;
        }
        let place = self.place(command.program, marks);
        if let (Some(set), Some(last)) = (self.sets.get_mut(place), self.last.get_mut(verb)) {
            set.entries.push(sequence);
            *last = place;
        }
    }

    /// The place of a set of marks, a new one if need be.
    fn place(&mut self, program: ProgramId, marks: MarkSet) -> usize {
        let new = self.sets.len();
        let place = *self.places.entry((program, marks.clone())).or_insert(new);
        if place == new {
            self.sets.push(MarkedEntries { program, marks, entries: Vec::new() });
        }
        place
    }

    /// Takes in those that came after these.
    pub(super) fn absorb(&mut self, newer: &PendingMarks) {
        for set in &newer.sets {
            let place = self.place(set.program, set.marks.clone());
            if let Some(known) = self.sets.get_mut(place) {
                known.entries.extend(&set.entries);
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.sets.clear();
        self.places.clear();
    }

    /// Up to `limit` of the entries of each set that has a mark of these ranges, up to a number, the newest.
    pub(super) fn newest(
        &self,
        program: ProgramId,
        wanted: &[RangeInclusive<Mark>],
        (up_to, limit): (Sequence, usize),
        found: &mut Vec<Sequence>,
    ) {
        let is_wanted = |mark: &Mark| wanted.iter().any(|marks| marks.contains(mark));
        for set in self.sets.iter().filter(|set| set.program == program && set.marks.iter().any(is_wanted)) {
            let until = set.entries.partition_point(|entry| *entry <= up_to);
            found.extend(set.entries.get(..until).unwrap_or_default().iter().rev().take(limit));
        }
    }
}

/// Whether these are the marks of an entry, in the order in which they come first.
fn are_marks_of(marks: &[Mark], command: &Command, now: Timestamp, legs: &[Leg]) -> bool {
    let (mut seen, mut others) = (0usize, false);
    Mark::each(command, now, legs, |mark| match marks.get(seen) == Some(&mark) {
        true => seen = seen.saturating_add(1),
        false => others |= !marks.iter().take(seen).any(|known| *known == mark),
    });
    seen == marks.len() && !others
}
