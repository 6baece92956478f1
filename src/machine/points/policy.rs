//! What a point type's policy does to items: points of members who do nothing expire, and points that expire go on into
//! another type. An item is under the version of its type under which it was granted.

use super::ledger::{Movement, Open, add};
use crate::domain::tables::{Forwards, Items};
use crate::domain::{
    AccountKey, AccountMore, Activity, Fault, ForwardKey, Inactivity, Item, ItemId, ItemKey, ItemMore, ItemPosition,
    Leg, Maximum, Member, PointState, PointType, Points, PolicyDue, Rejection, Rolled, Sequence, TypeStatus,
    percent_of,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::view::{Undecided, View};

/// Items that are read in one go.
const CHUNK: usize = 256;

/// An item that matters to a cancellation, and how many of its spent points are to be claimed.
pub(in crate::machine) type SpentPart = (ItemKey, Points);

impl<'a, V: View> Draft<'a, V> {
    /// What an item of an account remembers of its type, where that has a policy.
    pub(in crate::machine) fn pin(&self, account: &AccountKey) -> Option<ItemMore> {
        let versions = self.program().ok()?.point_types.get(&account.point_type)?;
        versions.current().has_policy().then(|| ItemMore { policy: versions.number(), ..ItemMore::default() })
    }

    fn policy(&self, account: &AccountKey, version: u32) -> Result<&'a PointType, Fault> {
        let versions = self.program().ok().and_then(|program| program.point_types.get(&account.point_type));
        let known = versions.and_then(|versions| versions.version(version));
        let what = || format!("point type {} has no version {version}", account.point_type);
        known.ok_or_else(|| Fault::broken(account.owner().lock(), what()))
    }

    /// Makes sure that points of an item are looked at when its member has done nothing for long.
    pub(in crate::machine) fn watch(&mut self, open: &Open) -> Result<(), Undecided> {
        let (policy, key, at) = (open.item.policy(), open.key.account, self.at);
        if policy == 0 {
            return Ok(());
        }
        let inactivity = &self.policy(&key, policy)?.inactivity;
        let zone = &self.settings()?.zone;
        let member = &mut self.effects.members[open.owner];
        let account = member.account_mut(key.point_type);
        if *inactivity == Inactivity::Ignored
            || account.more.as_ref().is_some_and(|more| more.due.iter().any(|due| due.policy == policy))
        {
            return Ok(());
        }
        let more = account.more.get_or_insert_with(|| Box::new(AccountMore { last_activity: at, due: Vec::new() }));
        if let Some(next) = inactivity.next_after(more.last_activity.max(at), at, zone) {
            more.due.push(PolicyDue { policy, at: next });
            member.due_by(next);
        }
        Ok(())
    }

    /// The member has done something: points whose policy counts it live on (rules E85, E86).
    pub(in crate::machine) fn note_activity(&mut self, owner: At<Member>, done: Activity) -> Result<(), Undecided> {
        for place in 0..self.effects.members[owner].accounts.len() {
            let accounts = &self.effects.members[owner].accounts;
            let Some(account) = accounts.get(place).filter(|account| account.more.is_some()) else { continue };
            let key = self.effects.members.key(owner).account(account.point_type);
            self.keep_alive(owner, &key, done)?;
        }
        Ok(())
    }

    fn keep_alive(&mut self, owner: At<Member>, key: &AccountKey, done: Activity) -> Result<(), Undecided> {
        let (when, now) = (self.transaction_at.min(self.now), self.now);
        let zone = &self.settings()?.zone;
        let account = self.effects.members[owner].account_mut(key.point_type);
        let Some(mut more) = account.more.take() else { return Ok(()) };
        let mut next = None;
        for due in &mut more.due {
            let inactivity = &self.policy(key, due.policy)?.inactivity;
            if inactivity.is_kept_by(done) {
                more.last_activity = more.last_activity.max(when);
                due.at = inactivity.next_after(more.last_activity, now, zone).unwrap_or(due.at);
                next = next.into_iter().chain([due.at]).min();
            }
        }
        let member = &mut self.effects.members[owner];
        member.account_mut(key.point_type).more = Some(more);
        next.into_iter().for_each(|at| member.due_by(at));
        Ok(())
    }

    /// Points of a member who did nothing for long expire: a part of all that are under one policy, from the items next
    /// in order (rules E82, E84).
    pub(in crate::machine) fn evaluate(
        &mut self,
        owner: At<Member>,
        key: AccountKey,
        policy: u32,
    ) -> Result<(), Undecided> {
        let inactivity = &self.policy(&key, policy)?.inactivity;
        let items = self.open_items(owner, key, policy)?;
        let mut total = Points::ZERO;
        for (_, item) in &items {
            add(&mut total, item.sums.get(PointState::Matured))?;
        }
        let part = match inactivity {
            Inactivity::Expires { percent: Some(percent), .. } => fits(percent_of(*percent, total))?.min(total),
            Inactivity::Expires { percent: None, .. } => total,
            Inactivity::Ignored => Points::ZERO,
        };
        let mut left = part;
        for (key, item) in items {
            let points = left.min(item.sums.get(PointState::Matured));
            if points.is_positive() {
                let (from, to, at) = (PointState::Matured, PointState::Expired, self.at);
                let mut open = Open { owner, key, waits: false, item };
                self.shift(&mut open, Movement { from, to, points, at })?;
                self.put::<Items>(key, Some(open.item));
                left = Points(left.0.saturating_sub(points.0));
            }
        }
        self.evaluate_again(owner, (key, policy), part.is_positive() && part < total)
    }

    /// Sets when points under a policy are looked at next; never where nothing changes any more.
    fn evaluate_again(
        &mut self,
        owner: At<Member>,
        (key, policy): (AccountKey, u32),
        again: bool,
    ) -> Result<(), Undecided> {
        let inactivity = &self.policy(&key, policy)?.inactivity;
        let (zone, at) = (&self.settings()?.zone, self.at);
        let Some(more) = &mut self.effects.members[owner].account_mut(key.point_type).more else { return Ok(()) };
        let is_repeated = matches!(inactivity, Inactivity::Expires { evaluated: Some(_), .. });
        let next = inactivity.next_after(more.last_activity, at, zone).filter(|_| again && is_repeated);
        match next {
            Some(next) => more.due.iter_mut().filter(|due| due.policy == policy).for_each(|due| due.at = next),
            None => more.due.retain(|due| due.policy != policy),
        }
        Ok(())
    }

    /// The items of an account that are under a policy and have points left, in the order of use.
    fn open_items(
        &self,
        owner: At<Member>,
        account: AccountKey,
        policy: u32,
    ) -> Result<Vec<(ItemKey, Item)>, Undecided> {
        let first = self.effects.members[owner].account(account.point_type).map(|booked| booked.first_open);
        let mut from = first.unwrap_or(ItemPosition::LAST);
        let mut found = Vec::new();
        loop {
            let range = ItemKey { account, position: from }..ItemKey { account, position: ItemPosition::LAST };
            let page = self.items(range, CHUNK)?;
            let next = page.last().map(|(key, _)| key.position.successor()).filter(|_| page.len() >= CHUNK);
            let is_under = |item: &Item| item.policy() == policy && item.sums.get(PointState::Matured).is_positive();
            found.extend(page.into_iter().filter(|(_, item)| is_under(item)));
            match next {
                Some(next) => from = next,
                None => return Ok(found),
            }
        }
    }

    /// Points that expire go on into another type, if their policy says so and there is room (rules E77 to E81). Returns
    /// those that do not.
    pub(in crate::machine) fn roll_over(&mut self, open: &mut Open, points: Points) -> Result<Points, Undecided> {
        let (owner, from) = (open.owner, open.key.account);
        if open.item.policy() == 0 || !points.is_positive() {
            return Ok(points);
        }
        let Some(target) = self.policy(&from, open.item.policy())?.rollover else { return Ok(points) };
        let account = from.owner().account(target);
        let versions = self.program()?.point_types.get(&target);
        let (policy, kind) =
            versions.ok_or(Rejection::PointTypeUnknown { point_type: target })?.in_force(self.at, |kind| kind.since);
        let room = match kind.maximum {
            _ if kind.status == TypeStatus::Inactive => Points::ZERO,
            Maximum::Unlimited => points,
            Maximum::Reject(maximum) | Maximum::Clip(maximum) => self.room_below(owner, target, maximum)?,
        };
        // an account counts all that it was ever granted
        let booked = self.effects.members[owner].account(target);
        let countable = Points(i64::MAX.saturating_sub(booked.map_or(0, |account| account.granted.0)));
        let moved = points.min(room).min(countable);
        if !moved.is_positive() {
            return Ok(points);
        }
        let at = self.at;
        self.shift(open, Movement { from: PointState::Matured, to: PointState::RolledOver, points: moved, at })?;
        // an instant past the year 9999 is never
        let expires_at = kind.expiry.resolve(at, &self.settings()?.zone).flatten();
        let Item { source, partner, subtype, .. } = open.item;
        let (issued_at, origin) = (Some(open.item.issued_at()), Some(open.id()));
        let more = kind.has_policy().then(|| ItemMore { policy, ..ItemMore::default() });
        let item = Item { source, partner, subtype, issued_at, origin, more, ..Item::new(at, expires_at) };
        let position = ItemPosition::new(kind.order, expires_at, self.new_item());
        let mut rolled = Open { owner, key: ItemKey { account, position }, waits: false, item };
        self.grant(&mut rolled, moved)?;
        if kind.class.is_redeemable() {
            self.settle_debt(&mut rolled, moved)?;
        }
        self.put_item(&rolled)?;
        let key = ForwardKey { account: from, item: open.id() };
        let mut forward = self.row::<Forwards>(&key)?.unwrap_or_default();
        forward.rolled.push(Rolled { member: from.member, point_type: target, position, points: moved });
        self.put::<Forwards>(key, Some(forward));
        Ok(Points(points.0.saturating_sub(moved.0)))
    }

    /// The id of one more item of this command.
    pub(in crate::machine) fn new_item(&self) -> ItemId {
        let own =
            self.effects.legs.iter().filter_map(Leg::granted).filter(|granted| granted.item.sequence == Sequence::OWN);
        let place = own.map(|granted| granted.item.place.saturating_add(1)).max().unwrap_or(0);
        ItemId { sequence: Sequence::OWN, place }
    }

    /// Takes points of a cancelled accrual back where they went on to. Returns what was spent, item by item: it has to
    /// be claimed.
    pub(super) fn follow(&mut self, open: &mut Open, points: Points) -> Result<Vec<SpentPart>, Undecided> {
        let key = ForwardKey { account: open.key.account, item: open.id() };
        let mut spent = Vec::new();
        let mut left = points;
        if left.is_positive() && open.item.sums.get(PointState::RolledOver).is_positive() {
            let mut forward = self.row::<Forwards>(&key)?.unwrap_or_default();
            let mut parts = Vec::new();
            for rolled in forward.rolled.iter_mut().rev() {
                let points = left.min(rolled.points);
                let still = rolled.points;
                rolled.points = Points(rolled.points.0.saturating_sub(points.0));
                left = Points(left.0.saturating_sub(points.0));
                parts.push((Rolled { points, ..*rolled }, still));
            }
            self.put::<Forwards>(key, Some(forward));
            for (Rolled { member, point_type, position, points }, still) in parts {
                add(&mut open.item.claimed, points)?;
                let owner = self.known_member(member)?;
                self.link_member(owner);
                let account = self.effects.members.key(owner).account(point_type);
                let mut rolled = self.named_item(owner, account, position)?;
                // all of the item came from there: what is not still to be taken was taken before
                let before = fits(rolled.item.granted.minus(still))?;
                spent.extend(self.take_back(&mut rolled, before, points)?);
            }
            self.put_item(open)?;
        }
        if left.is_positive() {
            spent.push((open.key, left));
        }
        Ok(spent)
    }
}
