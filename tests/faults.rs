//! A store that fails: at the 1st call of a kind, at the 2nd, the 3rd, ... until none is left to fail. Whatever was
//! answered is there after opening again; whatever was not, when it is repeated, has one effect; a store that lies
//! is found out, which shows that these tests can fail.

use crate::model::history::{History, Step};
use crate::model::run::Way;
use crate::model::world::{PROGRAMS, Theme};
use accruedb::domain::*;
use accruedb::engine::{ClosedReason, Engine, EngineOptions, Error, ErrorKind, ExecuteError};
use accruedb::storage::memory::{Call, MemoryStore, Trouble};
use accruedb::storage::record::NewEntry;
use accruedb::storage::{Appended, Requests, Run, Store, TableId, record};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

const PROGRAM: ProgramId = PROGRAMS[0];
const POISONED: ErrorKind = ErrorKind::Closed(ClosedReason::Poisoned);

/// What is done: commands one at a time, with checkpoints in between.
#[expect(clippy::large_enum_variant, reason = "a few dozen of them, once")]
enum Act {
    Do(Command),
    Checkpoint,
}

/// A seed whose history has something to lose: somebody has points after the first commands.
fn seed() -> u64 {
    static SEED: OnceLock<u64> = OnceLock::new();
    let has_points = |seed: &u64| {
        let engine = open_as(*seed, &Arc::new(MemoryStore::new())).unwrap();
        script_of(*seed).iter().take(60).for_each(|step| drop(act(&engine, step)));
        let available = |id| engine.balances(MemberKey { program: PROGRAM, member: MemberId(id) }).unwrap();
        (99..=104).filter_map(available).flatten().any(|balance| balance.available > Points::ZERO)
    };
    *SEED.get_or_init(|| (11..).find(has_points).unwrap())
}

fn script() -> Vec<Act> {
    script_of(seed())
}

fn script_of(seed: u64) -> Vec<Act> {
    let mut acts = Vec::new();
    for step in History::seeded(seed, 150, Theme::Calm).steps {
        match step {
            Step::Do(command) => acts.push(Act::Do(command)),
            Step::Batch(commands) => acts.extend(commands.into_iter().map(Act::Do)),
            _ => acts.push(Act::Checkpoint),
        }
    }
    assert!(acts.iter().filter(|act| matches!(act, Act::Checkpoint)).count() >= 5);
    acts
}

/// No checkpoint begins by itself, so that the calls are the same on every run.
fn options_of(seed: u64) -> EngineOptions {
    let history = History::seeded(seed, 1, Theme::Calm);
    EngineOptions {
        checkpoint_changes: 1_000_000,
        delta_changes_max: 1_000_000,
        cache_members: 2,
        filter_bytes: 0,
        ..Way::of(&history).options
    }
}

fn open(store: &Arc<MemoryStore>) -> Result<Engine, Error> {
    open_as(seed(), store)
}

fn open_as(seed: u64, store: &Arc<MemoryStore>) -> Result<Engine, Error> {
    Engine::open_store(store.clone(), options_of(seed))
}

type Answer = Result<Receipt, ExecuteError>;

fn act(engine: &Engine, act: &Act) -> Option<Answer> {
    match act {
        Act::Do(command) => Some(engine.execute(command)),
        Act::Checkpoint => engine.checkpoint().err().map(|error| Err(error.into())),
    }
}

/// Everything that callers can see of members and partners, however the journal came to it.
fn state(engine: &Engine) -> String {
    let member = |id| engine.balances(MemberKey { program: PROGRAM, member: MemberId(id) }).unwrap();
    let partner = |id| {
        let state = engine.partner(PartnerKey { program: PROGRAM, partner: PartnerId(id) }).unwrap()?;
        let blocks: Vec<_> = state.blocks.into_iter().map(|(id, block)| (id, block.remaining(), block.sums)).collect();
        Some((state.balance, state.partner.debited, blocks))
    };
    format!("{:?} {:?}", (99..=104).map(member).collect::<Vec<_>>(), (1..=5).map(partner).collect::<Vec<_>>())
}

