//! How fast accruals become durable: `accruedb load` with its workloads, against a bare journal, against the same
//! rows through RocksDB's memtables, and against PostgreSQL; one caller at a time against a bare synced put; how long
//! opening takes after a kill; and what an accrual costs among few and among many. Everything in one run, since
//! machines differ and are shared.
//!
//! `cargo bench --bench accrual -- [--small] [--check] [PART...]`; without a part, all of them. Prints one table, and
//! writes it as JSON to `accrual.json` beside the build. With `--check`, and always with `--small`, each workload's
//! journal is replayed at its end and must give the same digest: nothing was skipped to be fast. At full size that
//! takes minutes for each.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a bench may panic where its machine fails it"
)]

#[path = "accrual/baselines.rs"]
mod baselines;
#[path = "accrual/postgres.rs"]
mod postgres;

use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::error::Error;
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// Accruals in one synced write of the baselines, and in flight in the engine.
pub(crate) const GROUP: u64 = 8_192;

const PARTS: [&str; 11] = [
    "journal",
    "memtables",
    "standard",
    "random-ids",
    "big",
    "mixed",
    "single",
    "threads",
    "recovery",
    "growth",
    "postgres",
];

/// How much is done.
struct Sizes {
    accruals: u64,
    members: u64,
    /// Members of the `big` workload.
    many_members: u64,
    singles: u64,
    threads: u64,
    /// Whether the journals of the workloads are replayed.
    check: bool,
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let small = arguments.iter().any(|argument| argument == "--small" || argument == "--test");
    let wanted: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    if let Some(unknown) = wanted.iter().find(|part| !PARTS.contains(&part.as_str())) {
        return Err(format!("no part {unknown}; there are {PARTS:?}").into());
    }
    let sizes = match small {
        true => Sizes {
            accruals: 50_000,
            members: 25_000,
            many_members: 100_000,
            singles: 200,
            threads: 2_000,
            check: true,
        },
        false => Sizes {
            accruals: 20_000_000,
            members: 1_000_000,
            many_members: 10_000_000,
            singles: 4_000,
            threads: 400_000,
            check: arguments.iter().any(|argument| argument == "--check"),
        },
    };
    let mut table = Table::default();
    for part in PARTS.into_iter().filter(|part| wanted.is_empty() || wanted.iter().any(|wanted| wanted == part)) {
        eprintln!("{part} ...");
        table.run(part, &sizes)?;
    }
    table.show();
    table.write()
}

/// What was measured, a row a part.
#[derive(Default)]
struct Table {
    rows: Vec<Value>,
}

impl Table {
    fn run(&mut self, part: &str, sizes: &Sizes) -> Outcome<()> {
        let folder = tempfile::tempdir()?;
        let (accruals, members) = (sizes.accruals, sizes.members);
        let rate = |rate: f64| json!({ "accruals_per_s": rate as u64 });
        let row = match part {
            "journal" => rate(baselines::journal(folder.path(), accruals, members)?),
            "memtables" => rate(baselines::memtables(folder.path(), accruals, members)?),
            "postgres" => match postgres::rates(accruals.min(1_000_000))? {
                Some((sets, calls)) => {
                    self.push("postgres, a call at a time", rate(calls));
                    rate(sets)
                }
                None => json!({ "skipped": "no server: psql -Atc 'select 1' fails (PGHOST, PGUSER, ... name one)" }),
            },
            "standard" | "random-ids" | "mixed" => workload(sizes, members, part, &[])?,
            "big" => {
                let many = sizes.many_members.to_string();
                workload(sizes, sizes.many_members, "standard", &["--cache-members", &many])?
            }
            "single" => {
                let (put, accrual) = baselines::one_at_a_time(folder.path(), sizes.singles)?;
                self.push("a bare synced put", quantiles(&put));
                quantiles(&accrual)
            }
            "threads" => {
                let threads = ["--threads", "64", "--in-flight", "64"];
                let one = load(sizes.singles, members, &["--in-flight", "1"])?;
                self.push("1 thread, one at a time", one);
                load(sizes.threads, members, &threads)?
            }
            "growth" => {
                let few = load(accruals / 20, members, &[])?;
                self.push("standard, a twentieth", few);
                load(accruals * 5, members, &[])?
            }
            _ => recovery(folder.path(), accruals, members)?,
        };
        let name = match part {
            "journal" => "bare journal",
            "memtables" => "RocksDB's memtables",
            "single" => "Engine::execute",
            "threads" => "64 threads, one at a time",
            "recovery" => "opening after kill -9",
            "growth" => "standard, five times",
            "postgres" => "postgres, sets of 8,192",
            workload => workload,
        };
        self.push(name, row);
        Ok(())
    }

