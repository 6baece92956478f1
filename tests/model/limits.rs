//! The model's limits: how much an account may have, how much it may owe, whether a redemption may overdraw it.

use super::claims::Claim;
use super::member::{Member, News};
use super::policies::percent;
use super::rules::Rules;
use accruedb::domain::*;

/// How many points may be owed in all, where there were so many before.
pub(super) fn most_debt(spec: &CreatePointType, before: i64) -> i64 {
    if spec.negative_balance == NegativeBalance::Refused {
        return 0;
    }
    match *spec.negative_limit {
        NegativeLimit::Unlimited => i64::MAX,
        NegativeLimit::Absolute(points) => points.0,
        NegativeLimit::Percent(share) => percent(share, before),
        NegativeLimit::Max { points, percent: share } => percent(share, before).max(points.0),
        NegativeLimit::Min { points, percent: share } => percent(share, before).min(points.0),
    }
}

/// How many points are missing.
fn fits(short: i128) -> u64 {
    short.try_into().expect("it fits")
}

impl Member {
    /// How many more points an account may have.
    pub(super) fn room(&self, point_type: PointTypeId, maximum: i64) -> i64 {
        let owned: i64 = self.of(point_type).map(|item| item.owned()).sum();
        (i128::from(maximum) - i128::from(owned) + i128::from(self.debt(point_type))).max(0) as i64
    }

    fn most(&self, point_type: PointTypeId, rules: &Rules) -> Option<(i64, i64, bool)> {
        let (maximum, clips) = match rules.kind(point_type).ok()?.spec.maximum {
            Maximum::Unlimited => return None,
            Maximum::Reject(points) => (points, false),
            Maximum::Clip(points) => (points, true),
        };
        Some((maximum.0, self.room(point_type, maximum.0), clips))
    }

    /// How many of an award's points there is room for.
    pub(super) fn fit(
        &mut self,
        point_type: PointTypeId,
        (place, points): (u16, i64),
        rules: &Rules,
    ) -> Result<i64, Rejection> {
        match self.most(point_type, rules) {
            Some((_, room, true)) if points > room => {
                self.log.news.push(News::Clipped { point_type, place, points: points - room });
                Ok(room)
            }
            Some((..)) => self.check_room(point_type, points, rules).map(|()| points),
            None => Ok(points),
        }
    }

    pub(super) fn check_room(&self, point_type: PointTypeId, points: i64, rules: &Rules) -> Result<(), Rejection> {
        match self.most(point_type, rules) {
            Some((maximum, room, _)) if points > room => {
                Err(Rejection::MaximumBalance { point_type, maximum: Points(maximum), room: Points(room) })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn check_available(&self, point_type: PointTypeId, points: i64, rules: &Rules) -> Result<(), Rejection> {
        if !rules.kind(point_type)?.is_redeemable() {
            return Err(Rejection::NotRedeemable { point_type });
        }
        let available = self.available(point_type, rules);
        let short = i128::from(points) - i128::from(available);
        match short > 0 {
            true => Err(Rejection::InsufficientPoints { point_type, available: Points(available), short: fits(short) }),
            false => Ok(()),
        }
    }

    /// The same over several types. What is owed in one does not stand against another.
    pub(super) fn check_available_of(
        &self,
        types: &[PointTypeId],
        points: i64,
        rules: &Rules,
    ) -> Result<(), Rejection> {
        if let [point_type] = types {
            return self.check_available(*point_type, points, rules);
        }
        let each = types.iter().map(|point_type| i128::from(self.available(*point_type, rules).max(0)));
        let available: i128 = each.sum();
        let short = i128::from(points) - available;
        match short > 0 {
            true => Err(Rejection::InsufficientDefaults { available: Points(available as i64), short: fits(short) }),
            false => Ok(()),
        }
    }

    /// How much of a redemption overdraws the account.
    pub(super) fn overdrawn(&self, spec: &CreatePointType, points: i64, rules: &Rules) -> Result<i64, Rejection> {
        let point_type = spec.point_type;
        let limit = match &*spec.overdraft {
            Overdraft::All(points) => points.0,
            Overdraft::Tiers { points, tiers } => {
                if self.tier.is_some_and(|state| tiers.contains(&state.tier)) {
                    points.0
                } else {
                    0
                }
            }
            Overdraft::Refused => return self.check_available(point_type, points, rules).map(|()| 0),
        };
        if spec.class == PointClass::Qualifying {
            return Err(Rejection::NotRedeemable { point_type });
        }
        let (matured, debt) = (self.sum(point_type, PointState::Matured), self.debt(point_type));
        let overdrawn = (points - matured).max(0);
        let short = i128::from(overdrawn) + i128::from(debt) - i128::from(limit);
        match overdrawn > 0 && short > 0 {
            true => {
                Err(Rejection::InsufficientPoints { point_type, available: Points(matured - debt), short: fits(short) })
            }
            false => Ok(overdrawn),
        }
    }

    /// The member owes what the account has not got.
    pub(super) fn overdraw(&mut self, request: RequestId, point_type: PointTypeId, points: i64) {
        if points > 0 {
            self.types.insert(point_type);
            self.claims.push(Claim::of_overdraft(request, point_type, points));
            *self.log.owed.entry(point_type).or_default() += points;
        }
    }
}
