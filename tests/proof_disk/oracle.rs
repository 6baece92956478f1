//! The oracle: knows every answer, and compares a database with them.

use super::work::{PROGRAM, WRITERS, command};
use crate::proof::Proof;
use accruedb::domain::*;
use accruedb::engine::{Engine, EngineOptions, ExecuteError};
use accruedb::storage::memory::MemoryStore;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Entries that are read in one go.
const PAGE: usize = 1000;
/// So many of the newest answered commands are sent again: they must get the same answer.
const REPEATED: usize = 20;

/// What was said to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Done(Receipt),
    Refused(Rejection),
    /// It was taken for answered, but nobody said how: a broken engine's word.
    Taken,
}

/// All answers that came out, by the number of the command.
#[derive(Debug, Clone, Default)]
pub(crate) struct Oracle {
    answers: BTreeMap<u128, Answer>,
    /// Numbers that were answered since the last look at the database.
    fresh: BTreeSet<u128>,
    /// Where the journal ended at the last look.
    seen_to: Sequence,
    /// Bookings of what was due that the last look saw.
    booked: u64,
    /// What the engine could not do, in its own words.
    pub(crate) errors: Vec<String>,
}

/// What a journal holds, from some entry on.
#[derive(Debug, Clone, Default)]
struct Seen {
    end: Sequence,
    /// Commands with an entry.
    numbers: BTreeSet<u128>,
    done: BTreeSet<u128>,
    /// Those of them that were refused, as was answered.
    refused: BTreeSet<u128>,
    booked: u64,
}

/// How thoroughly a database is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Whether what was answered since the last look is there.
    AtFresh,
    /// Whether everything is there; the laws hold; the journal, replayed, gives the same state.
    AtAll,
}

/// A line of answers.
#[derive(serde::Deserialize)]
struct Said {
    line: u64,
    receipt: Option<Receipt>,
    refused: Option<Rejection>,
    taken: Option<serde_json::Value>,
}

/// The first answer, of which nothing was cancelled yet, whichever answer tells it.
fn done(receipt: Receipt) -> Answer {
    Answer::Done(Receipt { replayed: false, cancelled: Vec::new(), ..receipt })
}

impl Oracle {
    /// Notes the answer of a line: `{"line":n,"receipt":{..}}` and so on, as `accruedb apply` answers. `number_of`
    /// knows the number of a line's command. A line that was torn by a kill says nothing.
    pub(crate) fn hear(&mut self, line: &str, number_of: impl Fn(u64) -> u128) {
        let Some(start) = line.find('{') else { return };
        let text = &line[start..];
        let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else { return };
        if value["line"].as_u64().is_none() {
            return;
        }
        // from the text, where `kind` comes first
        let said: Said = serde_json::from_str(text).unwrap();
        let answer = match (said.receipt, said.refused, said.taken) {
            (Some(receipt), ..) => done(receipt),
            (_, Some(rejection), _) => Answer::Refused(rejection),
            (_, _, Some(_)) => Answer::Taken,
            _ => return self.errors.push(value["error"].to_string()),
        };
        self.note(number_of(said.line), answer);
    }

    /// Sends a command to an engine of this process, and notes the answer.
    pub(crate) fn ask(&mut self, engine: &Engine, number: u128) {
        self.hear_result(number, engine.execute(&command(number)));
    }

    /// Notes what an engine of this process answered.
    pub(crate) fn hear_result(&mut self, number: u128, result: Result<Receipt, ExecuteError>) {
        match result {
            Ok(receipt) => self.note(number, done(receipt)),
            Err(ExecuteError::Refused(rejection)) => self.note(number, Answer::Refused(rejection)),
            Err(ExecuteError::Failed(error)) => self.errors.push(error.to_string()),
        }
    }

    fn note(&mut self, number: u128, answer: Answer) {
        if let Some(before) = self.answers.get(&number) {
            assert_eq!(*before, answer, "command {number} was answered twice, not alike");
        }
        self.answers.insert(number, answer);
        self.fresh.insert(number);
    }

    /// How many commands were answered.
    pub(crate) fn answered(&self) -> u64 {
        self.answers.len() as u64
    }

    /// Adds what was answered, and what of it the last look saw, to a row.
    pub(crate) fn count_in(&self, proof: &mut Proof) {
        let refused = self.answers.values().filter(|answer| matches!(answer, Answer::Refused(_))).count() as u64;
        proof.count("answered commands", self.answered());
        proof.count("answered commands that were refused", refused);
        proof.count("bookings of what was due", self.booked);
    }

    pub(crate) fn fresh(&self) -> u64 {
        self.fresh.len() as u64
    }

    /// The number of the last command that was answered.
    pub(crate) fn last(&self) -> Option<u128> {
        self.answers.keys().next_back().copied()
    }

    /// The newest entry that an answer named.
    pub(crate) fn last_sequence(&self) -> Sequence {
        let sequence = |answer: &Answer| match answer {
            Answer::Done(receipt) => receipt.sequence,
            _ => Sequence(0),
        };
        self.answers.values().map(sequence).max().unwrap_or(Sequence(0))
    }

