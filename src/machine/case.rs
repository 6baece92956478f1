//! One command being decided: what every verb needs of it.

use super::view::{Halt, View};
use crate::domain::{
    AHEAD_HOURS_MAX, Command, Member, MemberId, MemberKey, PointType, PointTypeId, Program, Rejection, Subject,
    Timestamp,
};

/// One command being decided: what every verb needs.
pub(super) struct Case<'a, V> {
    pub(super) view: &'a V,
    pub(super) program: &'a Program,
    pub(super) command: &'a Command,
    /// When the transaction happened.
    pub(super) transaction_at: Timestamp,
    pub(super) now: Timestamp,
}

impl<'a, V: View> Case<'a, V> {
    pub(super) fn new(view: &'a V, command: &'a Command, now: Timestamp) -> Result<Case<'a, V>, Halt> {
        let program = view.program(command.program).ok_or(Rejection::ProgramUnknown)?;
        let transaction_at = dated(command, now)?;
        Ok(Case { view, program, command, transaction_at, now })
    }

    pub(super) fn point_type(&self, id: PointTypeId) -> Result<&'a PointType, Rejection> {
        self.program.point_types.get(&id).ok_or(Rejection::PointTypeUnknown { point_type: id })
    }

    pub(super) fn member_key(&self, member: MemberId) -> MemberKey {
        MemberKey { program: self.command.program, member }
    }

    /// A member of whom everything due is booked.
    pub(super) fn member(&self, key: MemberKey) -> Result<Option<Member>, Halt> {
        match self.view.member(key)? {
            Some(member) if member.is_due(self.now) => Err(Halt::Due(Subject::Member(key.member))),
            member => Ok(member),
        }
    }
}

/// When the command's transaction happened.
pub(super) fn dated(command: &Command, now: Timestamp) -> Result<Timestamp, Rejection> {
    let latest = now.saturating_add_hours(AHEAD_HOURS_MAX);
    match command.transaction_at {
        Some(at) if at > latest => Err(Rejection::TransactionAhead { latest }),
        at => Ok(at.unwrap_or(now)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Enrol, ProgramId, RequestId};

    #[test]
    fn a_transaction_is_dated_a_day_ahead_at_most() {
        let now = Timestamp::from_ms(1_000_000_000_000).unwrap();
        let command = Command::new(ProgramId(1), RequestId(1), Enrol { member: MemberId(1) });
        assert_eq!(dated(&command, now), Ok(now));
        let day = 24 * 3_600_000;
        let at = |ms| {
            dated(&command.clone().at(Timestamp::from_ms(now.ms() + ms).unwrap()), now).map(|at| at.ms() - now.ms())
        };
        assert_eq!([-day, -1, 0, 1, day].map(at), [-day, -1, 0, 1, day].map(Ok));
        let latest = Timestamp::from_ms(now.ms() + day).unwrap();
        assert_eq!([day + 1, 90 * day].map(at), [Err(Rejection::TransactionAhead { latest }); 2]);
    }
}
