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
use std::time::{Duration, Instant};

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
    /// Commands that are sent once there are enough of them.
    group: Vec<Command>,
    group_max: usize,
    in_flight: VecDeque<(Instant, Sent)>,
    in_flight_max: usize,
    /// When the command that is sent next is due, at a rate.
    due: Option<Instant>,
    pub(super) latency_us: Histogram<u64>,
    pub(super) refused: u64,
}

impl Sender {
    pub(super) fn new(load: &Load) -> Result<Sender, Failure> {
        let in_flight_max = load.in_flight.div_ceil(load.threads) as usize;
        let in_flight = VecDeque::with_capacity(in_flight_max);
        let group_max = usize::from(load.group).min(in_flight_max);
        let group = Vec::with_capacity(group_max);
        Ok(Sender { group, group_max, in_flight, in_flight_max, due: None, latency_us: latencies()?, refused: 0 })
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
        // at a rate, threads take turns
        let stride_max = if load.rate.is_some() { 1 } else { STRIDE_MAX };
        let stride = load.accruals.checked_div(load.threads.saturating_mul(8)).unwrap_or_default().clamp(1, stride_max);
        let began = Instant::now();
        loop {
            let first = next.fetch_add(stride, Ordering::Relaxed);
            if first >= load.accruals {
                break;
            }
            for number in first..first.saturating_add(stride).min(load.accruals) {
                let due = load.rate.and_then(|rate| began.checked_add(offset(number, rate)));
                self.due = due.map_or(Ok(None), |due| self.wait_until(due).map(|()| Some(due)))?;
                match act(load, number) {
                    Act::Send(command) if self.group_max > 1 => self.gather(engine, command)?,
                    Act::Send(command) => self.send(engine, &command)?,
                    Act::Balance(member) => self.read(engine, member)?,
                }
            }
            bar.inc(stride);
        }
        self.send_group(engine)?;
        while !self.in_flight.is_empty() {
            self.answer()?;
        }
        Ok(self)
    }

    fn send(&mut self, engine: &Engine, command: &Command) -> Result<(), Failure> {
        if self.in_flight_max <= 1 {
            let sent = self.due.unwrap_or_else(Instant::now);
            return match engine.execute(command) {
                Err(ExecuteError::Failed(error)) => Err(error.into()),
                answer => {
                    self.count(sent, answer.is_err());
                    Ok(())
                }
            };
        }
        self.make_room()?;
        let sent = self.due.unwrap_or_else(Instant::now);
        self.in_flight.push_back((sent, Sent::Command(engine.submit(command))));
        Ok(())
    }

    fn gather(&mut self, engine: &Engine, command: Command) -> Result<(), Failure> {
        self.group.push(command);
        if self.group.len() < self.group_max { Ok(()) } else { self.send_group(engine) }
    }

    fn send_group(&mut self, engine: &Engine) -> Result<(), Failure> {
        while self.in_flight.len().saturating_add(self.group.len()) > self.in_flight_max {
            self.answer()?;
        }
        let sent = Instant::now();
        let tickets = engine.submit_batch(&self.group);
        self.in_flight.extend(tickets.into_iter().map(|ticket| (sent, Sent::Command(ticket))));
        self.group.clear();
        Ok(())
    }

    fn read(&mut self, engine: &Engine, member: MemberId) -> Result<(), Failure> {
        self.send_group(engine)?;
        self.make_room()?;
        let read = engine.submit_balances(MemberKey { program: PROGRAM, member })?;
        self.in_flight.push_back((self.due.unwrap_or_else(Instant::now), Sent::Read(read)));
        Ok(())
    }

    fn make_room(&mut self) -> Result<(), Failure> {
        while self.in_flight.len() >= self.in_flight_max {
            self.answer()?;
        }
        Ok(())
    }

    /// Waits until a command is due; takes answers meanwhile, as they come.
    fn wait_until(&mut self, due: Instant) -> Result<(), Failure> {
        /// How late an answer may be noticed.
        const PAUSE: Duration = Duration::from_micros(50);
        loop {
            self.take_answers(false)?;
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(PAUSE));
        }
    }

    /// Takes the answers that are there, waiting for the first.
    fn answer(&mut self) -> Result<(), Failure> {
        self.take_answers(true)
    }

    fn take_answers(&mut self, mut wait: bool) -> Result<(), Failure> {
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

/// How long after the beginning a command is due.
fn offset(number: u64, rate: u64) -> Duration {
    let whole = number.checked_div(rate).unwrap_or_default();
    let rest = number.checked_rem(rate).unwrap_or_default().saturating_mul(1_000_000_000).checked_div(rate);
    Duration::from_secs(whole).saturating_add(Duration::from_nanos(rest.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_due_evenly() {
        let due: Vec<u128> = [0, 1, 2, 3, 7].map(|number| offset(number, 3).as_micros()).to_vec();
        assert_eq!(due, [0, 333_333, 666_666, 1_000_000, 2_333_333]);
    }
}
