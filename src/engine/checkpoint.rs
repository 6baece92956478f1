//! The checkpoint: what changed since the last one becomes sorted runs in the tables, in the background.
//!
//! All shards are frozen at one sequence, under all locks, which takes as long as swapping that many pointers. The
//! journal is made durable up to there, the frozen records are sorted and written table by table, and then dropped.

use super::core::Core;
use super::delta::Delta;
use super::error::Error;
use crate::domain::{Fault, Program, ProgramId, Sequence, TotalsKey};
use crate::storage::rows;
use crate::storage::{
    Blocks, Catalog, Corrections, Due, Expiries, Future, Items, Members, Partners, Read, Requests, Run, Table, TableId,
    TotalsByDay,
};
use parking_lot::MutexGuard;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that changed, as of one entry of the journal.
struct Frozen {
    sequence: Sequence,
    programs: Vec<(ProgramId, Program)>,
    deltas: Vec<Arc<Delta>>,
}

/// Makes one checkpoint. A failure poisons the engine: what is in memory can then not reach the tables.
pub(super) fn checkpoint(core: &Core) -> Result<(), Error> {
    let _turn = core.checkpointer.turn();
    make(core).map(drop)
}

/// Makes a checkpoint, and gives the store as it is then: its tables hold the effects of all entries up to the
/// sequence number, and of no more.
pub(super) fn snapshot(core: &Core) -> Result<(Sequence, Box<dyn Read + '_>), Error> {
    let _turn = core.checkpointer.turn();
    let sequence = make(core)?;
    Ok((sequence, core.state.store.snapshot()?))
}

fn make(core: &Core) -> Result<Sequence, Error> {
    let frozen = freeze(core)?;
    let sequence = frozen.sequence;
    core.state.journal.wait(sequence)?;
    let mut runs = TableId::ALL.into_iter().map(|table| run(core, &frozen, table));
    let applied = core.state.store.checkpoint(core.epoch, sequence, &mut runs);
    drop(runs);
    if let Err(fault) = applied {
        return Err(core.state.journal.poison(&fault));
    }
    drop(frozen);
    for shard in &core.state.shards {
        shard.lock().thaw();
    }
    core.checkpointer.thawed();
    Ok(sequence)
}

/// Freezes all shards at the last entry of the journal, under all locks.
fn freeze(core: &Core) -> Result<Frozen, Error> {
    let mut catalog = core.catalog.write();
    let mut shards: Vec<MutexGuard<'_, _>> = core.state.shards.iter().map(|shard| shard.lock()).collect();
    // IMPORTANT: after a failed checkpoint its frozen records are in no table; another one would pass them over
    if let Some(error) = core.state.journal.failure() {
        return Err(error);
    }
    let sequence = core.state.journal.last();
    let deltas = shards.iter_mut().map(|shard| shard.freeze()).collect();
    let changed = std::mem::take(&mut catalog.changed);
    let programs = changed.into_iter().filter_map(|id| Some((id, catalog.programs.get(&id)?.clone()))).collect();
    core.checkpointer.froze();
    Ok(Frozen { sequence, programs, deltas })
}

/// The frozen rows of one table, sorted.
fn run(core: &Core, frozen: &Frozen, table: TableId) -> Result<Run, Fault> {
    let deltas = || frozen.deltas.iter().map(Arc::as_ref);
    match table {
        TableId::Catalog => sorted::<Catalog>(frozen.programs.iter().map(|(key, value)| (*key, Some(value)))),
        TableId::Members => sorted::<Members>(deltas().flat_map(|delta| present(&delta.members))),
        TableId::Partners => merged::<Partners>(deltas().flat_map(|delta| present(&delta.partners))),
        TableId::Blocks => merged::<Blocks>(deltas().flat_map(|delta| present(&delta.blocks))),
        TableId::Items => merged::<Items>(deltas().flat_map(|delta| changed(&delta.items))),
        TableId::Future => merged::<Future>(deltas().flat_map(|delta| changed(&delta.future))),
        TableId::Expiries => merged::<Expiries>(deltas().flat_map(|delta| changed(&delta.expiries))),
        TableId::Requests => sorted::<Requests>(deltas().flat_map(|delta| present(&delta.requests))),
        TableId::Corrections => merged::<Corrections>(deltas().flat_map(|delta| present(&delta.corrections))),
        TableId::Due => merged::<Due>(deltas().flat_map(|delta| changed(&delta.due))),
        TableId::Totals => totals(core, deltas()),
    }
}

fn present<'a, K: Copy + 'a, V: 'a>(
    rows: impl IntoIterator<Item = (&'a K, &'a V)>,
) -> impl Iterator<Item = (K, Option<&'a V>)> {
    rows.into_iter().map(|(key, value)| (*key, Some(value)))
}

fn changed<K: Copy, V>(rows: &BTreeMap<K, Option<V>>) -> impl Iterator<Item = (K, Option<&V>)> {
    rows.iter().map(|(key, value)| (*key, value.as_ref()))
}

/// Rows of sorted maps: they come in sorted stretches, one a shard, which a stable sort merges.
fn merged<'a, T: Table>(rows: impl Iterator<Item = RowRef<'a, T>>) -> Result<Run, Fault>
where
    T::Value: 'a,
{
    let mut rows: Vec<RowRef<'a, T>> = rows.collect();
    rows.sort_by_key(|(key, _)| *key);
    written::<T>(&rows)
}

/// Rows of hashed maps: they come in no order.
fn sorted<'a, T: Table>(rows: impl Iterator<Item = RowRef<'a, T>>) -> Result<Run, Fault>
where
    T::Value: 'a,
{
    let mut rows: Vec<RowRef<'a, T>> = rows.collect();
    rows.sort_unstable_by_key(|(key, _)| *key);
    written::<T>(&rows)
}

type RowRef<'a, T> = (<T as Table>::Key, Option<&'a <T as Table>::Value>);

fn written<T: Table>(rows: &[RowRef<'_, T>]) -> Result<Run, Fault> {
    let mut run = Run::new(T::ID, rows.len());
    for (key, value) in rows {
        run.push::<T>(key, *value)?;
    }
    Ok(run)
}

/// Totals are sums: what the shards gathered is added to what the table holds.
fn totals<'a>(core: &Core, deltas: impl Iterator<Item = &'a Delta>) -> Result<Run, Fault> {
    let mut sums: BTreeMap<TotalsKey, crate::domain::Totals> = BTreeMap::new();
    for (key, part) in deltas.flat_map(|delta| &delta.totals) {
        sums.entry(*key).or_default().add(part);
    }
    let mut run = Run::new(TableId::Totals, sums.len());
    for (key, mut sum) in sums {
        if let Some(before) = rows::get::<TotalsByDay>(core.state.store.as_ref(), &key)? {
            sum.add(&before);
        }
        run.push::<TotalsByDay>(&key, Some(&sum))?;
    }
    Ok(run)
}
