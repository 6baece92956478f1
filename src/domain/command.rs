//! Commands: everything that can be asked of the engine. A command is plain data; what it means is in `machine`.

use super::{
    Billing, BlockId, BlockOrder, Enrolment, Expiry, MemberId, NegativeBalance, NeverUsable, PartnerId, PointClass,
    PointTypeId, Points, ProgramId, Rate, RequestId, Rounding, SourceId, Span, Timestamp, UseOrder, Zone,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most awards of one accrual.
pub const AWARDS_MAX: usize = 64;
/// Longest reference text, in bytes.
pub const REFERENCE_BYTES_MAX: usize = 128;
/// Most items that one command touches.
pub const ITEMS_PER_COMMAND_MAX: usize = 10_000;
/// A partner who has this many approved blocks with points left can approve no further one. Cancellations may open more
/// again.
pub const OPEN_BLOCKS_MAX: usize = 1_000;
/// Point types of a program, unless it says otherwise (rule D06).
pub const POINT_TYPES_DEFAULT: u16 = 8;
/// Most point types of any program.
pub const POINT_TYPES_MAX: u16 = 256;
/// A transaction may be dated this many hours ahead of the engine's clock, no more.
pub const AHEAD_HOURS_MAX: i64 = 24;

/// One request to the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// The program it is about.
    pub program: ProgramId,
    /// Chosen by the caller: the same id with the same body has one effect.
    pub request_id: RequestId,
    /// When it happened, if not now: a purchase posted late carries the time of the purchase.
    #[serde(default)]
    pub transaction_at: Option<Timestamp>,
    /// The caller's own text, up to 128 bytes: an order number, a reason.
    #[serde(default)]
    pub reference: Option<Box<str>>,
    /// What to do.
    pub action: Action,
}

impl Command {
    /// A command that happens now, without a reference.
    pub fn new(program: ProgramId, request_id: RequestId, action: impl Into<Action>) -> Command {
        Command { program, request_id, transaction_at: None, reference: None, action: action.into() }
    }

    /// The same command, dated.
    #[must_use]
    pub fn at(mut self, transaction_at: Timestamp) -> Command {
        self.transaction_at = Some(transaction_at);
        self
    }

    /// The same command with a reference text.
    #[must_use]
    pub fn reference(mut self, reference: impl Into<Box<str>>) -> Command {
        self.reference = Some(reference.into());
        self
    }
}

/// What a command does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Creates the program.
    CreateProgram(CreateProgram),
    /// Creates a point type.
    CreatePointType(CreatePointType),
    /// Creates a partner.
    CreatePartner(CreatePartner),
    /// Records that a partner bought a block.
    PurchaseBlock(PurchaseBlock),
    /// Makes a bought block usable.
    ApproveBlock(ApproveBlock),
    /// Enrols a member.
    Enrol(Enrol),
    /// Gives a member points.
    Accrue(Accrue),
    /// Takes points for a reward.
    Redeem(Redeem),
    /// Undoes an accrual or a redemption.
    Cancel(Cancel),
    /// Books what has expired or matured. The engine's own: refused from callers.
    BookDue(BookDue),
}

/// Creates the program that the command names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CreateProgram {
    /// IANA time zone of its calendar rules. Default: UTC.
    pub zone: Zone,
    /// How members come into being. Default: by `Enrol` only.
    pub enrolment: Enrolment,
    /// What happens to points that would expire before they can be used. Default: the accrual is refused.
    pub never_usable: NeverUsable,
    /// How many point types it may have, up to 256. Default: 8 (rule D06).
    pub point_types_max: Option<u16>,
}

/// Creates a point type (rules D02, D03, D04, D06).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreatePointType {
    /// Its id.
    pub point_type: PointTypeId,
    /// For spending or for counting. Default: for spending.
    #[serde(default)]
    pub class: PointClass,
    /// Which points go first (rule D22). Default: those that expire first.
    #[serde(default)]
    pub order: UseOrder,
    /// When points of this type expire, unless an award says otherwise. Default: never.
    #[serde(default)]
    pub expiry: Expiry,
    /// Whether an account may owe points after a cancellation (rule E66). Default: it may.
    #[serde(default)]
    pub negative_balance: NegativeBalance,
}

