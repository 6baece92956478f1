//! The whole engine: a few clients on two members and a partner, while checkpoints are made, and an end of each kind.

use super::disk::Disk;
use super::ends;
use super::turns::{Dice, schedule};
use crate::domain::*;
use crate::engine::sync::thread;
use crate::engine::{ClockSource, ClosedReason, Engine, EngineOptions, ErrorKind, ExecuteError, Ticket};
use crate::storage::memory::{Call, MemoryStore, Trouble};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const PROGRAM: ProgramId = ProgramId(1);
const POINTS: PointTypeId = PointTypeId(1);
const PARTNER: PartnerId = PartnerId(1);
const BLOCK: BlockId = BlockId(1);
/// Request ids below are of the set-up.
const FIRST_REQUEST: u64 = 10;

/// What ends the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It is closed when all clients are done.
    Closed,
    /// It is dropped while tickets are out.
    Dropped,
    /// Another engine claims the database.
    Taken,
    /// A write fails; it may be there all the same.
    Fails(Call, Trouble, u64),
}

/// What a client does next.
#[derive(Debug, Clone)]
enum Step {
    Execute(Command),
    Submit(Command),
    Together(Vec<Command>),
    Checkpoint,
    Balances(MemberKey),
    Partner,
    Verify,
}

#[derive(Debug)]
struct Client {
    engine: Arc<Engine>,
    disk: Arc<Disk>,
    clock: Arc<AtomicU64>,
    end: End,
    steps: Vec<Step>,
}

/// A command's answer: when it was sent and when it was there, by a clock that only these tests see.
#[derive(Debug)]
struct Answered {
    request: RequestId,
    sent: u64,
    there: u64,
    receipt: Receipt,
}

/// What a read of a member's balances showed, and which entries were the last ones: of those that its client had been
/// answered for before it, and of all after it.
#[derive(Debug)]
struct Shown {
    member: MemberKey,
    from: Sequence,
    to: Sequence,
    balances: Option<Vec<Balance>>,
}

/// What clients saw.
#[derive(Debug, Default)]
struct Seen {
    answers: Vec<Answered>,
    shown: Vec<Shown>,
}

pub(super) fn run() {
    let mut dice = Dice::new(!schedule());
    let end = match dice.below(8) {
        0..=3 => End::Closed,
        4 => End::Dropped,
        5 | 6 => End::Taken,
        _ => {
            let call = if dice.below(3) == 0 { Call::Checkpoint } else { Call::Append };
            End::Fails(call, if dice.below(2) == 0 { Trouble::Fail } else { Trouble::FailAfter }, dice.below(3))
        }
    };
    let disk = Arc::new(Disk::new());
    let options = EngineOptions {
        clock: ClockSource::Commands,
        shards: [1, 2, 5][dice.below(3) as usize],
        checkpoint_changes: [1, 4, 1000][dice.below(3) as usize],
        delta_changes_max: [4, 1000][dice.below(2) as usize].max(1),
        ..EngineOptions::default()
    };
    let options =
        EngineOptions { delta_changes_max: options.delta_changes_max.max(options.checkpoint_changes), ..options };
    let engine = open(&disk, &options);
    set_up(&engine);
    if let End::Fails(call, trouble, after) = end {
        disk.plan(call, trouble, after);
    }
    match end {
        End::Dropped => drop_with_tickets(engine, &mut dice),
        End::Taken => {
            let (engine, clients) = start(engine, &disk, end, &mut dice);
            // what is answered by now is in the database that the other one finds
            let last = disk.last();
            let other = open(&disk, &options);
            assert!(other.last_sequence() >= last, "an answered entry is lost");
            check(join(clients), &other);
            audit(&other);
            drop(engine);
            other.close().expect("closed");
        }
        End::Closed | End::Fails(..) => {
            let (engine, clients) = start(engine, &disk, end, &mut dice);
            let seen = join(clients);
            if end == End::Closed {
                audit(&engine);
            }
            let closed = Arc::into_inner(engine).expect("no client has it").close();
            assert!(end != End::Closed || closed.is_ok(), "{closed:?}");
            if let (End::Fails(call, trouble, _), true) = (end, disk.struck()) {
                ends::happened(name_of(call, trouble));
            }
            disk.calm();
            let again = open(&disk, &options);
            audit(&again);
            check(seen, &again);
        }
    }
    audit(&open(&disk, &options));
}

