//! Many clients at once: the journal's order is one in which every command comes out the same, one after the other,
//! and an order that the clients could have seen.

use crate::concurrency::{PARTNERS, POINTS, accrue, audit, command, member, open, set_up};
use crate::proof::Proof;
use accruedb::domain::*;
use accruedb::engine::{ClockSource, Engine, EngineOptions, ExecuteError, Ticket};
use accruedb::storage::memory::MemoryStore;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

const MEMBERS: u128 = 7;
const ROUND: u64 = 100_000;
/// Tickets that a client may have out.
const WINDOW: usize = 8;

/// When a command was sent and when its answer was there, by a count of all such moments; and its number.
#[derive(Debug, Clone, Copy)]
struct Answered {
    sent: u64,
    there: u64,
    sequence: Sequence,
}

/// What a client was told of its `n`th command, and the number of the entry that it is told from.
struct Told {
    n: u64,
    sequence: Sequence,
    answer: Result<Receipt, Rejection>,
}

impl Told {
    /// Whether this repeats what the first of several same commands was told.
    fn is_repeated(&self) -> bool {
        matches!(&self.answer, Ok(receipt) if receipt.replayed)
    }
}

/// A client's commands, one after the other; some have several in flight.
struct Client<'a> {
    engine: &'a Engine,
    moments: &'a AtomicU64,
    id: u64,
    clients: u64,
    /// Which command, when it was sent, and its ticket.
    in_flight: VecDeque<(u64, u64, Ticket)>,
    answers: Vec<Answered>,
    told: Vec<Told>,
}

impl Client<'_> {
    fn run(&mut self, commands: u64) {
        for n in 1..=commands {
            let sent = self.moments.fetch_add(1, Ordering::SeqCst);
            let ticket = self.engine.submit(&self.draw(n));
            self.in_flight.push_back((n, sent, ticket));
            let allowed = if n % 3 == 0 { WINDOW } else { 0 };
            while self.in_flight.len() > allowed {
                self.answer();
            }
        }
        while !self.in_flight.is_empty() {
            self.answer();
        }
    }

    /// The `n`th command: half of them on two members that everybody wants, some with another client's request.
    fn draw(&self, n: u64) -> Command {
        let dice = (n * self.clients + self.id).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        let request = u128::from(n * self.clients + self.id);
        let number = u128::from(if dice.is_multiple_of(2) { dice / 2 % 2 } else { dice / 2 % MEMBERS as u64 });
        let points = (dice % 40 + 1) as i64;
        match dice % 16 {
            0..=6 => command(request, accrue(number, (dice % u64::from(PARTNERS)) as u32, points)),
            7..=10 => {
                let (member, points) = (member(number), Points(points));
                command(request, Redeem { member, point_type: POINTS, points })
            }
            // the same from every client
            11 | 12 => command(u128::from(n) << 64, accrue(u128::from(n) % MEMBERS, 0, 5)),
            _ => {
                let amount = if dice & 256 == 0 { CancelAmount::Whole } else { CancelAmount::Points(Points(1)) };
                let other = RequestId(request - u128::from(dice % (3 * self.clients)).min(request - 1));
                command(request, Cancel { request: other, amount })
            }
        }
    }

    fn answer(&mut self) {
        let Some((n, sent, ticket)) = self.in_flight.pop_front() else { return };
        let sequence = ticket.sequence().expect("a number");
        let answer = match ticket.wait() {
            Ok(receipt) => Ok(receipt),
            Err(ExecuteError::Refused(rejection)) => Err(rejection),
            Err(error) => panic!("{error}"),
        };
        let there = self.moments.fetch_add(1, Ordering::SeqCst);
        let told = Told { n, sequence, answer };
        // the number of what is repeated is that of the first time
        if !told.is_repeated() {
            self.answers.push(Answered { sent, there, sequence });
        }
        self.told.push(told);
    }

    /// Whether everything that it was told is what the journal says of its own commands.
    fn is_told_its_own(&self, entries: &[Entry]) -> bool {
        self.told.iter().all(|told| {
            let entry = &entries[told.sequence.0 as usize - 1];
            // what was cancelled since is not of the entry
            let answer = told.answer.clone().map(|receipt| Receipt { cancelled: Vec::new(), ..receipt });
            entry.command == self.draw(told.n) && entry.clone().answer(told.is_repeated()) == answer
        })
    }
}

