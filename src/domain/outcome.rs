//! What became of a command: a receipt with every leg, or a refusal with its figures.

use super::{Balance, BlockId, ItemId, PartnerId, PointTypeId, Points, Rate, Sequence, SourceId, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A command was done, and is durable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Receipt {
    /// The number of its journal entry.
    pub sequence: Sequence,
    /// When the engine recorded it.
    pub recorded_at: Timestamp,
    /// Whether this answers a repeated request: the receipt is that of the first.
    pub replayed: bool,
    /// What happened to which item or block.
    pub legs: Vec<Leg>,
    /// The member's balances after it, of the point types it touched.
    pub balances: Vec<Balance>,
}

/// One thing that a command did to one item or block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    /// A point item came into being.
    Granted {
        /// The item.
        item: ItemId,
        /// The kind of points.
        point_type: PointTypeId,
        /// How many.
        points: Points,
        /// When they become available.
        available_from: Timestamp,
        /// When they expire.
        expires_at: Option<Timestamp>,
        /// What they come from.
        source: Option<SourceId>,
    },
    /// A partner's block paid for an award.
    Debited {
        /// The award's place in the accrual.
        place: u16,
        /// The block.
        block: BlockId,
        /// Partner points taken.
        points: Points,
        /// Partner points per member point.
        rate: Rate,
        /// Left in the block.
        remaining: Points,
    },
    /// A post-paid partner owes for an award.
    Charged {
        /// The award's place in the accrual.
        place: u16,
        /// The partner.
        partner: PartnerId,
        /// Partner points owed.
        points: Points,
        /// Partner points per member point.
        rate: Rate,
    },
    /// Points of an item went out for a reward.
    Redeemed(ItemPart),
    /// Points came back to an item because their redemption was cancelled.
    Returned(ItemPart),
    /// Points of an item were taken back because its accrual was cancelled.
    Cancelled(ItemPart),
    /// Points of an item went into the account's debt.
    Repaid(ItemPart),
    /// Points of an item expired.
    Expired(ItemPart),
    /// Points of an item expired before they became available (rule D58).
    Lapsed(ItemPart),
    /// Points of an item became available. What of them went into a debt is a leg of its own.
    Matured(ItemPart),
    /// Spent points of a cancelled accrual became the member's debt.
    Owed {
        /// The kind of points.
        point_type: PointTypeId,
        /// How many.
        points: Points,
    },
    /// Spent points of a cancelled accrual are borne by the host (rule E65).
    Absorbed {
        /// The kind of points.
        point_type: PointTypeId,
        /// How many.
        points: Points,
    },
    /// Partner points went back to the block that paid.
    Restored {
        /// The block.
        block: BlockId,
        /// How many.
        points: Points,
        /// Of them, expired at once because the block had expired.
        expired: Points,
    },
    /// A post-paid partner owes less.
    Credited {
        /// The partner.
        partner: PartnerId,
        /// Partner points.
        points: Points,
    },
    /// A block's points expired.
    BlockExpired {
        /// The block.
        block: BlockId,
        /// How many.
        points: Points,
    },
}

/// Some points of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct ItemPart {
    /// The item.
    pub item: ItemId,
    /// The kind of points.
    pub point_type: PointTypeId,
    /// How many.
    pub points: Points,
    /// Left in the item.
    pub remaining: Points,
    /// When the item expires: with its id, its place in the account.
    pub expires_at: Option<Timestamp>,
    /// When this took effect: the instant of expiry or of maturing, else that of the command.
    pub effective_at: Timestamp,
}

/// A business refusal: a value, with its figures. Nothing changed. Where several apply, the first of this list is told;
/// only an overflow may be told before others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// The request id was used before, with another body.
    RequestIdReused {
        /// The entry that used it.
        first: Sequence,
    },
    /// No such program.
    ProgramUnknown,
    /// The program exists already.
    ProgramExists,
    /// The transaction is dated too far ahead of the engine's clock.
    TransactionAhead {
        /// The latest instant that would do.
        latest: Timestamp,
    },
    /// No such point type.
    PointTypeUnknown {
        /// The point type.
        point_type: PointTypeId,
    },
    /// The point type exists already.
    PointTypeExists {
        /// The point type.
        point_type: PointTypeId,
    },
    /// The program has as many point types as it may (rule D06).
    PointTypeLimit {
        /// How many it may have.
        limit: u16,
    },
    /// No such partner.
    PartnerUnknown {
        /// The partner.
        partner: PartnerId,
    },
    /// The partner exists already.
    PartnerExists {
        /// The partner.
        partner: PartnerId,
    },
    /// A post-paid partner has no blocks (rule A25).
    PartnerPostPaid {
        /// The partner.
        partner: PartnerId,
    },
    /// No such block.
    BlockUnknown {
        /// The block.
        block: BlockId,
    },
    /// The partner has a block of this id already.
    BlockExists {
        /// The block.
        block: BlockId,
    },
    /// The block is approved already.
    BlockNotPending {
        /// The block.
        block: BlockId,
    },
    /// The block has expired, or would before it starts.
    BlockExpired {
        /// The block.
        block: BlockId,
        /// When.
        expires_at: Timestamp,
    },
    /// The partner has as many open blocks as it may.
    BlockLimit {
        /// How many it may have.
        limit: u32,
    },
    /// No such member.
    MemberUnknown,
    /// The member is enrolled already.
    MemberExists,
    /// Points of this type are not for spending (rule D31).
    NotRedeemable {
        /// The point type.
        point_type: PointTypeId,
    },
    /// The points would expire before they can be used (rules D57, D58).
    NeverUsable {
        /// The award's place in the accrual.
        place: u16,
        /// When they would become available.
        available_from: Timestamp,
        /// When they would expire.
        expires_at: Timestamp,
    },
    /// The transaction to cancel is unknown.
    TransactionUnknown,
    /// Only accruals and redemptions can be cancelled.
    NotCancellable,
    /// The accrual has no such award, or several and none was named.
    AwardUnknown {
        /// How many awards it has.
        awards: u16,
    },
    /// More than what is left to cancel.
    CancelExceeds {
        /// Points that can still be cancelled.
        left: Points,
    },
    /// The partner's usable blocks hold too little (rule A06).
    InsufficientPartnerPoints {
        /// The partner.
        partner: PartnerId,
        /// In its usable blocks.
        available: Points,
        /// Missing.
        short: Points,
    },
    /// The member has too few redeemable points.
    InsufficientPoints {
        /// The kind of points.
        point_type: PointTypeId,
        /// Redeemable now.
        available: Points,
        /// Missing.
        short: Points,
    },
    /// It would touch more items than one command may.
    TooManyItems {
        /// How many it may touch.
        limit: u32,
    },
    /// A sum would not fit in 64 bits, or an instant would lie past the year 9999.
    Overflow,
}

