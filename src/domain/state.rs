//! The states of points, and how a movement from one to another is called. Points are never made or lost between
//! states: an item, an account and the totals are sums over this list.

use super::tagged::{read_sparse, states, write_sparse};
use super::{AuditKind, Points};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

states! {
    /// Where a member's points are.
    pub enum PointState,
    /// A member's points, summed up by state.
    PointSums {
        /// Left in an item that has matured: available, qualifying, or both, as the point type says.
        0 Matured "matured",
        /// Left in an item that is not available yet.
        1 Future "future",
        /// Set aside by a hold.
        2 Held "held",
        /// Gone out for a reward.
        3 Redeemed "redeemed",
        /// Expired.
        4 Expired "expired",
        /// Taken back because the accrual was cancelled.
        5 Cancelled "cancelled",
        /// Gone into a debt: it is smaller by as much.
        6 Repaid "repaid",
        /// Gone to another member.
        7 Transferred "transferred",
        /// Taken by an adjustment.
        8 Adjusted "adjusted",
        /// Gone on into another account when they expired there.
        9 RolledOver "rolled_over",
        /// Kept by the host for a service, such as a transfer.
        10 Fee "fee",
        /// Gone to make up for spent points of a cancelled accrual.
        11 MadeUp "made_up",
    }
}

/// What became of points (rules E45 to E47).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointFate {
    /// Still the member's: left, waiting, or set aside.
    Left,
    /// Redeemed, gone into a debt, or kept as a fee.
    Spent,
    /// Expired.
    Expired,
    /// Taken back by a cancellation or an adjustment.
    Cancelled,
    /// Gone to another member or another account.
    Moved,
}

impl PointState {
    /// Whether points in this state are still the member's: left, waiting, or set aside.
    #[must_use]
    pub const fn is_owned(self) -> bool {
        matches!(self.fate(), PointFate::Left)
    }

    /// What has become of points in this state.
    #[must_use]
    pub const fn fate(self) -> PointFate {
        match self {
            PointState::Matured | PointState::Future | PointState::Held => PointFate::Left,
            PointState::Redeemed | PointState::Repaid | PointState::MadeUp | PointState::Fee => PointFate::Spent,
            PointState::Expired => PointFate::Expired,
            PointState::Cancelled | PointState::Adjusted => PointFate::Cancelled,
            PointState::Transferred | PointState::RolledOver => PointFate::Moved,
        }
    }

    /// As what the audit log shows points that come into this state, unless it is by a cancellation.
    pub(super) const fn shown_as(self) -> AuditKind {
        match self {
            PointState::Held => AuditKind::Hold,
            PointState::Redeemed => AuditKind::Redemption,
            PointState::Expired => AuditKind::Expiration,
            PointState::Repaid | PointState::MadeUp => AuditKind::Repayment,
            PointState::Transferred => AuditKind::Transfer,
            PointState::Adjusted => AuditKind::Adjustment,
            PointState::RolledOver => AuditKind::RollOver,
            PointState::Fee => AuditKind::Fee,
            PointState::Cancelled | PointState::Matured | PointState::Future => AuditKind::Cancellation,
        }
    }

    /// What a movement from this state to another is called.
    #[must_use]
    pub fn movement_to(self, to: PointState) -> &'static str {
        MOVEMENTS.iter().find(|(from, known, _)| *from == self && *known == to).map_or("moved", |(_, _, name)| *name)
    }
}

/// Every movement that a rule makes, with its name.
pub const MOVEMENTS: [(PointState, PointState, &str); 22] = {
    use PointState::Transferred;
    use PointState::{Adjusted, Cancelled, Expired, Fee, Future, Held, MadeUp, Matured, Redeemed, Repaid, RolledOver};
    [
        (Matured, Redeemed, "redeemed"),
        (Redeemed, Matured, "returned"),
        (Future, Matured, "matured"),
        (Matured, Expired, "expired"),
        (Held, Expired, "expired"),
        (Future, Expired, "lapsed"),
        (Matured, Cancelled, "cancelled"),
        (Future, Cancelled, "cancelled"),
        (Held, Cancelled, "cancelled"),
        (Matured, Repaid, "repaid"),
        (Repaid, Matured, "given_back"),
        (Matured, MadeUp, "repaid"),
        (MadeUp, Matured, "given_back"),
        (Matured, Held, "held"),
        (Held, Matured, "released"),
        (Held, Redeemed, "captured"),
        (Matured, Transferred, "transferred"),
        (Transferred, Matured, "transferred_back"),
        (Matured, Adjusted, "adjusted"),
        (Matured, RolledOver, "rolled_over"),
        (Matured, Fee, "fee"),
        (Expired, Matured, "reinstated"),
    ]
};

/// States that most accounts have points in: the first ones.
const COMMON: usize = 5;
const RARE: usize = PointState::ALL.len().saturating_sub(COMMON);

