//! The model's claims: spent points of cancelled accruals, and overdrafts; and how points that come back settle them.

use super::limits::most_debt;
use super::member::{Handle, Member, News};
use super::rules::Rules;
use accruedb::domain::*;
use std::collections::VecDeque;

/// What stands against an account, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// What one cancellation claimed for the spent points of one item.
    Item(Handle),
    /// A redemption took more than there was; the number of its entry, once that is known.
    Overdraft(RequestId, Option<Sequence>),
}

#[derive(Debug, Clone)]
pub(crate) struct Claim {
    of: Of,
    point_type: PointTypeId,
    absorbed: i64,
    debt: i64,
    /// Who made up for it, as taken: items, points, and the state in which these are.
    repaid: Vec<(Handle, i64, PointState)>,
}

impl Claim {
    pub(super) fn of_overdraft(request: RequestId, point_type: PointTypeId, debt: i64) -> Claim {
        Claim { of: Of::Overdraft(request, None), point_type, absorbed: 0, debt, repaid: Vec::new() }
    }

    fn is_settled(&self) -> bool {
        self.absorbed == 0 && self.debt == 0 && self.repaid.is_empty()
    }

    pub(super) fn is_of(&self, point_type: PointTypeId) -> bool {
        self.point_type == point_type
    }
}

impl Member {
    pub(crate) fn debt(&self, point_type: PointTypeId) -> i64 {
        self.claims.iter().filter(|claim| claim.point_type == point_type).map(|claim| claim.debt).sum()
    }

    pub(super) fn absorbed(&self, point_type: PointTypeId) -> i64 {
        self.claims.iter().filter(|claim| claim.point_type == point_type).map(|claim| claim.absorbed).sum()
    }

    /// Points of an item that the host bears.
    pub(crate) fn absorbed_of(&self, item: Handle) -> i64 {
        self.claims.iter().filter(|claim| claim.of == Of::Item(item)).map(|claim| claim.absorbed).sum()
    }

    /// The entry of an overdraft has a number.
    pub(crate) fn learn_overdraft(&mut self, request: RequestId, sequence: Sequence) {
        let of = Of::Overdraft(request, Some(sequence));
        let own = self.claims.iter_mut().filter(|claim| matches!(claim.of, Of::Overdraft(own, _) if own == request));
        own.for_each(|claim| claim.of = of);
    }

    /// Claims spent points of an item: from what else there is, in the order of use, then as debt, or the host bears it.
    /// `before` were available before the command.
    pub(super) fn claim(&mut self, item: Handle, points: i64, before: i64, (now, rules): (Timestamp, &Rules)) {
        if points == 0 {
            return;
        }
        let point_type = self.items[&item].point_type;
        let spec = &rules.kind(point_type).expect("it is there").spec;
        let may_owe = (most_debt(spec, before) - self.debt(point_type)).max(0);
        let settled = points.min(self.sum(point_type, PointState::Matured));
        let repaid = self.take(spec, settled, PointState::MadeUp);
        let repaid = repaid.into_iter().map(|(item, points)| (item, points, PointState::MadeUp)).collect();
        let debt = (points - settled).min(may_owe);
        let absorbed = points - settled - debt;
        *self.log.owed.entry(point_type).or_default() += debt;
        *self.log.borne.entry(point_type).or_default() += absorbed;
        self.item_mut(item).claimed += points;
        self.watch(item, now, rules);
        self.claims.push(Claim { of: Of::Item(item), point_type, absorbed, debt, repaid });
    }

    /// Points that have just become available go into the debt.
    pub(super) fn repay(&mut self, item: Handle, points: i64) -> i64 {
        let (left, _) = self.stand_in(item, points, PointState::Repaid, |claim| &mut claim.debt);
        left
    }

