//! `accruedb load`: a closed loop of commands with many in flight, and how fast they became durable.

use super::output::{Exit, Failure, Output};
use crate::domain::{
    Accrue, Action, ApproveBlock, Award, BlockId, Command, CreatePartner, CreatePointType, CreateProgram, Enrolment,
    Expiry, MemberId, PartnerId, PointTypeId, Points, ProgramId, PurchaseBlock, Rate, Redeem, RequestId, SourceId,
    Span,
};
use crate::engine::{Engine, EngineOptions, ExecuteError, Ticket};
use hdrhistogram::Histogram;
use serde::Serialize;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const PROGRAM: ProgramId = ProgramId(1);
const POINTS: PointTypeId = PointTypeId(1);
/// Commands that a thread takes over at a time.
const STRIDE: u64 = 512;
/// Blocks that each partner buys, and how many points each holds.
const BLOCKS: u64 = 4;
const BLOCK_POINTS: i64 = 1 << 50;
/// The longest latency that is told apart, in microseconds.
const HOUR_US: u64 = 3_600_000_000;

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
    /// How many commands.
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    accruals: u64,
    /// How many members they are spread over, uniformly.
    #[arg(long, default_value_t = 100_000, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    members: u64,
    /// How many partners pay.
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    partners: u32,
    /// How many of a hundred commands redeem, 150 points each.
    #[arg(long, default_value_t = 0, value_name = "PERCENT", value_parser = clap::value_parser!(u64).range(0..=100))]
    redemptions: u64,
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
}

/// What a run measured.
#[derive(Debug, Serialize)]
struct Measured {
    accruals_per_s: u64,
    p50_us: u64,
    p99_us: u64,
    p999_us: u64,
    max_us: u64,
    refused: u64,
    seconds: f64,
    bytes_per_accrual: u64,
    rss_bytes: u64,
    digest: String,
}

pub(super) fn run(load: &Load, output: &mut Output) -> Result<Exit, Failure> {
    let scratch = tempfile::tempdir()?;
    let db = load.db.clone().unwrap_or_else(|| scratch.path().join("db"));
    let options = EngineOptions { on_progress: Some(output.on_progress()), profile: load.profile, ..EngineOptions::default() };
    let engine = open(&db, options)?;
    set_up(&engine, load.partners)?;
    let bar = output.bar("loading", Some(load.accruals));
    let next = AtomicU64::new(0);
    let started = Instant::now();
    let threads = std::thread::scope(|scope| -> Result<Vec<Sender>, Failure> {
        let run = || Sender::new(load)?.run(&engine, load, &next, &bar);
        let threads: Vec<_> = (0..load.threads).map(|_| scope.spawn(run)).collect();
        let died = |_| Failure::Usage("a thread of the load died".into());
        threads.into_iter().map(|thread| thread.join().map_err(died)?).collect()
    })?;
    let seconds = started.elapsed().as_secs_f64();
    bar.finish_and_clear();

    let mut all = Sender::new(load)?;
    for sender in threads {
        all.latency_us.add(sender.latency_us).map_err(|error| Failure::Usage(error.to_string()))?;
        all.refused = all.refused.saturating_add(sender.refused);
    }
    if load.profile { for s in engine.profile() { eprintln!("{:?} {} {:?} {:.1}%", s.step, s.times, s.spent, s.spent.as_secs_f64() / seconds * 100.0); } eprintln!("compaction {:?}", engine.compaction_time()); }
    let digest = engine.digest()?;
    let measured = Measured {
        accruals_per_s: (load.accruals as f64 / seconds) as u64,
        p50_us: all.latency_us.value_at_quantile(0.5),
        p99_us: all.latency_us.value_at_quantile(0.99),
        p999_us: all.latency_us.value_at_quantile(0.999),
        max_us: all.latency_us.max(),
        refused: all.refused,
        seconds,
        bytes_per_accrual: engine.size_bytes()?.checked_div(load.accruals).unwrap_or_default(),
        rss_bytes: peak_memory_bytes(),
        digest,
    };
    engine.close()?;
    show(&measured, output)?;
    Ok(Exit::Done)
}

fn show(measured: &Measured, output: &mut Output) -> Result<(), Failure> {
    output.object(measured)?;
    output.line(format!("{:>12} commands/s, durable, in {:.2} s", measured.accruals_per_s, measured.seconds))?;
    output.line(format!(
        "{:>12} us median, {} us p99, {} us p99.9, {} us longest",
        measured.p50_us, measured.p99_us, measured.p999_us, measured.max_us
    ))?;
    output.line(format!("{:>12} refused", measured.refused))?;
    output.line(format!("{:>12} bytes on disk a command", measured.bytes_per_accrual))?;
    output.line(format!("{:>12} MiB of memory at most", measured.rss_bytes >> 20))?;
    output.line(format!("digest {}", measured.digest))
}

#[cfg(feature = "rocksdb")]
fn open(db: &std::path::Path, options: EngineOptions) -> Result<Engine, Failure> {
    Ok(Engine::open(db, options)?)
}

