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
use crate::storage::{AuditMarks, Read};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Entries of one segment: a bit for each.
struct Segment(Vec<u64>);

impl Segment {
    fn new() -> Segment {
        Segment(vec![0; 1 << 10])
    }

    fn add(&mut self, sequence: Sequence) {
        let place = usize::from(sequence.0 as u16);
        if let Some(word) = self.0.get_mut(place >> 6) {
            *word |= 1 << (place & 63);
        }
    }

    /// Those of the segment of this number, in order.
    fn sequences(&self, segment: u64) -> impl Iterator<Item = Sequence> + '_ {
        let words = self.0.iter().zip(0u64..).filter(|(word, _)| **word != 0);
        words.flat_map(move |(word, place)| {
            let first = segment << 16 | place << 6;
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left.wrapping_sub(1);
                Some(Sequence(first | u64::from(bit)))
            })
        })
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
                let row = all.entry(MarkKey::of(*program, *mark, *first)).or_insert_with(Segment::new);
                segment.iter().for_each(|entry| row.add(*entry));
            }
        }
    }
    for (key, mut row) in all {
        if let Some(before) = rows::get::<AuditMarks>(core.state.store.as_ref(), &key)? {
            before.sequences(key.segment).for_each(|entry| row.add(entry));
        }
        each(&key, &Marked::of(row.sequences(key.segment)))?;
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
    /// Up to `limit` entries with a mark, up to a number, the newest first.
    pub(super) fn marked(
        &self,
        program: ProgramId,
        mark: Mark,
        (up_to, limit): (Sequence, usize),
    ) -> Result<Vec<Sequence>, Error> {
        let mut found: Vec<Sequence> = Vec::new();
        // IMPORTANT: memory first: what a checkpoint brings into the table meanwhile is then seen twice, not missed
        for shard in &self.state.shards {
            let shard = shard.lock();
            let mut add = |delta: &Delta| delta.marks.newest(program, mark, (up_to, limit), &mut found);
            add(&shard.active);
            if let Some(frozen) = &shard.frozen {
                add(&frozen.lock());
            }
        }
        self.stored_marks(program, mark, (up_to, limit), &mut found)?;
        found.sort_unstable_by(|one, other| other.cmp(one));
        found.dedup();
        found.truncate(limit);
        Ok(found)
    }

    /// Of the table: a few segments at a time, from the newest back, until there are enough. More of them each time, so
    /// that a mark that is rare, or on nothing, is not looked for segment by segment.
    fn stored_marks(
        &self,
        program: ProgramId,
        mark: Mark,
        (up_to, limit): (Sequence, usize),
        found: &mut Vec<Sequence>,
    ) -> Result<(), Error> {
        let key = |segment| MarkKey { program, mark, segment }.to_bytes();
        let (mut end, mut count) = (segment_of(up_to).saturating_add(1), 1u64);
        let mut stored = 0usize;
        while end > 0 && stored < limit {
            let from = end.saturating_sub(count);
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
