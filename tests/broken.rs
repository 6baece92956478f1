//! A law that is broken in the tables, planted: it closes one member and nobody else, also under the sweeper and after
//! opening again. Nothing is told to anybody as a refusal, and nothing is appended.

use crate::concurrency::{POINTS, PROGRAM, accrue, command, member, set_up};
use accruedb::domain::*;
use accruedb::engine::{Engine, EngineOptions, ErrorKind, ExecuteError};
use accruedb::storage::memory::MemoryStore;
use accruedb::storage::{Members, Run, Store, TableId, rows};
use std::sync::Arc;
use std::time::Duration;

fn key(number: u128) -> MemberKey {
    MemberKey { program: PROGRAM, member: member(number) }
}

fn options(check_laws: bool) -> EngineOptions {
    EngineOptions { check_laws, sweep_every: Some(Duration::from_millis(2)), cache_members: 0, ..Default::default() }
}

fn open(store: &Arc<MemoryStore>, check_laws: bool) -> Engine {
    Engine::open_store(store.clone(), options(check_laws)).unwrap()
}

/// A database of three members with 100 points each, half of which expire soon; the account of the second says that it
/// has fewer than its items hold.
fn planted() -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::new());
    let engine = Engine::open_store(store.clone(), EngineOptions { sweep_every: None, ..options(false) }).unwrap();
    set_up(&engine);
    let soon = Timestamp::from_ms(engine.now().ms() + 300).unwrap();
    for number in 0..3 {
        let mut body = accrue(number, 0, 50);
        body.awards.push(Award { expires: Some(Expiry::At(soon)), ..Award::new(POINTS, Points(50)) });
        engine.execute(&command(number + 1, body)).unwrap();
    }
    engine.close().unwrap();

    let claim = store.claim().unwrap();
    let mut damaged = rows::get::<Members>(store.as_ref(), &key(1)).unwrap().unwrap();
    damaged.accounts[0].sums.get_mut(PointState::Matured).0 -= 70;
    let mut run = Run::new(TableId::Members);
    run.push::<Members>(&key(1), Some(&damaged)).unwrap();
    store.checkpoint(claim.epoch, claim.applied, &mut [Ok(run)].into_iter()).unwrap();
    store
}

fn redeem(number: u128, points: i64) -> Redeem {
    Redeem { member: member(number), point_type: POINTS, points: Points(points) }
}

/// What a command for the broken member is answered.
fn refused(engine: &Engine, command: &Command) -> String {
    let last = engine.last_sequence();
    let Err(ExecuteError::Failed(error)) = engine.execute(command) else { panic!("a broken member does something") };
    assert_eq!(error.kind, ErrorKind::Corrupt, "{error}");
    assert!(error.what.starts_with(&format!("program {PROGRAM}, member {}: ", member(1))), "{error}");
    assert!(
        engine.journal(last.next(), 10).unwrap().iter().all(|entry| entry.command.action.member() != Some(member(1)))
    );
    error.what
}

/// Everybody else goes on, neighbours and partners too.
fn others_go_on(engine: &Engine, request: u128) {
    for number in [0, 2, 3] {
        let first = request + number * 2;
        engine.execute(&command(first, accrue(number, 0, 10))).unwrap();
        engine.execute(&command(first + 1, redeem(number, 5))).unwrap();
        assert!(engine.balances(key(number)).unwrap().unwrap()[0].available > Points(0));
    }
    assert_eq!(
        engine.partner(PartnerKey { program: PROGRAM, partner: PartnerId(1) }).unwrap().unwrap().blocks.len(),
        2
    );
    engine.checkpoint().unwrap();
}

/// Waits until what was due soon is booked of a neighbour.
fn swept(engine: &Engine) {
    let is_booked = || {
        let statement = engine.statement(key(2), None, 10).unwrap().unwrap();
        statement.iter().any(|entry| matches!(entry.command.action, Action::BookDue(_)))
    };
    assert!((0..5_000).any(|_| {
        std::thread::sleep(Duration::from_millis(2));
        is_booked()
    }));
}

#[test]
fn a_decision_that_breaks_a_law_closes_its_member() {
    let store = planted();
    let engine = open(&store, true);
    let told = refused(&engine, &command(100, accrue(1, 0, 1)));
    assert!(told.contains("do not add up"), "{told}");
    // from now on nothing of it is tried
    let told = refused(&engine, &command(101, Enrol { member: member(1) }));
    assert!(told.contains("takes no commands until it is repaired"), "{told}");
    others_go_on(&engine, 200);
    drop(engine);
    let engine = open(&store, true);
    refused(&engine, &command(100, accrue(1, 0, 1)));
    others_go_on(&engine, 300);
}

#[test]
fn the_sweeper_passes_over_a_broken_member() {
    let store = planted();
    for round in 1..4u128 {
        // the laws are not checked: the sum below zero is found all the same
        let engine = open(&store, false);
        swept(&engine);
        let told = refused(&engine, &command(100, redeem(1, 30)));
        assert!(told.contains("it has fewer"), "{told}");
        let error = engine.book_due().unwrap_err();
        assert_eq!(error.kind, ErrorKind::Corrupt, "{error}");
        others_go_on(&engine, 1_000 * round);
        let audit = engine.verify(None).unwrap();
        assert!(audit.violations.iter().all(|what| what.contains(&format!("member {}", member(1)))), "{audit:?}");
        assert!(!audit.violations.is_empty());
        engine.close().unwrap();
    }
}

/// What looks at it is told as well, and harms nobody.
#[test]
fn a_look_at_a_broken_member_is_told() {
    let store = planted();
    let engine = open(&store, false);
    swept(&engine);
    assert_eq!(engine.balances(key(1)).unwrap_err().kind, ErrorKind::Corrupt);
    others_go_on(&engine, 200);
}
