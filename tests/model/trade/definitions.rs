//! Schemes, offers, groups, units, agreements and contribution rules, as they are defined; members as participants.

use super::{Account, Deal, Numbered, Run, Trade, scheme_set};
use crate::model::ledger::{Effect, Model, Transaction};
use crate::model::member::Member;
use accruedb::domain::*;

const OTHER: Effect = Ok(Transaction::Other);

impl Model {
    /// What merchants are about.
    pub(in crate::model) fn decide_trade(&mut self, command: &Command, at: Timestamp) -> Effect {
        match &command.action {
            Action::SetScheme(body) => {
                self.trade.schemes.insert(body.scheme, body.clone());
                OTHER
            }
            Action::SetOffer(body) => {
                self.trade.known_scheme(body.scheme)?;
                self.trade.offers.insert(body.offer, body.clone());
                OTHER
            }
            Action::SetGroup(body) => {
                body.collaborating.iter().try_for_each(|group| self.trade.known_group(*group))?;
                self.trade.groups.insert(body.group, body.clone());
                OTHER
            }
            Action::SetUnit(body) => self.set_unit(body),
            Action::SetAgreement(body) => self.trade.set_agreement(body),
            Action::SetContributionRules(body) => self.trade.set_rules(body),
            Action::SwitchGroup(body) => self.trade.switch(body),
            Action::SetSettlement(body) => {
                self.trade.rounding = Some(body.rounding);
                OTHER
            }
            Action::SetParticipant(body) => self.set_participant(body),
            Action::SignUp(body) => self.sign_up(body),
            Action::RecordPurchase(body) => self.buy(command.request_id, body, at),
            Action::SpendAt(body) => self.spend_at(command.request_id, body, at),
            Action::CreditMember(body) => self.credit_member(body, at),
            Action::CreateRun(body) => self.trade.create_run(command.request_id, body),
            Action::SaveRun(body) => self.trade.move_run(body.run, RunState::Draft, |run| run.state = RunState::Saved),
            Action::SubmitRun(body) => {
                let due_at = Some(body.starts_at.map_or(self.now, |at| at.max(self.now)));
                self.trade.move_run(body.run, RunState::Saved, |run| {
                    (run.state, run.due_at) = (RunState::Submitted, due_at);
                })
            }
            other => unreachable!("answered before: {other:?}"),
        }
    }

    fn set_unit(&mut self, body: &SetUnit) -> Effect {
        if !self.partners.contains_key(&body.partner) {
            return Err(Rejection::PartnerUnknown { partner: body.partner });
        }
        body.group.map_or(Ok(()), |group| self.trade.known_group(group))?;
        let known = self.trade.units.get(&body.partner).copied().flatten();
        if let Some(group) = known.filter(|known| body.group.is_some_and(|asked| asked != *known)) {
            return Err(Rejection::GroupReadOnly { group });
        }
        self.trade.units.insert(body.partner, body.group.or(known));
        OTHER
    }

    fn set_participant(&mut self, body: &SetParticipant) -> Effect {
        let member = self.earner(body.member)?;
        body.group.map_or(Ok(()), |group| self.trade.known_group(group))?;
        body.schemes.iter().try_for_each(|scheme| self.trade.known_scheme(*scheme))?;
        self.linked.insert(member);
        self.trade.participants.insert(member, body.clone());
        OTHER
    }

    fn sign_up(&mut self, body: &SignUp) -> Effect {
        self.trade.unit(body.partner)?;
        body.schemes.iter().try_for_each(|scheme| self.trade.known_scheme(*scheme))?;
        self.trade.merchant_in_force(body.partner)?;
        body.schemes.iter().try_for_each(|scheme| self.trade.usable_scheme(body.partner, *scheme))?;
        let group = self.trade.units[&body.partner];
        let new = SetParticipant { member: body.member, group, schemes: Default::default(), automatic_spending: false };
        let member = self.resolve(body.member).unwrap_or(body.member);
        if let Some(known) = self.trade.participants.get(&member) {
            self.trade.serves(body.partner, known, true, true)?;
        }
        let now = self.now;
        self.members.entry(member).or_insert_with(|| Member::new(member, now));
        self.linked.insert(member);
        self.trade.participants.entry(member).or_insert(new).schemes.extend(&body.schemes);
        OTHER
    }
}