fn audit(engine: &Engine) {
    let audit = engine.verify(Some(Arc::new(MemoryStore::new()))).unwrap();
    assert_eq!(audit.violations, Vec::<String>::new());
}

fn undisturbed() -> String {
    let engine = open(&Arc::new(MemoryStore::new())).unwrap();
    for step in &script() {
        act(&engine, step);
    }
    audit(&engine);
    state(&engine)
}

/// Runs the script on a store whose call number `after` fails. `false` where there is no such call.
fn run_with_trouble(call: Call, after: u64, trouble: Trouble, expected: &str) -> bool {
    let store = Arc::new(MemoryStore::new());
    let engine = open(&store).unwrap();
    store.trouble(call, after, trouble);
    let script = script();
    let mut receipts: Vec<(&Command, Receipt)> = Vec::new();
    let mut rest = script.iter();
    let error = loop {
        let Some(step) = rest.as_slice().first() else { return false };
        match (act(&engine, step), step) {
            (Some(Err(ExecuteError::Failed(error))), _) if error.kind != ErrorKind::Invalid => break error,
            (Some(Ok(receipt)), Act::Do(command)) if !receipt.replayed => receipts.push((command, receipt)),
            _ => {}
        }
        rest.next();
    };
    let engine = if call == Call::Read && error.kind == ErrorKind::Unavailable {
        // nothing was done, and the engine goes on
        engine
    } else {
        assert_eq!(error.kind, POISONED, "{error}");
        stays_closed(&engine, rest.as_slice(), &error);
        let reopened = open(&store).unwrap();
        drop(engine);
        reopened
    };
    for (command, receipt) in &receipts {
        let key = RequestKey { program: PROGRAM, request: command.request_id };
        let entry = engine.transaction(key).unwrap().expect("what was answered is there");
        assert_eq!(entry.answer(false).as_ref(), Ok(receipt), "{command:?}");
    }
    audit(&engine);
    for step in rest {
        if let Some(Err(ExecuteError::Failed(error))) = act(&engine, step) {
            assert_eq!(error.kind, ErrorKind::Invalid, "{error}");
        }
    }
    assert_eq!(state(&engine), expected);
    audit(&engine);
    true
}

/// A poisoned engine does nothing any more, and says why.
fn stays_closed(engine: &Engine, rest: &[Act], error: &Error) {
    for step in rest.iter().take(10) {
        match act(engine, step) {
            Some(Err(ExecuteError::Failed(error))) if error.kind == ErrorKind::Invalid => {}
            Some(Err(ExecuteError::Failed(later))) => assert_eq!(later.kind, POISONED, "{later}; before: {error}"),
            // what is durable may still be told
            Some(Ok(receipt)) if receipt.replayed => {}
            other => panic!("a poisoned engine answers {other:?}"),
        }
    }
    assert_eq!(engine.checkpoint().unwrap_err().kind, POISONED);
    assert_eq!(engine.verify(None).unwrap_err().kind, POISONED);
    assert_eq!(engine.digest().unwrap_err().kind, POISONED);
}

fn fail_at_every(call: Call, trouble: Trouble, calls_min: u64) {
    let expected = undisturbed();
    let failed = (0..).take_while(|after| run_with_trouble(call, *after, trouble, &expected)).count() as u64;
    assert!(failed >= calls_min, "only {failed} calls");
}

#[test]
fn every_append_fails_once() {
    fail_at_every(Call::Append, Trouble::Fail, 80);
}

#[test]
fn every_append_is_done_and_says_it_failed() {
    fail_at_every(Call::Append, Trouble::FailAfter, 80);
}

#[test]
fn every_checkpoint_fails_once() {
    fail_at_every(Call::Checkpoint, Trouble::Fail, 5);
}

#[test]
fn every_checkpoint_is_done_and_says_it_failed() {
    fail_at_every(Call::Checkpoint, Trouble::FailAfter, 5);
}

#[test]
fn every_read_fails_once() {
    fail_at_every(Call::Read, Trouble::Fail, 100);
}

