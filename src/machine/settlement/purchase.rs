//! Purchases at merchants: awarded, left without an award, or refused; with instant and automatic spends in the same
//! commit (rules C14 to C19, C29 to C41, C64, C65).

use super::event::{AWARD, INSTANT, SPENT};
use super::receivable::NewPosting;
use super::terms::Terms;
use crate::domain::tables::Refunds;
use crate::domain::{
    AWARDS_MAX, Accrue, Activity, Award, CancelAmount, DocumentDefaults, Event, EventKind, ItemKey, Leg, Member,
    NAME_BYTES_MAX, Offer, Participant, PaymentPreference, PointState, Points, PostingCause, PostingKind, Program,
    RecordPurchase, Reduction, ReductionMethod, RefundKey, RefundRequest, RefundState, Rejection, Sequence,
    SpendMethod, SpendWay, Subject,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::due;
use crate::machine::effects::At;
use crate::machine::original::Original;
use crate::machine::points::accrue;
use crate::machine::points::ledger::{Movement, Open};
use crate::machine::points::take::Taking;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

/// A purchase that is being decided.
struct Purchase<'a> {
    body: &'a RecordPurchase,
    offer: &'a Offer,
    terms: Terms<'a>,
    participant: Participant,
    member: At<Member>,
    /// How the member is refunded, where the discount is not given at the point of sale.
    back_end: Option<BackEnd>,
}

/// What a refund needs.
struct BackEnd {
    method: Box<str>,
    credit_note: DocumentDefaults,
    refund: DocumentDefaults,
    payment: PaymentPreference,
}

impl Rule for RecordPurchase {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)?;
        validate::partner("partner", self.partner)?;
        validate::amount("amount", self.amount)?;
        validate::id("offer", self.offer.0.into())?;
        validate::amount("award", self.award)?;
        if let Some(expires) = self.expires {
            validate::expiry("expires", expires)?;
        }
        for (field, text) in [("brand", &self.brand), ("medium", &self.medium)] {
            text.as_ref().map_or(Ok(()), |text| validate::text(field, text, NAME_BYTES_MAX))?;
        }
        Ok(())
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
        names.subject(Subject::Partner(self.partner));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let catalog = &draft.program()?.settlement;
        let point_type = self.point_type;
        let class = draft.usable_type(point_type)?.class;
        let payer = draft.partner(self.partner)?;
        let member = draft.member_or_new(self.member)?;
        draft.check_earns(member)?;
        let offer = catalog.offer(self.offer).ok_or(Rejection::OfferUnknown { offer: self.offer })?;
        let terms = Terms::of(catalog, self.partner)?;
        if !offer.class.admits_partners() {
            return Err(Rejection::ClassNotAllowed { offer: self.offer }.into());
        }
        terms.check_effective()?;
        let participant = draft.participant(member)?;
        terms.check_award_event(&participant)?;
        if !class.is_redeemable() {
            return Err(Rejection::NotRedeemable { point_type }.into());
        }

        draft.link_member(member);
        let purchase = Purchase { body: self, offer, terms, participant, member, back_end: None };
        let awarded = purchase.terms.check_award(&purchase.participant, offer, self.offer.0);
        let instant = match (awarded, offer.spend_method) {
            (Ok(()), SpendMethod::SpendInstantly) => self.award.min(self.amount),
            _ => Points::ZERO,
        };
        let purchase = purchase.with_back_end(draft)?;
        // the wallet as it was before: the award is not in it yet
        purchase.spend_automatically(draft, fits(self.amount.minus(instant))?)?;
        match awarded {
            Ok(()) => {
                let mut accrue = self.as_accrual();
                let mut given = Points::ZERO;
                for award in &accrue.awards {
                    given = accrue::grant(draft, &accrue, (award, AWARD), member)?;
                }
                // fewer where the account would have more than it may
                accrue::clip(&mut accrue.awards, AWARD, given);
                draft.debit(payer, &accrue.awards)?;
                // an award that was granted too late for use is gone before anybody is told of it
                if draft.effects.members[member].is_due(draft.now) {
                    due::book_member(draft, member, draft.now, AWARDS_MAX)?;
                }
                if offer.is_settled() && given.is_positive() {
                    draft.queue_event(self.partner, AWARD, purchase.event(draft, EventKind::Purchase, given));
                }
                purchase.spend_instantly(draft, instant)?;
            }
            Err(reason) => draft.effects.legs.push(Leg::NotAwarded { reason }),
        }
        draft.note_activity(member, Activity::Accrue)?;
        draft.tell_balance(member, point_type)
    }

    fn cancel<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        original: &Original,
        amount: CancelAmount,
    ) -> Result<(), Undecided> {
        super::purchase_cancel::cancel(self, draft, original, amount)
    }
}

impl RecordPurchase {
    /// The award as an accrual: what is granted, and who pays by blocks where its terms have a rate.
    pub(super) fn as_accrual(&self) -> Accrue {
        let award = Award { expires: self.expires, ..Award::new(self.point_type, self.award) };
        Accrue { member: self.member, partner: Some(self.partner), awards: vec![award] }
    }
}

