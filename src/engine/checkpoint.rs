//! The checkpoint: what changed since the last one becomes sorted runs in the tables, in the background.
//!
//! All shards are frozen at one sequence, under all locks, which takes as long as swapping that many pointers. The
//! journal is made durable up to there, the frozen records are encoded, sorted and written table by table, and then
//! dropped.

use super::core::Core;
use super::delta::{Delta, Shard};
use super::error::Error;
use super::marks;
use super::profile::Step;
use super::record_cache::RecordCache;
use super::sums::summed;
use super::sync::{Mutant, Mutex, MutexGuard, planted};
use super::unwind::OnUnwind;
use crate::domain::{CatalogKey, Definition, Fault, RequestKey, RequestPage, Sequence};
use crate::storage::requests;
use crate::storage::{
    AuditMarks, Blocks, Catalog, Members, Partners, Read, RequestPages, Run, RunMemory, SourceCounts, Sources, Table,
    TableId,
};
use std::hash::Hash;
use std::sync::Arc;

/// Everything that changed, as of one entry of the journal.
struct Frozen<'a> {
    core: &'a Core,
    sequence: Sequence,
    definitions: Vec<(CatalogKey, Definition)>,
    deltas: Vec<Arc<Mutex<Delta>>>,
    /// The last request id that is in a page.
    paged: Option<RequestKey>,
    memory: &'a RunMemory,
}

/// Makes one checkpoint. A failure poisons the engine: what is in memory can then not reach the tables.
pub(super) fn checkpoint(core: &Core) -> Result<(), Error> {
    let memory = core.checkpointer.turn();
    make_or_stop(core, &memory).map(drop)
}

/// Makes a checkpoint, and gives the store as it is then: its tables hold the effects of all entries up to the
/// sequence number, and of no more.
pub(super) fn snapshot(core: &Core) -> Result<(Sequence, Box<dyn Read + '_>), Error> {
    let memory = core.checkpointer.turn();
    let sequence = make_or_stop(core, &memory)?;
    Ok((sequence, core.state.store.snapshot(core.epoch)?))
}

/// Makes a checkpoint. One that fails, or panics, is the last: who waits for room is told.
fn make_or_stop(core: &Core, memory: &RunMemory) -> Result<Sequence, Error> {
    let _stopped = OnUnwind::new(|| {
        core.state.journal.poison(&Fault::io("a checkpoint ended in a panic"));
        core.checkpointer.stop();
    });
    make(core, memory).inspect_err(|_| core.checkpointer.stop())
}

fn make(core: &Core, memory: &RunMemory) -> Result<Sequence, Error> {
    let mut watch = core.profile.watch();
    let frozen = Frozen::now(core, memory)?;
    watch.step(Step::Freeze);
    let sequence = frozen.sequence;
    if !planted(Mutant::CheckpointBeforeJournal) {
        core.state.journal.wait(sequence)?;
    }
    let mut watch = core.profile.watch();
    let mut runs = TableId::ALL.into_iter().map(|table| {
        watch.step(Step::Files);
        let run = frozen.run(table);
        watch.step(Step::Encode);
        run
    });
    let applied = core.state.store.checkpoint(core.epoch, sequence, &mut runs);
    drop(runs);
    watch.step(Step::Files);
    if let Err(fault) = applied {
        return Err(core.state.journal.poison(&fault));
    }
    drop(frozen);
    core.state.paged.lock().last = requests::last_in_pages(core.state.store.as_ref())?;
    core.state.shards.iter().for_each(|shard| thaw(shard));
    core.checkpointer.thawed();
    if core.checkpointer.take_erased() {
        core.state.store.compact_texts()?;
    }
    Ok(sequence)
}

/// Request ids that a shard comes to know in one go.
const KNOWN_AT_ONCE: usize = 256;

/// What was frozen of a shard is in the tables now. Whoever sends commands comes by every shard all the time: none is
/// locked for long.
fn thaw(shard: &Mutex<Shard>) {
    let frozen = shard.lock().frozen.clone();
    if let Some(frozen) = frozen {
        let requests: Vec<RequestKey> = frozen.lock().requests.in_order().copied().collect();
        requests.chunks(KNOWN_AT_ONCE).for_each(|some| shard.lock().know(some));
    }
    let gone = shard.lock().thaw();
    if let Some(mut delta) = gone {
        delta.clear();
        shard.lock().keep_memory(delta);
    }
}

