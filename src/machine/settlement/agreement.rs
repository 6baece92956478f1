//! Making and changing agreements (rules C05 to C08, C11 to C47, C60 to C70).

use super::catalog::next_version;
use super::terms::{Terms, check_scheme};
use crate::domain::{
    Agreement, Definition, DocumentDefaults, PartnerId, Points, Program, Reduction, RefundSetup, Rejection,
    SchemeChoice, SetAgreement, SettlementCatalog, Setup, SpendRange, SpendRanges, Subject, Versions,
};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};

/// Longest description, in bytes.
const DESCRIPTION_BYTES_MAX: usize = 1024;

impl Rule for SetAgreement {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        match (self.partner, self.group) {
            (Some(_), Some(_)) => return Err(wrong("group", "is read-only here: switch_group moves a merchant")),
            (Some(partner), None) => validate::partner("partner", partner)?,
            (None, Some(group)) => {
                validate::id("group", group.0.into())?;
                self.check_group()?;
            }
            (None, None) => return Err(wrong("partner", "is missing, and so is `group`")),
        }
        validate::text("description", &self.description, DESCRIPTION_BYTES_MAX)?;
        check_choice("award.schemes", self.award.schemes.as_ref())?;
        check_choice("sign_up.schemes", self.sign_up.as_ref().and_then(|rules| rules.schemes.as_ref()))?;
        self.check_amounts()?;
        match &*self.reduction {
            Reduction::FrontEnd => Ok(()),
            Reduction::BackEnd { method, credit_note, refund } => {
                validate::name("reduction.method", method)?;
                check_document("reduction.credit_note", credit_note)?;
                check_document("reduction.refund", refund)
            }
        }
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        if let Some(partner) = self.partner {
            names.subject(Subject::Partner(partner));
        }
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let catalog = &draft.program()?.settlement;
        match (self.partner, self.group) {
            (Some(partner), _) => self.decide_partner(draft, catalog, partner),
            (None, Some(group)) => {
                catalog.group(group).ok_or(Rejection::GroupUnknown { group })?;
                self.check_schemes(catalog, None)?;
                let known = catalog.group_agreements.get(&group);
                let agreement = self.next(catalog, known)?;
                draft.define(group.0, next_version(known), Definition::GroupAgreement(agreement));
                Ok(())
            }
            (None, None) => Ok(()),
        }
    }
}

impl SetAgreement {
    /// What a group's agreement cannot say (rule C70).
    fn check_group(&self) -> Result<(), Malformed> {
        let (award, spend) = (&self.award, &self.spend);
        let said = [
            ("award.own_group", award.own_group.is_some()),
            ("award.collaborating", award.collaborating.is_some()),
            ("spend.own_group", spend.own_group.is_some()),
            ("spend.collaborating", spend.collaborating.is_some()),
            ("spend.minimum", spend.minimum.is_some()),
            ("spend.maximum", spend.maximum.is_some()),
            ("spend.automatic", spend.automatic.is_some()),
            ("spend.automatic_range", spend.automatic_range.is_some()),
            ("reduction", *self.reduction != Reduction::FrontEnd),
            ("sign_up", self.sign_up.is_some()),
            ("receivable", self.receivable.is_some()),
        ];
        match said.into_iter().find(|(_, is_said)| *is_said) {
            Some((field, _)) => Err(wrong(field, "is not part of a group's agreement")),
            None => Ok(()),
        }
    }

    fn check_amounts(&self) -> Result<(), Malformed> {
        let spend = &self.spend;
        match &spend.range {
            None => {}
            Some(SpendRanges::Single(range)) => check_range("spend.range", range)?,
            // rules C25, C26
            Some(SpendRanges::PerScheme(ranges)) => {
                let Some(SchemeChoice::Specific(schemes)) = &self.award.schemes else {
                    return Err(wrong("spend.range", "by scheme, but the award rules name no specific schemes"));
                };
                if let Some(scheme) = ranges.keys().find(|scheme| !schemes.contains(scheme)) {
                    return Err(wrong("spend.range", format!("scheme {scheme} is none of the award rules' schemes")));
                }
                ranges.values().try_for_each(|range| check_range("spend.range", range))?;
            }
        }
        spend.automatic_range.map_or(Ok(()), |range| check_range("spend.automatic_range", &range))?;
        let bounds = SpendRange { from: spend.minimum, to: spend.maximum };
        check_range("spend.maximum", &bounds)
    }