/// Creates a partner.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreatePartner {
    /// Its id.
    pub partner: PartnerId,
    /// When it pays. Default: before, by blocks.
    #[serde(default)]
    pub billing: Billing,
    /// Partner points per member point, by point type; a type without a rate debits nothing (rule A03).
    /// Default: none, so that the partner pays nothing.
    #[serde(default)]
    pub rates: BTreeMap<PointTypeId, Rate>,
    /// How a debit is rounded (rule A04). Default: half up.
    #[serde(default)]
    pub rounding: Rounding,
    /// Which block is debited first (rule B13). Default: the one that expires first.
    #[serde(default)]
    pub order: BlockOrder,
}

/// Records that a partner bought a block (rules A10, B12). It is usable once approved.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PurchaseBlock {
    /// The buyer.
    pub partner: PartnerId,
    /// The block's id, unique within the partner.
    pub block: BlockId,
    /// How many points, more than 0.
    pub points: Points,
    /// When its validity starts. Default: the transaction's time.
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
    /// When it expires; a span counts from the transaction, not from `starts_at`. Default: never.
    #[serde(default)]
    pub expires: Expiry,
    /// What a point costs, for the record, in whatever unit of money the caller uses: nothing is computed with it (rule
    /// B15). Default: 0.
    #[serde(default)]
    pub unit_price: Option<Rate>,
}

/// Makes a bought block usable (rules A31, A32).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ApproveBlock {
    /// The buyer.
    pub partner: PartnerId,
    /// The block.
    pub block: BlockId,
}

/// Enrols a member.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Enrol {
    /// The member.
    pub member: MemberId,
}

/// Gives a member points: one transaction, one point item for each award (rules D18 to D20).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Accrue {
    /// Who earns.
    pub member: MemberId,
    /// Who pays; without one, the host.
    #[serde(default)]
    pub partner: Option<PartnerId>,
    /// 1 to 64 awards; all are given, or none.
    pub awards: Vec<Award>,
}

/// The points of one promotion within an accrual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Award {
    /// The kind of points.
    pub point_type: PointTypeId,
    /// How many, more than 0.
    pub points: Points,
    /// The promotion that gives them.
    #[serde(default)]
    pub source: Option<SourceId>,
    /// When they become available. Qualifying points always count at once (rule D55).
    #[serde(default)]
    pub start: Start,
    /// When they expire; a span counts from the transaction. Default: as the point type says. Qualifying points expire only where their type has an expiry
    /// (rule D33): where it has none, this is ignored.
    #[serde(default)]
    pub expires: Option<Expiry>,
}

impl Award {
    /// Points available at once, expiring as their type says.
    #[must_use]
    pub fn new(point_type: PointTypeId, points: Points) -> Award {
        Award { point_type, points, source: None, start: Start::Transaction, expires: None }
    }
}

/// When points become available (rules D49, D50, D56). An instant that is past counts as now (rule D59).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// With the transaction.
    #[default]
    Transaction,
    /// At an instant.
    At(Timestamp),
    /// This long after the transaction.
    After(Span),
}

/// Takes points of one type, from the items next in order (rules D21 to D25).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Redeem {
    /// Who redeems.
    pub member: MemberId,
    /// The kind of points.
    pub point_type: PointTypeId,
    /// How many, more than 0.
    pub points: Points,
}

/// Undoes an accrual or a redemption (rule D45). The original stays; this is a transaction of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// The request id of the accrual or redemption.
    pub request: RequestId,
    /// How much of it.
    #[serde(default)]
    pub amount: CancelAmount,
}

/// How much of a transaction is cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CancelAmount {
    /// All that is not cancelled yet.
    #[default]
    Whole,
    /// This many points of a redemption, or of an accrual with a single award.
    Points(Points),
    /// This many points of one award of an accrual, by its place from 0.
    Award {
        /// The award's place.
        place: u16,
        /// How many points of it.
        points: Points,
    },
}

/// Whose due points are booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A member's items.
    Member(MemberId),
    /// A partner's blocks.
    Partner(PartnerId),
}

/// Books what has expired or matured, a bounded number of items (or blocks) at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BookDue {
    /// Whose.
    pub subject: Subject,
    /// At most this many.
    pub limit: u32,
}

macro_rules! into_action {
    ($($name:ident),* $(,)?) => {
        $(impl From<$name> for Action {
            fn from(body: $name) -> Action {
                Action::$name(body)
            }
        })*
    };
}

into_action!(
    CreateProgram,
    CreatePointType,
    CreatePartner,
    PurchaseBlock,
    ApproveBlock,
    Enrol,
    Accrue,
    Redeem,
    Cancel,
    BookDue
);
