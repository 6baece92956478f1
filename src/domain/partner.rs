//! A partner and the point blocks it bought from the host.

use super::{BlockId, BlockState, BlockSums, Own, OwnIds, PointTypeId, Points, Rate, Rounding, Sequence, Timestamp};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::collections::BTreeMap;
use std::sync::Arc;

/// When a partner pays (rules A09, A25).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Billing {
    /// Buys blocks before members earn; without points left, accruals are refused.
    #[default]
    Prepaid,
    /// Is charged for what was given.
    PostPaid,
}

/// Which of a partner's blocks is debited first (rule B13). Ties: the order in which they were bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BlockOrder {
    /// Closest to expiring first; blocks without expiry last.
    #[default]
    EarliestExpiry,
    /// The one whose validity starts first.
    EarliestStart,
    /// In the order in which they were bought.
    Created,
}

/// What a partner and the host agreed: fixed when the partner is created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerTerms {
    /// When it pays.
    pub billing: Billing,
    /// Partner points per member point, by point type; a type without a rate debits nothing (rule A03).
    pub rates: BTreeMap<PointTypeId, Rate>,
    /// How a debit is rounded (rule A04).
    pub rounding: Rounding,
    /// Which block is debited first.
    pub order: BlockOrder,
}

/// A partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    /// What was agreed. Shared, since a partner's record changes with every accrual and its terms do not.
    pub terms: Arc<PartnerTerms>,
    /// The newest entry about the partner, 0 before the first: the head of the chain of its commands. Accruals that it
    /// pays for are not in that chain.
    pub last_sequence: Sequence,
    /// Approved blocks with points left, in the order in which they are debited. Used-up and expired blocks leave
    /// the list and keep their record.
    #[serde(deserialize_with = "super::list::read")]
    pub open: SmallVec<[BlockId; 6]>,
    /// Left in the open blocks, also in those that have not started, as booked.
    pub remaining: Points,
    /// Points ever debited, less what cancellations gave back: from blocks, or owed by a post-paid partner.
    pub debited: Points,
    /// No open block expires before this instant. May be early, never late.
    pub next_due: Option<Timestamp>,
}

impl Partner {
    /// Whether a block expires at `now` that is not booked yet.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.next_due.is_some_and(|due| due <= now)
    }
}

impl Own for Partner {
    fn fill(&mut self, own: &OwnIds) {
        let Partner { terms: _, last_sequence, open: _, remaining: _, debited: _, next_due: _ } = self;
        last_sequence.fill(own);
    }
}

/// Whether a block's points may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BlockStatus {
    /// Bought, not yet approved (rule A31).
    Pending,
    /// Usable until it runs out or expires (rule A32).
    Approved,
}

/// Points that a partner bought, with an expiry and a price of their own (rule B12).
///
/// Law: `purchased + credited` is the sum over all states, nothing negative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Whether it may be used.
    pub status: BlockStatus,
    /// Points bought.
    pub purchased: Points,
    /// Points added by adjustments.
    pub credited: Points,
    /// Where these points are.
    pub sums: BlockSums,
    /// When its validity starts.
    pub starts_at: Timestamp,
    /// When it stops being usable.
    pub expires_at: Option<Timestamp>,
    /// What a point costs, for the record, in whatever unit of money the caller uses (rule B15).
    pub unit_price: Rate,
    /// The entry that bought it.
    pub created: Sequence,
}

impl Own for Block {
    fn fill(&mut self, own: &OwnIds) {
        let Block {
            status: _,
            purchased: _,
            credited: _,
            sums: _,
            starts_at: _,
            expires_at: _,
            unit_price: _,
            created,
        } = self;
        created.fill(own);
    }
}

impl Block {
    /// Points left.
    #[must_use]
    pub fn remaining(&self) -> Points {
        self.sums.get(BlockState::Remaining)
    }

    /// Whether its points can be used at `now`.
    #[must_use]
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.status == BlockStatus::Approved
            && self.remaining().is_positive()
            && self.starts_at <= now
            && !self.is_expired(now)
    }

    /// Whether the block is past its expiry.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expiry| expiry <= now)
    }
}
