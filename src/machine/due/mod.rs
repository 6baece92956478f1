//! Booking what is due. It changes no answer: balances and redemptions see it at its instant, booked or not (rules D46
//! to D48). A bounded number at a time, in the order of time.

mod member;
mod partner;
mod schedule;

use super::draft::Draft;
use super::effects::Effects;
use super::rule::{LockSet, Rule};
use super::settlement;
use super::validate::{Malformed, wrong};
use super::view::{Undecided, View};
use crate::domain::{BookDue, Program, ProgramId, Rejection, Subject, Timestamp};
pub(super) use member::book_member;
pub(super) use partner::book_partner;

/// Books what is due of a subject at `now`.
pub(super) fn book(
    view: &impl View,
    program: ProgramId,
    body: &BookDue,
    now: Timestamp,
    effects: &mut Effects,
) -> Result<(), Undecided> {
    if view.program(program).is_none() {
        return Err(Rejection::ProgramUnknown.into());
    }
    body.decide(&mut Draft::booking(view, program, body.subject, now, effects))
}

impl Rule for BookDue {
    fn check(&self) -> Result<(), Malformed> {
        Err(wrong("kind", "book_due is the engine's own"))
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(self.subject);
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        draft.is_booking = true;
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        match self.subject {
            Subject::Member(id) => {
                let member = draft.member_record(id)?;
                let due = member.filter(|member| draft.effects.members[*member].is_due(draft.now));
                let member = due.ok_or(Undecided::NothingDue)?;
                draft.link_member(member);
                let now = draft.now;
                let touched = book_member(draft, member, now, limit)?;
                touched.into_iter().try_for_each(|point_type| draft.tell_balance(member, point_type))
            }
            Subject::Partner(id) => {
                let partner = draft.partner_as_booked(id)?;
                let due = partner.filter(|partner| draft.effects.partners[*partner].is_due(draft.now));
                partner::book_partner(draft, due.ok_or(Undecided::NothingDue)?, limit)
            }
            Subject::Program => settlement::book_program(draft, limit),
            Subject::Source(_) => Err(Undecided::NothingDue),
        }
    }
}
