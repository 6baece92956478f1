//! The way of every command: lock, decide, append, apply. What the threads and the public [`super::Engine`] share.

use super::answer::Answer;
use super::broken::Broken;
use super::checkpointer::Checkpointer;
use super::clock::Clock;
use super::error::{Error, ExecuteError};
use super::guards::{Guards, places};
use super::locks::LockedShards;
use super::open_batch::{Joining, Refused};
use super::options::{ClockSource, EngineOptions};
use super::pace::Pace;
use super::prepared::Prepared;
use super::profile::{Profile, Step};
use super::state::State;
use super::sync::{Mutant, RwLock, planted, thread_local};
use super::texts::{Texts, erases, index_of_erased};
use super::unwind::OnUnwind;
use crate::domain::{
    Actor, BookDue, CatalogKey, Command, Definition, Entry, Fault, LockName, Outcome, Own, OwnIds, Program, ProgramId,
    Programs, RequestId, RequestKey, Sequence, Subject, TextKey, Timestamp, own_ids,
};
use crate::machine::{Cold, Effects, LockSet, Undecided, check, decide, decide_again, defines, laws, lock_set};
use crate::storage::record::{self, NewEntry};
use crate::storage::{Epoch, TextChange};
use std::cell::RefCell;
use std::sync::Arc;

thread_local! {
    pub(super) static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Where a thread decides its commands, one after the other: memory that is used again.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) effects: Effects,
    /// The entry's bytes, before they join the batch.
    pub(super) entry: Vec<u8>,
}

/// The programs with their definitions, and those that are not in the tables yet.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    pub(super) programs: Programs,
    pub(super) pending: Vec<(CatalogKey, Definition)>,
}

impl Catalog {
    /// Enters new definitions.
    fn enter(&mut self, definitions: Vec<(CatalogKey, Definition)>) -> Result<(), Fault> {
        for (key, definition) in definitions {
            enter_definition(&mut self.programs, &key, definition.clone())?;
            self.pending.push((key, definition));
        }
        Ok(())
    }
}

/// Enters a definition into the programs; its program has to be there.
pub(super) fn enter_definition(programs: &mut Programs, key: &CatalogKey, definition: Definition) -> Result<(), Fault> {
    let known = definition.enter(key, programs);
    known.then_some(()).ok_or_else(|| Fault::corrupt(format!("table catalog: {key:?} belongs to no program")))
}

#[derive(Debug)]
pub(super) struct Core {
    pub(super) options: EngineOptions,
    pub(super) epoch: Epoch,
    pub(super) catalog: RwLock<Catalog>,
    pub(super) state: State,
    pub(super) clock: Clock,
    pub(super) checkpointer: Checkpointer,
    pub(super) profile: Arc<Profile>,
    pub(super) broken: Broken,
}

/// One try at a command.
pub(super) enum Attempt {
    Answered(Answer),
    /// Book this first.
    Due(Subject),
    /// A booking found nothing to book.
    NothingDue,
    /// Lock this too, and try again.
    Outside(LockName),
    /// Read this, and try again.
    Cold(Cold),
}

/// A command with who asked for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) command: &'a Command,
    pub(super) actor: &'a Actor,
    pub(super) texts: &'a Texts,
}

/// A decision that is to be recorded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decided<'a> {
    pub(super) now: Timestamp,
    pub(super) asked: Asked<'a>,
    pub(super) effects: &'a Effects,
    pub(super) outcome: &'a Outcome,
}

impl Decided<'_> {
    /// Joins the journal's open batch as this entry. `index`: what goes with the texts that it erases.
    pub(super) fn join(self, open: &mut Joining<'_>, entry: &[u8], index: Vec<TextKey>) -> Result<Sequence, Refused> {
        let Decided { now, asked: Asked { command, texts, .. }, effects, outcome } = self;
        let beside = |sequence, changes: &mut Vec<TextChange>| {
            if !texts.is_empty(&effects.erased) {
                changes.extend(texts.changes(command, sequence, &effects.erased));
                changes.extend(index.into_iter().map(|key| TextChange { key, value: None }));
            }
        };
        open.append(now, entry, beside, |counts| counts.count(&command.action, outcome))
    }
}

