//! Legs: each thing that a command did to an item, a block, a debt or a charge.

use super::tagged::{Tagged, tagged};
use super::{
    BLOCK_MOVEMENTS, BlockId, BlockState, ItemId, ItemPosition, MOVEMENTS, MemberId, Own, OwnIds, PartnerId,
    PointState, PointTypeId, Points, Rate, SourceId, Timestamp, UseOrder,
};
use super::{PostingKind, ReceivableId, RefundState, Rejection, RequestId, RunState, Subject};

/// How a member came to spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SpendWay {
    /// The award of the very purchase was deducted from it (rule C36).
    #[serde(rename = "instant")]
    Instantly,
    /// The wallet was drawn on (rule C37).
    Automatic,
    /// The merchant submitted it (rule C20).
    Requested,
    /// The wallet could not be used: the member is credited (rule C105).
    Credited,
}

/// Where a discount is given (rules C38, C39).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReductionMethod {
    /// At the point of sale.
    FrontEnd,
    /// By a refund.
    BackEnd,
}

tagged! {
    /// One thing that a command did. In JSON its `kind` is what people call it: `granted`, `redeemed`, `matured`,
    /// `debited`, `owed`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Leg, words by hand {
        /// A point item came into being.
        0 Granted "granted" {
            /// Whose it is.
            member: MemberId,
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
        /// Points of an item went from one state to another.
        1 Moved "moved" {
            /// Whose they are.
            member: MemberId,
            /// The item.
            item: ItemId,
            /// The kind of points.
            point_type: PointTypeId,
            /// Where they were.
            from: PointState,
            /// Where they are.
            to: PointState,
            /// How many.
            points: Points,
            /// Left to be used in the item.
            remaining: Points,
            /// When the item expires: with its id, its place in the account.
            expires_at: Option<Timestamp>,
            /// When this took effect: the instant of expiry or of maturing, else that of the command.
            effective_at: Timestamp,
        },
        /// Spent points of a cancelled accrual became the member's debt.
        2 Owed "owed" {
            /// Who owes.
            member: MemberId,
            /// The kind of points.
            point_type: PointTypeId,
            /// How many.
            points: Points,
        },
        /// Spent points of a cancelled accrual are borne by the host (rule E65).
        3 Absorbed "absorbed" {
            /// Whose account it is.
            member: MemberId,
            /// The kind of points.
            point_type: PointTypeId,
            /// How many.
            points: Points,
        },
        /// Points of a partner's block went from one state to another; `None` is outside of the block.
        4 Block "block" {
            /// The partner.
            partner: PartnerId,
            /// The block.
            block: BlockId,
            /// Where they were.
            from: Option<BlockState>,
            /// Where they are.
            to: Option<BlockState>,
            /// How many partner points.
            points: Points,
            /// Left in the block.
            remaining: Points,
            /// For a debit: which award of the accrual it pays, from 0.
            place: Option<u16>,
            /// For a debit: partner points per member point.
            rate: Option<Rate>,
        },
        /// A post-paid partner owes for an award.
        5 Charged "charged" {
            /// The partner.
            partner: PartnerId,
            /// The award's place in the accrual.
            place: u16,
            /// Partner points owed.
            points: Points,
            /// Partner points per member point.
            rate: Rate,
        },
        /// A post-paid partner owes less.
        6 Credited "credited" {
            /// The partner.
            partner: PartnerId,
            /// Partner points.
            points: Points,
        },
        /// A purchase is left without an award, and why (rules C16, C17, C19).
        40 NotAwarded "not_awarded" {
            /// Why.
            reason: Rejection,
        },
        /// A member spent at a merchant: the points are those that this entry redeemed.
        41 Spent "spent" {
            /// Where.
            partner: PartnerId,
            /// Instantly, automatically, or as the merchant asked.
            way: SpendWay,
            /// Where the discount is given.
            reduction: ReductionMethod,
            /// How much, in minor units.
            amount: Points,
        },
        /// A purchase draws nothing on the wallet, and why (rule C29).
        42 NotSpent "not_spent" {
            /// Why.
            reason: Rejection,
        },
        /// A refund through a payment gateway is asked for (rule C39).
        43 RefundAsked "refund_asked" {
            /// The spend's place in the purchase.
            place: u16,
            /// How much, in minor units.
            amount: Points,
        },
        /// A refund has another state (rule C110).
        44 RefundAnswered "refund_answered" {
            /// What became of it.
            state: RefundState,
            /// How much, in minor units.
            amount: Points,
        },
        /// Something was posted to a receivable.
        45 Posted "posted" {
            /// Whose.
            owner: Subject,
            /// The account.
            receivable: ReceivableId,
            /// What it is.
            posting: PostingKind,
            /// How much, in minor units.
            amount: Points,
        },
        /// A step of a settlement run.
        46 Settled "settled" {
            /// The run.
            run: RequestId,
            /// Which of its executions.
            number: u32,
            /// How many events it settled.
            events: u32,
            /// Where the run is now.
            state: RunState,
        },
    }
}

