//! Sums that are kept once more, by month, for all sources and by source: each report that reads them says what a scan of
//! all sums of days says. And the index of references: what it finds is what the log has.

use accruedb::domain::*;
use accruedb::engine::{ClockSource, Engine, EngineOptions};
use accruedb::report::*;
use accruedb::storage::memory::MemoryStore;
use accruedb::storage::rows::Rows;
use accruedb::storage::{self, Read, Run, Store, TotalsByDay};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const PROGRAM: ProgramId = ProgramId(1);
const DAY_MS: i64 = 86_400_000;
/// 2025-11-20T00:00Z.
const BEGIN_MS: i64 = 1_763_596_800_000;

fn open(store: &Arc<MemoryStore>) -> Engine {
    let options = EngineOptions {
        clock: ClockSource::Commands,
        shards: 4,
        checkpoint_changes: 1_000_000,
        sweep_every: None,
        ..EngineOptions::default()
    };
    Engine::open_store(store.clone(), options).unwrap()
}

fn send(engine: &Engine, day: i64, request: u128, action: impl Into<Action>) {
    let at = Timestamp::from_ms(BEGIN_MS + day * DAY_MS + request as i64).unwrap();
    let command = Command { transaction_at: Some(at), ..Command::new(PROGRAM, RequestId(request), action) };
    drop(engine.execute(&command));
}

/// A number that looks drawn at random.
fn drawn(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % below
}

/// A history of 130 days: awards of five sources, one of them none, and of two types and subtypes; redemptions,
/// cancellations, expiries.
fn history(engine: &Engine, seed: u64, days: std::ops::Range<i64>) {
    let state = &mut (seed + 1);
    let mut request = 10 + days.start as u128 * 1_000;
    if days.start == 0 {
        let zone: Zone = "Europe/Vienna".parse().unwrap();
        send(engine, 0, 1, CreateProgram { zone, enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() });
        for point_type in [1, 2].map(PointTypeId) {
            let expiry = Expiry::After(Span::days(17 * u16::from(point_type == PointTypeId(1)) + 40));
            send(engine, 0, 1 + u128::from(point_type.0), CreatePointType { point_type, expiry, ..Default::default() });
        }
    }
    for day in days {
        for _ in 0..6 {
            request += 1;
            let member = MemberId(1 + u128::from(drawn(state, 7)));
            let point_type = PointTypeId(1 + drawn(state, 2) as u16);
            let points = Points(1 + drawn(state, 90) as i64);
            match drawn(state, 6) {
                0 => send(engine, day, request, Redeem { member, point_type, points }),
                1 => {
                    let cancelled = RequestId(request - 1 - u128::from(drawn(state, 5)));
                    send(engine, day, request, Cancel { request: cancelled, amount: CancelAmount::Whole });
                }
                _ => {
                    let source = Some(SourceId(drawn(state, 5) as u32)).filter(|source| source.0 > 0);
                    let subtype = SubtypeId(drawn(state, 3) as u16);
                    let award = Award { source, subtype, ..Award::new(point_type, points) };
                    send(engine, day, request, Accrue { member, partner: None, awards: vec![award] });
                }
            }
        }
    }
    engine.book_due().unwrap();
}

/// All that the tables of days have, in memory.
struct Scan {
    totals: Vec<(TotalsKey, Totals)>,
    cohorts: Vec<(CohortKey, Totals)>,
    expiring: Vec<(ExpiringKey, i128)>,
}

type BySeries<V> = BTreeMap<(SourceId, PointTypeId, SubtypeId), V>;

impl Scan {
    fn of(read: &dyn Read) -> Scan {
        Scan {
            totals: Rows::<TotalsByDay>::all(read).map(Result::unwrap).collect(),
            cohorts: Rows::<storage::Cohorts>::all(read).map(Result::unwrap).collect(),
            expiring: Rows::<storage::Expiring>::all(read).map(Result::unwrap).collect(),
        }
    }

