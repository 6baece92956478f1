//! The model's members: items in a plain list, searched from end to end. Points are in states and only ever move.

use super::claims::Claim;
use super::holds::Hold;
use super::policies::Watch;
use super::rules::Rules;
use super::warnings::Warnings;
use accruedb::domain::*;
use accruedb::engine::MemberState;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The model's name for an item: who had it first, and the how manieth of that member's it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Handle {
    home: MemberId,
    number: usize,
}

/// One award, as it was given.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    /// None where nothing was given of it.
    pub(crate) item: Option<Handle>,
    /// The item that rolled up to a household.
    pub(crate) rolled_up: Option<Handle>,
    pub(crate) point_type: PointTypeId,
    pub(crate) points: i64,
    pub(crate) cancelled: i64,
    /// What each block of each partner paid for it.
    pub(crate) debits: Vec<(PartnerId, BlockId, i64)>,
}

/// A point item.
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
    pub(crate) origin: Option<Handle>,
    pub(crate) waits: bool,
    /// The version of its type whose policy it is under; 0 without one.
    pub(crate) policy: u32,
    pub(crate) adjusted: bool,
    /// The items that it rolled over into, with the points of them that are still its own.
    pub(super) rolled: Vec<(Handle, i64)>,
    /// The engine's name for it, known when its entry has a number.
    pub(crate) id: Option<ItemId>,
}

/// Points that went from one state of an item to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) item: Handle,
    pub(crate) from: PointState,
    pub(crate) to: PointState,
    pub(crate) points: i64,
}

/// What else a command did to a member, as the receipt tells it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum News {
    Tier { before: Option<TierId>, tier: Option<TierId>, until: Option<Timestamp> },
    Extended { item: Handle, points: i64, before: Option<Timestamp>, expires_at: Option<Timestamp> },
    Merged { other: MemberId, point_type: PointTypeId, points: i64 },
    Clipped { point_type: PointTypeId, place: u16, points: i64 },
    Forgiven { point_type: PointTypeId, points: i64 },
}

/// Points that an item got, or that went from one of its states to another, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posted {
    pub(super) source: SourceId,
    pub(super) point_type: PointTypeId,
    /// How reports call that it was given.
    pub(super) given: &'static str,
    pub(super) at: Timestamp,
    /// Whether it happened because the item was over.
    pub(super) is_over: bool,
    /// `None`: it was granted.
    pub(super) from: Option<PointState>,
    pub(super) to: PointState,
    pub(super) points: i64,
}
/// What one command did to a member.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Log {
    /// Items, each with its place in the entry.
    pub(crate) granted: Vec<(Handle, u16)>,
    pub(crate) moves: Vec<Move>,
    pub(crate) owed: BTreeMap<PointTypeId, i64>,
    pub(crate) borne: BTreeMap<PointTypeId, i64>,
    pub(crate) news: Vec<News>,
}

/// That a member belongs to a household.
pub(super) type Belongs = Membership;

#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(super) id: MemberId,
    pub(super) enrolled_at: Timestamp,
    pub(crate) items: BTreeMap<Handle, Item>,
    made: usize,
    /// In the order in which they were made.
    pub(super) claims: Vec<Claim>,
    pub(crate) holds: BTreeMap<RequestId, Hold>,
    pub(super) lifetime: BTreeMap<PointTypeId, i64>,
    /// Point types that the member ever had points of.
    pub(super) types: BTreeSet<PointTypeId>,
    pub(super) watches: BTreeMap<PointTypeId, Watch>,
    pub(super) status: MemberStatus,
    pub(super) is_household: bool,
    pub(super) household: Option<Belongs>,
    pub(super) merged_into: Option<MemberId>,
    pub(super) tier: Option<TierState>,
    /// Qualifying points that count, by type and day.
    pub(super) counted: BTreeMap<(PointTypeId, i64), i64>,
    pub(crate) log: Log,
    /// Items that came into being by themselves: they are named when that is booked.
    nameless: VecDeque<Handle>,
    /// The instant of what happens.
    pub(super) clock: Timestamp,
    /// Until when the member was told of points that are about to expire, and of which.
    pub(super) warned: Timestamp,
    pub(super) warnings: Warnings,
    /// All that ever happened to points, in order.
    pub(super) postings: Vec<Posted>,
}

