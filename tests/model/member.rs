//! The model's members: items in a plain list, searched from end to end. Points are in states and only ever move.

use super::claims::Claim;
use super::holds::Hold;
use accruedb::domain::*;
use std::collections::{BTreeMap, BTreeSet};

/// One award, as it was given.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) item: usize,
    pub(crate) point_type: PointTypeId,
    pub(crate) points: i64,
    pub(crate) cancelled: i64,
    pub(crate) debits: Vec<(BlockId, i64)>,
}

/// A point item. It is known by its place in the member's list, which is the order of issue.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) point_type: PointTypeId,
    pub(crate) granted: i64,
    pub(super) sums: BTreeMap<PointState, i64>,
    /// Spent points of a cancelled accrual that were claimed, less those that were taken back after all.
    pub(crate) claimed: i64,
    /// Points of cancellations that count against what expired.
    pub(super) lapsed: i64,
    pub(super) granted_at: Timestamp,
    /// When an accrual issued the points, for another member perhaps.
    pub(crate) issued_at: Timestamp,
    pub(crate) from: Timestamp,
    pub(crate) until: Option<Timestamp>,
    pub(crate) source: Option<SourceId>,
    pub(crate) partner: Option<PartnerId>,
    pub(crate) subtype: SubtypeId,
    pub(crate) origin: Option<ItemId>,
    pub(crate) waits: bool,
    /// Its place in the entry that grants it.
    pub(crate) place: u16,
    /// The engine's name for it, known when its entry has a number.
    pub(crate) id: Option<ItemId>,
}

/// Points that went from one state of an item to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) item: usize,
    pub(crate) from: PointState,
    pub(crate) to: PointState,
    pub(crate) points: i64,
}

/// Points that an item got, or that went from one of its states to another, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posted {
    pub(super) item: usize,
    pub(super) at: Timestamp,
    /// `None`: it was granted.
    pub(super) from: Option<PointState>,
    pub(super) to: PointState,
    pub(super) points: i64,
}

/// What one command did to a member.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Log {
    pub(crate) granted: Vec<usize>,
    pub(crate) moves: Vec<Move>,
    pub(crate) owed: BTreeMap<PointTypeId, i64>,
    pub(crate) borne: BTreeMap<PointTypeId, i64>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Member {
    pub(crate) items: Vec<Item>,
    /// In the order in which they were made.
    pub(super) claims: Vec<Claim>,
    pub(crate) holds: BTreeMap<RequestId, Hold>,
    pub(super) lifetime: BTreeMap<PointTypeId, i64>,
    /// Point types that the member ever had points of.
    pub(super) types: BTreeSet<PointTypeId>,
    pub(crate) log: Log,
    /// The instant of what happens.
    clock: Option<Timestamp>,
    /// All that ever happened to points, in order.
    pub(super) postings: Vec<Posted>,
}

/// Orders expiries: what never expires comes after the last instant.
pub(super) fn never_last(until: Option<Timestamp>) -> (bool, Option<Timestamp>) {
    (until.is_none(), until)
}

impl Item {
    /// An item without points.
    pub(super) fn new(point_type: PointTypeId, granted_at: Timestamp, from: Timestamp) -> Item {
        Item {
            point_type,
            granted: 0,
            sums: BTreeMap::new(),
            claimed: 0,
            lapsed: 0,
            granted_at,
            issued_at: granted_at,
            from,
            until: None,
            source: None,
            partner: None,
            subtype: SubtypeId(0),
            origin: None,
            waits: false,
            place: 0,
            id: None,
        }
    }