    fn sums(&self, takes: impl Fn(&TotalsKey) -> bool) -> BTreeMap<(Day, PointTypeId), Totals> {
        let mut sums: BTreeMap<(Day, PointTypeId), Totals> = BTreeMap::new();
        for (key, totals) in self.totals.iter().filter(|(key, _)| takes(key)) {
            sums.entry((key.day, key.point_type)).or_default().add(totals);
        }
        sums
    }

    fn fates(&self, takes: impl Fn(Day, SourceId) -> bool) -> BySeries<Totals> {
        let mut sums: BySeries<Totals> = BTreeMap::new();
        let issued = self.totals.iter().map(|(key, totals)| (key.series(), totals.issued_only()));
        for (key, part) in issued.chain(self.cohorts.iter().copied()).filter(|(key, _)| takes(key.day, key.source)) {
            sums.entry((key.source, key.point_type, key.subtype)).or_default().add(&part);
        }
        sums.retain(|_, fate| *fate != Totals::NONE);
        sums
    }
}

/// A range of days, a list of sources.
struct Question {
    from: Option<Day>,
    to: Option<Day>,
    sources: Vec<SourceId>,
}

impl Question {
    fn draw(state: &mut u64) -> Question {
        let first = Timestamp::from_ms(BEGIN_MS).unwrap().day().0 - 3;
        let mut day = |share| (drawn(state, 4) >= share).then(|| Day(first + drawn(state, 140) as i32));
        let (from, to) = (day(1), day(1));
        let sources = (0..drawn(state, 3)).map(|_| SourceId(drawn(state, 6) as u32)).collect();
        Question { from, to, sources }
    }

    fn takes(&self, day: Day, source: SourceId) -> bool {
        self.from.is_none_or(|from| from <= day)
            && self.to.is_none_or(|to| day <= to)
            && (self.sources.is_empty() || self.sources.contains(&source))
    }

    fn filter(&self) -> Filter {
        Filter { sources: self.sources.clone(), ..Filter::default() }
    }
}

fn compare(read: &dyn Read, now: Timestamp, question: &Question) {
    let scan = Scan::of(read);
    let Question { from, to, .. } = *question;
    // the source report
    let mut by_day: BTreeMap<Day, Totals> = BTreeMap::new();
    for ((day, _), totals) in scan.sums(|key| question.takes(key.day, key.source)) {
        by_day.entry(day).or_default().add(&totals);
    }
    by_day.retain(|_, totals| *totals != Totals::NONE);
    let days = source_report(read, now, (PROGRAM, from, to), &question.filter()).unwrap();
    assert_eq!(days.iter().map(|row| (row.day, row.daily)).collect::<BTreeMap<_, _>>(), by_day);
    // cohorts
    let fates = cohort(read, now, (PROGRAM, from, to), (&question.filter(), Grouping::Subtype)).unwrap();
    let series = |of: Series| (of.source, of.point_type, of.subtype);
    let fates: BySeries<Totals> = fates.iter().map(|row| (series(row.series), row.fate)).collect();
    assert_eq!(fates, scan.fates(|day, source| question.takes(day, source)));
    // what is owed at the end of a day
    let until = to.unwrap_or(now.day());
    let owed = outstanding(read, now, (PROGRAM, AsOf::Day(until)), (&question.filter(), Grouping::Subtype)).unwrap();
    let mut sums: BySeries<i128> = BTreeMap::new();
    for (key, totals) in scan.totals.iter().filter(|(key, _)| key.day <= until) {
        if question.sources.is_empty() || question.sources.contains(&key.source) {
            *sums.entry((key.source, key.point_type, key.subtype)).or_default() += totals.outstanding();
        }
    }
    sums.retain(|_, points| *points != 0);
    assert_eq!(owed.iter().map(|row| (series(row.series), row.points)).collect::<BySeries<i128>>(), sums);
    // the expiry curve
    let curve = expiry_curve(read, now, (PROGRAM, to), &question.filter()).unwrap();
    let zone: Zone = "Europe/Vienna".parse().unwrap();
    let expected = scan.expiring.iter().filter(|(key, _)| {
        let is_near = to.is_none_or(|to| key.day <= to) && key.day >= now.day_in(&zone);
        is_near && (question.sources.is_empty() || question.sources.contains(&key.source))
    });
    let expected: Vec<_> = expected.map(|(key, points)| (key.day, key.point_type, key.source, *points)).collect();
    assert_eq!(curve.iter().map(|row| (row.day, row.point_type, row.source, row.points)).collect::<Vec<_>>(), expected);
    liabilities(read, now, (&scan, question));
}