/// A member's points by state, as [`PointSums`], in half the memory: the rare states take some only where they are used.
/// There are millions of accounts in memory.
#[derive(Debug, Clone, Default)]
pub struct AccountSums {
    common: [Points; COMMON],
    rare: Option<Box<[Points; RARE]>>,
}

impl AccountSums {
    /// The points in a state.
    #[must_use]
    pub fn get(&self, state: PointState) -> Points {
        let place = state as usize;
        match self.common.get(place) {
            Some(points) => *points,
            None => {
                let rare = self.rare.as_ref().and_then(|rare| rare.get(place.saturating_sub(COMMON)));
                rare.copied().unwrap_or_default()
            }
        }
    }

    /// Points that are left to be used, now or later.
    #[must_use]
    pub fn left(&self) -> Points {
        Points(self.get(PointState::Matured).0.saturating_add(self.get(PointState::Future).0))
    }

    /// The points in a state, to be changed.
    pub fn get_mut(&mut self, state: PointState) -> &mut Points {
        let place = state as usize;
        #[expect(clippy::indexing_slicing, reason = "a state's number is its place")]
        if place < COMMON {
            &mut self.common[place]
        } else {
            &mut self.rare.get_or_insert_default()[place.saturating_sub(COMMON)]
        }
    }

    /// The states with their points.
    pub fn iter(&self) -> impl Iterator<Item = (PointState, Points)> + '_ {
        PointState::ALL.into_iter().map(|state| (state, self.get(state)))
    }

    /// Points over all states.
    #[must_use]
    pub fn total(&self) -> i128 {
        self.iter().map(|(_, points)| points).sum()
    }

    /// Whether no state has less than nothing.
    #[must_use]
    pub fn none_negative(&self) -> bool {
        self.iter().all(|(_, points)| points >= Points::ZERO)
    }

    fn all(&self) -> [Points; PointState::ALL.len()] {
        PointState::ALL.map(|state| self.get(state))
    }
}

impl PartialEq for AccountSums {
    fn eq(&self, other: &AccountSums) -> bool {
        self.all() == other.all()
    }
}

impl Eq for AccountSums {}

impl Serialize for AccountSums {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_sparse(&self.all(), serializer)
    }
}

impl<'de> Deserialize<'de> for AccountSums {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<AccountSums, D::Error> {
        let all: [Points; PointState::ALL.len()] = read_sparse(deserializer)?;
        let mut sums = AccountSums::default();
        for (state, points) in PointState::ALL.into_iter().zip(all) {
            if points != Points::ZERO {
                *sums.get_mut(state) = points;
            }
        }
        Ok(sums)
    }
}

states! {
    /// Where a partner's points are.
    pub enum BlockState,
    /// A block's points, summed up by state.
    BlockSums {
        /// Left in the block.
        0 Remaining "remaining",
        /// Used for members.
        1 Debited "debited",
        /// Expired with the block.
        2 Expired "expired",
        /// Taken as a fee.
        3 Fee "fee",
        /// Taken by an adjustment.
        4 Adjusted "adjusted",
        /// Gone with the block that was rejected or cancelled.
        5 Cancelled "cancelled",
    }
}

impl BlockState {
    /// What a movement between states of a block is called; `None` is outside of it.
    #[must_use]
    pub fn movement(from: Option<BlockState>, to: Option<BlockState>) -> &'static str {
        BLOCK_MOVEMENTS.iter().find(|(a, b, _)| *a == from && *b == to).map_or("block_moved", |(_, _, name)| *name)
    }
}

/// Every movement of a partner's points, with its name.
pub const BLOCK_MOVEMENTS: [(Option<BlockState>, Option<BlockState>, &str); 8] = {
    use BlockState::{Adjusted, Cancelled, Debited, Expired, Fee, Remaining};
    [
        (Some(Remaining), Some(Debited), "debited"),
        (Some(Debited), Some(Remaining), "restored"),
        (Some(Remaining), Some(Expired), "block_expired"),
        (Some(Remaining), Some(Fee), "block_fee"),
        (Some(Fee), Some(Remaining), "block_refunded"),
        (Some(Remaining), Some(Adjusted), "block_adjusted"),
        (None, Some(Remaining), "block_credited"),
        (Some(Remaining), Some(Cancelled), "block_cancelled"),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_are_places_and_words_differ() {
        for (place, state) in PointState::ALL.into_iter().enumerate() {
            assert_eq!(state as usize, place);
        }
        for (place, state) in BlockState::ALL.into_iter().enumerate() {
            assert_eq!(state as usize, place);
        }
        let words: BTreeSet<&str> = PointState::ALL.into_iter().map(PointState::code).collect();
        assert_eq!(words.len(), PointState::ALL.len());
    }
}
