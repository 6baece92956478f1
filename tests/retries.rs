//! Row 12 of the soak: a command that is sent again and again has one effect. By many threads at once, to an engine
//! that goes on, that fails, that crashes; with another body it is refused. `ACCRUEDB_SIZE` is the number of scenes.

use crate::model::rng::next;
use crate::proof::{Proof, quietly};
use accruedb::domain::*;
use accruedb::engine::{ClosedReason, Engine, EngineOptions, ErrorKind, ExecuteError};
use accruedb::storage::memory::{Call, MemoryStore, Trouble};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Barrier};
use std::thread;

const PROGRAM: ProgramId = ProgramId(1);
const POINTS: PointTypeId = PointTypeId(1);
const MEMBERS: u128 = 3;
/// Commands of a scene: accruals, then redemptions and cancellations of some.
const ACCRUALS: u128 = 16;

type Answer = Result<Receipt, ExecuteError>;

/// What one thread sent, and what it was answered.
type Sent = Vec<(Command, Answer)>;

/// One scene: how many threads send the same commands, and what goes wrong.
#[derive(Debug, Clone, Copy)]
struct Scene {
    seed: u64,
    threads: usize,
    trouble: Option<(Call, u64, Trouble)>,
    /// The negative control: a client that takes a new request id for every try.
    new_ids: bool,
}

impl Scene {
    fn draw(seed: u64) -> Scene {
        let mut state = seed;
        let mut below = |end: u64| next(&mut state) % end;
        let threads = [2, 4, 4, 8, 8, 16, 16, 64][below(8) as usize];
        let after = below(24);
        let trouble = match below(6) {
            0 => Some((Call::Append, after, Trouble::Fail)),
            1 => Some((Call::Append, after, Trouble::FailAfter)),
            2 => Some((Call::Checkpoint, after % 2, Trouble::FailAfter)),
            3 => Some((Call::Checkpoint, after % 2, Trouble::Tear)),
            _ => None,
        };
        Scene { seed, threads, trouble, new_ids: false }
    }

    fn open(&self, store: &Arc<MemoryStore>) -> Engine {
        let shards = [1, 4, 64][self.seed as usize % 3];
        let checkpoint_changes = [10, 1_000_000][self.seed as usize % 2];
        let delta_changes_max = checkpoint_changes * 2;
        let check_laws = true;
        let options =
            EngineOptions { shards, checkpoint_changes, delta_changes_max, check_laws, ..EngineOptions::default() };
        Engine::open_store(store.clone(), options).unwrap()
    }
}

fn command(request: u128, action: impl Into<Action>) -> Command {
    Command::new(PROGRAM, RequestId(request), action)
}

fn set_up(engine: &Engine) {
    let program = CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() };
    let mut actions: Vec<Action> =
        vec![program.into(), CreatePointType { point_type: POINTS, ..CreatePointType::default() }.into()];
    actions.extend((1..=MEMBERS).map(|member| accrue(member, 100_000)));
    for (action, request) in actions.into_iter().zip(1_000_000u128..) {
        engine.execute(&command(request, action)).unwrap();
    }
}

fn accrue(member: u128, points: i64) -> Action {
    Accrue { member: MemberId(member), partner: None, awards: vec![Award::new(POINTS, Points(points))] }.into()
}

/// Every thread sends these, each in an order of its own. The body of some differs from thread to thread.
fn commands(scene: &Scene, thread: u128) -> Vec<Command> {
    let mut commands = Vec::new();
    for request in 1..=ACCRUALS {
        let changed = request.is_multiple_of(4) && thread.is_multiple_of(2);
        let points = if changed { 1_000 } else { 10 } + request as i64;
        commands.push(command(request, accrue(request % MEMBERS + 1, points)));
        if request.is_multiple_of(3) {
            let redeem = Redeem { member: MemberId(request % MEMBERS + 1), point_type: POINTS, points: Points(5) };
            commands.push(command(request + ACCRUALS, redeem));
        }
        if request.is_multiple_of(5) {
            // the accrual may not be there yet: refused then, and the id is free
            let cancel = Cancel { request: RequestId(request), amount: CancelAmount::Points(Points(3)) };
            commands.push(command(request + 2 * ACCRUALS, cancel));
        }
    }
    if scene.new_ids {
        commands.iter_mut().for_each(|command| command.request_id.0 += thread * 1_000);
    }
    let mut state = scene.seed ^ (thread as u64) << 32;
    for at in (1..commands.len()).rev() {
        commands.swap(at, next(&mut state) as usize % (at + 1));
    }
    commands
}

