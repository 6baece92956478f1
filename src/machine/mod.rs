//! The rules: (view, command, now) -> changes, or why not. Deterministic: no clock, no I/O, no threads, no floats,
//! nothing whose order is not fixed. One file a verb.
//!
//! A rule reads: what must be there and in order, each failing with its [`Rejection`], in the order of that enum's
//! variants; then the changes, on copies. A sum that does not fit refuses at any point; the copies are dropped.

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

use crate::domain::{Action, Command, Rejection, RequestKey, Timestamp};
use case::Case;
pub use changes::{Changes, seal_legs};
pub use shape::{Malformed, check};
pub use view::{Halt, View};

/// Decides a command on the state that `view` shows, at `now`.
pub fn decide(view: &impl View, command: &Command, now: Timestamp) -> Result<Changes, Halt> {
    if let Action::BookDue(body) = &command.action {
        return book_due::book_due(view, command.program, body, now);
    }
    let request = RequestKey { program: command.program, request: command.request_id };
    if let Some(first) = view.request(request)? {
        let entry = view.entry(first)?;
        if entry.command == *command {
            return Err(Halt::Repeated(Box::new(entry)));
        }
        return Err(Rejection::RequestIdReused { first }.into());
    }
    let case = match &command.action {
        Action::CreateProgram(body) => return catalog::create_program(view, command, body, now),
        _ => Case::new(view, command, now)?,
    };
    match &command.action {
        Action::CreatePointType(body) => catalog::create_point_type(&case, body),
        Action::CreatePartner(body) => catalog::create_partner(&case, body),
        Action::PurchaseBlock(body) => blocks::purchase(&case, body),
        Action::ApproveBlock(body) => blocks::approve(&case, body),
        Action::Enrol(body) => enrol::enrol(&case, body),
        Action::Accrue(body) => accrue::accrue(&case, body),
        Action::Redeem(body) => redeem::redeem(&case, body),
        Action::Cancel(body) => cancel::cancel(&case, body),
        Action::CreateProgram(_) | Action::BookDue(_) => Err(Rejection::ProgramUnknown.into()),
    }
}
