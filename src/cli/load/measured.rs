//! What a load measured, for people and for machines.

use super::args::Load;
use super::reader::Reader;
use super::reports::{self, ReportTime};
use super::sender::Sender;
use super::settlement::Settled;
use crate::cli::output::{Failure, Output};
use crate::engine::Engine;
use serde::Serialize;
use std::path::Path;
use std::time::Duration;

#[derive(Debug, Serialize)]
pub(super) struct Measured {
    accruals_per_s: u64,
    p50_us: u64,
    p99_us: u64,
    p999_us: u64,
    max_us: u64,
    refused: u64,
    seconds: f64,
    /// Processor time of a command, of all threads, in nanoseconds, where the system tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    processor_ns: Option<u64>,
    /// Of it, what the load itself takes to draw the command.
    #[serde(skip_serializing_if = "Option::is_none")]
    processor_own_ns: Option<u64>,
    bytes_per_accrual: u64,
    rss_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reads: Option<Reads>,
    /// What a settlement run did beside.
    #[serde(skip_serializing_if = "Option::is_none")]
    settlement: Option<Settlement>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    profile: Vec<StepShare>,
    /// Reports, where the load was spread over days.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reports: Vec<ReportTime>,
    digest: String,
    /// What the audit found, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    violations: Option<Vec<String>>,
}

/// A settlement run beside the commands.
#[derive(Debug, Serialize)]
struct Settlement {
    events: u64,
    events_per_s: u64,
    seconds: f64,
}

/// Reads beside the commands.
#[derive(Debug, Serialize)]
struct Reads {
    recent_p99_us: u64,
    any_p99_us: u64,
}

/// What a step took.
#[derive(Debug, Serialize)]
struct StepShare {
    step: String,
    times: u64,
    seconds: f64,
}

impl Measured {
    pub(super) fn new(load: &Load, seconds: f64, sent: &Sender, read: &Reader) -> Measured {
        let p99 = |times: &hdrhistogram::Histogram<u64>| times.value_at_quantile(0.99);
        let reads = Reads { recent_p99_us: p99(&read.recent_us), any_p99_us: p99(&read.any_us) };
        Measured {
            accruals_per_s: (load.accruals as f64 / seconds) as u64,
            p50_us: sent.latency_us.value_at_quantile(0.5),
            p99_us: p99(&sent.latency_us),
            p999_us: sent.latency_us.value_at_quantile(0.999),
            max_us: sent.latency_us.max(),
            refused: sent.refused,
            seconds,
            processor_ns: None,
            processor_own_ns: None,
            bytes_per_accrual: 0,
            rss_bytes: peak_memory_bytes(),
            reads: (load.reads > 0).then_some(reads),
            settlement: None,
            profile: Vec::new(),
            reports: Vec::new(),
            digest: String::new(),
            violations: None,
        }
    }

    /// What the commands took of the processors.
    pub(super) fn used(&mut self, load: &Load, used: Option<Duration>, own_share_ns: Option<u64>) {
        let nanoseconds = used.and_then(|used| u64::try_from(used.as_nanos()).ok());
        self.processor_ns = nanoseconds.and_then(|nanoseconds| nanoseconds.checked_div(load.accruals));
        self.processor_own_ns = own_share_ns;
    }

    /// What a run settled.
    pub(super) fn settled(&mut self, settled: Option<Settled>) {
        self.settlement = settled.map(|Settled { events, seconds }| Settlement {
            events,
            events_per_s: (events as f64 / seconds) as u64,
            seconds,
        });
    }

    /// What the engine knows.
    pub(super) fn look(&mut self, engine: &Engine, load: &Load) -> Result<(), Failure> {
        if load.profile {
            let share = |step: String, times, spent: Duration| StepShare {
                step: step.to_lowercase(),
                times,
                seconds: spent.as_secs_f64(),
            };
            let steps = engine.profile();
            self.profile = steps.into_iter().map(|s| share(format!("{:?}", s.step), s.times, s.spent)).collect();
            self.profile.push(share("compaction".into(), 0, engine.compaction_time()?));
        }
        self.digest = engine.digest()?;
        Ok(())
    }

    /// How long each report takes.
    pub(super) fn time_reports(&mut self, engine: &Engine, load: &Load) -> Result<(), Failure> {
        engine.book_due()?;
        self.reports = reports::time(engine, load)?;
        Ok(())
    }

    /// What a replay of the whole journal finds: nothing was skipped to be fast.
    pub(super) fn audit(&mut self, engine: &Engine, db: &Path) -> Result<(), Failure> {
        self.violations = Some(crate::cli::verify::audit(engine, db)?.violations);
        Ok(())
    }

    /// Whether no law is broken, as far as is known.
    pub(super) fn is_lawful(&self) -> bool {
        self.violations.as_ref().is_none_or(Vec::is_empty)
    }

    /// What the closed database takes.
    pub(super) fn at_rest(&mut self, db: &Path, load: &Load) -> Result<(), Failure> {
        self.bytes_per_accrual = size_bytes(db)?.checked_div(load.accruals).unwrap_or_default();
        Ok(())
    }

    pub(super) fn show(&self, output: &mut Output) -> Result<(), Failure> {
        output.object(self)?;
        output.line(format!("{:>12} commands/s, durable, in {:.2} s", self.accruals_per_s, self.seconds))?;
        output.line(format!(
            "{:>12} us median, {} us p99, {} us p99.9, {} us longest",
            self.p50_us, self.p99_us, self.p999_us, self.max_us
        ))?;
        if let Some(all) = self.processor_ns {
            let own = self.processor_own_ns.map(|own| format!(", of them {own} to draw it")).unwrap_or_default();
            output.line(format!("{all:>12} ns of processor time a command{own}"))?;
        }
        output.line(format!("{:>12} refused", self.refused))?;
        if let Some(Reads { recent_p99_us, any_p99_us }) = self.reads {
            output.line(format!("{recent_p99_us:>12} us p99 for a balance just used, {any_p99_us} us for any"))?;
        }
        if let Some(Settlement { events, events_per_s, seconds }) = &self.settlement {
            output.line(format!("{events_per_s:>12} events/s settled, {events} in {seconds:.2} s"))?;
        }
        output.line(format!("{:>12} bytes on disk a command", self.bytes_per_accrual))?;
        output.line(format!("{:>12} MiB of memory at most", self.rss_bytes >> 20))?;
        for StepShare { step, times, seconds } in &self.profile {
            let share = seconds / self.seconds * 100.0;
            output.line(format!("{step:>12} {seconds:>9.2} s {share:>6.1} % of the time, {times} times"))?;
        }
        reports::show(&self.reports, output)?;
        output.line(format!("digest {}", self.digest))?;
        self.violations.iter().flatten().try_for_each(|violation| output.line(violation))
    }
}

/// The size of a directory's files.
fn size_bytes(directory: &Path) -> std::io::Result<u64> {
    if !directory.is_dir() {
        return Ok(0);
    }
    let mut sum = 0u64;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let is_directory = entry.file_type()?.is_dir();
        let bytes = if is_directory { size_bytes(&entry.path())? } else { entry.metadata()?.len() };
        sum = sum.saturating_add(bytes);
    }
    Ok(sum)
}

/// The most memory that this process had, where the system tells.
fn peak_memory_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default().saturating_mul(1024)
}