    /// All schemes that are named have to be known; those for sign-up also open to the merchant (rule C47).
    fn check_schemes(&self, catalog: &SettlementCatalog, partner: Option<PartnerId>) -> Result<(), Rejection> {
        if let Some(SchemeChoice::Specific(schemes)) = &self.award.schemes {
            for scheme in schemes {
                catalog.scheme(*scheme).ok_or(Rejection::SchemeUnknown { scheme: *scheme })?;
            }
        }
        let sign_up = self.sign_up.as_ref().and_then(|rules| rules.schemes.as_ref());
        if let (Some(SchemeChoice::Specific(schemes)), Some(partner)) = (sign_up, partner) {
            schemes.iter().try_for_each(|scheme| check_scheme(catalog, partner, *scheme))?;
        }
        Ok(())
    }

    fn decide_partner<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        catalog: &SettlementCatalog,
        partner: PartnerId,
    ) -> Result<(), Undecided> {
        Terms::of(catalog, partner)?;
        self.check_schemes(catalog, Some(partner))?;
        if let Reduction::BackEnd { method, refund, .. } = &*self.reduction {
            let setup = catalog.refunds.as_ref().map(Versions::current);
            check_setup(setup, method, &refund.document_type)?;
        }
        let known = catalog.agreements.get(&partner);
        let agreement = self.next(catalog, known)?;
        draft.choose_primary(Subject::Partner(partner), self.receivable)?;

        draft.define(partner.0, next_version(known), Definition::Agreement(agreement));
        Ok(())
    }

    /// The agreement as it will be, with the rules that it has.
    fn next(&self, catalog: &SettlementCatalog, known: Option<&Versions<Agreement>>) -> Result<Agreement, Rejection> {
        match (known.map(Versions::number), self.replaces) {
            (Some(version), None) => return Err(Rejection::AgreementExists { version }),
            (None, Some(_)) => return Err(Rejection::AgreementUnknown),
            (Some(version), Some(replaces)) if version != replaces => {
                return Err(Rejection::AgreementChanged { version });
            }
            _ => {}
        }
        let known = known.map(Versions::current);
        let SetAgreement { life_cycle, description, award, spend, reduction, sign_up, .. } = self.clone();
        Ok(Agreement {
            number: known.map_or_else(|| next_number(catalog), |known| known.number),
            life_cycle,
            description,
            award: *award,
            spend: *spend,
            reduction: *reduction,
            sign_up: sign_up.map(|rules| *rules).unwrap_or_default(),
            rules: known.map(|known| known.rules.clone()).unwrap_or_default(),
        })
    }
}

/// The number of the program's next agreement (rule C60).
pub(super) fn next_number(catalog: &SettlementCatalog) -> u32 {
    let of_partners = catalog.agreements.values().map(Versions::current);
    let all = of_partners.chain(catalog.group_agreements.values().map(Versions::current));
    all.map(|agreement| agreement.number).max().unwrap_or(0).saturating_add(1)
}

fn check_choice(field: &str, choice: Option<&SchemeChoice>) -> Result<(), Malformed> {
    match choice {
        // rule C46
        Some(SchemeChoice::Specific(schemes)) if schemes.is_empty() => Err(wrong(field, "name one scheme at least")),
        _ => Ok(()),
    }
}

fn check_range(field: &str, range: &SpendRange) -> Result<(), Malformed> {
    let negative = [range.from, range.to].into_iter().flatten().find(|bound| *bound < Points::ZERO);
    if let Some(bound) = negative {
        return Err(wrong(field, format!("{bound}; must not be less than 0")));
    }
    match (range.from, range.to) {
        (Some(from), Some(to)) if from > to => Err(wrong(field, format!("from {from} to {to}: no amount is in it"))),
        _ => Ok(()),
    }
}

fn check_document(field: &str, document: &DocumentDefaults) -> Result<(), Malformed> {
    let DocumentDefaults { document_type, product, category, notes } = document;
    [document_type, product, category].into_iter().try_for_each(|text| validate::name(field, text))?;
    validate::text(field, notes, DESCRIPTION_BYTES_MAX)
}

/// Everything that refunds through a gateway need (rule C107): the first link that is missing is told.
fn check_setup(setup: Option<&RefundSetup>, method: &str, refund_type: &str) -> Result<(), Rejection> {
    let missing = |missing: Setup| Rejection::NotConfigured { missing };
    let setup = setup.ok_or(missing(Setup::RefundSetup))?;
    let allowed = |methods: &std::collections::BTreeSet<Box<str>>| methods.contains(method);
    if !setup.methods.contains(method) {
        return Err(missing(Setup::RefundMethod));
    }
    if !setup.types.get(refund_type).is_some_and(allowed) {
        return Err(missing(Setup::RefundType));
    }
    let mut providers = setup.providers.iter().filter(|(_, methods)| allowed(methods)).map(|(name, _)| name).peekable();
    if providers.peek().is_none() {
        return Err(missing(Setup::RefundProvider));
    }
    match providers.any(|provider| setup.payment_runs.contains(provider)) {
        true => Ok(()),
        false => Err(missing(Setup::PaymentRun)),
    }
}
