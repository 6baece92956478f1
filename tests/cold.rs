//! What a command needs and does not name, or what is not in memory: found, read before the locks, decided again. On one
//! shard and on many, with nothing kept in memory that has not changed.

use crate::concurrency::{POINTS, PROGRAM, accrue, audit, command, member, set_up, watched};
use accruedb::domain::*;
use accruedb::engine::{Engine, EngineOptions, ExecuteError};
use accruedb::storage::memory::MemoryStore;
use std::sync::Arc;
use std::thread;

fn open(store: &Arc<MemoryStore>, shards: u16) -> Engine {
    let options = EngineOptions {
        shards,
        cache_members: 0,
        filter_bytes: 0,
        checkpoint_changes: 20,
        delta_changes_max: 1_000,
        check_laws: true,
        ..EngineOptions::default()
    };
    Engine::open_store(store.clone(), options).unwrap()
}

fn balance(engine: &Engine, number: u128) -> Balance {
    let key = MemberKey { program: PROGRAM, member: member(number) };
    engine.balances(key).unwrap().unwrap()[0]
}

fn hold(number: u128, points: i64) -> HoldPoints {
    let (member, points, times_out) = (member(number), Points(points), Expiry::Never);
    HoldPoints { member, point_type: POINTS, points, times_out }
}

fn transfer(from: u128, to: u128, points: i64) -> Transfer {
    Transfer { member: member(from), to: member(to), point_type: POINTS, points: Points(points), fee: Points(0) }
}

fn redeem(number: u128, points: i64) -> Redeem {
    Redeem { member: member(number), point_type: POINTS, points: Points(points) }
}

#[test]
fn what_a_command_does_not_name_is_found() {
    for shards in [1, 2, 64] {
        let store = Arc::new(MemoryStore::new());
        let engine = open(&store, shards);
        set_up(&engine);
        for (request, action) in [
            (1, Action::from(accrue(0, 0, 100))),
            (2, hold(0, 40).into()),
            (3, transfer(0, 1, 20).into()),
            (4, redeem(1, 5).into()),
        ] {
            engine.execute(&command(request, action)).unwrap();
            engine.checkpoint().unwrap();
        }
        engine.close().unwrap();
        let engine = open(&store, shards);
        // none of them names a member
        let capture = Capture { hold: RequestId(2), points: Some(Points(15)) };
        let receipt = engine.execute(&command(5, capture)).unwrap();
        assert_eq!(receipt.balances[0].member, member(0));
        engine.checkpoint().unwrap();
        let cancel = Cancel { request: RequestId(3), amount: CancelAmount::Whole };
        let receipt = engine.execute(&command(6, cancel)).unwrap();
        assert_eq!(receipt.balances.iter().map(|shown| shown.member).collect::<Vec<_>>(), [member(0), member(1)]);
        engine.checkpoint().unwrap();
        engine.execute(&command(7, Release { hold: RequestId(2), points: None })).unwrap();
        let [first, second] = [0, 1].map(|number| balance(&engine, number));
        assert_eq!((first.available, first.held, first.debt), (Points(85), Points(0), Points(0)));
        assert_eq!((second.available, second.debt), (Points(-5), Points(5)), "what was spent is owed");
        audit(&engine);
    }
}

/// Points go round among a few members, in every direction at once; some are held and captured. None is lost or made.
#[test]
fn points_that_go_round_are_neither_lost_nor_made() {
    const THREADS: u128 = 6;
    const EACH: u128 = 120;
    const MEMBERS: u128 = 3;
    const GIVEN: i64 = 500;
    watched(|| {
        for shards in [1, 4] {
            let store = Arc::new(MemoryStore::new());
            let engine = open(&store, shards);
            set_up(&engine);
            for number in 0..MEMBERS {
                engine.execute(&command(number + 1, accrue(number, 0, GIVEN))).unwrap();
            }
            thread::scope(|scope| {
                for worker in 0..THREADS {
                    let engine = &engine;
                    scope.spawn(move || {
                        for n in 1..=EACH {
                            let (from, request) = ((worker + n) % MEMBERS, (worker + 1) << 32 | n);
                            let action: Action = match n % 6 {
                                0 => Capture { hold: RequestId(request - 1), points: None }.into(),
                                5 => hold(from, 3).into(),
                                _ => transfer(from, (from + 1 + worker % 2) % MEMBERS, 7).into(),
                            };
                            match engine.execute(&command(request, action)) {
                                Ok(_) | Err(ExecuteError::Refused(_)) => {}
                                Err(error) => panic!("{error}"),
                            }
                        }
                    });
                }
            });
            let journal = engine.journal(Sequence(1), usize::MAX).unwrap();
            let captured = journal.iter().flat_map(Entry::legs).filter_map(Leg::moved);
            let captured = captured.filter(|part| part.to == PointState::Redeemed).map(|part| part.points.0);
            let left = (0..MEMBERS).map(|number| balance(&engine, number));
            let left: i64 = left.map(|balance| balance.available.0 + balance.held.0).sum();
            assert_eq!(left + captured.sum::<i64>(), MEMBERS as i64 * GIVEN);
            audit(&engine);
        }
    });
}
