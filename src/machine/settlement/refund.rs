//! What a payment gateway answered to a request for a refund (rule C110).

use super::receivable::NewPosting;
use crate::domain::tables::Refunds;
use crate::domain::{
    AcknowledgeRefund, Action, GatewayAnswer, Leg, PostingCause, PostingKind, Program, RefundKey, RefundState,
    Rejection, Subject,
};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for AcknowledgeRefund {
    fn check(&self) -> Result<(), Malformed> {
        validate::request("purchase", self.purchase)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.request(self.purchase);
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let request = draft.request_key(self.purchase);
        let sequence = draft.view.request(request)?.ok_or(Rejection::RefundUnknown)?;
        let Action::RecordPurchase(purchase) = draft.entry(sequence)?.command.action else {
            return Err(Rejection::RefundUnknown.into());
        };
        let member = purchase.member;
        let key = RefundKey { program: draft.id, sequence, place: self.place, member };
        let mut refund = draft.row::<Refunds>(&key)?.ok_or(Rejection::RefundUnknown)?;
        if refund.state != RefundState::Pending {
            return Err(Rejection::RefundNotPending { state: refund.state }.into());
        }

        refund.state = match self.answer {
            GatewayAnswer::Ok => RefundState::Settled,
            GatewayAnswer::Failed => RefundState::Failed,
        };
        let (state, amount) = (refund.state, refund.amount);
        draft.effects.legs.push(Leg::RefundAnswered { state, amount });
        // what was paid out is no longer owed to the member; what could not be is
        if state == RefundState::Settled {
            let (owner, cause) = (Subject::Member(member), PostingCause::Refund { partner: refund.partner });
            let document = Some(Box::new(refund.document.clone()));
            draft.post(NewPosting { owner, kind: PostingKind::Debit, amount, cause, document })?;
        }
        draft.put::<Refunds>(key, Some(refund));
        Ok(())
    }
}
