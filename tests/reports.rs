//! Reports beside the commands: they look at the memory over the tables, as of one entry, and nothing is written for
//! them.

use accruedb::domain::keys::{KEY_BYTES_MAX, Key};
use accruedb::domain::*;
use accruedb::engine::{ClockSource, Engine, EngineOptions};
use accruedb::report::{AsOf, By, Filter, Grouping, Liability, liability, outstanding};
use accruedb::storage::memory::{Call, MemoryStore, Trouble};
use accruedb::storage::{Read, Store, TableId, Visit, requests};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const PROGRAM: ProgramId = ProgramId(1);
const TYPE: PointTypeId = PointTypeId(1);

fn engine(store: &Arc<MemoryStore>) -> Engine {
    let options = EngineOptions {
        clock: ClockSource::Commands,
        shards: 4,
        checkpoint_changes: 1_000_000,
        cache_members: 8,
        sweep_every: None,
        ..EngineOptions::default()
    };
    let engine = Engine::open_store(store.clone(), options).unwrap();
    let set_up: [Action; 3] = [
        CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() }.into(),
        CreatePointType { point_type: TYPE, order: UseOrder::FirstIn, ..CreatePointType::default() }.into(),
        CreateSource { source: SourceId(1), inventory: Some(Points(1 << 40)), ..CreateSource::default() }.into(),
    ];
    for (action, request) in set_up.into_iter().zip(1u128..) {
        engine.execute(&command(request, action)).unwrap();
    }
    engine
}

/// A command of its own millisecond.
fn command(request: u128, action: impl Into<Action>) -> Command {
    let at = Timestamp::from_ms(1_767_225_600_000 + request as i64).unwrap();
    Command { transaction_at: Some(at), ..Command::new(PROGRAM, RequestId(request), action) }
}

/// Accruals, redemptions, cancellations and holds, in turn.
fn some(request: u128) -> Command {
    let member = MemberId(1 + request % 11);
    let action: Action = match request % 7 {
        0 => Redeem { member, point_type: TYPE, points: Points(3) }.into(),
        1 => Cancel { request: RequestId(request - 2), amount: CancelAmount::Whole }.into(),
        2 => HoldPoints { member, point_type: TYPE, points: Points(1), times_out: Expiry::Never }.into(),
        _ => {
            let start = if request.is_multiple_of(5) { Start::After(Span::days(1)) } else { Start::Transaction };
            let award = Award { source: Some(SourceId(1)), start, ..Award::new(TYPE, Points(10)) };
            Accrue { member, partner: None, awards: vec![award] }.into()
        }
    };
    command(request, action)
}

