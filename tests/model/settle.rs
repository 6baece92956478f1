//! Commands in flight: batches, and engines that are gone before everything is answered. Whatever was not answered is
//! settled from the journal after opening again, and sent again.

use super::book::Book;
use super::run::{POISONED, Run};
use super::world::{MEMBERS, PROGRAMS, Plan};
use accruedb::domain::*;
use accruedb::engine::{ClockSource, Engine, EngineOptions, Error, ErrorKind, ExecuteError};
use accruedb::storage::memory::Call;

impl Run {
    pub(super) fn batch(&mut self, commands: &[Command]) {
        self.tally.count("batches");
        if self.plans.iter().any(|plan| matches!(plan.0, Call::Read | Call::Journal)) {
            // a read that fails would put its command behind the others
            self.calm();
        }
        let answers = self.engine().execute_batch(commands);
        let is_lost =
            |error: &ExecuteError| matches!(error, ExecuteError::Failed(error) if error.kind != ErrorKind::Invalid);
        let lost = |answer: &Result<Receipt, ExecuteError>| answer.as_ref().is_err_and(is_lost);
        let answered = answers.iter().position(lost).unwrap_or(commands.len());
        let (sure, unsure) = commands.split_at(answered);
        let mut answers = answers.into_iter();
        for (command, answer) in sure.iter().zip(&mut answers) {
            self.answered(command, answer);
        }
        match answers.next() {
            Some(Err(ExecuteError::Failed(error))) => {
                self.unsure.extend_from_slice(unsure);
                self.poisoned(&error);
            }
            _ => {
                self.mark();
                self.compare_all();
            }
        }
    }

    /// Sends commands, and is gone before they are answered.
    pub(super) fn flight(&mut self, commands: &[Command]) {
        self.tally.count("flights");
        self.calm();
        let tickets: Vec<_> = commands.iter().map(|command| self.engine().submit(command)).collect();
        self.unsure.extend_from_slice(commands);
        drop(tickets);
        self.crash(&[]);
    }

    /// The engine failed and says so: it does nothing any more. Opens again, and settles what is not known.
    pub(super) fn poisoned(&mut self, error: &Error) {
        assert_eq!(error.kind, POISONED, "{error}");
        self.tally.count("poisoned");
        let enrol = Enrol { member: MemberId(*MEMBERS.start()) };
        let after = Command::new(PROGRAMS[0], RequestId(u128::MAX), enrol);
        match self.engine().execute(&after) {
            Err(ExecuteError::Failed(later)) => assert_eq!(later.kind, POISONED, "{later}; before: {error}"),
            answer => panic!("a poisoned engine answers {answer:?}"),
        }
        self.crash(&[]);
    }

    pub(super) fn reopen(&mut self) {
        match self.engine.take().expect("it is open").close() {
            Ok(()) => self.tally.count("closed"),
            Err(error) => assert!([POISONED, ErrorKind::Unavailable].contains(&error.kind), "{error}"),
        }
        self.calm();
        self.open();
        self.settle();
    }

    pub(super) fn crash(&mut self, troubles: &[Plan]) {
        self.tally.count("crashes");
        self.calm();
        // the next engine claims the store before the last one can bring anything in order
        let mut gone = vec![self.engine.take().expect("it is open")];
        let troubles = if self.way.troubles { troubles } else { &[] };
        for plan in troubles {
            self.plan(*plan);
            match Engine::open_store(self.store.clone(), self.options()) {
                Ok(engine) => gone.push(engine),
                Err(error) => {
                    assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
                    self.tally.count("crashes while opening");
                }
            }
            self.calm();
        }
        self.open();
        drop(gone);
        self.settle();
    }

    pub(super) fn options(&self) -> EngineOptions {
        let clock = if self.stands { ClockSource::System } else { ClockSource::Commands };
        EngineOptions { clock, ..self.way.options.clone() }
    }

    pub(super) fn open(&mut self) {
        let engine = Engine::open_store(self.store.clone(), self.options());
        self.engine = Some(engine.unwrap_or_else(|error| panic!("it does not open: {:?} {error}", error.kind)));
    }

    /// Everything answered is there, nothing refused or never sent is, and of what was sent and not answered a first
    /// part, whole. The rest is sent again.
    pub(super) fn settle(&mut self) {
        let mut again = std::mem::take(&mut self.unsure);
        let mut unsure = again.clone().into_iter();
        let (last, logged) = self.known;
        assert!(self.engine().last_sequence() >= last, "entry {last} is gone");
        let entries = self.engine().journal(last.next(), usize::MAX).expect("no trouble is planned");
        let answered = self.log[logged..].to_vec();
        let mut answered = answered.into_iter();
        for entry in entries {
            self.advance(entry.recorded_at);
            if matches!(entry.command.action, Action::BookDue(_)) {
                continue;
            }
            if let Some(sent) = answered.next() {
                let same = is_of(&entry, &sent.0) && sent.1 == entry.recorded_at;
                assert!(same, "what was answered, {sent:?}, is not the next entry: {entry:?}");
                continue;
            }
            let silent = |book: &Book, command: &Command| self.slip.is_none() && book.model.is_silent(command);
            let sent = unsure.find(|command| !silent(&self.books[&command.program], command));
            let sent = sent.filter(|sent| is_of(&entry, sent));
            let command = sent.unwrap_or_else(|| panic!("an entry that is not the next that was sent: {entry:?}"));
            if matches!(entry.outcome, Outcome::Refused(_)) {
                again.remove(again.iter().position(|sent| *sent == command).expect("it was sent"));
            }
            let recorded_at = entry.recorded_at;
            let expected = self.expect(&command);
            let book = self.books.get_mut(&command.program).expect("the histories know two programs");
            book.compare(&command, &expected, entry.answer(false).map_err(ExecuteError::from));
            assert_eq!(book.model.now, recorded_at, "{command:?}");
            self.tally.count("settled: there");
        }
        assert!(answered.next().is_none(), "what was answered is gone");
        self.mark();
        if !self.stands {
            self.engine().advance_to(self.now()).expect("time comes from the commands");
        }
        assert_eq!(self.engine().now(), self.now(), "the engine's time after opening");
        self.compare_all();
        self.compare_receipts();
        for command in again {
            self.tally.count("sent again");
            self.execute(&command);
        }
    }
}

/// Whether an entry is of a command. A reference that was erased since is not shown.
pub(super) fn is_of(entry: &Entry, sent: &Command) -> bool {
    match entry.is_erased() {
        true => sent.reference.is_some() && entry.command == Command { reference: None, ..sent.clone() },
        false => entry.command == *sent,
    }
}
