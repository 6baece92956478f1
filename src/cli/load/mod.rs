//! `accruedb load`: a closed loop of commands with many in flight, and how fast they became durable.

mod measured;
mod reader;
mod sender;
mod workload;

use super::output::{Exit, Failure, Output};
use crate::engine::{Engine, EngineOptions};
use measured::Measured;
use reader::Reader;
use sender::Sender;
use crossbeam::channel;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;
use workload::Workload;

/// Loads a new database with generated commands and measures it.
///
/// Every accrual is one award of 100 to 199 points, paid by a prepaid partner with four blocks, expiring a year later;
/// every command is durable before it counts as answered.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb load --accruals 2000000 --members 1000000 --in-flight 8192 --json")]
pub(super) struct Load {
    /// Where to make the database. Default: a temporary folder, removed at the end.
    #[arg(long, value_name = "DIR")]
    db: Option<PathBuf>,
    /// What is sent.
    #[arg(long, value_enum, default_value_t = Workload::Standard)]
    workload: Workload,
    /// How many commands.
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    accruals: u64,
    /// How many members they are spread over.
    #[arg(long, default_value_t = 100_000, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    members: u64,
    /// How many partners pay.
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    partners: u32,
    /// How many of a hundred commands redeem, 150 points each. Not for the mixed workload, which has its own share.
    #[arg(long, default_value_t = 0, value_name = "PERCENT", value_parser = clap::value_parser!(u64).range(0..=100))]
    redemptions: u64,
    /// Balances read a second, by a thread of its own: half of them of members that were just used.
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=100_000))]
    reads: u64,
    /// Commands in flight at any time, over all threads.
    #[arg(long, default_value_t = 8_192, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    in_flight: u64,
    /// Threads that send commands.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=256))]
    threads: u64,
    /// What the generated commands are drawn from: the same seed, the same commands.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Also show the time of each step.
    #[arg(long)]
    profile: bool,
    /// Also replay the whole journal at the end, and compare the digests.
    #[arg(long)]
    check: bool,
}

pub(super) fn run(load: &Load, output: &mut Output) -> Result<Exit, Failure> {
    let scratch = tempfile::tempdir()?;
    let db = load.db.clone().unwrap_or_else(|| scratch.path().join("db"));
    let on_progress = Some(output.on_progress());
    let options = EngineOptions { on_progress, profile: load.profile, ..EngineOptions::default() };
    let engine = open(&db, options)?;
    workload::set_up(&engine, load.partners)?;
    let bar = output.bar("loading", Some(load.accruals));
    let next = AtomicU64::new(0);
    let done = AtomicBool::new(false);
    let (balances, asked) = channel::bounded(1024);
    let started = Instant::now();
    let (senders, reader) = std::thread::scope(|scope| -> Result<(Vec<Sender>, Reader), Failure> {
        let reader = scope.spawn(|| Reader::new()?.run(&engine, load, &next, &done));
        let serve = || Reader::new()?.serve(&engine, &asked);
        let served: Vec<_> = (0..load.workload.readers()).map(|_| scope.spawn(serve)).collect();
        let (engine, next, bar) = (&engine, &next, &bar);
        let send = |balances| move || Sender::new(load)?.run(engine, load, next, (bar, balances));
        let senders: Vec<_> = (0..load.threads).map(|_| scope.spawn(send(balances.clone()))).collect();
        // the work of those who serve ends with the senders
        drop(balances);
        let died = |_| Failure::Usage("a thread of the load died".into());
        let senders: Result<Vec<Sender>, Failure> =
            senders.into_iter().map(|thread| thread.join().map_err(died)?).collect();
        done.store(true, Ordering::Relaxed);
        let mut reader = reader.join().map_err(died)??;
        served.into_iter().try_for_each(|thread| reader.add(thread.join().map_err(died)??))?;
        Ok((senders?, reader))
    })?;
    let seconds = started.elapsed().as_secs_f64();
    bar.finish_and_clear();

    let mut all = Sender::new(load)?;
    senders.into_iter().try_for_each(|sender| all.add(sender))?;
    let mut measured = Measured::new(load, seconds, &all, &reader);
    measured.look(&engine, load)?;
    let audit = load.check.then(|| check(&engine, &db)).transpose()?;
    engine.close()?;
    measured.at_rest(&db, load)?;
    measured.show(output)?;
    match audit {
        Some(violations) if !violations.is_empty() => {
            violations.into_iter().try_for_each(|violation| output.line(violation))?;
            Ok(Exit::Refused)
        }
        _ => Ok(Exit::Done),
    }
}

/// Audits the database with a replay of its whole journal: nothing was skipped to be fast.
fn check(engine: &Engine, db: &std::path::Path) -> Result<Vec<String>, Failure> {
    Ok(super::verify::audit(engine, db)?.violations)
}

#[cfg(feature = "rocksdb")]
fn open(db: &std::path::Path, options: EngineOptions) -> Result<Engine, Failure> {
    Ok(Engine::open(db, options)?)
}

#[cfg(not(feature = "rocksdb"))]
fn open(_db: &std::path::Path, options: EngineOptions) -> Result<Engine, Failure> {
    Ok(Engine::open_store(std::sync::Arc::new(crate::storage::memory::MemoryStore::new()), options)?)
}
