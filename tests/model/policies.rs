//! The model's policies: points of members who do nothing expire, and points that expire go on into another type.

use super::calendar;
use super::member::{Handle, Item, Member};
use super::rules::Rules;
use accruedb::domain::*;

/// What is known of an account whose points expire when its member does nothing.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    last: Timestamp,
    /// When points under a version of the type are looked at.
    pub(super) due: Vec<(u32, Timestamp)>,
}

/// So many hundredths of an amount, rounded down; of less than nothing, nothing.
pub(super) fn percent(percent: Rate, amount: i64) -> i64 {
    let text = percent.to_string();
    let (n, d) = text.split_once('/').unwrap_or((&text, "1"));
    let (n, d): (i128, i128) = (n.parse().unwrap(), d.parse().unwrap());
    i64::try_from(i128::from(amount.max(0)) * n / (d * 100)).unwrap()
}

/// When points are looked at next of a member whose last activity was at `last`.
fn next_look(inactivity: &Inactivity, last: Timestamp, now: Timestamp, zone: &Zone) -> Option<Timestamp> {
    let Inactivity::Expires { period, evaluated, since, .. } = inactivity else { return None };
    let over = calendar::after(*period, last, zone)?.max(now);
    match evaluated {
        Some(evaluated) => calendar::evaluation(*evaluated, over, since.unwrap_or(last), zone),
        None => Some(over),
    }
}

fn is_kept_by(inactivity: &Inactivity, done: Activity) -> bool {
    match inactivity {
        Inactivity::Ignored => false,
        Inactivity::Expires { activity, .. } => match activity {
            Some(kinds) => kinds.contains(&done),
            None => [Activity::Accrue, Activity::Redeem].contains(&done),
        },
    }
}

impl Member {
    /// Points are left in an item: sees to it that they are looked at.
    pub(super) fn watch(&mut self, item: Handle, at: Timestamp, rules: &Rules) {
        let Item { point_type, policy, waits, .. } = self.items[&item];
        if policy == 0 || waits || self.items[&item].remaining() == 0 {
            return;
        }
        let inactivity = &rules.version(point_type, policy).inactivity;
        let known = self.watches.get(&point_type);
        let has_due = known.is_some_and(|watch| watch.due.iter().any(|(of, _)| *of == policy));
        if has_due || **inactivity == Inactivity::Ignored {
            return;
        }
        let watch = self.watches.entry(point_type).or_insert(Watch { last: at, due: Vec::new() });
        if let Some(next) = next_look(inactivity, watch.last.max(at), at, &rules.zone()) {
            watch.due.push((policy, next));
        }
    }

    /// The member has done something, at the time of its transaction.
    pub(super) fn acts(&mut self, done: Activity, (at, now): (Timestamp, Timestamp), rules: &Rules) {
        for (point_type, watch) in &mut self.watches {
            for (policy, due) in &mut watch.due {
                let inactivity = &rules.version(*point_type, *policy).inactivity;
                if is_kept_by(inactivity, done) {
                    watch.last = watch.last.max(at.min(now));
                    *due = next_look(inactivity, watch.last, now, &rules.zone()).unwrap_or(*due);
                }
            }
        }
    }

    /// The member has done nothing for long: a part of the points under a policy is gone.
    pub(super) fn evaluate(&mut self, (point_type, policy): (PointTypeId, u32), at: Timestamp, rules: &Rules) {
        let spec = rules.version(point_type, policy);
        let mut items = self.in_order(&[point_type], spec.order);
        items.retain(|item| self.items[item].policy == policy);
        let total: i64 = items.iter().map(|item| self.items[item].sum(PointState::Matured)).sum();
        let (part, repeats) = match &*spec.inactivity {
            Inactivity::Expires { percent: share, evaluated, .. } => {
                (share.map_or(total, |share| percent(share, total).min(total)), evaluated.is_some())
            }
            Inactivity::Ignored => unreachable!("it is never looked at"),
        };
        let mut left = part;
        for item in items {
            let points = left.min(self.items[&item].sum(PointState::Matured));
            self.shift(item, PointState::Matured, PointState::Expired, points);
            left -= points;
        }
        let goes_on = repeats && part > 0 && part < total;
        let watch = self.watches.get_mut(&point_type).unwrap();
        match next_look(&spec.inactivity, watch.last, at, &rules.zone()).filter(|_| goes_on) {
            Some(next) => watch.due.iter_mut().filter(|(of, _)| *of == policy).for_each(|due| due.1 = next),
            None => watch.due.retain(|(of, _)| *of != policy),
        }
    }

    /// Points of an item that expires go on into another type, as far as there is room.
    pub(super) fn roll_over(&mut self, item: Handle, at: Timestamp, rules: &Rules, place: u16) {
        let before = self.items[&item].clone();
        if before.policy == 0 {
            return;
        }
        let Some(target) = rules.version(before.point_type, before.policy).rollover else { return };
        let (number, kind) = rules.in_force(target, at);
        let points = before.sum(PointState::Matured);
        let room = match kind.spec.maximum {
            _ if kind.inactive => 0,
            Maximum::Unlimited => points,
            Maximum::Reject(Points(maximum)) | Maximum::Clip(Points(maximum)) => self.room(target, maximum),
        };
        let granted: i64 = self.of(target).map(|item| item.granted).sum();
        let moved = points.min(room).min(i64::MAX - granted);
        if moved == 0 {
            return;
        }
        self.shift(item, PointState::Matured, PointState::RolledOver, moved);
        let Item { source, partner, subtype, issued_at, .. } = before;
        let until = rules.expiry(kind.spec.expiry, at).unwrap_or(None);
        let new = Item { until, source, partner, subtype, issued_at, ..Item::new(target, at, at) };
        let new = Item { origin: Some(item), policy: rules.pin_of(target, (number, kind)), ..new };
        let new = self.grant(new, moved, place).expect("there is room");
        self.repay(new, moved);
        self.watch(new, at, rules);
        self.item_mut(item).rolled.push((new, moved));
    }
}