impl Trade {
    /// A member who takes in another one takes part in that one's schemes, too.
    pub(in crate::model) fn merge_participants(&mut self, owner: MemberId, other: MemberId) {
        let Some(other) = self.participants.get(&other).cloned() else { return };
        let schemes = other.schemes.clone();
        self.participants.entry(owner).or_insert(other).schemes.extend(schemes);
    }

    fn known_scheme(&self, scheme: SchemeId) -> Result<(), Rejection> {
        self.schemes.get(&scheme).map(drop).ok_or(Rejection::SchemeUnknown { scheme })
    }

    fn known_group(&self, group: GroupId) -> Result<(), Rejection> {
        self.groups.get(&group).map(drop).ok_or(Rejection::GroupUnknown { group })
    }

    pub(super) fn unit(&self, partner: PartnerId) -> Result<Option<GroupId>, Rejection> {
        self.units.get(&partner).copied().ok_or(Rejection::UnitUnknown { partner })
    }

    fn set_agreement(&mut self, body: &SetAgreement) -> Effect {
        match (body.partner, body.group) {
            (Some(partner), _) => drop(self.unit(partner)?),
            (None, group) => self.known_group(group.unwrap())?,
        }
        let named = body.award.schemes.as_ref().and_then(scheme_set).into_iter().flatten();
        named.copied().try_for_each(|scheme| self.known_scheme(scheme))?;
        let versions = match (body.partner, body.group) {
            (Some(partner), _) => self.agreements.entry(partner).or_default(),
            (None, group) => self.group_agreements.entry(group.unwrap()).or_default(),
        };
        let version = versions.len() as u32;
        match body.replaces {
            None if version > 0 => return Err(Rejection::AgreementExists { version }),
            Some(_) if version == 0 => return Err(Rejection::AgreementUnknown),
            Some(replaces) if replaces != version => return Err(Rejection::AgreementChanged { version }),
            _ => {}
        }
        let rules = versions.last().map_or(Vec::new(), |deal| deal.rules.clone());
        versions.push(Deal { body: body.clone(), rules });
        if let Some(partner) = body.partner {
            self.primary(Subject::Partner(partner));
        }
        OTHER
    }

    /// An owner's primary account; where there is none, one is opened.
    pub(super) fn primary(&mut self, owner: Subject) -> &mut Account {
        let accounts = self.accounts.entry(owner).or_default();
        if accounts.is_empty() {
            accounts.push(Account { id: 1, primary: true, debits: 0, credits: 0 });
        }
        accounts.iter_mut().find(|account| account.primary).unwrap()
    }

    fn check_rule(&self, rule: &NewContributionRule) -> Result<(), Rejection> {
        let most = |percentage: Rate| {
            let text = percentage.to_string();
            let (n, d) = text.split_once('/').unwrap_or((&text, "1"));
            let within = n.parse::<u64>().unwrap() <= 100 * d.parse::<u64>().unwrap();
            if within { Ok(()) } else { Err(Rejection::PercentageOutOfRange { percentage }) }
        };
        most(rule.percentage)?;
        for id in &rule.offers {
            let offer = self.offers.get(id).ok_or(Rejection::OfferUnknown { offer: *id })?;
            if offer.life_cycle == LifeCycle::NotEffective {
                return Err(Rejection::NotEffective { what: Kind::Offer, id: id.0 });
            }
            if !is_settled_class(offer.class) {
                return Err(Rejection::ClassNotAllowed { offer: *id });
            }
        }
        let mut periods = rule.periods.clone();
        periods.sort_by_key(|period| period.from);
        if let Some(two) = periods.windows(2).find(|two| two[1].from <= two[0].to) {
            return Err(Rejection::PeriodOverlap { date: two[1].from });
        }
        periods.iter().try_for_each(|period| most(period.percentage))
    }

    fn set_rules(&mut self, body: &SetContributionRules) -> Effect {
        body.rules.iter().try_for_each(|rule| self.check_rule(rule))?;
        let mut made = self.rules_made;
        for partner in &body.partners {
            add_version(self.agreements.get_mut(partner), &body.rules, &mut made)?;
        }
        for group in &body.groups {
            add_version(self.group_agreements.get_mut(group), &body.rules, &mut made)?;
        }
        self.rules_made = made;
        OTHER
    }

