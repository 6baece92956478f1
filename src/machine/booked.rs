//! Members and partners of a draft of whom everything due is booked.

use super::draft::Draft;
use super::due;
use super::effects::At;
use super::view::{Undecided, View};
use crate::domain::{Member, MemberId, Partner, PartnerId, Rejection, Subject};

impl<V: View> Draft<'_, V> {
    /// A member of whom everything due is booked.
    pub(super) fn member(&mut self, id: MemberId) -> Result<Option<At<Member>>, Undecided> {
        let Some(at) = self.member_as_booked(id)? else { return Ok(None) };
        if self.effects.members[at].is_due(self.now) {
            if !self.books_due {
                return Err(Undecided::Due(Subject::Member(self.effects.members.key(at).member)));
            }
            let told = self.effects.legs.len();
            self.is_booking = true;
            due::book_member(self, at, self.now, usize::MAX)?;
            self.is_booking = false;
            self.effects.legs.truncate(told);
        }
        Ok(Some(at))
    }

    /// A partner of whom everything due is booked.
    pub(super) fn partner(&mut self, id: PartnerId) -> Result<At<Partner>, Undecided> {
        let at = self.partner_as_booked(id)?.ok_or(Rejection::PartnerUnknown { partner: id })?;
        if self.effects.partners[at].is_due(self.now) {
            if !self.books_due {
                return Err(Undecided::Due(Subject::Partner(id)));
            }
            let told = self.effects.legs.len();
            due::book_partner(self, at, usize::MAX)?;
            self.effects.legs.truncate(told);
        }
        Ok(at)
    }
}
