//! A thread that reads balances while commands run: half of them of members that were used a moment ago, whose
//! records are in memory, half of any member.

use super::sender::latencies;
use super::workload::{PROGRAM, member, member_of, mix};
use super::{AtomicBool, AtomicU64, Load, Ordering};
use crate::cli::output::Failure;
use crate::domain::{MemberId, MemberKey};
use crate::engine::Engine;
use crossbeam::channel::Receiver;
use hdrhistogram::{AdditionError, Histogram};
use std::time::{Duration, Instant};

/// Threads that read the balances of the mixed workload. Each waits until what it shows is durable, as a platform's
/// own would.
pub(super) const READERS: usize = 32;

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

    /// Reads the balances that are asked for, until nobody asks any more.
    pub(super) fn serve(mut self, engine: &Engine, asked: &Receiver<MemberId>) -> Result<Reader, Failure> {
        for member in asked {
            let started = Instant::now();
            engine.balances(MemberKey { program: PROGRAM, member })?;
            self.any_us.saturating_record(started.elapsed().as_micros() as u64);
        }
        Ok(self)
    }

    /// Adds what another reader measured.
    pub(super) fn add(&mut self, other: Reader) -> Result<(), Failure> {
        let failed = |error: AdditionError| Failure::Usage(error.to_string());
        self.recent_us.add(other.recent_us).map_err(failed)?;
        self.any_us.add(other.any_us).map_err(failed)
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