    pub(crate) fn sum(&self, state: PointState) -> i64 {
        self.sums.get(&state).copied().unwrap_or_default()
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

/// What happens by itself, in the order in which it does at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Expires,
    Matures(usize),
    TimesOut(RequestId),
}

impl Member {
    pub(super) fn of(&self, point_type: PointTypeId) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.point_type == point_type)
    }

    /// The points of a type in a state.
    pub(super) fn sum(&self, point_type: PointTypeId, state: PointState) -> i64 {
        self.of(point_type).map(|item| item.sum(state)).sum()
    }

    /// Points go from one state to another. There are so many.
    pub(super) fn shift(&mut self, item: usize, from: PointState, to: PointState, points: i64) {
        if points == 0 {
            return;
        }
        let sums = &mut self.items[item].sums;
        *sums.entry(from).or_default() -= points;
        *sums.entry(to).or_default() += points;
        assert!(points > 0 && sums[&from] >= 0, "the model is wrong: {points} points from {from} to {to}");
        self.log.moves.push(Move { item, from, to, points });
        self.post(item, Some(from), to, points);
    }

    fn post(&mut self, item: usize, from: Option<PointState>, to: PointState, points: i64) {
        let at = self.clock.unwrap_or(self.items[item].granted_at);
        self.postings.push(Posted { item, at, from, to, points });
    }

    /// Adds an item with its points. `None` where the account would have had more than 64 bits of them.
    pub(super) fn grant(&mut self, mut item: Item, points: i64) -> Option<usize> {
        let before: i128 = self.of(item.point_type).map(|item| i128::from(item.granted)).sum();
        if before + i128::from(points) > i128::from(i64::MAX) {
            return None;
        }
        item.granted = points;
        let state = if item.waits { PointState::Future } else { PointState::Matured };
        item.sums.insert(state, points);
        self.types.insert(item.point_type);
        self.items.push(item);
        let at = self.items.len() - 1;
        self.log.granted.push(at);
        self.post(at, None, state, points);
        Some(at)
    }

    /// Lets time pass: whatever happens by itself until `now` happens at its instant, in order.
    pub(super) fn settle(&mut self, now: Timestamp) {
        while let Some((at, event)) = self.next_event().filter(|(at, _)| *at <= now) {
            self.clock = Some(at);
            match event {
                Event::Expires => self.expire(at),
                Event::Matures(item) => self.mature(item, at),
                Event::TimesOut(hold) => self.time_out(hold, at),
            }
        }
        self.clock = Some(now);
    }

    fn next_event(&self) -> Option<(Timestamp, Event)> {
        let expiring = self.items.iter().filter(|item| item.sum(PointState::Matured) > 0);
        let expiring = expiring.filter_map(|item| Some((item.until?.max(item.granted_at), Event::Expires)));
        let waiting = self.items.iter().zip(0..).filter(|(item, _)| item.waits);
        let maturing = waiting.map(|(item, at)| {
            let instant = item.until.map_or(item.from, |until| until.min(item.from));
            (instant.max(item.granted_at), Event::Matures(at))
        });
        let open = self.holds.iter().filter(|(_, hold)| hold.held() > 0);
        let timing_out = open.filter_map(|(request, hold)| Some((hold.until?, Event::TimesOut(*request))));
        expiring.chain(maturing).chain(timing_out).min()
    }

    /// What is left of items that are over is gone.
    fn expire(&mut self, at: Timestamp) {
        for item in 0..self.items.len() {
            if self.items[item].is_over(at) && !self.items[item].waits {
                let left = self.items[item].sum(PointState::Matured);
                self.shift(item, PointState::Matured, PointState::Expired, left);
            }
        }
    }

    fn mature(&mut self, item: usize, at: Timestamp) {
        let points = self.items[item].sum(PointState::Future);
        self.items[item].waits = false;
        let never = self.items[item].until.is_some_and(|until| until <= self.items[item].from);
        if never {
            self.shift(item, PointState::Future, PointState::Expired, points);
        } else {
            self.shift(item, PointState::Future, PointState::Matured, points);
            self.repay(item, points);
        }
        debug_assert!(at >= self.items[item].granted_at);
    }

    /// The items of a type that stand in the order of use.
    fn in_order(&self, kind: &CreatePointType) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.items.len()).collect();
        order.retain(|at| !self.items[*at].waits && self.items[*at].point_type == kind.point_type);
        if kind.order == UseOrder::EarliestExpiry {
            order.sort_by_key(|at| never_last(self.items[*at].until));
        }
        order
    }

    /// Takes points in the order of use: which items, how much of each.
    pub(super) fn take(&mut self, kind: &CreatePointType, mut points: i64, into: PointState) -> Vec<(usize, i64)> {
        let mut parts = Vec::new();
        for item in self.in_order(kind) {
            let part = points.min(self.items[item].sum(PointState::Matured));
            self.shift(item, PointState::Matured, into, part);
            points -= part;
            if part > 0 {
                parts.push((item, part));
            }
        }
        assert_eq!(points, 0, "the model is wrong: it has fewer points");
        parts
    }

    /// Takes points of an item back, because what gave them is cancelled: what is left of it, then what expired of it.
    /// The rest was spent, or is set aside, or moved on: it has to be claimed.
    pub(super) fn take_back(&mut self, at: usize, points: i64) -> i64 {
        let item = &self.items[at];
        let from = if item.waits { PointState::Future } else { PointState::Matured };
        let left = points.min(item.sum(from));
        let lapsed = (points - left).min(item.sum(PointState::Expired) - item.lapsed);
        self.shift(at, from, PointState::Cancelled, left);
        self.items[at].lapsed += lapsed;
        points - left - lapsed
    }

    pub(super) fn is_over(&self, item: usize, now: Timestamp) -> bool {
        self.items[item].is_over(now)
    }
}
