//! Members as participants: who owns them, their schemes, and merchants signing them up (rules C01, C30, C42 to C47).

use super::terms::Terms;
use crate::domain::tables::Participants;
use crate::domain::{
    Enrolment, Member, MemberId, Participant, Program, Rejection, SchemeId, SetParticipant, SignUp, Subject,
};
use crate::machine::draft::Draft;
use crate::machine::effects::At;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};

/// Most schemes of a member.
const SCHEMES_MAX: usize = 100;

impl<V: View> Draft<'_, V> {
    /// A member as a participant. A member who is none is owned by no group and takes part in no scheme.
    pub(super) fn participant(&self, member: At<Member>) -> Result<Participant, Undecided> {
        Ok(self.row::<Participants>(&self.effects.members.key(member))?.unwrap_or_default())
    }

    /// A member who takes in another one takes part in that one's schemes, too; one who was no participant becomes what
    /// the other was.
    pub(in crate::machine) fn merge_participant(
        &mut self,
        (owner, other): (At<Member>, At<Member>),
    ) -> Result<(), Undecided> {
        let [into, from] = [owner, other].map(|member| self.effects.members.key(member));
        let Some(other) = self.row::<Participants>(&from)? else { return Ok(()) };
        let mut merged = self.row::<Participants>(&into)?.unwrap_or_else(|| other.clone());
        merged.schemes.extend(other.schemes);
        self.put::<Participants>(into, Some(merged));
        Ok(())
    }

    /// A member, who is enrolled now where the program does that on the first accrual.
    pub(super) fn member_or_new(&mut self, id: MemberId) -> Result<At<Member>, Undecided> {
        match self.member(id)? {
            Some(member) => Ok(member),
            None if self.settings()?.enrolment == Enrolment::OnFirstAccrual => Ok(self.create_member(id)),
            None => Err(Rejection::MemberUnknown.into()),
        }
    }
}

impl Rule for SetParticipant {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)?;
        match self.schemes.len() > SCHEMES_MAX {
            true => Err(wrong("schemes", format!("at most {SCHEMES_MAX}"))),
            false => Ok(()),
        }
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let catalog = &draft.program()?.settlement;
        let member = draft.member_or_new(self.member)?;
        if let Some(group) = self.group {
            catalog.group(group).ok_or(Rejection::GroupUnknown { group })?;
        }
        for scheme in &self.schemes {
            catalog.scheme(*scheme).ok_or(Rejection::SchemeUnknown { scheme: *scheme })?;
        }

        draft.link_member(member);
        let SetParticipant { member: _, group, schemes, automatic_spending } = self.clone();
        let participant = Participant { group, schemes, automatic_spending };
        draft.put::<Participants>(draft.effects.members.key(member), Some(participant));
        Ok(())
    }
}

impl Rule for SignUp {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)?;
        validate::partner("partner", self.partner)?;
        match self.schemes.len() {
            0 => Err(wrong("schemes", "name one scheme at least")),
            1..=SCHEMES_MAX => Ok(()),
            _ => Err(wrong("schemes", format!("at most {SCHEMES_MAX}"))),
        }
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let catalog = &draft.program()?.settlement;
        let terms = Terms::of(catalog, self.partner)?;
        self.schemes.iter().try_for_each(|scheme| terms.check_known(*scheme))?;
        terms.check_effective()?;
        let found = draft.member(self.member)?;
        let key = found.map_or(draft.member_key(self.member), |member| draft.effects.members.key(member));
        let known = draft.row::<Participants>(&key)?;
        let schemes: Vec<SchemeId> = self.schemes.iter().copied().collect();
        terms.check_sign_up(known.as_ref(), &schemes)?;
        let member = found.unwrap_or_else(|| draft.create_member(self.member));

        draft.link_member(member);
        let new = || Participant { group: terms.unit.group, ..Participant::default() };
        let mut participant = known.unwrap_or_else(new);
        participant.schemes.extend(schemes);
        draft.put::<Participants>(key, Some(participant));
        Ok(())
    }
}
