//! Crediting a member's receivable where the wallet could not be used (rules C103 to C105).

use super::receivable::NewPosting;
use super::terms::Terms;
use crate::domain::{
    Activity, CancelAmount, CreditMember, Leg, PointState, PostingCause, PostingKind, Program, ReductionMethod,
    SpendWay, Subject,
};
use crate::machine::draft::Draft;
use crate::machine::original::Original;
use crate::machine::points::redeem::cancel_spending;
use crate::machine::points::take::Taking;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for CreditMember {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)?;
        validate::partner("partner", self.partner)?;
        validate::amount("points", self.points)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
        names.subject(Subject::Partner(self.partner));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let CreditMember { member, partner, point_type, points } = *self;
        draft.usable_type(point_type)?;
        draft.partner(partner)?;
        let owner = draft.known_member(member)?;
        draft.check_spends(owner)?;
        let terms = Terms::of(&draft.program()?.settlement, partner)?;
        terms.check_effective()?;
        terms.check_spender(&draft.participant(owner)?)?;
        draft.check_available(owner, point_type, points)?;

        draft.link_member(owner);
        draft.take_in_order(Taking { owner, point_type, points, into: PointState::Redeemed }, |_| {})?;
        let (way, reduction) = (SpendWay::Credited, ReductionMethod::BackEnd);
        draft.effects.legs.push(Leg::Spent { partner, way, reduction, amount: points });
        let cause = PostingCause::WalletUnavailable { partner };
        let (owner_of, kind) = (Subject::Member(member), PostingKind::CreditNote);
        draft.post(NewPosting { owner: owner_of, kind, amount: points, cause, document: None })?;
        draft.note_activity(owner, Activity::Redeem)?;
        draft.tell_balance(owner, point_type)
    }

    fn cancel<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        original: &Original,
        amount: CancelAmount,
    ) -> Result<(), Undecided> {
        let points = original.amount(self.points, amount)?;
        cancel_spending(draft, original, self.member, self.points, amount)?;
        let (owner, kind) = (Subject::Member(self.member), PostingKind::Debit);
        let cause = PostingCause::WalletUnavailable { partner: self.partner };
        draft.post(NewPosting { owner, kind, amount: points, cause, document: None })?;
        Ok(())
    }
}