fn name_of(call: Call, trouble: Trouble) -> &'static str {
    match (call, trouble) {
        (Call::Append, Trouble::Fail) => "append failed",
        (Call::Append, _) => "append failed when done",
        (_, Trouble::Fail) => "checkpoint failed",
        _ => "checkpoint failed when done",
    }
}

fn open(disk: &Arc<Disk>, options: &EngineOptions) -> Engine {
    Engine::open_store(disk.clone(), options.clone()).expect("opened")
}

fn command(request: u64, at: u64, action: impl Into<Action>) -> Command {
    let mut command = Command::new(PROGRAM, RequestId(request.into()), action);
    command.transaction_at = Timestamp::from_ms(1_700_000_000_000 + at as i64);
    command
}

fn set_up(engine: &Engine) {
    let program = CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() };
    let rates = [(POINTS, Rate::ONE)].into();
    let purchase = PurchaseBlock {
        partner: PARTNER,
        block: BLOCK,
        points: Points(1000),
        expires: Expiry::Never,
        ..PurchaseBlock::default()
    };
    let actions: [Action; 5] = [
        program.into(),
        CreatePointType { point_type: POINTS, ..CreatePointType::default() }.into(),
        CreatePartner { partner: PARTNER, rates, ..CreatePartner::default() }.into(),
        purchase.into(),
        ApproveBlock { partner: PARTNER, block: BLOCK }.into(),
    ];
    for (action, request) in actions.into_iter().zip(1..) {
        engine.execute(&command(request, 0, action)).expect("set up");
    }
}

