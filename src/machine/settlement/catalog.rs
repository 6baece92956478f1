//! Defining schemes, offers, groups and units, and what is set up for settlement and refunds (rules C01, C10, C11, C71 to
//! C73, C107, C111).

use crate::domain::{
    Definition, Offer, PartnerGroup, PartnerUnit, Program, Rejection, Scheme, SetGroup, SetOffer, SetRefunds,
    SetScheme, SetSettlement, SetUnit, SettlementSettings, Subject, Versions,
};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};
use std::collections::BTreeSet;

/// The number of the version that comes next.
pub(super) fn next_version<T>(known: Option<&Versions<T>>) -> u32 {
    known.map_or(1, |versions| versions.number().saturating_add(1))
}

impl Rule for SetScheme {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::id("scheme", self.scheme.0.into())?;
        validate::name("name", &self.name)
    }

    fn names(&self, _: Option<&Program>, _: &mut LockSet) {}

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let catalog = &draft.program()?.settlement;

        let SetScheme { scheme, name, life_cycle, accessible_to } = self.clone();
        let version = next_version(catalog.schemes.get(&scheme));
        draft.define(scheme.0, version, Definition::Scheme(Scheme { name, life_cycle, accessible_to }));
        Ok(())
    }
}

impl Rule for SetOffer {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::id("offer", self.offer.0.into())?;
        validate::id("scheme", self.scheme.0.into())?;
        validate::name("name", &self.name)
    }

    fn names(&self, _: Option<&Program>, _: &mut LockSet) {}

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let catalog = &draft.program()?.settlement;
        catalog.scheme(self.scheme).ok_or(Rejection::SchemeUnknown { scheme: self.scheme })?;

        let SetOffer { offer, scheme, class, name, life_cycle, spend_method, basis } = self.clone();
        let version = next_version(catalog.offers.get(&offer));
        let definition = Offer { name, life_cycle, scheme, class, spend_method, basis };
        draft.define(offer.0, version, Definition::Offer(definition));
        Ok(())
    }
}

impl Rule for SetGroup {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::id("group", self.group.0.into())?;
        validate::name("name", &self.name)?;
        match self.collaborating.contains(&self.group) {
            true => Err(wrong("collaborating", "names the group itself")),
            false => Ok(()),
        }
    }

    fn names(&self, _: Option<&Program>, _: &mut LockSet) {}

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let catalog = &draft.program()?.settlement;
        for group in &self.collaborating {
            catalog.group(*group).ok_or(Rejection::GroupUnknown { group: *group })?;
        }

        let SetGroup { group, name, collaborating } = self.clone();
        let version = next_version(catalog.groups.get(&group));
        draft.define(group.0, version, Definition::Group(PartnerGroup { name, collaborating }));
        Ok(())
    }
}

impl Rule for SetUnit {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::partner("partner", self.partner)?;
        self.merchant.map_or(Ok(()), |merchant| validate::id("merchant", merchant.0.into()))?;
        self.group.map_or(Ok(()), |group| validate::id("group", group.0.into()))
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Partner(self.partner));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let catalog = &draft.program()?.settlement;
        let partner = self.partner;
        draft.partner_as_booked(partner)?.ok_or(Rejection::PartnerUnknown { partner })?;
        if let Some(group) = self.group {
            catalog.group(group).ok_or(Rejection::GroupUnknown { group })?;
        }
        let known = catalog.unit(partner);
        let (merchant, group) = known.map_or((None, None), |unit| (unit.merchant, unit.group));
        if let (Some(merchant), true) = (merchant, self.merchant.is_some_and(|asked| Some(asked) != merchant)) {
            return Err(Rejection::UnitTaken { merchant }.into());
        }
        if let (Some(group), true) = (group, self.group.is_some_and(|asked| Some(asked) != group)) {
            return Err(Rejection::GroupReadOnly { group }.into());
        }

        let unit = PartnerUnit { merchant: self.merchant.or(merchant), group: self.group.or(group) };
        draft.define(partner.0, next_version(catalog.units.get(&partner)), Definition::Unit(unit));
        Ok(())
    }
}

impl Rule for SetSettlement {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        Ok(())
    }

    fn names(&self, _: Option<&Program>, _: &mut LockSet) {}

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let version = next_version(draft.program()?.settlement.settings.as_ref());
        draft.define(0, version, Definition::Settlement(SettlementSettings { rounding: self.rounding }));
        Ok(())
    }
}

impl Rule for SetRefunds {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        let setup = &self.setup;
        let known = |field: &str, methods: &BTreeSet<Box<str>>| match methods.difference(&setup.methods).next() {
            Some(method) => Err(wrong(field, format!("names the method {method:?}, which is none of `methods`"))),
            None => Ok(()),
        };
        setup.types.values().try_for_each(|methods| known("setup.types", methods))?;
        setup.providers.values().try_for_each(|methods| known("setup.providers", methods))?;
        let names = setup.methods.iter().chain(setup.types.keys()).chain(setup.providers.keys());
        names.into_iter().try_for_each(|name| validate::name("setup", name))?;
        match setup.payment_runs.iter().find(|provider| !setup.providers.contains_key(*provider)) {
            Some(provider) => {
                let problem = format!("names the provider {provider:?}, which is none of `providers`");
                Err(wrong("setup.payment_runs", problem))
            }
            None => Ok(()),
        }
    }

    fn names(&self, _: Option<&Program>, _: &mut LockSet) {}

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let version = next_version(draft.program()?.settlement.refunds.as_ref());
        draft.define(0, version, Definition::Refunds((*self.setup).clone()));
        Ok(())
    }
}