/// What the rules say: what the journal is to record, its effects being there; or why there is no entry.
pub(super) enum Verdict {
    Entry(Outcome),
    None(Attempt),
}

impl Core {
    /// Decides a caller's command and adds it to the journal. The answer holds once its entry is durable.
    pub(super) fn enter(&self, command: &Command, actor: &Actor) -> Result<Answer, ExecuteError> {
        let mut watch = self.profile.watch();
        check(command)?;
        self.check_timed(command)?;
        let texts = Texts::of(command)?;
        let asked = Asked { command, actor, texts: &texts };
        // what is due is booked at the time that the command tells, if it tells the time
        let at = command.transaction_at.filter(|_| self.clock.source() == ClockSource::Commands);
        watch.step(Step::Shape);
        loop {
            self.wait_for_room()?;
            watch.step(Step::Room);
            match self.attempt(asked)? {
                Attempt::Answered(answer) => return Ok(answer),
                Attempt::Due(subject) => drop(self.book(command.program, subject, at)?),
                Attempt::NothingDue | Attempt::Outside(_) | Attempt::Cold(_) => {}
            }
        }
    }

    /// On the commands' own time, the first one has to tell it: nothing happened in the year 1.
    pub(super) fn check_timed(&self, command: &Command) -> Result<(), Error> {
        if command.transaction_at.is_some() || self.clock.is_set() {
            return Ok(());
        }
        Err(Error::invalid("transaction_at: missing, and time comes from the commands: the first one must have it"))
    }

    /// Books all that is due of a subject, a bounded number of items at a time. Returns whether there was something.
    pub(super) fn book(&self, program: ProgramId, subject: Subject, at: Option<Timestamp>) -> Result<bool, Error> {
        let most = self.options.book_items_max;
        // a settlement run is long, and nobody waits for its steps
        let mut pace = (subject == Subject::Program).then(|| Pace::new(&self.state.journal));
        let mut booked = false;
        loop {
            self.wait_for_room()?;
            pace.iter_mut().try_for_each(|pace| pace.begin(&self.checkpointer, &self.state.journal))?;
            let body = BookDue { subject, limit: pace.as_ref().map_or(most, |pace| pace.limit(most)) };
            let command = Command { transaction_at: at, ..Command::new(program, RequestId(0), body) };
            let asked = Asked { command: &command, actor: &self.options.sweep_actor, texts: &Texts::default() };
            match self.attempt(asked)? {
                // nobody may refuse a booking; to try again would never end
                Attempt::Answered(Answer { outcome: Err(rejection), .. }) => {
                    return Err(Error::corrupt(format!("what is due of {subject} cannot be booked: {rejection}")));
                }
                Attempt::Answered(_) => {
                    booked = true;
                    if let Some(pace) = &mut pace {
                        self.state.journal.nudge();
                        pace.end(&self.state.journal);
                    }
                }
                Attempt::NothingDue | Attempt::Due(_) | Attempt::Outside(_) | Attempt::Cold(_) => return Ok(booked),
            }
        }
    }

    pub(super) fn wait_for_room(&self) -> Result<(), Error> {
        self.state.journal.wait_for_room()?;
        self.checkpointer.wait_for_room(&self.state.journal)
    }

    /// Tries until the locks suffice and everything is in memory. Where the journal is closed by a failure, that is the
    /// error, wherever it showed.
    fn attempt(&self, asked: Asked<'_>) -> Result<Attempt, Error> {
        self.attempt_until_known(asked).map_err(|error| self.state.journal.failure().unwrap_or(error))
    }

    fn attempt_until_known(&self, asked: Asked<'_>) -> Result<Attempt, Error> {
        let mut prepared = Prepared::default();
        let mut names = None;
        loop {
            let attempt = SCRATCH.with(|scratch| {
                let scratch = &mut scratch.borrow_mut();
                self.attempt_once(scratch, asked, &prepared, &mut names)
            })?;
            match (attempt, &mut names) {
                (Attempt::Outside(name), Some(names)) => names.add(name),
                (Attempt::Cold(cold), Some(names)) => self.prepare(cold, &mut prepared, names)?,
                (attempt, _) => return Ok(attempt),
            }
        }
    }

