//! The model's members: items in a plain list, searched from end to end.

use accruedb::domain::*;
use std::collections::BTreeMap;

/// One award, as it was given.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) item: usize,
    pub(super) point_type: PointTypeId,
    pub(super) points: i64,
    pub(super) cancelled: i64,
    pub(super) debits: Vec<(BlockId, i64)>,
}

#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) point_type: PointTypeId,
    pub(crate) granted: i64,
    pub(crate) left: i64,
    pub(super) redeemed: i64,
    pub(super) repaid: i64,
    pub(super) claimed: i64,
    pub(super) absorbed: i64,
    pub(crate) from: Timestamp,
    pub(crate) until: Option<Timestamp>,
    pub(crate) source: Option<SourceId>,
    pub(crate) partner: Option<PartnerId>,
    pub(crate) waits: bool,
    /// The engine's name for it, known when its entry has a number.
    pub(crate) id: Option<ItemId>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Member {
    pub(crate) enrolled_at: Option<Timestamp>,
    pub(crate) items: Vec<Item>,
    pub(super) debt: BTreeMap<PointTypeId, i64>,
    pub(super) lifetime: BTreeMap<PointTypeId, i64>,
}

/// Orders expiries: what never expires comes after the last instant.
pub(super) fn never_last(until: Option<Timestamp>) -> (bool, Option<Timestamp>) {
    (until.is_none(), until)
}

impl Member {
    pub(super) fn of(&self, point_type: PointTypeId) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.point_type == point_type)
    }

    pub(super) fn available(&self, point_type: PointTypeId) -> i64 {
        self.of(point_type).filter(|item| !item.waits).map(|item| item.left).sum()
    }

    pub(super) fn grant(
        &mut self,
        award: &Award,
        partner: Option<PartnerId>,
        from: Timestamp,
        until: Option<Timestamp>,
        waits: bool,
    ) -> usize {
        let (point_type, granted, source) = (award.point_type, award.points.0, award.source);
        *self.lifetime.entry(point_type).or_default() += granted;
        self.items.push(Item {
            point_type,
            granted,
            left: granted,
            redeemed: 0,
            repaid: 0,
            claimed: 0,
            absorbed: 0,
            from,
            until,
            source,
            partner,
            waits,
            id: None,
        });
        let at = self.items.len() - 1;
        if !waits {
            self.repay(at);
        }
        at
    }

    /// Points that came free go into the debt first.
    pub(super) fn repay(&mut self, at: usize) {
        let item = &mut self.items[at];
        let debt = self.debt.entry(item.point_type).or_default();
        let repaid = item.left.min(*debt);
        *debt -= repaid;
        item.left -= repaid;
        item.repaid += repaid;
    }

    pub(super) fn settle(&mut self, now: Timestamp) {
        let instant = |item: &Item| item.until.map_or(item.from, |until| until.min(item.from));
        let mut ripe: Vec<(Timestamp, usize)> = self
            .items
            .iter()
            .enumerate()
            .filter(|(_, item)| item.waits && instant(item) <= now)
            .map(|(at, item)| (instant(item), at))
            .collect();
        ripe.sort_unstable();
        for (_, at) in ripe {
            self.items[at].waits = false;
            if self.items[at].until.is_some_and(|until| until <= self.items[at].from) {
                self.items[at].left = 0;
            } else {
                self.repay(at);
            }
        }
        for item in self.items.iter_mut().filter(|item| !item.waits && item.until.is_some_and(|until| until <= now)) {
            item.left = 0;
        }
    }

    /// Takes points in the order of use: which items, how much of each.
    pub(super) fn take(&mut self, kind: &CreatePointType, mut points: i64) -> Vec<(usize, i64)> {
        let mut order: Vec<usize> = (0..self.items.len()).collect();
        order.retain(|at| !self.items[*at].waits && self.items[*at].point_type == kind.point_type);
        if kind.order == UseOrder::EarliestExpiry {
            order.sort_by_key(|at| never_last(self.items[*at].until));
        }
        let mut parts = Vec::new();
        for at in order {
            let part = points.min(self.items[at].left);
            self.items[at].left -= part;
            points -= part;
            if part > 0 {
                parts.push((at, part));
            }
        }
        parts
    }

    /// Gives points of a redemption back to its items, the last first.
    pub(super) fn give_back(&mut self, parts: &mut Vec<(usize, i64)>, mut points: i64, now: Timestamp) {
        while points > 0 {
            let (at, taken) = parts.last_mut().unwrap();
            let (at, part) = (*at, points.min(*taken));
            *taken -= part;
            points -= part;
            if *taken == 0 {
                parts.pop();
            }
            let item = &mut self.items[at];
            let to_host = part.min(item.absorbed);
            item.redeemed -= part;
            item.absorbed -= to_host;
            item.claimed -= to_host;
            if item.until.is_none_or(|until| now < until) {
                // what the item held before stays in it: only what comes back repays
                let held = std::mem::replace(&mut item.left, part - to_host);
                self.repay(at);
                self.items[at].left += held;
            } else {
                // what was claimed because these points were spent is not owed any more
                let debt = self.debt.entry(item.point_type).or_default();
                let fallen = (part - to_host).min(item.claimed - item.repaid).max(0).min(*debt);
                item.repaid += fallen;
                *debt -= fallen;
            }
        }
    }

    /// Takes the points of awards back: from what is left of their items; what was spent of them, from the others,
    /// then as debt, or it is absorbed.
    pub(super) fn take_back(
        &mut self,
        parts: &[(usize, i64)],
        awards: &[Given],
        types: &BTreeMap<PointTypeId, CreatePointType>,
    ) {
        let mut claims = Vec::new();
        for (place, points) in parts {
            let award = &awards[*place];
            *self.lifetime.get_mut(&award.point_type).unwrap() -= points;
            let item = &mut self.items[award.item];
            let left = item.left.min(*points);
            item.left -= left;
            let claim = (points - left).min(item.redeemed + item.repaid - item.claimed).max(0);
            item.claimed += claim;
            claims.push((award.item, award.point_type, claim));
        }
        for (at, point_type, claim) in claims {
            let settled = claim.min(self.available(point_type));
            let kind = &types[&point_type];
            for (other, points) in self.take(kind, settled) {
                self.items[other].repaid += points;
            }
            if kind.negative_balance == NegativeBalance::Allowed {
                *self.debt.entry(point_type).or_default() += claim - settled;
            } else {
                self.items[at].absorbed += claim - settled;
            }
        }
    }
}