/// Orders expiries: what never expires comes after the last instant.
pub(super) fn never_last(until: Option<Timestamp>) -> (bool, Option<Timestamp>) {
    (until.is_none(), until)
}

/// The order of issue: what has no name yet comes last.
pub(super) type Issue = (bool, Option<ItemId>, Handle);

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
            policy: 0,
            adjusted: false,
            rolled: Vec::new(),
            id: None,
        }
    }

    pub(crate) fn sum(&self, state: PointState) -> i64 {
        self.sums.get(&state).copied().unwrap_or_default()
    }

    /// How reports call that it was given.
    pub(super) fn given(&self) -> &'static str {
        match (self.origin, self.adjusted) {
            (Some(_), _) => "moved_in",
            (None, true) => "adjusted_in",
            (None, false) => "issued",
        }
    }

    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// Points left to be used, now or later.
    pub(super) fn remaining(&self) -> i64 {
        self.sum(PointState::Matured) + self.sum(PointState::Future)
    }

    /// Points that are still the member's.
    pub(super) fn owned(&self) -> i64 {
        self.remaining() + self.sum(PointState::Held)
    }
}

/// What happens by itself, in the order in which it does at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Expires(PointTypeId, Issue),
    Matures(PointTypeId, Issue),
    /// A hold times out, or items of it expire.
    Looks(RequestId),
    Evaluates(PointTypeId, u32),
    TierEnds,
    Warns,
}

impl Member {
    pub(super) fn new(id: MemberId, enrolled_at: Timestamp) -> Member {
        Member {
            id,
            enrolled_at,
            items: BTreeMap::new(),
            made: 0,
            claims: Vec::new(),
            holds: BTreeMap::new(),
            lifetime: BTreeMap::new(),
            types: BTreeSet::new(),
            watches: BTreeMap::new(),
            status: MemberStatus::Active,
            is_household: false,
            household: None,
            merged_into: None,
            tier: None,
            counted: BTreeMap::new(),
            log: Log::default(),
            nameless: VecDeque::new(),
            clock: enrolled_at,
            warned: enrolled_at,
            warnings: Warnings::new(),
            postings: Vec::new(),
        }
    }

    pub(super) fn issue(&self, item: Handle) -> Issue {
        let id = self.items[&item].id;
        (id.is_none(), id, item)
    }

    pub(super) fn item_mut(&mut self, item: Handle) -> &mut Item {
        self.items.get_mut(&item).expect("the member has it")
    }

    pub(super) fn of(&self, point_type: PointTypeId) -> impl Iterator<Item = &Item> {
        self.items.values().filter(move |item| item.point_type == point_type)
    }

    /// The points of a type in a state.
    pub(super) fn sum(&self, point_type: PointTypeId, state: PointState) -> i64 {
        self.of(point_type).map(|item| item.sum(state)).sum()
    }

    /// Points go from one state to another. There are so many.
    pub(super) fn shift(&mut self, item: Handle, from: PointState, to: PointState, points: i64) {
        if points == 0 {
            return;
        }
        let sums = &mut self.item_mut(item).sums;
        *sums.entry(from).or_default() -= points;
        *sums.entry(to).or_default() += points;
        assert!(points > 0 && sums[&from] >= 0, "the model is wrong: {points} points from {from} to {to}");
        self.log.moves.push(Move { item, from, to, points });
        self.post(item, Some(from), to, points);
    }

