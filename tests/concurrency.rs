//! Many threads on few members and partners: sums are exact, one request has one effect, every ticket is answered,
//! nothing waits for ever. Each test runs under a watchdog.

use accruedb::domain::*;
use accruedb::engine::{Engine, EngineOptions, ExecuteError};
use accruedb::storage::memory::{Call, MemoryStore, Trouble};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

pub(crate) const PROGRAM: ProgramId = ProgramId(1);
pub(crate) const POINTS: PointTypeId = PointTypeId(1);
pub(crate) const PARTNERS: u32 = 3;
const BLOCK_POINTS: i64 = 1_000_000;

/// Ends the test with a failure where `body` takes longer than a minute: something waits for ever.
pub(crate) fn watched(body: impl FnOnce() + Send + 'static) {
    let (done, ended) = mpsc::channel();
    let worker = thread::spawn(move || {
        body();
        let _ = done.send(());
    });
    match ended.recv_timeout(Duration::from_secs(60)) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("a thread waits for ever"),
        _ => worker.join().unwrap(),
    }
}

pub(crate) fn open(store: &Arc<MemoryStore>, shards: u16, checkpoint_changes: u32) -> Engine {
    let delta_changes_max = checkpoint_changes.saturating_mul(2);
    let check_laws = true;
    let options =
        EngineOptions { shards, checkpoint_changes, delta_changes_max, check_laws, ..EngineOptions::default() };
    Engine::open_store(store.clone(), options).unwrap()
}

pub(crate) fn command(request: u128, action: impl Into<Action>) -> Command {
    Command::new(PROGRAM, RequestId(request), action)
}

/// The member of a number from 0: nobody has the id 0.
pub(crate) fn member(number: u128) -> MemberId {
    MemberId(number + 1)
}

fn partner(number: u32) -> PartnerId {
    PartnerId(number + 1)
}

pub(crate) fn accrue(number: u128, payer: u32, points: i64) -> Accrue {
    let awards = vec![Award::new(POINTS, Points(points))];
    Accrue { member: member(number), partner: Some(partner(payer)), awards }
}

/// A program, a point type, prepaid partners with two blocks each.
pub(crate) fn set_up(engine: &Engine) {
    let program = CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() };
    let mut actions: Vec<Action> =
        vec![program.into(), CreatePointType { point_type: POINTS, ..CreatePointType::default() }.into()];
    for id in 0..PARTNERS {
        let partner = partner(id);
        actions.push(CreatePartner { partner, rates: [(POINTS, Rate::ONE)].into(), ..CreatePartner::default() }.into());
        for block in [1, 2].map(BlockId) {
            let points = Points(BLOCK_POINTS);
            actions.push(PurchaseBlock { partner, block, points, ..PurchaseBlock::default() }.into());
            actions.push(ApproveBlock { partner, block }.into());
        }
    }
    for (action, request) in actions.into_iter().zip(1_000_000_000u128..) {
        engine.execute(&command(request, action)).unwrap();
    }
}

pub(crate) fn audit(engine: &Engine) {
    let audit = engine.verify(Some(Arc::new(MemoryStore::new()))).unwrap();
    assert_eq!(audit.violations, Vec::<String>::new());
}

fn available(engine: &Engine, number: u128) -> i64 {
    let key = MemberKey { program: PROGRAM, member: member(number) };
    engine.balances(key).unwrap().map_or(0, |balances| balances[0].available.0)
}

fn debited(engine: &Engine, number: u32) -> i64 {
    let state = engine.partner(PartnerKey { program: PROGRAM, partner: partner(number) }).unwrap().unwrap();
    let blocks: i64 = state.blocks.values().map(|block| block.sums.get(BlockState::Debited).0).sum();
    let left: i64 = state.blocks.values().map(|block| block.remaining().0).sum();
    assert_eq!((blocks, left), (state.partner.debited.0, state.partner.balance().0), "partner {number}");
    assert_eq!(left, 2 * BLOCK_POINTS - blocks);
    blocks
}

