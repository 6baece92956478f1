//! One step of a settlement run: a bounded number of events, of few partners, in the order of partners and time. A run goes
//! on where its last step ended, also after a crash; its steps hold the locks of those partners and of nobody else (rules
//! C74 to C92b, C113).

use super::contribution::settle;
use super::criteria::is_taken;
use super::receivable::NewPosting;
use super::run::due_between;
use crate::domain::tables::{Lines, Runs, RunsDue, Unsettled};
use crate::domain::{
    Event, EventKey, Fault, Leg, Line, LineKey, LockName, MonthSums, PartnerId, Points, PostingCause, PostingKind,
    Program, ProgramId, ReceivableId, Run, RunDueKey, RunKey, RunProgress, RunState, Sequence, Subject, Timestamp,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::view::{Undecided, View};
use std::ops::Range;

/// Partners whom one step looks at.
const PARTNERS_MAX: usize = 16;
/// Events settled after which a step takes no further partner: each one more means to decide the step again.
const SETTLED_MAX: u32 = 64;
/// Rows read in one go.
const CHUNK: usize = 1024;
/// The kinds of postings, in the order in which they are posted.
const KINDS: [PostingKind; 4] =
    [PostingKind::Invoice, PostingKind::CreditNote, PostingKind::Debit, PostingKind::Credit];

/// A run while one step of it is decided.
struct Step {
    key: RunKey,
    due: RunDueKey,
    run: Run,
    progress: RunProgress,
    /// Events that may still be looked at.
    left: usize,
    settled: u32,
}

/// Does the next step of the run that is due first.
pub(in crate::machine) fn book_program<V: View>(draft: &mut Draft<'_, V>, limit: usize) -> Result<(), Undecided> {
    let program = draft.program()?;
    let mut step = next_step(draft, limit)?;
    lock_ahead(draft, &step)?;
    let mut partners = 0usize;
    loop {
        let from = step.progress.partner;
        let all = program.settlement.units.range(from..).map(|(partner, _)| *partner);
        let chosen = &step.run.criteria.partners;
        let next = all.into_iter().find(|partner| chosen.is_empty() || chosen.contains(partner));
        let Some(partner) = next else { return complete(draft, step) };
        if partner != from {
            step.progress = RunProgress { partner, ..begin(step.progress.started_at) };
        }
        let much = step.settled >= SETTLED_MAX && partners > 0;
        if partners >= PARTNERS_MAX || step.left == 0 || much {
            return pause(draft, step);
        }
        partners = partners.saturating_add(1);
        if settle_partner(draft, &mut step, partner)? {
            let Some(after) = partner.0.checked_add(1) else { return complete(draft, step) };
            step.progress = RunProgress { partner: PartnerId(after), ..begin(step.progress.started_at) };
        }
    }
}

/// Touches the partners whose events this step will take, so that all their locks are held before the first event is
/// settled: a lock that turns out to be missing later means that the step is decided again from its beginning.
fn lock_ahead<V: View>(draft: &Draft<'_, V>, step: &Step) -> Result<(), Undecided> {
    const FEW: usize = 64;
    let (progress, chosen) = (step.progress, &step.run.criteria.partners);
    let units = draft.program()?.settlement.units.range(progress.partner..).map(|(partner, _)| *partner);
    let partners = units.filter(|partner| chosen.is_empty() || chosen.contains(partner));
    let mut found = 0usize;
    for partner in partners.take(PARTNERS_MAX) {
        let start = if partner == progress.partner { progress } else { begin(progress.started_at) };
        found = found.saturating_add(draft.rows::<Unsettled>(events_from(draft.id, partner, &start), FEW)?.len());
        if found >= FEW.min(step.left) {
            break;
        }
    }
    Ok(())
}

/// The events of a partner from a place on.
fn events_from(program: ProgramId, partner: PartnerId, from: &RunProgress) -> Range<EventKey> {
    let RunProgress { at, sequence, place, .. } = *from;
    let from = EventKey { program, partner, at, sequence, place };
    from..EventKey { at: Timestamp::MAX, sequence: Sequence(u64::MAX), place: u16::MAX, ..from }
}

/// Before every event of every partner.
fn begin(started_at: Timestamp) -> RunProgress {
    RunProgress { started_at, partner: PartnerId(0), at: Timestamp::MIN, sequence: Sequence(0), place: 0 }
}

fn next_step<V: View>(draft: &Draft<'_, V>, limit: usize) -> Result<Step, Undecided> {
    let due = draft.rows::<RunsDue>(due_between(draft.id, Timestamp::MIN, draft.now), 1)?;
    let (due, ()) = *due.first().ok_or(Undecided::NothingDue)?;
    let RunDueKey { program, run, number, .. } = due;
    let key = RunKey { program, run, number };
    let missing = || broken(program, format!("settlement run {run}, number {number}: it is due and not there"));
    let run = draft.row::<Runs>(&key)?.ok_or_else(missing)?;
    let progress = run.progress.unwrap_or_else(|| begin(draft.now));
    Ok(Step { key, due, run, progress, left: limit.max(1), settled: 0 })
}

fn broken(program: ProgramId, what: String) -> Fault {
    Fault::broken(LockName::Subject(program, Subject::Program), what)
}

fn tell<V: View>(draft: &mut Draft<'_, V>, step: &Step) {
    let (run, number, events, state) = (step.key.run, step.key.number, step.settled, step.run.state);
    draft.effects.legs.push(Leg::Settled { run, number, events, state });
}

/// The step is done, the run is not.
fn pause<V: View>(draft: &mut Draft<'_, V>, mut step: Step) -> Result<(), Undecided> {
    tell(draft, &step);
    step.run.progress = Some(step.progress);
    draft.put::<Runs>(step.key, Some(step.run));
    Ok(())
}

/// The run is done. One that recurs comes again, under the next number (rule C80).
fn complete<V: View>(draft: &mut Draft<'_, V>, mut step: Step) -> Result<(), Undecided> {
    step.run.state = RunState::Completed;
    tell(draft, &step);
    step.run.progress = None;
    draft.unschedule_run(step.due)?;
    let zone = &draft.settings()?.zone;
    let next = step.run.every.and_then(|every| every.after(step.due.at, zone)).zip(step.key.number.checked_add(1));
    // a run that would come again after the last instant there is has been executed for the last time
    if let Some((at, number)) = next {
        let key = RunKey { number, ..step.key };
        let run =
            Run { state: RunState::Submitted, due_at: Some(at), events: 0, debits: 0, credits: 0, ..step.run.clone() };
        draft.put::<Runs>(key, Some(run));
        draft.schedule_run(key, at);
    }
    draft.put::<Runs>(step.key, Some(step.run));
    Ok(())
}

/// Where the events of one partner are posted to in this step.
struct Target {
    receivable: ReceivableId,
    /// How much more can be posted, to the debit and to the credit.
    room: MonthSums,
    sums: [Points; KINDS.len()],
}

impl Target {
    fn of<V: View>(draft: &mut Draft<'_, V>, partner: PartnerId) -> Result<Target, Undecided> {
        let receivable = draft.choose_primary(Subject::Partner(partner), None)?;
        let room = draft.room_for_settlement(partner, receivable)?;
        Ok(Target { receivable, room, sums: [Points::ZERO; KINDS.len()] })
    }

    /// Adds an amount. Returns whether there was room for it.
    fn add(&mut self, posting: PostingKind, amount: Points) -> bool {
        let room = if posting.is_debit() { &mut self.room.debits } else { &mut self.room.credits };
        let Some(left) = room.minus(amount).filter(|left| *left >= Points::ZERO) else { return false };
        *room = left;
        for (_, sum) in KINDS.into_iter().zip(&mut self.sums).filter(|(kind, _)| *kind == posting) {
            // it is within the room, which is within 64 bits
            *sum = sum.plus(amount).unwrap_or(*sum);
        }
        true
    }
}

/// Settles events of one partner, as many as the step may still look at. Returns whether that was all.
fn settle_partner<V: View>(draft: &mut Draft<'_, V>, step: &mut Step, partner: PartnerId) -> Result<bool, Undecided> {
    let mut target: Option<Target> = None;
    let ended = loop {
        let chunk = CHUNK.min(step.left);
        if chunk == 0 {
            break false;
        }
        let rows = draft.rows::<Unsettled>(events_from(draft.id, partner, &step.progress), chunk)?;
        let ended = rows.len() < chunk;
        step.left = step.left.saturating_sub(rows.len());
        for (key, event) in rows {
            step.progress = after(step.progress, &key);
            let zone = &draft.settings()?.zone;
            if is_taken(&step.run.criteria, &key, &event, step.progress.started_at, zone) {
                let to = match &mut target {
                    Some(known) => known,
                    none => none.insert(Target::of(draft, partner)?),
                };
                settle_event(draft, step, (key, event), to)?;
            }
        }
        if ended {
            break true;
        }
    };
    let sums = target.into_iter().flat_map(|target| KINDS.into_iter().zip(target.sums));
    for (kind, amount) in sums.filter(|(_, amount)| amount.is_positive()) {
        let cause = PostingCause::Settlement { run: step.key.run, number: step.key.number };
        let sum = if kind.is_debit() { &mut step.run.debits } else { &mut step.run.credits };
        *sum = fits(sum.checked_add(amount.0.into()))?;
        draft.post(NewPosting { owner: Subject::Partner(partner), kind, amount, cause, document: None })?;
    }
    Ok(ended)
}

/// The place right after an event.
fn after(progress: RunProgress, key: &EventKey) -> RunProgress {
    let (sequence, place) = match key.place.checked_add(1) {
        Some(place) => (key.sequence, place),
        None => (key.sequence.next(), 0),
    };
    RunProgress { at: key.at, sequence, place, ..progress }
}

/// Writes the line of one event. An event whose amount does not fit stays unsettled, and holds up no other: the run goes
/// on, and a later one looks at it again.
fn settle_event<V: View>(
    draft: &mut Draft<'_, V>,
    step: &mut Step,
    (key, event): (EventKey, Event),
    target: &mut Target,
) -> Result<(), Undecided> {
    let program: &Program = draft.program()?;
    let line_key = |sequence, place| LineKey { program: key.program, partner: key.partner, sequence, place };
    let cancelled = match event.cancels {
        Some(cancels) => draft.row::<Lines>(&line_key(cancels.sequence, cancels.place))?,
        None => None,
    };
    let Ok(settled) = settle(program, &key, &event, cancelled.as_ref()) else { return Ok(()) };
    if !target.add(event.kind.posting(), settled.amount) {
        return Ok(());
    }
    let line = Line {
        at: key.at,
        event,
        contribution: settled.contribution,
        amount: settled.amount,
        host: settled.host,
        run: step.key.run,
        number: step.key.number,
        settled_by: Sequence::OWN,
        settled_at: draft.now,
        receivable: target.receivable,
        reversed: Points::ZERO,
    };
    draft.put::<Lines>(line_key(key.sequence, key.place), Some(line));
    draft.put::<Unsettled>(key, None);
    step.settled = step.settled.saturating_add(1);
    step.run.events = step.run.events.saturating_add(1);
    Ok(())
}
