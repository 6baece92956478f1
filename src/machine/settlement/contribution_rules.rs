//! Setting the contribution rules of agreements (rules C04, C48 to C59, C69).

use super::catalog::next_version;
use super::contribution::hundredth;
use crate::domain::{
    Agreement, ContributionRule, Definition, Kind, NAME_BYTES_MAX, NewContributionRule, PeriodContribution, Program,
    Rate, Rejection, SetContributionRules, SettlementCatalog, Versions,
};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};

/// Most rules of an agreement, and most periods of a rule.
const RULES_MAX: usize = 100;

impl Rule for SetContributionRules {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        if self.partners.is_empty() && self.groups.is_empty() {
            return Err(wrong("partners", "is empty, and so is `groups`"));
        }
        if self.rules.len() > RULES_MAX {
            return Err(wrong("rules", format!("{} rules; at most {RULES_MAX}", self.rules.len())));
        }
        for (rule, place) in self.rules.iter().zip(0usize..) {
            let within = |field: &str| format!("rules[{place}].{field}");
            if rule.periods.len() > RULES_MAX {
                return Err(wrong(within("periods"), format!("at most {RULES_MAX}")));
            }
            for brand in &rule.brands {
                validate::text(&within("brands"), brand, NAME_BYTES_MAX)?;
            }
            for medium in &rule.mediums {
                validate::text(&within("mediums"), medium, NAME_BYTES_MAX)?;
            }
            if rule.periods.iter().any(|period| period.from > period.to) {
                return Err(wrong(within("periods"), "a period ends before it begins"));
            }
        }
        Ok(())
    }

    fn names(&self, _: Option<&Program>, _: &mut LockSet) {}

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let catalog = &draft.program()?.settlement;
        self.rules.iter().try_for_each(|rule| check_rule(catalog, rule))?;
        let mut number = next_rule(catalog);
        for partner in &self.partners {
            let known = catalog.agreements.get(partner);
            let agreement = with_rules(known, &self.rules, &mut number)?;
            draft.define(partner.0, next_version(known), Definition::Agreement(agreement));
        }
        for group in &self.groups {
            let known = catalog.group_agreements.get(group);
            let agreement = with_rules(known, &self.rules, &mut number)?;
            draft.define(group.0, next_version(known), Definition::GroupAgreement(agreement));
        }
        Ok(())
    }
}

/// An agreement with these rules in place of those that it has.
fn with_rules(
    known: Option<&Versions<Agreement>>,
    rules: &[NewContributionRule],
    next: &mut u32,
) -> Result<Agreement, Rejection> {
    let mut agreement = known.ok_or(Rejection::AgreementUnknown)?.current().clone();
    let before = std::mem::take(&mut agreement.rules);
    for rule in rules {
        let number = match rule.number {
            Some(number) if before.iter().any(|known| known.number == number) => number,
            Some(rule) => return Err(Rejection::RuleUnknown { rule }),
            None => take_number(next),
        };
        let NewContributionRule { number: _, percentage, priority, offers, brands, mediums, periods } = rule.clone();
        let name = name_of(number);
        agreement.rules.push(ContributionRule { number, name, percentage, priority, offers, brands, mediums, periods });
    }
    Ok(agreement)
}

/// The name that a rule gets (rule C51).
pub(super) fn name_of(number: u32) -> Box<str> {
    format!("Contribution rule {number}").into()
}

pub(super) fn take_number(next: &mut u32) -> u32 {
    let number = *next;
    *next = next.saturating_add(1);
    number
}

/// The number of the program's next contribution rule: numbers of rules that are gone are not used again.
pub(super) fn next_rule(catalog: &SettlementCatalog) -> u32 {
    let all = catalog.agreements.values().chain(catalog.group_agreements.values()).flat_map(Versions::iter);
    let numbers = all.flat_map(|agreement| &agreement.rules).map(|rule| rule.number);
    numbers.max().unwrap_or(0).saturating_add(1)
}

fn check_rule(catalog: &SettlementCatalog, rule: &NewContributionRule) -> Result<(), Rejection> {
    check_percentage(rule.percentage)?;
    for id in &rule.offers {
        let offer = catalog.offer(*id).ok_or(Rejection::OfferUnknown { offer: *id })?;
        if !offer.life_cycle.is_effective() {
            return Err(Rejection::NotEffective { what: Kind::Offer, id: id.0 });
        }
        if !offer.class.is_settled() {
            return Err(Rejection::ClassNotAllowed { offer: *id });
        }
    }
    let mut periods: Vec<&PeriodContribution> = rule.periods.iter().collect();
    periods.sort_by_key(|period| period.from);
    for (period, next) in periods.iter().zip(periods.iter().skip(1)) {
        if next.from <= period.to {
            return Err(Rejection::PeriodOverlap { date: next.from });
        }
    }
    periods.into_iter().try_for_each(|period| check_percentage(period.percentage))
}

/// Percent of an award, 0 to 100 (rules C52, C58). A rate is never negative; its hundredth has to be a rate, too.
fn check_percentage(percentage: Rate) -> Result<(), Rejection> {
    match percentage.is_at_most(100) && hundredth(percentage).is_some() {
        true => Ok(()),
        false => Err(Rejection::PercentageOutOfRange { percentage }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_between_0_and_100() {
        let rate = |text: &str| text.parse::<Rate>();
        for allowed in ["0", "0.01", "33.3333", "100/3", "100"] {
            assert_eq!(check_percentage(rate(allowed).unwrap()), Ok(()), "{allowed}");
        }
        for refused in ["100.01", "101", "301/3"] {
            let percentage = rate(refused).unwrap();
            assert_eq!(check_percentage(percentage), Err(Rejection::PercentageOutOfRange { percentage }), "{refused}");
        }
        // more digits than a contribution can be computed with
        let percentage = Rate::new(u64::MAX, u64::MAX - 1).unwrap();
        assert_eq!(check_percentage(percentage), Err(Rejection::PercentageOutOfRange { percentage }));
        // a command with a negative one cannot be read
        assert!(rate("-1").is_err());
    }
}