    /// The number that a writer goes on with: the one after its last answer.
    pub(crate) fn next(&self, writer: u128, first: u128) -> u128 {
        let mine = self.answers.keys().rev().find(|number| *number % WRITERS == writer);
        mine.map_or(first + writer, |last| last + WRITERS)
    }

    /// Opens the database and compares it with what was answered. `Err` says what is lost, changed or broken.
    pub(crate) fn check(&mut self, db: &Path, look: Look) -> Result<(), String> {
        let options = EngineOptions { sweep_every: None, ..EngineOptions::default() };
        let engine = Engine::open(db, options).map_err(|error| format!("it does not open: {error}"))?;
        self.check_engine(&engine, look)?;
        engine.close().map_err(|error| format!("it does not close: {error}"))
    }

    pub(crate) fn check_engine(&mut self, engine: &Engine, look: Look) -> Result<(), String> {
        let from = if look == Look::AtAll { Sequence(1) } else { self.oldest_fresh() };
        let seen = self.compare(engine, from)?;
        if look == Look::AtAll {
            self.repeat(engine)?;
            let audit = engine.verify(Some(Arc::new(MemoryStore::new()))).map_err(|error| error.to_string())?;
            if !audit.ok() {
                return Err(format!("the audit finds {:?}", audit.violations));
            }
        }
        (self.seen_to, self.booked) = (seen.end, seen.booked);
        self.fresh.clear();
        Ok(())
    }

    /// The first entry that can hold a fresh answer. A refusal names none, but is written when the command is sent:
    /// behind what was seen before.
    fn oldest_fresh(&self) -> Sequence {
        let oldest = |number| match &self.answers[number] {
            Answer::Done(receipt) => receipt.sequence,
            Answer::Refused(_) => self.seen_to.next(),
            Answer::Taken => Sequence(1),
        };
        self.fresh.iter().map(oldest).min().unwrap_or(Sequence(1))
    }

    /// Reads the journal from an entry on: numbers without holes, every command once at most, every answer there.
    fn compare(&self, engine: &Engine, from: Sequence) -> Result<Seen, String> {
        let mut seen = Seen { end: Sequence(from.0 - 1), ..Seen::default() };
        let mut next = from;
        loop {
            let page = engine.journal(next, PAGE).map_err(|error| error.to_string())?;
            let Some(last) = page.last() else { break };
            seen.end = last.sequence;
            for entry in page {
                if entry.sequence != next {
                    return Err(format!("entry {next} is missing"));
                }
                next = next.next();
                self.compare_entry(entry, &mut seen)?;
            }
        }
        let is_lost = |number: &&u128| match &self.answers[*number] {
            Answer::Done(receipt) => receipt.sequence >= from && !seen.done.contains(*number),
            Answer::Taken => !seen.numbers.contains(*number),
            Answer::Refused(_) => {
                (from == Sequence(1) || self.fresh.contains(*number)) && !seen.refused.contains(*number)
            }
        };
        let lost: Vec<&u128> = self.answers.keys().filter(is_lost).collect();
        match lost.first() {
            None => Ok(seen),
            Some(first) => Err(format!("{} answered commands are lost, the first is {first}", lost.len())),
        }
    }

    fn compare_entry(&self, entry: Entry, seen: &mut Seen) -> Result<(), String> {
        let number = entry.command.request_id.0;
        if number == 0 {
            seen.booked += 1;
            return Ok(());
        }
        if entry.command != command(number) {
            return Err(format!("entry {} is not command {number} as it was sent", entry.sequence));
        }
        seen.numbers.insert(number);
        if matches!(entry.outcome, Outcome::Done { .. }) && !seen.done.insert(number) {
            return Err(format!("command {number} was done twice"));
        }
        match (self.answers.get(&number), entry.answer(false)) {
            (Some(Answer::Done(answer)), Ok(stored)) if *answer != stored => {
                Err(format!("command {number} was answered {answer:?}, and is stored as {stored:?}"))
            }
            (Some(Answer::Refused(_)), Ok(stored)) => Err(format!("command {number} was refused, and is {stored:?}")),
            (Some(Answer::Refused(answer)), Err(stored)) if *answer == stored => {
                seen.refused.insert(number);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Who sends an answered command again gets the same answer.
    fn repeat(&self, engine: &Engine) -> Result<(), String> {
        let done = self.answers.iter().rev().filter_map(|(number, answer)| match answer {
            Answer::Done(receipt) => Some((number, receipt)),
            _ => None,
        });
        for (number, receipt) in done.take(REPEATED) {
            let again = engine.execute(&command(*number));
            // beside the first answer stands what was cancelled since
            let again = again.map(|again| Receipt { cancelled: Vec::new(), ..again });
            if again != Ok(Receipt { replayed: true, ..receipt.clone() }) {
                return Err(format!("command {number}, sent again, got {again:?}"));
            }
        }
        let key = RequestKey { program: PROGRAM, request: RequestId(u128::MAX) };
        let none = engine.transaction(key).map_err(|error| error.to_string())?;
        none.map_or(Ok(()), |entry| Err(format!("nobody sent {entry:?}")))
    }
}