/// The negative control: a disk that says it wrote, and did not.
#[test]
fn a_lying_disk_is_found_out() {
    let commands: Vec<Command> = script()
        .into_iter()
        .filter_map(|step| match step {
            Act::Do(command) => Some(command),
            Act::Checkpoint => None,
        })
        .collect();
    for after in 0..60 {
        let store = Arc::new(MemoryStore::new());
        let engine = open(&store).unwrap();
        store.trouble(Call::Append, after, Trouble::Lose);
        for command in &commands {
            let _ = engine.execute(command);
        }
        assert_eq!(open(&store).unwrap_err().kind, ErrorKind::Corrupt, "append {after} was lost");
    }
}

#[test]
fn a_lost_tail_is_found_out() {
    let store = Arc::new(MemoryStore::new());
    let engine = open(&store).unwrap();
    for step in script().iter().filter(|step| matches!(step, Act::Do(_))) {
        act(&engine, step);
    }
    engine.close().unwrap();
    store.lose_journal_after(Sequence(30));
    let error = open(&store).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Corrupt);
    assert!(error.what.contains("30"), "{error}");
}

#[test]
fn commands_in_flight_have_one_effect_when_repeated() {
    for trouble in [Trouble::Fail, Trouble::FailAfter] {
        let store = Arc::new(MemoryStore::new());
        let engine = open(&store).unwrap();
        for step in script().iter().take(20) {
            act(&engine, step);
        }
        let accrue = |n: u128| {
            let awards = vec![Award { expires: Some(Expiry::Never), ..Award::new(PointTypeId(1), Points(1)) }];
            Command::new(
                PROGRAM,
                RequestId(10_000 + n),
                Accrue { member: MemberId(500 + n % 3), partner: None, awards },
            )
        };
        for member in 500..503 {
            let enrol = Command::new(PROGRAM, RequestId(20_000 + member), Enrol { member: MemberId(member) });
            engine.execute(&enrol).unwrap();
        }
        let commands: Vec<Command> = (0..90).map(accrue).collect();
        let (before, in_flight) = commands.split_at(30);
        assert!(engine.execute_batch(before).iter().all(Result::is_ok));
        store.trouble(Call::Append, 0, trouble);
        for answer in engine.execute_batch(in_flight) {
            assert!(matches!(&answer, Err(ExecuteError::Failed(error)) if error.kind == POISONED), "{answer:?}");
        }
        assert!(store.calm().is_empty(), "the trouble struck");
        let again = open(&store).unwrap();
        assert!(before.iter().all(|command| again.execute(command).unwrap().replayed), "what was answered is there");
        let there = in_flight.iter().filter(|command| again.execute(command).unwrap().replayed).count();
        assert_eq!(there > 0, trouble == Trouble::FailAfter, "{there} commands are there after {trouble:?}");
        for member in 500..503 {
            let key = MemberKey { program: PROGRAM, member: MemberId(member) };
            assert_eq!(again.balances(key).unwrap().unwrap()[0].available, Points(30));
        }
        audit(&again);
    }
}

/// After a write that failed, what is durable is shown as before; what may be lost is not.
#[test]
fn reads_go_on_after_a_fault() {
    let store = Arc::new(MemoryStore::new());
    let engine = open(&store).unwrap();
    for step in script().iter().take(60) {
        act(&engine, step);
    }
    let balances = |member| engine.balances(MemberKey { program: PROGRAM, member: MemberId(member) });
    let known = || (99..=104).map(|member| balances(member).unwrap()).collect::<Vec<_>>();
    let journal = || engine.journal(Sequence(1), usize::MAX).unwrap();
    let (before, entries) = (known(), journal());
    assert!(before.iter().flatten().flatten().any(|balance| balance.available > Points::ZERO));
    store.trouble(Call::Append, 0, Trouble::Fail);
    let lost = Command::new(PROGRAM, RequestId(20_000), Enrol { member: MemberId(500) });
    assert!(matches!(engine.execute(&lost), Err(ExecuteError::Failed(error)) if error.kind == POISONED));
    assert_eq!((known(), journal()), (before, entries.clone()));
    for entry in entries.iter().filter(|entry| matches!(entry.outcome, Outcome::Done { .. })) {
        let key = RequestKey { program: entry.command.program, request: entry.command.request_id };
        let own = matches!(entry.command.action, Action::BookDue(_));
        assert!(own || engine.transaction(key).unwrap().as_ref() == Some(entry), "{key:?}");
    }
    assert_eq!(balances(500).unwrap_err().kind, POISONED);
}

