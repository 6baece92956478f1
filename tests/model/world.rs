//! What a history's world is like: each seed switches features on and off, and turns others up, so that what is rare
//! together in an average history is common in some.

use super::calendar::ZONES;
use super::rng::Rng;
use accruedb::domain::*;
use accruedb::storage::memory::{Call, Trouble};

pub(crate) const DAY: i64 = 86_400_000;
pub(crate) const PROGRAMS: [ProgramId; 2] = [ProgramId(7), ProgramId(8)];
/// Names that histories use, with a neighbour on each side.
pub(crate) const MEMBERS: std::ops::RangeInclusive<u128> = 99..=106;
pub(crate) const PARTNERS: std::ops::RangeInclusive<u32> = 1..=5;
pub(crate) const SOURCES: std::ops::RangeInclusive<u32> = 1..=5;

/// A planned fault: the call of the kind after the next so many.
pub(crate) type Plan = (Call, u64, Trouble);

/// The request id of a command, by its number.
pub(super) fn request_of(number: u128, random_ids: bool) -> RequestId {
    let spread = if random_ids { number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835) } else { number };
    RequestId(spread.max(1))
}

/// Histories name items by the number of the command that grants them: their ids are not known before.
const BY_NUMBER: u64 = 1 << 40;

/// An item by the number of the command that grants it.
pub(super) fn item_of(number: u128, place: u16) -> ItemId {
    ItemId { sequence: Sequence(BY_NUMBER + number as u64), place }
}

/// The number of the command that grants an item.
pub(super) fn granted_by(item: ItemId) -> Option<u128> {
    item.sequence.0.checked_sub(BY_NUMBER).map(u128::from)
}

/// What a world is like: the features that its seed switches on, and how often each kind of step comes.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) programs: usize,
    pub(crate) shards: u16,
    /// A checkpoint begins by itself after so many changes; none does where it is a million.
    pub(crate) checkpoint_changes: u32,
    pub(crate) cache_members: u32,
    pub(crate) book_items_max: u32,
    pub(crate) looks_back: bool,
    pub(super) era: i64,
    pub(super) latest: i64,
    pub(super) zone: &'static str,
    pub(super) members: u64,
    pub(super) partners: u64,
    /// Sources that are set up; where it is 0, awards name some all the same.
    pub(super) sources: u64,
    pub(super) random_ids: bool,
    pub(super) malformed: bool,
    pub(super) huge: bool,
    pub(super) spans: bool,
    /// Point types with policies: rolling expiry, inactivity, rollover.
    pub(super) policies: bool,
    /// Point types with limits: maxima, debts, overdrafts, default accounts.
    pub(super) limits: bool,
    pub(super) tiers: bool,
    pub(super) troubles: Vec<(Call, Trouble)>,
    pub(super) jumps: Vec<i64>,
    pub(super) back: Vec<i64>,
    /// Weights of the verbs, in the order of [`Verb`].
    pub(super) verbs: [u64; Verb::ALL.len()],
    /// Weights of the steps, in the order of [`Step`].
    pub(super) steps: [u64; 13],
}

/// What is drawn next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Enrol,
    Purchase,
    Approve,
    SetUp,
    Redeem,
    Cancel,
    Accrue,
    Transfer,
    Hold,
    Capture,
    Release,
    Erase,
    Repeat,
    Adjust,
    Status,
    Extend,
    Reinstate,
    Household,
    Merge,
    Unmerge,
    Shared,
    Terms,
    Block,
    AdjustBlock,
    Fee,
    Refund,
    Bill,
    Source,
    /// Merchants: what they agree upon, purchases, spends, settlement runs.
    Trade,
}

impl Verb {
    pub(super) const ALL: [Verb; 29] = [
        Verb::Enrol,
        Verb::Purchase,
        Verb::Approve,
        Verb::SetUp,
        Verb::Redeem,
        Verb::Cancel,
        Verb::Accrue,
        Verb::Transfer,
        Verb::Hold,
        Verb::Capture,
        Verb::Release,
        Verb::Erase,
        Verb::Repeat,
        Verb::Adjust,
        Verb::Status,
        Verb::Extend,
        Verb::Reinstate,
        Verb::Household,
        Verb::Merge,
        Verb::Unmerge,
        Verb::Shared,
        Verb::Terms,
        Verb::Block,
        Verb::AdjustBlock,
        Verb::Fee,
        Verb::Refund,
        Verb::Bill,
        Verb::Source,
        Verb::Trade,
    ];
}

