//! A partner: its record, and the terms that it and the host agreed.

use super::tagged::tagged;
use super::{BlockId, Currency, Expiry, Own, OwnIds, PointTypeId, Points, Rate, Rounding, Sequence, Timestamp};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::collections::BTreeMap;

/// When a partner pays (rules A09, A25).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Billing {
    /// Buys blocks before members earn; without points left, accruals are refused.
    #[default]
    Prepaid,
    /// Is billed for what was given.
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

/// How much a credit adjustment may add to a block (rules B28, B30).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CreditCap {
    /// Any number of points.
    #[default]
    None,
    /// No more than the block has left.
    Available,
}

/// How blocks of a prepaid partner are created when its points run out (rules A20 to A24).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AutoCreation {
    /// Points of a new block, more than 0. An accrual that needs more makes the block a multiple of it.
    pub size: Points,
    /// What a point of it costs. Default: 0.
    #[serde(default)]
    pub unit_price: Rate,
    /// When a new block expires; a span counts from its creation. Default: never.
    #[serde(default)]
    pub expires: Expiry,
    /// A block is created when the regular points come down to this. Default: 0.
    #[serde(default)]
    pub reorder_limit: Points,
}

/// The large block that a partner has to buy once its reserve is used (rule A18).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DueBlock {
    /// Points of it, more than 0.
    pub points: Points,
    /// What a point of it costs. Default: 0.
    #[serde(default)]
    pub unit_price: Rate,
}

tagged! {
    /// How much a fee is (rule B02).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum FeeAmount {
        /// Points of one of the partner's blocks.
        0 Points "points" {
            /// How many, more than 0.
            points: Points,
        },
        /// Money, which is settled elsewhere (rule B07).
        1 Money "money" {
            /// How much, more than 0.
            amount: Rate,
            /// Of which currency.
            currency: Currency,
        },
        /// As the schedule of the partner's terms has it.
        2 Scheduled "scheduled" {
            /// The name in the schedule.
            name: Box<str>,
        },
    }
}

/// What a partner and the host agreed: one version of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct PartnerTerms {
    /// What people call the partner (rule B25).
    pub name: Box<str>,
    /// When it pays.
    pub billing: Billing,
    /// Partner points per member point, by point type; a type without a rate debits nothing (rule A03).
    pub rates: BTreeMap<PointTypeId, Rate>,
    /// How a debit is rounded (rule A04).
    pub rounding: Rounding,
    /// Which block is debited first.
    pub order: BlockOrder,
    /// The partner's points are low when its regular points come down to this (rule A11).
    pub low_balance: Option<Points>,
    /// How blocks are created when points run out.
    pub auto_creation: Option<AutoCreation>,
    /// The block that is due once the reserve is used; without it, one like the last that was bought.
    pub due_block: Option<DueBlock>,
    /// What a point that a post-paid partner gave costs (rule A36).
    pub price: Rate,
    /// The currency of all prices of these terms.
    pub currency: Currency,
    /// How much a credit adjustment may add.
    pub credit_cap: CreditCap,
    /// Fees by name.
    pub fees: BTreeMap<Box<str>, ScheduledFee>,
    /// The entry that agreed on them: what was recorded from there on is under this version.
    pub since: Sequence,
}

tagged! {
    /// A fee of the schedule: an amount that names no other fee.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum ScheduledFee {
        /// Points of one of the partner's blocks.
        0 Points "points" (points: Points),
        /// Money.
        1 Money "money" (amount: Rate),
    }
}

impl Own for PartnerTerms {
    fn fill(&mut self, own: &OwnIds) {
        let PartnerTerms {
            name: _,
            billing: _,
            rates: _,
            rounding: _,
            order: _,
            low_balance: _,
            auto_creation: _,
            due_block: _,
            price: _,
            currency: _,
            credit_cap: _,
            fees: _,
            since,
        } = self;
        since.fill(own);
    }
}

/// Open blocks that a partner's record names itself: the first in the order of debit. The others are found by their rows.
pub const OPEN_BLOCKS_KEPT: usize = 4;

/// A partner. Its record does not grow with its blocks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Partner {
    /// The newest entry about the partner, 0 before the first: the head of the chain of its commands. Accruals that it
    /// pays for are not in that chain.
    pub last_sequence: Sequence,
    /// The first of the blocks that can be debited now, in the order of debit: some as long as there are any.
    #[serde(deserialize_with = "super::list::read")]
    pub open: SmallVec<[BlockId; OPEN_BLOCKS_KEPT]>,
    /// How many blocks can be debited now.
    pub open_blocks: u32,
    /// Left in regular and auto-created blocks that can be debited now, as booked.
    pub usable: Points,
    /// Left in reserve blocks that can be debited now.
    pub reserve: Points,
    /// Left in approved blocks whose validity has not started.
    pub waiting: Points,
    /// In blocks that are not approved yet.
    pub pending: Points,
    /// Points ever debited, less what cancellations gave back: from blocks, or owed by a post-paid partner.
    pub debited: Points,
    /// Nothing is due before this instant. May be early, never late.
    pub next_due: Option<Timestamp>,
    /// The regular block that was approved last.
    pub last_bought: Option<BlockId>,
    /// How many blocks the engine has created for the partner.
    pub own_blocks: u32,
    /// Whether the reserve was touched since a block was bought or created: then the next block is due already.
    pub is_on_reserve: bool,
    /// How many bills it has.
    pub bills: u32,
    /// Whether the last one is still being made.
    pub is_billing: bool,
    /// The cut-off of the last one.
    pub billed_until: Option<Timestamp>,
}

impl Partner {
    /// Whether something is due at `now` that is not booked yet.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.next_due.is_some_and(|due| due <= now)
    }

    /// Points that accruals can take now: of regular, auto-created and reserve blocks (rules A05, A32).
    #[must_use]
    pub fn balance(&self) -> Points {
        Points(self.usable.0.saturating_add(self.reserve.0))
    }

    /// Something is due at `at`.
    pub fn due_by(&mut self, at: Timestamp) {
        self.next_due = self.next_due.into_iter().chain([at]).min();
    }
}

impl Own for Partner {
    fn fill(&mut self, own: &OwnIds) {
        let Partner {
            last_sequence,
            open: _,
            open_blocks: _,
            usable: _,
            reserve: _,
            waiting: _,
            pending: _,
            debited: _,
            next_due: _,
            last_bought: _,
            own_blocks: _,
            is_on_reserve: _,
            bills: _,
            is_billing: _,
            billed_until: _,
        } = self;
        last_sequence.fill(own);
    }
}
