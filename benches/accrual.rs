//! How fast accruals become durable, against the same rows written through RocksDB's memtables; and how long one
//! accrual takes a single caller, against a bare synced put. Both sides in one run, since machines differ and are
//! shared.
//!
//! `cargo bench --bench accrual` runs it at full size, `-- --small` in seconds.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a bench may panic where its machine fails it"
)]

use accruedb::domain::{
    Accrue, Action, Award, Command, CreatePointType, CreateProgram, Enrolment, MemberId, PointTypeId, Points,
    ProgramId, RequestId,
};
use accruedb::engine::{Engine, EngineOptions};
use hdrhistogram::Histogram;
use rocksdb::{ColumnFamilyDescriptor, DB, Options, WriteBatch, WriteOptions};
use std::error::Error;
use std::path::Path;
use std::process::Command as Process;
use std::time::Instant;

/// Accruals in one synced write of the baseline, and in flight in the engine.
const GROUP: u64 = 8_192;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let small = std::env::args().any(|argument| argument == "--small" || argument == "--test");
    let (accruals, members, single) = if small { (50_000, 25_000, 200) } else { (2_000_000, 1_000_000, 4_000) };
    let folder = tempfile::tempdir()?;
    let memtables = memtables(&folder.path().join("memtables"), accruals, members)?;
    let engine = load(accruals, members)?;
    println!("{:<44}{:>12}{:>10}", "accruals a second, durable", "rate", "ratio");
    println!("{:<44}{memtables:>12.0}{:>10}", "rows through RocksDB's memtables", 1);
    println!("{:<44}{engine:>12.0}{:>10.2}", "accruedb load", engine / memtables);
    let (put_us, accrual_us) = one_at_a_time(folder.path(), single)?;
    println!("{:<44}{:>12}{:>10}", "one at a time, microseconds", "median", "ratio");
    println!("{:<44}{put_us:>12.0}{:>10}", "a bare synced put", 1);
    println!("{:<44}{accrual_us:>12.0}{:>10.2}", "Engine::execute", accrual_us / put_us);
    Ok(())
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
fn memtables(path: &Path, accruals: u64, members: u64) -> Outcome<f64> {
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
        let mut value = [0u8; 118];
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

/// `accruedb load`, as anyone can run it.
fn load(accruals: u64, members: u64) -> Outcome<f64> {
    let (accruals, members, in_flight) = (accruals.to_string(), members.to_string(), GROUP.to_string());
    let arguments = ["load", "--accruals", &accruals, "--members", &members, "--in-flight", &in_flight, "--json"];
    let output = Process::new(env!("CARGO_BIN_EXE_accruedb")).args(arguments).output()?;
    let measured: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    eprintln!("{measured}");
    Ok(measured["accruals_per_s"].as_f64().ok_or("load printed no rate")?)
}

/// Medians of a synced put of an entry's bytes and of a whole accrual, turn by turn.
fn one_at_a_time(folder: &Path, rounds: u128) -> Outcome<(f64, f64)> {
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
    for round in 0..rounds {
        let started = Instant::now();
        db.put_opt(round.to_be_bytes(), [7u8; 200], &synced)?;
        puts.record(started.elapsed().as_micros() as u64)?;
        let awards = vec![Award::new(point_type, Points(100))];
        let started = Instant::now();
        execute(round + 3, Accrue { member: MemberId(round % 997), partner: None, awards }.into())?;
        accruals.record(started.elapsed().as_micros() as u64)?;
    }
    engine.close()?;
    Ok((puts.value_at_quantile(0.5) as f64, accruals.value_at_quantile(0.5) as f64))
}
