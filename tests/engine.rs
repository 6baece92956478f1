//! The engine from outside: its life from opening to reopening, on the memory store.

use crate::model::history::{History, Step};
use crate::model::run::Way;
use crate::model::world::{PROGRAMS, Theme};
use accruedb::domain::*;
use accruedb::engine::{ClockSource, Engine, EngineOptions, ErrorKind, ExecuteError};
use accruedb::report::{By, Liability, liability};
use accruedb::storage::memory::{Call, MemoryStore, Trouble};
use accruedb::storage::record::{self, NewEntry, Record};
use accruedb::storage::{Appended, Read, Store};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

const PROGRAM: ProgramId = ProgramId(1);
const POINTS: PointTypeId = PointTypeId(1);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn options() -> EngineOptions {
    EngineOptions { clock: ClockSource::Commands, check_laws: true, ..EngineOptions::default() }
}

fn command(request: u128, when: &str, action: impl Into<Action>) -> Command {
    Command::new(PROGRAM, RequestId(request), action).at(at(when))
}

fn accrue(member: u128, points: i64) -> Accrue {
    Accrue { member: MemberId(member), partner: Some(PartnerId(7)), awards: vec![Award::new(POINTS, Points(points))] }
}

fn set_up(engine: &Engine) {
    let program = CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() };
    let points =
        CreatePointType { point_type: POINTS, expiry: Expiry::After(Span::days(30)), ..CreatePointType::default() };
    let partner =
        CreatePartner { partner: PartnerId(7), rates: [(POINTS, Rate::ONE)].into(), ..CreatePartner::default() };
    let block =
        PurchaseBlock { partner: PartnerId(7), block: BlockId(1), points: Points(10_000), ..PurchaseBlock::default() };
    let approve = ApproveBlock { partner: PartnerId(7), block: BlockId(1) };
    let actions: [Action; 5] = [program.into(), points.into(), partner.into(), block.into(), approve.into()];
    for (action, request) in actions.into_iter().zip(1000..) {
        engine.execute(&command(request, "2026-01-01T00:00:00Z", action)).unwrap();
    }
}

fn balance(engine: &Engine, member: u128) -> Balance {
    let key = MemberKey { program: PROGRAM, member: MemberId(member) };
    engine.balances(key).unwrap().unwrap()[0]
}

#[test]
fn a_life_from_opening_to_reopening() {
    let store = Arc::new(MemoryStore::new());
    let engine = Engine::open_store(store.clone(), options()).unwrap();
    set_up(&engine);
    let receipt = engine.execute(&command(1, "2026-01-02T00:00:00Z", accrue(1, 100))).unwrap();
    assert_eq!(receipt.balances[0].available, Points(100));
    let account = AccountKey { program: PROGRAM, member: MemberId(1), point_type: POINTS };
    let items = engine.items(account, ItemPosition::FIRST, 10).unwrap();
    assert_eq!(items.matured[0].1.partner, Some(PartnerId(7)), "an item names who paid for it");
    engine.execute(&command(2, "2026-01-20T00:00:00Z", accrue(1, 50))).unwrap();
    let redeem = Redeem { member: MemberId(1), point_type: POINTS, points: Points(120) };
    let receipt = engine.execute(&command(3, "2026-01-21T00:00:00Z", redeem.clone())).unwrap();
    assert_eq!(receipt.legs.len(), 2);
    assert_eq!(balance(&engine, 1).available, Points(30));

    let again = engine.execute(&command(3, "2026-01-21T00:00:00Z", redeem.clone())).unwrap();
    assert!(again.replayed);
    assert_eq!(again.legs, receipt.legs);
    let refused = engine.execute(&command(4, "2026-02-18T00:00:00Z", redeem));
    assert!(matches!(refused, Err(ExecuteError::Refused(Rejection::InsufficientPoints { short: 90, .. }))));
    engine.advance_to(at("2026-03-01T00:00:00Z")).unwrap();
    assert_eq!(balance(&engine, 1).available, Points(0));
    let cancel = Cancel { request: RequestId(3), amount: CancelAmount::Whole };
    engine.execute(&command(5, "2026-03-02T00:00:00Z", cancel)).unwrap();
    let as_of = |when| {
        let key = MemberKey { program: PROGRAM, member: MemberId(1) };
        engine.balances_as_of(key, at(when)).unwrap().map(|all| all[0].available.0)
    };
    assert_eq!(
        [
            "2026-01-01T12:00:00Z",
            "2026-01-10T00:00:00Z",
            "2026-01-20T12:00:00Z",
            "2026-02-10T00:00:00Z",
            "2026-02-28T00:00:00Z"
        ]
        .map(as_of),
        [None, Some(100), Some(150), Some(30), Some(0)]
    );
    let audit = engine.verify(Some(Arc::new(MemoryStore::new()))).unwrap();
    assert_eq!(audit.violations, Vec::<String>::new());
    engine.close().unwrap();

    let engine = Engine::open_store(store, options()).unwrap();
    assert_eq!(engine.digest().unwrap(), audit.digest);
    assert_eq!(balance(&engine, 1).lifetime, Points(150));
    let key = MemberKey { program: PROGRAM, member: MemberId(1) };
    assert_eq!(engine.statement(key, None, 10).unwrap().unwrap().len(), 6);
}

