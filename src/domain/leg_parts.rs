//! Looking for one kind of legs, and what such a leg says; and the own ids of a leg's entry, filled in.

use super::{BlockId, BlockState, ItemId, ItemPosition, Leg, MemberId, PartnerId, PointState, PointTypeId, Points};
use super::{Own, OwnIds, Timestamp, UseOrder};

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

/// Looking for one kind of legs.
impl Leg {
    /// The new item that it tells of.
    #[must_use]
    pub fn granted(&self) -> Option<Granted> {
        let Leg::Granted { member, item, point_type, points, available_from, expires_at, .. } = *self else {
            return None;
        };
        Some(Granted { member, item, point_type, points, available_from, expires_at })
    }

    /// The movement of a member's points that it tells of.
    #[must_use]
    pub fn moved(&self) -> Option<Moved> {
        let Leg::Moved { member, item, point_type, from, to, points, expires_at, .. } = *self else { return None };
        Some(Moved { member, item, point_type, from, to, points, expires_at })
    }

    /// The debt that it tells of: which points, and how many.
    #[must_use]
    pub fn owed(&self) -> Option<(PointTypeId, Points)> {
        let Leg::Owed { point_type, points, .. } = *self else { return None };
        Some((point_type, points))
    }

    /// The points of an award that were not given: its place, and how many.
    #[must_use]
    pub fn clipped(&self) -> Option<(u16, Points)> {
        let Leg::Clipped { place, points, .. } = *self else { return None };
        Some((place, points))
    }

    /// The debit of a block that it tells of.
    #[must_use]
    pub fn debit(&self) -> Option<Debit> {
        let Leg::Block { partner, block, to: Some(BlockState::Debited), place: Some(place), points, .. } = *self else {
            return None;
        };
        Some(Debit { partner, block, place, points })
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
            Leg::Owed { member, point_type: _, points: _ }
            | Leg::Absorbed { member, point_type: _, points: _ }
            | Leg::Forgiven { member, point_type: _, points: _ }
            | Leg::Clipped { member, point_type: _, place: _, points: _ }
            | Leg::ExpiringSoon { member, point_type: _, points: _, first_expires_at: _ }
            | Leg::TierChanged { member, before: _, tier: _, until: _ } => member.fill(own),
            Leg::Extended { member, item, point_type: _, points: _, before: _, expires_at: _ } => {
                member.fill(own);
                item.fill(own);
            }
            Leg::Merged { member, other, point_type: _, points: _ } => {
                member.fill(own);
                other.fill(own);
            }
            Leg::Block { partner: _, block: _, from: _, to: _, points: _, remaining: _, place: _, rate: _ }
            | Leg::Charged { partner: _, place: _, points: _, rate: _ }
            | Leg::Credited { partner: _, points: _ }
            | Leg::Charge { partner: _, place: _, cause: _, block: _, points: _, unit_price: _, currency: _ }
            | Leg::Event { partner: _, event: _, block: _, remaining: _ }
            | Leg::Billed { partner: _, bill: _, terms: _, lines: _, points: _, price: _, currency: _ }
            | Leg::BillClosed { partner: _, bill: _, points: _ }
            | Leg::FeeCharged { partner: _, amount: _, currency: _ }
            | Leg::FeeRefunded { partner: _, fee: _, amount: _, currency: _ }
            | Leg::Inventory { source: _, change: _, points: _, left: _ }
            | Leg::SourceStatus { source: _, status: _ }
            | Leg::Withheld { source: _, place: _, point_type: _, points: _ }
            | Leg::InventoryLow { source: _, left: _ }
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
