//! Settlement runs: which events they take, and how much of each the merchant bears.

use super::{Event, Line, Trade};
use crate::model::calendar;
use crate::model::ledger::Model;
use accruedb::domain::*;

impl Model {
    /// Executes every run that is due, one after the other.
    pub(crate) fn sweep(&mut self) {
        let zone = self.rules.zone();
        let now = self.now;
        loop {
            let submitted = self.trade.runs.iter().filter(|(_, run)| run.state == RunState::Submitted);
            let due = submitted.filter_map(|(key, run)| Some((run.due_at?, *key))).filter(|(at, _)| *at <= now).min();
            let Some((at, key)) = due else { return };
            self.trade.execute(key, now, &zone);
            let every = self.trade.runs[&key].body.every;
            if let Some(next) = every.and_then(|every| calendar::after(every, at, &zone)) {
                let run = self.trade.runs[&key].clone();
                let state = RunState::Submitted;
                let again = super::Run { state, due_at: Some(next), events: 0, debits: 0, credits: 0, ..run };
                self.trade.runs.insert((key.0, key.1 + 1), again);
            }
            self.trade.runs.get_mut(&key).unwrap().state = RunState::Completed;
        }
    }
}

impl Trade {
    fn execute(&mut self, (run, number): (RequestId, u32), now: Timestamp, zone: &Zone) {
        let criteria = self.runs[&(run, number)].body.criteria.clone();
        let (taken, left): (Vec<Event>, Vec<Event>) =
            std::mem::take(&mut self.events).into_iter().partition(|event| self.takes(&criteria, event, now, zone));
        self.events = left;
        for event in taken {
            let contribution = self.contribution(&event, zone);
            let before = event.cancels.map_or(0, |(.., before)| before);
            let amount = share(&contribution, before + event.amount) - share(&contribution, before);
            let kind = event.kind.posting();
            let debit = matches!(event.kind, EventKind::Purchase | EventKind::CancelledSpend);
            let owner = Subject::Partner(event.partner);
            self.primary(owner);
            if amount > 0 {
                self.post(owner, kind, amount);
                let sums = self.months.entry((event.partner, calendar::month(now, zone))).or_default();
                *(if debit { &mut sums.0 } else { &mut sums.1 }) += amount;
            }
            let of = self.runs.get_mut(&(run, number)).unwrap();
            of.events += 1;
            *(if debit { &mut of.debits } else { &mut of.credits }) += i128::from(amount);
            let host = event.amount - amount;
            self.lines.push(Line { event, contribution, amount, host, run, number, settled_at: now, reversed: 0 });
        }
    }

    fn takes(&self, criteria: &RunCriteria, event: &Event, now: Timestamp, zone: &Zone) -> bool {
        let among = |partner: &PartnerId| criteria.partners.is_empty() || criteria.partners.contains(partner);
        if !self.units.contains_key(&event.partner) || !among(&event.partner) {
            return false;
        }
        if !criteria.schemes.is_empty() && !event.scheme.is_some_and(|scheme| criteria.schemes.contains(&scheme)) {
            return false;
        }
        let debit = matches!(event.kind, EventKind::Purchase | EventKind::CancelledSpend);
        match criteria.settlement_type {
            SettlementType::Debit if !debit => return false,
            SettlementType::Credit if debit => return false,
            _ => {}
        }
        let age = calendar::day_of(now, zone) - calendar::day_of(event.at, zone);
        let old = criteria.days_ago.is_none_or(|days| age >= i64::from(days));
        old || event.kind != EventKind::Purchase
    }

    /// The rule that applies to an event: of equal ones the highest priority, then the lowest number.
    fn contribution(&self, event: &Event, zone: &Zone) -> Contribution {
        let whole = Contribution { percentage: Rate::from_whole(100), rule: None, rounding: Rounding::HalfUp };
        if let (EventKind::CancelledPurchase, Some((request, place, _))) = (event.kind, event.cancels) {
            let of = self.lines.iter().find(|line| (line.event.request, line.event.place) == (request, place));
            return of.expect("it was settled").contribution;
        }
        if event.kind != EventKind::Purchase {
            return whole;
        }
        let rounding = self.rounding.unwrap_or_default();
        let none = Contribution { rounding, ..whole };
        let own = self.agreements.get(&event.partner).filter(|versions| !versions.last().unwrap().rules.is_empty());
        let (owner, versions) = match (own, self.of_group(self.units[&event.partner])) {
            (Some(own), _) => (RuleOwner::Partner(event.partner), own),
            (None, Some((group, versions))) => (RuleOwner::Group(group), versions),
            (None, None) => return none,
        };
        let mut best = None;
        for rule in &versions.last().unwrap().rules {
            let NewContributionRule { offers, brands, mediums, .. } = &rule.rule;
            let offer = offers.is_empty() || offers.iter().any(|offer| Some(*offer) == event.offer);
            let brand = brands.is_empty() || brands.iter().any(|brand| Some(brand) == event.brand.as_ref());
            let medium = mediums.is_empty() || mediums.iter().any(|medium| Some(medium) == event.medium.as_ref());
            let rank =
                |priority: Priority| ["low", "normal", "medium", "high"].iter().position(|p| *p == priority.code());
            let goes_first = best.is_none_or(|best: &super::Numbered| {
                let (this, that) = (rank(rule.rule.priority), rank(best.rule.priority));
                this > that || this == that && rule.number < best.number
            });
            if offer && brand && medium && goes_first {
                best = Some(rule);
            }
        }
        let Some(super::Numbered { number, rule }) = best else { return none };
        let day = calendar::day_of(event.at, zone);
        let covers =
            |of: &PeriodContribution| (calendar::day_number(of.from)..=calendar::day_number(of.to)).contains(&day);
        let period = rule.periods.iter().position(covers);
        let percentage = period.map_or(rule.percentage, |at| rule.periods[at].percentage);
        let (version, priority) = (versions.len() as u32, rule.priority);
        let rule = AppliedRule { owner, version, rule: *number, priority, period: period.map(|at| at as u16) };
        Contribution { percentage, rule: Some(rule), rounding }
    }
}

/// A percentage of an amount, in whole minor units.
fn share(contribution: &Contribution, amount: i64) -> i64 {
    let text = contribution.percentage.to_string();
    let (n, d) = text.split_once('/').unwrap_or((&text, "1"));
    let (n, d): (i128, i128) = (n.parse().unwrap(), d.parse::<i128>().unwrap() * 100);
    let product = i128::from(amount) * n;
    let rounded = match contribution.rounding {
        Rounding::Down => product / d,
        Rounding::Up => (product + d - 1) / d,
        Rounding::HalfUp => (2 * product + d) / (2 * d),
    };
    i64::try_from(rounded).unwrap()
}
