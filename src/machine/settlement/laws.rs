//! What always holds of settlement: each line adds up and can be recomputed to the same cent; the sums of a receivable are
//! those of its postings, and these are those of their lines.

use super::contribution::{contribution_under, share};
use crate::domain::{
    Contribution, EventKind, Line, LineKey, MonthSums, Points, Posting, Program, Rate, Receivables, Run, RunState,
    Standing,
};

/// What is wrong.
type Broken = String;

/// A line: its parts are the event's amount (rule C113), and its percentage and amounts are those of the rule that it
/// names, in the version that it names.
#[must_use]
pub fn line(program: &Program, key: &LineKey, line: &Line) -> Vec<Broken> {
    let mut broken = Vec::new();
    let event = &line.event;
    if line.amount.plus(line.host) != Some(event.amount) || line.host < Points::ZERO || line.amount < Points::ZERO {
        broken.push(format!("{} and the host's {} are not {}", line.amount, line.host, event.amount));
    }
    if line.reversed < Points::ZERO || line.reversed > event.amount {
        broken.push(format!("{} of {} were cancelled", line.reversed, event.amount));
    }
    if line.settled_by <= key.sequence {
        broken.push(format!("settled by entry {}, before it happened", line.settled_by));
    }
    let before = event.cancels.map_or(Points::ZERO, |cancels| cancels.before);
    let part = |until: Option<Points>| until.and_then(|until| share(&line.contribution, until).ok());
    let amount = part(before.plus(event.amount)).zip(part(Some(before))).and_then(|(until, from)| until.minus(from));
    if amount != Some(line.amount) {
        broken.push(format!("{} percent of {} are not {}", line.contribution.percentage, event.amount, line.amount));
    }
    broken.extend(percentage(program, line));
    broken
}

/// The percentage of a line is that of the rule that it names; without one it is 100.
fn percentage(program: &Program, line: &Line) -> Option<Broken> {
    let Contribution { percentage, rule, rounding: _ } = line.contribution;
    let Some(rule) = rule else {
        return (percentage != Rate::from_whole(100)).then(|| format!("{percentage} percent by no rule"));
    };
    if matches!(line.event.kind, EventKind::Spend | EventKind::CancelledSpend) {
        return Some("a spend by a contribution rule".to_owned());
    }
    // the opposite of a purchase is settled at the percentage of its own event, whenever it happened
    let is_opposite = line.event.cancels.is_some();
    match contribution_under(program, &rule, line.at) {
        Some((known, period)) if is_opposite || (known == percentage && period == rule.period) => None,
        Some((known, _)) => Some(format!("{percentage} percent, rule {} says {known}", rule.rule)),
        None => Some(format!("there is no rule {} in version {}", rule.rule, rule.version)),
    }
}

/// An owner's receivables: at most one is primary (rule C112).
#[must_use]
pub fn receivables(all: &Receivables) -> Option<Broken> {
    let primary = all.accounts.iter().filter(|account| account.standing == Standing::Primary).count();
    (primary > 1).then(|| format!("{primary} receivables are primary"))
}

/// Sums of debits and credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Books {
    /// What is owed.
    pub debits: i128,
    /// What is owed to the owner.
    pub credits: i128,
}

impl Books {
    /// Adds a posting.
    pub fn add(&mut self, posting: &Posting) {
        let sum = if posting.kind.is_debit() { &mut self.debits } else { &mut self.credits };
        *sum = sum.saturating_add(posting.amount.0.into());
    }

    /// Adds a line.
    pub fn add_line(&mut self, line: &Line) {
        let debit = line.event.kind.posting().is_debit();
        let sum = if debit { &mut self.debits } else { &mut self.credits };
        *sum = sum.saturating_add(line.amount.0.into());
    }
}

impl From<MonthSums> for Books {
    fn from(sums: MonthSums) -> Books {
        Books { debits: sums.debits.0.into(), credits: sums.credits.0.into() }
    }
}

/// What a record says and what its parts add up to.
#[must_use]
pub fn books(recorded: Books, counted: Books) -> Option<Broken> {
    (recorded != counted).then(|| {
        format!(
            "debits {} and credits {}, its parts have {} and {}",
            recorded.debits, recorded.credits, counted.debits, counted.credits
        )
    })
}

/// A run: it is due exactly while it is submitted.
#[must_use]
pub fn run(run: &Run, is_due: bool) -> Option<Broken> {
    let submitted = run.state == RunState::Submitted && run.due_at.is_some();
    (submitted != is_due).then(|| format!("it is {}, and {}", run.state.code(), if is_due { "due" } else { "not due" }))
}
