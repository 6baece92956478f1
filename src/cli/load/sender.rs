//! A thread that sends: its commands in flight, and how long each took.

use super::args::Load;
use super::workload::{Act, PROGRAM, act};
use crate::cli::output::Failure;
use crate::domain::{Balance, Command, MemberId, MemberKey};
use crate::engine::{Engine, ExecuteError, Pending, Ticket};
use hdrhistogram::Histogram;
use indicatif::ProgressBar;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Most commands that a thread takes over at a time.
const STRIDE_MAX: u64 = 512;
/// The longest latency that is told apart, in microseconds.
const HOUR_US: u64 = 3_600_000_000;

/// Latencies in microseconds.
pub(super) fn latencies() -> Result<Histogram<u64>, Failure> {
    Histogram::new_with_bounds(1, HOUR_US, 3).map_err(|error| Failure::Usage(error.to_string()))
}

/// Something that is to be answered.
enum Sent {
    Command(Ticket),
    Read(Pending<Option<Vec<Balance>>>),
}

impl Sent {
    fn is_ready(&self) -> bool {
        match self {
            Sent::Command(ticket) => ticket.is_ready(),
            Sent::Read(read) => read.is_ready(),
        }
    }

    /// Waits for the answer. Returns whether it is a refusal.
    fn wait(self) -> Result<bool, Failure> {
        let answer = match self {
            Sent::Command(ticket) => ticket.wait().map(drop),
            Sent::Read(read) => read.wait().map(drop).map_err(ExecuteError::Failed),
        };
        match answer {
            Err(ExecuteError::Failed(error)) => Err(error.into()),
            answer => Ok(answer.is_err()),
        }
    }
}

pub(super) struct Sender {
    in_flight: VecDeque<(Instant, Sent)>,
    in_flight_max: usize,
    pub(super) latency_us: Histogram<u64>,
    pub(super) refused: u64,
}

impl Sender {
    pub(super) fn new(load: &Load) -> Result<Sender, Failure> {
        let in_flight_max = load.in_flight.div_ceil(load.threads) as usize;
        let in_flight = VecDeque::with_capacity(in_flight_max);
        Ok(Sender { in_flight, in_flight_max, latency_us: latencies()?, refused: 0 })
    }

    /// Adds what another sender measured.
    pub(super) fn add(&mut self, other: Sender) -> Result<(), Failure> {
        self.refused = self.refused.saturating_add(other.refused);
        self.latency_us.add(other.latency_us).map_err(|error| Failure::Usage(error.to_string()))
    }

    pub(super) fn run(
        mut self,
        engine: &Engine,
        load: &Load,
        next: &AtomicU64,
        bar: &ProgressBar,
    ) -> Result<Sender, Failure> {
        let stride = load.accruals.checked_div(load.threads.saturating_mul(8)).unwrap_or_default().clamp(1, STRIDE_MAX);
        loop {
            let first = next.fetch_add(stride, Ordering::Relaxed);
            if first >= load.accruals {
                break;
            }
            for number in first..first.saturating_add(stride).min(load.accruals) {
                match act(load, number) {
                    Act::Send(command) => self.send(engine, &command)?,
                    Act::Balance(member) => self.read(engine, member)?,
                }
            }
            bar.inc(stride);
        }
        while !self.in_flight.is_empty() {
            self.answer()?;
        }
        Ok(self)
    }

    fn send(&mut self, engine: &Engine, command: &Command) -> Result<(), Failure> {
        if self.in_flight_max <= 1 {
            let sent = Instant::now();
            return match engine.execute(command) {
                Err(ExecuteError::Failed(error)) => Err(error.into()),
                answer => {
                    self.count(sent, answer.is_err());
                    Ok(())
                }
            };
        }
        self.make_room()?;
        self.in_flight.push_back((Instant::now(), Sent::Command(engine.submit(command))));
        Ok(())
    }

    fn read(&mut self, engine: &Engine, member: MemberId) -> Result<(), Failure> {
        self.make_room()?;
        let read = engine.submit_balances(MemberKey { program: PROGRAM, member })?;
        self.in_flight.push_back((Instant::now(), Sent::Read(read)));
        Ok(())
    }

    fn make_room(&mut self) -> Result<(), Failure> {
        while self.in_flight.len() >= self.in_flight_max {
            self.answer()?;
        }
        Ok(())
    }

    /// Takes the answers that are there, waiting for the first.
    fn answer(&mut self) -> Result<(), Failure> {
        let mut wait = true;
        while self.in_flight.front().is_some_and(|(_, sent)| wait || sent.is_ready()) {
            let Some((at, sent)) = self.in_flight.pop_front() else { break };
            wait = false;
            let refused = sent.wait()?;
            self.count(at, refused);
        }
        Ok(())
    }

    fn count(&mut self, sent: Instant, refused: bool) {
        self.refused = self.refused.saturating_add(refused.into());
        self.latency_us.saturating_record(sent.elapsed().as_micros() as u64);
    }
}