/// A command of a client. Some have the request id of another's, some take another's back.
fn draw(dice: &mut Dice, request: u64) -> Command {
    let pair = [MemberId(1), MemberId(2)];
    let (member, to) = if dice.below(2) == 0 { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
    let (at, points) = (1 + dice.below(3), Points(1 + dice.below(9) as i64));
    let other = FIRST_REQUEST + dice.below(4);
    let accrue = |member| Accrue { member, partner: Some(PARTNER), awards: vec![Award::new(POINTS, Points(10))] };
    match dice.below(11) {
        0..=2 => command(request, at, accrue(member)),
        // the same body, so that it is the same transaction
        3 | 4 => command(FIRST_REQUEST, 1, accrue(MemberId(1))),
        5 | 6 => command(request, at, Redeem { member, point_type: POINTS, points }),
        // two members at once, in either order
        7 => command(request, at, Transfer { member, to, point_type: POINTS, points, fee: Points(0) }),
        8 => command(request, at, HoldPoints { member, point_type: POINTS, points, times_out: Expiry::Never }),
        // whose hold it is, is found while deciding
        9 => command(request, at, Capture { hold: RequestId(other.into()), points: None }),
        _ => command(request, at, Cancel { request: RequestId(other.into()), amount: CancelAmount::Whole }),
    }
}

fn start(engine: Engine, disk: &Arc<Disk>, end: End, dice: &mut Dice) -> (Arc<Engine>, Vec<thread::JoinHandle<Seen>>) {
    let engine = Arc::new(engine);
    let clock = Arc::new(AtomicU64::new(0));
    let mut request = FIRST_REQUEST;
    let clients = (0..2 + dice.below(2)).map(|_| {
        let steps = (0..1 + dice.below(3)).map(|_| {
            request += 1;
            match dice.below(20) {
                0 | 1 => Step::Checkpoint,
                2 => Step::Balances(MemberKey { program: PROGRAM, member: MemberId(1) }),
                3 => Step::Partner,
                4 => Step::Verify,
                5..=8 => Step::Submit(draw(dice, request)),
                9..=12 => {
                    let count = 2 + dice.below(2);
                    request += count;
                    Step::Together((0..count).map(|back| draw(dice, request - back)).collect())
                }
                _ => Step::Execute(draw(dice, request)),
            }
        });
        let steps = steps.collect();
        let client = Client { engine: engine.clone(), disk: disk.clone(), clock: clock.clone(), end, steps };
        thread::spawn(move || client.run())
    });
    let clients = clients.collect();
    (engine, clients)
}

fn join(clients: Vec<thread::JoinHandle<Seen>>) -> Seen {
    let mut all = Seen::default();
    for client in clients {
        let seen = client.join().expect("a client");
        all.answers.extend(seen.answers);
        all.shown.extend(seen.shown);
    }
    all
}

impl Client {
    fn run(self) -> Seen {
        let (mut answers, mut shown) = (Vec::new(), Vec::new());
        let mut tickets: Vec<(RequestId, u64, Ticket)> = Vec::new();
        // what of this client's is durable
        let mut durable = Sequence(0);
        for step in &self.steps {
            let sent = self.tick();
            match step {
                Step::Execute(command) => {
                    answers.extend(self.answered(command.request_id, sent, self.engine.execute(command)));
                }
                Step::Submit(command) => tickets.push((command.request_id, sent, self.engine.submit(command))),
                Step::Together(commands) => {
                    let requests = commands.iter().map(|command| command.request_id);
                    let answers = requests.zip(self.engine.submit_batch(commands));
                    tickets.extend(answers.map(|(request, ticket)| (request, sent, ticket)));
                }
                Step::Checkpoint => {
                    let before = durable;
                    let made = self.expected(self.engine.checkpoint());
                    assert!(made.is_none() || self.disk.tables() >= before, "a checkpoint without what was before it");
                }
                Step::Balances(member) => {
                    let balances = self.expected(self.engine.balances(*member));
                    let (member, from, to) = (*member, durable, self.engine.last_sequence());
                    shown.extend(balances.map(|balances| Shown { member, from, to, balances }));
                }
                Step::Partner => {
                    let key = PartnerKey { program: PROGRAM, partner: PARTNER };
                    if let Some(Some(state)) = self.expected(self.engine.partner(key)) {
                        let debited: i64 =
                            state.blocks.values().map(|block| block.sums.get(BlockState::Debited).0).sum();
                        assert_eq!(debited, state.partner.debited.0, "a partner's blocks are not its own");
                    }
                }
                Step::Verify => {
                    if let Some(audit) = self.expected(self.engine.verify(Some(Arc::new(MemoryStore::new())))) {
                        assert_eq!(audit.violations, Vec::<String>::new());
                    }
                }
            }
            durable = durable.max(answers.last().map(|answer: &Answered| answer.receipt.sequence).unwrap_or_default());
        }
        for (request, sent, ticket) in tickets {
            answers.extend(self.answered(request, sent, ticket.wait()));
        }
        Seen { answers, shown }
    }

    fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::Relaxed)
    }

    fn answered(&self, request: RequestId, sent: u64, answer: Result<Receipt, ExecuteError>) -> Option<Answered> {
        let receipt = match answer {
            Ok(receipt) => receipt,
            Err(ExecuteError::Refused(rejection)) => {
                let refused = Outcome::Refused(rejection);
                let is_it = |entry: &Entry| entry.command.request_id == request && entry.outcome == refused;
                assert!(self.disk.entries().iter().any(is_it), "{request:?} is refused before that is stored");
                return None;
            }
            Err(ExecuteError::Failed(error)) => {
                let _: Option<()> = self.expected(Err(error));
                return None;
            }
        };
        assert!(self.disk.last() >= receipt.sequence, "entry {} is answered before it is stored", receipt.sequence);
        Some(Answered { request, sent, there: self.tick(), receipt })
    }

    /// Nothing may fail but where a write does, or another engine takes the database.
    fn expected<T>(&self, done: Result<T, crate::engine::Error>) -> Option<T> {
        match done {
            Ok(done) => Some(done),
            Err(error) => {
                if error.kind == ErrorKind::Closed(ClosedReason::Fenced) {
                    ends::happened("taken by another engine");
                }
                let closed = matches!(error.kind, ErrorKind::Closed(_));
                assert!(closed && !matches!(self.end, End::Closed), "{:?}: {error}", self.end);
                None
            }
        }
    }
}