    fn attempt_once(
        &self,
        scratch: &mut Scratch,
        asked: Asked<'_>,
        prepared: &Prepared,
        names: &mut Option<LockSet>,
    ) -> Result<Attempt, Error> {
        let of = |programs: &Programs| lock_set(asked.command, programs.get(&asked.command.program));
        if !defines(asked.command) {
            let catalog = self.catalog.read();
            let names = names.get_or_insert_with(|| of(&catalog.programs));
            return self.commit(scratch, (&catalog.programs, prepared, names), asked);
        }
        let mut catalog = self.catalog.write();
        let names = names.get_or_insert_with(|| of(&catalog.programs));
        let attempt = self.commit(scratch, (&catalog.programs, prepared, names), asked)?;
        if let Attempt::Answered(_) = attempt {
            let entered = catalog.enter(std::mem::take(&mut scratch.effects.definitions));
            entered.map_err(|fault| self.state.journal.poison(&fault))?;
        }
        Ok(attempt)
    }

    /// Lock, decide, append, apply. An entry joins the journal under the locks under which it was decided: so the
    /// order of the journal is an order in which every decision would come out the same.
    fn commit(
        &self,
        Scratch { effects, entry }: &mut Scratch,
        (programs, prepared, names): (&Programs, &Prepared, &LockSet),
        asked: Asked<'_>,
    ) -> Result<Attempt, Error> {
        let mut watch = self.profile.watch();
        self.broken.check(names)?;
        let mut places = places(&self.state, names.names());
        let backwards = planted(Mutant::LockedInAnyOrder) && names.names().iter().any(is_member_one);
        let mut guards = Guards::of(&self.state, &mut places, backwards);
        // IMPORTANT: an entry that is in the journal and not in memory must not be decided upon: the shards are locked
        // until this has happened
        let _poisoned = OnUnwind::new(|| drop(self.state.journal.poison(&Fault::io("a decision ended in a panic"))));
        guards.touch(names.names(), &places).for_each(drop);
        watch.step(Step::Lock);
        loop {
            let now = self.clock.stamp(asked.command.transaction_at);
            let locked = LockedShards::new(&self.state, (programs, prepared), &guards, &places);
            let outcome = match self.verdict(&locked, programs, asked.command, now, effects)? {
                Verdict::Entry(outcome) => outcome,
                Verdict::None(attempt) => return Ok(attempt),
            };
            watch.step(Step::Decide);
            if planted(Mutant::UnlockedBeforeAppend) {
                drop(guards);
                guards = Guards::of(&self.state, &mut places, backwards);
            }
            let decided = Decided { now, asked, effects: &*effects, outcome: &outcome };
            self.encode(decided, entry)?;
            let index = index_of_erased(&self.state, asked.command.program, &effects.erased)?;
            let joined = decided.join(&mut self.state.journal.join(), entry, index);
            let sequence = match joined {
                Ok(sequence) => sequence,
                Err(Refused::TimePassed) => continue,
                Err(Refused::Closed(error)) => return Err(error),
            };
            watch.step(Step::Append);
            if planted(Mutant::UnlockedBeforeApply) {
                drop(guards);
                guards = Guards::of(&self.state, &mut places, backwards);
            }
            let own = own_ids(sequence, asked.command, &effects.links);
            self.checkpointer.count(changes(effects));
            let locked = LockedShards::new(&self.state, (programs, prepared), &guards, &places);
            let settled = settle(&locked, (asked.command, now), &own, &outcome, effects);
            settled.map_err(|fault| self.state.journal.poison(&fault))?;
            drop(guards);
            watch.step(Step::Apply);
            return Ok(Attempt::Answered(Answer::new(&own, now, outcome)));
        }
    }

    /// The bytes of an entry.
    pub(super) fn encode(&self, decided: Decided<'_>, entry: &mut Vec<u8>) -> Result<(), Error> {
        let Decided { now, asked: Asked { command, actor, texts }, effects, outcome } = decided;
        entry.clear();
        let (links, commitment) = (effects.links.as_slice(), texts.commitment);
        let new = NewEntry { recorded_at: now, actor, links, command, commitment, outcome };
        record::encode_entry(&new, entry)?;
        if erases(outcome, &effects.erased) {
            self.checkpointer.erased();
        }
        Ok(())
    }

