//! What a scenario file says, read: its rules and its steps. How it is written is in `parse`.

use super::answer::Answer;
use super::questions::Question;
use crate::domain::{AccountKey, Command, MemberKey, PartnerKey, RequestKey, Timestamp};
use std::collections::BTreeMap;
use std::num::NonZeroU32;

/// A scenario file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Scenario {
    /// The rules it covers, and the line that proves each: the one that is marked, or that of the header.
    pub(super) rules: BTreeMap<String, Vec<usize>>,
    pub(super) steps: Vec<Step>,
}

/// A line that does something, or asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) line: usize,
    /// The line as it is written.
    pub(super) text: String,
    /// How often it is done.
    pub(super) times: NonZeroU32,
    pub(super) verb: Verb,
    /// What must be answered; without it, a command must be done.
    pub(super) expected: Option<Answer>,
}

/// A command, whose request id the runner chooses where the line gives none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) command: Command,
    pub(super) is_named: bool,
}

/// What a line does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verb {
    /// Commands, one after the other: the second only where the first was done.
    Do(Vec<Order>),
    /// Time goes on to an instant.
    At(Timestamp),
    Balance(AccountKey, Option<Timestamp>),
    /// An account's items; used-up and expired ones too, where `all`.
    Items {
        account: AccountKey,
        all: bool,
    },
    Partner(PartnerKey),
    Blocks(PartnerKey),
    /// A member's entries, newest first, up to a number of them.
    Statement {
        member: MemberKey,
        newest: usize,
    },
    Transaction(RequestKey),
    /// The refusals in the journal.
    Refusals,
    /// A question about several partners.
    Ask(Box<Question>),
    /// Books what has expired or matured.
    Sweep,
    Checkpoint,
    /// Closes the store and opens it again.
    Reopen,
    /// Opens the store again without closing it.
    Crash,
    /// Audits everything.
    Verify,
    /// The digest of the state, beside the one before.
    Digest,
}
