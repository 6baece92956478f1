//! Charging a fee (rules B01 to B08, B31 to B35): in points of an active block, or in money, which is only recorded.

use crate::domain::tables::Fees;
use crate::domain::{
    BlockState, ChargeFee, Currency, DESCRIPTION_BYTES_MAX, Direction, Fee, FeeAmount, FeeKey, Leg, Points, Program,
    Rate, Rejection, ScheduledFee, Sequence, Subject,
};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};

/// How much a fee is: points of a block, or money.
enum Due {
    Points(Points),
    Money(Rate, Currency),
}

impl Rule for ChargeFee {
    const DATED: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::partner("partner", self.partner)?;
        if let Some(block) = self.block {
            validate::id("block", block.0)?;
        }
        if self.direction == Direction::Credit {
            return Err(wrong("direction", "a fee is a debit; to give one back is a refund"));
        }
        match &self.amount {
            FeeAmount::Points { points } => {
                validate::amount("amount.points", *points)?;
                if self.block.is_none() {
                    return Err(wrong("block", "missing; a fee in points is paid by a block"));
                }
            }
            FeeAmount::Money { amount, .. } => {
                if *amount == Rate::ZERO {
                    return Err(wrong("amount.amount", "0; must be more than 0"));
                }
                if self.block.is_some() {
                    return Err(wrong("block", "a fee in money is paid by no block"));
                }
            }
            FeeAmount::Scheduled { name } => validate::words("amount.name", name, DESCRIPTION_BYTES_MAX)?,
        }
        if let Some(concerns) = self.concerns {
            validate::request("concerns", concerns)?;
        }
        validate::words("description", &self.description, DESCRIPTION_BYTES_MAX)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Partner(self.partner));
        if let Some(concerns) = self.concerns {
            names.request(concerns);
        }
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let partner = draft.partner(self.partner)?;
        let terms = draft.terms(partner)?;
        let due = match &self.amount {
            FeeAmount::Points { points } => Due::Points(*points),
            FeeAmount::Money { amount, currency } => Due::Money(*amount, *currency),
            FeeAmount::Scheduled { name } => match terms.fees.get(name).ok_or(Rejection::FeeUnknown)? {
                ScheduledFee::Points(points) => Due::Points(*points),
                ScheduledFee::Money(amount) => Due::Money(*amount, terms.currency),
            },
        };
        if let Some(concerns) = self.concerns {
            draft.view.request(draft.request_key(concerns))?.ok_or(Rejection::TransactionUnknown)?;
        }
        let fee = Fee {
            request: draft.request,
            transaction_at: draft.transaction_at,
            block: None,
            points: Points::ZERO,
            amount: Rate::ZERO,
            currency: Currency::default(),
            refund: None,
        };
        let fee = match due {
            Due::Money(amount, currency) => {
                let partner = self.partner;
                draft.effects.legs.push(Leg::FeeCharged { partner, amount, currency });
                Fee { amount, currency, ..fee }
            }
            Due::Points(points) => {
                let id = self.block.ok_or(Rejection::BlockUnknown { block: Default::default() })?;
                let open = draft.active_block(partner, id)?;
                draft.within_block(open, points)?;

                let (before, usable) = (draft.standing(open.block), draft.effects.partners[partner].usable);
                draft.shift_block(open, (Some(BlockState::Remaining), BlockState::Fee), points, None)?;
                draft.restand(open, before)?;
                draft.tell_if_low(partner, usable)?;
                Fee { block: Some(id), points, ..fee }
            }
        };
        let key = draft.effects.partners.key(partner);
        draft.put::<Fees>(FeeKey { partner: key, sequence: Sequence::OWN }, Some(fee));
        draft.link_partner(partner);
        Ok(())
    }
}
