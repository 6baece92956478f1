//! Taking points from an account's items in the order of use: the walk that redemptions, holds, transfers and debts
//! share.
//!
//! It costs one seek and a step for each item taken, however many items the account has: used-up items lie before the
//! account's `first_open`, or in stretches that it knows to skip.

use super::ledger::{Movement, Open};
use crate::domain::tables::Items;
use crate::domain::{
    AccountKey, Fault, ITEMS_PER_COMMAND_MAX, Item, ItemKey, ItemPosition, Member, PointState, PointTypeId, Points,
    Rejection,
};
use crate::machine::draft::Draft;
use crate::machine::effects::At;
use crate::machine::view::{Undecided, View};

/// Items read at first, and at most, in one go.
const CHUNK_FIRST: usize = 4;
const CHUNK_MAX: usize = 1024;

/// How many points are taken from whom, and where they go.
#[derive(Debug, Clone, Copy)]
pub(in crate::machine) struct Taking {
    pub(in crate::machine) owner: At<Member>,
    pub(in crate::machine) point_type: PointTypeId,
    pub(in crate::machine) points: Points,
    pub(in crate::machine) into: PointState,
}

/// Points that were taken from one item.
#[derive(Debug, Clone, Copy)]
pub(in crate::machine) struct Taken {
    pub(in crate::machine) position: ItemPosition,
    pub(in crate::machine) item: Item,
    pub(in crate::machine) points: Points,
}

impl<V: View> Draft<'_, V> {
    /// Refuses points of a type that is not for spending.
    pub(in crate::machine) fn check_redeemable(&self, point_type: PointTypeId) -> Result<(), Rejection> {
        match self.point_type(point_type)?.class.is_redeemable() {
            true => Ok(()),
            false => Err(Rejection::NotRedeemable { point_type }),
        }
    }

    /// Refuses what the account cannot give: points of a type that is for spending, and enough of them.
    pub(in crate::machine) fn check_available(
        &self,
        owner: At<Member>,
        point_type: PointTypeId,
        points: Points,
    ) -> Result<(), Undecided> {
        self.check_redeemable(point_type)?;
        let class = self.point_type(point_type)?.class;
        let key = self.effects.members.key(owner);
        let account = self.effects.members[owner].account(point_type);
        let available = account.map_or(Points::ZERO, |account| account.balance(key.member, class).available);
        if points > available {
            let short = i128::from(points.0).saturating_sub(available.0.into());
            return Err(Rejection::InsufficientPoints { point_type, available, short }.into());
        }
        Ok(())
    }

    /// Takes matured points, which the account must have (rules D22 to D24), and gives each part to `each`.
    pub(in crate::machine) fn take_in_order(
        &mut self,
        taking: Taking,
        mut each: impl FnMut(Taken),
    ) -> Result<(), Undecided> {
        let account = self.effects.members.key(taking.owner).account(taking.point_type);
        let mut from = self.effects.members[taking.owner].account_mut(taking.point_type).first_open;
        let mut left = taking.points;
        let mut chunk = CHUNK_FIRST;
        let mut taken = 0usize;
        while left.is_positive() {
            let range = ItemKey { account, position: from }..ItemKey { account, position: ItemPosition::LAST };
            let items = self.items(range, chunk)?;
            if items.is_empty() {
                return Err(missing(&account, left).into());
            }
            for (key, item) in items {
                if key.position < from {
                    continue;
                }
                let part = self.take_from(taking, left, (key, item))?;
                from = self.effects.members[taking.owner].account_mut(taking.point_type).first_open;
                if let Some(part) = part {
                    if taken >= ITEMS_PER_COMMAND_MAX {
                        return Err(too_many(taking.points, left).into());
                    }
                    taken = taken.saturating_add(1);
                    left = Points(left.0.saturating_sub(part.points.0));
                    each(part);
                }
                if !left.is_positive() {
                    break;
                }
            }
            chunk = chunk.saturating_mul(4).min(CHUNK_MAX);
        }
        Ok(())
    }

    /// Takes from one item as much as it has and is wanted.
    fn take_from(
        &mut self,
        taking: Taking,
        left: Points,
        (key, item): (ItemKey, Item),
    ) -> Result<Option<Taken>, Undecided> {
        let points = left.min(item.sums.get(PointState::Matured));
        let position = key.position;
        let mut walked_to = position.successor();
        if points.is_positive() {
            let mut open = Open { owner: taking.owner, key, waits: false, item };
            self.shift(&mut open, Movement { from: PointState::Matured, to: taking.into, points, at: self.at })?;
            if open.item.is_open() {
                walked_to = position;
            }
            self.put::<Items>(key, Some(open.item));
            self.effects.members[taking.owner].account_mut(taking.point_type).walk_to(walked_to);
            return Ok(Some(Taken { position, item: open.item, points }));
        }
        self.effects.members[taking.owner].account_mut(taking.point_type).walk_to(walked_to);
        Ok(None)
    }
}

fn too_many(wanted: Points, left: Points) -> Rejection {
    let points = Points(wanted.0.saturating_sub(left.0));
    Rejection::TooManyItems { limit: ITEMS_PER_COMMAND_MAX as u32, points }
}

fn missing(account: &AccountKey, left: Points) -> Fault {
    let what = format!("point type {}: its items hold {left} points less than it says", account.point_type);
    Fault::broken(account.owner().lock(), what)
}
