//! What the engine is measured against: a bare journal, rows through memtables, a bare synced put.

use super::{GROUP, Outcome};
use accruedb::domain::{
    Accrue, Action, Award, Command, CreatePointType, CreateProgram, Enrolment, MemberId, PointTypeId, Points,
    ProgramId, RequestId, Sequence,
};
use accruedb::engine::{Engine, EngineOptions};
use accruedb::storage::Read;
use accruedb::storage::rocks::{RocksOptions, RocksStore};
use hdrhistogram::Histogram;
use rocksdb::{ColumnFamilyDescriptor, DB, Options, WriteBatch, WriteOptions};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

/// Bytes of an accrual's journal entry.
const ENTRY_BYTES: usize = 118;
/// The journal of so many accruals is written again and again.
const SAMPLE: u64 = 200_000;

/// The journal's bytes and nothing else: one put and sync for 8,192 entries.
pub(crate) fn journal(folder: &Path, accruals: u64, members: u64) -> Outcome<f64> {
    let sample = sample(&folder.join("sample"), accruals.min(SAMPLE), members)?;
    let mut options = Options::default();
    options.create_if_missing(true);
    let db = DB::open(&options, folder.join("journal"))?;
    let synced = synced();
    let started = Instant::now();
    let mut place = 0;
    for first in (0..accruals).step_by(GROUP as usize) {
        let share = GROUP.min(accruals - first) as f64 / accruals.min(SAMPLE) as f64;
        let length = (sample.len() as f64 * share) as usize;
        if place + length > sample.len() {
            place = 0;
        }
        db.put_opt(first.to_be_bytes(), &sample[place..place + length], &synced)?;
        place += length;
    }
    Ok(accruals as f64 / started.elapsed().as_secs_f64())
}

/// The bytes of the journal that so many accruals of the standard workload have written.
fn sample(db: &Path, accruals: u64, members: u64) -> Outcome<Vec<u8>> {
    super::load(accruals, members, &["--db", db.to_str().ok_or("a folder's name is no text")?])?;
    let mut bytes = Vec::new();
    RocksStore::open(db, RocksOptions::default())?.journal(Sequence(0), &mut |_, record| {
        bytes.extend_from_slice(record);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(bytes)
}

fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

fn synced() -> WriteOptions {
    let mut options = WriteOptions::default();
    options.set_sync(true);
    options
}

/// The rows of an accrual (entry, request, member, item; of a member's first one, the due row too), 8,192 accruals in
/// one synced write batch, compaction running: what an engine does that writes its tables through memtables. Keys and
/// values are as long as ours.
pub(crate) fn memtables(path: &Path, accruals: u64, members: u64) -> Outcome<f64> {
    let mut options = Options::default();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    options.set_max_background_jobs(2);
    let tables = ["journal", "requests", "members", "items", "due"];
    let families = tables.map(|name| ColumnFamilyDescriptor::new(name, Options::default()));
    let db = DB::open_cf_descriptors(&options, path, families)?;
    let family = |name| db.cf_handle(name).ok_or("no such table");
    let (journal, requests) = (family("journal")?, family("requests")?);
    let (people, items, due) = (family("members")?, family("items")?, family("due")?);
    let mut seen = vec![false; members as usize];
    let synced = synced();
    let started = Instant::now();
    let mut batch = WriteBatch::default();
    for number in 0..accruals {
        let draw = mix(number);
        let member = mix(draw % members);
        let mut key = [0u8; 40];
        key[4..12].copy_from_slice(&member.to_be_bytes());
        key[12..20].copy_from_slice(&mix(member).to_be_bytes());
        key[30..38].copy_from_slice(&number.to_be_bytes());
        let mut value = [0u8; ENTRY_BYTES];
        value[..8].copy_from_slice(&draw.to_le_bytes());
        value[8..24].copy_from_slice(&key[4..20]);
        batch.put_cf(journal, number.to_be_bytes(), value);
        batch.put_cf(items, key, &value[..34]);
        batch.put_cf(people, &key[..20], &value[..55]);
        let mut request = [0u8; 20];
        request[4..12].copy_from_slice(&number.to_be_bytes());
        request[12..].copy_from_slice(&draw.to_be_bytes());
        batch.put_cf(requests, request, &value[..5]);
        if !std::mem::replace(&mut seen[(draw % members) as usize], true) {
            let mut due_key = [0u8; 29];
            due_key[4..12].copy_from_slice(&number.to_be_bytes());
            due_key[13..].copy_from_slice(&key[4..20]);
            batch.put_cf(due, due_key, []);
        }
        if number % GROUP == GROUP - 1 {
            db.write_opt(std::mem::take(&mut batch), &synced)?;
        }
    }
    db.write_opt(batch, &synced)?;
    Ok(accruals as f64 / started.elapsed().as_secs_f64())
}

/// Microseconds of a synced put of an entry's bytes and of a whole accrual, turn by turn.
pub(crate) fn one_at_a_time(folder: &Path, rounds: u64) -> Outcome<(Histogram<u64>, Histogram<u64>)> {
    let mut options = Options::default();
    options.create_if_missing(true);
    let db = DB::open(&options, folder.join("puts"))?;
    let engine = Engine::open(folder.join("engine"), EngineOptions::default())?;
    let (program, point_type) = (ProgramId(1), PointTypeId(1));
    let execute = |request: u128, action: Action| {
        engine.execute(&Command::new(program, RequestId(request), action)).map_err(|error| error.to_string())
    };
    execute(1, CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() }.into())?;
    execute(2, CreatePointType { point_type, ..CreatePointType::default() }.into())?;
    let synced = synced();
    let mut puts = Histogram::<u64>::new(3)?;
    let mut accruals = Histogram::<u64>::new(3)?;
    for round in 0..u128::from(rounds) {
        let started = Instant::now();
        db.put_opt(round.to_be_bytes(), [7u8; 200], &synced)?;
        puts.record(started.elapsed().as_micros() as u64)?;
        let awards = vec![Award::new(point_type, Points(100))];
        let started = Instant::now();
        execute(round + 3, Accrue { member: MemberId(round % 997 + 1), partner: None, awards }.into())?;
        accruals.record(started.elapsed().as_micros() as u64)?;
    }
    engine.close()?;
    Ok((puts, accruals))
}