/// Eight threads, five members, three partners; executed and submitted, accrued, redeemed, cancelled, repeated.
fn crowd(shards: u16, checkpoint_changes: u32) {
    const THREADS: u128 = 8;
    const EACH: u128 = 800;
    let store = Arc::new(MemoryStore::new());
    let engine = open(&store, shards, checkpoint_changes);
    set_up(&engine);
    let (earned, spent, paid) = (AtomicI64::new(0), AtomicI64::new(0), AtomicI64::new(0));
    thread::scope(|scope| {
        for worker in 0..THREADS {
            let (engine, earned, spent, paid) = (&engine, &earned, &spent, &paid);
            scope.spawn(move || {
                let mut tickets = Vec::new();
                for n in 1..=EACH {
                    let request = worker * EACH + n;
                    let (number, payer, points) = (request % 5, (request % 3) as u32, (request % 50 + 1) as i64);
                    match request % 7 {
                        0..=2 => {
                            engine.execute(&command(request, accrue(number, payer, points))).unwrap();
                            earned.fetch_add(points, Ordering::Relaxed);
                            paid.fetch_add(points, Ordering::Relaxed);
                        }
                        3 | 4 => {
                            tickets.push(engine.submit(&command(request, accrue(number, payer, points))));
                            earned.fetch_add(points, Ordering::Relaxed);
                            paid.fetch_add(points, Ordering::Relaxed);
                        }
                        5 => {
                            let redeem = Redeem { member: member(number), point_type: POINTS, points: Points(points) };
                            if engine.execute(&command(request, redeem)).is_ok() {
                                spent.fetch_add(points, Ordering::Relaxed);
                            }
                        }
                        _ => {
                            // some thread's earlier accrual or redemption; sometimes it is not there yet
                            let other = RequestId((request * 31) % (THREADS * EACH) + 1);
                            let cancel = Cancel { request: other, amount: CancelAmount::Whole };
                            let Ok(receipt) = engine.execute(&command(request, cancel)) else { continue };
                            for leg in receipt.legs {
                                if let Some(part) = leg.moved().filter(|part| part.from == PointState::Redeemed) {
                                    spent.fetch_sub(part.points.0, Ordering::Relaxed);
                                }
                                if let Leg::Block { from: Some(BlockState::Debited), points, .. } = leg {
                                    earned.fetch_sub(points.0, Ordering::Relaxed);
                                    paid.fetch_sub(points.0, Ordering::Relaxed);
                                }
                            }
                        }
                    }
                }
                for ticket in tickets {
                    ticket.wait().unwrap();
                }
            });
        }
    });
    let balances: i64 = (0..5).map(|member| available(&engine, member)).sum();
    assert_eq!(balances, earned.into_inner() - spent.into_inner(), "points of all members");
    assert_eq!((0..PARTNERS).map(|id| debited(&engine, id)).sum::<i64>(), paid.into_inner(), "points of all partners");
    audit(&engine);
    let digest = engine.digest().unwrap();
    let again = open(&store, 64, 1_000_000);
    assert_eq!(again.digest().unwrap(), digest, "after a crash");
}

#[test]
fn sums_are_exact_on_one_shard() {
    watched(|| crowd(1, 1_000_000));
}

#[test]
fn sums_are_exact_on_many_shards_with_checkpoints_all_the_time() {
    watched(|| crowd(64, 20));
}

#[test]
fn sums_are_exact_on_two_shards() {
    watched(|| crowd(2, 300));
}

#[test]
fn the_same_request_from_many_threads_has_one_effect() {
    watched(|| {
        const THREADS: usize = 64;
        let engine = open(&Arc::new(MemoryStore::new()), 4, 10);
        set_up(&engine);
        for round in 1..=40u128 {
            let (barrier, replayed) = (Barrier::new(THREADS), AtomicU64::new(0));
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        barrier.wait();
                        let receipt = engine.execute(&command(round, accrue(9, 0, 10))).unwrap();
                        replayed.fetch_add(u64::from(receipt.replayed), Ordering::Relaxed);
                    });
                }
            });
            assert_eq!(replayed.into_inner(), THREADS as u64 - 1);
            assert_eq!(available(&engine, 9), 10 * round as i64);
        }
        assert_eq!(debited(&engine, 0), 400);
        audit(&engine);
    });
}

