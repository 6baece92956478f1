//! A thread that sends: its commands in flight, and how long each took.

use super::workload::{Act, act};
use super::{Load, Ordering};
use crate::cli::output::Failure;
use crate::domain::{Command, MemberId};
use crate::engine::{Engine, ExecuteError, Ticket};
use crossbeam::channel;
use hdrhistogram::Histogram;
use indicatif::ProgressBar;
use std::collections::VecDeque;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

/// Commands that a thread takes over at a time.
const STRIDE: u64 = 512;
/// The longest latency that is told apart, in microseconds.
const HOUR_US: u64 = 3_600_000_000;

/// Latencies in microseconds.
pub(super) fn latencies() -> Result<Histogram<u64>, Failure> {
    Histogram::new_with_bounds(1, HOUR_US, 3).map_err(|error| Failure::Usage(error.to_string()))
}

pub(super) struct Sender {
    in_flight: VecDeque<(Instant, Ticket)>,
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
        (bar, balances): (&ProgressBar, channel::Sender<MemberId>),
    ) -> Result<Sender, Failure> {
        loop {
            let first = next.fetch_add(STRIDE, Ordering::Relaxed);
            if first >= load.accruals {
                break;
            }
            for number in first..first.saturating_add(STRIDE).min(load.accruals) {
                match act(load, number) {
                    Act::Send(command) => self.send(engine, &command)?,
                    // where the readers are gone, their failure is the one to tell
                    Act::Balance(member) => drop(balances.send(member)),
                }
            }
            bar.inc(STRIDE);
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
        while self.in_flight.len() >= self.in_flight_max {
            self.answer()?;
        }
        self.in_flight.push_back((Instant::now(), engine.submit(command)));
        Ok(())
    }

    /// Takes the answers that are there, waiting for the first.
    fn answer(&mut self) -> Result<(), Failure> {
        let mut wait = true;
        while self.in_flight.front().is_some_and(|(_, ticket)| wait || ticket.is_ready()) {
            let Some((sent, ticket)) = self.in_flight.pop_front() else { break };
            wait = false;
            match ticket.wait() {
                Err(ExecuteError::Failed(error)) => return Err(error.into()),
                answer => self.count(sent, answer.is_err()),
            }
        }
        Ok(())
    }

    fn count(&mut self, sent: Instant, refused: bool) {
        self.refused = self.refused.saturating_add(refused.into());
        self.latency_us.saturating_record(sent.elapsed().as_micros() as u64);
    }
}