impl<'a> Frozen<'a> {
    /// Freezes all shards at the last entry of the journal, under all locks.
    fn now(core: &'a Core, memory: &'a RunMemory) -> Result<Frozen<'a>, Error> {
        let mut catalog = core.catalog.write();
        let mut shards: Vec<MutexGuard<'_, _>> = core.state.shards.iter().map(|shard| shard.lock()).collect();
        // IMPORTANT: after a failed checkpoint its frozen records are in no table; another one would pass them over
        if let Some(error) = core.state.journal.failure() {
            return Err(error);
        }
        let mut sequence = core.state.journal.last();
        let deltas = shards.iter_mut().map(|shard| shard.freeze()).collect();
        let definitions = std::mem::take(&mut catalog.pending);
        core.checkpointer.froze();
        if planted(Mutant::NumberAfterFreeze) {
            drop((catalog, shards));
            sequence = core.state.journal.last();
        }
        let paged = core.state.paged.lock().last;
        Ok(Frozen { core, sequence, definitions, deltas, paged, memory })
    }

    /// The frozen rows of one table.
    fn run(&self, table: TableId) -> Result<Run, Fault> {
        let mut run = Run::reusing(table, self.memory);
        match table {
            TableId::Catalog => {
                self.definitions.iter().try_for_each(|(key, row)| run.push::<Catalog>(key, Some(row)))?;
            }
            TableId::Members => self.records::<Members>(&mut run, |shard| &mut shard.members)?,
            TableId::Partners => self.records::<Partners>(&mut run, |shard| &mut shard.partners)?,
            TableId::Blocks => self.records::<Blocks>(&mut run, |shard| &mut shard.blocks)?,
            TableId::Sources => self.records::<Sources>(&mut run, |shard| &mut shard.sources)?,
            TableId::SourceCounts => self.records::<SourceCounts>(&mut run, |shard| &mut shard.counts)?,
            TableId::Requests => {
                self.deltas.iter().try_for_each(|delta| delta.lock().requests.write(&mut run, self.paged))?;
            }
            TableId::RequestPages => self.pages(&mut run)?,
            TableId::AuditMarks => {
                marks::rows(self.core, &self.deltas, &mut |key, row| run.push::<AuditMarks>(key, Some(row)))?;
            }
            table => match summed(table) {
                Some(summed) => (summed.write)(&self.deltas, self.core.state.store.as_ref(), &mut run)?,
                None => self.deltas.iter().for_each(|delta| delta.lock().rows(table).write(&mut run)),
            },
        }
        if table == TableId::Due {
            self.core.state.due_first.written(&mut run);
        }
        Ok(run)
    }

    /// Request ids that came in order. Pages do not overlap: so they hold what comes behind the last one that there is.
    fn pages(&self, run: &mut Run) -> Result<(), Fault> {
        let mut requests = std::mem::take(&mut self.core.state.paged.lock().memory);
        requests.clear();
        self.deltas.iter().for_each(|delta| delta.lock().requests.gather(self.paged, &mut requests));
        requests.sort_unstable_by_key(|(key, _)| *key);
        RequestPage::cut(&requests).try_for_each(|(last, page)| run.push::<RequestPages>(&last, Some(&page)))?;
        self.core.state.paged.lock().memory = requests;
        Ok(())
    }

    /// Records that stay in memory, as they were when they were frozen: a shard is locked while its own are copied, not
    /// while they are encoded.
    fn records<T: Table>(
        &self,
        run: &mut Run,
        cache: impl Fn(&mut Shard) -> &mut RecordCache<T::Key, T::Value>,
    ) -> Result<(), Fault>
    where
        T::Key: Hash,
    {
        let mut copied: Vec<(T::Key, T::Value)> = Vec::new();
        for shard in &self.core.state.shards {
            cache(&mut shard.lock()).collect(|key, value| copied.push((*key, value.clone())));
            copied.drain(..).try_for_each(|(key, value)| run.push::<T>(&key, Some(&value)))?;
        }
        Ok(())
    }
}