impl Rejection {
    /// The cause as one word, as it is written in JSON and in scenarios.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Rejection::RequestIdReused { .. } => "request_id_reused",
            Rejection::ProgramUnknown => "program_unknown",
            Rejection::ProgramExists => "program_exists",
            Rejection::TransactionAhead { .. } => "transaction_ahead",
            Rejection::PointTypeUnknown { .. } => "point_type_unknown",
            Rejection::PointTypeExists { .. } => "point_type_exists",
            Rejection::PointTypeLimit { .. } => "point_type_limit",
            Rejection::PartnerUnknown { .. } => "partner_unknown",
            Rejection::PartnerExists { .. } => "partner_exists",
            Rejection::PartnerPostPaid { .. } => "partner_post_paid",
            Rejection::BlockUnknown { .. } => "block_unknown",
            Rejection::BlockExists { .. } => "block_exists",
            Rejection::BlockNotPending { .. } => "block_not_pending",
            Rejection::BlockExpired { .. } => "block_expired",
            Rejection::BlockLimit { .. } => "block_limit",
            Rejection::MemberUnknown => "member_unknown",
            Rejection::MemberExists => "member_exists",
            Rejection::NotRedeemable { .. } => "not_redeemable",
            Rejection::NeverUsable { .. } => "never_usable",
            Rejection::TransactionUnknown => "transaction_unknown",
            Rejection::NotCancellable => "not_cancellable",
            Rejection::AwardUnknown { .. } => "award_unknown",
            Rejection::CancelExceeds { .. } => "cancel_exceeds",
            Rejection::InsufficientPartnerPoints { .. } => "insufficient_partner_points",
            Rejection::InsufficientPoints { .. } => "insufficient_points",
            Rejection::TooManyItems { .. } => "too_many_items",
            Rejection::Overflow => "overflow",
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rejection::RequestIdReused { first } => write!(f, "request id used before, by entry {first}"),
            Rejection::ProgramUnknown => f.write_str("no such program"),
            Rejection::ProgramExists => f.write_str("the program exists already"),
            Rejection::TransactionAhead { latest } => write!(f, "transaction dated ahead: at most {latest}"),
            Rejection::PointTypeUnknown { point_type } => write!(f, "no point type {point_type}"),
            Rejection::PointTypeExists { point_type } => write!(f, "point type {point_type} exists already"),
            Rejection::PointTypeLimit { limit } => write!(f, "the program has its {limit} point types"),
            Rejection::PartnerUnknown { partner } => write!(f, "no partner {partner}"),
            Rejection::PartnerExists { partner } => write!(f, "partner {partner} exists already"),
            Rejection::PartnerPostPaid { partner } => write!(f, "partner {partner} is post-paid and has no blocks"),
            Rejection::BlockUnknown { block } => write!(f, "no block {block}"),
            Rejection::BlockExists { block } => write!(f, "block {block} exists already"),
            Rejection::BlockNotPending { block } => write!(f, "block {block} is not pending"),
            Rejection::BlockExpired { block, expires_at } => write!(f, "block {block} expires at {expires_at}"),
            Rejection::BlockLimit { limit } => write!(f, "the partner has {limit} open blocks"),
            Rejection::MemberUnknown => f.write_str("no such member"),
            Rejection::MemberExists => f.write_str("the member is enrolled already"),
            Rejection::NotRedeemable { point_type } => write!(f, "points of type {point_type} are not redeemable"),
            Rejection::NeverUsable { place, available_from, expires_at } => {
                write!(f, "award {place} would never be usable: from {available_from}, expires {expires_at}")
            }
            Rejection::TransactionUnknown => f.write_str("no such transaction"),
            Rejection::NotCancellable => f.write_str("only accruals and redemptions can be cancelled"),
            Rejection::AwardUnknown { awards: 0 } => f.write_str("a redemption has no awards"),
            Rejection::AwardUnknown { awards } => write!(f, "name one of the accrual's {awards} awards"),
            Rejection::CancelExceeds { left } => write!(f, "only {left} points are left to cancel"),
            Rejection::InsufficientPartnerPoints { partner, available, short } => {
                write!(f, "partner {partner} has {available} points, short by {short}")
            }
            Rejection::InsufficientPoints { point_type, available, short } => {
                write!(f, "{available} points of type {point_type} available, short by {short}")
            }
            Rejection::TooManyItems { limit } => write!(f, "more than {limit} items in one command"),
            Rejection::Overflow => f.write_str("a sum does not fit"),
        }
    }
}

impl std::error::Error for Rejection {}
