//! Sources in large numbers, and the change feed: through the public calls.

use accruedb::domain::{
    Accrue, Award, Command, CreatePointType, CreateProgram, CreateSource, Enrolment, MemberId, PointTypeId, Points,
    ProgramId, RequestId, Sequence, SourceId, Subject,
};
use accruedb::engine::{Engine, EngineOptions, FeedFilter};
use accruedb::storage::memory::MemoryStore;
use std::sync::Arc;
use std::time::Duration;

const PROGRAM: ProgramId = ProgramId(1);
const TYPE: PointTypeId = PointTypeId(1);

fn engine() -> Engine {
    let engine = Engine::open_store(Arc::new(MemoryStore::new()), EngineOptions::default()).unwrap();
    let program = CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() };
    engine.execute(&Command::new(PROGRAM, RequestId(1), program)).unwrap();
    let point_type = CreatePointType { point_type: TYPE, ..CreatePointType::default() };
    engine.execute(&Command::new(PROGRAM, RequestId(2), point_type)).unwrap();
    engine
}

fn source(id: u32) -> Command {
    let body = CreateSource { source: SourceId(id), name: format!("source {id}").into(), ..CreateSource::default() };
    Command::new(PROGRAM, RequestId(10_000_000 + u128::from(id)), body)
}

fn accrual(request: u128, source: u32) -> Command {
    let award = Award { source: Some(SourceId(source)), ..Award::new(TYPE, Points(1)) };
    let body = Accrue { member: MemberId(1 + request % 7), partner: None, awards: vec![award] };
    Command::new(PROGRAM, RequestId(request), body)
}

/// Rule E14: as many sources as one likes feed an account.
#[test]
fn ten_thousand_sources_feed_one_type() {
    let engine = engine();
    let commands: Vec<Command> = (1..=10_000).map(source).collect();
    assert!(engine.execute_batch(&commands).iter().all(Result::is_ok));
    engine.execute(&accrual(100, 10_000)).unwrap();
    assert!(engine.execute(&accrual(101, 10_001)).is_ok(), "a label, where sources are not required");
    let programs = engine.programs().unwrap();
    assert_eq!(programs[&PROGRAM].sources_of(TYPE).count(), 10_000);
    assert_eq!(programs[&PROGRAM].sources_by_name("SOURCE 9999").len(), 1);
    let audit = engine.verify(Some(Arc::new(MemoryStore::new()))).unwrap();
    assert_eq!(audit.violations, Vec::<String>::new());
}

/// A consumer that is stopped and made again at its position sees every entry once, in order.
#[test]
fn a_feed_gives_every_entry_once_in_order() {
    let engine = engine();
    let writing = 2_000u128;
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for request in 0..writing {
                drop(engine.submit(&accrual(1_000 + request, 5)));
            }
        });
        let mut seen = Vec::new();
        let mut feed = engine.feed(Sequence(1), FeedFilter::default());
        while seen.len() < usize::try_from(writing).unwrap() + 2 {
            if seen.len() % 37 == 36 {
                let position = feed.position();
                feed = engine.feed(position, FeedFilter::default());
            }
            if let Some(entry) = feed.next(Duration::from_secs(1)).unwrap() {
                seen.push(entry.sequence.0);
            }
        }
        writer.join().unwrap();
        assert_eq!(seen, (1..=seen.len() as u64).collect::<Vec<u64>>());
        assert_eq!(feed.next(Duration::ZERO).unwrap(), None);
    });
}

/// A reader that waits is woken by the entry, long before its time is over.
#[test]
fn a_waiting_feed_is_woken() {
    let engine = engine();
    std::thread::scope(|scope| {
        let filter = FeedFilter { kinds: vec!["granted".into()], ..FeedFilter::default() };
        let mut feed = engine.feed(Sequence(1), filter);
        let reader = scope.spawn(move || {
            loop {
                if let Some(entry) = feed.next(Duration::from_secs(3_600)).unwrap() {
                    return entry;
                }
            }
        });
        std::thread::sleep(Duration::from_millis(50));
        let receipt = engine.execute(&accrual(77, 5)).unwrap();
        assert_eq!(reader.join().unwrap().sequence, receipt.sequence);
    });
}

#[test]
fn a_feed_is_filtered_by_kind_and_subject() {
    let engine = engine();
    engine.execute(&source(5)).unwrap();
    engine.execute(&accrual(70, 5)).unwrap();
    engine.execute(&accrual(71, 6)).unwrap();
    let verbs = |filter: FeedFilter| -> Vec<&'static str> {
        let mut feed = engine.feed(Sequence(1), filter);
        std::iter::from_fn(|| feed.next(Duration::ZERO).unwrap()).map(|entry| entry.command.action.verb()).collect()
    };
    let of = |subject| FeedFilter { subjects: vec![subject], ..FeedFilter::default() };
    assert_eq!(verbs(of(Subject::Source(SourceId(5)))), ["create_source", "accrue"]);
    assert_eq!(verbs(of(Subject::Source(SourceId(6)))), ["accrue"]);
    assert_eq!(verbs(of(Subject::Member(MemberId(1)))), ["accrue"]);
    assert_eq!(verbs(of(Subject::Member(MemberId(9)))), [""; 0]);
    let kinds = |kind: &str| FeedFilter { kinds: vec![kind.into()], ..FeedFilter::default() };
    assert_eq!(verbs(kinds("accrue")).len(), 2);
    assert_eq!(verbs(kinds("create_program")), ["create_program"]);
    assert_eq!(verbs(FeedFilter { programs: vec![ProgramId(2)], ..FeedFilter::default() }), [""; 0]);
}
