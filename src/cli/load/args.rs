//! What a load is to do.

use crate::engine::EngineOptions;
use std::path::PathBuf;

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Workload {
    /// Accruals of members drawn evenly, with request ids in the order of time.
    Standard,
    /// The same with request ids drawn at random.
    RandomIds,
    /// As standard, with a second award of qualifying points: what a program with tiers does.
    TwoTypes,
    /// 60 % accruals, 30 % redemptions, 5 % balances, 5 % cancellations; some members are used far more than others.
    Mixed,
}

/// Loads a new database with generated commands and measures it.
///
/// Every accrual is one award of 100 to 199 points, paid by a prepaid partner with open blocks, expiring a year later;
/// every command is durable before it counts as answered.
///
/// With --spread time comes from the commands, what has expired is booked at the end, and the reports are timed: what is
/// owed, what expires by day, what became of sources, and a page of a hundred of the audit log by each filter alone.
///
/// Exit codes: 0 done, 1 the audit of --check found something, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb load --accruals 2000000 --members 1000000 --in-flight 8192 --json\n  \
                  accruedb load --threads 8 --partners 1 --blocks 1000 --block-points 500000")]
pub(in crate::cli) struct Load {
    /// Where to make the database; there must be none yet. Default: a temporary folder, removed at the end.
    #[arg(long, value_name = "DIR")]
    pub(super) db: Option<PathBuf>,
    /// What is sent.
    #[arg(long, value_enum, default_value_t = Workload::Standard)]
    pub(super) workload: Workload,
    /// How many commands, of all kinds.
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    pub(super) accruals: u64,
    /// How many members they are spread over.
    #[arg(long, default_value_t = 100_000, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) members: u64,
    /// How many partners pay.
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) partners: u32,
    /// How many blocks each of them has open.
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub(super) blocks: u64,
    /// How many points each block holds; a partner without points left refuses. Default: more than any load uses.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=1 << 44))]
    pub(super) block_points: Option<i64>,
    /// How many of a hundred commands redeem, 150 points each. Not for the mixed workload, which has its own share.
    #[arg(long, default_value_t = 0, value_name = "PERCENT", value_parser = clap::value_parser!(u64).range(0..=100))]
    pub(super) redemptions: u64,
    /// Spreads the commands over so many days of the past, in order, and then times each report.
    #[arg(long, value_name = "DAYS", num_args = 0..=1, default_missing_value = "730")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub(super) spread: Option<u16>,
    /// How many sources the awards are of, some used far more than others.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) sources: u32,
    /// How many point types the awards are of.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(super) types: u16,
    /// Balances read a second, by a thread of its own: half of them of members that were just used.
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=100_000))]
    pub(super) reads: u64,
    /// Commands a second, evenly. A latency then counts from the instant at which its command was due. Default: as many
    /// as are answered.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub(super) rate: Option<u64>,
    /// Commands that a thread sends in one call. They share locks and a reading of the clock. Not with --rate.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    #[arg(conflicts_with = "rate")]
    pub(super) group: u16,
    /// Purchases at the partners that are recorded before the load, and settled by a run beside it.
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=100_000_000))]
    pub(super) settle: u64,
    /// Only time the reports of the database that a load with the same options made: nothing is loaded.
    #[arg(long, requires_all = ["spread", "db"])]
    pub(super) only_reports: bool,
    /// Do not execute the run of --settle: it is left to whoever opens the database next, as `accruedb sweep` does.
    #[arg(long, requires_all = ["settle", "db"])]
    pub(super) leave_run: bool,
    /// Give every source an inventory that no load uses up, and two limits: one for each member, one for all, by day.
    #[arg(long)]
    pub(super) limited_sources: bool,
    /// Commands in flight at any time, over all threads.
    #[arg(long, default_value_t = 8_192, value_name = "N")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(super) in_flight: u64,
    /// Members that the engine keeps in memory though they have not changed.
    #[arg(long, default_value_t = EngineOptions::default().cache_members, value_name = "N")]
    pub(super) cache_members: u32,
    /// Threads that send commands.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=256))]
    pub(super) threads: u64,
    /// What the generated commands are drawn from: the same seed, the same commands.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(super) seed: u64,
    /// Also show the time of each step.
    #[arg(long)]
    pub(super) profile: bool,
    /// Also replay the whole journal at the end, and compare the digests.
    #[arg(long)]
    pub(super) check: bool,
}