/// Commands that are sent together are decided under one hold of their locks. What comes of them is what comes of them
/// one by one: repetitions, refusals, bad forms, definitions, bookings and corrections among them.
#[test]
fn what_is_sent_together_is_done_as_one_by_one() {
    let engine = |options| {
        let engine = Engine::open_store(Arc::new(MemoryStore::new()), options).unwrap();
        set_up(&engine);
        engine
    };
    // the second keeps so few members that most have to be read
    let small = EngineOptions { cache_members: 1, checkpoint_changes: 5, ..options() };
    let (day, later) = ("2026-01-02T00:00:00Z", "2026-03-01T00:00:00Z");
    let redeem = |points| Redeem { member: MemberId(1), point_type: POINTS, points: Points(points) };
    let cancel = |request| Cancel { request: RequestId(request), amount: CancelAmount::Whole };
    let second = CreatePointType { point_type: PointTypeId(2), ..CreatePointType::default() };
    let mut commands: Vec<Command> = (1..300).map(|n| command(n, day, accrue(n % 40 + 1, 3))).collect();
    commands.extend([
        command(300, day, accrue(1, 100)),
        command(301, day, redeem(60)),
        // again, with another body, too much, out of form
        command(301, day, redeem(60)),
        command(301, day, redeem(61)),
        command(302, day, redeem(10_000)),
        command(303, day, accrue(0, 5)),
        command(304, day, second),
        command(305, day, Accrue { awards: vec![Award::new(PointTypeId(2), Points(7))], ..accrue(1, 0) }),
        command(306, day, cancel(301)),
        command(307, day, cancel(300)),
        // all has expired: it is booked first
        command(308, later, redeem(1)),
        command(309, later, accrue(2, 8)),
        // before the clock
        command(310, day, accrue(2, 8)),
    ]);
    let one_by_one = engine(options());
    let told = |answer: Result<Receipt, ExecuteError>| answer.map_err(|error| error.to_string());
    let expected: Vec<_> = commands.iter().map(|command| told(one_by_one.execute(command))).collect();
    for (options, size) in [(options(), 1000), (options(), 7), (small.clone(), 1000), (small, 64)] {
        let together = engine(options);
        let answers: Vec<_> = commands.chunks(size).flat_map(|chunk| together.execute_batch(chunk)).map(told).collect();
        for ((command, answer), expected) in commands.iter().zip(&answers).zip(&expected) {
            assert_eq!(answer, expected, "{command:?}, {size} together");
        }
        assert_eq!(together.digest().unwrap(), one_by_one.digest().unwrap(), "{size} together");
        assert_eq!(together.verify(Some(Arc::new(MemoryStore::new()))).unwrap().violations, Vec::<String>::new());
    }
}

#[test]
fn a_crash_loses_nothing_and_repeats_nothing() {
    let store = Arc::new(MemoryStore::new());
    let engine = Engine::open_store(store.clone(), options()).unwrap();
    set_up(&engine);
    let commands: Vec<Command> = (1..500).map(|n| command(n, "2026-01-02T00:00:00Z", accrue(n % 7 + 1, 3))).collect();
    for (batch, n) in commands.chunks(50).zip(0..) {
        for answer in engine.execute_batch(batch) {
            answer.unwrap();
        }
        if n == 4 {
            engine.checkpoint().unwrap();
        }
    }
    // a crash: the engine is never closed
    std::mem::forget(engine);
    let engine = Engine::open_store(store, options()).unwrap();
    assert!(commands.iter().all(|command| engine.execute(command).unwrap().replayed));
    let audit = engine.verify(Some(Arc::new(MemoryStore::new()))).unwrap();
    assert_eq!(audit.violations, Vec::<String>::new());
    assert_eq!(audit.entries, 5 + 499);
}

