//! Commands on their way: each is submitted as it is made, and answered in its order when it is durable, so that lines are
//! read on while the journal is written.

use super::item::{Act, Item};
use crate::cli::output::Failure;
use crate::cli::posting::{Answer, answer};
use crate::domain::{Command, MemberId, Points};
use crate::engine::{Engine, Ticket};
use std::collections::{HashSet, VecDeque};
use std::time::Instant;

/// The purpose of a command.
pub(super) enum Sent {
    Accrual,
    /// Takes points back of a purchase whose own line says that they were refunded.
    Correction(MemberId, Points),
    /// Takes points back for a refund; the last of several says what became of it.
    Refund(MemberId, Points, Option<super::summary::RefundFate>),
}

/// Commands whose answers are awaited, each with the line that asks for it.
pub(super) struct Flight<'e> {
    engine: &'e Engine,
    flying: VecDeque<Flying>,
    /// Whose lines and which purchases are among them, where a refund may ask.
    pub(super) touched: HashSet<u128>,
    /// Whether the commands themselves are asked for with their answers.
    keeps_commands: bool,
}

struct Flying {
    line: u64,
    sent: Sent,
    since: Instant,
    ticket: Ticket,
    command: Option<Box<Command>>,
}

/// A command that arrived.
pub(super) struct Landed {
    pub(super) line: u64,
    pub(super) sent: Sent,
    pub(super) since: Instant,
    pub(super) answer: Answer,
    pub(super) command: Option<Box<Command>>,
}

impl<'e> Flight<'e> {
    /// Nothing is on its way yet. Says whether the commands themselves are asked for with their answers.
    pub(super) fn new(engine: &'e Engine, keeps_commands: bool) -> Flight<'e> {
        Flight { engine, flying: VecDeque::new(), touched: HashSet::new(), keeps_commands }
    }

    pub(super) fn push(&mut self, line: u64, command: Command, sent: Sent) {
        let since = Instant::now();
        let ticket = self.engine.submit(&command);
        let command = self.keeps_commands.then(|| Box::new(command));
        self.flying.push_back(Flying { line, sent, since, ticket, command });
    }

    pub(super) fn len(&self) -> usize {
        self.flying.len()
    }

    /// Waits for the answer to the command that was sent first.
    pub(super) fn land(&mut self) -> Result<Option<Landed>, Failure> {
        let Some(Flying { line, sent, since, ticket, command }) = self.flying.pop_front() else { return Ok(None) };
        Ok(Some(Landed { line, sent, since, answer: answer(ticket.wait())?, command }))
    }

    /// Whether an item asks for the past of what is on its way.
    pub(super) fn holds(&self, item: &Item) -> bool {
        asks_for(item).iter().flatten().any(|subject| self.touched.contains(subject))
    }

    /// Keeps which member and which purchase an item is about.
    pub(super) fn touch(&mut self, item: &Item) {
        let (member, of) = match &item.act {
            Act::Give { member, .. } => (Some(*member), Some(item.request)),
            Act::Take(take) => (take.member, take.of),
        };
        self.touched.extend(member.map(|member| member.0));
        self.touched.extend(of.map(|of| of.0));
    }
}

/// The member and the purchase whose past an item asks for: what is on its way of them has to be done first.
fn asks_for(item: &Item) -> [Option<u128>; 2] {
    match &item.act {
        Act::Give { more, .. } => {
            let is_corrected = more.as_ref().is_some_and(|more| more.1.is_some());
            [is_corrected.then_some(item.request.0), None]
        }
        Act::Take(take) => [take.of.map(|of| of.0), take.member.map(|member| member.0).filter(|_| !take.is_only_of)],
    }
}
