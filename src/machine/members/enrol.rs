//! Enrolling a member.

use crate::domain::{Enrol, Program, Rejection, Subject};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for Enrol {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        if draft.member_as_booked(self.member)?.is_some() {
            return Err(Rejection::MemberExists.into());
        }

        let member = draft.create_member(self.member);
        draft.link_member(member);
        Ok(())
    }
}
