//! The model's claims: spent points of cancelled accruals, and how points that come back settle them.

use super::member::Member;
use accruedb::domain::*;
use std::collections::VecDeque;

/// What one cancellation claimed for the spent points of one item.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    item: usize,
    absorbed: i64,
    debt: i64,
    /// Who made up for it, as taken: items, points, and the state in which these are.
    repaid: Vec<(usize, i64, PointState)>,
}

impl Member {
    pub(crate) fn debt(&self, point_type: PointTypeId) -> i64 {
        let of = self.claims.iter().filter(|claim| self.items[claim.item].point_type == point_type);
        of.map(|claim| claim.debt).sum()
    }

    /// Points of an item that the host bears.
    pub(crate) fn absorbed_of(&self, item: usize) -> i64 {
        self.claims.iter().filter(|claim| claim.item == item).map(|claim| claim.absorbed).sum()
    }

    /// Claims spent points of an item: from what else there is, in the order of use, then as debt, or the host bears it.
    pub(super) fn claim(&mut self, item: usize, points: i64, kind: &CreatePointType) {
        if points == 0 {
            return;
        }
        let settled = points.min(self.sum(kind.point_type, PointState::Matured));
        let repaid = self.take(kind, settled, PointState::MadeUp);
        let repaid = repaid.into_iter().map(|(item, points)| (item, points, PointState::MadeUp)).collect();
        let (mut debt, mut absorbed) = (0, 0);
        let (sum, told) = match kind.negative_balance {
            NegativeBalance::Allowed => (&mut debt, &mut self.log.owed),
            NegativeBalance::Refused => (&mut absorbed, &mut self.log.borne),
        };
        *sum = points - settled;
        *told.entry(kind.point_type).or_default() += *sum;
        self.items[item].claimed += points;
        self.claims.push(Claim { item, absorbed, debt, repaid });
    }

    /// Points that have just become available go into the debt.
    pub(super) fn repay(&mut self, item: usize, points: i64) -> i64 {
        self.stand_in(item, points, PointState::Repaid, |claim| &mut claim.debt)
    }

    /// Points of an item take the place of what claims could not take from anybody, the claims of the items that were
    /// issued first before others. Returns what is left.
    fn stand_in(&mut self, item: usize, points: i64, into: PointState, missing: fn(&mut Claim) -> &mut i64) -> i64 {
        let point_type = self.items[item].point_type;
        let mut order: Vec<usize> = (0..self.claims.len()).collect();
        order.retain(|at| self.items[self.claims[*at].item].point_type == point_type);
        order.sort_by_key(|at| self.claims[*at].item);
        let mut left = points;
        for at in order {
            let sum = missing(&mut self.claims[at]);
            let part = left.min(*sum);
            *sum -= part;
            left -= part;
            if part > 0 {
                self.claims[at].repaid.push((item, part, into));
            }
        }
        self.shift(item, PointState::Matured, into, points - left);
        left
    }

    /// Points come back to an item: what was claimed for them is settled, the last claim first; whoever made up for it
    /// gets back what he gave. If the item is not over, they make up for what the host bears of other claims, then for
    /// the debt; what is left then is the item's.
    pub(super) fn come_back(&mut self, item: usize, from: PointState, points: i64, now: Timestamp) {
        let mut coming = VecDeque::from([(item, from, points)]);
        while let Some((item, from, points)) = coming.pop_front() {
            self.shift(item, from, PointState::Matured, points);
            let mut left = self.settle_claims(item, points, &mut coming);
            if self.is_over(item, now) {
                self.shift(item, PointState::Matured, PointState::Expired, left);
            } else {
                left = self.stand_in(item, left, PointState::MadeUp, |claim| &mut claim.absorbed);
                self.repay(item, left);
            }
        }
        self.claims.retain(|claim| claim.absorbed > 0 || claim.debt > 0 || !claim.repaid.is_empty());
    }

    fn settle_claims(&mut self, item: usize, points: i64, coming: &mut VecDeque<(usize, PointState, i64)>) -> i64 {
        let mut left = points;
        for at in (0..self.claims.len()).rev().filter(|at| self.claims[*at].item == item).collect::<Vec<_>>() {
            let claim = &mut self.claims[at];
            let absorbed = left.min(claim.absorbed);
            let debt = (left - absorbed).min(claim.debt);
            claim.absorbed -= absorbed;
            claim.debt -= debt;
            left -= absorbed + debt;
            let mut made_up = 0;
            while let (Some((payer, paid, state)), true) = (claim.repaid.last_mut(), left > 0) {
                let back = left.min(*paid);
                *paid -= back;
                left -= back;
                made_up += back;
                coming.push_back((*payer, *state, back));
                if *paid == 0 {
                    claim.repaid.pop();
                }
            }
            self.items[item].claimed -= absorbed;
            self.shift(item, PointState::Matured, PointState::Cancelled, absorbed);
            self.shift(item, PointState::Matured, PointState::Repaid, debt);
            self.shift(item, PointState::Matured, PointState::MadeUp, made_up);
        }
        left
    }
}
