//! What a partner is charged, fined and billed: charges, fees, bills with their lines. Each is written once; only that a
//! fee was refunded and how far a bill is made is added later. Money is recorded here, and settled elsewhere.

use super::own::names_no_entry;
use super::{BlockId, Currency, MemberId, Own, OwnIds, PartnerKey, Points, Rate, RequestId, Sequence, Timestamp};
use serde::{Deserialize, Serialize};

/// Why a partner is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChargeCause {
    /// A block was bought: charged when it is approved (rule B10).
    Purchase,
    /// A block was created automatically (rule A23).
    AutoCreation,
    /// Points of a reserve block were used (rule A17).
    ReserveUsage,
    /// The reserve was touched: the next large block is due (rule A18).
    BlockPurchaseDue,
    /// Points of a reserve block came back: less than the usage is owed.
    ReserveReturned,
    /// A bought block was cancelled: less than its purchase is owed.
    PurchaseCancelled,
}

impl ChargeCause {
    /// The cause as one word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            ChargeCause::Purchase => "purchase",
            ChargeCause::AutoCreation => "auto_creation",
            ChargeCause::ReserveUsage => "reserve_usage",
            ChargeCause::BlockPurchaseDue => "block_purchase_due",
            ChargeCause::ReserveReturned => "reserve_returned",
            ChargeCause::PurchaseCancelled => "purchase_cancelled",
        }
    }

    /// Whether the partner owes less by it.
    #[must_use]
    pub const fn is_credit(self) -> bool {
        matches!(self, ChargeCause::ReserveReturned | ChargeCause::PurchaseCancelled)
    }
}

/// A charge: the entry that made it, and its place among the entry's charges, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChargeKey {
    /// Who is charged.
    pub partner: PartnerKey,
    /// The entry.
    pub sequence: Sequence,
    /// Which of its charges.
    pub place: u16,
}

impl Own for ChargeKey {
    fn fill(&mut self, own: &OwnIds) {
        let ChargeKey { partner: _, sequence, place: _ } = self;
        sequence.fill(own);
    }
}

/// What a prepaid partner is charged: points times the unit price (rule B15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// Why.
    pub cause: ChargeCause,
    /// Which block; for a block that is due, the reserve block whose use made it so.
    pub block: BlockId,
    /// For how many points.
    pub points: Points,
    /// What a point costs.
    pub unit_price: Rate,
    /// In which currency.
    pub currency: Currency,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// A fee, by the entry that charged it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeeKey {
    /// Who pays.
    pub partner: PartnerKey,
    /// The entry.
    pub sequence: Sequence,
}

impl Own for FeeKey {
    fn fill(&mut self, own: &OwnIds) {
        let FeeKey { partner: _, sequence } = self;
        sequence.fill(own);
    }
}

/// A fee (rules B01 to B08, B31 to B42).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// The request that charged it: its id.
    pub request: RequestId,
    /// When the transaction happened (rule B16).
    pub transaction_at: Timestamp,
    /// The block that paid it, of a fee in points.
    pub block: Option<BlockId>,
    /// Points of that block.
    pub points: Points,
    /// Money, of a fee in currency.
    pub amount: Rate,
    /// Its currency.
    pub currency: Currency,
    /// The refund, once there is one (rules B39, B41).
    pub refund: Option<Refund>,
}

/// The refund of a fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The entry that refunded it.
    pub sequence: Sequence,
    /// The request that did.
    pub request: RequestId,
    /// When.
    pub transaction_at: Timestamp,
    /// The block that took the points back, of a fee in points (rule B40).
    pub block: Option<BlockId>,
}

impl Own for Fee {
    fn fill(&mut self, own: &OwnIds) {
        let Fee { request: _, transaction_at: _, block: _, points: _, amount: _, currency: _, refund } = self;
        if let Some(Refund { sequence, request: _, transaction_at: _, block: _ }) = refund {
            sequence.fill(own);
        }
    }
}

/// What a post-paid partner owes and is not billed for yet, by the time of the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnbilledKey {
    /// Who owes.
    pub partner: PartnerKey,
    /// When the transaction happened (rule A28).
    pub at: Timestamp,
    /// The entry.
    pub sequence: Sequence,
    /// The award's place.
    pub place: u16,
}

