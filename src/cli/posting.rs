//! Sending many commands at once, and the rule "redeem N whenever a member has them" that imports offer.

use super::output::Failure;
use super::purchases::{Tariff, Worth};
use super::request_ids;
use super::table::grouped;
use crate::domain::{
    Accrue, Action, Award, Command, MemberId, PartnerId, PointTypeId, Points, ProgramId, Receipt, Redeem, Rejection,
    RequestId, Timestamp,
};
use crate::engine::{Engine, ExecuteError, Ticket};
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Commands that are in flight at most.
pub(super) const IN_FLIGHT_MAX: usize = 4_096;

/// Redemptions of a member at once: who has points for more keeps the rest. More come of a mistake, in a file or in the
/// points of a redemption.
pub(super) const REDEMPTIONS_AT_ONCE_MAX: u32 = 1_000;

/// What the engine said to a command.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    Done(Receipt),
    Refused(Rejection),
}

/// The answer to a command, or why the engine could not.
pub(super) fn answer(result: Result<Receipt, ExecuteError>) -> Result<Answer, Failure> {
    match result {
        Ok(receipt) => Ok(Answer::Done(receipt)),
        Err(ExecuteError::Refused(rejection)) => Ok(Answer::Refused(rejection)),
        Err(ExecuteError::Failed(error)) => Err(error.into()),
    }
}

/// Longer waits count as this long: an hour.
const LATENCY_US_MAX: u64 = 3_600_000_000;

/// How long answers took, from the call until they were durable.
#[derive(Debug)]
pub(super) struct Latency {
    us: Histogram<u64>,
    busy_us: u64,
}

impl Latency {
    pub(super) fn new() -> Result<Latency, Failure> {
        let us = Histogram::new_with_bounds(1, LATENCY_US_MAX, 3).map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(Latency { us, busy_us: 0 })
    }

    /// Counts an answer to a command that was sent then.
    pub(super) fn count(&mut self, sent: Instant) {
        self.us.saturating_record(micros(sent));
    }

    /// Answers a second, while any was awaited.
    pub(super) fn per_second(&self) -> u64 {
        self.us.len().saturating_mul(1_000_000).checked_div(self.busy_us).unwrap_or_default()
    }

    pub(super) fn line(&self) -> String {
        let [p50, p99, p999] = self.percentiles().map(grouped);
        format!(
            "{} durable accruals/s; an answer took p50 {p50} us, p99 {p99} us, p99.9 {p999} us",
            grouped(self.per_second())
        )
    }

    pub(super) fn to_json(&self) -> Value {
        let [p50, p99, p999] = self.percentiles();
        json!({ "accruals_per_s": self.per_second(), "p50_us": p50, "p99_us": p99, "p999_us": p999 })
    }

    /// How fast so many accruals were, over all the time that they took.
    pub(super) fn over(&self, accruals: u64, took: Duration) -> Speed {
        let us = u128::from(accruals).saturating_mul(1_000_000).checked_div(took.as_micros().max(1));
        let per_second = u64::try_from(us.unwrap_or_default()).unwrap_or(u64::MAX);
        Speed { accruals_per_s: per_second, percentiles_us: self.percentiles() }
    }

    fn percentiles(&self) -> [u64; 3] {
        [0.5, 0.99, 0.999].map(|quantile| self.us.value_at_quantile(quantile))
    }
}

/// Accruals a second, and how long an answer took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Speed {
    accruals_per_s: u64,
    percentiles_us: [u64; 3],
}

impl Speed {
    pub(super) fn lines(&self) -> [String; 4] {
        let [p50, p99, p999] = self.percentiles_us;
        let counts = [("accruals a second", self.accruals_per_s), ("answer, p50 us", p50), ("answer, p99 us", p99)];
        let [a, b, c] = counts.map(|(what, count)| format!("{what:26}{:>12}", grouped(count)));
        [a, b, c, format!("{:26}{:>12}", "answer, p99.9 us", grouped(p999))]
    }

    pub(super) fn to_json(self) -> Value {
        let [p50, p99, p999] = self.percentiles_us;
        json!({ "accruals_per_s": self.accruals_per_s, "p50_us": p50, "p99_us": p99, "p999_us": p999 })
    }
}

