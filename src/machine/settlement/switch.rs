//! Moving merchants to another group, with contribution rules moved or copied (rules C93 to C97).

use super::agreement::next_number;
use super::catalog::next_version;
use super::contribution_rules::{name_of, next_rule, take_number};
use crate::domain::{
    Agreement, ContributionRule, Definition, GroupId, PartnerId, PartnerUnit, Program, Rejection, RuleTransfer,
    SettlementCatalog, SwitchGroup, Versions,
};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};
use std::collections::BTreeSet;

impl Rule for SwitchGroup {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::id("to", self.to.0.into())?;
        if self.partners.is_empty() == self.from.is_none() {
            return Err(wrong("partners", "name merchants, or the group that they leave by `from`"));
        }
        let rules: BTreeSet<u32> = self.rules.iter().map(|rule| rule.rule).collect();
        if rules.len() < self.rules.len() {
            return Err(wrong("rules", "name a rule twice"));
        }
        Ok(())
    }

    fn names(&self, _: Option<&Program>, _: &mut LockSet) {}

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let catalog = &draft.program()?.settlement;
        catalog.group(self.to).ok_or(Rejection::GroupUnknown { group: self.to })?;
        let (from, partners) = self.merchants(catalog)?;
        let left = from.and_then(|group| catalog.group_agreements.get(&group));
        let rules = self.transferred(left)?;

        let mut number = next_rule(catalog);
        let mut agreements = next_number(catalog);
        for partner in partners {
            let merchant = catalog.unit(partner).and_then(|unit| unit.merchant);
            let unit = PartnerUnit { merchant, group: Some(self.to) };
            draft.define(partner.0, next_version(catalog.units.get(&partner)), Definition::Unit(unit));
            if rules.is_empty() {
                continue;
            }
            let known = catalog.agreements.get(&partner);
            let mut agreement = known.map(|known| known.current().clone()).unwrap_or_else(|| {
                let number = take_number(&mut agreements);
                Agreement { number, ..Agreement::default() }
            });
            agreement.rules.extend(rules.iter().map(|rule| {
                let number = take_number(&mut number);
                ContributionRule { number, name: name_of(number), ..rule.clone() }
            }));
            draft.define(partner.0, next_version(known), Definition::Agreement(agreement));
        }
        let moved: BTreeSet<u32> =
            self.rules.iter().filter(|rule| rule.transfer == RuleTransfer::Move).map(|rule| rule.rule).collect();
        if let (Some(group), Some(known), false) = (from, left, moved.is_empty()) {
            let mut agreement = known.current().clone();
            agreement.rules.retain(|rule| !moved.contains(&rule.number));
            draft.define(group.0, next_version(Some(known)), Definition::GroupAgreement(agreement));
        }
        Ok(())
    }
}

impl SwitchGroup {
    /// The group that is left, and who leaves it.
    fn merchants(&self, catalog: &SettlementCatalog) -> Result<(Option<GroupId>, BTreeSet<PartnerId>), Rejection> {
        if let Some(from) = self.from {
            catalog.group(from).ok_or(Rejection::GroupUnknown { group: from })?;
            let all = catalog.units.iter().filter(|(_, unit)| unit.current().group == Some(from));
            return Ok((Some(from), all.map(|(partner, _)| *partner).collect()));
        }
        let mut from = None;
        for (partner, place) in self.partners.iter().zip(0usize..) {
            let unit = catalog.unit(*partner).ok_or(Rejection::UnitUnknown { partner: *partner })?;
            match unit.group {
                Some(group) if place > 0 && from != Some(group) => return Err(Rejection::GroupReadOnly { group }),
                group => from = group,
            }
        }
        Ok((from, self.partners.clone()))
    }

    /// The rules of the group that is left which the merchants take with them.
    fn transferred(&self, left: Option<&Versions<Agreement>>) -> Result<Vec<ContributionRule>, Rejection> {
        let known = left.map(|left| left.current().rules.as_slice()).unwrap_or_default();
        let find = |number: u32| {
            let rule = known.iter().find(|rule| rule.number == number);
            rule.cloned().ok_or(Rejection::RuleUnknown { rule: number })
        };
        self.rules.iter().map(|rule| find(rule.rule)).collect()
    }
}