    /// Does an entry of the journal again, as recovery, verification and replicas do: the same command at the same
    /// time must have the same outcome.
    pub(super) fn replay(&self, entry: &Entry) -> Result<(), Error> {
        let mut prepared = Prepared::default();
        let mut catalog = self.catalog.write();
        let mut names = lock_set(&entry.command, catalog.programs.get(&entry.command.program));
        loop {
            let again = SCRATCH.with(|scratch| {
                let effects = &mut scratch.borrow_mut().effects;
                self.replay_once(effects, &mut catalog, (&prepared, &names), entry)
            })?;
            match again {
                None => return Ok(()),
                Some(Attempt::Outside(name)) => names.add(name),
                Some(Attempt::Cold(cold)) => self.prepare(cold, &mut prepared, &mut names)?,
                Some(_) => return Err(diverged(entry, "there is nothing to decide")),
            }
        }
    }

    fn replay_once(
        &self,
        effects: &mut Effects,
        catalog: &mut Catalog,
        (prepared, names): (&Prepared, &LockSet),
        entry: &Entry,
    ) -> Result<Option<Attempt>, Error> {
        let mut places = places(&self.state, names.names());
        let guards = Guards::of(&self.state, &mut places, false);
        let locked = LockedShards::new(&self.state, (&catalog.programs, prepared), &guards, &places);
        effects.clear();
        let decided = decide_again(&locked, (&entry.command, entry.says_reference()), entry.recorded_at, effects);
        let program = catalog.programs.get(&entry.command.program);
        let mut outcome = match self.judge(decided, &locked, program, effects)? {
            Verdict::Entry(outcome) => outcome,
            Verdict::None(attempt) => return Ok(Some(attempt)),
        };
        let own = own_ids(entry.sequence, &entry.command, &effects.links);
        outcome.fill(&own);
        effects.links.iter_mut().for_each(|link| link.fill(&own));
        if outcome != entry.outcome || effects.links != entry.links {
            return Err(diverged(entry, "its outcome is another"));
        }
        self.checkpointer.count(changes(effects));
        let settled = settle(&locked, (&entry.command, entry.recorded_at), &own, &outcome, effects);
        settled.map_err(|fault| self.state.journal.poison(&fault))?;
        drop(guards);
        catalog.enter(std::mem::take(&mut effects.definitions))?;
        self.clock.not_before(entry.recorded_at);
        Ok(None)
    }

    /// What the rules say about a command. A decision that breaks a law is a fault of the subject.
    pub(super) fn verdict(
        &self,
        locked: &LockedShards<'_, '_>,
        programs: &Programs,
        command: &Command,
        now: Timestamp,
        effects: &mut Effects,
    ) -> Result<Verdict, Error> {
        effects.clear();
        let decided = decide(locked, command, now, effects);
        self.judge(decided, locked, programs.get(&command.program), effects)
    }

    /// What comes of a decision.
    fn judge(
        &self,
        decided: Result<(), Undecided>,
        locked: &LockedShards<'_, '_>,
        program: Option<&Program>,
        effects: &mut Effects,
    ) -> Result<Verdict, Error> {
        match decided {
            Ok(()) => {
                if self.options.check_laws
                    && let Some(fault) = laws::decision(effects, program)
                {
                    return Err(self.fault(fault));
                }
                Ok(Verdict::Entry(effects.take_outcome()))
            }
            Err(Undecided::Refused(rejection)) => {
                effects.clear();
                Ok(Verdict::Entry(Outcome::Refused(rejection)))
            }
            Err(Undecided::Repeated(entry)) => Ok(Verdict::None(Attempt::Answered(repeated(locked, *entry)?))),
            Err(Undecided::Due(subject)) => Ok(Verdict::None(Attempt::Due(subject))),
            Err(Undecided::NothingDue) => Ok(Verdict::None(Attempt::NothingDue)),
            Err(Undecided::Outside(name)) => Ok(Verdict::None(Attempt::Outside(name))),
            Err(Undecided::Cold(cold)) => Ok(Verdict::None(Attempt::Cold(cold))),
            Err(Undecided::Faulted(fault)) => Err(self.fault(fault)),
        }
    }

