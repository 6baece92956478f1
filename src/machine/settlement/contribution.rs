//! How much of an award a partner contributes: pure functions of an event and the agreements, so that a run, a preview and
//! an audit come to the same cent (rules C48 to C59, C87 to C92b).

use crate::domain::{
    Agreement, AppliedRule, Contribution, ContributionRule, Event, EventKey, EventKind, Line, PartnerId, Points,
    Program, Rate, Rejection, Rounding, RuleOwner, Timestamp, Versions,
};
use crate::machine::draft::fits;
use std::cmp::Reverse;

/// What is posted for an event, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// How much of it the partner bears.
    pub contribution: Contribution,
    /// The partner's part.
    pub amount: Points,
    /// The host's part.
    pub host: Points,
}

/// All of an amount.
const HUNDRED: Rate = Rate::from_whole(100);

/// Settles an event by the agreements as they are. `cancelled` is the line of the event that it cancels: that is settled
/// at the percentage first applied (rule C92b).
///
/// Errors: an overflow.
pub fn settle(
    program: &Program,
    key: &EventKey,
    event: &Event,
    cancelled: Option<&Line>,
) -> Result<Settled, Rejection> {
    let all = Contribution { percentage: HUNDRED, rule: None, rounding: Rounding::HalfUp };
    let contribution = match (event.kind, cancelled) {
        (EventKind::Purchase, _) => contribution(program, key.partner, key.at, event)?,
        (EventKind::CancelledPurchase, Some(line)) => line.contribution,
        (EventKind::CancelledPurchase | EventKind::Spend | EventKind::CancelledSpend, _) => all,
    };
    let amount = match event.cancels.map_or(Points::ZERO, |cancels| cancels.before) {
        Points::ZERO => share(&contribution, event.amount)?,
        before => {
            let until = share(&contribution, fits(before.plus(event.amount))?)?;
            fits(until.minus(share(&contribution, before)?))?
        }
    };
    Ok(Settled { contribution, amount, host: fits(event.amount.minus(amount))? })
}

/// A percentage of an amount, rounded.
pub(super) fn share(contribution: &Contribution, amount: Points) -> Result<Points, Rejection> {
    fits(fits(hundredth(contribution.percentage))?.of(amount, contribution.rounding))
}

/// What a percentage is of one. `None` where it has too many digits.
pub(super) fn hundredth(percentage: Rate) -> Option<Rate> {
    percentage.times(&Rate::new(1, 100)?)
}

/// The rule that applies to an award now, and its percentage.
fn contribution(
    program: &Program,
    partner: PartnerId,
    at: Timestamp,
    event: &Event,
) -> Result<Contribution, Rejection> {
    let catalog = &program.settlement;
    let rounding = catalog.settings.as_ref().map(|settings| settings.current().rounding).unwrap_or_default();
    let none = Contribution { percentage: HUNDRED, rule: None, rounding };
    let own = catalog.agreements.get(&partner).filter(|own| !own.current().rules.is_empty());
    let group = catalog.unit(partner).and_then(|unit| unit.group);
    // a merchant with rules of its own uses only these (rule C50)
    let source = match (own, group) {
        (Some(own), _) => Some((RuleOwner::Partner(partner), own)),
        (None, Some(group)) => {
            let versions = catalog.group_agreements.get(&group);
            let effective = versions.filter(|versions| versions.current().life_cycle.is_effective());
            effective.map(|versions| (RuleOwner::Group(group), versions))
        }
        (None, None) => None,
    };
    let Some((owner, versions)) = source else { return Ok(none) };
    Ok(applied(program, versions, owner, at, event).map_or(none, |(percentage, rule)| Contribution {
        percentage,
        rule: Some(rule),
        rounding,
    }))
}

