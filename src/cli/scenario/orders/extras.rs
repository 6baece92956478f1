//! What any command may say besides, and how settings are read.

use crate::cli::scenario::order::Order;
use crate::cli::scenario::words::{Syntax, Words};
use crate::domain::{Action, Command, ProgramId, RequestId, Timestamp};

/// What a line should have where a member stands.
pub(super) const MEMBER: &str = "a member like M1";
/// What it should have where points stand.
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
        let action = action.into();
        let command = Command { program, request_id, transaction_at, reference, action, long_ids: Vec::new() };
        Order { command, is_named: self.request.is_some() }
    }
}

/// The program of lines that name none.
const FIRST_PROGRAM: ProgramId = ProgramId(1);

/// `in program 2`; program 1 where it is not said.
pub(in crate::cli::scenario) fn in_program(words: &mut Words<'_>) -> Result<ProgramId, Syntax> {
    if !words.take("in") {
        return Ok(FIRST_PROGRAM);
    }
    words.must("program")?;
    words.parse("the number of a program").map(ProgramId)
}

/// Takes the name of a setting, then reads its value.
pub(super) fn setting<'a, T>(
    words: &mut Words<'a>,
    read: impl FnOnce(&mut Words<'a>) -> Result<T, Syntax>,
) -> Result<T, Syntax> {
    words.next();
    read(words)
}
