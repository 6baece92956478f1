//! The summary of an import, for people and for machines. Every line of the file is counted once: lines read =
//! purchases + refunds + left out + nobody's + bad.

use crate::cli::output::{Failure, Output};
use crate::cli::posting::{Answer, Latency, REDEMPTIONS_AT_ONCE_MAX};
use crate::cli::purchases::{BadLine, plain, shown};
use crate::cli::table::grouped;
use crate::domain::{Leg, MemberId, Points, Receipt, Rejection};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// Lines that are named one by one; more are only counted.
const NAMED_MAX: usize = 10_000;
/// Accruals from which on people are told how fast they were.
const SPEED_LINES_MIN: u64 = 1_000;
/// Values of a column that are counted each for itself.
const VALUES_MAX: usize = 20;

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

/// Points that a member keeps who had them for too many redemptions at once.
#[derive(Debug, Serialize)]
struct Unredeemed {
    member: MemberId,
    points: Points,
}

/// A refund that found too little to take back from.
#[derive(Debug, Serialize)]
struct Unfound {
    line: u64,
    /// Points that it found.
    found: Points,
    /// Points that it asks for; `null` is all of a purchase.
    points: Option<Points>,
    whose: String,
}

/// The outcome of a refund.
#[derive(Debug)]
pub(super) enum RefundFate {
    Taken,
    /// Done before.
    Replayed,
    Refused,
    /// It found less than it asks for.
    Unfound {
        found: Points,
        points: Option<Points>,
        whose: String,
    },
}

/// Lines of one value of a column.
#[derive(Debug, Default, Serialize)]
struct Counted {
    lines: u64,
    first_line: u64,
}

/// Counts of refunds.
#[derive(Debug, Default, Serialize)]
pub(super) struct Refunds {
    /// Lines that are refunds.
    pub(super) lines: u64,
    /// Of these, those that took points back.
    taken: u64,
    /// Of these, those that were done before.
    replayed: u64,
    /// Of these, those too small for a point.
    pub(super) without_points: u64,
    /// Of these, those that found nothing, or too little, to take back from.
    unfound_lines: u64,
    unfound: Vec<Unfound>,
    /// Points taken back, also of purchases whose own line says that they were refunded.
    points: i128,
}

/// Counts of lines and points.
#[derive(Debug, Default, Serialize)]
pub(super) struct Summary {
    /// Lines, without the header and blank ones.
    pub(super) read: u64,
    pub(super) purchases: u64,
    pub(super) refunds: Refunds,
    /// Lines that a rule leaves out.
    skipped_lines: u64,
    skipped: BTreeMap<String, u64>,
    /// Purchases of nobody.
    nobody_lines: u64,
    nobody: BTreeMap<String, Counted>,
    bad_lines: u64,
    bad: Vec<BadLine>,
    accrued: u64,
    points: i128,
    replayed: u64,
    /// Of the accrued, those that an earlier run of the same file did not do: refused then, or bad.
    caught_up: u64,
    pub(super) without_points: u64,
    refused_lines: u64,
    refused: Vec<RefusedLine>,
    redemptions: u64,
    refused_redemptions: u64,
    redemptions_refused: Vec<RefusedRedemption>,
    /// Members who had points for more redemptions at once than are made.
    unredeemed_members: u64,
    unredeemed: Vec<Unredeemed>,
    /// Lines that look like those of an earlier import, under another request id.
    pub(super) seen_before: u64,
    /// Whether the shop's own numbers are the request ids.
    #[serde(skip)]
    pub(super) has_own_ids: bool,
    #[serde(skip)]
    accrued_since_replay: u64,
}

/// The JSON of a summary. The sum of all points may be more than a number of [`Value`] can be.
#[derive(Debug, Serialize)]
struct Told<'a> {
    file: &'a str,
    speed: Value,
    summary: &'a Summary,
}

impl Summary {
    /// Counts nothing yet. Says whether the shop's own numbers are the request ids.
    pub(super) fn new(has_own_ids: bool) -> Summary {
        Summary { has_own_ids, ..Summary::default() }
    }

    /// Counts a bad line.
    pub(super) fn bad(&mut self, bad: BadLine) {
        count_named(&mut self.bad_lines, &mut self.bad, bad);
    }

    /// Counts a line that a rule leaves out.
    pub(super) fn skip(&mut self, rule: String) {
        self.skipped_lines = self.skipped_lines.saturating_add(1);
        let is_full = self.skipped.len() >= VALUES_MAX && !self.skipped.contains_key(&rule);
        let lines = self.skipped.entry(if is_full { "other".to_owned() } else { rule }).or_default();
        *lines = lines.saturating_add(1);
    }

