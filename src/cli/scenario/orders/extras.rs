//! What the words of all rooms share: what any command may say besides, and how a setting is read.

use crate::cli::scenario::step::Order;
use crate::cli::scenario::words::{FIRST_PROGRAM, Syntax, Words, in_program};
use crate::domain::{Action, Command, ProgramId, RequestId, Timestamp};

pub(super) const MEMBER: &str = "a member like M1";
pub(super) const POINTS: &str = "a number of points";

/// What any command may say besides.
#[derive(Debug, Default)]
pub(super) struct Extras {
    pub(super) request: Option<RequestId>,
    pub(super) transaction_at: Option<Timestamp>,
    pub(super) reference: Option<Box<str>>,
    pub(super) program: Option<ProgramId>,
}

impl Extras {
    /// Takes one of the extras, where the next word begins one.
    pub(super) fn take(&mut self, words: &mut Words<'_>) -> Result<bool, Syntax> {
        if words.take("as") {
            self.request = Some(words.parse("a request like R1")?);
        } else if words.take("transaction_at") {
            self.transaction_at = Some(words.instant()?);
        } else if words.take("reference") {
            self.reference = Some(words.word("a text")?.into());
        } else if words.peek() == Some("in") {
            self.program = Some(in_program(words)?);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    pub(super) fn order(self, action: impl Into<Action>) -> Order {
        let request_id = self.request.unwrap_or_default();
        let program = self.program.unwrap_or(FIRST_PROGRAM);
        let Extras { transaction_at, reference, .. } = self;
        let command = Command { program, request_id, transaction_at, reference, action: action.into() };
        Order { command, is_named: self.request.is_some() }
    }
}

/// Takes the name of a setting, then reads its value.
pub(super) fn setting<'a, T>(
    words: &mut Words<'a>,
    read: impl FnOnce(&mut Words<'a>) -> Result<T, Syntax>,
) -> Result<T, Syntax> {
    words.next();
    read(words)
}