fn liabilities(read: &dyn Read, now: Timestamp, (scan, question): (&Scan, &Question)) {
    let source = question.sources.first().copied();
    for by in [By::Day, By::Month, By::Source] {
        let Question { from, to, .. } = *question;
        let query = Liability { program: PROGRAM, from, to, source, point_type: None, by };
        let mut expected: BTreeMap<(String, PointTypeId), Totals> = BTreeMap::new();
        let mut owed: BTreeMap<(String, PointTypeId), i128> = BTreeMap::new();
        for (key, totals) in &scan.totals {
            let bucket = match by {
                By::Day => key.day.to_string(),
                By::Month => key.day.to_string()[..7].to_owned(),
                By::Source => key.source.to_string(),
            };
            let is_before_end = to.is_none_or(|to| key.day <= to) && source.is_none_or(|only| only == key.source);
            if is_before_end && from.is_none_or(|from| from <= key.day) {
                expected.entry((bucket.clone(), key.point_type)).or_default().add(totals);
            }
            if is_before_end && by == By::Source {
                *owed.entry((bucket, key.point_type)).or_default() += totals.outstanding();
            }
        }
        expected.retain(|_, totals| *totals != Totals::NONE);
        let rows = liability(read, now, &query).unwrap();
        let moved = rows.iter().filter(|row| row.moved != Totals::NONE);
        let moved: BTreeMap<_, _> = moved.map(|row| ((row.bucket.to_string(), row.point_type), row.moved)).collect();
        assert_eq!(moved, expected, "{query:?}");
        for row in &rows {
            let key = (row.bucket.to_string(), row.point_type);
            let is_owed = match by {
                By::Source => owed.get(&key).copied().unwrap_or_default(),
                By::Day | By::Month => {
                    let of = scan.totals.iter().filter(|(of, _)| {
                        of.point_type == row.point_type
                            && source.is_none_or(|only| only == of.source)
                            && to.is_none_or(|to| of.day <= to)
                            && of.day.to_string()[..key.0.len()] <= *key.0
                    });
                    of.map(|(_, totals)| totals.outstanding()).sum()
                }
            };
            assert_eq!(row.outstanding, is_owed, "{query:?} {key:?}");
        }
    }
}

/// In memory, half in the tables, all in the tables: each report is what a scan of all days says.
#[test]
fn reports_agree_with_a_scan_of_all_days() {
    for seed in 0..4 {
        let store = Arc::new(MemoryStore::new());
        let engine = open(&store);
        let state = &mut (seed + 77);
        for days in [0..20, 20..61, 61..130] {
            history(&engine, seed, days);
            for question in (0..12).map(|_| Question::draw(state)) {
                let now = engine.now();
                engine.with_snapshot(|read| compare(read, now, &question)).unwrap();
            }
            engine.checkpoint().unwrap();
            let (now, question) = (engine.now(), Question { from: None, to: None, sources: Vec::new() });
            engine.with_snapshot(|read| compare(read, now, &question)).unwrap();
        }
        let audit = engine.verify(Some(Arc::new(MemoryStore::new()))).unwrap();
        assert_eq!(audit.violations, Vec::<String>::new(), "seed {seed}");
    }
}

