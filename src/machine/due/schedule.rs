//! What comes next of a member: over all accounts, in the order of time. Rows are read a chunk at a time.

use crate::domain::keys::Key;
use crate::domain::tables::{Expiries, Future, HoldTimeouts, Items, RowTable};
use crate::domain::{
    AccountKey, Fault, Item, ItemKey, ItemPosition, Member, PointState, PointTypeId, RequestId, Timestamp, UseOrder,
};
use crate::machine::draft::Draft;
use crate::machine::effects::At;
use crate::machine::points::timeouts;
use crate::machine::view::{Undecided, View};
use smallvec::SmallVec;
use std::collections::{BTreeSet, VecDeque};

/// Rows read at first, and at most, in one go.
const CHUNK_FIRST: usize = 2;
const CHUNK_MAX: usize = 256;

/// What happens next. At one instant in this order: expire, mature, time out, evaluate, end a tier, warn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    /// A matured item expires.
    Expire(ItemKey),
    /// An item that waits matures, or expires before it could.
    Mature(ItemKey),
    /// A hold times out.
    TimeOut(RequestId),
    /// A policy looks at the points of a member who did nothing.
    Evaluate(AccountKey, u32),
    /// A tier ends.
    EndTier,
    /// An item is about to expire: its place in the order of expiry, whatever the order of use.
    Warn(ItemKey),
}

/// The next events of a member.
pub(super) struct Schedule {
    accounts: SmallVec<[AccountSchedule; 2]>,
    timeouts: VecDeque<(Timestamp, RequestId)>,
    timeouts_read: bool,
    owner: At<Member>,
}

struct AccountSchedule {
    key: AccountKey,
    order: UseOrder,
    /// Items that stand in the order of use, those read so far; used-up ones left out.
    open: Chunk<(Timestamp, ItemKey)>,
    future: Chunk<(Timestamp, ItemKey)>,
    /// Items that the member was not told of yet, by their places in the order of expiry.
    untold: Chunk<ItemPosition>,
    /// Items that were granted, or matured, in this command and expire: the rows that were read do not show them.
    fresh: BTreeSet<(Timestamp, ItemKey)>,
}

/// Rows read ahead.
struct Chunk<T> {
    rows: VecDeque<T>,
    from: ItemPosition,
    limit: usize,
    ended: bool,
}

impl<T> Chunk<T> {
    fn new(from: ItemPosition) -> Chunk<T> {
        Chunk { rows: VecDeque::new(), from, limit: CHUNK_FIRST, ended: false }
    }
}

impl Schedule {
    pub(super) fn new<V: View>(draft: &mut Draft<'_, V>, owner: At<Member>) -> Result<Schedule, Undecided> {
        let member = draft.effects.members.key(owner);
        let mut accounts = SmallVec::new();
        for account in &draft.effects.members[owner].accounts {
            let key = member.account(account.point_type);
            let order = draft.type_of(&key)?.order;
            let mut schedule = AccountSchedule::new(key, order, account.first_open);
            if order == UseOrder::FirstIn {
                schedule.fresh = written(draft, key);
            }
            accounts.push(schedule);
        }
        Ok(Schedule { accounts, timeouts: VecDeque::new(), timeouts_read: false, owner })
    }

    /// What happens next, and when; nothing is taken out.
    pub(super) fn peek<V: View>(&mut self, draft: &mut Draft<'_, V>) -> Result<Option<(Timestamp, Event)>, Undecided> {
        let mut next: Option<(Timestamp, Event)> = None;
        let mut offer = |event: Option<(Timestamp, Event)>| next = next.into_iter().chain(event).min_by_key(order_of);
        for account in &mut self.accounts {
            account.read_open(draft, self.owner)?;
            account.read_future(draft)?;
            let expire = |(at, key): (Timestamp, ItemKey)| (at, Event::Expire(key));
            offer(account.open.rows.front().copied().map(expire));
            offer(account.fresh.first().copied().map(expire));
            offer(account.future.rows.front().map(|(at, key)| (*at, Event::Mature(*key))));
            offer(account.next_warning(draft, self.owner)?);
        }
        self.read_timeouts(draft)?;
        offer(self.timeouts.front().map(|(at, request)| (*at, Event::TimeOut(*request))));
        let member = draft.effects.members.key(self.owner);
        for account in &draft.effects.members[self.owner].accounts {
            for due in account.more.iter().flat_map(|more| &more.due) {
                offer(Some((due.at, Event::Evaluate(member.account(account.point_type), due.policy))));
            }
        }
        let tier = draft.effects.members[self.owner].more.as_ref().and_then(|more| more.tier);
        // one that would last beyond the years that there are never ends
        let tier = tier.filter(|state| state.until < Timestamp::MAX);
        offer(tier.map(|state| (state.until, Event::EndTier)));
        Ok(next)
    }