/// Whoever closes an engine learns of the fault, not only that it is closed.
#[test]
fn a_fault_while_closing_is_told() {
    let store = Arc::new(MemoryStore::new());
    let engine = open(&store).unwrap();
    for step in script().iter().take(10) {
        act(&engine, step);
    }
    store.trouble(Call::Checkpoint, 0, Trouble::Fail);
    let error = engine.close().unwrap_err();
    assert_eq!(error.kind, POISONED, "{error}");
    assert!(error.what.contains("a write failed"), "{error}");
}

#[test]
fn a_second_engine_fences_the_first() {
    let script = script();
    let store = Arc::new(MemoryStore::new());
    let first = open(&store).unwrap();
    for step in script.iter().take(20) {
        act(&first, step);
    }
    let second = open(&store).unwrap();
    let fenced = |step: &Act| match act(&first, step) {
        Some(Err(ExecuteError::Failed(error))) => error.kind,
        other => panic!("a fenced engine answers {other:?}"),
    };
    assert_eq!(fenced(&Act::Checkpoint), ErrorKind::Closed(ClosedReason::Fenced));
    assert_eq!(fenced(&script[20]), ErrorKind::Closed(ClosedReason::Fenced));
    assert_eq!(first.close().unwrap_err().kind, ErrorKind::Closed(ClosedReason::Fenced));
    for step in script.iter().skip(20) {
        act(&second, step);
    }
    assert_eq!(state(&second), undisturbed());
    audit(&second);
}

/// A checkpoint is on its way when the engine is closed, and fails: there must be no other one after it, which would
/// pass over what the failed one held. On a machine that stands still for a while, it takes a longer one.
#[test]
fn a_checkpoint_that_fails_while_closing_loses_nothing() {
    assert!([300, 3_000, 30_000].map(Duration::from_millis).into_iter().any(close_while_a_checkpoint_fails));
}

/// `false` where the checkpoint, which takes so long, went on before it was to fail.
fn close_while_a_checkpoint_fails(takes: Duration) -> bool {
    let store = Arc::new(MemoryStore::new());
    let on_its_own = EngineOptions { checkpoint_changes: 10, ..options_of(seed()) };
    let engine = Engine::open_store(store.clone(), on_its_own).unwrap();
    let began = Instant::now();
    store.trouble(Call::Checkpoint, 0, Trouble::Delay(takes));
    let mut commands = script().into_iter().filter_map(|step| match step {
        Act::Do(command) => Some(command),
        Act::Checkpoint => None,
    });
    for command in commands.by_ref().take(40) {
        let _ = engine.execute(&command);
    }
    let before = state(&engine);
    // the checkpoint looks the totals up when it has slept
    std::thread::sleep(takes / 6);
    store.trouble(Call::Read, 0, Trouble::Fail);
    if began.elapsed() >= takes {
        return false;
    }
    assert_eq!(engine.close().unwrap_err().kind, POISONED);
    let again = open(&store).unwrap();
    assert_eq!(state(&again), before);
    audit(&again);
    true
}

/// In a journal that nobody but a forger writes, a cancellation can be the transaction that it cancels.
#[test]
fn a_forged_cancellation_of_itself_is_corrupt() {
    let store = Arc::new(MemoryStore::new());
    let epoch = store.claim().unwrap().epoch;
    let (program, request) = (ProgramId(1), RequestId(7));
    let mut run = Run::new(TableId::Requests);
    run.push::<Requests>(&RequestKey { program, request }, Some(&Sequence(1))).unwrap();
    store.checkpoint(epoch, Sequence(0), &mut [Ok(run)].into_iter()).unwrap();

    let command = Command::new(program, request, Cancel { request, amount: CancelAmount::Whole });
    let outcome = Outcome::Refused(Rejection::ProgramUnknown);
    let (mut entry, mut record) = (Vec::new(), Vec::new());
    let (recorded_at, actor) = (Timestamp::MIN, &Actor::default());
    let new = NewEntry { recorded_at, actor, links: &[], command: &command, commitment: None, outcome: &outcome };
    record::encode_entry(&new, &mut entry).unwrap();
    record::begin(&mut record);
    record::push(&entry, &mut record);
    let record = record::finish(record, [0; 32], Sequence(1), 1);
    assert_eq!(store.append(epoch, &[record], &[]), Appended::Durable);

    let error = Engine::open_store(store, EngineOptions::default()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Corrupt, "{error}");
}

