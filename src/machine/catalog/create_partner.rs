//! Creating a partner, and agreeing on new terms with it (rules A03, A04, A09, A20, A22, A25, B25).

use crate::domain::tables::OpenBlocks;
use crate::domain::{
    BlockOrder, CreatePartner, Definition, EditPartner, OpenBlockKey, Partner, PartnerTerms, Points, Program,
    REORDERED_BLOCKS_MAX, Rejection, SCHEDULED_FEES_MAX, ScheduledFee, Sequence, Subject,
};
use crate::machine::draft::Draft;
use crate::machine::effects::At;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};

/// The terms that a command's body says.
macro_rules! terms_of {
    ($body:expr) => {
        PartnerTerms {
            name: $body.name.clone(),
            billing: $body.billing,
            rates: $body.rates.clone(),
            rounding: $body.rounding,
            order: $body.order,
            low_balance: $body.low_balance,
            auto_creation: $body.auto_creation.as_deref().copied(),
            due_block: $body.due_block.as_deref().copied(),
            price: $body.price,
            currency: $body.currency,
            credit_cap: $body.credit_cap,
            fees: $body.fees.clone(),
            since: Sequence::OWN,
        }
    };
}

impl Rule for CreatePartner {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::partner("partner", self.partner)?;
        check_terms(&terms_of!(self))
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

        let key = draft.partner_key(self.partner);
        let at = draft.effects.partners.create(key, Partner::default());
        draft.define(self.partner.0, 1, Definition::Partner(terms_of!(self)));
        draft.link_partner(at);
        Ok(())
    }
}

impl Rule for EditPartner {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::partner("partner", self.partner)?;
        check_terms(&terms_of!(self))
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Partner(self.partner));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        for point_type in self.rates.keys() {
            draft.point_type(*point_type)?;
        }
        let partner = draft.partner(self.partner)?;
        let versions = draft.program()?.partners.get(&self.partner);
        let unknown = Rejection::PartnerUnknown { partner: self.partner };
        let next = versions.ok_or(unknown)?.number().saturating_add(1);
        let is_reordered = draft.terms(partner)?.order != self.order;
        let open = usize::try_from(draft.effects.partners[partner].open_blocks).unwrap_or(usize::MAX);
        if is_reordered && open > REORDERED_BLOCKS_MAX {
            return Err(Rejection::BlockLimit { limit: REORDERED_BLOCKS_MAX as u32 }.into());
        }

        if is_reordered {
            reorder(draft, partner, self.order)?;
        }
        draft.define(self.partner.0, next, Definition::Partner(terms_of!(self)));
        draft.link_partner(partner);
        Ok(())
    }
}

/// What a partner and the host can agree on.
fn check_terms(terms: &PartnerTerms) -> Result<(), Malformed> {
    validate::name("name", &terms.name)?;
    if let Some(low) = terms.low_balance.filter(|low| *low < Points::ZERO) {
        return Err(wrong("low_balance", format!("{low}; must be 0 or more")));
    }
    if let Some(auto) = &terms.auto_creation {
        if terms.billing == crate::domain::Billing::PostPaid {
            return Err(wrong("auto_creation", "a post-paid partner has no blocks"));
        }
        validate::amount("auto_creation.size", auto.size)?;
        validate::expiry("auto_creation.expires", auto.expires)?;
        if auto.reorder_limit < Points::ZERO {
            return Err(wrong("auto_creation.reorder_limit", format!("{}; must be 0 or more", auto.reorder_limit)));
        }
    }
    if let Some(due) = &terms.due_block {
        validate::amount("due_block.points", due.points)?;
    }
    if terms.fees.len() > SCHEDULED_FEES_MAX {
        return Err(wrong("fees", format!("{} fees; at most {SCHEDULED_FEES_MAX}", terms.fees.len())));
    }
    for (name, fee) in &terms.fees {
        validate::words("fees", name, crate::domain::NAME_BYTES_MAX)?;
        if let ScheduledFee::Points(points) = fee {
            validate::amount("fees", *points)?;
        }
    }
    Ok(())
}

/// Puts the partner's open blocks into another order of debit.
fn reorder<V: View>(draft: &mut Draft<'_, V>, partner: At<Partner>, order: BlockOrder) -> Result<(), Undecided> {
    let key = draft.effects.partners.key(partner);
    let all = OpenBlockKey::first(key)..OpenBlockKey::end(key);
    for (place, expires_at) in draft.rows::<OpenBlocks>(all, REORDERED_BLOCKS_MAX)? {
        let block = draft.named_block(key.block(place.block))?;
        let next = draft.effects.blocks[block].place(key, place.block, order);
        draft.put::<OpenBlocks>(place, None);
        draft.put::<OpenBlocks>(next, Some(expires_at));
    }
    draft.refill_open(partner)
}