/// All rows of all tables, read in pieces, and each looked up once more.
fn rows(read: &dyn Read) -> BTreeMap<(TableId, Vec<u8>), Vec<u8>> {
    let mut rows = BTreeMap::new();
    // which request ids are in pages hangs on when checkpoints were made
    for request in requests::all(read) {
        let (key, sequence) = request.unwrap();
        assert_eq!(requests::find(read, &key), Ok(Some(sequence)));
        rows.insert((TableId::Requests, key.to_bytes()), sequence.0.to_le_bytes().to_vec());
    }
    let is_other = |table: &TableId| !matches!(table, TableId::Requests | TableId::RequestPages);
    for table in TableId::ALL.into_iter().filter(is_other) {
        let mut from = Vec::new();
        loop {
            let mut found = 0;
            read.scan(table, &from.clone(), &[0xFF; KEY_BYTES_MAX + 1], &mut |key, value| {
                assert!(key >= from.as_slice(), "in order");
                rows.insert((table, key.to_vec()), value.to_vec());
                from = [key, &[0]].concat();
                found += 1;
                Ok(if found < 5 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
            })
            .unwrap();
            if found == 0 {
                break;
            }
        }
        let keys: Vec<_> = rows.keys().filter(|(of, _)| *of == table).cloned().collect();
        for key in &keys {
            assert_eq!(read.get(table, &key.1).unwrap().as_ref(), rows.get(key), "{key:?}");
        }
        assert_eq!(read.last_key(table).unwrap(), keys.last().map(|(_, key)| key.clone()));
    }
    assert_eq!(read.get(TableId::Members, &MemberKey { program: PROGRAM, member: MemberId(99) }.to_bytes()), Ok(None));
    rows
}

/// What a report sees is what a checkpoint would have written; what changes meanwhile is not in it, and is not lost.
#[test]
fn a_view_is_what_a_checkpoint_would_write() {
    let store = Arc::new(MemoryStore::new());
    let engine = engine(&store);
    let mut requests = 100u128..;
    for round in 0..6 {
        requests.by_ref().take(70).for_each(|request| drop(engine.execute(&some(request))));
        let before = engine.metrics().checkpoints;
        let (seen, shown) = engine
            .with_snapshot(|read| {
                let seen = rows(read);
                // beside the view: what is new, what is changed again, and what is forgotten
                requests.by_ref().take(40).for_each(|request| drop(engine.execute(&some(request))));
                assert_eq!(rows(read), seen, "it does not move");
                (seen, read.shown())
            })
            .unwrap();
        assert_eq!(engine.metrics().checkpoints, before, "no checkpoint for a report");
        // the same entries in another database, brought into the tables
        let twin = Arc::new(MemoryStore::new());
        let other = self::engine(&twin);
        for entry in engine.journal(Sequence(4), shown.0 as usize - 3).unwrap() {
            drop(other.execute(&entry.command));
        }
        other.checkpoint().unwrap();
        assert_eq!(other.with_snapshot(rows).unwrap(), seen);
        assert_eq!(rows(twin.as_ref()), seen, "round {round}");
        if round % 2 == 1 {
            engine.checkpoint().unwrap();
        }
    }
    let audit = engine.verify(Some(Arc::new(MemoryStore::new()))).unwrap();
    assert_eq!(audit.violations, Vec::<String>::new());
    engine.close().unwrap();
    let again = Engine::open_store(store as Arc<dyn Store>, EngineOptions::default()).unwrap();
    assert_eq!(again.digest().unwrap(), audit.digest);
}

/// A report that panics leaves the engine as it was.
#[test]
fn a_report_that_panics_harms_nobody() {
    let engine = engine(&Arc::new(MemoryStore::new()));
    (100..150).for_each(|request| drop(engine.execute(&some(request))));
    let look = || engine.with_snapshot(|_| panic!("a report"));
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(look)).is_err());
    (150..200).for_each(|request| drop(engine.execute(&some(request))));
    let audit = engine.verify(Some(Arc::new(MemoryStore::new()))).unwrap();
    assert_eq!(audit.violations, Vec::<String>::new());
}

/// Reports, commands and checkpoints side by side: every report sees whole commands, one after the other.
#[test]
fn reports_run_beside_commands() {
    let engine = engine(&Arc::new(MemoryStore::new()));
    let query = Liability { program: PROGRAM, by: By::Source, ..Liability::default() };
    std::thread::scope(|scope| {
        let writers = (0..2u128).map(|thread| {
            let engine = &engine;
            scope.spawn(move || {
                for request in 0..400 {
                    let number = 1_000 + 2 * request + thread;
                    // no cancellation
                    drop(engine.execute(&some(if number % 7 == 1 { 10_000 + 7 * number + 3 } else { number })));
                }
            })
        });
        let writers: Vec<_> = writers.collect();
        let mut issued = 0;
        while writers.iter().any(|writer| !writer.is_finished()) {
            let (rows, left) = engine
                .with_snapshot(|read| {
                    let key = SourceKey { program: PROGRAM, source: SourceId(1) };
                    let source = accruedb::storage::rows::get::<accruedb::storage::Sources>(read, &key).unwrap();
                    (liability(read, Timestamp::MAX, &query).unwrap(), source.unwrap().inventory.unwrap())
                })
                .unwrap();
            let moved = rows.iter().fold(Totals::NONE, |mut sum, row| {
                sum.add(&row.moved);
                sum
            });
            // the inventory and the totals are of one moment
            assert_eq!(moved.issued, i128::from(left.issued.0));
            assert!(moved.issued >= issued);
            issued = moved.issued;
            if issued % 3 == 0 {
                engine.checkpoint().unwrap();
            }
        }
        writers.into_iter().for_each(|writer| writer.join().unwrap());
    });
    let audit = engine.verify(Some(Arc::new(MemoryStore::new()))).unwrap();
    assert_eq!(audit.violations, Vec::<String>::new());
}

