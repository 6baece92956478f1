//! A thread that reads balances while commands run: half of them of members that were used a moment ago, whose
//! records are in memory, half of any member.

use super::args::Load;
use super::sender::latencies;
use super::workload::{PROGRAM, member, member_of, mix};
use crate::cli::output::Failure;
use crate::domain::MemberKey;
use crate::engine::Engine;
use hdrhistogram::Histogram;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Commands in between, so that what is read has been answered.
const LAG: u64 = 100_000;

pub(super) struct Reader {
    pub(super) recent_us: Histogram<u64>,
    pub(super) any_us: Histogram<u64>,
}

impl Reader {
    pub(super) fn new() -> Result<Reader, Failure> {
        Ok(Reader { recent_us: latencies()?, any_us: latencies()? })
    }

    pub(super) fn run(
        mut self,
        engine: &Engine,
        load: &Load,
        next: &AtomicU64,
        done: &AtomicBool,
    ) -> Result<Reader, Failure> {
        let Some(pause_us) = 1_000_000u64.checked_div(load.reads) else { return Ok(self) };
        for read in 0.. {
            if done.load(Ordering::Relaxed) {
                break;
            }
            std::thread::sleep(Duration::from_micros(pause_us));
            let Some(sent) = next.load(Ordering::Relaxed).checked_sub(LAG) else { continue };
            let (member, times) = match read & 1 {
                0 => (member_of(load, sent), &mut self.recent_us),
                _ => (member(load, mix(read)), &mut self.any_us),
            };
            let started = Instant::now();
            engine.balances(MemberKey { program: PROGRAM, member })?;
            times.saturating_record(started.elapsed().as_micros() as u64);
        }
        Ok(self)
    }
}
