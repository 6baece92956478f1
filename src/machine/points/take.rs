//! Taking points from an account's items in the order of use: the walk that redemptions, holds, transfers and debts
//! share.
//!
//! It costs one seek and a step for each item taken, however many items the account has: used-up items lie before the
//! account's `first_open`, or in stretches that it knows to skip.

use super::ledger::{Movement, Open};
use crate::domain::tables::Items;
use crate::domain::{
    AccountKey, Fault, ITEMS_PER_COMMAND_MAX, Item, ItemKey, ItemPosition, Member, Overdraft, PointState, PointTypeId,
    Points, Rejection, TypeStatus,
};
use crate::machine::draft::Draft;
use crate::machine::effects::At;
use crate::machine::view::{Undecided, View};
use smallvec::SmallVec;
use std::collections::VecDeque;

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
            let short = lacking(i128::from(points.0).saturating_sub(available.0.into()));
            return Err(Rejection::InsufficientPoints { point_type, available, short }.into());
        }
        Ok(())
    }

    /// The types that a command spends: the one it names, or the default ones (rules E12, E62).
    pub(in crate::machine) fn spendable(&self, named: PointTypeId) -> Result<SmallVec<[PointTypeId; 1]>, Rejection> {
        if named != PointTypeId(0) {
            self.usable_type(named)?;
            return Ok(SmallVec::from_buf([named]));
        }
        let types = self.program()?.default_types();
        let types: SmallVec<[PointTypeId; 1]> =
            types.filter(|(_, known)| known.status == TypeStatus::Active).map(|(id, _)| id).collect();
        types.first().map(|first| self.usable_type(*first)).ok_or(Rejection::NoDefaultType)??;
        Ok(types)
    }

    /// Refuses what the accounts of some types cannot give: of one, or of all default ones together.
    pub(in crate::machine) fn check_available_of(
        &self,
        owner: At<Member>,
        types: &[PointTypeId],
        points: Points,
    ) -> Result<(), Undecided> {
        match *types {
            [point_type] => self.check_available(owner, point_type, points),
            _ => self.check_available_in(owner, types, points),
        }
    }

    /// Takes matured points of one type, or of several in one order over all of them, and gives each part to `each`.
    pub(in crate::machine) fn take_of(
        &mut self,
        owner: At<Member>,
        types: &[PointTypeId],
        (points, into): (Points, PointState),
        mut each: impl FnMut(PointTypeId, Taken),
    ) -> Result<(), Undecided> {
        match *types {
            [point_type] => {
                self.take_in_order(Taking { owner, point_type, points, into }, |part| each(point_type, part))
            }
            _ => self.take_over_all(owner, types, (points, into), each),
        }
    }

    /// Refuses what several accounts together cannot give.
    pub(in crate::machine) fn check_available_in(
        &self,
        owner: At<Member>,
        types: &[PointTypeId],
        points: Points,
    ) -> Result<(), Undecided> {
        let key = self.effects.members.key(owner);
        let mut available = 0i128;
        for point_type in types {
            let class = self.point_type(*point_type)?.class;
            let account = self.effects.members[owner].account(*point_type);
            let points = account.map_or(Points::ZERO, |account| account.balance(key.member, class).available);
            // what is owed in one account does not stand against another
            available = available.saturating_add(points.0.max(0).into());
        }
        let short = i128::from(points.0).saturating_sub(available);
        if short > 0 {
            let available = Points(i64::try_from(available).unwrap_or(i64::MAX));
            return Err(Rejection::InsufficientDefaults { available, short: lacking(short) }.into());
        }
        Ok(())
    }

    /// How many points a redemption may take beyond what the account has (rules D09, D11); refused where it is more.
    pub(in crate::machine) fn shortfall(
        &self,
        owner: At<Member>,
        point_type: PointTypeId,
        points: Points,
    ) -> Result<Points, Undecided> {
        let kind = self.point_type(point_type)?;
        let overdraft = &kind.overdraft;
        if !kind.class.is_redeemable() || *overdraft == Overdraft::Refused {
            self.check_available(owner, point_type, points)?;
            return Ok(Points::ZERO);
        }
        let (matured, debt) = match self.effects.members[owner].account(point_type) {
            Some(account) => (account.matured(), account.debt),
            None => (Points::ZERO, Points::ZERO),
        };
        let overdrawn = Points(points.0.saturating_sub(matured.0).max(0));
        let limit = overdraft.of(self.effects.members[owner].tier());
        let short = i128::from(overdrawn.0).saturating_add(debt.0.into()).saturating_sub(limit.0.into());
        if overdrawn.is_positive() && short > 0 {
            let available = Points(matured.0.saturating_sub(debt.0));
            return Err(Rejection::InsufficientPoints { point_type, available, short: lacking(short) }.into());
        }
        Ok(overdrawn)
    }

    /// Takes matured points of several accounts, in one order over all of them, and gives each part to `each`.
    pub(in crate::machine) fn take_over_all(
        &mut self,
        owner: At<Member>,
        types: &[PointTypeId],
        (points, into): (Points, PointState),
        mut each: impl FnMut(PointTypeId, Taken),
    ) -> Result<(), Undecided> {
        let mut walks: Vec<Walk> = types.iter().map(|point_type| Walk::new(*point_type)).collect();
        let (mut left, mut taken) = (points, 0usize);
        while left.is_positive() {
            for walk in &mut walks {
                walk.read(self, owner)?;
            }
            let next = walks.iter_mut().filter(|walk| !walk.rows.is_empty());
            let next = next.min_by_key(|walk| walk.rows.front().map(|(key, _)| key.position));
            let Some((walk, row)) = next.and_then(|walk| walk.rows.pop_front().map(|row| (&*walk, row))) else {
                let owner = self.effects.members.key(owner);
                return Err(
                    Fault::broken(owner.lock(), format!("its items hold {left} points less than it says")).into()
                );
            };
            let taking = Taking { owner, point_type: walk.point_type, points, into };
            if let Some(part) = self.take_from(taking, left, row)? {
                if taken >= ITEMS_PER_COMMAND_MAX {
                    return Err(too_many(points, left).into());
                }
                taken = taken.saturating_add(1);
                left = Points(left.0.saturating_sub(part.points.0));
                each(walk.point_type, part);
            }
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

/// The items of one account, next in order, while points are taken from several.
struct Walk {
    point_type: PointTypeId,
    rows: VecDeque<(ItemKey, Item)>,
    from: ItemPosition,
    limit: usize,
    ended: bool,
}

impl Walk {
    fn new(point_type: PointTypeId) -> Walk {
        Walk { point_type, rows: VecDeque::new(), from: ItemPosition::FIRST, limit: CHUNK_FIRST, ended: false }
    }

    /// Makes sure that the next item with points left is read, if there is one.
    fn read<V: View>(&mut self, draft: &Draft<'_, V>, owner: At<Member>) -> Result<(), Undecided> {
        let account = draft.effects.members.key(owner).account(self.point_type);
        let first = draft.effects.members[owner].account(self.point_type).map(|booked| booked.first_open);
        self.from = self.from.max(first.unwrap_or(ItemPosition::LAST));
        while self.rows.is_empty() && !self.ended {
            let range = ItemKey { account, position: self.from }..ItemKey { account, position: ItemPosition::LAST };
            let items = draft.items(range, self.limit)?;
            self.ended = items.len() < self.limit;
            self.limit = self.limit.saturating_mul(4).min(CHUNK_MAX);
            self.from = items.last().map_or(self.from, |(key, _)| key.position.successor());
            self.rows.extend(items.into_iter().filter(|(_, item)| item.sums.get(PointState::Matured).is_positive()));
        }
        Ok(())
    }
}

fn too_many(wanted: Points, left: Points) -> Rejection {
    let points = Points(wanted.0.saturating_sub(left.0));
    Rejection::TooManyItems { limit: ITEMS_PER_COMMAND_MAX as u32, points }
}

/// How many points are missing: there are none more than 64 bits hold, for a balance is no lower than minus as many.
fn lacking(short: i128) -> u64 {
    u64::try_from(short).unwrap_or(u64::MAX)
}

fn missing(account: &AccountKey, left: Points) -> Fault {
    let what = format!("point type {}: its items hold {left} points less than it says", account.point_type);
    Fault::broken(account.owner().lock(), what)
}