/// Points of a transaction that is dated ahead, as it may be by a day, are there when it happens.
#[test]
fn points_are_not_available_before_their_transaction() {
    let engine = Engine::open_store(Arc::new(MemoryStore::new()), EngineOptions::default()).unwrap();
    let program = CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() };
    let ahead = Command::new(PROGRAM, RequestId(1), program.clone()).at(engine.now().saturating_add_hours(25));
    assert!(matches!(engine.execute(&ahead), Err(ExecuteError::Refused(Rejection::TransactionAhead { .. }))));
    engine.execute(&Command::new(PROGRAM, RequestId(1), program)).unwrap();
    let points = CreatePointType { point_type: POINTS, ..CreatePointType::default() };
    engine.execute(&Command::new(PROGRAM, RequestId(2), points)).unwrap();
    let tomorrow = engine.now().saturating_add_hours(23);
    let accrue = |member| Accrue { partner: None, ..accrue(member, 100) };
    let receipt = engine.execute(&Command::new(PROGRAM, RequestId(3), accrue(1)).at(tomorrow)).unwrap();
    assert!(matches!(receipt.legs[0], Leg::Granted { available_from, .. } if available_from == tomorrow));
    assert_eq!((balance(&engine, 1).available, balance(&engine, 1).future), (Points(0), Points(100)));
    // one of the past is available at once
    let yesterday = engine.now().saturating_add_hours(-24);
    engine.execute(&Command::new(PROGRAM, RequestId(4), accrue(2)).at(yesterday)).unwrap();
    assert_eq!(balance(&engine, 2).available, Points(100));
}

fn audit(engine: &Engine) {
    let audit = engine.verify(Some(Arc::new(MemoryStore::new()))).unwrap();
    assert_eq!(audit.violations, Vec::<String>::new());
}

#[test]
fn items_that_wait_are_not_hidden_by_those_that_matured() {
    let engine = Engine::open_store(Arc::new(MemoryStore::new()), options()).unwrap();
    set_up(&engine);
    for day in 1..=20u16 {
        let award = Award { start: Start::After(Span::days(day)), ..Award::new(POINTS, Points(1)) };
        let accrue = Accrue { member: MemberId(1), partner: None, awards: vec![award] };
        engine.execute(&command(day.into(), "2026-01-01T00:00:00Z", accrue)).unwrap();
    }
    engine.advance_to(at("2026-01-11T00:00:00Z")).unwrap();
    let account = AccountKey { program: PROGRAM, member: MemberId(1), point_type: POINTS };
    let items = engine.items(account, ItemPosition::FIRST, 10).unwrap();
    assert_eq!((items.matured.len(), items.future.len()), (10, 10));
    assert!(items.future.iter().all(|(_, item)| item.available_from > engine.now()));
}

/// Nobody is shown what may be lost yet.
#[test]
fn programs_are_shown_when_they_are_durable() {
    let store = Arc::new(MemoryStore::new());
    let engine = Engine::open_store(store.clone(), options()).unwrap();
    store.trouble(Call::Append, 0, Trouble::Delay(Duration::from_millis(200)));
    let ticket = engine.submit(&command(1, "2026-01-01T00:00:00Z", CreateProgram::default()));
    assert_eq!(engine.programs().unwrap().len(), 1);
    assert!(ticket.is_ready());
}

/// An engine on the system's clock, whose sweeper looks so often, with a program and a point type.
fn swept_every(ms: u64) -> Engine {
    let options = EngineOptions { sweep_every: Some(Duration::from_millis(ms)), ..EngineOptions::default() };
    let engine = Engine::open_store(Arc::new(MemoryStore::new()), options).unwrap();
    // on a machine that stands still for a while, points may have expired before they are granted
    let (enrolment, never_usable) = (Enrolment::OnFirstAccrual, NeverUsable::Allow);
    let program = CreateProgram { enrolment, never_usable, ..CreateProgram::default() };
    engine.execute(&Command::new(PROGRAM, RequestId(1), program)).unwrap();
    let points = CreatePointType { point_type: POINTS, ..CreatePointType::default() };
    engine.execute(&Command::new(PROGRAM, RequestId(2), points)).unwrap();
    engine
}