/// A cancellation that is sent while its accrual is on its way.
#[test]
fn a_cancellation_that_races_its_accrual_takes_it_back_once() {
    watched(|| {
        for shards in [1, 2] {
            let engine = open(&Arc::new(MemoryStore::new()), shards, 1_000_000);
            set_up(&engine);
            let barrier = Barrier::new(3);
            thread::scope(|scope| {
                scope.spawn(|| {
                    for round in 1..=300 {
                        barrier.wait();
                        engine.execute(&command(round, accrue(round % 3, 0, 10))).unwrap();
                    }
                });
                for side in 1..=2u128 {
                    let (engine, barrier) = (&engine, &barrier);
                    scope.spawn(move || {
                        for round in 1..=300u128 {
                            barrier.wait();
                            let amount = CancelAmount::Points(Points(6));
                            let cancel = command(side << 64 | round, Cancel { request: RequestId(round), amount });
                            while let Err(error) = engine.execute(&cancel) {
                                match error {
                                    ExecuteError::Refused(Rejection::TransactionUnknown) => thread::yield_now(),
                                    ExecuteError::Refused(Rejection::CancelExceeds { .. }) => break,
                                    other => panic!("{other}"),
                                }
                            }
                        }
                    });
                }
            });
            assert_eq!((0..3).map(|member| available(&engine, member)).sum::<i64>(), 300 * 4);
            audit(&engine);
        }
    });
}

/// Who waits is woken, also where nobody comes after him.
#[test]
fn the_last_of_a_round_is_answered() {
    watched(|| {
        let engine = open(&Arc::new(MemoryStore::new()), 16, 1_000_000);
        set_up(&engine);
        let barrier = Barrier::new(4);
        thread::scope(|scope| {
            for worker in 0..4u128 {
                let (engine, barrier) = (&engine, &barrier);
                scope.spawn(move || {
                    for round in 0..3000u128 {
                        barrier.wait();
                        let command = command(round * 4 + worker + 1, accrue(worker, 0, 1));
                        if worker == 3 && round % 2 == 0 {
                            drop(engine.submit(&command));
                        } else {
                            engine.execute(&command).unwrap();
                        }
                    }
                });
            }
        });
        assert_eq!(debited(&engine, 0), 4 * 3000);
    });
}

#[test]
fn an_audit_beside_running_commands_finds_nothing() {
    watched(|| {
        let engine = open(&Arc::new(MemoryStore::new()), 8, 50);
        set_up(&engine);
        let (stop, executed) = (AtomicBool::new(false), AtomicU64::new(0));
        thread::scope(|scope| {
            for worker in 0..3u128 {
                let (engine, stop, executed) = (&engine, &stop, &executed);
                scope.spawn(move || {
                    for n in 1..=4000 {
                        if stop.load(Ordering::Relaxed) {
                            break;
                        }
                        engine.execute(&command(worker << 64 | n, accrue(n % 5, 0, 1))).unwrap();
                        executed.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            for audits in 1.. {
                if executed.load(Ordering::Relaxed) >= 12_000 {
                    break;
                }
                let audit = engine.verify(None);
                // the workers end before this thread may fail
                stop.store(!audit.as_ref().is_ok_and(|audit| audit.ok()), Ordering::Relaxed);
                assert_eq!(audit.unwrap().violations, Vec::<String>::new(), "audit {audits}");
            }
        });
    });
}

#[test]
fn an_engine_that_is_dropped_answers_every_ticket() {
    watched(|| {
        for round in 0..50 {
            let store = Arc::new(MemoryStore::new());
            let engine = open(&store, 4, 100);
            set_up(&engine);
            store.trouble(Call::Append, 0, Trouble::Delay(Duration::from_millis(round % 5)));
            let tickets: Vec<_> = (1..=200u128).map(|n| engine.submit(&command(n, accrue(n % 5, 1, 1)))).collect();
            let waiter = thread::spawn(move || {
                tickets.into_iter().map(|ticket| ticket.wait().unwrap()).filter(|receipt| !receipt.replayed).count()
            });
            drop(engine);
            assert_eq!(waiter.join().unwrap(), 200);
            let engine = open(&store, 4, 100);
            assert_eq!(debited(&engine, 1), 200);
            audit(&engine);
        }
    });
}
