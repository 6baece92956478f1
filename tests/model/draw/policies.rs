//! Policies, limits and tiers, drawn.

use super::Draw;
use accruedb::domain::*;

impl Draw<'_> {
    fn evaluation(&mut self) -> Evaluation {
        use Weekday::{Friday, Monday, Sunday};
        let every = *self.rng.pick(&[1, 1, 2, 3]);
        let day = *self.rng.pick(&[1, 10, 29, 31]);
        match self.rng.below(4) {
            0 => Evaluation::Daily(every),
            1 => Evaluation::Weekly { every, weekday: *self.rng.pick(&[Monday, Friday, Sunday]) },
            2 => Evaluation::Monthly { every, day },
            _ => Evaluation::Yearly { every, month: *self.rng.pick(&[1, 2, 12]), day },
        }
    }

    /// When points of a type expire.
    pub(super) fn type_expiry(&mut self) -> Expiry {
        if !self.world.policies || self.rng.one_in(3) {
            return if self.rng.one_in(3) { Expiry::Never } else { Expiry::After(self.span()) };
        }
        match self.rng.below(2) {
            0 => {
                let span = if self.rng.one_in(2) { Some(self.span()) } else { None };
                Expiry::EndOf { span, period: *self.rng.pick(&[Period::Month, Period::Quarter, Period::Year]) }
            }
            _ => Expiry::Rolling { age: self.span(), evaluated: self.evaluation(), since: None },
        }
    }

    pub(super) fn inactivity(&mut self) -> Inactivity {
        if !self.world.policies || self.rng.one_in(2) {
            return Inactivity::Ignored;
        }
        let percent = if self.rng.one_in(2) { Some(self.share()) } else { None };
        let evaluated = if self.rng.one_in(2) { Some(self.evaluation()) } else { None };
        use Activity::{Accrue, Adjust, Hold, Redeem, Transfer};
        let activity = match self.rng.below(4) {
            0 => Some(vec![Redeem, Hold]),
            1 => Some(vec![Adjust, Transfer, Accrue]),
            _ => None,
        };
        Inactivity::Expires { period: self.span(), percent, evaluated, activity, since: None }
    }

    fn share(&mut self) -> Rate {
        self.rng.pick(&["50", "33.3", "100/3", "0", "100"]).parse().unwrap()
    }

    pub(super) fn rollover(&mut self, id: u16) -> Option<PointTypeId> {
        let target = PointTypeId(*self.rng.pick(&[1, 2, 3, 3, 6]));
        (self.world.policies && id > 1 && self.rng.one_in(2)).then_some(target)
    }

    pub(super) fn negative_limit(&mut self) -> NegativeLimit {
        let (points, percent) = (Points(self.rng.below(20) as i64), self.share());
        match self.rng.below(5) {
            0 => NegativeLimit::Absolute(points),
            1 => NegativeLimit::Percent(percent),
            2 => NegativeLimit::Max { points, percent },
            3 => NegativeLimit::Min { points, percent },
            _ => NegativeLimit::Unlimited,
        }
    }

    pub(super) fn overdraft(&mut self) -> Overdraft {
        let points = Points(self.rng.between(1, 40) as i64);
        match self.rng.below(4) {
            0 => Overdraft::All(points),
            1 => Overdraft::Tiers { points, tiers: vec![TierId(1), TierId(2)] },
            _ => Overdraft::Refused,
        }
    }

    pub(super) fn maximum(&mut self) -> Maximum {
        let points = Points(self.rng.between(20, 120) as i64);
        match self.rng.below(4) {
            0 => Maximum::Reject(points),
            1 => Maximum::Clip(points),
            _ => Maximum::Unlimited,
        }
    }

    pub(super) fn tiers(&mut self, period: QualifyingPeriod) -> DefineTiers {
        let rng = &mut self.rng;
        let least = |point_type: u16, points: u64| Threshold {
            point_type: PointTypeId(point_type),
            points: Points(points as i64),
        };
        let first = rng.between(10, 40);
        let tier = |id: u16, any_of: Vec<Threshold>| Tier { tier: TierId(id), name: "".into(), any_of };
        let mut tiers = vec![tier(1, vec![least(3, first)]), tier(2, vec![least(3, first * 2)])];
        if rng.one_in(3) {
            tiers.push(tier(3, vec![least(3, first * 4), least(4, 20)]));
        }
        DefineTiers { tiers, period }
    }

    /// In which time points count: one for a whole history.
    pub(super) fn period(&self) -> QualifyingPeriod {
        match self.world.era.rem_euclid(7) + self.world.latest.rem_euclid(2) + i64::from(self.world.shards) {
            n if n % 3 == 0 => QualifyingPeriod::CalendarYear,
            n if n % 3 == 1 => QualifyingPeriod::Anniversary,
            _ => QualifyingPeriod::Rolling(Span { count: 30, unit: Unit::Days }),
        }
    }

    /// A change of a point type that is there.
    pub(super) fn edit(&mut self, id: u16) -> Action {
        let mut edit = EditPointType { point_type: PointTypeId(id), ..EditPointType::default() };
        match self.rng.below(8) {
            0 => edit.status = Some(*self.rng.pick(&[TypeStatus::Active, TypeStatus::Inactive])),
            1 => edit.status = Some(TypeStatus::Active),
            2 => edit.maximum = Some(self.maximum()),
            3 => edit.expiry = Some(self.type_expiry()),
            4 => edit.inactivity = Some(Box::new(self.inactivity())),
            5 => edit.rollover = Some(self.rollover(id).unwrap_or_default()),
            6 => edit.overdraft = Some(Box::new(self.overdraft())),
            _ => edit.is_default = Some(self.rng.one_in(2)),
        }
        edit.into()
    }
}