/// Every ticket is answered, though the engine is dropped meanwhile.
fn drop_with_tickets(engine: Engine, dice: &mut Dice) {
    let waiters: Vec<_> = (0..1 + dice.below(2))
        .map(|_| {
            let accrue = |request| {
                let awards = vec![Award::new(POINTS, Points(1))];
                command(request, request, Accrue { member: MemberId(1), partner: Some(PARTNER), awards })
            };
            let requests = FIRST_REQUEST + dice.below(50)..;
            let tickets: Vec<Ticket> = requests.take(2).map(|request| engine.submit(&accrue(request))).collect();
            thread::spawn(move || tickets.into_iter().for_each(|ticket| drop(ticket.wait().expect("answered"))))
        })
        .collect();
    drop(engine);
    waiters.into_iter().for_each(|waiter| waiter.join().expect("a waiter"));
}

/// The laws, the indexes, and that the journal replayed from the beginning gives this state.
fn audit(engine: &Engine) {
    let audit = engine.verify(Some(Arc::new(MemoryStore::new()))).expect("verified");
    assert_eq!(audit.violations, Vec::<String>::new());
}

/// What clients saw is what the journal says.
fn check(seen: Seen, engine: &Engine) {
    check_answers(seen.answers, engine);
    seen.shown.iter().for_each(|shown| check_shown(shown, engine));
}

/// Balances were shown as they were after some entry: not before what its reader had been answered, and not after what
/// there was when they were read.
fn check_shown(shown: &Shown, engine: &Engine) {
    let statement = engine.statement(shown.member, None, 1000).expect("read").unwrap_or_default();
    let until: Vec<Entry> = statement.into_iter().filter(|entry| entry.sequence <= shown.to).collect();
    let newer = until.iter().take_while(|entry| entry.sequence > shown.from).count();
    // before the first entry there is no member
    let after = |at: usize| match until.get(at).map(|entry| &entry.outcome) {
        Some(Outcome::Done { balances, .. }) => {
            let own = |balance: &&Balance| balance.member == shown.member.member;
            Some(balances.iter().filter(own).copied().collect::<Vec<_>>())
        }
        _ => None,
    };
    assert!((0..=newer).map(after).any(|known| known == shown.balances), "{shown:?} is not in {until:?}");
}

/// Every answer is in the journal under its number, every request once, and in an order that was possible.
fn check_answers(answers: Vec<Answered>, engine: &Engine) {
    let journal = engine.journal(Sequence(1), 1000).expect("read");
    let entries: BTreeMap<Sequence, &Entry> = journal.iter().map(|entry| (entry.sequence, entry)).collect();
    assert!(entries.keys().map(|sequence| sequence.0).eq(1..=journal.len() as u64), "a journal without holes");
    let done = journal.iter().filter(|entry| matches!(entry.outcome, Outcome::Done { .. }));
    let done: Vec<RequestId> = done.map(|entry| entry.command.request_id).collect();
    let requests: BTreeSet<&RequestId> = done.iter().collect();
    assert_eq!(requests.len(), done.len(), "a request has one effect");
    for answer in &answers {
        let entry = entries.get(&answer.receipt.sequence).expect("an answered entry is in the journal");
        assert_eq!(entry.command.request_id, answer.request);
    }
    for a in answers.iter().filter(|answer| !answer.receipt.replayed) {
        for b in answers.iter().filter(|answer| !answer.receipt.replayed) {
            assert!(a.there > b.sent || a.receipt.sequence < b.receipt.sequence, "answered before, and later in order");
        }
    }
}