/// Exchanges what two clients were told of a command.
fn exchange_answers(clients: &mut [Client<'_>]) {
    let [first, second, ..] = clients else { panic!("two clients") };
    let mut pairs = first.told.iter_mut().zip(&mut second.told);
    let differ = |(a, b): &(&mut Told, &mut Told)| a.sequence != b.sequence && a.answer != b.answer;
    let (a, b) = pairs.find(differ).expect("they were told different things");
    std::mem::swap(&mut a.answer, &mut b.answer);
}

/// An answer that was there before another command was sent has the smaller number. Returns who does not.
fn out_of_order(answers: &[Answered]) -> Option<Answered> {
    let mut by_sent = answers.to_vec();
    by_sent.sort_by_key(|answer| answer.sent);
    let mut by_there = answers.to_vec();
    by_there.sort_by_key(|answer| answer.there);
    let mut there = by_there.iter().peekable();
    let mut newest = Sequence(0);
    by_sent.into_iter().find(|answer| {
        while let Some(earlier) = there.next_if(|earlier| earlier.there < answer.sent) {
            newest = newest.max(earlier.sequence);
        }
        answer.sequence <= newest
    })
}

/// Does the entries' commands again, one after the other, on an engine of their own. Returns it, unless one comes out
/// otherwise.
pub(crate) fn again(entries: &[Entry]) -> Option<Engine> {
    let options = EngineOptions { clock: ClockSource::Commands, shards: 3, ..EngineOptions::default() };
    let engine = Engine::open_store(Arc::new(MemoryStore::new()), options).unwrap();
    for entry in entries {
        engine.advance_to(entry.recorded_at).unwrap();
        drop(engine.submit(&entry.command));
    }
    (journal(&engine) == entries).then_some(engine)
}

/// All entries, once they are durable.
pub(crate) fn journal(engine: &Engine) -> Vec<Entry> {
    engine.checkpoint().unwrap();
    engine.journal(Sequence(1), usize::MAX).unwrap()
}

fn round(proof: &mut Proof, clients: u64, shards: u16, checkpoint_changes: u32, commands: u64) {
    let store = Arc::new(MemoryStore::new());
    let engine = open(&store, shards, checkpoint_changes);
    set_up(&engine);
    let moments = AtomicU64::new(0);
    let mut clients: Vec<Client<'_>> = thread::scope(|scope| {
        let run = |id| {
            let (engine, moments, in_flight) = (&engine, &moments, VecDeque::new());
            let (answers, told) = (Vec::new(), Vec::new());
            let mut client = Client { engine, moments, id, clients, in_flight, answers, told };
            client.run(commands / clients);
            client
        };
        let threads: Vec<_> = (0..clients).map(|id| scope.spawn(move || run(id))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut answers: Vec<Answered> = clients.iter().flat_map(|client| client.answers.clone()).collect();
    assert_eq!(
        out_of_order(&answers).map(|answer| answer.sequence),
        None,
        "answered before it was sent, and later in order"
    );
    let mut entries = journal(&engine);
    let refused = entries.iter().filter(|entry| matches!(entry.outcome, Outcome::Refused(_))).count();
    proof.count("commands", commands / clients.len() as u64 * clients.len() as u64);
    proof.count("answers in order", answers.len() as u64);
    let told = || clients.iter().flat_map(|client| &client.told);
    proof.count("repeated", told().filter(|told| told.is_repeated()).count() as u64);
    proof.count("refused", refused as u64);
    assert!(clients.iter().all(|client| client.is_told_its_own(&entries)), "a client was told what is not its own");
    exchange_answers(&mut clients);
    let found = clients.iter().any(|client| !client.is_told_its_own(&entries));
    proof.control("two clients with each other's answer", found);
    drop(clients);

    audit(&engine);
    let serial = again(&entries).expect("one after the other, every command comes out the same");
    assert_eq!(serial.digest().unwrap(), engine.digest().unwrap());
    proof.count("entries done again", entries.len() as u64);

    let (a, b) = (answers.len() / 3, answers.len() / 2);
    (answers[a].sequence, answers[b].sequence) = (answers[b].sequence, answers[a].sequence);
    proof.control("two answers with each other's number", out_of_order(&answers).is_some());
    let before = |entry: &Entry| entry.links.first()?.previous.0.checked_sub(1).map(|before| before as usize);
    let other = |entry: &Entry| before(entry).is_some_and(|at| entries[at].command.action != entry.command.action);
    let done = |entry: &&Entry| matches!(entry.outcome, Outcome::Done { .. });
    let last = entries.iter().rposition(|entry| done(&entry) && other(entry)).expect("two commands of a member");
    let before = before(&entries[last]).unwrap();
    let (first, second) = (entries[before].command.clone(), entries[last].command.clone());
    (entries[before].command, entries[last].command) = (second, first);
    proof.control("two commands in each other's place", again(&entries).is_none());
}

#[test]
fn proof_order() {
    let mut left = Proof::size(40_000);
    let mut proof = Proof::new("order", "the journal's order is one that every client could have seen", &[]);
    let kinds = [(8, 64, 500), (32, 2, 1_000_000), (16, 1, 20_000), (24, 1024, 50)];
    let each = (left / kinds.len() as u64).clamp(1_000, ROUND);
    for (clients, shards, checkpoint_changes) in kinds.into_iter().cycle() {
        let commands = left.min(each);
        round(&mut proof, clients, shards, checkpoint_changes, commands);
        left -= commands;
        if left < 1_000 {
            break;
        }
    }
    proof.done();
}
