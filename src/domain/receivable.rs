//! Receivables: accounts of money that partners and members own, with everything that was posted to them, and requests
//! for refunds. Amounts are whole minor units.

use super::agreement::DocumentDefaults;
use super::own::names_no_entry;
use super::tagged::tagged;
use super::{
    MemberId, Own, OwnIds, PartnerId, Points, ProgramId, ReceivableId, RequestId, Sequence, Subject, Timestamp,
};
use serde::{Deserialize, Serialize};

/// Who owns receivables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnerKey {
    /// The program.
    pub program: ProgramId,
    /// A partner or a member.
    pub owner: Subject,
}

/// The receivables of one owner, in the order of their ids; one of them is primary (rule C112).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Receivables {
    /// The accounts.
    pub accounts: Vec<Receivable>,
}

impl Receivables {
    /// The account of an id.
    #[must_use]
    pub fn get(&self, id: ReceivableId) -> Option<&Receivable> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// The primary account.
    #[must_use]
    pub fn primary(&self) -> Option<&Receivable> {
        self.accounts.iter().find(|account| account.standing == Standing::Primary)
    }
}

/// Whether a receivable is the one that settlement posts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Settlement posts to it.
    Primary,
    /// One of the others.
    #[default]
    Other,
}

/// An account of money.
///
/// Law: its sums are those of its postings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receivable {
    /// Its id, unique with its owner.
    pub id: ReceivableId,
    /// Whether settlement posts to it.
    pub standing: Standing,
    /// All debits: what the owner owes.
    pub debits: Points,
    /// All credits: what is owed to the owner.
    pub credits: Points,
    /// How its owner is paid.
    pub payment: Option<PaymentPreference>,
}

impl Receivable {
    /// Debits less credits: more than 0 where the owner owes (rule C99).
    #[must_use]
    pub fn balance(&self) -> i128 {
        i128::from(self.debits.0).saturating_sub(self.credits.0.into())
    }
}

/// How the owner of a receivable is paid (rule C108).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentPreference {
    /// The payment gateway.
    pub provider: Box<str>,
    /// The entry whose reference text identifies the owner there. The text itself is kept there alone.
    pub identifier: Sequence,
}

/// A posting by its place in an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PostingKey {
    /// Whose account.
    pub owner: OwnerKey,
    /// The account.
    pub receivable: ReceivableId,
    /// The entry that posted it.
    pub sequence: Sequence,
    /// Its place among those of the entry.
    pub place: u16,
}

/// What a posting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PostingKind {
    /// A partner's contribution to awards (rule C91).
    Invoice,
    /// Funds that members spent at a partner (rule C92), or that a member is credited with.
    CreditNote,
    /// Taken back after a spend was cancelled (rule C92b); paid out to a member.
    Debit,
    /// Given back after a purchase was cancelled (rule C92b).
    Credit,
}

impl PostingKind {
    /// Whether it adds to what the owner owes.
    #[must_use]
    pub const fn is_debit(self) -> bool {
        matches!(self, PostingKind::Invoice | PostingKind::Debit)
    }

    /// The kind as one word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            PostingKind::Invoice => "invoice",
            PostingKind::CreditNote => "credit_note",
            PostingKind::Debit => "debit",
            PostingKind::Credit => "credit",
        }
    }
}

tagged! {
    /// What a posting comes from.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum PostingCause {
        /// A settlement run: its lines of this entry and kind add up to the posting.
        0 Settlement "settlement" {
            /// The run.
            run: RequestId,
            /// Which of its executions.
            number: u32,
        },
        /// A spend that the member is refunded for.
        1 Refund "refund" {
            /// Where the member spent.
            partner: PartnerId,
        },
        /// A spend for which the wallet could not be used (rule C105).
        2 WalletUnavailable "wallet_unavailable" {
            /// Where the member spent.
            partner: PartnerId,
        },
    }
}

/// An amount posted to a receivable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// What it is.
    pub kind: PostingKind,
    /// How much.
    pub amount: Points,
    /// When.
    pub posted_at: Timestamp,
    /// What it comes from.
    pub cause: PostingCause,
    /// What the document is filled with.
    pub document: Option<Box<DocumentDefaults>>,
}

