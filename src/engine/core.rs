//! The way of every command: lock, decide, append, apply. What the threads and the public [`super::Engine`] share.

use super::checkpointer::Checkpointer;
use super::clock::Clock;
use super::error::{Error, ExecuteError};
use super::journal::Refused;
use super::locked::{Locked, Touched};
use super::options::{ClockSource, EngineOptions};
use super::profile::{Profile, Step};
use super::state::State;
use super::sync::{Mutant, RwLock, planted, thread_local};
use super::unwind::OnUnwind;
use crate::domain::{
    Action, BookDue, Command, Entry, Fault, MemberId, MemberKey, Outcome, PartnerId, PartnerKey, Program, ProgramId,
    Receipt, Rejection, RequestId, RequestKey, Sequence, Subject, Timestamp,
};
use crate::machine::{Changes, Halt, View, check, decide, seal_legs};
use crate::storage::{Epoch, record};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

thread_local! {
    static DESK: RefCell<Desk> = RefCell::default();
}

/// Where a thread decides its commands, one after the other: memory that is used again.
#[derive(Debug, Default)]
struct Desk {
    changes: Changes,
    /// The entry's bytes, before they join the batch.
    entry: Vec<u8>,
}

/// The programs, and which of them changed since the last checkpoint.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    pub(super) programs: BTreeMap<ProgramId, Program>,
    pub(super) changed: BTreeSet<ProgramId>,
}

impl Catalog {
    fn put(&mut self, program: ChangedProgram) {
        if let Some((id, program)) = program {
            self.programs.insert(id, program);
            self.changed.insert(id);
        }
    }
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
}

/// What became of a command, once its entry is durable.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) sequence: Sequence,
    pub(super) outcome: Result<Receipt, Rejection>,
}

/// One try at a command.
enum Attempt {
    Answered(Answer),
    /// Book this first.
    Due(Subject),
    /// A booking found nothing to book.
    NothingDue,
    /// What it touches has to be found out anew.
    Again,
}

/// What the rules say: what the journal is to record, its effects being in the changes; or why there is no entry.
enum Verdict {
    Entry(Outcome),
    None(Attempt),
}

impl Core {
    /// Decides a caller's command and adds it to the journal. The answer holds once its entry is durable.
    pub(super) fn enter(&self, command: &Command) -> Result<Answer, ExecuteError> {
        let mut watch = self.profile.watch();
        check(command)?;
        self.check_timed(command)?;
        // what is due is booked at the time that the command tells, if it tells the time
        let at = command.transaction_at.filter(|_| self.clock.source() == ClockSource::Commands);
        watch.step(Step::Shape);
        loop {
            self.wait_for_room()?;
            watch.step(Step::Room);
            match self.attempt(command)? {
                Attempt::Answered(answer) => return Ok(answer),
                Attempt::Due(subject) => drop(self.book(command.program, subject, at)?),
                Attempt::NothingDue | Attempt::Again => {}
            }
        }
    }

    /// On the commands' own time, the first one has to tell it: nothing happened in the year 1.
    fn check_timed(&self, command: &Command) -> Result<(), Error> {
        if command.transaction_at.is_some() || self.clock.is_set() {
            return Ok(());
        }
        Err(Error::invalid("transaction_at: missing, and time comes from the commands: the first one must have it"))
    }

    /// Books all that is due of a member or partner, a bounded number of items at a time. Returns whether there was
    /// something.
    pub(super) fn book(&self, program: ProgramId, subject: Subject, at: Option<Timestamp>) -> Result<bool, Error> {
        let body = BookDue { subject, limit: self.options.book_items_max };
        let mut command = Command::new(program, RequestId(0), body);
        command.transaction_at = at;
        let mut booked = false;
        loop {
            self.wait_for_room()?;
            match self.attempt(&command)? {
                // nobody may refuse a booking; to try again would never end
                Attempt::Answered(Answer { outcome: Err(rejection), .. }) => {
                    return Err(Error::corrupt(format!("what is due of {subject:?} cannot be booked: {rejection}")));
                }
                Attempt::Answered(_) => booked = true,
                Attempt::Again => {}
                Attempt::NothingDue | Attempt::Due(_) => return Ok(booked),
            }
        }
    }

    fn wait_for_room(&self) -> Result<(), Error> {
        self.state.journal.wait_for_room()?;
        self.checkpointer.wait_for_room(&self.state.journal)
    }

    /// One try. Where the journal is closed by a failure, that is the error, wherever it showed.
    fn attempt(&self, command: &Command) -> Result<Attempt, Error> {
        self.attempt_once(command).map_err(|error| self.state.journal.failure().unwrap_or(error))
    }