/// What the sweeper books is in the journal soon, though nobody calls.
#[test]
fn bookings_become_durable_by_themselves() {
    let engine = swept_every(5);
    let soon = Timestamp::from_ms(engine.now().ms() + 50).unwrap();
    let award = Award { expires: Some(Expiry::At(soon)), ..Award::new(POINTS, Points(1)) };
    let accrue = Accrue { member: MemberId(1), partner: None, awards: vec![award] };
    let granted = engine.execute(&Command::new(PROGRAM, RequestId(3), accrue)).unwrap().sequence;
    let is_booked = || engine.journal(granted.next(), 1).unwrap().len() == 1;
    assert!((0..10_000).any(|_| {
        std::thread::sleep(Duration::from_millis(1));
        is_booked()
    }));
}

/// A past balance is the same whether what expired until then was booked before, is booked later, or meanwhile.
#[test]
fn a_past_balance_does_not_depend_on_bookings() {
    let engine = swept_every(1);
    let first = engine.now().ms() + 1_000;
    for n in 0..300 {
        let expires = Some(Expiry::At(Timestamp::from_ms(first + n).unwrap()));
        let awards = vec![Award { expires, ..Award::new(POINTS, Points(1)) }];
        let accrue = Accrue { member: MemberId(1), partner: None, awards };
        engine.execute(&Command::new(PROGRAM, RequestId(10 + n as u128), accrue)).unwrap();
    }
    let member = MemberKey { program: PROGRAM, member: MemberId(1) };
    loop {
        let now = engine.now();
        let expired = (now.ms() - first + 1).clamp(0, 300);
        let balance = engine.balances_as_of(member, now).unwrap().unwrap()[0];
        assert_eq!(balance.available, Points(300 - expired), "{expired} have expired");
        if expired == 300 {
            break;
        }
    }
}

#[test]
fn time_is_told_by_the_first_command() {
    let engine = Engine::open_store(Arc::new(MemoryStore::new()), options()).unwrap();
    let untimed = Command::new(PROGRAM, RequestId(1), CreateProgram::default());
    let refused = engine.execute(&untimed).unwrap_err();
    assert!(matches!(&refused, ExecuteError::Failed(error) if error.kind == ErrorKind::Invalid), "{refused}");
    engine.execute(&untimed.clone().at(at("2026-01-01T00:00:00Z"))).unwrap();
    engine.execute(&Command::new(PROGRAM, RequestId(2), Enrol { member: MemberId(1) })).unwrap();
}

#[test]
fn an_engine_is_not_replayed_into_its_own_store() {
    let store = Arc::new(MemoryStore::new());
    let engine = Engine::open_store(store.clone(), options()).unwrap();
    assert_eq!(engine.verify(Some(store)).unwrap_err().kind, ErrorKind::Invalid);
    set_up(&engine);
    audit(&engine);
}

/// A store that another engine uses, without a checkpoint yet, is not taken for an empty one.
#[test]
fn a_replay_shuts_no_engine_out() {
    let store = Arc::new(MemoryStore::new());
    let [engine, other] = [Arc::new(MemoryStore::new()), store.clone()].map(|store| {
        let engine = Engine::open_store(store, options()).unwrap();
        set_up(&engine);
        engine
    });
    assert_eq!(engine.verify(Some(store)).unwrap_err().kind, ErrorKind::Invalid);
    other.execute(&command(1, "2026-01-02T00:00:00Z", accrue(1, 100))).unwrap();
    audit(&other);
}

/// What a late posting finds due is booked on the system's time, not on the posting's.
#[test]
fn a_booking_on_the_systems_clock_is_not_dated_back() {
    let options = EngineOptions { sweep_every: None, ..EngineOptions::default() };
    let engine = Engine::open_store(Arc::new(MemoryStore::new()), options).unwrap();
    let program =
        CreateProgram { enrolment: Enrolment::OnFirstAccrual, never_usable: NeverUsable::Allow, ..Default::default() };
    let points = CreatePointType { point_type: POINTS, ..CreatePointType::default() };
    for (action, request) in [Action::from(program), points.into()].into_iter().zip(1..) {
        engine.execute(&Command::new(PROGRAM, RequestId(request), action)).unwrap();
    }
    let long_ago = "2026-01-01T00:00:00Z";
    let soon = Timestamp::from_ms(engine.now().ms() + 20).unwrap();
    let brief = Award { expires: Some(Expiry::At(soon)), ..Award::new(POINTS, Points(100)) };
    let accrue = Accrue { member: MemberId(1), partner: None, awards: vec![brief] };
    let first = engine.execute(&command(3, long_ago, accrue.clone())).unwrap();
    std::thread::sleep(Duration::from_millis(40));
    engine.execute(&command(4, long_ago, accrue)).unwrap();
    let booking = engine.journal(first.sequence.next(), 1).unwrap().remove(0);
    assert!(matches!(booking.command.action, Action::BookDue(_)), "{booking:?}");
    assert_eq!(booking.command.transaction_at, None);
}

