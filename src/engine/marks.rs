//! The index of the audit log: which entries are about what. An entry is noted in memory when it is applied; a
//! checkpoint writes the numbers of all entries with a mark together, so that an accrual has no row of its own.

use super::core::Core;
use super::delta::Delta;
use super::error::Error;
use super::pending_marks::MarkedEntries;
use super::sync::Mutex;
use crate::domain::keys::Key;
use crate::domain::{Fault, Mark, MarkKey, Marked, ProgramId, Sequence};
use crate::storage::rows::{self, Rows};
use crate::storage::{AuditMarks, Read, Table};
use std::collections::BTreeMap;
use std::ops::{ControlFlow, RangeInclusive};
use std::sync::Arc;

/// Entries of one segment: a list of a few, or a bit for each. So many rare marks take little room.
#[derive(Default)]
struct Segment {
    few: Vec<u16>,
    bits: Vec<u64>,
}

/// A list of more entries takes more room than a quarter of the bits.
const FEW_MAX: usize = 1024;

impl Segment {
    fn add(&mut self, sequence: Sequence) {
        let place = sequence.0 as u16;
        if self.bits.is_empty() && self.few.len() < FEW_MAX {
            self.few.push(place);
            return;
        }
        if self.bits.is_empty() {
            self.bits = vec![0; 1 << 10];
            std::mem::take(&mut self.few).into_iter().for_each(|place| self.set(place));
        }
        self.set(place);
    }

    fn set(&mut self, place: u16) {
        if let Some(word) = self.bits.get_mut(usize::from(place >> 6)) {
            *word |= 1 << (place & 63);
        }
    }

    /// Those of the segment of this number, in order, each once.
    fn marked(mut self, segment: u64) -> Marked {
        self.few.sort_unstable();
        self.few.dedup();
        let few = self.few.iter().map(|place| Sequence(segment << 16 | u64::from(*place)));
        let words = self.bits.iter().zip(0u64..).filter(|(word, _)| **word != 0);
        let many = words.flat_map(|(word, place)| {
            let first = segment << 16 | place << 6;
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left.wrapping_sub(1);
                Some(Sequence(first | u64::from(bit)))
            })
        });
        Marked::of(few.chain(many))
    }
}

/// Gives the rows that the marks of some deltas change, each with what the table has of it, to `each`, in order.
pub(super) fn rows(
    core: &Core,
    deltas: &[Arc<Mutex<Delta>>],
    each: &mut dyn FnMut(&MarkKey, &Marked) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut all: BTreeMap<MarkKey, Segment> = BTreeMap::new();
    for delta in deltas {
        for MarkedEntries { program, marks, entries } in &delta.lock().marks.sets {
            for (mark, segment) in marks.iter().flat_map(|mark| entries.chunk_by(is_near).map(move |near| (mark, near)))
            {
                let Some(first) = segment.first() else { continue };
                let row = all.entry(MarkKey::of(*program, *mark, *first)).or_default();
                segment.iter().for_each(|entry| row.add(*entry));
            }
        }
    }
    for (key, mut row) in all {
        if let Some(before) = rows::get::<AuditMarks>(core.state.store.as_ref(), &key)? {
            before.sequences(key.segment).for_each(|entry| row.add(entry));
        }
        each(&key, &row.marked(key.segment))?;
    }
    Ok(())
}

/// Whether two entries are of one segment.
fn is_near(one: &Sequence, other: &Sequence) -> bool {
    segment_of(*one) == segment_of(*other)
}

fn segment_of(sequence: Sequence) -> u64 {
    sequence.0 >> 16
}

