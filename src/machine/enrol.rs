//! Enrolling a member.

use super::case::Case;
use super::changes::Changes;
use super::view::{Halt, View};
use crate::domain::{Enrol, Member, Rejection};

pub(super) fn enrol<V: View>(case: &Case<'_, V>, body: &Enrol, changes: &mut Changes) -> Result<(), Halt> {
    let key = case.member_key(body.member);
    if case.view.member(key)?.is_some() {
        return Err(Rejection::MemberExists.into());
    }

    changes.put_member(key, Member::new(case.now));
    Ok(())
}
