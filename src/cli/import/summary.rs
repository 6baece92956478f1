//! What became of an import, for people and for machines.

use crate::cli::output::{Failure, Output};
use crate::cli::posting::{Answer, Latency};
use crate::cli::purchases::BadLine;
use crate::cli::table::grouped;
use crate::domain::{Leg, MemberId, Points, Receipt, Rejection};
use serde::Serialize;
use serde_json::Value;

/// A line that the rules refuse.
#[derive(Debug, Serialize)]
struct RefusedLine {
    line: u64,
    refused: Rejection,
}

/// A redemption that the rules refuse, of a member who had the points.
#[derive(Debug, Serialize)]
struct RefusedRedemption {
    member: MemberId,
    refused: Rejection,
}

/// What became of the lines.
#[derive(Debug, Default, Serialize)]
pub(super) struct Summary {
    accrued: u64,
    pub(super) bad: Vec<BadLine>,
    points: i128,
    pub(super) purchases: u64,
    redemptions: u64,
    redemptions_refused: Vec<RefusedRedemption>,
    refused: Vec<RefusedLine>,
    replayed: u64,
    pub(super) without_points: u64,
}

/// What machines are told. The sum of all points may be more than a number of [`Value`] can be.
#[derive(Debug, Serialize)]
struct Told<'a> {
    file: &'a str,
    speed: Value,
    summary: &'a Summary,
}

impl Summary {
    pub(super) fn new(bad: Vec<BadLine>) -> Summary {
        Summary { bad, ..Summary::default() }
    }

    /// Counts the answer to a line's accrual.
    pub(super) fn count(&mut self, line: u64, answer: &Answer) {
        match answer {
            Answer::Done(Receipt { replayed: true, .. }) => self.replayed = self.replayed.saturating_add(1),
            Answer::Done(receipt) => {
                self.accrued = self.accrued.saturating_add(1);
                let granted = receipt.legs.iter().map(|leg| match leg {
                    Leg::Granted { points, .. } => *points,
                    _ => Points::ZERO,
                });
                self.points = self.points.saturating_add(granted.sum());
            }
            Answer::Refused(rejection) => self.refused.push(RefusedLine { line, refused: *rejection }),
        }
    }

    /// Counts the answer to a member's redemption.
    pub(super) fn count_redemption(&mut self, member: MemberId, answer: &Answer) {
        match answer {
            Answer::Done(Receipt { replayed: true, .. }) => {}
            Answer::Done(_) => self.redemptions = self.redemptions.saturating_add(1),
            Answer::Refused(refused) => self.redemptions_refused.push(RefusedRedemption { member, refused: *refused }),
        }
    }

    /// Whether every line was good, and nothing was refused.
    pub(super) fn is_clean(&self) -> bool {
        self.bad.is_empty() && self.refused.is_empty() && self.redemptions_refused.is_empty()
    }

    /// Names what was bad or refused.
    pub(super) fn remark(&mut self, name: &str, output: &Output) {
        self.bad.sort_by_key(|bad| bad.line);
        for bad in &self.bad {
            output.remark(format!("{name}, {bad}"));
        }
        for RefusedLine { line, refused } in &self.refused {
            output.remark(format!("{name}, line {line}: refused: {refused}"));
        }
        for RefusedRedemption { member, refused } in &self.redemptions_refused {
            output.remark(format!("{name}: a redemption of member {member} is refused: {refused}"));
        }
    }

    /// Says how much there was of what.
    pub(super) fn tell(&self, name: &str, latency: &Latency, output: &mut Output) -> Result<(), Failure> {
        output.object(&Told { file: name, speed: latency.to_json(), summary: self })?;
        let counts = [
            ("purchases read", self.purchases),
            ("accrued", self.accrued),
            ("done before", self.replayed),
            ("too small for a point", self.without_points),
            ("redemptions", self.redemptions),
            ("refused redemptions", self.redemptions_refused.len() as u64),
            ("refused lines", self.refused.len() as u64),
            ("bad lines", self.bad.len() as u64),
        ];
        for (what, count) in counts {
            output.line(format!("{what:22}{:>12}", grouped(count)))?;
        }
        output.line(format!("{:22}{:>12}", "points given", grouped(self.points)))?;
        output.line(latency.line())
    }
}