    fn post(&mut self, item: Handle, from: Option<PointState>, to: PointState, points: i64) {
        let of = &self.items[&item];
        let at = self.clock;
        let (source, point_type, given) = (of.source.unwrap_or_default(), of.point_type, of.given());
        let is_over = to == PointState::Expired && of.until == Some(at);
        self.postings.push(Posted { source, point_type, given, at, is_over, from, to, points });
    }

    /// Adds an item with its points, at a place of its entry. `None` where the account would have had more than 64 bits
    /// of them.
    pub(super) fn grant(&mut self, mut item: Item, points: i64, place: u16) -> Option<Handle> {
        let before: i128 = self.of(item.point_type).map(|item| i128::from(item.granted)).sum();
        if before + i128::from(points) > i128::from(i64::MAX) {
            return None;
        }
        item.granted = points;
        let state = if item.waits { PointState::Future } else { PointState::Matured };
        item.sums.insert(state, points);
        self.types.insert(item.point_type);
        let handle = Handle { home: self.id, number: self.made };
        self.made += 1;
        self.items.insert(handle, item);
        self.log.granted.push((handle, place));
        self.post(handle, None, state, points);
        Some(handle)
    }

    /// Lets time pass: whatever happens by itself until `now` happens at its instant, in order. Items that come into
    /// being have places of the entry from `place` on, if there is one.
    pub(super) fn settle(&mut self, now: Timestamp, rules: &Rules, mut place: Option<u16>) {
        while let Some((at, event)) = self.next_event(rules).filter(|(at, _)| *at <= now) {
            let known = self.log.granted.len();
            // what is granted when it is over already is gone then, not before
            self.clock = self.clock.max(at);
            match event {
                Event::Expires(_, (.., item)) => self.expire(item, at, rules, place.unwrap_or(0)),
                Event::Matures(_, (.., item)) => self.mature(item, at, rules),
                Event::Looks(hold) => self.look_at_hold(hold, at, rules),
                Event::Evaluates(point_type, policy) => self.evaluate((point_type, policy), at, rules),
                Event::TierEnds => self.end_tier(at, rules),
                Event::Warns => self.warn(at, rules),
            }
            let new: Vec<Handle> = self.log.granted[known..].iter().map(|(item, _)| *item).collect();
            match &mut place {
                Some(place) => *place += new.len() as u16,
                None => self.nameless.extend(new),
            }
        }
        self.clock = self.clock.max(now);
        self.warned = self.warned.max(now);
    }

    /// Bookings named items that came into being.
    pub(crate) fn learn(&mut self, names: &mut VecDeque<ItemId>) {
        while !self.nameless.is_empty() && !names.is_empty() {
            let (item, name) = (self.nameless.pop_front(), names.pop_front());
            self.item_mut(item.expect("there is one")).id = name;
        }
    }

    fn next_event(&self, rules: &Rules) -> Option<(Timestamp, Event)> {
        let open = self.items.iter().filter(|(_, item)| item.sum(PointState::Matured) > 0);
        let expiring =
            open.filter_map(|(at, item)| Some((item.until?, Event::Expires(item.point_type, self.issue(*at)))));
        let waiting = self.items.iter().filter(|(_, item)| item.waits);
        let maturing = waiting.map(|(at, item)| {
            let instant = item.until.map_or(item.from, |until| until.min(item.from));
            (instant.max(item.granted_at), Event::Matures(item.point_type, self.issue(*at)))
        });
        let looks = self.holds.iter().filter_map(|(request, hold)| Some((hold.next(self)?, Event::Looks(*request))));
        let watched = self.watches.iter().flat_map(|(point_type, watch)| {
            watch.due.iter().map(|(policy, at)| (*at, Event::Evaluates(*point_type, *policy)))
        });
        let tier = self.tier.filter(|tier| tier.until < Timestamp::MAX).map(|tier| (tier.until, Event::TierEnds));
        let warning = self.next_warning(rules).map(|at| (at, Event::Warns));
        expiring.chain(maturing).chain(looks).chain(watched).chain(tier).chain(warning).min()
    }