#[test]
fn options_have_limits() {
    let refused = |options: EngineOptions| {
        let error = Engine::open_store(Arc::new(MemoryStore::new()), options).map(drop).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid);
        error.what
    };
    assert!(refused(EngineOptions { shards: 0, ..options() }).contains("shards"));
    assert!(refused(EngineOptions { sweep_every: Some(Duration::ZERO), ..options() }).contains("sweep_every"));
    assert!(refused(EngineOptions { guard_every_commands: 0, ..options() }).contains("guard_every_commands"));
    assert!(refused(EngineOptions { guard_after: Duration::ZERO, ..options() }).contains("guard_after"));
}

/// What members are owed is the same before and after it is booked what has expired and matured.
#[test]
fn a_report_does_not_depend_on_bookings() {
    let mut late = 0;
    for seed in 0..30 {
        let history = History::seeded(seed, 120, Theme::Calm);
        let engine = Engine::open_store(Arc::new(MemoryStore::new()), Way::of(&history).options).unwrap();
        for step in history.steps {
            match step {
                Step::Do(command) => drop(engine.execute(&command)),
                Step::Batch(commands) => drop(engine.execute_batch(&commands)),
                _ => {}
            }
        }
        let begun = engine.now();
        let weeks_later = begun.saturating_add_hours(24 * 20);
        engine.advance_to(weeks_later).unwrap();
        let reports = |now| {
            [By::Day, By::Source].map(|by| {
                let query = Liability { program: PROGRAMS[0], by, ..Liability::default() };
                engine.with_snapshot(|read| liability(read, now, &query)).unwrap().unwrap()
            })
        };
        let before = reports(weeks_later);
        late += usize::from(before != reports(begun));
        engine.book_due().unwrap();
        assert_eq!(reports(weeks_later), before, "seed {seed}");
    }
    assert!(late > 10, "only {late} reports had something that was not booked");
}

/// A booking tells of the accounts that it touched, and stands in the report on the day of the expiry.
#[test]
fn a_late_booking_tells_what_happened_when() {
    let engine = Engine::open_store(Arc::new(MemoryStore::new()), options()).unwrap();
    set_up(&engine);
    let lasting = CreatePointType { point_type: PointTypeId(2), ..CreatePointType::default() };
    engine.execute(&command(1, "2026-01-01T00:00:00Z", lasting)).unwrap();
    let expires = Some(Expiry::At(at("2026-01-31T23:00:00Z")));
    let awards = vec![Award { expires, ..Award::new(POINTS, Points(100)) }, Award::new(PointTypeId(2), Points(5))];
    let accrue = Accrue { member: MemberId(1), partner: None, awards };
    let granted = engine.execute(&command(2, "2026-01-02T00:00:00Z", accrue)).unwrap().sequence;
    engine.advance_to(at("2026-03-05T00:00:00Z")).unwrap();
    assert_eq!(engine.book_due().unwrap(), 1);
    let booking = engine.journal(granted.next(), 2).unwrap();
    let [Entry { outcome: Outcome::Done { balances, .. }, .. }] = booking.as_slice() else { panic!("{booking:?}") };
    assert_eq!(balances.iter().map(|balance| balance.point_type).collect::<Vec<_>>(), [POINTS]);

    let query = Liability { program: PROGRAM, by: By::Day, point_type: Some(POINTS), ..Liability::default() };
    let rows = engine.with_snapshot(|read| liability(read, engine.now(), &query)).unwrap().unwrap();
    let rows: Vec<_> =
        rows.iter().map(|row| (row.bucket.to_string(), row.moved.gone(PointState::Expired), row.outstanding)).collect();
    assert_eq!(rows, [("2026-01-02".into(), 0, 100), ("2026-01-31".into(), 100, 0)]);
}

