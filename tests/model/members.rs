//! What is done to members by hand: adjusted, blocked and closed, items extended and reinstated.

use super::ledger::{Effect, Model, Transaction};
use super::member::{Handle, Item, News};
use accruedb::domain::*;
use std::collections::BTreeSet;

impl Model {
    pub(super) fn adjust(&mut self, body: &AdjustPoints, at: Timestamp) -> Effect {
        let (point_type, now) = (body.point_type, self.now);
        let kind = self.rules.usable(point_type)?.clone();
        let subtype = self.rules.subtype(body.subtype)?;
        let member = self.known(body.member)?;
        self.check_earns(member)?;
        if body.points.0 > 0 {
            let until = self.rules.expiry(body.expires.unwrap_or(kind.spec.expiry), at)?;
            if let Some(expires_at) = until.filter(|until| *until <= now) {
                return Err(Rejection::ExpiryOver { expires_at });
            }
            let policy = self.rules.pin(point_type);
            let Model { members, rules, .. } = self;
            let of = members.get_mut(&member).unwrap();
            let points = of.fit(point_type, (0, body.points.0), rules)?;
            if points > 0 {
                let item = Item { until, subtype, policy, ..Item::new(point_type, now, now) };
                let item = of.grant(Item { adjusted: true, ..item }, points, 0).ok_or(Rejection::Overflow)?;
                *of.lifetime.entry(point_type).or_default() += points;
                of.repay(item, points);
                of.watch(item, now, rules);
            }
        } else {
            let points = -body.points.0;
            let Model { members, rules, .. } = self;
            let of = members.get_mut(&member).unwrap();
            of.check_available(point_type, points, rules)?;
            of.take(&kind.spec, points, PointState::Adjusted);
        }
        self.linked.insert(member);
        self.acts(member, Activity::Adjust, at);
        self.tell(member, point_type);
        Ok(Transaction::Other)
    }

    pub(super) fn set_status(&mut self, body: &SetMemberStatus) -> Effect {
        let member = self.known(body.member)?;
        self.linked.insert(member);
        let keeps = self.rules.program.as_ref().unwrap().on_closing == OnClosing::Keep;
        let of = self.member_mut(member);
        of.status = body.status;
        if body.status != MemberStatus::Closed || keeps {
            return Ok(Transaction::Other);
        }
        let items: Vec<Handle> = of.items.keys().copied().collect();
        for item in items {
            let from = if of.items[&item].waits { PointState::Future } else { PointState::Matured };
            of.item_mut(item).waits = false;
            let left = of.items[&item].sum(from);
            of.shift(item, from, PointState::Expired, left);
        }
        let types = of.types.clone();
        types.into_iter().for_each(|point_type| self.tell(member, point_type));
        Ok(Transaction::Other)
    }

    /// Items of a member that are named, and do not wait.
    fn named(&self, member: MemberId, items: &[ItemId]) -> Result<Vec<Handle>, Rejection> {
        let find = |id: &ItemId| {
            let known = self.members[&member].items.iter().find(|(_, item)| item.id == Some(*id) && !item.waits);
            let unknown = Rejection::ItemUnknown { sequence: id.sequence, place: id.place };
            known.map(|(handle, _)| *handle).ok_or(unknown)
        };
        items.iter().map(find).collect()
    }

    pub(super) fn extend(&mut self, body: &ExtendItems) -> Effect {
        let member = self.known(body.member)?;
        let items = self.named(member, &body.items)?;
        for (id, item) in body.items.iter().zip(&items) {
            if self.item(*item).remaining() == 0 {
                return Err(Rejection::ItemClosed { sequence: id.sequence, place: id.place });
            }
        }
        let until = self.later(body.expires)?;
        items.iter().for_each(|item| self.expires_at(member, *item, until));
        self.extended(member, &items)
    }

    pub(super) fn reinstate(&mut self, body: &ReinstateItems) -> Effect {
        let (member, now) = (self.known(body.member)?, self.now);
        let items = self.named(member, &body.items)?;
        for (id, item) in body.items.iter().zip(&items) {
            if self.item(*item).sum(PointState::Expired) == 0 {
                return Err(Rejection::ItemNotExpired { sequence: id.sequence, place: id.place });
            }
        }
        let until = self.later(body.expires)?;
        for item in &items {
            let of = self.member_mut(member).item_mut(*item);
            of.from = of.from.min(now);
            self.expires_at(member, *item, until);
            let points = self.item(*item).sum(PointState::Expired);
            let Model { members, rules, .. } = self;
            members.get_mut(&member).unwrap().come_back(*item, PointState::Expired, points, (now, rules));
        }
        self.extended(member, &items)
    }

    /// When items expire from now on: a span counts from now.
    fn later(&self, expires: Expiry) -> Result<Option<Timestamp>, Rejection> {
        match self.rules.expiry(expires, self.now)? {
            Some(expires_at) if expires_at <= self.now => Err(Rejection::ExpiryOver { expires_at }),
            until => Ok(until),
        }
    }

    fn expires_at(&mut self, member: MemberId, item: Handle, until: Option<Timestamp>) {
        let now = self.now;
        let Model { members, rules, .. } = self;
        let of = members.get_mut(&member).unwrap();
        let before = std::mem::replace(&mut of.item_mut(item).until, until);
        let points = of.items[&item].remaining();
        of.watch(item, now, rules);
        of.log.news.push(News::Extended { item, points, before, expires_at: until });
    }

    fn extended(&mut self, member: MemberId, items: &[Handle]) -> Effect {
        self.linked.insert(member);
        let types: BTreeSet<PointTypeId> = items.iter().map(|item| self.item(*item).point_type).collect();
        types.into_iter().for_each(|point_type| self.tell(member, point_type));
        Ok(Transaction::Other)
    }
}