    /// What is left of an item that is over goes on into another type, or is gone.
    fn expire(&mut self, item: Handle, at: Timestamp, rules: &Rules, place: u16) {
        self.roll_over(item, at, rules, place);
        let left = self.items[&item].sum(PointState::Matured);
        self.shift(item, PointState::Matured, PointState::Expired, left);
    }

    fn mature(&mut self, item: Handle, at: Timestamp, rules: &Rules) {
        let of = self.item_mut(item);
        let points = of.sum(PointState::Future);
        of.waits = false;
        let never = of.until.is_some_and(|until| until <= of.from);
        if never {
            self.shift(item, PointState::Future, PointState::Expired, points);
        } else {
            self.shift(item, PointState::Future, PointState::Matured, points);
            self.repay(item, points);
            self.warn_late(item, rules);
        }
        self.watch(item, at, rules);
    }

    /// The items of some types that stand in the order of use, which is the same for all of them.
    pub(super) fn in_order(&self, types: &[PointTypeId], order: UseOrder) -> Vec<Handle> {
        let stand = self.items.iter().filter(|(_, item)| !item.waits && types.contains(&item.point_type));
        let mut items: Vec<Handle> = stand.map(|(at, _)| *at).collect();
        items.sort_by_key(|at| self.issue(*at));
        if order == UseOrder::EarliestExpiry {
            items.sort_by_key(|at| never_last(self.items[at].until));
        }
        items
    }

    /// Takes points of a type in the order of use: which items, how much of each.
    pub(super) fn take(&mut self, kind: &CreatePointType, points: i64, into: PointState) -> Vec<(Handle, i64)> {
        self.take_of(&[kind.point_type], kind.order, points, into)
    }

    /// Takes points of several types in one order over all of them.
    pub(super) fn take_of(
        &mut self,
        types: &[PointTypeId],
        order: UseOrder,
        mut points: i64,
        into: PointState,
    ) -> Vec<(Handle, i64)> {
        let mut parts = Vec::new();
        for item in self.in_order(types, order) {
            let part = points.min(self.items[&item].sum(PointState::Matured));
            self.shift(item, PointState::Matured, into, part);
            points -= part;
            if part > 0 {
                parts.push((item, part));
            }
        }
        assert_eq!(points, 0, "the model is wrong: it has fewer points");
        parts
    }

    pub(super) fn is_over(&self, item: Handle, now: Timestamp) -> bool {
        self.items[&item].is_over(now)
    }

    /// What a balance shows as available.
    pub(super) fn available(&self, point_type: PointTypeId, rules: &Rules) -> i64 {
        let spendable = rules.kind(point_type).is_ok_and(|kind| kind.is_redeemable());
        (if spendable { self.sum(point_type, PointState::Matured) } else { 0 }) - self.debt(point_type)
    }

    /// The member without the points, as the engine shows it.
    pub(crate) fn state(&self) -> MemberState {
        let Member { enrolled_at, status, tier, is_household, household, merged_into, .. } = *self;
        MemberState { enrolled_at, status, tier, is_household, membership: household, merged_into }
    }

    /// What a balance shows.
    pub(super) fn balance(&self, point_type: PointTypeId, rules: &Rules) -> Balance {
        let counts = rules.kind(point_type).is_ok_and(|kind| kind.is_qualifying());
        let matured = self.sum(point_type, PointState::Matured);
        Balance {
            member: self.id,
            point_type,
            available: Points(self.available(point_type, rules)),
            qualifying: Points(if counts { matured } else { 0 }),
            future: Points(self.sum(point_type, PointState::Future)),
            held: Points(self.sum(point_type, PointState::Held)),
            debt: Points(self.debt(point_type)),
            lifetime: Points(self.lifetime.get(&point_type).copied().unwrap_or_default()),
        }
    }
}