impl UnbilledKey {
    /// The first place at an instant.
    #[must_use]
    pub fn from(partner: PartnerKey, at: Timestamp) -> UnbilledKey {
        UnbilledKey { partner, at, sequence: Sequence(0), place: 0 }
    }

    /// The place right behind this one.
    #[must_use]
    pub fn successor(self) -> UnbilledKey {
        match self.place.checked_add(1) {
            Some(place) => UnbilledKey { place, ..self },
            None => UnbilledKey { sequence: self.sequence.next(), place: 0, ..self },
        }
    }
}

impl Own for UnbilledKey {
    fn fill(&mut self, own: &OwnIds) {
        let UnbilledKey { partner: _, at: _, sequence, place: _ } = self;
        sequence.fill(own);
    }
}

/// A line of a bill: what was given for one award, or less than nothing where it was cancelled (rule A29).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillLine {
    /// Who got the points.
    pub member: MemberId,
    /// Partner points owed; below 0 where they were cancelled.
    pub points: Points,
    /// The version of the terms whose price counts: that of the accrual, also for its cancellation.
    pub terms: u32,
    /// The entry that was cancelled; 0 for an accrual.
    pub cancels: Sequence,
}

impl Own for BillLine {
    fn fill(&mut self, own: &OwnIds) {
        let BillLine { member, points: _, terms: _, cancels: _ } = self;
        member.fill(own);
    }
}

/// A line of a bill, in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BillLineKey {
    /// The bill.
    pub bill: BillKey,
    /// When the transaction happened.
    pub at: Timestamp,
    /// Its entry.
    pub sequence: Sequence,
    /// The award's place.
    pub place: u16,
}

/// A bill of a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BillKey {
    /// Whose.
    pub partner: PartnerKey,
    /// Its number, from 1.
    pub number: u32,
}

/// A bill of a post-paid partner (rules A26 to A29). It is made in steps; once closed, it does not change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// The request that opened it.
    pub request: RequestId,
    /// The cut-off of the bill before.
    pub from: Option<Timestamp>,
    /// Its own cut-off: what happened at it or later is of the next bill (rule A28).
    pub until: Timestamp,
    /// The entry that opened it: what was recorded later is of the next bill.
    pub opened: Sequence,
    /// The entry that closed it, once it is whole.
    pub closed: Option<Sequence>,
    /// Where its next step begins.
    pub next: UnbilledKeyTail,
    /// How many lines it has.
    pub lines: u64,
    /// What is owed, by version of the terms.
    pub parts: Vec<BillPart>,
}

/// A place among a partner's unbilled lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnbilledKeyTail {
    /// See [`UnbilledKey::at`].
    pub at: Timestamp,
    /// See [`UnbilledKey::sequence`].
    pub sequence: Sequence,
    /// See [`UnbilledKey::place`].
    pub place: u16,
}

/// What a bill says of one version of the terms: points times price, with its currency (rule A36).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillPart {
    /// The version.
    pub terms: u32,
    /// Partner points owed; below 0 where more was cancelled than given.
    pub points: Points,
    /// What a point costs.
    pub price: Rate,
    /// In which currency.
    pub currency: Currency,
}

impl Own for Bill {
    fn fill(&mut self, own: &OwnIds) {
        let Bill { request: _, from: _, until: _, opened, closed, next: _, lines: _, parts: _ } = self;
        opened.fill(own);
        closed.fill(own);
    }
}

impl Bill {
    /// Points owed over all versions.
    #[must_use]
    pub fn points(&self) -> i128 {
        self.parts.iter().map(|part| part.points).sum()
    }
}

names_no_entry!(Charge, BillLineKey, BillKey);

/// What a partner is to be told of: once each time its points cross a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PartnerEvent {
    /// The regular points came down to the partner's threshold (rule A11).
    PointsLow,
    /// The first use of the reserve after the other points ran out (rule A18).
    ReserveTouched,
    /// A block with points left is about to expire.
    BlockExpiring,
}

impl PartnerEvent {
    /// The event as one word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            PartnerEvent::PointsLow => "points_low",
            PartnerEvent::ReserveTouched => "reserve_touched",
            PartnerEvent::BlockExpiring => "block_expiring",
        }
    }
}