/// A store with the history of another, and nothing in its tables; `forge` may change an entry.
fn replanted(store: &MemoryStore, forge: impl Fn(&mut Entry)) -> Arc<MemoryStore> {
    let mut records = Vec::new();
    let mut hash = [0; 32];
    let mut copy = |key: &[u8], bytes: &[u8]| {
        let first = Sequence(u64::from_be_bytes(key.try_into().unwrap()));
        let (mut again, mut count) = (Vec::new(), 0);
        record::begin(&mut again);
        for entry in Record::read(first, bytes)?.entries(first) {
            let mut entry = entry?;
            forge(&mut entry);
            let Entry { recorded_at, ref actor, ref links, ref command, commitment, ref outcome, .. } = entry;
            let mut one = Vec::new();
            record::encode_entry(&NewEntry { recorded_at, actor, links, command, commitment, outcome }, &mut one)?;
            record::push(&one, &mut again);
            count += 1;
        }
        let record = record::finish(again, hash, first, count);
        hash = record.hash;
        records.push(record);
        Ok(ControlFlow::Continue(()))
    };
    store.journal(Sequence(0), &mut copy).unwrap();
    let planted = Arc::new(MemoryStore::new());
    let epoch = planted.claim().unwrap().epoch;
    assert!(matches!(planted.append(epoch, &records, &[]), Appended::Durable));
    planted
}

/// More entries than are replayed in one go are read ahead, by a thread of its own. Where one does not replay, opening
/// ends with its number, and does not wait for that thread, which may be waiting for room.
#[test]
fn a_long_journal_is_replayed_and_one_that_diverges_is_refused() {
    const ACCRUALS: u128 = 40_000;
    let store = Arc::new(MemoryStore::new());
    let engine = Engine::open_store(store.clone(), EngineOptions { check_laws: false, ..options() }).unwrap();
    set_up(&engine);
    let sent = (1..=ACCRUALS).map(|request| {
        let accrue = Accrue { partner: None, ..accrue(1 + request % 100, 1) };
        engine.submit(&command(100_000 + request, "2026-01-02T00:00:00Z", accrue))
    });
    sent.last().unwrap().wait().unwrap();
    let (digest, last) = (engine.digest().unwrap(), engine.last_sequence());
    let again = Engine::open_store(replanted(&store, |_| ()), options()).unwrap();
    assert_eq!((again.digest().unwrap(), again.last_sequence()), (digest, last));
    for wrong in [1_000, 30_000, last.0] {
        let forged = replanted(&store, |entry| {
            if let (true, Outcome::Done { balances, .. }) = (entry.sequence.0 == wrong, &mut entry.outcome) {
                balances[0].lifetime = Points(0);
            }
        });
        let error = Engine::open_store(forged, options()).unwrap_err();
        assert!(error.to_string().contains(&format!("journal entry {wrong} does not replay")), "{error}");
    }
}

/// A household has so many members at most. Whoever leaves makes room, and so does whoever joins another after the end.
#[test]
fn a_household_has_room_for_so_many_members() {
    let engine = Engine::open_store(Arc::new(MemoryStore::new()), options()).unwrap();
    set_up(&engine);
    let (household, other) = (MemberId(9_001), MemberId(9_002));
    let mut request = 10_000;
    let mut send = |when: &str, action: Action| {
        request += 1;
        engine.execute(&command(request, when, action))
    };
    let (early, late) = ("2026-01-02T00:00:00Z", "2026-03-01T00:00:00Z");
    let join = |member: u128, household, ends_on| {
        Action::from(JoinHousehold { member: MemberId(member), household, rolls_up: true, ends_on })
    };
    let is_full = |answer: Result<Receipt, ExecuteError>| {
        let limit = HOUSEHOLD_MEMBERS_MAX as u32;
        matches!(answer, Err(ExecuteError::Refused(Rejection::HouseholdLimit { limit: told })) if told == limit)
    };
    for member in [household, other] {
        send(early, EnrolHousehold { member }.into()).unwrap();
    }
    let most = HOUSEHOLD_MEMBERS_MAX as u128;
    for member in 1..=most + 2 {
        send(early, Enrol { member: MemberId(member) }.into()).unwrap();
    }
    for member in 1..=most {
        let ends_on = (member == 1).then(|| "2026-01-31".parse().unwrap());
        send(early, join(member, household, ends_on)).unwrap();
    }
    assert!(is_full(send(early, join(most + 1, household, None))));
    send(early, LeaveHousehold { member: MemberId(2) }.into()).unwrap();
    send(early, join(most + 1, household, None)).unwrap();
    assert!(is_full(send(late, join(most + 2, household, None))));
    send(late, join(1, other, None)).unwrap();
    send(late, join(most + 2, household, None)).unwrap();
}
