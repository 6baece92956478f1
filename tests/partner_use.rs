//! What a partner paid for, in pages: whatever the range, the size of a page and how many entries it may read, the pages
//! have the lines that a walk over the whole journal finds, the newest first.

use accruedb::domain::*;
use accruedb::engine::{ClockSource, Engine, EngineOptions};
use accruedb::look::{EngineAudit, each_use, entries_during, forecast, uses_during};
use accruedb::report::{UseLine, UsePage, UseQuery, partner_use, uses};
use accruedb::storage::memory::MemoryStore;
use std::ops::Range;
use std::sync::Arc;

const PROGRAM: ProgramId = ProgramId(1);
const TYPE: PointTypeId = PointTypeId(1);
const DAY_MS: i64 = 86_400_000;
/// 2026-01-01.
const FIRST_MS: i64 = 1_767_225_600_000;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(FIRST_MS + ms).unwrap()
}

fn key(partner: u32) -> PartnerKey {
    PartnerKey { program: PROGRAM, partner: PartnerId(partner) }
}

/// An engine, its next request, and how many milliseconds after the first its clock is.
struct Shop {
    engine: Engine,
    next: u128,
    ms: i64,
}

impl Shop {
    fn new() -> Shop {
        let options = EngineOptions { clock: ClockSource::Commands, sweep_every: None, ..EngineOptions::default() };
        let engine = Engine::open_store(Arc::new(MemoryStore::new()), options).unwrap();
        let mut shop = Shop { engine, next: 1, ms: 0 };
        shop.done(0, CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() });
        shop.done(0, CreatePointType { point_type: TYPE, ..CreatePointType::default() });
        for partner in [1, 2].map(PartnerId) {
            // three points cost one: a part of a point is rounded
            let rates = [(TYPE, "1/3".parse().unwrap())].into();
            shop.done(0, CreatePartner { partner, rates, billing: Billing::PostPaid, ..CreatePartner::default() });
        }
        shop
    }

    /// Does something that happened so long before the clock. Refusals are entries, too.
    fn act(&mut self, late_ms: i64, action: impl Into<Action>) -> (RequestId, bool) {
        let request = RequestId(self.next);
        (self.next, self.ms) = (self.next + 1, self.ms + DAY_MS / 7);
        self.engine.advance_to(at(self.ms)).unwrap();
        let transaction_at = Some(at(self.ms - late_ms));
        let command = Command { transaction_at, ..Command::new(PROGRAM, request, action) };
        (request, self.engine.execute(&command).is_ok())
    }

    fn done(&mut self, late_ms: i64, action: impl Into<Action>) -> RequestId {
        let (request, is_done) = self.act(late_ms, action);
        assert!(is_done, "request {request}");
        request
    }

    fn accrue(&mut self, late_ms: i64, (member, points): (u128, i64)) -> RequestId {
        let (member, awards) = (MemberId(member), vec![Award::new(TYPE, Points(points))]);
        match points % 3 {
            0 => self.done(late_ms, Accrue { member, partner: Some(PartnerId(1)), awards }),
            1 => self.done(late_ms, Accrue { member, partner: Some(PartnerId(2)), awards }),
            _ => {
                let shares = [(1, 60), (2, 40)].map(|(partner, parts)| Share { partner: PartnerId(partner), parts });
                self.done(late_ms, AccrueShared { member, shares: shares.into(), awards })
            }
        }
    }

    fn cancel(&mut self, late_ms: i64, request: RequestId, points: i64) {
        let amount = if points == 0 { CancelAmount::Whole } else { CancelAmount::Points(Points(points)) };
        self.act(late_ms, Cancel { request, amount });
    }

    /// Accruals of many days, recorded at once or later; cancellations of parts of them, also of members who were merged
    /// meanwhile, or were parted again.
    fn history() -> Shop {
        let mut shop = Shop::new();
        let late = [0, 5_000, DAY_MS, 0, 9 * DAY_MS];
        let mut given = Vec::new();
        for round in 0..60u32 {
            let late_ms = late[round as usize % late.len()];
            let (member, points) = (u128::from(1 + round % 4), i64::from(50 + round));
            given.push(shop.accrue(late_ms, (member, points)));
            if round % 2 == 1 {
                // one that was given a while ago, so that its cancellations have others between them
                let of = given[(round as usize * 7) % given.len()];
                shop.cancel(late_ms, of, if round % 9 == 0 { 0 } else { i64::from(1 + round % 5) });
                shop.cancel(0, given[given.len() / 2], 1);
            }
            let (member, other, reason) = (MemberId(4), MemberId(3), "one person".into());
            match round {
                20 => drop(shop.done(0, MergeMembers { member, other, reason })),
                40 => drop(shop.done(0, UnmergeMembers { member, other, reason })),
                30 => shop.engine.checkpoint().unwrap(),
                _ => {}
            }
            if (20..40).contains(&round) {
                // of the one who was merged, before and since
                shop.cancel(0, given[2], 1);
            }
        }
        shop.cancel(0, given[2], 2);
        shop
    }

    fn whole(&self, partner: PartnerKey, during: &Range<Timestamp>) -> Vec<UseLine> {
        let look = |read: &dyn accruedb::storage::Read| partner_use(read, partner, (during.start, during.end));
        let mut lines = self.engine.with_snapshot(look).unwrap().unwrap();
        lines.reverse();
        lines
    }

    /// The lines of all pages, and the most entries that a page had lines of.
    fn paged(&self, query: &UseQuery) -> Vec<UseLine> {
        let programs = self.engine.programs().unwrap();
        let (mut query, mut lines) = (query.clone(), Vec::new());
        loop {
            let UsePage { lines: more, next } = uses(&EngineAudit::new(&self.engine), &programs, &query).unwrap();
            assert!(more.len() <= query.limit);
            lines.extend(more);
            assert!(next.is_none() || query.before.is_none_or(|before| next < Some(before)), "pages go on");
            let Some(next) = next else { return lines };
            query.before = Some(next);
        }
    }
}

