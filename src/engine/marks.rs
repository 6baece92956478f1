//! The index of the audit log: which entries are about what. An entry is noted in memory when it is applied; a
//! checkpoint writes the numbers of all entries with a mark together, so that an accrual has no row of its own.

use super::core::Core;
use super::delta::Delta;
use super::error::Error;
use super::sync::Mutex;
use crate::domain::keys::Key;
use crate::domain::{Fault, Mark, MarkKey, Marked, ProgramId, Sequence};
use crate::storage::rows::{self, Rows};
use crate::storage::{AuditMarks, Read};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Gives the rows that the marks of some deltas change, each with what the table has of it, to `each`, in order.
pub(super) fn rows(
    core: &Core,
    deltas: &[Arc<Mutex<Delta>>],
    each: &mut dyn FnMut(&MarkKey, &Marked) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut all: BTreeMap<(ProgramId, Mark), Vec<Sequence>> = BTreeMap::new();
    for delta in deltas {
        for (mark, entries) in &delta.lock().marks {
            all.entry(*mark).or_default().extend(entries);
        }
    }
    for ((program, mark), mut entries) in all {
        entries.sort_unstable();
        for segment in entries.chunk_by(|one, other| segment_of(*one) == segment_of(*other)) {
            let Some(first) = segment.first() else { continue };
            let key = MarkKey::of(program, mark, *first);
            let row = match rows::get::<AuditMarks>(core.state.store.as_ref(), &key)? {
                Some(before) => {
                    let mut entries: Vec<Sequence> =
                        before.sequences(key.segment).chain(segment.iter().copied()).collect();
                    entries.sort_unstable();
                    entries.dedup();
                    Marked::of(&entries)
                }
                None => Marked::of(segment),
            };
            each(&key, &row)?;
        }
    }
    Ok(())
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
            let mut add = |delta: &Delta| {
                let entries = delta.marks.get(&(program, mark)).map(Vec::as_slice).unwrap_or_default();
                let until = entries.partition_point(|entry| *entry <= up_to);
                found.extend(entries.get(..until).unwrap_or_default().iter().rev().take(limit));
            };
            add(&shard.active);
            if let Some(frozen) = &shard.frozen {
                add(&frozen.lock());
            }
        }
        let first = MarkKey { program, mark, segment: 0 };
        let end = MarkKey { segment: segment_of(up_to).saturating_add(1), ..first };
        let store = self.state.store.as_ref();
        let rows: Vec<(MarkKey, Marked)> =
            Rows::<AuditMarks>::between(store as &dyn Read, first.to_bytes(), end.to_bytes(), 1024)
                .collect::<Result<_, Fault>>()?;
        let mut stored = 0usize;
        for (key, marked) in rows.iter().rev() {
            let before = found.len();
            found.extend(marked.sequences(key.segment).filter(|entry| *entry <= up_to));
            stored = stored.saturating_add(found.len().saturating_sub(before));
            if stored >= limit {
                break;
            }
        }
        found.sort_unstable_by(|one, other| other.cmp(one));
        found.dedup();
        found.truncate(limit);
        Ok(found)
    }
}
