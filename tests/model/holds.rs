//! The model's holds: points set aside, from exact items.

use super::member::{Handle, Member};
use super::rules::Rules;
use accruedb::domain::*;
use std::collections::BTreeSet;

#[derive(Debug, Clone)]
struct Part {
    item: Handle,
    points: i64,
    /// Whether they expire with their item, though they are held.
    expires: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Hold {
    /// Points of items that are still held, in the order in which they are captured.
    parts: Vec<Part>,
    until: Option<Timestamp>,
}

impl Hold {
    pub(super) fn held(&self) -> i64 {
        self.parts.iter().map(|part| part.points).sum()
    }

    fn take(&mut self, mut points: i64) -> Vec<(Handle, i64)> {
        let mut taken = Vec::new();
        for part in &mut self.parts {
            let some = points.min(part.points);
            part.points -= some;
            points -= some;
            if some > 0 {
                taken.push((part.item, some));
            }
        }
        self.parts.retain(|part| part.points > 0);
        taken
    }

    /// When it is looked at next: it times out, or an item of it expires.
    pub(super) fn next(&self, member: &Member) -> Option<Timestamp> {
        let expiring = self.parts.iter().filter(|part| part.expires);
        let expiring = expiring.filter_map(|part| member.items[&part.item].until);
        self.until.filter(|_| !self.parts.is_empty()).into_iter().chain(expiring).min()
    }
}

impl Member {
    pub(super) fn hold(
        &mut self,
        request: RequestId,
        (types, points): (&[PointTypeId], i64),
        until: Option<Timestamp>,
        rules: &Rules,
    ) {
        let order = rules.kind(types[0]).expect("it is there").spec.order;
        let parts = self.take_of(types, order, points, PointState::Held);
        let expires = |item: Handle| {
            let kind = rules.kind(self.items[&item].point_type).expect("it is there");
            kind.spec.held_expiry == HeldExpiry::Expire
        };
        let parts = parts.into_iter().map(|(item, points)| Part { item, points, expires: expires(item) }).collect();
        self.holds.insert(request, Hold { parts, until });
    }

    /// How many points are wanted of a hold.
    pub(super) fn wanted(&self, hold: RequestId, points: Option<Points>) -> Result<i64, Rejection> {
        let left = self.holds[&hold].held();
        let wanted = points.map_or(left, |points| points.0);
        if wanted == 0 || wanted > left { Err(Rejection::HoldExceeds { left: Points(left) }) } else { Ok(wanted) }
    }

    /// The types of what is still held.
    pub(super) fn held_types(&self, hold: RequestId) -> BTreeSet<PointTypeId> {
        self.holds[&hold].parts.iter().map(|part| self.items[&part.item].point_type).collect()
    }

    /// Captures held points. Returns the parts, as a redemption would.
    pub(super) fn capture(
        &mut self,
        hold: RequestId,
        points: i64,
        (now, rules): (Timestamp, &Rules),
    ) -> Vec<(Handle, i64)> {
        let parts = self.holds.get_mut(&hold).unwrap().take(points);
        for (item, points) in &parts {
            self.shift(*item, PointState::Held, PointState::Redeemed, *points);
            self.watch(*item, now, rules);
        }
        parts
    }

    /// Held points come back to their items.
    pub(super) fn release(&mut self, hold: RequestId, points: i64, (now, rules): (Timestamp, &Rules)) {
        for (item, points) in self.holds.get_mut(&hold).unwrap().take(points) {
            self.come_back(item, PointState::Held, points, (now, rules));
        }
    }

    /// A hold is over and gives everything back; or what has expired of it expires, if the type says so.
    pub(super) fn look_at_hold(&mut self, hold: RequestId, at: Timestamp, rules: &Rules) {
        if self.holds[&hold].until.is_some_and(|until| until <= at) {
            let left = self.holds[&hold].held();
            return self.release(hold, left, (at, rules));
        }
        for place in 0..self.holds[&hold].parts.len() {
            let Part { item, points, expires } = self.holds[&hold].parts[place];
            if !expires || !self.is_over(item, at) {
                continue;
            }
            let part = &mut self.holds.get_mut(&hold).unwrap().parts[place];
            part.expires = false;
            let (_, kind) = rules.in_force(self.items[&item].point_type, at);
            if kind.spec.held_expiry == HeldExpiry::Expire {
                part.points = 0;
                self.shift(item, PointState::Held, PointState::Expired, points);
                self.watch(item, at, rules);
            }
        }
        self.holds.get_mut(&hold).unwrap().parts.retain(|part| part.points > 0);
    }
}
