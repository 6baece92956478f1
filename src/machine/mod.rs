//! The rules: (view, command, now) -> changes, or why not. Deterministic: no clock, no I/O, no threads, no floats,
//! nothing whose order is not fixed. One file a verb.
//!
//! A rule reads: what must be there and in order, each failing with its [`Rejection`], in the order of that enum's
//! variants; then the changes, on copies. A sum that does not fit refuses at any point; the changes are dropped.

mod accrue;
mod blocks;
mod book_due;
mod cancel;
mod cancel_accrual;
mod cancel_redemption;
mod case;
mod catalog;
mod changes;
mod enrol;
pub mod laws;
mod ledger;
mod original;
mod redeem;
mod shape;
mod take;
mod view;

use crate::domain::{Action, BookDue, Command, Fault, ProgramId, Rejection, RequestKey, Subject, Timestamp};
use case::Case;
pub use changes::{Changes, seal_legs};
pub use shape::{Malformed, check};
pub use view::{Halt, View};

/// Decides a command on the state that `view` shows, at `now`. What it changes is put into `changes`, which has to be
/// empty; where it halts, what is there then has no meaning.
pub fn decide(view: &impl View, command: &Command, now: Timestamp, changes: &mut Changes) -> Result<(), Halt> {
    let case = || Case::new(view, command, now);
    let is_callers = !matches!(command.action, Action::BookDue(_));
    if is_callers {
        check_repeated(view, command)?;
    }
    match &command.action {
        Action::CreateProgram(body) => catalog::create_program(view, command, body, now, changes),
        Action::CreatePointType(body) => catalog::create_point_type(&case()?, body, changes),
        Action::CreatePartner(body) => catalog::create_partner(&case()?, body, changes),
        Action::PurchaseBlock(body) => blocks::purchase(&case()?, body, changes),
        Action::ApproveBlock(body) => blocks::approve(&case()?, body, changes),
        Action::Enrol(body) => enrol::enrol(&case()?, body, changes),
        Action::Accrue(body) => accrue::accrue(&case()?, body, changes),
        Action::Redeem(body) => redeem::redeem(&case()?, body, changes),
        Action::Cancel(body) => cancel::cancel(&case()?, body, changes),
        Action::BookDue(body) => book_due::book_due(view, command.program, body, now, changes),
    }
}

/// What booking all that is due of a member or partner at `at` would change. Nothing is done.
pub fn would_book(view: &impl View, program: ProgramId, subject: Subject, at: Timestamp) -> Result<Changes, Fault> {
    let mut changes = Changes::default();
    let all = BookDue { subject, limit: u32::MAX };
    match book_due::book_due(view, program, &all, at, &mut changes) {
        Ok(()) => Ok(changes),
        Err(Halt::Faulted(fault)) => Err(fault),
        Err(_) => Ok(Changes::default()),
    }
}

/// A request id has one effect: used again with the same body it is answered as before, with another it is refused.
fn check_repeated(view: &impl View, command: &Command) -> Result<(), Halt> {
    let request = RequestKey { program: command.program, request: command.request_id };
    let Some(first) = view.request(request)? else { return Ok(()) };
    let entry = view.entry(first)?;
    if entry.command == *command {
        return Err(Halt::Repeated(Box::new(entry)));
    }
    Err(Rejection::RequestIdReused { first }.into())
}