    /// Counts a refund that turned out to be a line to leave out: an order that was undone before it gave a point.
    pub(super) fn undone_for_nothing(&mut self) {
        self.refunds.lines = self.refunds.lines.saturating_sub(1);
        self.skip("undone, and gave no points".to_owned());
    }

    /// Counts a purchase of nobody.
    pub(super) fn nobody(&mut self, who: String, line: u64) {
        self.nobody_lines = self.nobody_lines.saturating_add(1);
        let is_full = self.nobody.len() >= VALUES_MAX && !self.nobody.contains_key(&who);
        let counted = self.nobody.entry(if is_full { "other".to_owned() } else { who }).or_default();
        counted.lines = counted.lines.saturating_add(1);
        counted.first_line = if counted.first_line == 0 { line } else { counted.first_line };
    }

    /// Counts the answer to a line's accrual.
    pub(super) fn count(&mut self, line: u64, answer: &Answer) {
        match answer {
            Answer::Done(Receipt { replayed: true, .. }) => {
                self.replayed = self.replayed.saturating_add(1);
                let caught_up = std::mem::take(&mut self.accrued_since_replay);
                // with ids of the shop's own, an older order that is new says nothing of an earlier run
                self.caught_up = self.caught_up.saturating_add(if self.has_own_ids { 0 } else { caught_up });
            }
            Answer::Done(receipt) => {
                self.accrued = self.accrued.saturating_add(1);
                self.accrued_since_replay = self.accrued_since_replay.saturating_add(1);
                let granted = receipt.legs.iter().map(|leg| match leg {
                    Leg::Granted { points, .. } => *points,
                    _ => Points::ZERO,
                });
                self.points = self.points.saturating_add(granted.sum());
            }
            Answer::Refused(rejection) => self.refuse(line, *rejection),
        }
    }

    fn refuse(&mut self, line: u64, refused: Rejection) {
        count_named(&mut self.refused_lines, &mut self.refused, RefusedLine { line, refused });
    }

    /// Counts the answer to a command that takes points back.
    pub(super) fn count_taken(&mut self, line: u64, points: Points, answer: &Answer) -> RefundFate {
        match answer {
            Answer::Done(Receipt { replayed: true, .. }) => RefundFate::Replayed,
            Answer::Done(_) => {
                self.refunds.points = self.refunds.points.saturating_add(i128::from(points.0));
                RefundFate::Taken
            }
            Answer::Refused(rejection) => {
                self.refuse(line, *rejection);
                RefundFate::Refused
            }
        }
    }

    /// Counts the outcome of a line that is a refund.
    pub(super) fn count_refund(&mut self, line: u64, fate: RefundFate) {
        let refunds = &mut self.refunds;
        let count = match fate {
            RefundFate::Taken => &mut refunds.taken,
            RefundFate::Replayed => &mut refunds.replayed,
            RefundFate::Refused => return,
            RefundFate::Unfound { found, points, whose } => {
                let unfound = Unfound { line, found, points, whose };
                return count_named(&mut refunds.unfound_lines, &mut refunds.unfound, unfound);
            }
        };
        *count = count.saturating_add(1);
    }

    /// Counts the answer to a member's redemption.
    pub(super) fn count_redemption(&mut self, member: MemberId, answer: &Answer) {
        match answer {
            Answer::Done(Receipt { replayed: true, .. }) => {}
            Answer::Done(_) => self.redemptions = self.redemptions.saturating_add(1),
            Answer::Refused(refused) => {
                let refused = RefusedRedemption { member, refused: *refused };
                count_named(&mut self.refused_redemptions, &mut self.redemptions_refused, refused);
            }
        }
    }

    /// Counts a member who had points for more than [`REDEMPTIONS_AT_ONCE_MAX`] redemptions.
    pub(super) fn count_left(&mut self, member: MemberId, points: Points) {
        count_named(&mut self.unredeemed_members, &mut self.unredeemed, Unredeemed { member, points });
    }

    /// Whether every line was good, nothing was refused, and every refund found its purchase.
    pub(super) fn is_clean(&self) -> bool {
        let redemptions = [self.refused_redemptions, self.unredeemed_members];
        let wrong = [self.bad_lines, self.refused_lines, self.refunds.unfound_lines];
        wrong.iter().chain(&redemptions).all(|count| *count == 0)
    }