/// Sends all commands, then waits for their answers, in the same order.
pub(super) fn post(engine: &Engine, commands: &[Command], latency: &mut Latency) -> Result<Vec<Answer>, Failure> {
    let begun = Instant::now();
    let mut answers = Vec::with_capacity(commands.len());
    for window in commands.chunks(IN_FLIGHT_MAX) {
        let tickets: Vec<(Instant, Ticket)> =
            window.iter().map(|command| (Instant::now(), engine.submit(command))).collect();
        for (sent, ticket) in tickets {
            answers.push(answer(ticket.wait())?);
            latency.count(sent);
        }
    }
    latency.busy_us = latency.busy_us.saturating_add(micros(begun));
    Ok(answers)
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// Points for money: a purchase's points, and what the accrual of them says.
#[derive(Debug, Clone)]
pub(super) struct Earning {
    pub(super) program: ProgramId,
    pub(super) point_type: PointTypeId,
    pub(super) partner: Option<PartnerId>,
    pub(super) tariff: Tariff,
}

impl Earning {
    /// The points of a purchase. `None` where they do not fit.
    pub(super) fn points(&self, worth: Worth) -> Option<Points> {
        match worth {
            Worth::Money(amount) => self.tariff.points(amount),
            Worth::Points(points) => Some(points),
        }
    }

    /// The accrual of several awards, which a partner pays for.
    pub(super) fn accrual_of(
        &self,
        member: MemberId,
        partner: Option<PartnerId>,
        awards: Vec<Award>,
        request: RequestId,
        at: Timestamp,
    ) -> Command {
        Command::new(self.program, request, Accrue { member, partner, awards }).at(at)
    }
}

/// "Redeem `points` whenever a member has them."
#[derive(Debug, Clone, Copy)]
pub(super) struct RedeemRule {
    pub(super) program: ProgramId,
    pub(super) point_type: PointTypeId,
    pub(super) points: Points,
}

/// A member who has just earned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Earner {
    pub(super) member: MemberId,
    pub(super) at: Timestamp,
    /// The accrual's request: the redemptions' ids are derived from it.
    pub(super) cause: RequestId,
    pub(super) available: Points,
}

/// Those who earned, each with the balance after the last of the accruals.
pub(super) type Earners = BTreeMap<MemberId, Earner>;

impl RedeemRule {
    /// Adds who earned by an accrual.
    pub(super) fn earned(&self, earners: &mut Earners, command: &Command, answer: &Answer) {
        let Answer::Done(receipt) = answer else { return };
        let member = match &command.action {
            Action::Accrue(body) => body.member,
            Action::AccrueShared(body) => body.member,
            _ => return,
        };
        let at = command.transaction_at.unwrap_or(receipt.recorded_at);
        let available = self.available(receipt);
        earners.insert(member, Earner { member, at, cause: command.request_id, available });
    }

    /// Redeems as often as each of them can, in the order of their ids, and tells `each` who redeemed, and what the
    /// engine said to it. Returns who has points for more than [`REDEMPTIONS_AT_ONCE_MAX`], and how many are left.
    pub(super) fn redeem(
        &self,
        engine: &Engine,
        earners: Earners,
        mut each: impl FnMut(MemberId, &Answer),
    ) -> Result<Vec<(MemberId, Points)>, Failure> {
        let mut earners: Vec<Earner> = earners.into_values().collect();
        let mut latency = Latency::new()?;
        for round in 1..=REDEMPTIONS_AT_ONCE_MAX {
            earners.retain(|earner| earner.available >= self.points);
            if earners.is_empty() {
                break;
            }
            let commands: Vec<Command> = earners.iter().map(|earner| self.command(earner, round)).collect();
            let answers = post(engine, &commands, &mut latency)?;
            for (earner, answer) in earners.iter_mut().zip(&answers) {
                each(earner.member, answer);
                earner.available = match answer {
                    Answer::Done(receipt) => self.available(receipt),
                    Answer::Refused(_) => Points::ZERO,
                };
            }
        }
        earners.retain(|earner| earner.available >= self.points);
        Ok(earners.into_iter().map(|earner| (earner.member, earner.available)).collect())
    }

    fn command(&self, earner: &Earner, round: u32) -> Command {
        let body = Redeem { member: earner.member, point_type: self.point_type, points: self.points };
        let request = request_ids::following(earner.cause, &format!("redemption {round}"));
        Command::new(self.program, request, body).at(earner.at)
    }

    /// The balance of the rule's points after a command.
    pub(super) fn available(&self, receipt: &Receipt) -> Points {
        let balance = receipt.balances.iter().find(|balance| balance.point_type == self.point_type);
        balance.map_or(Points::ZERO, |balance| balance.available)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_waits_are_not_cut_short() {
        let mut latency = Latency::new().unwrap();
        for us in [5, 40_000, 60_000_000] {
            latency.us.saturating_record(us);
        }
        let [p50, _, p999] = latency.percentiles();
        assert!((40_000..40_100).contains(&p50) && (60_000_000..60_100_000).contains(&p999), "{p50} {p999}");
    }
}
