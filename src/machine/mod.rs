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
mod catalog;
mod changes;
mod enrol;
pub mod laws;
mod ledger;
mod redeem;
mod shape;
mod take;
mod view;

use crate::domain::{
    AHEAD_HOURS_MAX, Action, Command, Member, MemberId, MemberKey, PointType, PointTypeId, Program, Rejection,
    RequestKey, Subject, Timestamp,
};
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

/// One command being decided: what every verb needs.
struct Case<'a, V> {
    view: &'a V,
    program: &'a Program,
    command: &'a Command,
    /// When the transaction happened.
    transaction_at: Timestamp,
    now: Timestamp,
}

impl<'a, V: View> Case<'a, V> {
    fn new(view: &'a V, command: &'a Command, now: Timestamp) -> Result<Case<'a, V>, Halt> {
        let program = view.program(command.program).ok_or(Rejection::ProgramUnknown)?;
        let transaction_at = dated(command, now)?;
        Ok(Case { view, program, command, transaction_at, now })
    }

    fn point_type(&self, id: PointTypeId) -> Result<&'a PointType, Rejection> {
        self.program.point_types.get(&id).ok_or(Rejection::PointTypeUnknown { point_type: id })
    }

    fn member_key(&self, member: MemberId) -> MemberKey {
        MemberKey { program: self.command.program, member }
    }

    /// A member of whom everything due is booked.
    fn member(&self, key: MemberKey) -> Result<Option<Member>, Halt> {
        match self.view.member(key)? {
            Some(member) if member.is_due(self.now) => Err(Halt::Due(Subject::Member(key.member))),
            member => Ok(member),
        }
    }
}

/// When the command's transaction happened.
fn dated(command: &Command, now: Timestamp) -> Result<Timestamp, Rejection> {
    let latest = now.saturating_add_hours(AHEAD_HOURS_MAX);
    match command.transaction_at {
        Some(at) if at > latest => Err(Rejection::TransactionAhead { latest }),
        at => Ok(at.unwrap_or(now)),
    }
}
