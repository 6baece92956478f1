//! What a scenario file says, read: its rules and its steps. How it is written is in `parse`.

use super::answer::Answer;
use super::order::Order;
use super::settlement_questions;
use crate::domain::{
    AccountKey, BlockId, Date, Day, MemberId, MemberKey, PartnerKey, ProgramId, RequestKey, SourceKey, Timestamp,
};
use crate::report::{AsOf, AuditQuery, FeeUnit, Filter, Grouping, Preset};
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

/// A question about a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    Charges,
    Fees(FeeUnit),
    Bills,
    BillLines(u32),
    /// Blocks that were bought or set up as a reserve (rule A30).
    Purchases,
    /// Entries about it, newest first.
    Statement(usize),
    /// A page of its blocks by id.
    BlocksFrom(BlockId, usize),
    Usage,
    /// At the rate of so many days.
    Forecast(i64),
    Reconcile,
    /// The version of its terms.
    Terms,
}

/// A question about the audit log; a range by name is cut when it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Audit {
    pub(super) query: AuditQuery,
    pub(super) preset: Option<Preset>,
    pub(super) newest: usize,
}

/// A report about sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Report {
    /// What is owed.
    Liability,
    /// What became of the points of some days.
    Cohort,
    /// What happened by day.
    BySource,
    /// What expires by day.
    ExpiryCurve,
}

/// A question about sums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) report: Report,
    pub(super) program: ProgramId,
    pub(super) from: Option<Day>,
    pub(super) to: Option<Day>,
    pub(super) as_of: Option<AsOf>,
    pub(super) preset: Option<Preset>,
    pub(super) filter: Filter,
    pub(super) grouping: Grouping,
    /// As a file of comma-separated values has it.
    pub(super) is_csv: bool,
}

/// What a line does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verb {
    /// Commands, one after the other: the second only where the first was done.
    Do(Vec<Order>),
    /// Time goes on to an instant.
    At(Timestamp),
    Balance(AccountKey, Option<Timestamp>),
    /// A member's balances, summed up by label.
    Labels(MemberKey),
    /// The point types of a program whose name begins so, sorted by name.
    Types(ProgramId, String),
    /// By the time at which transactions happened.
    BalanceByTransaction(AccountKey, Timestamp),
    /// An account's items as they were at an instant, used-up ones too.
    ItemsAt(AccountKey, Timestamp),
    /// An account's items; used-up and expired ones too, where `all`.
    Items {
        account: AccountKey,
        all: bool,
    },
    /// A member's status, tier and household.
    Member(MemberKey),
    /// Who belongs to a household, and what they have together of a type.
    Household(AccountKey),
    /// Qualifying points earned from one day to another.
    Qualifying(AccountKey, Date, Date),
    /// What expires of all members until the end of a day, in pages of so many members; of one member.
    Expiring(ProgramId, Option<MemberId>, Date, usize),
    Partner(PartnerKey),
    Blocks(PartnerKey),
    /// Another question about a partner.
    Ask(PartnerKey, Question),
    /// Partners whose name holds a text.
    Find(ProgramId, String),
    /// A member's entries, newest first, up to a number of them.
    Statement {
        member: MemberKey,
        newest: usize,
    },
    Transaction(RequestKey),
    /// A source, with what is counted of it.
    Source(SourceKey),
    /// The sources of a program whose names hold a text, by name.
    Sources {
        program: ProgramId,
        part: String,
    },
    /// What depends on a source: the point types that it may give.
    Dependents(SourceKey),
    /// Lines of the audit log, newest first.
    Audit(Box<Audit>),
    /// A report about sums.
    Sums(Box<Sums>),
    /// The refusals in the journal.
    Refusals,
    /// The warnings of expiry in the journal.
    Warnings,
    /// A question about several partners.
    AskSettlement(Box<settlement_questions::Question>),
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