    /// Points of an item take the place of what claims could not take from anybody, the claims of the items that were
    /// issued first before others. Returns what is left, and whose claims they were.
    fn stand_in(
        &mut self,
        item: Handle,
        points: i64,
        into: PointState,
        missing: fn(&mut Claim) -> &mut i64,
    ) -> (i64, Vec<Handle>) {
        let point_type = self.items[&item].point_type;
        let mut order: Vec<usize> = (0..self.claims.len()).collect();
        order.retain(|at| self.claims[*at].point_type == point_type);
        order.sort_by_key(|at| {
            let id = match self.claims[*at].of {
                Of::Item(item) => self.items[&item].id,
                Of::Overdraft(_, sequence) => sequence.map(|sequence| ItemId { sequence, place: u16::MAX }),
            };
            (id.is_none(), id)
        });
        let (mut left, mut served) = (points, Vec::new());
        for at in order {
            let sum = missing(&mut self.claims[at]);
            let part = left.min(*sum);
            *sum -= part;
            left -= part;
            if part > 0 {
                self.claims[at].repaid.push((item, part, into));
                if let Of::Item(item) = self.claims[at].of {
                    served.push(item);
                }
            }
        }
        self.shift(item, PointState::Matured, into, points - left);
        (left, served)
    }

    /// Points come back to an item: what was claimed for them is settled, the last claim first; whoever made up for it
    /// gets back what he gave. If the item is not over, they make up for what the host bears of other claims, then for
    /// the debt; what is left then is the item's.
    pub(super) fn come_back(&mut self, item: Handle, from: PointState, points: i64, (now, rules): (Timestamp, &Rules)) {
        let mut coming = VecDeque::from([(item, from, points)]);
        while let Some((item, from, points)) = coming.pop_front() {
            self.shift(item, from, PointState::Matured, points);
            let left = self.settle_claims(item, points, &mut coming);
            if self.is_over(item, now) {
                self.shift(item, PointState::Matured, PointState::Expired, left);
            } else {
                let (left, served) = self.stand_in(item, left, PointState::MadeUp, |claim| &mut claim.absorbed);
                served.into_iter().filter(|other| *other != item).for_each(|other| self.watch(other, now, rules));
                self.repay(item, left);
            }
            self.watch(item, now, rules);
        }
        self.claims.retain(|claim| !claim.is_settled());
    }

    fn settle_claims(&mut self, item: Handle, points: i64, coming: &mut VecDeque<(Handle, PointState, i64)>) -> i64 {
        let mut left = points;
        let of = |at: &usize| self.claims[*at].of == Of::Item(item);
        for at in (0..self.claims.len()).rev().filter(of).collect::<Vec<_>>() {
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
            self.item_mut(item).claimed -= absorbed;
            self.shift(item, PointState::Matured, PointState::Cancelled, absorbed);
            self.shift(item, PointState::Matured, PointState::Repaid, debt);
            self.shift(item, PointState::Matured, PointState::MadeUp, made_up);
        }
        left
    }

    /// An overdraft is taken back: what is still owed is forgiven, what repaid it goes back.
    pub(super) fn undo_overdraft(&mut self, request: RequestId, points: i64, (now, rules): (Timestamp, &Rules)) {
        let is_own = |claim: &&mut Claim| matches!(claim.of, Of::Overdraft(own, _) if own == request);
        let claim = self.claims.iter_mut().find(is_own).expect("it is there");
        let forgiven = points.min(claim.debt);
        claim.debt -= forgiven;
        let point_type = claim.point_type;
        let mut left = points - forgiven;
        let mut back = Vec::new();
        while let (Some((item, paid, state)), true) = (claim.repaid.last_mut(), left > 0) {
            let part = left.min(*paid);
            *paid -= part;
            left -= part;
            back.push((*item, *state, part));
            if *paid == 0 {
                claim.repaid.pop();
            }
        }
        if forgiven > 0 {
            self.log.news.push(News::Forgiven { point_type, points: forgiven });
        }
        self.claims.retain(|claim| !claim.is_settled());
        for (item, from, points) in back {
            self.come_back(item, from, points, (now, rules));
        }
    }

    /// Points settle what is owed, item after item, where two accounts became one.
    pub(super) fn settle_all(&mut self, point_type: PointTypeId, (now, rules): (Timestamp, &Rules)) {
        let order = rules.kind(point_type).expect("it is there").spec.order;
        for item in self.in_order(&[point_type], order) {
            let points = self.items[&item].sum(PointState::Matured);
            if self.debt(point_type) > 0 && points > 0 {
                self.repay(item, points);
                self.watch(item, now, rules);
            }
        }
    }
}
