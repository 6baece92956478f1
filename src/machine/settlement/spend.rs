//! Spend requests: a merchant submits them on a member's behalf, and is credited at settlement (rules C20 to C28, C66 to
//! C68, C92).

use super::event::SPENT;
use super::terms::Terms;
use crate::domain::{
    Activity, CancelAmount, Event, EventKind, Leg, PointState, Program, ReductionMethod, SpendAt, SpendWay, Subject,
};
use crate::machine::draft::Draft;
use crate::machine::original::Original;
use crate::machine::points::redeem::cancel_spending;
use crate::machine::points::take::Taking;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for SpendAt {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)?;
        validate::partner("partner", self.partner)?;
        validate::amount("points", self.points)?;
        self.scheme.map_or(Ok(()), |scheme| validate::id("scheme", scheme.0.into()))
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
        names.subject(Subject::Partner(self.partner));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let SpendAt { member, partner, point_type, points, scheme } = *self;
        draft.usable_type(point_type)?;
        draft.partner(partner)?;
        let owner = draft.known_member(member)?;
        draft.check_spends(owner)?;
        let terms = Terms::of(&draft.program()?.settlement, partner)?;
        scheme.map_or(Ok(()), |scheme| terms.check_known(scheme))?;
        terms.check_effective()?;
        if let Some(scheme) = scheme {
            terms.check_spend_scheme(scheme)?;
        }
        terms.check_spender(&draft.participant(owner)?)?;
        terms.check_amount(points, scheme)?;
        draft.check_available(owner, point_type, points)?;

        draft.link_member(owner);
        draft.take_in_order(Taking { owner, point_type, points, into: PointState::Redeemed }, |_| {})?;
        let (way, reduction) = (SpendWay::Requested, ReductionMethod::FrontEnd);
        draft.effects.legs.push(Leg::Spent { partner, way, reduction, amount: points });
        let (kind, request, recorded_at) = (EventKind::Spend, draft.request, draft.now);
        let (offer, brand, medium, cancels) = (None, None, None, None);
        let event = Event { kind, request, member, amount: points, offer, scheme, brand, medium, recorded_at, cancels };
        draft.queue_event(partner, SPENT, event);
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
        draft.cancel_event(self.partner, &original.entry, SPENT, points)
    }
}
