//! The rules: (view, command, now) -> effects, or why not. Deterministic: no clock, no I/O, no threads, no floats,
//! nothing whose order is not fixed. Rooms by noun; one file a verb.
//!
//! A rule reads: what must be there and in order, each failing with its [`Rejection`], in the order of that enum's
//! variants; then the changes. A sum that does not fit refuses at any point; the effects are dropped. A broken law is a
//! fault, never a refusal.

mod booked;
mod cancel;
mod catalog;
mod draft;
mod due;
mod effects;
pub mod laws;
mod members;
mod original;
mod partners;
mod points;
mod rule;
pub mod settlement;
mod sources;
mod sum_part;
mod texts;
mod validate;
mod view;

use crate::domain::{
    Action, Command, Fault, OwnIds, ProgramId, REFERENCE_BYTES_MAX, Rejection, RequestKey, Sequence, Subject, Timestamp,
};
use draft::Draft;
pub use effects::{At, Effects, Records, RowEffects, RowSink, Written};
pub use rule::{LockSet, defines, lock_set};
pub use sum_part::SumPart;
pub use validate::{Malformed, check_actor};
pub use view::{Cold, FoundRows, Undecided, View};

/// The version of the rules. An entry is replayed by the rules that decided it.
pub const RULES: u16 = 1;
/// The oldest version of the rules whose entries are still replayed.
pub const OLDEST_RULES: u16 = 1;

/// Checks that a caller's command is well formed.
pub fn check(command: &Command) -> Result<(), Malformed> {
    validate::request("request_id", command.request_id)?;
    if let Some(reference) = &command.reference {
        validate::text("reference", reference, REFERENCE_BYTES_MAX)?;
    }
    if command.transaction_at.is_none() && rule::is_dated(&command.action) {
        return Err(validate::wrong("transaction_at", "missing; this transaction has a date of its own"));
    }
    rule::check(&command.action)
}

/// Decides a command on the state that `view` shows, at `now`. What it changes is put into `effects`, which have to be
/// empty; where it stays undecided, what is there then has no meaning.
pub fn decide(view: &impl View, command: &Command, now: Timestamp, effects: &mut Effects) -> Result<(), Undecided> {
    if let Action::BookDue(body) = &command.action {
        return due::book(view, command.program, body, now, effects);
    }
    check_repeated(view, command)?;
    rule::decide(&command.action, &mut Draft::new(view, command, now, effects)?)
}

/// What a command would do if it came at `now`, as if what is due were booked. Nothing is done.
pub fn preview(view: &impl View, command: &Command, now: Timestamp, effects: &mut Effects) -> Result<(), Undecided> {
    check_repeated(view, command)?;
    rule::decide(&command.action, &mut Draft::new(view, command, now, effects)?.with_due_booked())
}

/// Decides the command of a journal entry again. A repetition is never in the journal: where its request id was used
/// before, the entry refused it, whatever texts the two commands had. The text of its reference may be gone: whether it
/// `says_reference` is in the entry.
pub fn decide_again(
    view: &impl View,
    (command, says_reference): (&Command, bool),
    now: Timestamp,
    effects: &mut Effects,
) -> Result<(), Undecided> {
    if let Action::BookDue(body) = &command.action {
        return due::book(view, command.program, body, now, effects);
    }
    let request = RequestKey { program: command.program, request: command.request_id };
    if let Some(first) = view.request(request)? {
        return Err(Rejection::RequestIdReused { first }.into());
    }
    let mut draft = Draft::new(view, command, now, effects)?;
    draft.says_reference = says_reference;
    rule::decide(&command.action, &mut draft)
}

/// What booking up to `limit` items of what is due of a subject at `at` would change. Nothing is done. Whether that was
/// all is said by the subject's record: it is not due any more.
pub fn would_book(
    view: &impl View,
    program: ProgramId,
    subject: Subject,
    at: Timestamp,
    limit: u32,
) -> Result<Effects, Undecided> {
    let mut effects = Effects::default();
    if view.program(program).is_none() {
        return Ok(effects);
    }
    let body = crate::domain::BookDue { subject, limit };
    match due::book(view, program, &body, at, &mut effects) {
        Ok(()) => {
            let member = subject.member().unwrap_or_default();
            effects.fill(&OwnIds { sequence: Sequence::OWN, member });
            Ok(effects)
        }
        Err(Undecided::NothingDue) => Ok(Effects::default()),
        Err(Undecided::Refused(rejection)) => {
            Err(Fault::corrupt(format!("program {program}, {subject}: what is due cannot be booked: {rejection}"))
                .into())
        }
        Err(undecided) => Err(undecided),
    }
}

/// A request id has one effect: used again with the same body it is answered as before, with another it is refused.
fn check_repeated(view: &impl View, command: &Command) -> Result<(), Undecided> {
    let request = RequestKey { program: command.program, request: command.request_id };
    let Some(first) = view.request(request)? else { return Ok(()) };
    let entry = view.entry(first)?;
    if entry.is_repeated_by(command) {
        return Err(Undecided::Repeated(Box::new(entry)));
    }
    Err(Rejection::RequestIdReused { first }.into())
}
