//! Legs: each thing that a command did to an item, a block, a debt or a charge.

use super::tagged::{Tagged, tagged};
use super::{
    BLOCK_MOVEMENTS, BlockId, BlockState, InventoryChange, ItemId, ItemPosition, MOVEMENTS, MemberId, Own, OwnIds,
    PartnerId, PointState, PointTypeId, Points, Rate, SourceId, SourceStatus, SubtypeId, Timestamp, UseOrder,
};

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
            /// Why they were given.
            subtype: SubtypeId,
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
            /// What they come from.
            source: Option<SourceId>,
            /// Why they were given.
            subtype: SubtypeId,
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
        /// The inventory of a source changed.
        30 Inventory "inventory" {
            /// The source.
            source: SourceId,
            /// What changed it.
            change: InventoryChange,
            /// By how much: more than 0 where it has more.
            points: Points,
            /// What is left in it.
            left: Points,
        },
        /// A source has another status.
        31 SourceStatus "source_status" {
            /// The source.
            source: SourceId,
            /// Which.
            status: SourceStatus,
        },
        /// Points that an award does not give, since they were beyond an inventory or a limit.
        32 Clipped "clipped" {
            /// The source.
            source: SourceId,
            /// The award's place in the accrual.
            place: u16,
            /// The kind of points.
            point_type: PointTypeId,
            /// How many.
            points: Points,
        },
        /// The inventory of a source has become low.
        33 InventoryLow "inventory_low" {
            /// The source.
            source: SourceId,
            /// What is left in it.
            left: Points,
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
        let plain = PLAIN.iter().find(|(known, _)| *known == kind);
        plain.map(|(_, number)| *number).or_else(|| {
            let moved: Vec<&str> = MOVEMENTS.iter().map(|(.., name)| *name).collect();
            let block: Vec<&str> = BLOCK_MOVEMENTS.iter().map(|(.., name)| *name).collect();
            named(&moved, 1).or_else(|| named(&block, 4))
        })
    }
}

/// The legs that are no movements, with their numbers.
const PLAIN: [(&str, u16); 9] = [
    ("granted", 0),
    ("owed", 2),
    ("absorbed", 3),
    ("charged", 5),
    ("credited", 6),
    ("inventory", 30),
    ("source_status", 31),
    ("clipped", 32),
    ("inventory_low", 33),
];

/// Every name that a leg can have.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const KINDS: [&str; PLAIN.len() + MOVEMENTS.len() + BLOCK_MOVEMENTS.len()] = {
    let mut kinds = PLAIN.as_slice();
    let mut all = [""; PLAIN.len() + MOVEMENTS.len() + BLOCK_MOVEMENTS.len()];
    let mut at = 0;
    while let [(first, _), rest @ ..] = kinds {
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
            | Leg::Inventory { .. }
            | Leg::SourceStatus { .. }
            | Leg::Clipped { .. }
            | Leg::InventoryLow { .. } => self.code(),
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
            Leg::Granted { member, item, point_type, points, available_from, expires_at, source: _, subtype: _ } => {
                Some(Granted { member, item, point_type, points, available_from, expires_at })
            }
            Leg::Moved { .. }
            | Leg::Owed { .. }
            | Leg::Absorbed { .. }
            | Leg::Block { .. }
            | Leg::Charged { .. }
            | Leg::Credited { .. }
            | Leg::Inventory { .. }
            | Leg::SourceStatus { .. }
            | Leg::Clipped { .. }
            | Leg::InventoryLow { .. } => None,
        }
    }

    /// The movement of a member's points that it tells of.
    #[must_use]
    pub fn moved(&self) -> Option<Moved> {
        match *self {
            Leg::Moved {
                member,
                item,
                point_type,
                from,
                to,
                points,
                remaining: _,
                expires_at,
                effective_at: _,
                source: _,
                subtype: _,
            } => Some(Moved { member, item, point_type, from, to, points, expires_at }),
            Leg::Granted { .. }
            | Leg::Owed { .. }
            | Leg::Absorbed { .. }
            | Leg::Block { .. }
            | Leg::Charged { .. }
            | Leg::Credited { .. }
            | Leg::Inventory { .. }
            | Leg::SourceStatus { .. }
            | Leg::Clipped { .. }
            | Leg::InventoryLow { .. } => None,
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
            | Leg::Inventory { .. }
            | Leg::SourceStatus { .. }
            | Leg::Clipped { .. }
            | Leg::InventoryLow { .. } => None,
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
            Leg::Granted {
                member,
                item,
                point_type: _,
                points: _,
                available_from: _,
                expires_at: _,
                source: _,
                subtype: _,
            } => {
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
                source: _,
                subtype: _,
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
            | Leg::Inventory { source: _, change: _, points: _, left: _ }
            | Leg::SourceStatus { source: _, status: _ }
            | Leg::Clipped { source: _, place: _, point_type: _, points: _ }
            | Leg::InventoryLow { source: _, left: _ } => {}
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