    fn switch(&mut self, body: &SwitchGroup) -> Effect {
        self.known_group(body.to)?;
        let mut from = body.from;
        let mut partners: Vec<PartnerId> = body.partners.iter().copied().collect();
        if let Some(group) = from {
            self.known_group(group)?;
            partners = self.units.iter().filter(|(_, of)| **of == Some(group)).map(|(partner, _)| *partner).collect();
        } else {
            for (at, partner) in partners.iter().enumerate() {
                match self.unit(*partner)? {
                    Some(group) if at > 0 && from != Some(group) => return Err(Rejection::GroupReadOnly { group }),
                    group => from = group,
                }
            }
        }
        let left =
            from.and_then(|group| self.group_agreements.get(&group)).and_then(|versions| versions.last()).cloned();
        let known = left.as_ref().map_or(&[][..], |deal| &deal.rules);
        let mut taken = Vec::new();
        for wanted in &body.rules {
            let rule = known.iter().find(|known| known.number == wanted.rule);
            taken.push(rule.cloned().ok_or(Rejection::RuleUnknown { rule: wanted.rule })?);
        }
        for partner in partners {
            self.units.insert(partner, Some(body.to));
            if taken.is_empty() {
                continue;
            }
            let versions = self.agreements.entry(partner).or_default();
            let nothing = || Deal { body: SetAgreement::default(), rules: Vec::new() };
            let mut deal = versions.last().cloned().unwrap_or_else(nothing);
            for rule in &taken {
                self.rules_made += 1;
                deal.rules.push(Numbered { number: self.rules_made, rule: rule.rule.clone() });
            }
            versions.push(deal);
        }
        let moved =
            |number: u32| body.rules.iter().any(|rule| rule.rule == number && rule.transfer == RuleTransfer::Move);
        if let (Some(group), Some(mut deal), true) = (from, left, body.rules.iter().any(|rule| moved(rule.rule))) {
            deal.rules.retain(|rule| !moved(rule.number));
            self.group_agreements.get_mut(&group).unwrap().push(deal);
        }
        OTHER
    }

    fn create_run(&mut self, request: RequestId, body: &CreateRun) -> Effect {
        body.criteria.schemes.iter().try_for_each(|scheme| self.known_scheme(*scheme))?;
        body.criteria.partners.iter().try_for_each(|partner| self.unit(*partner).map(drop))?;
        if self.rounding.is_none() {
            return Err(Rejection::NotConfigured { missing: Setup::SettlementSettings });
        }
        let (state, due_at) = (RunState::Draft, None);
        let run = Run { body: body.clone(), state, due_at, events: 0, debits: 0, credits: 0 };
        self.runs.insert((request, 1), run);
        OTHER
    }

    fn move_run(&mut self, run: RequestId, from: RunState, to: impl Fn(&mut Run)) -> Effect {
        let run = self.runs.get_mut(&(run, 1)).ok_or(Rejection::RunUnknown)?;
        if run.state != from {
            return Err(Rejection::RunState { state: run.state });
        }
        to(run);
        OTHER
    }
}

/// Awards of three classes are settled.
pub(super) fn is_settled_class(class: OfferClass) -> bool {
    use OfferClass::{IncreaseRevenueProductBased, IncreaseRevenueTransactionBased, UtiliseFreeCapacity};
    [IncreaseRevenueProductBased, IncreaseRevenueTransactionBased, UtiliseFreeCapacity].contains(&class)
}

/// A version of an agreement with other rules.
fn add_version(versions: Option<&mut Vec<Deal>>, new: &[NewContributionRule], made: &mut u32) -> Result<(), Rejection> {
    let versions = versions.ok_or(Rejection::AgreementUnknown)?;
    let last = versions.last().ok_or(Rejection::AgreementUnknown)?.clone();
    let mut rules = Vec::new();
    for rule in new {
        let number = match rule.number {
            Some(number) if last.rules.iter().any(|known| known.number == number) => number,
            Some(rule) => return Err(Rejection::RuleUnknown { rule }),
            None => {
                *made += 1;
                *made
            }
        };
        rules.push(Numbered { number, rule: rule.clone() });
    }
    versions.push(Deal { rules, ..last });
    Ok(())
}