/// Which worlds are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    /// One program, ordinary days, no troubles.
    Calm,
    Everything,
    /// Time goes wrong in every one.
    Clock,
}

const TROUBLES: [(Call, Trouble); 9] = [
    (Call::Append, Trouble::Fail),
    (Call::Append, Trouble::FailAfter),
    (Call::Checkpoint, Trouble::Fail),
    (Call::Checkpoint, Trouble::FailAfter),
    (Call::Checkpoint, Trouble::Tear),
    (Call::Read, Trouble::Fail),
    (Call::Journal, Trouble::Fail),
    (Call::Release, Trouble::Fail),
    (Call::Release, Trouble::FailAfter),
];

/// Where histories begin: an instant and the latest they may reach. Today's rules of the zones hold from 2008 on.
fn era(rng: &mut Rng<'_>, zone: &str, theme: Theme) -> (i64, i64) {
    let at = |text: &str| text.parse::<Timestamp>().unwrap().ms();
    let last = Timestamp::MAX.ms();
    let eras = [
        ("2026-01-01T00:00:00Z", last),
        ("2026-03-27T23:00:00Z", last),
        ("2026-10-23T22:30:00Z", last),
        ("2026-10-31T05:30:00Z", last),
        ("2027-04-02T14:00:00Z", last),
        ("2028-02-28T12:00:00Z", last),
        ("2028-01-31T23:59:59.999Z", last),
        ("2199-12-31T23:59:59.999Z", last),
        ("9999-11-20T00:00:00Z", last),
        ("0001-01-01T00:00:00Z", at("0100-01-01T00:00:00Z")),
        ("1969-12-30T12:00:00Z", at("1975-01-01T00:00:00Z")),
        ("1900-02-27T12:00:00Z", at("1970-01-03T00:00:00Z")),
    ];
    let usual = theme == Theme::Everything && !rng.one_in(3);
    let known = if zone == "UTC" { eras.len() } else { 10 };
    let (from, to) = if usual { eras[0] } else { *rng.pick(&eras[..known]) };
    (at(from), to)
}

/// A weight; 0 in one world of so many.
fn on(rng: &mut Rng<'_>, n: u64, weight: u64) -> u64 {
    if rng.one_in(n) { 0 } else { 1 + rng.below(weight) }
}

impl World {
    pub(super) fn draw(rng: &mut Rng<'_>, theme: Theme) -> World {
        if theme == Theme::Calm {
            return World::calm(rng);
        }
        let zone = if theme == Theme::Everything && !rng.one_in(3) { "UTC" } else { *rng.pick(&ZONES) };
        let (era, latest) = era(rng, zone, theme);
        let small = [0, 0, 1, DAY - 1, DAY, 3 * DAY, 10 * DAY];
        let big = [0, 1, 3_600_000, DAY, 30 * DAY, 365 * DAY, 366 * DAY, 3_652 * DAY, 4 * 365 * DAY + DAY];
        let jumps = if theme == Theme::Everything && !rng.one_in(4) { &small[..] } else { &big[..] };
        let back = [1, DAY, 30 * DAY, i64::MAX];
        let back = back[..rng.between(if theme == Theme::Clock { 3 } else { 1 }, 4) as usize].to_vec();
        let some = rng.below(TROUBLES.len() as u64 + 1) as usize;
        let troubles: Vec<_> = (0..some).map(|_| *rng.pick(&TROUBLES)).collect();
        let faulty = if troubles.is_empty() { 0 } else { on(rng, 4, 4) };
        let stand = if theme == Theme::Clock { 1 } else { on(rng, 3, 1) };
        let trade = on(rng, 2, 40);
        World {
            programs: if rng.one_in(4) { 2 } else { 1 },
            shards: *rng.pick(&[1, 2, 3, 4, 64]),
            checkpoint_changes: if rng.one_in(4) { rng.between(1, 30) as u32 } else { 1_000_000 },
            cache_members: *rng.pick(&[0, 1, 2, 100]),
            book_items_max: rng.between(1, 6) as u32,
            looks_back: rng.one_in(4),
            era,
            latest,
            zone,
            members: rng.between(1, 6),
            partners: rng.between(1, 3),
            sources: rng.below(5),
            random_ids: rng.one_in(3),
            malformed: rng.one_in(4),
            huge: rng.one_in(8),
            spans: theme == Theme::Clock || rng.one_in(3),
            policies: rng.one_in(3),
            limits: rng.one_in(3),
            tiers: rng.one_in(3),
            troubles,
            jumps: jumps.to_vec(),
            back,
            verbs: World::verb_weights(rng, trade),
            steps: World::step_weights(rng, faulty, stand, trade),
        }
    }

