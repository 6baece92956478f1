//! Settlement: the events that are settled, the runs that do it, and the lines that they write, each of which explains
//! itself.

use super::agreement::Priority;
use super::own::names_no_entry;
use super::tagged::tagged;
use super::{
    GroupId, MemberId, OfferId, Own, OwnIds, PartnerId, Points, ProgramId, Rate, ReceivableId, RequestId, Rounding,
    SchemeId, Sequence, Span, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A member as a participant: who owns the member, and in which schemes the member takes part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Participant {
    /// The group that owns the member.
    pub group: Option<GroupId>,
    /// The schemes in which the member takes part.
    pub schemes: BTreeSet<SchemeId>,
    /// Whether purchases may draw on the wallet (rule C30).
    pub automatic_spending: bool,
}

/// What an event does to a partner's receivable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// An award was given: the partner is invoiced its contribution.
    Purchase,
    /// Funds were spent: the partner gets a credit note.
    Spend,
    /// A settled award was cancelled: the partner is credited.
    CancelledPurchase,
    /// A settled spend was cancelled: the partner is debited.
    CancelledSpend,
}

impl EventKind {
    /// The kind as one word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            EventKind::Purchase => "purchase",
            EventKind::Spend => "spend",
            EventKind::CancelledPurchase => "cancelled_purchase",
            EventKind::CancelledSpend => "cancelled_spend",
        }
    }

    /// What is posted for it.
    #[must_use]
    pub const fn posting(self) -> super::PostingKind {
        match self {
            EventKind::Purchase => super::PostingKind::Invoice,
            EventKind::Spend => super::PostingKind::CreditNote,
            EventKind::CancelledPurchase => super::PostingKind::Credit,
            EventKind::CancelledSpend => super::PostingKind::Debit,
        }
    }
}

/// An event that is not settled, in the order of time of its partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey {
    /// The program.
    pub program: ProgramId,
    /// Whose receivable it concerns.
    pub partner: PartnerId,
    /// When it happened.
    pub at: Timestamp,
    /// Its entry.
    pub sequence: Sequence,
    /// Its place in the entry: 0 the award, 1 an instant spend, 2 an automatic or requested one.
    pub place: u16,
}

/// An event that is not settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What it is.
    pub kind: EventKind,
    /// The request that made it: of a purchase, a spend, a cancellation.
    pub request: RequestId,
    /// The member.
    pub member: MemberId,
    /// The award or the spend, in minor units.
    pub amount: Points,
    /// The offer of an award.
    pub offer: Option<OfferId>,
    /// The scheme.
    pub scheme: Option<SchemeId>,
    /// The payment medium's brand.
    pub brand: Option<Box<str>>,
    /// The payment medium's type.
    pub medium: Option<Box<str>>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Of a cancellation: what it cancels.
    pub cancels: Option<Cancels>,
}

/// The settled event that a cancellation cancels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancels {
    /// The entry.
    pub sequence: Sequence,
    /// The place in it.
    pub place: u16,
    /// What was cancelled of it before, since it was settled.
    pub before: Points,
}

tagged! {
    /// Whose agreement a rule is from.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum RuleOwner {
        /// The partner's own.
        0 Partner "partner" (partner: PartnerId),
        /// The group's.
        1 Group "group" (group: GroupId),
    }
}

/// The contribution rule that a line applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedRule {
    /// Whose agreement.
    pub owner: RuleOwner,
    /// The version of the agreement.
    pub version: u32,
    /// The rule's number.
    pub rule: u32,
    /// Its priority.
    pub priority: Priority,
    /// The period's place in the rule, from 0, where one covers the event.
    pub period: Option<u16>,
}

/// How much of an award the partner contributes, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    /// Percent of the award.
    pub percentage: Rate,
    /// The rule. `None`: none applied, so 100 % (rules C48, C87).
    pub rule: Option<AppliedRule>,
    /// How it was rounded to whole minor units.
    pub rounding: Rounding,
}

/// A settled event by its entry and place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineKey {
    /// The program.
    pub program: ProgramId,
    /// The partner.
    pub partner: PartnerId,
    /// The event's entry.
    pub sequence: Sequence,
    /// The event's place in it.
    pub place: u16,
}

