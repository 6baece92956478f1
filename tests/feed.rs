//! A consumer of the change feed that is killed and made again at random, on an engine that is, too: it sees every entry
//! once and in order, whatever it asks for.

use crate::model::rng::Rng;
use accruedb::domain::*;
use accruedb::engine::{ClockSource, Engine, EngineOptions, FeedFilter};
use accruedb::storage::memory::MemoryStore;
use std::sync::Arc;
use std::time::Duration;

const PROGRAM: ProgramId = ProgramId(1);
const TYPE: PointTypeId = PointTypeId(1);

fn open(store: &Arc<MemoryStore>) -> Engine {
    let options = EngineOptions { clock: ClockSource::Commands, checkpoint_changes: 40, ..EngineOptions::default() };
    Engine::open_store(store.clone(), options).unwrap()
}

fn command(request: u128, action: impl Into<Action>) -> Command {
    let at = Timestamp::from_ms(1_767_225_600_000 + request as i64 * 3_600_000).unwrap();
    Command { transaction_at: Some(at), ..Command::new(PROGRAM, RequestId(request), action) }
}

fn some(rng: &mut Rng<'_>, request: u128) -> Command {
    let member = MemberId(u128::from(rng.between(1, 5)));
    match rng.below(4) {
        0 => command(request, Redeem { member, point_type: TYPE, points: Points(2) }),
        _ => {
            let expires = Some(Expiry::After(Span::days(2)));
            let source = Some(SourceId(rng.between(1, 2) as u32));
            let award = Award { expires, source, ..Award::new(TYPE, Points(3)) };
            command(request, Accrue { member, partner: None, awards: vec![award] })
        }
    }
}

/// What a consumer has kept: with every entry that it handled, where it goes on.
struct Kept {
    position: Sequence,
    seen: Vec<Sequence>,
}

/// Reads on until the consumer is killed, or there is no more.
fn consume(engine: &Engine, filter: &FeedFilter, kept: &mut Kept, rng: &mut Rng<'_>) {
    let mut feed = engine.feed(kept.position, filter.clone());
    for _ in 0..rng.below(60) {
        let entry = feed.next(Duration::ZERO).unwrap();
        kept.position = feed.position();
        let Some(entry) = entry else { break };
        kept.seen.push(entry.sequence);
        // killed with an entry read and not handled: it comes again
        if rng.one_in(16) {
            drop(feed.next(Duration::ZERO).unwrap());
            break;
        }
    }
}

#[test]
fn a_consumer_killed_at_random_sees_every_entry_once_and_in_order() {
    for seed in 0..40 {
        let mut rng = Rng::Seed(seed);
        let store = Arc::new(MemoryStore::new());
        let mut engine = open(&store);
        let program = CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() };
        engine.execute(&command(1, program)).unwrap();
        engine.execute(&command(2, CreatePointType { point_type: TYPE, ..CreatePointType::default() })).unwrap();
        let filters = [
            FeedFilter::default(),
            FeedFilter { kinds: vec!["redeemed".into(), "expired".into()], ..FeedFilter::default() },
            FeedFilter { subjects: vec![Subject::Source(SourceId(2))], ..FeedFilter::default() },
        ];
        let mut kept = filters.each_ref().map(|_| Kept { position: Sequence(1), seen: Vec::new() });
        let mut request = 100;
        for _ in 0..60 {
            for _ in 0..rng.below(12) {
                request += 1;
                let command = some(&mut rng, request);
                // answered, or sent and forgotten
                if rng.one_in(2) { drop(engine.execute(&command)) } else { drop(engine.submit(&command)) }
            }
            for (filter, kept) in filters.iter().zip(&mut kept) {
                consume(&engine, filter, kept, &mut rng);
            }
            if rng.one_in(8) {
                // gone without a word
                let gone = std::mem::replace(&mut engine, open(&store));
                drop(gone);
            }
        }
        let last = engine.last_sequence();
        engine.execute(&command(request + 1, Enrol { member: MemberId(77) })).unwrap();
        for (filter, mut kept) in filters.iter().zip(kept) {
            while kept.position <= last {
                consume(&engine, filter, &mut kept, &mut rng);
            }
            // once more what is new, for those that end before the last entry
            let journal = engine.journal(Sequence(1), usize::MAX).unwrap();
            let names = |entry: &&Entry| {
                let kinds = filter.kinds.is_empty()
                    || entry.legs().iter().any(|leg| filter.kinds.iter().any(|kind| kind == leg.kind()));
                let subjects = filter.subjects.is_empty()
                    || entry.legs().iter().any(|leg| leg.posting().is_some_and(|of| of.source == SourceId(2)));
                kinds && subjects && entry.sequence < kept.position
            };
            let expected: Vec<Sequence> = journal.iter().filter(names).map(|entry| entry.sequence).collect();
            assert_eq!(kept.seen, expected, "seed {seed}, {filter:?}");
            assert!(kept.position > last, "seed {seed}");
        }
    }
}