impl Core {
    /// Up to `limit` entries with a mark of these ranges, up to a number, the newest first. None is left out in between.
    pub(super) fn marked(
        &self,
        program: ProgramId,
        wanted: &[RangeInclusive<Mark>],
        (up_to, limit): (Sequence, usize),
    ) -> Result<Vec<Sequence>, Error> {
        // a look from the end of all numbers would come to the last entries by way of all others
        let up_to = up_to.min(self.state.journal.last());
        let mut found: Vec<Sequence> = Vec::new();
        // IMPORTANT: memory first: what a checkpoint brings into the table meanwhile is then seen twice, not missed
        for shard in &self.state.shards {
            let shard = shard.lock();
            let mut add = |delta: &Delta| delta.marks.newest(program, wanted, (up_to, limit), &mut found);
            add(&shard.active);
            if let Some(frozen) = &shard.frozen {
                add(&frozen.lock());
            }
        }
        for marks in wanted {
            self.stored_marks(program, marks, (up_to, limit), &mut found)?;
        }
        found.sort_unstable_by(|one, other| other.cmp(one));
        found.dedup();
        found.truncate(limit);
        Ok(found)
    }

    /// Of the table: up to `limit` entries of each mark of a range that has any. Marks between them cost nothing.
    fn stored_marks(
        &self,
        program: ProgramId,
        marks: &RangeInclusive<Mark>,
        newest: (Sequence, usize),
        found: &mut Vec<Sequence>,
    ) -> Result<(), Error> {
        let key = |mark, segment| MarkKey { program, mark, segment }.to_bytes();
        let (mut from, end) = (key(*marks.start(), 0), key(*marks.end(), u64::MAX));
        while from < end {
            let mut first = None;
            self.state.store.scan(AuditMarks::ID, &from, &end, &mut |key, _| {
                let damaged = || Fault::corrupt(format!("table audit_marks: key {key:02x?}"));
                first = Some(MarkKey::from_bytes(key).ok_or_else(damaged)?);
                Ok(ControlFlow::Break(()))
            })?;
            let Some(MarkKey { mark, segment, .. }) = first else { return Ok(()) };
            self.stored_mark((program, mark), segment, newest, found)?;
            from = key(mark, u64::MAX);
        }
        Ok(())
    }

    /// Of a mark: a few segments at a time, from the newest back, until there are enough or its first one is read. More
    /// of them each time, so that a mark that is rare is not looked for segment by segment.
    fn stored_mark(
        &self,
        (program, mark): (ProgramId, Mark),
        first: u64,
        (up_to, limit): (Sequence, usize),
        found: &mut Vec<Sequence>,
    ) -> Result<(), Error> {
        let key = |segment| MarkKey { program, mark, segment }.to_bytes();
        let (mut end, mut count) = (segment_of(up_to).saturating_add(1), 1u64);
        let mut stored = 0usize;
        while end > first && stored < limit {
            let from = end.saturating_sub(count).max(first);
            let store: &dyn Read = self.state.store.as_ref();
            let rows: Vec<(MarkKey, Marked)> =
                Rows::<AuditMarks>::between(store, key(from), key(end), 1024).collect::<Result<_, Fault>>()?;
            for (key, marked) in rows.iter().rev() {
                let before = found.len();
                found.extend(marked.newest(key.segment, up_to, limit.saturating_sub(stored)));
                stored = stored.saturating_add(found.len().saturating_sub(before));
            }
            (end, count) = (from, count.saturating_mul(4));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_has_what_was_added() {
        for (count, step) in [(1u64, 1), (FEW_MAX as u64, 7), (FEW_MAX as u64 + 1, 7), (65_536, 1), (5_000, 13)] {
            let mut segment = Segment::default();
            let places: Vec<u64> = (0..count).map(|number| 65_535 - number * step).collect();
            // twice, and not in order
            places.iter().chain(&places).for_each(|place| segment.add(Sequence(3 << 16 | place)));
            let expected: Vec<Sequence> = places.iter().rev().map(|place| Sequence(3 << 16 | place)).collect();
            assert_eq!(segment.marked(3).sequences(3).collect::<Vec<_>>(), expected, "{count} entries");
        }
    }
}
