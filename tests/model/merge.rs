//! The model's merges: items go over to another member, and what is left of them goes back.

use super::ledger::{Effect, Model, Transaction};
use super::member::{Handle, News};
use accruedb::domain::*;
use std::collections::BTreeSet;

impl Model {
    pub(super) fn merge(&mut self, body: &MergeMembers) -> Effect {
        let (owner, other) = (self.known(body.member)?, self.known(body.other)?);
        if self.members[&other].is_household {
            return Err(Rejection::IsAHousehold);
        }
        if owner == other {
            return Err(Rejection::SameMember);
        }
        self.linked.extend([owner, other]);
        let now = self.now;
        let mut all = Vec::new();
        for point_type in self.members[&other].types.clone() {
            let granted = |id| self.members[&id].of(point_type).map(|item| i128::from(item.granted)).sum::<i128>();
            if granted(owner) + granted(other) > i128::from(i64::MAX) {
                return Err(Rejection::Overflow);
            }
            let items = self.carry(other, owner, |of| of == point_type);
            let from = self.member_mut(other);
            let lifetime = from.lifetime.remove(&point_type).unwrap_or_default();
            let claims: Vec<_> = from.claims.extract_if(.., |claim| claim.is_of(point_type)).collect();
            let Model { members, rules, .. } = self;
            let of = members.get_mut(&owner).unwrap();
            of.types.insert(point_type);
            let debt = of.debt(point_type);
            of.claims.extend(claims);
            *of.lifetime.entry(point_type).or_default() += lifetime;
            let owned: i64 = items.iter().map(|item| of.items[item].owned()).sum();
            let points = owned - (of.debt(point_type) - debt);
            of.log.news.push(News::Merged { other, point_type, points });
            of.settle_all(point_type, (now, rules));
            self.tell(owner, point_type);
            self.tell(other, point_type);
            all.extend(items);
        }
        if let Some(belongs) = self.member_mut(other).household.take() {
            self.leave_behind(belongs);
        }
        let from = self.member_mut(other);
        let (holds, counted) = (std::mem::take(&mut from.holds), std::mem::take(&mut from.counted));
        from.types.clear();
        from.watches.clear();
        from.tier = None;
        from.merged_into = Some(owner);
        let Model { members, rules, .. } = self;
        let of = members.get_mut(&owner).unwrap();
        of.holds.extend(holds);
        for (key, points) in counted {
            of.count(key, points, now, rules);
        }
        of.promote(now, rules);
        self.merges.insert((owner, other), all);
        self.trade.merge_participants(owner, other);
        self.were_merged.insert(other);
        Ok(Transaction::Other)
    }

    /// Items go over from one to another.
    fn carry(&mut self, from: MemberId, to: MemberId, which: impl Fn(PointTypeId) -> bool) -> Vec<Handle> {
        let items = self.members[&from].items.iter().filter(|(_, item)| which(item.point_type));
        let items: Vec<Handle> = items.map(|(handle, _)| *handle).collect();
        items.iter().for_each(|item| self.carry_one(*item, from, to));
        items
    }

    fn carry_one(&mut self, handle: Handle, from: MemberId, to: MemberId) {
        let (now, item) = (self.now, self.member_mut(from).items.remove(&handle).expect("it is there"));
        let Model { members, rules, .. } = self;
        let of = members.get_mut(&to).unwrap();
        of.types.insert(item.point_type);
        of.items.insert(handle, item);
        of.watch(handle, now, rules);
    }

    pub(super) fn unmerge(&mut self, body: &UnmergeMembers) -> Effect {
        let owner = self.known(body.member)?;
        let other = body.other;
        if !self.members.contains_key(&other) {
            return Err(Rejection::MemberUnknown);
        }
        let items = self.merges.get(&(owner, other)).cloned().ok_or(Rejection::NotMerged)?;
        for item in &items {
            let (of, item) = (&self.members[&owner], self.item(*item));
            let owes = of.debt(item.point_type) > 0 || of.absorbed(item.point_type) > 0;
            let is_claimed = of.claims.iter().any(|claim| claim.is_of(item.point_type));
            if owes || is_claimed || item.sum(PointState::Held) > 0 {
                return Err(Rejection::MergeEntangled);
            }
        }
        self.linked.extend([owner, other]);
        self.merges.remove(&(owner, other));
        self.member_mut(other).merged_into = None;
        let types: BTreeSet<PointTypeId> = items.iter().map(|item| self.item(*item).point_type).collect();
        for point_type in &types {
            let mut points = 0;
            for handle in &items {
                let item = self.item(*handle).clone();
                if item.point_type != *point_type {
                    continue;
                }
                let from = self.owner(*handle);
                self.carry_one(*handle, from, other);
                points += item.owned();
                if item.origin.is_none() {
                    let gone = item.sum(PointState::Cancelled) + item.claimed;
                    let lifetime = (item.granted - gone).max(0);
                    *self.member_mut(owner).lifetime.entry(*point_type).or_default() -= lifetime;
                    *self.member_mut(other).lifetime.entry(*point_type).or_default() += lifetime;
                }
            }
            let news = News::Merged { other: owner, point_type: *point_type, points };
            self.member_mut(other).log.news.push(news);
        }
        for point_type in types {
            self.tell(owner, point_type);
            self.tell(other, point_type);
        }
        Ok(Transaction::Other)
    }
}
