//! Creating a partner (rules A03, A04, A09, A25).

use crate::domain::{CreatePartner, Partner, PartnerTerms, Points, Program, Rejection, Sequence, Subject};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};
use smallvec::SmallVec;
use std::sync::Arc;

impl Rule for CreatePartner {
    fn check(&self) -> Result<(), Malformed> {
        validate::partner("partner", self.partner)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Partner(self.partner));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        for point_type in self.rates.keys() {
            draft.point_type(*point_type)?;
        }
        if draft.partner_as_booked(self.partner)?.is_some() {
            return Err(Rejection::PartnerExists { partner: self.partner }.into());
        }

        let (billing, rates, rounding, order) = (self.billing, self.rates.clone(), self.rounding, self.order);
        let partner = Partner {
            terms: Arc::new(PartnerTerms { billing, rates, rounding, order }),
            last_sequence: Sequence(0),
            open: SmallVec::new(),
            remaining: Points::ZERO,
            debited: Points::ZERO,
            next_due: None,
        };
        let key = draft.partner_key(self.partner);
        let at = draft.effects.partners.create(key, partner);
        draft.link_partner(at);
        Ok(())
    }
}
