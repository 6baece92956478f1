//! One step of a settlement run: a bounded number of events, of few partners, in the order of partners and time. A run goes
//! on where its last step ended, also after a crash; its steps hold the locks of those partners and of nobody else (rules
//! C74 to C92b, C113).

use super::contribution::settle;
use super::criteria::is_taken;
use super::receivable::NewPosting;
use crate::domain::tables::{Lines, Runs, RunsDue, Unsettled};
use crate::domain::{
    Event, EventKey, Fault, Leg, Line, LineKey, LockName, PartnerId, Points, PostingCause, PostingKind, Program,
    ProgramId, ReceivableId, Run, RunDueKey, RunKey, RunProgress, RunState, Sequence, Subject, Timestamp,
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
    let first = |at| RunDueKey { program: draft.id, at, run: crate::domain::RequestId(0), number: 0 };
    let after_now = Timestamp::from_ms(draft.now.ms().saturating_add(1)).unwrap_or(Timestamp::MAX);
    let due = draft.rows::<RunsDue>(first(Timestamp::MIN)..first(after_now), 1)?;
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
    if let Some(every) = step.run.every {
        let at = fits(every.after(step.due.at, &draft.settings()?.zone))?;
        let key = RunKey { number: fits(step.key.number.checked_add(1))?, ..step.key };
        let run =
            Run { state: RunState::Submitted, due_at: Some(at), events: 0, debits: 0, credits: 0, ..step.run.clone() };
        draft.put::<Runs>(key, Some(run));
        draft.schedule_run(key, at);
    }
    draft.put::<Runs>(step.key, Some(step.run));
    Ok(())
}

/// Settles events of one partner, as many as the step may still look at. Returns whether that was all.
fn settle_partner<V: View>(draft: &mut Draft<'_, V>, step: &mut Step, partner: PartnerId) -> Result<bool, Undecided> {
    let mut sums = [Points::ZERO; KINDS.len()];
    let mut receivable = None;
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
                let to = match receivable {
                    Some(known) => known,
                    None => draft.choose_primary(Subject::Partner(partner), None)?,
                };
                receivable = Some(to);
                settle_event(draft, step, (key, event), to, &mut sums)?;
            }
        }
        if ended {
            break true;
        }
    };
    for (kind, amount) in KINDS.into_iter().zip(sums).filter(|(_, amount)| amount.is_positive()) {
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

/// Writes the line of one event.
fn settle_event<V: View>(
    draft: &mut Draft<'_, V>,
    step: &mut Step,
    (key, event): (EventKey, Event),
    receivable: ReceivableId,
    sums: &mut [Points; KINDS.len()],
) -> Result<(), Undecided> {
    let program: &Program = draft.program()?;
    let line_key = |sequence, place| LineKey { program: key.program, partner: key.partner, sequence, place };
    let cancelled = match event.cancels {
        Some(cancels) => draft.row::<Lines>(&line_key(cancels.sequence, cancels.place))?,
        None => None,
    };
    let settled = settle(program, &key, &event, cancelled.as_ref())?;
    let posting = event.kind.posting();
    for (kind, sum) in KINDS.into_iter().zip(sums).filter(|(kind, _)| *kind == posting) {
        debug_assert_eq!(kind, posting);
        *sum = fits(sum.plus(settled.amount))?;
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
        receivable,
        reversed: Points::ZERO,
    };
    draft.put::<Lines>(line_key(key.sequence, key.place), Some(line));
    draft.put::<Unsettled>(key, None);
    step.settled = step.settled.saturating_add(1);
    step.run.events = step.run.events.saturating_add(1);
    Ok(())
}