    /// Takes out what [`Schedule::peek`] gave.
    pub(super) fn pop(&mut self, (at, event): (Timestamp, Event)) {
        match event {
            Event::Expire(key) => {
                for account in self.accounts.iter_mut().filter(|account| account.key == key.account) {
                    if !account.fresh.remove(&(at, key)) {
                        account.open.rows.pop_front();
                    }
                }
            }
            Event::Mature(key) => {
                for account in self.accounts.iter_mut().filter(|account| account.key == key.account) {
                    account.future.rows.pop_front();
                }
            }
            Event::TimeOut(_) => drop(self.timeouts.pop_front()),
            // the record itself says when it is next
            Event::Evaluate(..) | Event::EndTier | Event::Warn(_) => {}
        }
    }

    /// An item has points left that expire: it has come into the order of use, or points came back to it.
    pub(super) fn expires(&mut self, order: UseOrder, key: ItemKey, at: Timestamp) {
        if self.accounts.iter().all(|account| account.key != key.account) {
            // its only items are those of this booking
            self.accounts.push(AccountSchedule::new(key.account, order, ItemPosition::LAST));
        }
        for account in self.accounts.iter_mut().filter(|account| account.key == key.account) {
            if account.open.rows.iter().all(|(_, known)| *known != key) {
                account.fresh.insert((at, key));
            }
        }
    }

    fn read_timeouts<V: View>(&mut self, draft: &Draft<'_, V>) -> Result<(), Undecided> {
        if !self.timeouts_read {
            self.timeouts_read = true;
            let member = draft.effects.members.key(self.owner);
            let rows = draft.rows::<HoldTimeouts>(timeouts(member.program, member.member), CHUNK_MAX)?;
            self.timeouts = rows.into_iter().map(|(key, ())| (key.at, key.request)).collect();
        }
        Ok(())
    }
}

/// Items of an account that the command itself put and that expire: the index of expiries does not have them yet.
fn written<V: View>(draft: &Draft<'_, V>, account: AccountKey) -> BTreeSet<(Timestamp, ItemKey)> {
    let key = |position| ItemKey { account, position };
    let rows = draft.effects.rows.items.range(&(key(ItemPosition::FIRST)..key(ItemPosition::LAST)));
    let open = rows.into_iter().filter_map(|(key, item)| Some((item.as_ref()?.expires_at?, key, item.as_ref()?)));
    open.filter(|(.., item)| item.sums.get(PointState::Matured).is_positive()).map(|(at, key, _)| (at, key)).collect()
}

/// Of events at one instant, the kind decides.
fn order_of((at, event): &(Timestamp, Event)) -> (Timestamp, Event) {
    (*at, *event)
}

impl AccountSchedule {
    fn new(key: AccountKey, order: UseOrder, first_open: ItemPosition) -> AccountSchedule {
        let from = match order {
            UseOrder::EarliestExpiry => first_open,
            UseOrder::FirstIn => ItemPosition::FIRST,
        };
        let (open, future) = (Chunk::new(from), Chunk::new(ItemPosition::FIRST));
        let untold = Chunk::new(from);
        AccountSchedule { key, order, open, future, untold, fresh: BTreeSet::new() }
    }

    fn range(&self, from: ItemPosition) -> std::ops::Range<ItemKey> {
        let key = |position| ItemKey { account: self.key, position };
        key(from)..key(ItemPosition::LAST)
    }

    /// Makes sure that the next open item that expires is read, if there is one.
    fn read_open<V: View>(&mut self, draft: &mut Draft<'_, V>, owner: At<Member>) -> Result<(), Undecided> {
        while self.open.rows.is_empty() && !self.open.ended {
            match self.order {
                UseOrder::EarliestExpiry => self.read_in_order(draft, owner)?,
                UseOrder::FirstIn => self.read_expiries(draft)?,
            }
        }
        Ok(())
    }

    /// Items of an account that are used in the order of expiry: that order is the order of time.
    fn read_in_order<V: View>(&mut self, draft: &mut Draft<'_, V>, owner: At<Member>) -> Result<(), Undecided> {
        let rows = draft.items(self.range(self.open.from), self.open.limit)?;
        self.open.ended = rows.len() < self.open.limit;
        self.open.limit = self.open.limit.saturating_mul(4).min(CHUNK_MAX);
        for (key, item) in rows {
            self.open.from = key.position.successor();
            // those that never expire come last
            let Some(expires_at) = item.expires_at else {
                self.open.ended = true;
                break;
            };
            if item.sums.get(PointState::Matured).is_positive() {
                self.open.rows.push_back((expires_at, key));
            } else if self.open.rows.is_empty() {
                pass(draft, owner, self.key.point_type, key.position);
            }
        }
        Ok(())
    }