/// What if a policy had been another since some instant: the same as if it had been changed then, and the database that
/// is asked does not change.
#[test]
fn what_if_is_the_history_under_other_rules() {
    let (from, changed) = (350, 900);
    let store = Arc::new(MemoryStore::new());
    let engine = engine(&store);
    (100..600).for_each(|request| drop(engine.execute(&some(request))));
    let before = engine.digest().unwrap();
    let expiry = Some(Expiry::After(Span::days(9)));
    let change = EditPointType { point_type: TYPE, expiry, ..EditPointType::default() };
    let change = Command { transaction_at: None, ..command(changed, change) };
    let open = || {
        let options = EngineOptions { clock: ClockSource::Commands, sweep_every: None, ..EngineOptions::default() };
        Engine::open_store(Arc::new(MemoryStore::new()), options).unwrap()
    };
    let other = open();
    let at = command(from, Enrol { member: MemberId(1) }).transaction_at.unwrap();
    let found = engine.what_if(&other, (at, std::slice::from_ref(&change))).unwrap();
    assert_eq!((found.newly_refused, found.newly_done), (0, 0));
    assert_eq!(engine.digest().unwrap(), before, "the database itself is only read");

    let really = self::engine(&Arc::new(MemoryStore::new()));
    (100..from).for_each(|request| drop(really.execute(&some(request))));
    really.execute(&Command { transaction_at: Some(at), ..change.clone() }).unwrap();
    (from..600).for_each(|request| drop(really.execute(&some(request))));
    assert_eq!(other.digest().unwrap(), really.digest().unwrap());
    assert_ne!(other.digest().unwrap(), before);

    // what was refused for want of points is done where there are more
    let more = Accrue { member: MemberId(1), partner: None, awards: vec![Award::new(TYPE, Points(1_000_000))] };
    let more = Command { transaction_at: None, ..command(changed, more) };
    let found = engine.what_if(&open(), (Timestamp::MIN, &[more])).unwrap_err();
    assert!(found.what.contains("a change is refused"), "before there is a program: {found}");
}

/// A page of the index begins at the end of the journal, not at the end of all numbers: so it comes to the newest entries
/// first, and not by way of all others.
#[test]
fn the_index_is_read_from_the_end_of_the_journal() {
    let store = Arc::new(MemoryStore::new());
    let engine = engine(&store);
    (100..200).for_each(|request| drop(engine.execute(&some(request))));
    engine.checkpoint().unwrap();
    let nothing = Mark::Source(SourceId(77));
    for mark in [Mark::Source(SourceId(1)), Mark::PointType(TYPE), Mark::Kind(AuditKind::Issuance), nothing] {
        store.trouble(Call::Read, 4, Trouble::Fail);
        let found = engine.marked(PROGRAM, &[mark..=mark], (Sequence(u64::MAX), 10)).unwrap();
        assert_eq!(found.len(), if mark == nothing { 0 } else { 10 }, "{mark:?}");
        assert_eq!(store.calm().len(), 1, "{mark:?} takes a few look-ups");
    }
    // days on which nothing happened that was recorded later cost nothing
    store.trouble(Call::Read, 4, Trouble::Fail);
    let all_days = Mark::Happened(Day(i32::MIN))..=Mark::Happened(Day(i32::MAX));
    assert!(engine.marked(PROGRAM, &[all_days], (Sequence(u64::MAX), 10)).unwrap().is_empty());
}

