//! Moving points of one item from one state to another, in the item, its account, the totals and the receipt: the one
//! place where they move, so that none is ever lost or made.

use crate::domain::tables::{Forwards, Future, Items};
use crate::domain::{
    AccountKey, Balance, CohortKey, Day, ExpiringKey, Fault, Figure, ForwardKey, Item, ItemId, ItemKey, ItemPosition,
    Leg, Member, MemberId, PointState, Points, Timestamp, TotalsKey, Zone,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::view::{Undecided, View};

/// Points that go from one state to another, as of an instant.
#[derive(Debug, Clone, Copy)]
pub(in crate::machine) struct Movement {
    pub(in crate::machine) from: PointState,
    pub(in crate::machine) to: PointState,
    pub(in crate::machine) points: Points,
    pub(in crate::machine) at: Timestamp,
}

/// One item while a command changes it. It is written when the command puts it.
#[derive(Debug, Clone, Copy)]
pub(in crate::machine) struct Open {
    pub(in crate::machine) owner: At<Member>,
    pub(in crate::machine) key: ItemKey,
    /// Whether it waits to mature: then its position is that instant.
    pub(in crate::machine) waits: bool,
    pub(in crate::machine) item: Item,
}

impl Open {
    pub(in crate::machine) fn id(&self) -> ItemId {
        self.key.position.id
    }

    /// Where points that are left in it are.
    pub(in crate::machine) fn left_in(&self) -> PointState {
        if self.waits { PointState::Future } else { PointState::Matured }
    }
}

impl<V: View> Draft<'_, V> {
    /// The day of the totals for points of an item that come into a state at an instant, and its UTC day. Points that
    /// expire at midnight expire with the day before.
    fn days_of(&self, item: &Item, at: Timestamp, into: PointState) -> Result<(Day, Day), Undecided> {
        let zone = &self.settings()?.zone;
        Ok(match into == PointState::Expired && item.expires_at == Some(at) {
            true => (at.last_day_before(zone), at.last_day_before(&Zone::UTC)),
            false => (at.day_in(zone), at.day()),
        })
    }

    /// Counts points in the totals of an item's source and type, on a day with its UTC day.
    fn count_in_totals(
        &mut self,
        key: &AccountKey,
        item: &Item,
        (day, utc_day): (Day, Day),
        (figure, points): (Figure, i128),
    ) {
        let (source, subtype) = (item.source.unwrap_or_default(), item.subtype);
        let AccountKey { program, point_type, .. } = *key;
        self.effects.count(TotalsKey { program, day, utc_day, source, point_type, subtype }, figure, points);
    }

    /// Counts what becomes of an item's points beside those issued on the same day: how many were issued, the totals
    /// tell.
    fn cohort_of(&self, key: &AccountKey, item: &Item) -> Result<CohortKey, Undecided> {
        let day = item.issued_at().day_in(&self.settings()?.zone);
        let (source, subtype) = (item.source.unwrap_or_default(), item.subtype);
        Ok(CohortKey { program: key.program, day, source, point_type: key.point_type, subtype })
    }

    /// Counts more points (or fewer) that members have until a day. Whoever moves an item's expiry takes its points out
    /// here before, and puts them in after.
    pub(in crate::machine) fn count_expiring(
        &mut self,
        key: &AccountKey,
        item: &Item,
        points: i128,
    ) -> Result<(), Undecided> {
        let Some(expires_at) = item.expires_at else { return Ok(()) };
        let day = expires_at.last_day_before(&self.settings()?.zone);
        let (point_type, source) = (key.point_type, item.source.unwrap_or_default());
        let key = ExpiringKey { program: key.program, day, point_type, source };
        let sum = self.effects.expiring_mut(key);
        *sum = sum.saturating_add(points);
        Ok(())
    }

    /// Gives a new item its points, in the state in which they are left, and tells it.
    pub(in crate::machine) fn grant(&mut self, open: &mut Open, points: Points) -> Result<(), Undecided> {
        let (key, state, at) = (open.key.account, open.left_in(), self.at);
        let account = self.effects.members[open.owner].account_mut(key.point_type);
        account.granted = fits(account.granted.plus(points))?;
        add(account.sums.get_mut(state), points)?;
        open.item.granted = points;
        *open.item.sums.get_mut(state) = points;
        let days = self.days_of(&open.item, at, state)?;
        self.count_in_totals(&key, &open.item, days, (Figure::given(&open.item), points.0.into()));
        if open.item.origin.is_some() {
            let cohort = self.cohort_of(&key, &open.item)?;
            self.effects.count_cohort(cohort, Figure::MovedIn, points.0.into());
        }
        self.count_expiring(&key, &open.item, points.0.into())?;
        self.effects.legs.push(Leg::Granted {
            member: self.shown_member(open.owner),
            item: open.id(),
            point_type: key.point_type,
            points,
            available_from: open.item.available_from,
            expires_at: open.item.expires_at,
            source: open.item.source,
            subtype: open.item.subtype,
        });
        Ok(())
    }

    /// Moves points of an item, and tells it. The item has them: fewer would be a broken law.
    pub(in crate::machine) fn shift(&mut self, open: &mut Open, movement: Movement) -> Result<(), Undecided> {
        let Movement { from, to, points, at } = movement;
        let key = open.key.account;
        if !points.is_positive() {
            return Ok(());
        }
        let account = self.effects.members[open.owner].account_mut(key.point_type);
        take(open.item.sums.get_mut(from), points).ok_or_else(|| short(&open.key, from, points))?;
        add(open.item.sums.get_mut(to), points)?;
        take(account.sums.get_mut(from), points).ok_or_else(|| short(&open.key, from, points))?;
        add(account.sums.get_mut(to), points)?;
        let amount = i128::from(points.0);
        if !(from.is_owned() && to.is_owned()) {
            let (days, cohort) = (self.days_of(&open.item, at, to)?, self.cohort_of(&key, &open.item)?);
            for (state, points) in [(from, amount.saturating_neg()), (to, amount)] {
                if !state.is_owned() {
                    self.count_in_totals(&key, &open.item, days, (Figure::Gone(state), points));
                    self.effects.count_cohort(cohort, Figure::Gone(state), points);
                }
            }
        }
        match (from.is_owned(), to.is_owned()) {
            (true, false) => self.count_expiring(&key, &open.item, amount.saturating_neg())?,
            (false, true) => self.count_expiring(&key, &open.item, amount)?,
            (true, true) | (false, false) => {}
        }
        self.effects.legs.push(Leg::Moved {
            member: self.shown_member(open.owner),
            item: open.id(),
            point_type: key.point_type,
            from,
            to,
            points,
            remaining: open.item.remaining(),
            expires_at: open.item.expires_at,
            effective_at: at,
            source: open.item.source,
            subtype: open.item.subtype,
        });
        Ok(())
    }

    /// Writes an item, where it waits or stands in the order of use.
    pub(in crate::machine) fn put_item(&mut self, open: &Open) -> Result<(), Undecided> {
        let Open { owner, key, waits, item } = *open;
        if waits {
            self.put::<Future>(key, Some(item));
            if let Some(due) = Timestamp::from_order(key.position.order) {
                self.effects.members[owner].due_by(due);
            }
            return Ok(());
        }
        self.put::<Items>(key, Some(item));
        if item.is_open() {
            let member = &mut self.effects.members[owner];
            member.account_mut(key.account.point_type).open_at(key.position);
            if let Some(expiry) = item.expires_at {
                member.due_by(expiry);
            }
            self.plan_warning(open)?;
            self.watch(open)?;
        }
        Ok(())
    }

    /// A matured item, where it is now. `None` where nobody has one of this id that was the account's.
    pub(in crate::machine) fn find_item(
        &mut self,
        owner: At<Member>,
        account: AccountKey,
        position: ItemPosition,
    ) -> Result<Option<Open>, Undecided> {
        let open = |owner, key, item| Open { owner, key, waits: false, item };
        let key = ItemKey { account, position };
        if let Some(item) = self.item(&key)? {
            return Ok(Some(open(owner, key, item)));
        }
        let Some(forward) = self.row::<Forwards>(&ForwardKey { account, item: position.id })? else { return Ok(None) };
        if let Some(position) = forward.moved_to {
            let key = ItemKey { account, position };
            return Ok(self.item(&key)?.map(|item| open(owner, key, item)));
        }
        let Some(member) = forward.member else { return Ok(None) };
        let owner = self.known_member(member)?;
        self.link_member(owner);
        let account = self.effects.members.key(owner).account(account.point_type);
        let moved = self.row::<Forwards>(&ForwardKey { account, item: position.id })?;
        let position = moved.and_then(|forward| forward.moved_to).unwrap_or(position);
        let key = ItemKey { account, position };
        Ok(self.item(&key)?.map(|item| open(owner, key, item)))
    }

    /// Puts the balances of members into the receipt to whom points of a transaction had gone since.
    pub(in crate::machine) fn tell_strayed(&mut self) -> Result<(), Undecided> {
        let moved = self.effects.legs.iter().filter_map(Leg::moved).map(|part| (part.member, part.point_type));
        let mut strayed: Vec<_> = moved.filter(|(member, _)| *member != MemberId::OWN).collect();
        strayed.sort_unstable();
        strayed.dedup();
        for (member, point_type) in strayed {
            let told = |balance: &Balance| balance.member == member && balance.point_type == point_type;
            if !self.effects.balances.iter().any(told) {
                let owner = self.known_member(member)?;
                self.tell_balance(owner, point_type)?;
            }
        }
        Ok(())
    }

    /// A matured item that another record names.
    pub(in crate::machine) fn named_item(
        &mut self,
        owner: At<Member>,
        account: AccountKey,
        position: ItemPosition,
    ) -> Result<Open, Undecided> {
        let found = self.find_item(owner, account, position)?;
        Ok(found.ok_or_else(|| missing(&ItemKey { account, position }))?)
    }
}

pub(in crate::machine) fn missing(key: &ItemKey) -> Fault {
    let (point_type, id) = (key.account.point_type, key.position.id);
    Fault::broken(key.account.owner().lock(), format!("point type {point_type}: item {id} is not there"))
}

fn short(key: &ItemKey, from: PointState, points: Points) -> Fault {
    let (point_type, id) = (key.account.point_type, key.position.id);
    let what =
        format!("point type {point_type}, item {id}: {points} points are to leave the state {from}: it has fewer");
    Fault::broken(key.account.owner().lock(), what)
}

/// Adds points to a sum, which must fit in 64 bits.
pub(in crate::machine) fn add(sum: &mut Points, points: Points) -> Result<(), Undecided> {
    *sum = fits(sum.plus(points))?;
    Ok(())
}

/// Takes points out of a sum. `None` where it has fewer: a broken law.
#[must_use]
pub(in crate::machine) fn take(sum: &mut Points, points: Points) -> Option<()> {
    *sum = sum.minus(points).filter(|rest| *rest >= Points::ZERO)?;
    Some(())
}