/// All threads send all commands, some waiting for each, some for none; twice over.
fn crowd(scene: &Scene, engine: &Engine) -> Vec<Sent> {
    let barrier = Barrier::new(scene.threads);
    let one = |thread: usize| {
        let commands = commands(scene, thread as u128);
        barrier.wait();
        let answers = match thread % 3 {
            0 => [engine.execute_batch(&commands), engine.execute_batch(&commands)].concat(),
            _ => commands.iter().chain(&commands).map(|command| engine.execute(command)).collect(),
        };
        commands.iter().chain(&commands).cloned().zip(answers).collect()
    };
    thread::scope(|scope| {
        let one = &one;
        let threads: Vec<_> = (0..scene.threads).map(|thread| scope.spawn(move || one(thread))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// What a scene counted.
#[derive(Default)]
struct Seen {
    sent: u64,
    replayed: u64,
    reused: u64,
    unknown: u64,
    fired: bool,
}

/// Plays a scene to its end. What is wrong with it is told.
fn play(scene: &Scene) -> Result<Seen, String> {
    let store = Arc::new(MemoryStore::new());
    let mut engine = scene.open(&store);
    set_up(&engine);
    if let Some((call, after, trouble)) = scene.trouble {
        store.trouble(call, after, trouble);
    }
    let first = crowd(scene, &engine);
    let fired = scene.trouble.is_some() && store.calm().is_empty();
    // gone without a word, and everybody sends everything again
    let again = scene.open(&store);
    drop(std::mem::replace(&mut engine, again));
    let second = crowd(scene, &engine);
    if scene.trouble.is_none() {
        all_answered(&first)?;
    }
    all_answered(&second)?;
    let answers: Vec<(Command, Answer)> = first.into_iter().chain(second).flatten().collect();
    let mut seen = Seen { fired, ..Seen::default() };
    let effects = effects(&answers, &mut seen)?;
    let journal = engine.journal(Sequence(1), usize::MAX).unwrap();
    in_journal(&journal, &effects)?;
    let audit = engine.verify(Some(Arc::new(MemoryStore::new()))).unwrap();
    if !audit.ok() {
        return Err(format!("{:?}", audit.violations));
    }
    // what the requests say must be in the balances, each once
    for member in (1..=MEMBERS).map(MemberId) {
        let key = MemberKey { program: PROGRAM, member };
        let shown = engine.balances(key).unwrap().unwrap()[0].available.0;
        let expected = 100_000 + once(&effects, member);
        if shown != expected {
            return Err(format!("member {member} has {shown} points, its requests make {expected}"));
        }
    }
    Ok(seen)
}

/// Where nothing goes wrong, every command is answered. Only a cancellation may have to be sent twice, until its accrual
/// is there.
fn all_answered(crowd: &[Sent]) -> Result<(), String> {
    for sent in crowd {
        let twice = sent.len() / 2;
        for (place, (command, answer)) in sent.iter().enumerate() {
            match answer {
                Ok(_) | Err(ExecuteError::Refused(Rejection::RequestIdReused { .. })) => {}
                Err(ExecuteError::Refused(Rejection::TransactionUnknown)) if place < twice => {}
                answer => return Err(format!("{command:?} was answered {answer:?} where nothing went wrong")),
            }
        }
    }
    Ok(())
}

/// The one effect of each request, from all its answers.
fn effects(answers: &[(Command, Answer)], seen: &mut Seen) -> Result<BTreeMap<RequestId, (Command, Receipt)>, String> {
    let mut effects: BTreeMap<RequestId, (Command, Receipt)> = BTreeMap::new();
    let mut firsts = BTreeSet::new();
    for (command, answer) in answers {
        seen.sent += 1;
        let Ok(receipt) = answer else { continue };
        seen.replayed += u64::from(receipt.replayed);
        if !receipt.replayed && !firsts.insert(command.request_id) {
            return Err(format!("{command:?} was done twice"));
        }
        let receipt = Receipt { replayed: false, cancelled: Vec::new(), ..receipt.clone() };
        let (known, first) = effects.entry(command.request_id).or_insert_with(|| (command.clone(), receipt.clone()));
        if (&*known, &*first) != (command, &receipt) {
            return Err(format!("{command:?} was answered {receipt:?}, and {known:?} {first:?}"));
        }
    }
    for (command, answer) in answers {
        match (answer, effects.get(&command.request_id)) {
            (Err(ExecuteError::Refused(Rejection::RequestIdReused { first })), Some((known, receipt))) => {
                seen.reused += 1;
                if known == command || *first != receipt.sequence {
                    return Err(format!("{command:?} was refused as another than {known:?}"));
                }
            }
            (Err(ExecuteError::Refused(Rejection::TransactionUnknown)), _) if is_cancel(command) => {}
            (Ok(_), Some(_)) => {}
            (Err(ExecuteError::Failed(error)), _) if error.kind == ErrorKind::Closed(ClosedReason::Poisoned) => {
                seen.unknown += 1;
            }
            (answer, known) => return Err(format!("{command:?} was answered {answer:?} where {known:?} was done")),
        }
    }
    Ok(effects)
}

fn is_cancel(command: &Command) -> bool {
    matches!(command.action, Action::Cancel(_))
}

/// The journal has each request that was done once, and as it was answered.
fn in_journal(journal: &[Entry], effects: &BTreeMap<RequestId, (Command, Receipt)>) -> Result<(), String> {
    let done = journal.iter().filter(|entry| matches!(entry.outcome, Outcome::Done { .. }));
    let mut found: BTreeMap<RequestId, Entry> = BTreeMap::new();
    for entry in done.filter(|entry| (1..1_000_000).contains(&{ entry.command.request_id.0 })) {
        if found.insert(entry.command.request_id, entry.clone()).is_some() {
            return Err(format!("{:?} is in the journal twice", entry.command));
        }
    }
    for (request, (command, receipt)) in effects {
        let entry = found.remove(request).ok_or_else(|| format!("{command:?} is not in the journal"))?;
        if entry.command != *command || entry.answer(false).as_ref() != Ok(receipt) {
            return Err(format!("{command:?} is in the journal as another"));
        }
    }
    found.into_values().next().map_or(Ok(()), |entry| Err(format!("{:?} was never answered", entry.command)))
}

/// What the requests of a member come to, each counted once, whatever its id.
fn once(effects: &BTreeMap<RequestId, (Command, Receipt)>, member: MemberId) -> i64 {
    let mut counted = BTreeMap::new();
    for (request, (command, _)) in effects {
        let points = match &command.action {
            Action::Accrue(body) if body.member == member => body.awards[0].points.0,
            Action::Redeem(body) if body.member == member => -body.points.0,
            Action::Cancel(body) if MemberId(body.request.0 % MEMBERS + 1) == member => -3,
            _ => continue,
        };
        counted.insert(request.0 % 1_000, points);
    }
    counted.into_values().sum()
}

#[test]
fn proof_retries() {
    let faults = ["append failed", "append failed when done", "checkpoint failed when done", "checkpoint torn"];
    let mut proof = Proof::new("retries", "a command that is sent again has one effect", &faults);
    let first = std::env::var("ACCRUEDB_SEED").ok().map(|seed| seed.parse().expect("ACCRUEDB_SEED is a number"));
    let count = Proof::size(if first.is_some() { 1 } else { 60 });
    let first = first.unwrap_or(0);
    proof.count("first seed", first);
    proof.count("last seed", first + count - 1);
    for seed in first..first + count {
        let scene = Scene::draw(seed);
        let seen = play(&scene).unwrap_or_else(|why| {
            panic!(
                "{scene:?}: {why}\nAgain, as far as threads repeat themselves: ACCRUEDB_SEED={seed} cargo test \
                 --release --no-default-features --test main proof_retries"
            )
        });
        for (what, more) in [
            ("scenes", 1),
            ("commands sent", seen.sent),
            ("repeated: first answer", seen.replayed),
            ("other body: refused", seen.reused),
            ("not known", seen.unknown),
        ] {
            proof.count(what, more);
        }
        let kind = match scene.trouble {
            Some((Call::Append, _, Trouble::Fail)) => faults[0],
            Some((Call::Append, ..)) => faults[1],
            Some((_, _, Trouble::FailAfter)) => faults[2],
            _ => faults[3],
        };
        proof.fault(kind, u64::from(seen.fired));
    }
    if first > 0 && count == 1 {
        return;
    }
    let careless = Scene { new_ids: true, trouble: None, ..Scene::draw(1) };
    proof.control("a client that takes a new id for every try", play(&careless).is_err());
    let lying = Scene { trouble: Some((Call::Append, 3, Trouble::Lose)), ..Scene::draw(2) };
    let told = quietly(|| play(&lying).map(drop)).unwrap_or_else(Err);
    proof.control("a store that loses an append", told.is_err());
    proof.done();
}
