//! What if: everything that was asked of a database is asked once more of an empty one, with other definitions from some
//! instant on. The database itself is only read.

use super::error::{Error, ExecuteError};
use super::handle::Engine;
use super::ticket::Ticket;
use crate::domain::{Action, Command, Entry, Outcome, Sequence, Timestamp};

/// Entries read in one go.
const PAGE: usize = 1_000;

/// What became of the commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WhatIf {
    /// Done.
    pub done: u64,
    /// Refused, though they were done before.
    pub newly_refused: u64,
    /// Done, though they were refused before.
    pub newly_done: u64,
}

impl Engine {
    /// Asks an empty engine for all that was asked of this one, each at the time at which it was recorded then, and for
    /// `changes` before the first entry that was recorded at `from` or later. Expiries and maturings come by themselves.
    /// What was refused is asked again, too: under other rules it may be done.
    ///
    /// `other` must take its time from the commands. Takes as long as the work itself; a change whose request id is used
    /// in the journal keeps that command out.
    ///
    /// Errors: those of reading here, and of working there; `Invalid` where a change is refused there.
    pub fn what_if(&self, other: &Engine, (from, changes): (Timestamp, &[Command])) -> Result<WhatIf, Error> {
        let mut found = WhatIf::default();
        let mut left = changes.iter();
        let (mut next, last) = (Sequence(1), self.last_sequence());
        while next <= last {
            let page = self.journal(next, PAGE)?;
            let mut sent: Vec<(bool, Ticket)> = Vec::with_capacity(page.len());
            for entry in page.into_iter().filter(|entry| entry.sequence <= last) {
                next = entry.sequence.next();
                if entry.recorded_at >= from {
                    left.by_ref().try_for_each(|change| change_at(other, entry.recorded_at, change))?;
                }
                if !matches!(entry.command.action, Action::BookDue(_)) {
                    other.advance_to(entry.recorded_at)?;
                    let was_done = matches!(entry.outcome, Outcome::Done { .. });
                    sent.push((was_done, other.submit(&as_it_was(entry))));
                }
            }
            for (was_done, ticket) in sent {
                match (was_done, ticket.wait()) {
                    (_, Err(ExecuteError::Failed(error))) => return Err(error),
                    (true, Ok(_)) => found.done = found.done.saturating_add(1),
                    (false, Ok(_)) => found.newly_done = found.newly_done.saturating_add(1),
                    (true, Err(_)) => found.newly_refused = found.newly_refused.saturating_add(1),
                    (false, Err(_)) => {}
                }
            }
        }
        let now = self.now();
        left.try_for_each(|change| change_at(other, now, change))?;
        other.advance_to(now)?;
        Ok(found)
    }
}

/// The command of an entry. One that bore no date has that of its entry.
fn as_it_was(entry: Entry) -> Command {
    let transaction_at = entry.command.transaction_at.or(Some(entry.recorded_at));
    Command { transaction_at, ..entry.command }
}

fn change_at(other: &Engine, at: Timestamp, change: &Command) -> Result<(), Error> {
    other.advance_to(at)?;
    let change = Command { transaction_at: change.transaction_at.or(Some(at)), ..change.clone() };
    match other.execute(&change) {
        Ok(_) => Ok(()),
        Err(ExecuteError::Failed(error)) => Err(error),
        Err(ExecuteError::Refused(why)) => Err(Error::invalid(format!("a change is refused: {why}"))),
    }
}