/// A settled event: what was posted for it, and why.
///
/// Law: `amount + host` is the event's amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When the event happened.
    pub at: Timestamp,
    /// The event.
    pub event: Event,
    /// How much of it the partner bears, and why.
    pub contribution: Contribution,
    /// The partner's part: posted to its receivable.
    pub amount: Points,
    /// The host's part.
    pub host: Points,
    /// The run.
    pub run: RequestId,
    /// Which of its executions.
    pub number: u32,
    /// The entry that settled it.
    pub settled_by: Sequence,
    /// When.
    pub settled_at: Timestamp,
    /// The account that it was posted to.
    pub receivable: ReceivableId,
    /// What was cancelled of it since.
    pub reversed: Points,
}

/// An execution of a settlement run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunKey {
    /// The program.
    pub program: ProgramId,
    /// The run's request.
    pub run: RequestId,
    /// Which of its executions, from 1.
    pub number: u32,
}

/// A submitted run, by the instant at which it is executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunDueKey {
    /// The program.
    pub program: ProgramId,
    /// When.
    pub at: Timestamp,
    /// The run's request.
    pub run: RequestId,
    /// Which of its executions.
    pub number: u32,
}

/// Where a run is in its life (rule C80).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Being defined.
    Draft,
    /// Saved: it can be submitted.
    Saved,
    /// Waits for its instant, or is being executed.
    Submitted,
    /// Done.
    Completed,
}

impl RunState {
    /// The state as one word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            RunState::Draft => "draft",
            RunState::Saved => "saved",
            RunState::Submitted => "submitted",
            RunState::Completed => "completed",
        }
    }
}

/// Whether a run debits receivables, credits them, or both (rule C85).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SettlementType {
    /// Both.
    #[default]
    DebitAndCredit,
    /// Invoices, and debits for cancelled spends.
    Debit,
    /// Credit notes, and credits for cancelled purchases.
    Credit,
}

impl SettlementType {
    /// Whether it settles events of a kind.
    #[must_use]
    pub const fn takes(self, kind: EventKind) -> bool {
        match self {
            SettlementType::DebitAndCredit => true,
            SettlementType::Debit => kind.posting().is_debit(),
            SettlementType::Credit => !kind.posting().is_debit(),
        }
    }
}

/// Which events a run settles.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RunCriteria {
    /// Purchases of at least so many whole days ago, in the program's zone (rule C81). Default: all.
    pub days_ago: Option<u16>,
    /// Events of these schemes (rule C83). Empty: of all.
    pub schemes: BTreeSet<SchemeId>,
    /// Events of these partners (rule C84). Empty: of all.
    pub partners: BTreeSet<PartnerId>,
    /// Debits, credits, or both.
    pub settlement_type: SettlementType,
}

/// A settlement run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Which events it settles.
    pub criteria: RunCriteria,
    /// How long after it the next one is. `None`: it runs once.
    pub every: Option<Span>,
    /// Where it is in its life.
    pub state: RunState,
    /// When it is (was) executed.
    pub due_at: Option<Timestamp>,
    /// Where the next step goes on.
    pub progress: Option<RunProgress>,
    /// Events settled.
    pub events: u64,
    /// Debited in total.
    pub debits: i128,
    /// Credited in total.
    pub credits: i128,
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunProgress {
    /// When it began: later events are for the next run.
    pub started_at: Timestamp,
    /// The partner of the next event.
    pub partner: PartnerId,
    /// Events of that partner before this one are done.
    pub at: Timestamp,
    /// And its entry.
    pub sequence: Sequence,
    /// And its place.
    pub place: u16,
}

names_no_entry!(Participant, RunKey, RunDueKey, Run);

impl Own for EventKey {
    fn fill(&mut self, own: &OwnIds) {
        let EventKey { program: _, partner: _, at: _, sequence, place: _ } = self;
        sequence.fill(own);
    }
}

impl Own for Event {
    fn fill(&mut self, own: &OwnIds) {
        let Event {
            kind: _,
            request: _,
            member,
            amount: _,
            offer: _,
            scheme: _,
            brand: _,
            medium: _,
            recorded_at: _,
            cancels: _,
        } = self;
        member.fill(own);
    }
}

impl Own for LineKey {
    fn fill(&mut self, own: &OwnIds) {
        let LineKey { program: _, partner: _, sequence, place: _ } = self;
        sequence.fill(own);
    }
}

impl Own for Line {
    fn fill(&mut self, own: &OwnIds) {
        let Line {
            at: _,
            event,
            contribution: _,
            amount: _,
            host: _,
            run: _,
            number: _,
            settled_by,
            settled_at: _,
            receivable: _,
            reversed: _,
        } = self;
        event.fill(own);
        settled_by.fill(own);
    }
}
