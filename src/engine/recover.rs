//! Opening: claim the store, load the catalog, replay the journal's entries that the tables do not hold yet, and see
//! that none is missing. It takes time in proportion to these entries, not to the database.

use super::broken::Broken;
use super::checkpointer::Checkpointer;
use super::clock::{Clock, Reporter};
use super::core::{Catalog, Core, enter_definition};
use super::error::Error;
use super::journal::Journal;
use super::options::EngineOptions;
use super::profile::Profile;
use super::state::State;
use super::sync::RwLock;
use crate::domain::keys::Key;
use crate::domain::{Entry, Fault, MemberKey, Programs, Sequence, Timestamp};
use crate::storage::record::{self, Record};
use crate::storage::rows::{self, Rows};
use crate::storage::{Claim, Epoch, Members, Read, Store, TableId, Tail};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Entries that are replayed in one go: enough that their members lie close together where they are stored, and few
/// enough that the entries, of some hundred bytes each, stay in the processor's cache.
const BATCH: usize = 8 << 10;

/// Batches that may have been read and not be replayed yet.
const BATCHES_AHEAD: usize = 2;

/// What the journal holds beyond the tables.
struct Found {
    tail: Tail,
    last_at: Timestamp,
}

pub(super) fn open(store: Arc<dyn Store>, options: EngineOptions) -> Result<Core, Error> {
    options.check()?;
    let claim = store.claim()?;
    let found = survey(store.as_ref(), &claim)?;
    check_tail(&claim, &found.tail)?;
    let core = build((store.clone(), store), options, claim.epoch, &found)?;
    replay_after(&core, claim.applied, found.tail.sequence)?;
    if found.tail.sequence > Sequence(0) {
        core.clock.not_before(found.last_at);
    }
    Ok(core)
}

/// An engine's core over a store, with the history of that store, or of another.
fn build(
    (store, history): (Arc<dyn Store>, Arc<dyn Store>),
    options: EngineOptions,
    epoch: Epoch,
    found: &Found,
) -> Result<Core, Error> {
    let programs = stored_programs(store.as_ref())?;
    let bytes_max = options.journal_bytes_max as usize;
    let profile = Arc::new(Profile::new(options.profile));
    let journal = Journal::new((history.clone(), epoch), bytes_max, found.tail, found.last_at, profile.clone());
    Ok(Core {
        catalog: RwLock::new(Catalog { programs, ..Catalog::default() }),
        state: State::new(store, history, journal, &options)?,
        clock: Clock::new(options.clock),
        checkpointer: Checkpointer::new(options.checkpoint_changes, options.delta_changes_max),
        epoch,
        options,
        profile,
        broken: Broken::default(),
    })
}

/// The programs as the tables have them: their definitions in the order of their versions.
pub(super) fn stored_programs(read: &dyn Read) -> Result<Programs, Fault> {
    let mut programs = Programs::new();
    for row in Rows::<crate::storage::Catalog>::all(read) {
        let (key, definition) = row?;
        enter_definition(&mut programs, &key, definition)?;
    }
    Ok(programs)
}

/// A core over an empty store, for replaying the history of another into it. It takes no commands.
pub(super) fn replica(core: &Core, store: Arc<dyn Store>, tail: Tail) -> Result<Core, Error> {
    // before the claim: it would shut out the engine that a used store belongs to
    if !is_empty(store.as_ref())? {
        return Err(Error::invalid("the store to replay into is not empty"));
    }
    let claim = store.claim()?;
    let found = Found { tail, last_at: Timestamp::MIN };
    build((store, core.state.history.clone()), core.options.clone(), claim.epoch, &found)
}

fn is_empty(store: &dyn Store) -> Result<bool, Fault> {
    for table in TableId::ALL {
        if store.last_key(table)?.is_some() {
            return Ok(false);
        }
    }
    Ok(store.journal_record(Sequence(u64::MAX))?.is_none())
}

