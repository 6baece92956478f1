//! Tickets as futures: no thread waits for a command, and it is written as soon as if one did.

use accruedb::domain::*;
use accruedb::engine::{ClockSource, Engine, EngineOptions, ErrorKind, ExecuteError, Ticket};
use accruedb::storage::memory::{Call, MemoryStore, Trouble};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

const PROGRAM: ProgramId = ProgramId(1);

/// Wakes a thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The smallest executor there is.
fn block_on(ticket: Ticket) -> Result<Receipt, ExecuteError> {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut ticket = pin!(ticket);
    loop {
        match ticket.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => thread::park(),
        }
    }
}

fn opened() -> (Arc<MemoryStore>, Engine) {
    let store = Arc::new(MemoryStore::new());
    let options = EngineOptions { clock: ClockSource::Commands, ..EngineOptions::default() };
    let engine = Engine::open_store(store.clone(), options).unwrap();
    let program = Command::new(PROGRAM, RequestId(1), CreateProgram::default()).at(at());
    assert!(!engine.execute(&program).unwrap().replayed);
    (store, engine)
}

fn at() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn enrol(member: u128) -> Command {
    Command::new(PROGRAM, RequestId(100 + member), Enrol { member: MemberId(member) })
}

/// The writer lets a group gather for a millisecond, but not where somebody waits for it.
#[test]
fn whoever_awaits_a_ticket_does_not_wait_for_others() {
    let (_, engine) = opened();
    let times = (1..=200).map(|member| {
        let begun = Instant::now();
        block_on(engine.submit(&enrol(member))).unwrap();
        begun.elapsed()
    });
    let fastest = times.min().unwrap();
    assert!(fastest < Duration::from_millis(1), "{fastest:?}");
}

#[test]
fn a_ticket_knows_at_once_what_changes_nothing() {
    let (store, engine) = opened();
    store.trouble(Call::Append, 0, Trouble::Delay(Duration::from_millis(200)));
    let done = engine.submit(&enrol(1));
    let refused = engine.submit(&Command::new(PROGRAM, RequestId(9), Enrol { member: MemberId(1) }));
    let malformed = engine.submit(&Command::new(PROGRAM, RequestId(0), Enrol { member: MemberId(2) }));
    let known = [&done, &refused, &malformed].map(|ticket| (ticket.is_ready(), ticket.changes_nothing()));
    assert_eq!(known, [(false, false), (false, true), (true, true)]);
    assert!(!block_on(done).unwrap().replayed);
    assert!(matches!(block_on(refused), Err(ExecuteError::Refused(_))));
    assert!(matches!(block_on(malformed), Err(ExecuteError::Failed(error)) if error.kind == ErrorKind::Invalid));
    let repeated = engine.submit(&enrol(1));
    assert!(repeated.changes_nothing() && block_on(repeated).unwrap().replayed);
}

#[test]
fn a_failed_write_is_told_to_whoever_awaits_it() {
    let (store, engine) = opened();
    store.trouble(Call::Append, 0, Trouble::Fail);
    let ticket = engine.submit(&enrol(1));
    assert!(!ticket.changes_nothing(), "nobody knows yet");
    assert!(matches!(block_on(ticket), Err(ExecuteError::Failed(error)) if matches!(error.kind, ErrorKind::Closed(_))));
    let later = engine.submit(&enrol(2));
    assert!(matches!(block_on(later), Err(ExecuteError::Failed(_))));
}
