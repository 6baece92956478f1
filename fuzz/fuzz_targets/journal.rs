//! Journals that were damaged: a record of any bytes is read or refused. An engine over a journal that is not the one
//! that was written says that it is corrupt, or, where the tables make up for the damage, comes to the same state and
//! finds the damage in its audit. A journal that was forged, its hashes computed anew, never makes it panic.
#![no_main]

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/model/mod.rs"]
mod model;

use accruedb::domain::Sequence;
use accruedb::engine::{Engine, EngineOptions, ErrorKind};
use accruedb::storage::keys::Key;
use accruedb::storage::memory::MemoryStore;
use accruedb::storage::record::{self, Record};
use accruedb::storage::{Appended, JournalRecord, Read, Store};
use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use model::history::{History, Step};
use model::run::Way;
use model::world::Theme;
use std::ops::ControlFlow;
use std::sync::{Arc, LazyLock};

/// What was written, and the digest of its state.
struct Written {
    options: EngineOptions,
    records: Vec<JournalRecord>,
    digest: String,
}

static WRITTEN: LazyLock<Written> = LazyLock::new(|| {
    let history = History::seeded(11, 70, Theme::Calm);
    let options =
        EngineOptions { checkpoint_changes: 1_000_000, delta_changes_max: 1_000_000, ..Way::of(&history).options };
    let store = Arc::new(MemoryStore::new());
    let engine = Engine::open_store(store.clone(), options.clone()).expect("an empty store opens");
    for step in &history.steps {
        match step {
            Step::Do(command) => drop(engine.execute(command)),
            // in one record, mostly
            Step::Batch(commands) => drop(engine.execute_batch(commands)),
            _ => {}
        }
    }
    let digest = engine.digest().expect("nothing fails");
    engine.close().expect("nothing fails");
    let mut records = Vec::new();
    let walked = store.journal(Sequence(0), &mut |key, bytes| {
        let first = Sequence::from_bytes(key).expect("it was written");
        let read = Record::read(first, bytes)?;
        records.push(JournalRecord { first, last: read.last(), hash: read.hash(), bytes: bytes.to_vec() });
        Ok(ControlFlow::Continue(()))
    });
    walked.expect("nothing fails");
    Written { options, records, digest }
});

fn open(store: &Arc<MemoryStore>) -> std::result::Result<Engine, accruedb::engine::Error> {
    Engine::open_store(store.clone(), WRITTEN.options.clone())
}

fn put(store: &MemoryStore, records: &[JournalRecord]) {
    let epoch = store.claim().expect("nothing fails").epoch;
    assert_eq!(store.append(epoch, records, &[]), Appended::Durable);
}

/// Changes some bytes of a record, or puts other bytes in their place.
fn change(from: &mut Unstructured<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    let at = from.int_in_range(0..=bytes.len())?;
    match from.int_in_range(0..=4)? {
        0 => bytes.truncate(at),
        1 => bytes.extend(from.bytes(1)?.repeat(at)),
        2 => drop(bytes.splice(at..bytes.len().min(at + 8), from.arbitrary::<[u8; 8]>()?)),
        _ => {
            let with = from.int_in_range(0..=6)?.min(from.len());
            let end = bytes.len().min(at + from.int_in_range(0..=6)?);
            bytes.splice(at..end, from.bytes(with)?.iter().copied());
        }
    }
    Ok(())
}

/// The records, some of them damaged; and the last number of a journal that lost its end.
fn damage(from: &mut Unstructured<'_>, records: &mut Vec<JournalRecord>, applied: bool) -> Result<Option<Sequence>> {
    for _ in 0..from.int_in_range(1..=3)? {
        let (one, other) = (from.choose_index(records.len())?, from.choose_index(records.len())?);
        match from.int_in_range(0..=7)? {
            0 => records[one].bytes = records[other].bytes.clone(),
            1 => {
                let bytes = std::mem::take(&mut records[one].bytes);
                records[one].bytes = std::mem::replace(&mut records[other].bytes, bytes);
            }
            // what the tables were made from cannot be taken out of the store again
            2 if !applied && one + 1 < records.len() => drop(records.remove(one)),
            3 if one > 0 => return Ok(Some(records[one - 1].last)),
            _ => change(from, &mut records[one].bytes)?,
        }
    }
    Ok(None)
}

/// Gives every record the number it is stored under, and chains it to the one before, as if it had been written so.
fn forge(records: &mut [JournalRecord]) {
    let mut previous = [0; 32];
    for record in records {
        let bytes = std::mem::take(&mut record.bytes);
        let count = bytes.get(40..44).and_then(|bytes| bytes.try_into().ok()).map_or(1, u32::from_le_bytes);
        *record = record::finish(bytes, previous, record.first, count);
        previous = record.hash;
    }
}

fn check(from: &mut Unstructured<'_>) -> Result<()> {
    let (applied, forged) = (from.arbitrary::<bool>()?, from.arbitrary::<bool>()?);
    let mut records = WRITTEN.records.clone();
    let end = damage(from, &mut records, applied)?;
    if forged {
        forge(&mut records);
    }
    let same = records == WRITTEN.records && end.is_none();
    let store = Arc::new(MemoryStore::new());
    if applied {
        // the tables hold the first half of what was written
        put(&store, &WRITTEN.records[..WRITTEN.records.len() / 2]);
        let engine = open(&store).expect("it is whole");
        engine.checkpoint().expect("nothing fails");
    }
    put(&store, &records);
    if let Some(last) = end {
        store.lose_journal_after(last);
    }
    match open(&store) {
        Ok(engine) if same => assert_eq!(engine.digest().expect("nothing fails"), WRITTEN.digest),
        Ok(engine) if forged => drop(engine.verify(Some(Arc::new(MemoryStore::new())))),
        Ok(engine) => {
            assert!(applied, "damage was not noticed");
            assert_eq!(engine.digest().expect("nothing fails"), WRITTEN.digest, "damage was not noticed");
            let audit = engine.verify(Some(Arc::new(MemoryStore::new())));
            assert!(audit.is_err() || audit.is_ok_and(|audit| !audit.ok()), "the audit did not see the damage");
        }
        Err(error) => {
            assert!(!same, "{error}");
            assert_eq!(error.kind, ErrorKind::Corrupt, "{error}");
        }
    }
    Ok(())
}

/// Any bytes as a record.
fn read(first: Sequence, bytes: &[u8]) {
    let Ok(record) = Record::read(first, bytes) else { return };
    assert_eq!(record.first, first);
    assert!(record.last() >= first);
    for (entry, sequence) in record.entries(first).take_while(std::result::Result::is_ok).zip(first.0..) {
        assert_eq!(entry.map(|entry| entry.sequence), Ok(Sequence(sequence)));
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    if kind % 4 > 0 {
        // what could not be drawn for want of bytes is no damage
        let _ = check(&mut Unstructured::new(bytes));
    } else if let Some((first, bytes)) = bytes.split_first_chunk::<8>() {
        read(Sequence(u64::from_le_bytes(*first)), bytes);
    }
});