    /// Names what was bad or refused.
    pub(super) fn remark(&mut self, name: &str, output: &Output) {
        let name = plain(name);
        self.bad.sort_by_key(|bad| bad.line);
        self.refused.sort_by_key(|refused| refused.line);
        self.refunds.unfound.sort_by_key(|unfound| unfound.line);
        for bad in &self.bad {
            output.remark(format!("{name}, {bad}"));
        }
        rest(self.bad_lines, self.bad.len(), "bad lines", output);
        for RefusedLine { line, refused } in &self.refused {
            output.remark(format!("{name}, line {line}: refused: {refused}"));
        }
        rest(self.refused_lines, self.refused.len(), "refused lines", output);
        for Unfound { line, found, points, whose } in &self.refunds.unfound {
            let asked = points.map_or_else(|| "the points".to_owned(), |points| format!("{points} points"));
            let found = if found.0 > 0 { format!("only {found}") } else { "nothing".to_owned() };
            output.remark(format!("{name}, line {line}: a refund takes back {asked}, and found {found} of {whose}"));
        }
        rest(self.refunds.unfound_lines, self.refunds.unfound.len(), "refunds without a purchase", output);
        for RefusedRedemption { member, refused } in &self.redemptions_refused {
            output.remark(format!("{name}: a redemption of member {member} is refused: {refused}"));
        }
        rest(self.refused_redemptions, self.redemptions_refused.len(), "refused redemptions", output);
        for Unredeemed { member, points } in &self.unredeemed {
            output.remark(format!(
                "{name}: member {member} redeemed {} times at once, and keeps {points} points",
                grouped(REDEMPTIONS_AT_ONCE_MAX)
            ));
        }
        rest(self.unredeemed_members, self.unredeemed.len(), "members who keep points for redemptions", output);
    }

    /// Says how much there was of what.
    pub(super) fn tell(
        &self,
        name: &str,
        (latency, took): (&Latency, Duration),
        output: &mut Output,
    ) -> Result<(), Failure> {
        let speed = latency.over(self.accrued, took);
        output.object(&Told { file: name, speed: speed.to_json(), summary: self })?;
        self.read_lines().into_iter().chain(self.done_lines()).try_for_each(|line| output.line(line))?;
        // of a few lines, it is only how long a disk takes to wake up
        let says_anything = self.accrued >= SPEED_LINES_MIN;
        speed.lines().into_iter().filter(|_| says_anything).try_for_each(|line| output.line(line))
    }

    /// The counts of each kind of line. No text is longer than 40 characters but for values of the file.
    pub(super) fn read_lines(&self) -> Vec<String> {
        let mut lines = vec![counted("lines read", self.read), counted("purchases read", self.purchases)];
        let mut put = |what: &str, count: u64| lines.extend((count > 0).then(|| counted(what, count)));
        put("  too small for a point", self.without_points);
        put("refunds", self.refunds.lines);
        put("left out by a rule", self.skipped_lines);
        for (rule, count) in &self.skipped {
            put(&format!("  {}", plain(rule)), *count);
        }
        put("nobody's", self.nobody_lines);
        for (who, Counted { lines, first_line }) in &self.nobody {
            put(&format!("  {}, first line {first_line}", shown(who)), *lines);
        }
        lines.push(counted("bad lines", self.bad_lines));
        lines
    }

    /// The counts of outcomes.
    fn done_lines(&self) -> Vec<String> {
        let mut lines = vec![counted("accrued", self.accrued)];
        let mut put = |what: &str, count: u64| lines.extend((count > 0).then(|| counted(what, count)));
        put("  not done before", self.caught_up);
        put("done before", self.replayed);
        put("refunds taken back", self.refunds.taken);
        put("refunds done before", self.refunds.replayed);
        put("refunds too small", self.refunds.without_points);
        put("nothing to take back", self.refunds.unfound_lines);
        put("seen in an earlier import", self.seen_before);
        put("redemptions", self.redemptions);
        put("refused redemptions", self.refused_redemptions);
        put("members who keep points", self.unredeemed_members);
        lines.push(counted("refused lines", self.refused_lines));
        lines.push(counted("points given", self.points));
        if self.refunds.points != 0 {
            lines.push(counted("points taken back", self.refunds.points));
        }
        lines
    }
}

/// A count with what it counts.
fn counted(what: &str, count: impl Into<i128>) -> String {
    format!("{what:26}{:>12}", grouped(count))
}

/// Counts one, and names it unless there are enough names.
fn count_named<T>(count: &mut u64, named: &mut Vec<T>, one: T) {
    *count = count.saturating_add(1);
    if named.len() < NAMED_MAX {
        named.push(one);
    }
}

/// Says how many more there were than were named.
fn rest(all: u64, named: usize, what: &str, output: &Output) {
    let more = all.saturating_sub(named as u64);
    if more > 0 {
        output.remark(format!("and {} more {what}", grouped(more)));
    }
}
