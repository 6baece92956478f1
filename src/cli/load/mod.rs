//! `accruedb load`: a closed loop of commands with many in flight, and how fast they became durable.

mod args;
mod measured;
mod processor;
mod reader;
mod reports;
mod sender;
mod settlement;
mod workload;

use super::database;
use super::output::{Exit, Failure, Output};
use super::scratch::Scratch;
use crate::engine::{ClockSource, Engine, EngineOptions};
pub(super) use args::Load;
use args::Workload;
use measured::Measured;
use reader::Reader;
use sender::Sender;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

pub(super) fn run(load: &Load, output: &mut Output) -> Result<Exit, Failure> {
    if let Some(db) = load.db.as_ref().filter(|_| load.only_reports) {
        return only_reports(db, load, output);
    }
    if let Some(db) = &load.db {
        database::must_be_new(db)?;
    }
    if load.workload == Workload::Mixed && load.redemptions > 0 {
        return Err(Failure::Usage("the mixed workload has its own share of redemptions".to_owned()));
    }
    let scratch = Scratch::new(&std::env::temp_dir(), "accruedb-load-")?;
    let db = load.db.clone().unwrap_or_else(|| scratch.path().join("db"));
    let on_progress = Some(output.on_progress());
    let cache_members = load.cache_members;
    let clock = if load.spread.is_some() { ClockSource::Commands } else { ClockSource::System };
    let mut options =
        EngineOptions { clock, cache_members, on_progress, profile: load.profile, ..EngineOptions::default() };
    if load.settle > 0 {
        // the run is this command's to begin
        options.sweep_every = None;
    }
    let engine = open(&db, options)?;
    workload::set_up(&engine, load)?;
    if load.settle > 0 {
        settlement::prepare(&engine, load)?;
    }
    let bar = output.bar("loading", Some(load.accruals));
    let next = AtomicU64::new(0);
    let done = AtomicBool::new(false);
    let own_share_ns = processor::own_share_ns(load);
    let used_before = processor::used();
    let started = Instant::now();
    let (senders, reader, settled) = std::thread::scope(|scope| -> Result<_, Failure> {
        let settled =
            scope.spawn(|| (load.settle > 0 && !load.leave_run).then(|| settlement::settle(&engine)).transpose());
        let reader = scope.spawn(|| Reader::new()?.run(&engine, load, &next, &done));
        let send = || Sender::new(load)?.run(&engine, load, &next, &bar);
        let senders: Vec<_> = (0..load.threads).map(|_| scope.spawn(send)).collect();
        let died = |_| Failure::Usage("a thread of the load died".into());
        let senders: Result<Vec<Sender>, Failure> =
            senders.into_iter().map(|thread| thread.join().map_err(died)?).collect();
        done.store(true, Ordering::Relaxed);
        let seconds = started.elapsed().as_secs_f64();
        let settled = settled.join().map_err(died)??;
        Ok(((senders?, seconds), reader.join().map_err(died)??, settled))
    })?;
    let (senders, seconds) = senders;
    let used = used_before.and_then(|before| processor::used()?.checked_sub(before));
    bar.finish_and_clear();

    let mut all = Sender::new(load)?;
    senders.into_iter().try_for_each(|sender| all.add(sender))?;
    let mut measured = Measured::new(load, seconds, &all, &reader);
    measured.used(load, used, own_share_ns);
    let settled = settled.map(|seconds| settlement::settled(&engine, seconds)).transpose()?;
    measured.settled(settled);
    measured.look(&engine, load)?;
    if load.spread.is_some() {
        measured.time_reports(&engine, load)?;
    }
    if load.check {
        measured.audit(&engine, &db)?;
    }
    engine.close()?;
    measured.at_rest(&db, load)?;
    measured.show(output)?;
    Ok(Exit::all(measured.is_lawful()))
}

/// Times the reports of a database that is there.
fn only_reports(db: &std::path::Path, load: &Load, output: &mut Output) -> Result<Exit, Failure> {
    let clock = ClockSource::Commands;
    let options = EngineOptions { clock, on_progress: Some(output.on_progress()), ..EngineOptions::default() };
    let engine = open(db, options)?;
    let times = reports::time(&engine, load)?;
    engine.close()?;
    output.object(&times)?;
    reports::show(&times, output)?;
    Ok(Exit::Done)
}

#[cfg(feature = "rocksdb")]
fn open(db: &std::path::Path, options: EngineOptions) -> Result<Engine, Failure> {
    Ok(Engine::open(db, options)?)
}

#[cfg(not(feature = "rocksdb"))]
fn open(_db: &std::path::Path, options: EngineOptions) -> Result<Engine, Failure> {
    Ok(Engine::open_store(std::sync::Arc::new(crate::storage::memory::MemoryStore::new()), options)?)
}