    /// Items of an account that are used in the order of issue: an index has them in the order of time.
    fn read_expiries<V: View>(&mut self, draft: &Draft<'_, V>) -> Result<(), Undecided> {
        let rows = draft.view.rows::<Expiries>(self.range(self.open.from), self.open.limit)?;
        self.open.ended = rows.len() < self.open.limit;
        self.open.limit = self.open.limit.saturating_mul(4).min(CHUNK_MAX);
        for (key, ()) in rows {
            self.open.from = key.position.successor();
            let position = ItemPosition { order: 0, id: key.position.id };
            self.open.rows.push_back((instant::<Expiries>(&key)?, ItemKey { account: self.key, position }));
        }
        Ok(())
    }

    /// The next item that the member is to be told of before it expires.
    fn next_warning<V: View>(
        &mut self,
        draft: &mut Draft<'_, V>,
        owner: At<Member>,
    ) -> Result<Option<(Timestamp, Event)>, Undecided> {
        if draft.settings()?.item_warning_days == 0 {
            return Ok(None);
        }
        let warned = draft.effects.members[owner].warned(self.key.point_type);
        self.read_untold(draft, warned)?;
        let mut fresh = self.fresh.iter().map(|(at, key)| ItemPosition::at(*at, key.position.id));
        let fresh = fresh.find(|place| *place >= warned);
        let Some(position) = self.untold.rows.front().copied().into_iter().chain(fresh).min() else { return Ok(None) };
        let key = ItemKey { account: self.key, position };
        let warned_at = draft.warned_at(instant::<Items>(&key)?)?;
        Ok(warned_at.map(|at| (at, Event::Warn(key))))
    }

    /// Makes sure that the next item is read that the member was not told of, of those that the tables and the command's
    /// effects have in order.
    fn read_untold<V: View>(&mut self, draft: &mut Draft<'_, V>, warned: ItemPosition) -> Result<(), Undecided> {
        while self.untold.rows.front().is_some_and(|place| *place < warned) {
            self.untold.rows.pop_front();
        }
        while self.untold.rows.is_empty() && !self.untold.ended {
            let range = self.range(self.untold.from.max(warned));
            let places: Vec<(ItemPosition, bool)> = match self.order {
                UseOrder::EarliestExpiry => {
                    let rows = draft.items(range, self.untold.limit)?;
                    let has_points = |item: &Item| item.sums.get(PointState::Matured).is_positive();
                    rows.into_iter().map(|(key, item)| (key.position, has_points(&item))).collect()
                }
                UseOrder::FirstIn => {
                    let rows = draft.view.rows::<Expiries>(range, self.untold.limit)?;
                    rows.into_iter().map(|(key, ())| (key.position, true)).collect()
                }
            };
            self.untold.ended = places.len() < self.untold.limit;
            self.untold.limit = self.untold.limit.saturating_mul(4).min(CHUNK_MAX);
            for (place, has_points) in places {
                self.untold.from = place.successor();
                // those that never expire come last
                if place.order == ItemPosition::LAST.order {
                    self.untold.ended = true;
                    break;
                }
                if has_points {
                    self.untold.rows.push_back(place);
                }
            }
        }
        Ok(())
    }

    fn read_future<V: View>(&mut self, draft: &Draft<'_, V>) -> Result<(), Undecided> {
        while self.future.rows.is_empty() && !self.future.ended {
            let rows = draft.rows::<Future>(self.range(self.future.from), self.future.limit)?;
            self.future.ended = rows.len() < self.future.limit;
            self.future.limit = self.future.limit.saturating_mul(4).min(CHUNK_MAX);
            for (key, _) in rows {
                self.future.from = key.position.successor();
                self.future.rows.push_back((instant::<Future>(&key)?, key));
            }
        }
        Ok(())
    }
}

/// The walk of the account passes over an item that is used up.
fn pass<V: View>(draft: &mut Draft<'_, V>, owner: At<Member>, point_type: PointTypeId, position: ItemPosition) {
    let account = draft.effects.members[owner].account_mut(point_type);
    account.walk_to(account.first_open.max(position.successor()));
}

/// The instant in the key of a row that is in the order of time.
fn instant<T: RowTable<Key = ItemKey>>(key: &ItemKey) -> Result<Timestamp, Fault> {
    let damaged = || Fault::corrupt(format!("table {}: key {:02x?}", T::ID.name(), key.to_bytes()));
    Timestamp::from_order(key.position.order).ok_or_else(damaged)
}