#[cfg(not(feature = "rocksdb"))]
fn open(_db: &std::path::Path, options: EngineOptions) -> Result<Engine, Failure> {
    Ok(Engine::open_store(std::sync::Arc::new(crate::storage::memory::MemoryStore::new()), options)?)
}

fn set_up(engine: &Engine, partners: u32) -> Result<(), Failure> {
    let mut requests = (1u128..).map(|n| RequestId(n << 64));
    let mut execute = |action: Action| -> Result<(), Failure> {
        let request = requests.next().unwrap_or_default();
        match engine.execute(&Command::new(PROGRAM, request, action)) {
            Ok(_) => Ok(()),
            Err(ExecuteError::Refused(rejection)) => {
                Err(Failure::Usage(format!("the database is not a new one: {rejection}")))
            }
            Err(ExecuteError::Failed(error)) => Err(error.into()),
        }
    };
    execute(CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() }.into())?;
    let expiry = Expiry::After(Span::days(365));
    execute(CreatePointType { point_type: POINTS, expiry, ..CreatePointType::default() }.into())?;
    for partner in (1..=partners).map(PartnerId) {
        execute(CreatePartner { partner, rates: [(POINTS, Rate::ONE)].into(), ..CreatePartner::default() }.into())?;
        for block in (1..=BLOCKS).map(BlockId) {
            let expires = Expiry::After(Span::days(3650));
            let points = Points(BLOCK_POINTS);
            execute(PurchaseBlock { partner, block, points, starts_at: None, expires, unit_price: None }.into())?;
            execute(ApproveBlock { partner, block }.into())?;
        }
    }
    Ok(())
}

/// One thread's commands in flight, and what it measured.
struct Sender {
    in_flight: VecDeque<(Instant, Ticket)>,
    in_flight_max: usize,
    latency_us: Histogram<u64>,
    refused: u64,
}

impl Sender {
    fn new(load: &Load) -> Result<Sender, Failure> {
        let in_flight_max = load.in_flight.div_ceil(load.threads) as usize;
        let latency_us =
            Histogram::new_with_bounds(1, HOUR_US, 3).map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(Sender { in_flight: VecDeque::with_capacity(in_flight_max), in_flight_max, latency_us, refused: 0 })
    }

    fn run(
        mut self,
        engine: &Engine,
        load: &Load,
        next: &AtomicU64,
        bar: &indicatif::ProgressBar,
    ) -> Result<Sender, Failure> {
        loop {
            let first = next.fetch_add(STRIDE, Ordering::Relaxed);
            if first >= load.accruals {
                break;
            }
            for number in first..first.saturating_add(STRIDE).min(load.accruals) {
                while self.in_flight.len() >= self.in_flight_max {
                    self.answer()?;
                }
                let command = generate(load, number);
                self.in_flight.push_back((Instant::now(), engine.submit(&command)));
            }
            bar.inc(STRIDE);
        }
        while !self.in_flight.is_empty() {
            self.answer()?;
        }
        Ok(self)
    }

    /// Takes the answers that are there, waiting for the first.
    fn answer(&mut self) -> Result<(), Failure> {
        let mut wait = true;
        while self.in_flight.front().is_some_and(|(_, ticket)| wait || ticket.is_ready()) {
            let Some((sent, ticket)) = self.in_flight.pop_front() else { break };
            wait = false;
            match ticket.wait() {
                Ok(_) => {}
                Err(ExecuteError::Refused(_)) => self.refused = self.refused.saturating_add(1),
                Err(ExecuteError::Failed(error)) => return Err(error.into()),
            }
            self.latency_us.saturating_record(sent.elapsed().as_micros() as u64);
        }
        Ok(())
    }
}

/// The command of a number: the same for the same seed.
fn generate(load: &Load, number: u64) -> Command {
    let draw = mix(load.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(number));
    let member = mix(draw.checked_rem(load.members).unwrap_or_default());
    let member = MemberId(u128::from(member) << 64 | u128::from(mix(member)));
    let rest = mix(draw);
    // ids in the order of time, as a platform's own would be
    let request = RequestId(u128::from(number.saturating_add(1)) << 64 | u128::from(rest));
    if rest.checked_rem(100).unwrap_or_default() < load.redemptions {
        let redeem = Redeem { member, point_type: POINTS, points: Points(150) };
        return Command::new(PROGRAM, request, redeem);
    }
    let partner = (rest >> 8).checked_rem(u64::from(load.partners)).unwrap_or_default();
    let partner = PartnerId(partner as u32).0.saturating_add(1);
    let points = (rest >> 40).checked_rem(100).unwrap_or_default().saturating_add(100);
    let award = Award { source: Some(SourceId(1)), ..Award::new(POINTS, Points(points.cast_signed())) };
    Command::new(PROGRAM, request, Accrue { member, partner: Some(PartnerId(partner)), awards: vec![award] })
}

/// A number that looks drawn at random: SplitMix64.
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// The most memory that this process had, where the system tells.
fn peak_memory_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default().saturating_mul(1024)
}