    fn push(&mut self, name: &str, mut row: Value) {
        row["workload"] = name.into();
        self.rows.push(row);
    }

    fn rate_of(&self, name: &str) -> Option<f64> {
        self.rows.iter().find(|row| row["workload"] == name)?["accruals_per_s"].as_f64()
    }

    fn show(&mut self) {
        let (journal, memtables) = (self.rate_of("bare journal"), self.rate_of("RocksDB's memtables"));
        println!(
            "{:<28}{:>10}{:>9}{:>10}{:>9}{:>9}{:>9}{:>7}{:>8}{:>10}{:>10}",
            "", "a second", "journal", "memtables", "p50 us", "p99 us", "p99.9", "MiB", "bytes/", "balance", "open s"
        );
        for row in &mut self.rows {
            let rate = row["accruals_per_s"].as_f64();
            let of = |baseline: Option<f64>| Some(rate? / baseline?);
            row["of_journal"] = of(journal).into();
            row["of_memtables"] = of(memtables).into();
            let whole = |key: &str| row[key].as_u64().map_or(String::new(), |figure| figure.to_string());
            let ratio = |key: &str| row[key].as_f64().map_or(String::new(), |ratio| format!("{ratio:.2}"));
            println!(
                "{:<28}{:>10}{:>9}{:>10}{:>9}{:>9}{:>9}{:>7}{:>8}{:>10}{:>10}{}",
                row["workload"].as_str().unwrap_or_default(),
                whole("accruals_per_s"),
                ratio("of_journal"),
                ratio("of_memtables"),
                whole("p50_us"),
                whole("p99_us"),
                whole("p999_us"),
                row["rss_bytes"].as_u64().map_or(String::new(), |bytes| (bytes >> 20).to_string()),
                whole("bytes_per_accrual"),
                row["reads"]["any_p99_us"].as_u64().map_or(String::new(), |us| us.to_string()),
                ratio("open_s"),
                row["skipped"].as_str().map_or(String::new(), |why| format!("  SKIPPED: {why}")),
            );
        }
    }

    fn write(&self) -> Outcome<()> {
        let path = Path::new(env!("CARGO_BIN_EXE_accruedb")).with_file_name("accrual.json");
        std::fs::write(&path, serde_json::to_string_pretty(&self.rows)?)?;
        println!("written to {}", path.display());
        Ok(())
    }
}

fn quantiles(us: &Histogram<u64>) -> Value {
    let at = |quantile| us.value_at_quantile(quantile);
    json!({ "p50_us": at(0.5), "p99_us": at(0.99), "p999_us": at(0.999) })
}

/// A workload, with balances read meanwhile.
fn workload(sizes: &Sizes, members: u64, name: &str, options: &[&str]) -> Outcome<Value> {
    let mut more = [&["--workload", name, "--reads", "200"], options].concat();
    if sizes.check {
        more.push("--check");
    }
    let mut row = load(sizes.accruals, members, &more)?;
    row["replayed"] = sizes.check.into();
    Ok(row)
}

/// `accruedb load`, as anyone can run it. What its audit finds makes it fail.
fn load(accruals: u64, members: u64, more: &[&str]) -> Outcome<Value> {
    let output = loader(accruals, members, more).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("accruedb load {more:?} ended with {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn loader(accruals: u64, members: u64, more: &[&str]) -> Process {
    let (accruals, members, in_flight) = (accruals.to_string(), members.to_string(), GROUP.to_string());
    let mut process = Process::new(env!("CARGO_BIN_EXE_accruedb"));
    process.args(["load", "--json", "--accruals", &accruals, "--members", &members]).args(more);
    if !more.contains(&"--in-flight") {
        process.args(["--in-flight", &in_flight]);
    }
    process
}

/// Kills a load on its way, and opens what it left.
fn recovery(folder: &Path, accruals: u64, members: u64) -> Outcome<Value> {
    let db = folder.join("killed");
    let path = db.to_str().ok_or("a folder's name is no text")?;
    // long enough for a checkpoint to be under way and a delta to be full
    let mut child = loader(u64::MAX >> 1, members, &["--db", path]).stdout(Stdio::null()).spawn()?;
    std::thread::sleep(Duration::from_millis((accruals / 1_000).clamp(500, 15_000)));
    child.kill()?;
    child.wait()?;
    let started = Instant::now();
    let engine = accruedb::engine::Engine::open(&db, accruedb::engine::EngineOptions::default())?;
    let open_s = started.elapsed().as_secs_f64();
    let entries = engine.last_sequence().0;
    engine.close()?;
    Ok(json!({ "open_s": open_s, "entries": entries }))
}