/// A request for a refund, by the spend that it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefundKey {
    /// The program.
    pub program: ProgramId,
    /// The entry of the purchase.
    pub sequence: Sequence,
    /// The spend's place in it.
    pub place: u16,
    /// Who is refunded.
    pub member: MemberId,
}

/// What became of a request for a refund (rules C106, C110).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// Waits for the gateway.
    Pending,
    /// The gateway paid.
    Settled,
    /// The gateway could not pay.
    Failed,
    /// The purchase was cancelled before.
    Cancelled,
}

impl RefundState {
    /// The state as one word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            RefundState::Pending => "pending",
            RefundState::Settled => "settled",
            RefundState::Failed => "failed",
            RefundState::Cancelled => "cancelled",
        }
    }
}

/// A request that a payment gateway refunds a member (rule C39).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundRequest {
    /// The request of the purchase.
    pub request: RequestId,
    /// Where it was.
    pub partner: PartnerId,
    /// How much.
    pub amount: Points,
    /// What became of it.
    pub state: RefundState,
    /// The payment gateway.
    pub provider: Box<str>,
    /// The entry whose reference text identifies the member there.
    pub identifier: Sequence,
    /// The refund method.
    pub method: Box<str>,
    /// What the refund is filled with (rule C41).
    pub document: DocumentDefaults,
    /// When it was asked for.
    pub requested_at: Timestamp,
}

/// A partner's settlements of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthKey {
    /// The program.
    pub program: ProgramId,
    /// The partner.
    pub partner: PartnerId,
    /// The month in the program's zone: years times 12, and the month from 0.
    pub month: u32,
}

/// What settlement posted to a partner's primary receivable in a month (rules C98 to C100).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MonthSums {
    /// Debits.
    pub debits: Points,
    /// Credits.
    pub credits: Points,
}

/// A credit note of a member, by the partner where the member spent (rules C103, C104).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartnerCreditKey {
    /// The program.
    pub program: ProgramId,
    /// The partner.
    pub partner: PartnerId,
    /// The entry that posted it.
    pub sequence: Sequence,
    /// Its place among the member's postings of the entry.
    pub place: u16,
}

/// A credit note of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerCredit {
    /// Whose receivable.
    pub member: MemberId,
    /// The account.
    pub receivable: ReceivableId,
    /// How much.
    pub amount: Points,
    /// When.
    pub posted_at: Timestamp,
    /// What it comes from.
    pub cause: PostingCause,
}

names_no_entry!(OwnerKey, MonthKey, MonthSums, PartnerCredit, Posting);

impl Own for PaymentPreference {
    fn fill(&mut self, own: &OwnIds) {
        let PaymentPreference { provider: _, identifier } = self;
        identifier.fill(own);
    }
}

impl Own for Receivables {
    fn fill(&mut self, own: &OwnIds) {
        let Receivables { accounts } = self;
        for Receivable { id: _, standing: _, debits: _, credits: _, payment } in accounts {
            payment.fill(own);
        }
    }
}

impl Own for PostingKey {
    fn fill(&mut self, own: &OwnIds) {
        let PostingKey { owner: _, receivable: _, sequence, place: _ } = self;
        sequence.fill(own);
    }
}

impl Own for RefundKey {
    fn fill(&mut self, own: &OwnIds) {
        let RefundKey { program: _, sequence, place: _, member: _ } = self;
        sequence.fill(own);
    }
}

impl Own for RefundRequest {
    fn fill(&mut self, own: &OwnIds) {
        let RefundRequest {
            request: _,
            partner: _,
            amount: _,
            state: _,
            provider: _,
            identifier,
            method: _,
            document: _,
            requested_at: _,
        } = self;
        identifier.fill(own);
    }
}

impl Own for PartnerCreditKey {
    fn fill(&mut self, own: &OwnIds) {
        let PartnerCreditKey { program: _, partner: _, sequence, place: _ } = self;
        sequence.fill(own);
    }
}
