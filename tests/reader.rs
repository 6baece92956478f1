//! Looking while somebody writes: each reader sees a whole state, and none that is older than what was answered before.

use accruedb::domain::*;
use accruedb::engine::{ClockSource, Engine, EngineOptions, ErrorKind, Reader};
use accruedb::storage::memory::MemoryStore;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const PROGRAM: ProgramId = ProgramId(1);
const POINT_TYPE: PointTypeId = PointTypeId(1);
const MEMBERS: u128 = 23;

fn options() -> EngineOptions {
    EngineOptions { clock: ClockSource::Commands, checkpoint_changes: 150, ..EngineOptions::default() }
}

/// A program whose points expire after 40 days, and a partner with blocks.
fn set_up(db: &Path) -> Engine {
    let engine = Engine::open(db, options()).unwrap();
    let program = CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() };
    let expiry = Expiry::After(Span::days(40));
    let partner = PartnerId(1);
    let rates = [(POINT_TYPE, Rate::ONE)].into();
    let purchase =
        PurchaseBlock { partner, block: BlockId(1), points: Points(i64::MAX / 4), ..PurchaseBlock::default() };
    let actions: [Action; 5] = [
        program.into(),
        CreatePointType { point_type: POINT_TYPE, expiry, ..CreatePointType::default() }.into(),
        CreatePartner { partner, rates, ..CreatePartner::default() }.into(),
        purchase.into(),
        ApproveBlock { partner, block: BlockId(1) }.into(),
    ];
    for (request, action) in (1..).zip(actions) {
        engine.execute(&Command::new(PROGRAM, RequestId(request), action).at(day(0))).unwrap();
    }
    engine
}

fn day(day: i64) -> Timestamp {
    Timestamp::from_ms(1_767_225_600_000 + day * 86_400_000).unwrap()
}

/// One a day: three accruals and a redemption, which may be refused.
fn command(number: u128) -> Command {
    let member = MemberId(1 + number % MEMBERS);
    let points = Points(5 + (number % 7) as i64);
    let action: Action = match number % 4 {
        3 => Redeem { member, point_type: POINT_TYPE, points }.into(),
        _ => {
            let awards = vec![Award::new(POINT_TYPE, points)];
            Accrue { member, partner: Some(PartnerId(1)), awards }.into()
        }
    };
    Command::new(PROGRAM, RequestId(100 + number), action).at(day((number / 50) as i64))
}

#[test]
fn readers_see_whole_states_and_none_older_than_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("db");
    let engine = set_up(&db);
    let (answered, done, looks) = (AtomicU64::new(0), AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let before = answered.load(Ordering::SeqCst);
                    let reader = Reader::open(&db, options()).unwrap();
                    assert!(reader.newest().0 >= before, "{} is older than {before}", reader.newest());
                    let audit = reader.verify(Some(Arc::new(MemoryStore::new()))).unwrap();
                    assert!(audit.ok() && audit.entries == reader.newest().0, "{:?}", audit.violations);
                    for member in 1..=MEMBERS {
                        let key = MemberKey { program: PROGRAM, member: MemberId(member) };
                        let newest = reader.statement(key, None, 1).unwrap().unwrap_or_default();
                        assert!(newest.iter().all(|entry| entry.sequence <= reader.newest()));
                        reader.balances(key).unwrap();
                    }
                    looks.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // checkpoints come by themselves, every 150 changes
        for number in 0..if cfg!(debug_assertions) { 1_000 } else { 4_000 } {
            if let Ok(receipt) = engine.execute(&command(number)) {
                answered.store(receipt.sequence.0, Ordering::SeqCst);
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(looks.load(Ordering::Relaxed) > 4, "{looks:?} looks");
    assert!(engine.verify(Some(Arc::new(MemoryStore::new()))).unwrap().ok());

    // a reader does not move, and shows what a writer that has closed has left
    let reader = Reader::open(&db, options()).unwrap();
    let (newest, digest) = (reader.newest(), reader.digest().unwrap());
    assert_eq!(digest, engine.digest().unwrap());
    engine.execute(&command(100_000)).unwrap();
    engine.checkpoint().unwrap();
    assert_eq!((reader.newest(), reader.digest().unwrap()), (newest, digest));
    let last = engine.last_sequence();
    engine.close().unwrap();
    let after = Reader::open(&db, options()).unwrap();
    assert!(after.newest() == last && last > newest);
    drop(after);
    // nobody was locked out by it, and it has written nothing
    Engine::open(&db, options()).unwrap().close().unwrap();
    assert_eq!(reader.newest(), newest);
}

#[test]
fn a_reader_of_nothing_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let error = Reader::open(folder.path(), options()).unwrap_err();
    assert!(error.kind == ErrorKind::Corrupt && error.what.contains("is no database"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