    /// A fault while deciding changed nothing: the subject that it names takes no more commands, everybody else goes on.
    fn fault(&self, fault: Fault) -> Error {
        self.broken.add(&fault);
        fault.into()
    }

    /// The programs, once they are durable.
    pub(super) fn programs(&self) -> Result<Programs, Error> {
        let catalog = self.catalog.read();
        let (programs, last) = (catalog.programs.clone(), self.state.journal.last());
        drop(catalog);
        self.state.journal.wait(last)?;
        Ok(programs)
    }

    /// Looks at what some locks guard, with everything in memory that it needs.
    pub(super) fn look<R>(
        &self,
        mut names: LockSet,
        look: impl Fn(&LockedShards<'_, '_>) -> Result<R, Undecided>,
    ) -> Result<R, Error> {
        let mut prepared = Prepared::default();
        loop {
            let catalog = self.catalog.read();
            let mut places = places(&self.state, names.names());
            let guards = Guards::of(&self.state, &mut places, false);
            let undecided =
                match look(&LockedShards::new(&self.state, (&catalog.programs, &prepared), &guards, &places)) {
                    Ok(seen) => return Ok(seen),
                    Err(undecided) => undecided,
                };
            drop(guards);
            drop(catalog);
            match undecided {
                Undecided::Outside(name) => names.add(name),
                Undecided::Cold(cold) => self.prepare(cold, &mut prepared, &mut names)?,
                Undecided::Faulted(fault) => return Err(self.fault(fault)),
                Undecided::Refused(rejection) => {
                    return Err(Error::corrupt(format!("a look was refused: {rejection}")));
                }
                Undecided::Repeated(_) | Undecided::Due(_) | Undecided::NothingDue => {
                    return Err(Error::corrupt("a look came to no end"));
                }
            }
        }
    }

    /// The entry that used a request id.
    pub(super) fn request(&self, key: RequestKey) -> Result<Option<Sequence>, Error> {
        let mut names = LockSet::new(key.program);
        names.request(key.request);
        self.look(names, |locked| crate::machine::View::request(locked, key))
    }
}

/// Applies a decision that has its number. It cannot fail; if it did, memory would no longer be what the journal says, so
/// nothing more may be decided.
pub(super) fn settle(
    locked: &LockedShards<'_, '_>,
    (command, now): (&Command, Timestamp),
    own: &OwnIds,
    outcome: &Outcome,
    effects: &mut Effects,
) -> Result<(), Fault> {
    effects.fill(own);
    let used = matches!(outcome, Outcome::Done { .. }) && command.request_id != RequestId(0);
    let request = RequestKey { program: command.program, request: command.request_id };
    locked.mark(command, (own.sequence, now), outcome);
    locked.apply(effects)?;
    match used {
        true => locked.use_request(request, own.sequence),
        false => Ok(()),
    }
}

/// How many records a decision changes.
pub(super) fn changes(effects: &Effects) -> usize {
    effects.rows.len().saturating_add(1)
}

fn is_member_one(name: &LockName) -> bool {
    matches!(name, LockName::Subject(_, Subject::Member(member)) if member.0 == 1)
}

/// The receipt of a request that was done before, with what was cancelled of it since.
pub(super) fn repeated(locked: &LockedShards<'_, '_>, entry: Entry) -> Result<Answer, Error> {
    let request = RequestKey { program: entry.command.program, request: entry.command.request_id };
    let sequence = entry.sequence;
    let mut outcome = entry.answer(true);
    if let Ok(receipt) = &mut outcome {
        let correction = locked.correction(&request)?;
        receipt.cancelled = correction.map(|correction| correction.cancelled).unwrap_or_default();
    }
    Ok(Answer { sequence, outcome })
}

fn diverged(entry: &Entry, why: &str) -> Error {
    Error::corrupt(format!("journal entry {} does not replay: {why}", entry.sequence))
}