    fn attempt_once(&self, command: &Command) -> Result<Attempt, Error> {
        let touched = self.touched(command)?;
        DESK.with(|desk| self.attempt_at(&mut desk.borrow_mut(), command, &touched))
    }

    fn attempt_at(&self, desk: &mut Desk, command: &Command, touched: &Touched) -> Result<Attempt, Error> {
        if !changes_catalog(command) {
            let catalog = self.catalog.read();
            return Ok(self.decide(desk, &catalog.programs, command, touched)?.0);
        }
        let mut catalog = self.catalog.write();
        let (attempt, program) = self.decide(desk, &catalog.programs, command, touched)?;
        catalog.put(program);
        Ok(attempt)
    }

    /// Lock, decide, append, apply. An entry joins the journal under the locks under which it was decided: so the
    /// order of the journal is an order in which every decision would come out the same.
    fn decide(
        &self,
        Desk { changes, entry }: &mut Desk,
        programs: &BTreeMap<ProgramId, Program>,
        command: &Command,
        touched: &Touched,
    ) -> Result<(Attempt, ChangedProgram), Error> {
        let mut watch = self.profile.watch();
        let lock = || Locked::new(&self.state, programs, touched);
        let mut locked = lock();
        // IMPORTANT: an entry that is in the journal and not in memory must not be decided upon: the shards are locked
        // until this has happened
        let _poisoned = OnUnwind::new(|| drop(self.state.journal.poison(&Fault::io("a decision ended in a panic"))));
        watch.step(Step::Lock);
        loop {
            let now = self.clock.stamp(command.transaction_at);
            let outcome = match verdict(&locked, command, now, changes)? {
                Verdict::Entry(outcome) => outcome,
                Verdict::None(attempt) => return Ok((attempt, None)),
            };
            watch.step(Step::Decide);
            if planted(Mutant::UnlockedBeforeAppend) {
                drop(locked);
                locked = lock();
            }
            let sequence = match self.append(now, changes.previous, command, &outcome, entry) {
                Ok(sequence) => sequence,
                Err(Refused::TimePassed) => continue,
                Err(Refused::Closed(error)) => return Err(error),
            };
            watch.step(Step::Append);
            if planted(Mutant::UnlockedBeforeApply) {
                drop(locked);
                locked = lock();
            }
            let program = changes.program.take();
            self.settle(&locked, command, sequence, &outcome, changes)?;
            drop(locked);
            watch.step(Step::Apply);
            return Ok((Attempt::Answered(Answer::new(sequence, now, outcome)), program));
        }
    }

    fn append(
        &self,
        now: Timestamp,
        previous: Sequence,
        command: &Command,
        outcome: &Outcome,
        entry: &mut Vec<u8>,
    ) -> Result<Sequence, Refused> {
        entry.clear();
        record::encode_entry(now, previous, command, outcome, entry).map_err(|f| Refused::Closed(f.into()))?;
        self.state.journal.append(now, entry)
    }

    /// Applies a decision that has its number. It cannot fail; if it did, memory would no longer be what the journal
    /// says, so nothing more may be decided.
    fn settle(
        &self,
        locked: &Locked<'_>,
        command: &Command,
        sequence: Sequence,
        outcome: &Outcome,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        changes.seal(sequence);
        self.checkpointer.count(changes.items.len().saturating_add(changes.future.len()).saturating_add(1));
        let used = matches!(outcome, Outcome::Done { .. }) && command.request_id != RequestId(0);
        let request = RequestKey { program: command.program, request: command.request_id };
        let applied = locked.apply(changes).and_then(|()| match used {
            true => locked.use_request(request, sequence),
            false => Ok(()),
        });
        applied.map_err(|fault| self.state.journal.poison(&fault))
    }

    /// Does an entry of the journal again, as recovery, verification and replicas do: the same command at the same
    /// time must have the same outcome.
    pub(super) fn replay(&self, entry: &Entry) -> Result<(), Error> {
        DESK.with(|desk| self.replay_at(&mut desk.borrow_mut().changes, entry))
    }

    fn replay_at(&self, changes: &mut Changes, entry: &Entry) -> Result<(), Error> {
        let touched = self.touched(&entry.command)?;
        let mut catalog = self.catalog.write();
        let locked = Locked::new(&self.state, &catalog.programs, &touched);
        let mut outcome = match verdict(&locked, &entry.command, entry.recorded_at, changes)? {
            Verdict::Entry(outcome) => outcome,
            Verdict::None(_) => return Err(diverged(entry, "there is nothing to decide")),
        };
        if let Outcome::Done { legs, .. } = &mut outcome {
            seal_legs(legs, entry.sequence);
        }
        if outcome != entry.outcome || changes.previous != entry.previous {
            return Err(diverged(entry, "its outcome is another"));
        }
        let program = changes.program.take();
        self.settle(&locked, &entry.command, entry.sequence, &outcome, changes)?;
        drop(locked);
        catalog.put(program);
        self.clock.not_before(entry.recorded_at);
        Ok(())
    }