/// What was recorded more than some seconds after it happened, or before, is in the index by the day of the event; what
/// was recorded at once is not.
#[test]
fn what_is_recorded_late_is_found_by_its_day() {
    let store = Arc::new(MemoryStore::new());
    let engine = engine(&store);
    let begin = engine.now();
    let dated = |request: u128, hours: i64, ms: i64| {
        let award = Award { expires: Some(Expiry::After(Span::days(30))), ..Award::new(TYPE, Points(10)) };
        let accrue = Accrue { member: MemberId(1), partner: None, awards: vec![award] };
        let at = Timestamp::from_ms(begin.saturating_add_hours(hours).ms() + ms);
        let command = Command { transaction_at: at, ..Command::new(PROGRAM, RequestId(request), accrue) };
        engine.execute(&command).unwrap().sequence
    };
    let prompt = dated(100, 240, 0);
    let [late, soon] = [dated(101, 72, 0), dated(102, 240, -PROMPT_SECONDS * 1000)];
    let happened = |hours: i64| {
        let day = begin.saturating_add_hours(hours).day();
        let marks = Mark::Happened(day)..=Mark::Happened(day);
        engine.marked(PROGRAM, &[marks], (Sequence(u64::MAX), 10)).unwrap()
    };
    for _ in 0..2 {
        assert_eq!((happened(72), happened(240)), (vec![late], vec![]), "not {prompt}, not {soon}");
        engine.checkpoint().unwrap();
    }
    // booked ten days late
    engine.advance_to(begin.saturating_add_hours(24 * 50)).unwrap();
    engine.book_due().unwrap();
    assert_eq!(happened(24 * 40), vec![engine.last_sequence()], "the expiry of the points of day 10");
    let audit = engine.verify(Some(Arc::new(MemoryStore::new()))).unwrap();
    assert_eq!(audit.violations, Vec::<String>::new());
}

/// Counts the records of the journal that are read.
struct Counting<'a>(&'a dyn Read, AtomicU64);

impl Read for Counting<'_> {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.0.get(table, key)
    }

    fn scan(&self, table: TableId, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), Fault> {
        self.0.scan(table, from, to, visit)
    }

    fn last_key(&self, table: TableId) -> Result<Option<Vec<u8>>, Fault> {
        self.0.last_key(table)
    }

    fn journal(&self, from: Sequence, visit: &mut Visit<'_>) -> Result<(), Fault> {
        self.0.journal(from, &mut |key, bytes| {
            self.1.fetch_add(1, Ordering::Relaxed);
            visit(key, bytes)
        })
    }

    fn shown(&self) -> Sequence {
        self.0.shown()
    }

    fn text(&self, key: TextKey) -> Result<Option<Vec<u8>>, Fault> {
        self.0.text(key)
    }

    fn referred(&self, newest: TextKey, limit: usize) -> Result<Vec<Sequence>, Fault> {
        self.0.referred(newest, limit)
    }

    fn journal_record(&self, at: Sequence) -> Result<Option<(Sequence, Vec<u8>)>, Fault> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.journal_record(at)
    }
}

/// What is owed as of now hangs on sums alone, however much was recorded today.
#[test]
fn what_is_owed_now_reads_the_last_record_of_the_journal_alone() {
    let engine = engine(&Arc::new(MemoryStore::new()));
    (100..400).for_each(|request| drop(engine.execute(&some(request))));
    let now = engine.now();
    let owed = engine
        .with_snapshot(|read| {
            let read = Counting(read, AtomicU64::new(0));
            let all = (&Filter::default(), Grouping::default());
            let owed = outstanding(&read, now, (PROGRAM, AsOf::At(now)), all)?;
            assert_eq!(read.1.load(Ordering::Relaxed), 1, "records read");
            assert_eq!(owed, outstanding(&read, now, (PROGRAM, AsOf::Day(now.day())), all)?);
            Ok::<_, Fault>(owed)
        })
        .unwrap();
    assert!(owed.unwrap().iter().any(|row| row.points > 0));
}