/// The audit sees sums that are wrong.
#[test]
fn the_audit_adds_the_sums_up_again() {
    let store = Arc::new(MemoryStore::new());
    let engine = open(&store);
    history(&engine, 9, 0..70);
    assert_eq!(engine.verify(None).unwrap().violations, Vec::<String>::new());
    engine.close().unwrap();

    let claim = store.claim().unwrap();
    let mut runs = Vec::new();
    break_first::<storage::TotalsByMonth>(&store, &mut runs);
    break_first::<storage::CohortsByMonth>(&store, &mut runs);
    break_first::<storage::TotalsByType>(&store, &mut runs);
    break_first::<storage::TotalsBySource>(&store, &mut runs);
    store.checkpoint(claim.epoch, claim.applied, &mut runs.into_iter().map(Ok)).unwrap();
    let engine = open(&store);
    let audit = engine.verify(None).unwrap();
    assert_eq!(audit.violations.len(), 4, "{:?}", audit.violations);
}

/// Adds a point to the first row of a table.
fn break_first<T: storage::Table<Value = Totals>>(store: &MemoryStore, runs: &mut Vec<Run>) {
    let (key, totals) = Rows::<T>::all(store).next().unwrap().unwrap();
    let mut run = Run::new(T::ID);
    let mut broken = totals;
    broken.issued += 1;
    run.push::<T>(&key, Some(&broken)).unwrap();
    runs.push(run);
}

/// What the index of references finds is what the journal has; what is erased is found no more, and leaves nothing.
#[test]
fn references_are_found_until_they_are_erased() {
    let store = Arc::new(MemoryStore::new());
    let engine = open(&store);
    history(&engine, 3, 0..3);
    let refer = |number: u128, text: &str| {
        let award = Award::new(PointTypeId(1), Points(5));
        let accrue = Accrue { member: MemberId(number % 5 + 1), partner: None, awards: vec![award] };
        let at = Timestamp::from_ms(BEGIN_MS + 5 * DAY_MS + number as i64);
        let reference = Some(text.into());
        let command = Command { transaction_at: at, reference, ..Command::new(PROGRAM, RequestId(number), accrue) };
        engine.execute(&command).unwrap();
    };
    (0..60).for_each(|number| refer(1_000_000 + number, if number % 3 == 0 { "offer 7" } else { "offer 8" }));
    let scan = |text: &str| -> Vec<Sequence> {
        let all = engine.journal(Sequence(1), usize::MAX).unwrap();
        let those = all.iter().filter(|entry| entry.command.reference.as_deref() == Some(text));
        those.map(|entry| entry.sequence).rev().collect()
    };
    let found = |text: &str, up_to: Sequence, limit| engine.referred(PROGRAM, text, (up_to, limit)).unwrap();
    let all = scan("offer 7");
    assert_eq!(all.len(), 20);
    assert_eq!(found("offer 7", Sequence(u64::MAX), 99), all);
    assert_eq!(found("offer 7", all[3], 4), all[3..7]);
    assert_eq!(found("offer", Sequence(u64::MAX), 9), []);
    assert_eq!(engine.referred(ProgramId(2), "offer 7", (Sequence(u64::MAX), 9)).unwrap(), []);
    let erased: BTreeSet<Sequence> = (0..60).step_by(3).map(|number| all[19 - number / 3]).collect();
    for number in (0..60u128).step_by(3) {
        let request = 2_000_000 + number;
        send(&engine, 6, request, Erase { transaction: Some(RequestId(1_000_000 + number)), id: None });
    }
    assert_eq!(erased.len(), 20);
    assert_eq!((found("offer 7", Sequence(u64::MAX), 99), scan("offer 7")), (vec![], vec![]));
    assert_eq!(found("offer 8", Sequence(u64::MAX), 99).len(), 40);
    assert_eq!(engine.verify(None).unwrap().violations, Vec::<String>::new());
    // the index alone is damaged: the audit says so
    store.lose_text(TextKey::referred(PROGRAM, "offer 8", found("offer 8", Sequence(u64::MAX), 1)[0]));
    assert_eq!(engine.verify(None).unwrap().violations.len(), 1);
}