fn applied(
    program: &Program,
    versions: &Versions<Agreement>,
    owner: RuleOwner,
    at: Timestamp,
    event: &Event,
) -> Option<(Rate, AppliedRule)> {
    let matching = versions.current().rules.iter().filter(|rule| is_for(rule, event));
    let rule = matching.min_by_key(|rule| (Reverse(rule.priority), rule.number))?;
    let (period, percentage) = percentage_at(program, rule, at);
    let applied = AppliedRule { owner, version: versions.number(), rule: rule.number, priority: rule.priority, period };
    Some((percentage, applied))
}

/// Whether a rule's filters let an event through: all of them (rules C54 to C56).
fn is_for(rule: &ContributionRule, event: &Event) -> bool {
    let offer = event.offer.is_some_and(|offer| rule.offers.contains(&offer));
    let brand = event.brand.as_ref().is_some_and(|brand| rule.brands.contains(brand));
    let medium = event.medium.as_ref().is_some_and(|medium| rule.mediums.contains(medium));
    (rule.offers.is_empty() || offer) && (rule.brands.is_empty() || brand) && (rule.mediums.is_empty() || medium)
}

/// The percentage of the period that covers an instant, or else the rule's own (rules C89, C90).
fn percentage_at(program: &Program, rule: &ContributionRule, at: Timestamp) -> (Option<u16>, Rate) {
    let date = at.day_in(&program.settings.zone).date();
    let covers = |period: &crate::domain::PeriodContribution| period.from <= date && date <= period.to;
    let period = rule.periods.iter().zip(0u16..).find(|(period, _)| covers(period));
    period.map_or((None, rule.percentage), |(period, place)| (Some(place), period.percentage))
}

/// The percentage that an applied rule has in the version that it names, for an event at an instant; `None` where there is
/// no such rule. For audits.
#[must_use]
pub fn contribution_under(program: &Program, rule: &AppliedRule, at: Timestamp) -> Option<(Rate, Option<u16>)> {
    let catalog = &program.settlement;
    let agreement = match rule.owner {
        RuleOwner::Partner(partner) => catalog.agreements.get(&partner)?.version(rule.version)?,
        RuleOwner::Group(group) => catalog.group_agreements.get(&group)?.version(rule.version)?,
    };
    let found = agreement.rules.iter().find(|known| known.number == rule.rule && known.priority == rule.priority)?;
    let (period, percentage) = percentage_at(program, found, at);
    Some((percentage, period))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contribution(percentage: Rate, rounding: Rounding) -> Contribution {
        Contribution { percentage, rule: None, rounding }
    }

    #[test]
    fn parts_of_an_award_that_come_back_add_up_to_what_was_contributed() {
        let rates = [
            Rate::from_whole(0),
            Rate::from_whole(30),
            Rate::new(100, 3).unwrap(),
            Rate::from_whole(99),
            Rate::from_whole(100),
        ];
        for (percentage, rounding) in rates
            .into_iter()
            .flat_map(|rate| [Rounding::HalfUp, Rounding::Down, Rounding::Up].map(|rounding| (rate, rounding)))
        {
            let contribution = contribution(percentage, rounding);
            for award in [1i64, 2, 3, 99, 100, 101, 333] {
                let whole = share(&contribution, Points(award)).unwrap();
                assert!(whole >= Points::ZERO && whole <= Points(award), "{percentage} percent of {award}: {whole}");
                let parts = (0..award).map(|before| {
                    let [from, until] = [before, before + 1].map(|part| share(&contribution, Points(part)).unwrap());
                    assert!(until >= from, "{percentage} percent of {award}, part {before}");
                    until.0 - from.0
                });
                assert_eq!(parts.sum::<i64>(), whole.0, "{percentage} percent of {award}");
            }
        }
    }

    #[test]
    fn a_contribution_that_does_not_fit_is_an_overflow() {
        let all = contribution(Rate::from_whole(100), Rounding::HalfUp);
        assert_eq!(share(&all, Points(i64::MAX)), Ok(Points(i64::MAX)));
        let odd = contribution(Rate::new(u64::MAX, u64::MAX - 1).unwrap(), Rounding::HalfUp);
        assert_eq!(share(&odd, Points(1)), Err(Rejection::Overflow));
    }
}