impl Purchase<'_> {
    fn event<V: View>(&self, draft: &Draft<'_, V>, kind: EventKind, amount: Points) -> Event {
        Event {
            kind,
            request: draft.request,
            member: self.body.member,
            amount,
            offer: Some(self.body.offer),
            scheme: Some(self.offer.scheme),
            brand: self.body.brand.clone(),
            medium: self.body.medium.clone(),
            recorded_at: draft.now,
            cancels: None,
        }
    }

    /// Finds how the member is refunded.
    fn with_back_end<V: View>(mut self, draft: &Draft<'_, V>) -> Result<Self, Undecided> {
        let Reduction::BackEnd { method, credit_note, refund } = self.terms.reduction() else { return Ok(self) };
        let setup = draft.program()?.settlement.refunds.as_ref();
        let receivables = draft.receivables(Subject::Member(self.body.member))?;
        let payment = receivables.primary().and_then(|primary| primary.payment.clone());
        let works = |payment: &PaymentPreference| {
            setup.map(|setup| setup.current()).is_some_and(|setup| {
                let takes = setup.providers.get(&payment.provider).is_some_and(|methods| methods.contains(&method));
                takes && setup.payment_runs.contains(&payment.provider)
            })
        };
        self.back_end = payment.filter(works).map(|payment| BackEnd { method, credit_note, refund, payment });
        Ok(self)
    }

    /// Why a spend of this purchase cannot be made: it would have to be refunded, and cannot be.
    fn check_reduction(&self) -> Result<(), Rejection> {
        match (self.terms.reduction(), &self.back_end) {
            (Reduction::BackEnd { .. }, None) => Err(Rejection::NoPaymentPreference),
            _ => Ok(()),
        }
    }

    /// Draws on the wallet for what is open of the purchase (rules C29 to C35, C37).
    fn spend_automatically<V: View>(&self, draft: &mut Draft<'_, V>, open: Points) -> Result<(), Undecided> {
        if !self.terms.spends_automatically(&self.participant) {
            return Ok(());
        }
        let (point_type, key) = (self.body.point_type, draft.effects.members.key(self.member));
        let class = draft.point_type(point_type)?.class;
        let account = draft.effects.members[self.member].account(point_type);
        let wallet = account.map_or(Points::ZERO, |account| account.balance(key.member, class).available);
        let amount = draft.check_spends(self.member).and_then(|()| self.terms.check_spender(&self.participant));
        let amount = amount.and_then(|()| self.terms.automatic_amount(open.min(wallet), self.offer.scheme));
        let amount = amount.and_then(|amount| self.check_reduction().map(|()| amount));
        match amount {
            Ok(points) => {
                let taking = Taking { owner: self.member, point_type, points, into: PointState::Redeemed };
                draft.take_in_order(taking, |_| {})?;
                self.spent(draft, (SpendWay::Automatic, SPENT), points)
            }
            Err(reason) => {
                draft.effects.legs.push(Leg::NotSpent { reason });
                Ok(())
            }
        }
    }

    /// Deducts the award from the purchase that gave it (rule C36), as far as no debt took it.
    fn spend_instantly<V: View>(&self, draft: &mut Draft<'_, V>, planned: Points) -> Result<(), Undecided> {
        if !planned.is_positive() {
            return Ok(());
        }
        if let Err(reason) = draft.check_spends(self.member).and_then(|()| self.check_reduction()) {
            draft.effects.legs.push(Leg::NotSpent { reason });
            return Ok(());
        }
        let account = draft.effects.members.key(self.member).account(self.body.point_type);
        let order = draft.type_of(&account)?.order;
        let granted = draft.effects.legs.iter().filter_map(Leg::granted).next_back();
        let Some(granted) = granted else { return Ok(()) };
        let key = ItemKey { account, position: granted.position(order) };
        let item = draft.item(&key)?;
        let points = item.map_or(Points::ZERO, |item| item.sums.get(PointState::Matured).min(planned));
        let Some(item) = item.filter(|_| points.is_positive()) else {
            draft.effects.legs.push(Leg::NotSpent { reason: Rejection::NothingToSpend });
            return Ok(());
        };
        let mut open = Open { owner: self.member, key, waits: false, item };
        let (from, to, at) = (PointState::Matured, PointState::Redeemed, draft.at);
        draft.shift(&mut open, Movement { from, to, points, at })?;
        draft.put_item(&open)?;
        self.spent(draft, (SpendWay::Instantly, INSTANT), points)
    }

    /// Tells a spend. At the point of sale, the merchant gave the discount: it is credited at settlement. Otherwise the
    /// member paid in full: the member is credited, and a refund is asked for.
    fn spent<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        (way, place): (SpendWay, u16),
        amount: Points,
    ) -> Result<(), Undecided> {
        let (partner, member) = (self.body.partner, self.body.member);
        let Some(back_end) = &self.back_end else {
            let reduction = ReductionMethod::FrontEnd;
            draft.effects.legs.push(Leg::Spent { partner, way, reduction, amount });
            let event = self.event(draft, EventKind::Spend, amount);
            draft.queue_event(partner, place, event);
            return Ok(());
        };
        let reduction = ReductionMethod::BackEnd;
        draft.effects.legs.push(Leg::Spent { partner, way, reduction, amount });
        let BackEnd { method, credit_note, refund, payment } = back_end;
        let (cause, document) = (PostingCause::Refund { partner }, Some(Box::new(credit_note.clone())));
        let owner = Subject::Member(member);
        draft.post(NewPosting { owner, kind: PostingKind::CreditNote, amount, cause, document })?;
        let key = RefundKey { program: draft.id, sequence: Sequence::OWN, place, member };
        let row = RefundRequest {
            request: draft.request,
            partner,
            amount,
            state: RefundState::Pending,
            provider: payment.provider.clone(),
            identifier: payment.identifier,
            method: method.clone(),
            document: refund.clone(),
            requested_at: draft.now,
        };
        draft.put::<Refunds>(key, Some(row));
        draft.effects.legs.push(Leg::RefundAsked { place, amount });
        Ok(())
    }
}