    /// Whether its partners are merchants.
    pub(super) fn trades(&self) -> bool {
        self.verbs[Verb::Trade as usize] > 0
    }

    /// Whether time leaps by a year or more.
    pub(super) fn leaps(&self) -> bool {
        self.jumps.iter().chain(&self.back).any(|jump| *jump >= 365 * DAY && *jump < i64::MAX)
    }

    fn verb_weights(rng: &mut Rng<'_>, trade: u64) -> [u64; Verb::ALL.len()] {
        [
            on(rng, 3, 2),
            on(rng, 3, 4),
            on(rng, 3, 4),
            on(rng, 3, 2),
            on(rng, 6, 16),
            on(rng, 4, 16),
            4 + rng.below(16),
            on(rng, 3, 8),
            on(rng, 3, 8),
            on(rng, 4, 6),
            on(rng, 4, 6),
            on(rng, 4, 3),
            on(rng, 4, 6),
            on(rng, 2, 6),
            on(rng, 3, 2),
            on(rng, 2, 6),
            on(rng, 2, 6),
            on(rng, 2, 4),
            on(rng, 3, 3),
            on(rng, 3, 3),
            on(rng, 3, 6),
            on(rng, 3, 2),
            on(rng, 3, 2),
            on(rng, 3, 4),
            on(rng, 3, 4),
            on(rng, 3, 3),
            on(rng, 3, 4),
            on(rng, 3, 10),
            trade,
        ]
    }

    fn step_weights(rng: &mut Rng<'_>, faulty: u64, stand: u64, trade: u64) -> [u64; 13] {
        [
            40 + rng.below(40),
            on(rng, 2, 10),
            on(rng, 3, 3),
            on(rng, 4, 8),
            on(rng, 3, 3) + 4 * trade.min(1),
            on(rng, 3, 6),
            on(rng, 2, 2),
            on(rng, 3, 3),
            on(rng, 2, 4),
            on(rng, 2, 1),
            faulty,
            stand,
            2 * stand,
        ]
    }

    fn calm(rng: &mut Rng<'_>) -> World {
        let trade = if rng.one_in(3) { 30 } else { 0 };
        World {
            programs: 1,
            shards: *rng.pick(&[1, 1, 2, 3, 4]),
            checkpoint_changes: rng.between(1, 50) as u32,
            cache_members: *rng.pick(&[0, 1, 2, 100]),
            book_items_max: rng.between(1, 5) as u32,
            looks_back: true,
            // 2026-01-01T00:00Z
            era: 1_767_225_600_000,
            latest: Timestamp::MAX.ms(),
            zone: "UTC",
            members: 4,
            partners: 3,
            sources: 3,
            random_ids: false,
            malformed: false,
            huge: rng.one_in(8),
            spans: false,
            policies: rng.one_in(3),
            limits: rng.one_in(3),
            tiers: rng.one_in(3),
            troubles: Vec::new(),
            jumps: vec![0, 0, 0, 1, DAY - 1, DAY, DAY, 3 * DAY, 10 * DAY],
            back: vec![1, DAY, 10 * DAY],
            verbs: [1, 2, 2, 1, 5, 7, 10, 3, 3, 2, 2, 1, 2, 2, 1, 2, 2, 2, 1, 1, 3, 1, 1, 2, 2, 1, 2, 5, trade],
            steps: [49, 4, 0, 3, 2 + trade / 6, 1, 1, 1, 2, 0, 0, 0, 0],
        }
    }
}