impl Tagged for Leg {
    const KINDS: &'static [&'static str] = &KINDS;

    fn tag(&self) -> &'static str {
        self.kind()
    }

    fn number_of(kind: &str) -> Option<u16> {
        let named = |of: &[&str], number| of.contains(&kind).then_some(number);
        let plain = PLAIN.iter().find(|(_, known)| *known == kind);
        plain.map(|(number, _)| *number).or_else(|| {
            let moved: Vec<&str> = MOVEMENTS.iter().map(|(.., name)| *name).collect();
            let block: Vec<&str> = BLOCK_MOVEMENTS.iter().map(|(.., name)| *name).collect();
            named(&moved, 1).or_else(|| named(&block, 4))
        })
    }
}

/// Legs with one name each, by their numbers.
const PLAIN: [(u16, &str); 12] = [
    (0, "granted"),
    (2, "owed"),
    (3, "absorbed"),
    (5, "charged"),
    (6, "credited"),
    (40, "not_awarded"),
    (41, "spent"),
    (42, "not_spent"),
    (43, "refund_asked"),
    (44, "refund_answered"),
    (45, "posted"),
    (46, "settled"),
];

/// Every name that a leg can have.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const KINDS: [&str; PLAIN.len() + MOVEMENTS.len() + BLOCK_MOVEMENTS.len()] = {
    let mut kinds = PLAIN.as_slice();
    let mut all = [""; PLAIN.len() + MOVEMENTS.len() + BLOCK_MOVEMENTS.len()];
    let mut at = 0;
    while let [(_, first), rest @ ..] = kinds {
        all[at] = *first;
        kinds = rest;
        at += 1;
    }
    let mut movements = MOVEMENTS.as_slice();
    while let [(_, _, name), rest @ ..] = movements {
        all[at] = *name;
        movements = rest;
        at += 1;
    }
    let mut movements = BLOCK_MOVEMENTS.as_slice();
    while let [(_, _, name), rest @ ..] = movements {
        all[at] = *name;
        movements = rest;
        at += 1;
    }
    all
};

impl Leg {
    /// What people call it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Leg::Moved { from, to, .. } => from.movement_to(*to),
            Leg::Block { from, to, .. } => BlockState::movement(*from, *to),
            Leg::Granted { .. }
            | Leg::Owed { .. }
            | Leg::Absorbed { .. }
            | Leg::Charged { .. }
            | Leg::Credited { .. }
            | Leg::NotAwarded { .. }
            | Leg::Spent { .. }
            | Leg::NotSpent { .. }
            | Leg::RefundAsked { .. }
            | Leg::RefundAnswered { .. }
            | Leg::Posted { .. }
            | Leg::Settled { .. } => self.code(),
        }
    }
}

/// What a leg says of a new item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    /// Whose it is.
    pub member: MemberId,
    /// The item.
    pub item: ItemId,
    /// The kind of points.
    pub point_type: PointTypeId,
    /// How many.
    pub points: Points,
    /// When they become available.
    pub available_from: Timestamp,
    /// When they expire.
    pub expires_at: Option<Timestamp>,
}

/// What a leg says of points of an item that changed their state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Whose they are.
    pub member: MemberId,
    /// The item.
    pub item: ItemId,
    /// The kind of points.
    pub point_type: PointTypeId,
    /// Where they were.
    pub from: PointState,
    /// Where they are.
    pub to: PointState,
    /// How many.
    pub points: Points,
    /// When the item expires.
    pub expires_at: Option<Timestamp>,
}

/// What a leg says of a debit of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Debit {
    /// The partner.
    pub partner: PartnerId,
    /// The block.
    pub block: BlockId,
    /// The award's place.
    pub place: u16,
    /// How many partner points.
    pub points: Points,
}