#[test]
fn pages_have_the_lines_of_the_whole_journal() {
    let shop = Shop::history();
    let (first, last) = (at(0), at(shop.ms));
    let middle = at(shop.ms / 2);
    for during in [
        Timestamp::MIN..Timestamp::MAX,
        middle..Timestamp::MAX,
        Timestamp::MIN..middle,
        at(3 * DAY_MS)..at(12 * DAY_MS),
        at(5 * DAY_MS)..at(5 * DAY_MS + 1),
        last..Timestamp::MAX,
        Timestamp::MIN..first,
    ] {
        for partner in [1, 2, 9].map(key) {
            let whole = shop.whole(partner, &during);
            if partner == key(1) && during.start == Timestamp::MIN && during.end > last {
                let cancelled = whole.iter().filter(|line| line.given < 0).count();
                assert!(cancelled > 20 && whole.iter().all(UseLine::agrees), "{cancelled} cancellations");
            }
            for (limit, entries_max) in [(1, 20_000), (3, 7), (1_000, 1), (1_000, 40), (1_000, 20_000)] {
                let query =
                    UseQuery { partner, during: during.clone(), agrees: None, before: None, limit, entries_max };
                assert_eq!(shop.paged(&query), whole, "{during:?}, {limit} of {entries_max}");
                let differing = UseQuery { agrees: Some(false), ..query };
                assert_eq!(shop.paged(&differing), [], "{during:?}, {limit} of {entries_max}");
            }
            let mut all = Vec::new();
            each_use(&shop.engine, partner, during.clone(), &mut |line| all.push(line)).unwrap();
            assert_eq!(all, whole, "{during:?}");
            all.reverse();
            assert_eq!(uses_during(&shop.engine, partner, during.clone()).unwrap(), all, "{during:?}: in order");
        }
    }
}

#[test]
fn days_are_read_and_not_the_journal() {
    let shop = Shop::history();
    let entries = |during| entries_during(&shop.engine, &during).unwrap();
    let all = shop.engine.last_sequence().0;
    assert_eq!(entries(Timestamp::MIN..Timestamp::MAX), all);
    // seven entries a day
    let day = entries(at(10 * DAY_MS)..at(11 * DAY_MS));
    assert!((7..=9).contains(&day), "{day} of {all}");
    // a page that may read one entry reads one, and says where the next one begins
    let query = UseQuery {
        partner: key(9),
        during: Timestamp::MIN..Timestamp::MAX,
        agrees: None,
        before: Some(Sequence(50)),
        limit: 10,
        entries_max: 1,
    };
    let page = uses(&EngineAudit::new(&shop.engine), &shop.engine.programs().unwrap(), &query).unwrap();
    assert_eq!(page.lines, []);
    assert!(page.next.is_some_and(|next| next < Sequence(50)), "{page:?}");
    // partners without blocks have nothing that could end
    assert_eq!(forecast(&shop.engine, key(1), 10).unwrap(), []);
}