/// A store that panics, by a defect of its own or of what lies below it: what was not written is not answered for, and
/// nobody waits for ever.
#[test]
fn a_panic_closes_the_engine_and_loses_nothing() {
    let accrue = |n: u128| {
        let awards = vec![Award { expires: Some(Expiry::Never), ..Award::new(PointTypeId(1), Points(1)) }];
        Command::new(PROGRAM, RequestId(10_000 + n), Accrue { member: MemberId(500), partner: None, awards })
    };
    for call in [Call::Append, Call::Checkpoint] {
        let store = Arc::new(MemoryStore::new());
        let engine = open(&store).unwrap();
        for step in script().iter().take(20) {
            act(&engine, step);
        }
        let _ = engine.execute(&Command::new(PROGRAM, RequestId(20_000), Enrol { member: MemberId(500) }));
        engine.execute(&accrue(1)).unwrap();
        store.trouble(call, 0, Trouble::Panic);
        let panics = || match call {
            Call::Checkpoint => engine.checkpoint().map_err(ExecuteError::from),
            _ => engine.execute(&accrue(2)).map(drop),
        };
        // in the caller's own thread it is a panic, from another thread an error
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics));
        assert!(!matches!(panicked, Ok(Ok(()))), "{call:?}");
        let later = engine.execute(&accrue(3));
        assert!(matches!(&later, Err(ExecuteError::Failed(error)) if error.kind == POISONED), "{call:?}: {later:?}");
        assert_eq!(engine.checkpoint().unwrap_err().kind, POISONED);
        drop(engine);
        let engine = open(&store).unwrap();
        let transaction = |request| engine.transaction(RequestKey { program: PROGRAM, request: RequestId(request) });
        assert!(transaction(10_001).unwrap().is_some(), "what was answered is there");
        assert_eq!(transaction(10_003).unwrap(), None);
        audit(&engine);
    }
}

/// Who asks again and again whether he is answered learns that he never will be.
#[test]
fn a_ticket_is_ready_when_the_engine_is_closed() {
    let store = Arc::new(MemoryStore::new());
    let engine = open(&store).unwrap();
    store.trouble(Call::Append, 0, Trouble::Fail);
    let commands = script().into_iter().filter_map(|act| match act {
        Act::Do(command) => Some(command),
        Act::Checkpoint => None,
    });
    let tickets: Vec<_> = commands.take(5).map(|command| engine.submit(&command)).collect();
    let ready = || tickets.iter().all(|ticket| ticket.is_ready());
    assert!((0..10_000).any(|_| {
        std::thread::sleep(Duration::from_millis(1));
        ready()
    }));
    assert!(tickets.into_iter().all(|ticket| ticket.wait().is_err()));
}

/// What is read is read without locks: a panic there is the caller's own, and everybody goes on.
#[test]
fn a_panic_while_reading_harms_nobody_else() {
    let store = Arc::new(MemoryStore::new());
    let engine = open(&store).unwrap();
    for step in script().iter().take(20) {
        act(&engine, step);
    }
    let enrol = |n: u128| Command::new(PROGRAM, RequestId(20_000 + n), Enrol { member: MemberId(500 + n) });
    engine.execute(&enrol(1)).unwrap();
    store.trouble(Call::Journal, 0, Trouble::Panic);
    // the first receipt is read from the journal
    let again = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| engine.execute(&enrol(1))));
    assert!(again.is_err());
    assert!(engine.execute(&enrol(1)).unwrap().replayed);
    engine.execute(&enrol(2)).unwrap();
    audit(&engine);
}
