//! A point item: points that one award of one accrual gave, with an expiry of their own.

use super::{
    AccountKey, ItemId, Own, OwnIds, PartnerId, PointState, PointSums, Points, Sequence, SourceId, SubtypeId,
    Timestamp, UseOrder,
};
use serde::{Deserialize, Serialize};

/// A place in an account's order of use: earlier goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemPosition {
    /// The expiry as [`Timestamp::order`], `u64::MAX` for never; 0 throughout an account of order `first_in`.
    pub order: u64,
    /// Ties are broken by issue.
    pub id: ItemId,
}

impl ItemPosition {
    /// Before every item.
    pub const FIRST: ItemPosition = ItemPosition { order: 0, id: ItemId { sequence: Sequence(0), place: 0 } };
    /// After every item.
    pub const LAST: ItemPosition =
        ItemPosition { order: u64::MAX, id: ItemId { sequence: Sequence::OWN, place: u16::MAX } };

    /// Where an item stands.
    #[must_use]
    pub fn new(order: UseOrder, expires_at: Option<Timestamp>, id: ItemId) -> ItemPosition {
        let order = match order {
            UseOrder::EarliestExpiry => expires_at.map_or(u64::MAX, Timestamp::order),
            UseOrder::FirstIn => 0,
        };
        ItemPosition { order, id }
    }

    /// Where an item stands in time: by an instant (of expiry, of maturing), then by issue.
    #[must_use]
    pub fn at(instant: Timestamp, id: ItemId) -> ItemPosition {
        ItemPosition { order: instant.order(), id }
    }

    /// The place after everything at `instant`.
    #[must_use]
    pub fn after(instant: Timestamp) -> ItemPosition {
        ItemPosition { order: instant.order().saturating_add(1), id: ItemPosition::FIRST.id }
    }

    /// The place right after this one.
    #[must_use]
    pub fn successor(self) -> ItemPosition {
        let ItemId { sequence, place } = self.id;
        let id = match place.checked_add(1) {
            Some(place) => ItemId { sequence, place },
            None => ItemId { sequence: sequence.next(), place: 0 },
        };
        ItemPosition { order: self.order, id }
    }

    /// Whether the account uses its items in the order of issue.
    #[must_use]
    pub fn is_first_in(self) -> bool {
        self.order == 0
    }
}

/// The full name of an item, in the order of its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey {
    /// Whose it is.
    pub account: AccountKey,
    /// Where it stands.
    pub position: ItemPosition,
}

impl Own for ItemPosition {
    fn fill(&mut self, own: &OwnIds) {
        if *self != ItemPosition::LAST {
            let ItemPosition { order: _, id } = self;
            id.fill(own);
        }
    }
}

impl Own for ItemKey {
    fn fill(&mut self, own: &OwnIds) {
        let ItemKey { account: _, position } = self;
        position.fill(own);
    }
}

/// A point item.
///
/// Law: `granted` is the sum over all states, nothing negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Points given.
    pub granted: Points,
    /// Where they are.
    pub sums: PointSums,
    /// Points that were spent when the accrual was cancelled, and were claimed from the member.
    pub claimed: Points,
    /// Of the claimed points, those that the host bears.
    pub absorbed: Points,
    /// When the points become (became) available.
    pub available_from: Timestamp,
    /// When they stop being usable: usable while `now < expires_at` (rule D48).
    pub expires_at: Option<Timestamp>,
    /// What they come from.
    pub source: Option<SourceId>,
    /// Who paid for them.
    pub partner: Option<PartnerId>,
    /// Why they were given, for reports only (rules D13, D16).
    pub subtype: SubtypeId,
    /// When an accrual issued the points, where that is not when they became available.
    pub issued_at: Option<Timestamp>,
    /// The item that they were before they moved here: from another member, from another account.
    pub origin: Option<ItemId>,
    /// What few items have. One byte on disk where there is nothing of it.
    pub more: Option<ItemMore>,
}

/// What few items have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ItemMore {
    /// The version of its point type whose policy it is under; 0: none.
    pub policy: u32,
    /// Whether an adjustment gave it: then it was not issued.
    pub adjusted: bool,
}

impl Item {
    /// An item without points.
    #[must_use]
    pub fn new(available_from: Timestamp, expires_at: Option<Timestamp>) -> Item {
        Item {
            granted: Points::ZERO,
            sums: PointSums::NONE,
            claimed: Points::ZERO,
            absorbed: Points::ZERO,
            available_from,
            expires_at,
            source: None,
            partner: None,
            subtype: SubtypeId::default(),
            issued_at: None,
            origin: None,
            more: None,
        }
    }

    /// The version of its point type whose policy it is under; 0: none.
    #[must_use]
    pub fn policy(&self) -> u32 {
        self.more.map_or(0, |more| more.policy)
    }

    /// When an accrual issued the points.
    #[must_use]
    pub fn issued_at(&self) -> Timestamp {
        self.issued_at.unwrap_or(self.available_from)
    }

    /// Points left to be used, now or later.
    #[must_use]
    pub fn remaining(&self) -> Points {
        let (matured, future) = (self.sums.get(PointState::Matured), self.sums.get(PointState::Future));
        Points(matured.0.saturating_add(future.0))
    }

    /// Whether points are left to be used.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.remaining().is_positive()
    }

    /// Whether the item is past its expiry.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expiry| expiry <= now)
    }

    /// Its state in one word: as long as points are left, whether they may be used; then what took the last of them. An
    /// item that was used in part and then expired has expired.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> &'static str {
        let sum = |state| self.sums.get(state);
        let is_closed = !self.is_open() && !sum(PointState::Held).is_positive();
        match self {
            _ if is_closed && sum(PointState::Expired).is_positive() => "expired",
            _ if is_closed && sum(PointState::Cancelled) == self.granted => "cancelled",
            _ if is_closed => "used_up",
            _ if self.is_expired(now) => "expired",
            _ if self.available_from > now => "future",
            _ => "open",
        }
    }
}

impl Own for Item {
    fn fill(&mut self, own: &OwnIds) {
        let Item {
            granted: _,
            sums: _,
            claimed: _,
            absorbed: _,
            available_from: _,
            expires_at: _,
            source: _,
            partner: _,
            subtype: _,
            issued_at: _,
            origin,
            more: _,
        } = self;
        origin.fill(own);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_says_what_took_the_last_points() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let instants = ["2025-12-31T00:00:00Z", "2026-02-01T00:00:00Z", "2026-04-01T00:00:00Z"].map(at);
        for (sums, states) in [
            (&[(PointState::Matured, 10)][..], ["future", "open", "expired"]),
            (&[(PointState::Expired, 10)], ["expired"; 3]),
            (&[(PointState::Redeemed, 10)], ["used_up"; 3]),
            (&[(PointState::Redeemed, 4), (PointState::Expired, 6)], ["expired"; 3]),
            (&[(PointState::Redeemed, 4), (PointState::Cancelled, 6)], ["used_up"; 3]),
            (&[(PointState::Cancelled, 10)], ["cancelled"; 3]),
            (&[(PointState::Held, 10)], ["future", "open", "expired"]),
            (&[(PointState::Repaid, 10)], ["used_up"; 3]),
        ] {
            let mut item = Item::new(at("2026-01-01T00:00:00Z"), Some(at("2026-03-01T00:00:00Z")));
            item.granted = Points(10);
            sums.iter().for_each(|(state, points)| *item.sums.get_mut(*state) = Points(*points));
            assert_eq!(instants.map(|now| item.state(now)), states, "{sums:?}");
        }
    }
}