/// Looking for one kind of legs: the only matches on all of them.
impl Leg {
    /// The new item that it tells of.
    #[must_use]
    pub fn granted(&self) -> Option<Granted> {
        match *self {
            Leg::Granted { member, item, point_type, points, available_from, expires_at, source: _ } => {
                Some(Granted { member, item, point_type, points, available_from, expires_at })
            }
            Leg::Moved { .. }
            | Leg::Owed { .. }
            | Leg::Absorbed { .. }
            | Leg::Block { .. }
            | Leg::Charged { .. }
            | Leg::Credited { .. }
            | Leg::NotAwarded { .. }
            | Leg::Spent { .. }
            | Leg::NotSpent { .. }
            | Leg::RefundAsked { .. }
            | Leg::RefundAnswered { .. }
            | Leg::Posted { .. }
            | Leg::Settled { .. } => None,
        }
    }

    /// The movement of a member's points that it tells of.
    #[must_use]
    pub fn moved(&self) -> Option<Moved> {
        match *self {
            Leg::Moved { member, item, point_type, from, to, points, remaining: _, expires_at, effective_at: _ } => {
                Some(Moved { member, item, point_type, from, to, points, expires_at })
            }
            Leg::Granted { .. }
            | Leg::Owed { .. }
            | Leg::Absorbed { .. }
            | Leg::Block { .. }
            | Leg::Charged { .. }
            | Leg::Credited { .. }
            | Leg::NotAwarded { .. }
            | Leg::Spent { .. }
            | Leg::NotSpent { .. }
            | Leg::RefundAsked { .. }
            | Leg::RefundAnswered { .. }
            | Leg::Posted { .. }
            | Leg::Settled { .. } => None,
        }
    }

    /// The debit of a block that it tells of.
    #[must_use]
    pub fn debit(&self) -> Option<Debit> {
        match *self {
            Leg::Block { partner, block, to: Some(BlockState::Debited), place: Some(place), points, .. } => {
                Some(Debit { partner, block, place, points })
            }
            Leg::Block { .. }
            | Leg::Granted { .. }
            | Leg::Moved { .. }
            | Leg::Owed { .. }
            | Leg::Absorbed { .. }
            | Leg::Charged { .. }
            | Leg::Credited { .. }
            | Leg::NotAwarded { .. }
            | Leg::Spent { .. }
            | Leg::NotSpent { .. }
            | Leg::RefundAsked { .. }
            | Leg::RefundAnswered { .. }
            | Leg::Posted { .. }
            | Leg::Settled { .. } => None,
        }
    }
}

impl Moved {
    /// Where the item stands in an account of this order.
    #[must_use]
    pub fn position(&self, order: UseOrder) -> ItemPosition {
        ItemPosition::new(order, self.expires_at, self.item)
    }
}

impl Granted {
    /// Where the item stands in an account of this order, once it has matured.
    #[must_use]
    pub fn position(&self, order: UseOrder) -> ItemPosition {
        ItemPosition::new(order, self.expires_at, self.item)
    }
}

impl Own for Leg {
    fn fill(&mut self, own: &OwnIds) {
        match self {
            Leg::Granted { member, item, point_type: _, points: _, available_from: _, expires_at: _, source: _ } => {
                member.fill(own);
                item.fill(own);
            }
            Leg::Moved {
                member,
                item,
                point_type: _,
                from: _,
                to: _,
                points: _,
                remaining: _,
                expires_at: _,
                effective_at: _,
            } => {
                member.fill(own);
                item.fill(own);
            }
            Leg::Owed { member, point_type: _, points: _ } | Leg::Absorbed { member, point_type: _, points: _ } => {
                member.fill(own);
            }
            Leg::Block { partner: _, block: _, from: _, to: _, points: _, remaining: _, place: _, rate: _ }
            | Leg::Charged { partner: _, place: _, points: _, rate: _ }
            | Leg::Credited { partner: _, points: _ }
            | Leg::NotAwarded { reason: _ }
            | Leg::Spent { partner: _, way: _, reduction: _, amount: _ }
            | Leg::NotSpent { reason: _ }
            | Leg::RefundAsked { place: _, amount: _ }
            | Leg::RefundAnswered { state: _, amount: _ }
            | Leg::Settled { run: _, number: _, events: _, state: _ } => {}
            Leg::Posted { owner, receivable: _, posting: _, amount: _ } => owner.fill(own),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_for_one_variant() {
        for kind in KINDS {
            assert!(Leg::number_of(kind).is_some(), "{kind}");
        }
        assert_eq!(Leg::number_of("moved"), None);
        assert_eq!(Leg::number_of(""), None);
    }
}