/// Walks the journal's records after the last checkpoint: numbers without holes, each chained to the one before.
fn survey(store: &dyn Store, claim: &Claim) -> Result<Found, Error> {
    let mut tail = Tail { sequence: Sequence(0), hash: [0; 32] };
    let mut last_at = Timestamp::MIN;
    let mut first = true;
    store.journal(claim.applied, &mut |key, bytes| {
        let record = read_record(key, bytes)?;
        if !std::mem::take(&mut first) {
            check_link(&tail, &record)?;
        } else if record.first > claim.applied.next() {
            return Err(Fault::corrupt(format!("the journal begins at {}, after {}", record.first, claim.applied)));
        }
        tail = Tail { sequence: record.last(), hash: record.hash() };
        if let Some(entry) = record.entries(record.last()).next() {
            last_at = entry?.recorded_at;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if tail.sequence < claim.applied {
        let what = format!("the journal ends at entry {}, the tables hold entry {}", tail.sequence, claim.applied);
        return Err(Error::corrupt(what));
    }
    Ok(Found { tail, last_at })
}

/// The record under a key of the journal.
pub(super) fn read_record<'a>(key: &[u8], bytes: &'a [u8]) -> Result<Record<'a>, Fault> {
    let key = Sequence::from_bytes(key).ok_or_else(|| Fault::corrupt(format!("journal: key {key:02x?}")))?;
    Record::read(key, bytes)
}

/// A record must follow the one that ended with `tail`.
pub(super) fn check_link(tail: &Tail, record: &Record<'_>) -> Result<(), Fault> {
    if record.first != tail.sequence.next() {
        return Err(Fault::corrupt(format!(
            "journal entries {} to {} are missing",
            tail.sequence.next(),
            record.first
        )));
    }
    if record.previous != tail.hash {
        let what = format!("journal record {} is not chained to the one before: history was changed", record.first);
        return Err(Fault::corrupt(what));
    }
    Ok(())
}

/// A journal that ends before what was promised has lost its tail.
fn check_tail(claim: &Claim, tail: &Tail) -> Result<(), Error> {
    let Some(promised) = claim.promised else { return Ok(()) };
    let what = match tail.sequence.cmp(&promised.sequence) {
        std::cmp::Ordering::Less => format!(
            "the journal ends at entry {}, but entry {} was answered: its tail is lost",
            tail.sequence, promised.sequence
        ),
        std::cmp::Ordering::Greater if claim.released => {
            format!("the journal goes on after entry {}, at which the database was closed", promised.sequence)
        }
        std::cmp::Ordering::Equal if tail.hash != promised.hash => {
            format!("journal entry {} is not the one that was answered", promised.sequence)
        }
        _ => return Ok(()),
    };
    Err(Error::corrupt(what))
}

/// Does the journal's entries after `applied` again, in order. The delta grows as it had grown before: within the bound
/// that it had then.
pub(super) fn replay_after(core: &Core, applied: Sequence, last: Sequence) -> Result<(), Error> {
    if applied >= last {
        return Ok(());
    }
    let total = last.0.saturating_sub(applied.0);
    let mut reporter = Reporter::new(core.options.on_progress.as_ref(), "replaying the journal", Some(total));
    let mut replay = |batch: Vec<Entry>| -> Result<(), Error> {
        fetch_members(core, &batch)?;
        batch.iter().try_for_each(|entry| core.replay(entry))?;
        reporter.report(batch.last().map_or(0, |entry| entry.sequence.0.saturating_sub(applied.0)));
        Ok(())
    };
    let history = core.state.history.as_ref();
    if total <= BATCH as u64 {
        return batches_after(history, (applied, last), &mut replay);
    }
    // reading the entries takes a third of the time: a thread of its own reads ahead
    let (ahead, batches) = crossbeam::channel::bounded(BATCHES_AHEAD);
    std::thread::scope(move |scope| {
        let read =
            move || batches_after(history, (applied, last), &mut |batch| ahead.send(batch).map_err(|_| unwanted()));
        let reader = std::thread::Builder::new().name("accruedb-replay".to_owned()).spawn_scoped(scope, read);
        let reader = reader.map_err(|error| Fault::io(format!("a thread could not be started: {error}")))?;
        // IMPORTANT: where a replay fails, this takes the channel's end with it: the reader would wait for room for ever
        let batches = batches;
        batches.iter().try_for_each(replay)?;
        reader.join().unwrap_or_else(|_| Err(Error::corrupt("reading the journal ended in a panic")))
    })
}

/// Nobody takes a batch any more: what ended the replay is told by it.
fn unwanted() -> Error {
    Error::corrupt("the replay has ended")
}

/// Gives the entries after `applied` to `each` in batches, up to the last one.
fn batches_after(
    history: &dyn Read,
    (applied, last): (Sequence, Sequence),
    each: &mut dyn FnMut(Vec<Entry>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut batch = Vec::with_capacity(BATCH);
    entries_after(history, applied, &mut |entry| {
        let is_last = entry.sequence == last;
        batch.push(entry);
        if batch.len() >= BATCH || is_last {
            each(std::mem::replace(&mut batch, Vec::with_capacity(if is_last { 0 } else { BATCH })))?;
        }
        Ok(())
    })
}

/// Takes the members whom entries are about into memory, in the order in which they are stored: one by one, as the
/// entries need them, that would take longer than all else of a replay.
fn fetch_members(core: &Core, entries: &[Entry]) -> Result<(), Fault> {
    let members = entries.iter().filter_map(|Entry { command, .. }| {
        Some(MemberKey { program: command.program, member: command.action.member()? })
    });
    let mut keys: Vec<MemberKey> = members.collect();
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|key| core.state.shard(&key.lock()).is_some_and(|shard| shard.lock().members.get(key).is_none()));
    let found = rows::get_many::<Members>(core.state.store.as_ref(), &keys)?;
    for (key, member) in keys.into_iter().zip(found) {
        if let (Some(shard), Some(member)) = (core.state.shard(&key.lock()), member) {
            shard.lock().members.keep(key, member);
        }
    }
    Ok(())
}

/// Every entry after `sequence`, in order.
pub(super) fn entries_after(
    read: &dyn Read,
    sequence: Sequence,
    each: &mut dyn FnMut(Entry) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut error = None;
    read.journal(sequence.next(), &mut |key, bytes| {
        for entry in read_record(key, bytes)?.entries(sequence.next()) {
            if let Err(failed) = each(entry?) {
                error = Some(failed);
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    error.map_or(Ok(()), Err)
}

/// Durable entries up to a number, the newest first: those of one record of the journal. None: there are none.
pub(super) fn page_back(core: &Core, up_to: Sequence) -> Result<Vec<Entry>, Error> {
    let up_to = up_to.min(core.state.journal.last());
    core.state.journal.wait(up_to)?;
    let Some((first, bytes)) = core.state.history.journal_record(up_to)? else { return Ok(Vec::new()) };
    let record = Record::read(first, &bytes)?;
    let entries: Result<Vec<Entry>, Fault> = record
        .entries(first)
        .take_while(|entry| entry.as_ref().map_or(true, |entry| entry.sequence <= up_to))
        .collect();
    let store = core.state.history.as_ref();
    Ok(entries?.into_iter().rev().map(|entry| record::with_reference(store, entry)).collect::<Result<_, Fault>>()?)
}

/// The entries of these numbers, which are in descending order. Each record is read once.
pub(super) fn those(core: &Core, sequences: &[Sequence]) -> Result<Vec<Entry>, Error> {
    let Some(newest) = sequences.first() else { return Ok(Vec::new()) };
    core.state.journal.wait((*newest).min(core.state.journal.last()))?;
    let store = core.state.history.as_ref();
    let (mut found, mut left) = (Vec::with_capacity(sequences.len()), sequences);
    while let Some(next) = left.first() {
        let missing = || Fault::corrupt(format!("journal entry {next} is not there"));
        let (first, bytes) = store.journal_record(*next)?.ok_or_else(missing)?;
        let here = left.partition_point(|sequence| *sequence >= first);
        let (wanted, rest) = left.split_at_checked(here.max(1)).unwrap_or_default();
        let entries = Record::read(first, &bytes)?.those(|sequence| wanted.contains(&sequence));
        let entries: Vec<Entry> = entries.collect::<Result<_, Fault>>()?;
        for entry in entries.into_iter().rev() {
            found.push(record::with_reference(store, entry)?);
        }
        left = rest;
    }
    Ok(found)
}

/// The number of the first entry that was recorded at an instant or later; one more than the last where there is none.
pub(super) fn first_at(core: &Core, instant: Timestamp) -> Result<Sequence, Error> {
    let last = core.state.journal.last();
    core.state.journal.wait(last)?;
    // all up to `before` are older, all from `from` on are not
    let (mut before, mut from) = (Sequence(0), last.next());
    while before.next() < from {
        let middle = Sequence(before.0.midpoint(from.0));
        let entry = core.state.durable_entry(middle)?;
        if entry.recorded_at < instant { before = middle } else { from = middle }
    }
    Ok(from)
}

/// Up to `limit` durable entries from `from` on.
pub(super) fn page(core: &Core, from: Sequence, limit: usize) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    core.state.history.journal(from, &mut |key, bytes| {
        for entry in read_record(key, bytes)?.entries(from) {
            if entries.len() >= limit {
                return Ok(ControlFlow::Break(()));
            }
            entries.push(record::with_reference(core.state.history.as_ref(), entry?)?);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(entries)
}
