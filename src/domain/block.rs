//! Point blocks: what a partner bought from the host, and the rows by which they are found.

use super::own::names_no_entry;
use super::{BlockId, BlockOrder, BlockState, BlockSums, Own, OwnIds, PartnerKey, Points, Rate, Sequence, Timestamp};
use serde::{Deserialize, Serialize};

/// Where a block comes from. In the order of debit (rules A15, A21).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// Bought.
    #[default]
    Regular,
    /// Created when points ran out (rule A21).
    Auto,
    /// Debited only where all others are used up, and paid for only then (rules A13 to A15, A35).
    Reserve,
}

/// What was decided about a block. That it is used up, waits or has expired follows from its points and dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BlockStatus {
    /// Bought, not yet approved (rule A31).
    Pending,
    /// Usable within its validity (rule A32).
    Approved,
    /// Never approved.
    Rejected,
    /// Taken back: what was left of it is gone.
    Cancelled,
}

/// Points that a partner bought, with an expiry and a price of their own (rule B12).
///
/// Law: `purchased + credited` is the sum over all states, nothing negative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Where it comes from.
    pub kind: BlockKind,
    /// Whether it may be used.
    pub status: BlockStatus,
    /// Points bought.
    pub purchased: Points,
    /// Points added by adjustments and refunds.
    pub credited: Points,
    /// Where these points are.
    pub sums: BlockSums,
    /// When its validity starts.
    pub starts_at: Timestamp,
    /// When it stops being usable.
    pub expires_at: Option<Timestamp>,
    /// What a point costs, in the currency of the partner's terms (rule B15).
    pub unit_price: Rate,
    /// The entry that made it.
    pub created: Sequence,
}

impl Own for Block {
    fn fill(&mut self, own: &OwnIds) {
        let Block {
            kind: _,
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
    /// A block of so many points, all of them left.
    #[must_use]
    pub fn new(kind: BlockKind, points: Points, starts_at: Timestamp) -> Block {
        let mut sums = BlockSums::NONE;
        *sums.get_mut(BlockState::Remaining) = points;
        Block {
            kind,
            status: BlockStatus::Pending,
            purchased: points,
            credited: Points::ZERO,
            sums,
            starts_at,
            expires_at: None,
            unit_price: Rate::ZERO,
            created: Sequence::OWN,
        }
    }

    /// Points left.
    #[must_use]
    pub fn remaining(&self) -> Points {
        self.sums.get(BlockState::Remaining)
    }

    /// Whether it is approved and within its validity, with or without points left (rule B09).
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.status == BlockStatus::Approved && self.starts_at <= now && !self.is_expired(now)
    }

    /// Whether its points can be used at `now`.
    #[must_use]
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.is_active(now) && self.remaining().is_positive()
    }

    /// Whether the block is past its expiry.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expiry| expiry <= now)
    }

    /// Where it stands among a partner's open blocks.
    #[must_use]
    pub fn place(&self, partner: PartnerKey, block: BlockId, order: BlockOrder) -> OpenBlockKey {
        let rank = match order {
            BlockOrder::EarliestExpiry => self.expires_at.map_or(u64::MAX, Timestamp::order),
            BlockOrder::EarliestStart => self.starts_at.order(),
            BlockOrder::Created => 0,
        };
        OpenBlockKey { partner, class: self.kind as u8, rank, created: self.created, block }
    }
}

/// Blocks from this id on are the engine's own: created automatically, or by refunds. It is exact in JSON.
pub const OWN_BLOCKS_FROM: u64 = 1 << 52;

/// A block that can be debited, in the order of debit (rules B13, A15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpenBlockKey {
    /// Whose it is.
    pub partner: PartnerKey,
    /// The kind of block, by number: regular ones first, reserve last.
    pub class: u8,
    /// What the partner's order compares: lower first.
    pub rank: u64,
    /// The entry that made it: ties.
    pub created: Sequence,
    /// The block.
    pub block: BlockId,
}

impl OpenBlockKey {
    /// The first place among a partner's open blocks.
    #[must_use]
    pub fn first(partner: PartnerKey) -> OpenBlockKey {
        OpenBlockKey { partner, class: 0, rank: 0, created: Sequence(0), block: BlockId(0) }
    }

    /// Behind all of a partner's open blocks.
    #[must_use]
    pub fn end(partner: PartnerKey) -> OpenBlockKey {
        OpenBlockKey { class: u8::MAX, ..OpenBlockKey::first(partner) }
    }

    /// The place right behind this one.
    #[must_use]
    pub fn successor(self) -> OpenBlockKey {
        OpenBlockKey { block: BlockId(self.block.0.saturating_add(1)), ..self }
    }
}

impl Own for OpenBlockKey {
    fn fill(&mut self, own: &OwnIds) {
        let OpenBlockKey { partner: _, class: _, rank: _, created, block: _ } = self;
        created.fill(own);
    }
}

/// What happens to a block at an instant. At one instant in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlockTurn {
    /// It expires.
    Expire,
    /// Its validity starts.
    Start,
    /// It is about to expire.
    Warn,
}

impl BlockTurn {
    /// Every turn, in order.
    pub const ALL: [BlockTurn; 3] = [BlockTurn::Expire, BlockTurn::Start, BlockTurn::Warn];
}

/// When something happens to an approved block with points left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockTurnKey {
    /// Whose it is.
    pub partner: PartnerKey,
    /// When.
    pub at: Timestamp,
    /// What.
    pub turn: BlockTurn,
    /// The block.
    pub block: BlockId,
}

impl BlockTurnKey {
    /// The first place among a partner's turns at an instant.
    #[must_use]
    pub fn from(partner: PartnerKey, at: Timestamp) -> BlockTurnKey {
        BlockTurnKey { partner, at, turn: BlockTurn::Expire, block: BlockId(0) }
    }

    /// Behind all of a partner's turns.
    #[must_use]
    pub fn end(partner: PartnerKey) -> BlockTurnKey {
        BlockTurnKey { partner, at: Timestamp::MAX, turn: BlockTurn::Warn, block: BlockId(u64::MAX) }
    }
}

names_no_entry!(BlockTurnKey, Timestamp);
