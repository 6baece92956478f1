//! Accruals, and amounts, drawn.

use super::Draw;
use accruedb::domain::*;

impl Draw<'_> {
    pub(crate) fn member(&mut self) -> MemberId {
        MemberId(100 + u128::from(self.rng.below(self.world.members)))
    }

    pub(super) fn kind(&mut self) -> PointTypeId {
        PointTypeId(*self.rng.pick(&[1, 1, 1, 2, 2, 2, 3, 9]))
    }

    /// The kind of points that is spent: named, or all default ones.
    pub(super) fn spent_kind(&mut self) -> PointTypeId {
        if self.world.limits && self.rng.one_in(3) { PointTypeId(0) } else { self.kind() }
    }

    pub(super) fn points(&mut self) -> Points {
        Points(match self.rng.below(16) {
            0 if self.world.malformed => *self.rng.pick(&[0, -1, i64::MIN]),
            1 => 1,
            2 => self.rng.between(50, 200) as i64,
            _ => self.rng.between(1, 30) as i64,
        })
    }

    pub(super) fn accrual(&mut self, member: MemberId, partner: PartnerId) -> Action {
        let count = *self.rng.pick(&[1, 1, 1, 2, 3]);
        let mut awards: Vec<Award> = (0..count).map(|_| self.award()).collect();
        let mut partner = if self.rng.one_in(4) { None } else { Some(partner) };
        if self.world.huge && self.rng.one_in(8) {
            awards[0].points = Points(i64::MAX - self.rng.below(100) as i64);
            partner = None;
        }
        Accrue { member, partner, awards }.into()
    }

    /// An accrual that some partners fund: seldom one of them twice, or none.
    pub(super) fn shared(&mut self, member: MemberId) -> Action {
        let count = *self.rng.pick(&[1, 2, 2, 2, 3]);
        let odd = self.world.malformed && self.rng.one_in(8);
        let mut shares: Vec<Share> = Vec::new();
        for _ in 0..count {
            let share =
                Share { partner: self.payer(), parts: *self.rng.pick(&[1, 1, 2, 3, 60, 40, 333, 1_000_000_000]) };
            if odd || shares.iter().all(|other| other.partner != share.partner) {
                shares.push(share);
            }
        }
        if odd && self.rng.one_in(2) {
            shares[0].parts = 0;
        }
        let count = *self.rng.pick(&[1, 1, 2]);
        let awards = (0..count).map(|_| self.award()).collect();
        AccrueShared { member, shares, awards }.into()
    }

    pub(super) fn transfer(&mut self, member: MemberId) -> Action {
        let (to, point_type, points) = (self.member(), self.kind(), self.points());
        let fee = match self.rng.below(8) {
            0 => Points(self.rng.between(1, 5) as i64),
            1 if self.world.huge => Points(i64::MAX),
            2 if self.world.malformed => Points(-1),
            _ => Points(0),
        };
        Transfer { member, to, point_type, points, fee }.into()
    }

    /// Money that was spent: at times so little that it gives nothing.
    fn spend(&mut self) -> Spend {
        let mut rate = |of: &[&str]| -> Rate { self.rng.pick(of).parse().unwrap() };
        let amount = rate(&["24.95", "3.00", "7.50", "0.10", "100/3", "0"]);
        let (rate, step) = (rate(&["1", "5", "0.5", "1/3", "2.25", "0"]), rate(&["2.50", "1", "1/3"]));
        let step = match self.rng.below(4) {
            0 if self.world.malformed => Some(Rate::ZERO),
            0 | 1 => Some(step),
            _ => None,
        };
        Spend { amount, rate, step, rounding: *self.rng.pick(&[Rounding::Down, Rounding::Up, Rounding::HalfUp]) }
    }

    fn award(&mut self) -> Award {
        let point_type = PointTypeId(*self.rng.pick(&[1, 1, 1, 2, 2, 2, 3]));
        let mut award = Award::new(point_type, self.points());
        award.source = self.rng.one_in(4).then_some(SourceId(1));
        if self.world.sources > 0 && !self.rng.one_in(4) {
            award.source = Some(self.source());
        }
        award.subtype = self.subtype();
        if self.rng.one_in(8) {
            award.spend = Some(self.spend());
            award.points = Points(i64::from(self.world.malformed && self.rng.one_in(16)));
        }
        if self.world.malformed && self.rng.one_in(64) {
            award.source = Some(SourceId(0));
        }
        award.start = match self.rng.below(8) {
            0 => Start::At(self.instant()),
            1 => Start::After(self.span()),
            _ => Start::Transaction,
        };
        award.expires = match self.rng.below(8) {
            0 | 1 => Some(self.expiry()),
            2 => Some(Expiry::Never),
            _ => None,
        };
        award
    }
}