    /// The programs, once they are durable.
    pub(super) fn programs(&self) -> Result<BTreeMap<ProgramId, Program>, Error> {
        let catalog = self.catalog.read();
        let (programs, last) = (catalog.programs.clone(), self.state.journal.last());
        drop(catalog);
        self.state.journal.wait(last)?;
        Ok(programs)
    }

    /// What a command touches, so that its shards can be locked.
    pub(super) fn touched(&self, command: &Command) -> Result<Touched, Error> {
        let program = command.program;
        let member = |member: MemberId| Some(MemberKey { program, member });
        let partner = |partner: PartnerId| Some(PartnerKey { program, partner });
        let own = RequestKey { program, request: command.request_id };
        let touched = Touched { requests: [Some(own), None], ..Touched::default() };
        Ok(match &command.action {
            Action::CreateProgram(_) | Action::CreatePointType(_) => touched,
            Action::CreatePartner(body) => Touched { partner: partner(body.partner), ..touched },
            Action::PurchaseBlock(body) => Touched { partner: partner(body.partner), ..touched },
            Action::ApproveBlock(body) => Touched { partner: partner(body.partner), ..touched },
            Action::Enrol(body) => Touched { member: member(body.member), ..touched },
            Action::Accrue(body) => {
                Touched { member: member(body.member), partner: body.partner.and_then(partner), ..touched }
            }
            Action::Redeem(body) => Touched { member: member(body.member), ..touched },
            Action::BookDue(body) => match body.subject {
                Subject::Member(id) => Touched { member: member(id), ..Touched::default() },
                Subject::Partner(id) => Touched { partner: partner(id), ..Touched::default() },
            },
            Action::Cancel(body) => {
                let other = RequestKey { program, request: body.request };
                let requests = [Some(own), Some(other)];
                let Some(sequence) = self.request(other)? else { return Ok(Touched { requests, ..touched }) };
                let original = self.state.entry(sequence)?;
                // a cancellation cannot be cancelled; and in a forged journal it may name itself
                let of = match &original.command.action {
                    Action::Cancel(_) => Touched::default(),
                    _ => self.touched(&original.command)?,
                };
                Touched { requests, member: of.member, partner: of.partner, original: Some(Box::new(original)) }
            }
        })
    }

    /// The entry that used a request id.
    pub(super) fn request(&self, key: RequestKey) -> Result<Option<Sequence>, Error> {
        let catalog = self.catalog.read();
        let touched = Touched { requests: [Some(key), None], ..Touched::default() };
        Ok(Locked::new(&self.state, &catalog.programs, &touched).request(key)?)
    }
}

/// A program that a command created or changed.
type ChangedProgram = Option<(ProgramId, Program)>;

impl Answer {
    fn new(sequence: Sequence, recorded_at: Timestamp, outcome: Outcome) -> Answer {
        let outcome = match outcome {
            Outcome::Done { mut legs, balances } => {
                seal_legs(&mut legs, sequence);
                Ok(Receipt { sequence, recorded_at, replayed: false, legs, balances })
            }
            Outcome::Refused(rejection) => Err(rejection),
        };
        Answer { sequence, outcome }
    }
}

fn changes_catalog(command: &Command) -> bool {
    matches!(command.action, Action::CreateProgram(_) | Action::CreatePointType(_))
}

fn verdict(locked: &Locked<'_>, command: &Command, now: Timestamp, changes: &mut Changes) -> Result<Verdict, Error> {
    changes.clear();
    let decision = decide(locked, command, now, changes);
    if locked.strayed() {
        return Ok(Verdict::None(Attempt::Again));
    }
    match decision {
        Ok(()) => Ok(Verdict::Entry(changes.take_outcome())),
        Err(Halt::Refused(rejection)) => {
            changes.clear();
            Ok(Verdict::Entry(Outcome::Refused(rejection)))
        }
        Err(Halt::Repeated(entry)) => {
            let answer = Answer { sequence: entry.sequence, outcome: entry.answer(true) };
            Ok(Verdict::None(Attempt::Answered(answer)))
        }
        Err(Halt::Due(subject)) => Ok(Verdict::None(Attempt::Due(subject))),
        Err(Halt::NothingDue) => Ok(Verdict::None(Attempt::NothingDue)),
        Err(Halt::Faulted(fault)) => Err(fault.into()),
    }
}

fn diverged(entry: &Entry, why: &str) -> Error {
    Error::corrupt(format!("journal entry {} does not replay: {why}", entry.sequence))
}
