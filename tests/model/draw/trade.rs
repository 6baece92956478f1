//! Schemes, offers, groups, agreements, contribution rules, purchases, spends and settlement runs, drawn.

use super::Draw;
use accruedb::domain::*;
use std::collections::BTreeSet;

const CLASSES: [OfferClass; 8] = [
    OfferClass::IncreaseRevenueTransactionBased,
    OfferClass::IncreaseRevenueTransactionBased,
    OfferClass::IncreaseRevenueProductBased,
    OfferClass::UtiliseFreeCapacity,
    OfferClass::UtiliseFreeCapacity,
    OfferClass::RewardReferrals,
    OfferClass::JustMoney,
    OfferClass::WithoutEvent,
];

impl Draw<'_> {
    /// Two schemes, offers, two groups, units, agreements and rules: everything that a purchase needs.
    /// `before` commands are sent first.
    pub(super) fn set_up_trade(&mut self, before: usize) -> Vec<Action> {
        let mut actions: Vec<Action> = Vec::new();
        for scheme in [1, 2].map(SchemeId) {
            actions.push(self.scheme(scheme).into());
        }
        for offer in 1..=4 {
            actions.push(self.offer(OfferId(offer)).into());
        }
        actions.push(SetGroup { group: GroupId(1), name: "".into(), collaborating: BTreeSet::new() }.into());
        actions.push(SetGroup { group: GroupId(2), name: "".into(), collaborating: [GroupId(1)].into() }.into());
        let partners: Vec<PartnerId> = (1..=self.world.partners as u32).map(PartnerId).collect();
        for partner in &partners {
            actions.push(self.unit(*partner).into());
        }
        for group in [1, 2].map(GroupId) {
            let body = self.agreement();
            actions.push(SetAgreement { group: Some(group), ..of_group(body) }.into());
        }
        for partner in partners {
            let body = self.agreement();
            actions.push(SetAgreement { partner: Some(partner), ..body }.into());
        }
        actions.push(self.rules().into());
        actions.push(SetSettlement { rounding: self.rounding() }.into());
        for member in 0..self.world.members.min(3) {
            actions.push(self.participant(MemberId(100 + u128::from(member))).into());
        }
        // a run that comes again and again
        let run = self.request_id(self.next + (before + actions.len()) as u128);
        let every = Some(if self.world.leaps() { Span::years(1) } else { Span::days(2) });
        actions.push(CreateRun { every, ..CreateRun::default() }.into());
        actions.push(SaveRun { run }.into());
        actions.push(SubmitRun { run, starts_at: None }.into());
        actions
    }

    /// One thing that merchants are about: mostly a purchase or a spend.
    pub(super) fn trade(&mut self) -> Action {
        let (member, partner) = (self.member(), self.payer());
        match self.rng.below(52) {
            0 => {
                let id = SchemeId(self.rng.between(1, 3) as u32);
                self.scheme(id).into()
            }
            1 => {
                let id = OfferId(self.rng.between(1, 5) as u32);
                self.offer(id).into()
            }
            2 => {
                let group = GroupId(self.rng.between(1, 2) as u32);
                let others = if self.rng.one_in(2) { BTreeSet::new() } else { [GroupId(3 - group.0)].into() };
                SetGroup { group, name: "".into(), collaborating: others }.into()
            }
            3 => self.unit(partner).into(),
            4 | 5 => {
                let replaces = Some(self.rng.between(1, 4) as u32).filter(|_| !self.rng.one_in(6));
                let body = SetAgreement { replaces, ..self.agreement() };
                match self.rng.one_in(3) {
                    true => SetAgreement { group: Some(self.group()), ..of_group(body) }.into(),
                    false => SetAgreement { partner: Some(partner), ..body }.into(),
                }
            }
            6..=8 => self.rules().into(),
            9 => self.switch(partner).into(),
            10 => SetSettlement { rounding: self.rounding() }.into(),
            11 | 12 => self.participant(member).into(),
            13 => SignUp { member, partner, schemes: [self.scheme_id()].into() }.into(),
            14..=17 => self.run().into(),
            18..=21 => SaveRun { run: self.run_of(|action| matches!(action, Action::CreateRun(_))) }.into(),
            22..=25 => {
                let run = self.run_of(|action| matches!(action, Action::SaveRun(_)));
                let starts_at = if self.rng.one_in(3) { Some(self.instant()) } else { None };
                SubmitRun { run, starts_at }.into()
            }
            26..=28 => {
                let scheme = if self.rng.one_in(2) { Some(self.scheme_id()) } else { None };
                SpendAt { member, partner, point_type: self.wallet(), points: self.points(), scheme }.into()
            }
            29 => CreditMember { member, partner, point_type: self.wallet(), points: self.points() }.into(),
            _ => self.purchase(member, partner).into(),
        }
    }

    fn purchase(&mut self, member: MemberId, partner: PartnerId) -> RecordPurchase {
        let offer = OfferId(*self.rng.pick(&[1, 1, 1, 2, 2, 3, 4, 5]));
        let amount = Points(self.rng.between(1, 60) as i64);
        let expires = if self.rng.one_in(8) { Some(self.expiry()) } else { None };
        let [brand, medium] = [["visa", "master"], ["card", "cash"]].map(|texts| {
            let text = *self.rng.pick(&texts);
            if self.rng.one_in(2) { Some(text.into()) } else { None }
        });
        let (point_type, award) = (self.wallet(), self.points());
        RecordPurchase { member, partner, amount, point_type, offer, award, expires, brand, medium }
    }

    fn wallet(&mut self) -> PointTypeId {
        PointTypeId(*self.rng.pick(&[1, 1, 1, 1, 2, 2, 3, 9]))
    }

    fn group(&mut self) -> GroupId {
        GroupId(*self.rng.pick(&[1, 1, 1, 2, 2, 3]))
    }

    fn scheme_id(&mut self) -> SchemeId {
        SchemeId(*self.rng.pick(&[1, 1, 1, 1, 2, 2, 3]))
    }

    fn life_cycle(&mut self) -> LifeCycle {
        if self.rng.one_in(8) { LifeCycle::NotEffective } else { LifeCycle::Effective }
    }

    fn rounding(&mut self) -> Rounding {
        *self.rng.pick(&[Rounding::HalfUp, Rounding::Down, Rounding::Up])
    }

    fn scheme(&mut self, scheme: SchemeId) -> SetScheme {
        let life_cycle = self.life_cycle();
        let accessible_to = if self.rng.one_in(6) { Some([PartnerId(1)].into()) } else { None };
        SetScheme { scheme, name: "".into(), life_cycle, accessible_to }
    }

    fn offer(&mut self, offer: OfferId) -> SetOffer {
        let (scheme, class) = (self.scheme_id(), *self.rng.pick(&CLASSES));
        let scheme = if self.rng.one_in(8) { scheme } else { SchemeId(1 + scheme.0 % 2) };
        let life_cycle = self.life_cycle();
        let spend_method = *self.rng.pick(&[SpendMethod::Wallet, SpendMethod::Wallet, SpendMethod::SpendInstantly]);
        let basis = if self.rng.one_in(6) { AwardBasis::Accumulation } else { AwardBasis::Purchase };
        SetOffer { offer, scheme, class, name: "".into(), life_cycle, spend_method, basis }
    }

    fn unit(&mut self, partner: PartnerId) -> SetUnit {
        let group = if self.rng.one_in(4) { None } else { Some(self.group()) };
        SetUnit { partner, merchant: None, group }
    }

    fn yes_or_no(&mut self) -> Option<bool> {
        *self.rng.pick(&[None, None, None, Some(true), Some(false)])
    }

    fn spend_range(&mut self) -> SpendRange {
        let [from, to] = [0, 1].map(|_| self.rng.between(1, 30) as i64);
        let (from, to) = (from.min(to).min(6), from.max(to));
        let mut some = |points: i64| if self.rng.one_in(3) { None } else { Some(Points(points)) };
        SpendRange { from: some(from), to: some(to) }
    }

    fn agreement(&mut self) -> SetAgreement {
        let schemes = match self.rng.below(4) {
            0 => Some(SchemeChoice::Specific([SchemeId(1), SchemeId(2)].into())),
            1 => Some(SchemeChoice::Specific([SchemeId(1)].into())),
            _ => None,
        };
        let range = match (&schemes, self.rng.below(4)) {
            (_, 0) => Some(SpendRanges::Single(self.spend_range())),
            (Some(SchemeChoice::Specific(_)), 1) => {
                Some(SpendRanges::PerScheme([(SchemeId(1), self.spend_range())].into()))
            }
            _ => None,
        };
        let (own_group, collaborating) = (self.yes_or_no(), self.yes_or_no());
        let block_without_scheme = self.yes_or_no();
        let award = AwardRules { own_group, collaborating, block_without_scheme, schemes };
        let (own_group, collaborating) = (self.yes_or_no(), self.yes_or_no());
        let minimum = if self.rng.one_in(4) { Some(Points(2)) } else { None };
        let maximum = if self.rng.one_in(4) { Some(Points(25)) } else { None };
        let automatic = *self.rng.pick(&[Some(true), Some(true), Some(false), None]);
        let automatic_range = if self.rng.one_in(3) { Some(self.spend_range()) } else { None };
        let block_without_scheme = self.yes_or_no();
        let spend = SpendRules {
            own_group,
            collaborating,
            block_without_scheme,
            range,
            minimum,
            maximum,
            automatic,
            automatic_range,
        };
        let life_cycle = self.life_cycle();
        SetAgreement { life_cycle, award: award.into(), spend: spend.into(), ..SetAgreement::default() }
    }

    fn percentage(&mut self) -> Rate {
        let text = self.rng.pick(&["0", "10", "25", "33.3", "100/3", "50", "70", "100", "100", "101"]);
        text.parse().unwrap()
    }

    fn rule(&mut self) -> NewContributionRule {
        let priority =
            *self.rng.pick(&[Priority::Low, Priority::Normal, Priority::Normal, Priority::Medium, Priority::High]);
        let some = |yes: bool, text: &str| -> BTreeSet<Box<str>> { if yes { [text.into()].into() } else { [].into() } };
        let (brands, mediums) = (some(self.rng.one_in(4), "visa"), some(self.rng.one_in(4), "card"));
        let offers = if self.rng.one_in(3) { [OfferId(self.rng.between(1, 4) as u32)].into() } else { [].into() };
        let mut periods = Vec::new();
        for _ in 0..self.rng.below(3) {
            let mut dates = [0, 1].map(|_| self.instant().to_string()[..10].parse::<Date>().unwrap());
            dates.sort_unstable();
            let [from, to] = dates;
            periods.push(PeriodContribution { from, to, percentage: self.percentage() });
        }
        let number = if self.rng.one_in(10) { Some(self.rng.between(1, 6) as u32) } else { None };
        let percentage = self.percentage();
        NewContributionRule { number, percentage, priority, offers, brands, mediums, periods }
    }

    fn rules(&mut self) -> SetContributionRules {
        let (partner, group) = (self.payer(), self.group());
        let (partners, groups) = match self.rng.below(4) {
            0 => ([partner].into(), [group].into()),
            1 => ([partner].into(), [].into()),
            _ => ([].into(), [group].into()),
        };
        let rules = (0..self.rng.below(4)).map(|_| self.rule()).collect();
        SetContributionRules { partners, groups, rules }
    }

    fn switch(&mut self, partner: PartnerId) -> SwitchGroup {
        let (to, from) = (self.group(), if self.rng.one_in(3) { Some(self.group()) } else { None });
        let partners = if from.is_some() { [].into() } else { [partner].into() };
        let transfer = *self.rng.pick(&[RuleTransfer::Move, RuleTransfer::Copy]);
        let rule = TransferredRule { rule: self.rng.between(1, 8) as u32, transfer };
        SwitchGroup { partners, from, to, rules: if self.rng.one_in(2) { vec![rule] } else { Vec::new() } }
    }

    fn participant(&mut self, member: MemberId) -> SetParticipant {
        let group = *self.rng.pick(&[None, Some(GroupId(1)), Some(GroupId(1)), Some(GroupId(2))]);
        let schemes = match self.rng.below(4) {
            0 => [].into(),
            1 => [SchemeId(1), SchemeId(2)].into(),
            _ => [self.scheme_id()].into(),
        };
        SetParticipant { member, group, schemes, automatic_spending: !self.rng.one_in(3) }
    }

    fn run(&mut self) -> CreateRun {
        let days_ago = *self.rng.pick(&[None, None, Some(0), Some(1), Some(7)]);
        let schemes = if self.rng.one_in(4) { [self.scheme_id()].into() } else { [].into() };
        let partners = if self.rng.one_in(4) { [self.payer()].into() } else { [].into() };
        let types = [SettlementType::DebitAndCredit, SettlementType::DebitAndCredit, SettlementType::Debit];
        let settlement_type = if self.rng.one_in(5) { SettlementType::Credit } else { *self.rng.pick(&types) };
        // where time leaps by years, few executions come of one run
        let every = match self.rng.below(4) {
            0 => Some(Span::years(self.rng.between(1, 2) as u16)),
            1 if !self.world.leaps() => Some(Span::days(self.rng.between(3, 9) as u16)),
            _ => None,
        };
        CreateRun { criteria: RunCriteria { days_ago, schemes, partners, settlement_type }, every }
    }

    /// A run that is named by the newest command of a kind.
    fn run_of(&mut self, is: impl Fn(&Action) -> bool) -> RequestId {
        let found = self.sent.iter().rev().filter(|sent| is(&sent.action)).take(2);
        let found: Vec<RequestId> = found
            .map(|sent| match &sent.action {
                Action::SaveRun(body) => body.run,
                _ => sent.request_id,
            })
            .collect();
        match found.is_empty() {
            true => RequestId(1 + u128::from(self.rng.below(1_000))),
            false => *self.rng.pick(&found),
        }
    }
}

/// What only a merchant's agreement says is left out.
fn of_group(body: SetAgreement) -> SetAgreement {
    let award = AwardRules { own_group: None, collaborating: None, ..*body.award };
    let SpendRules { range, block_without_scheme, .. } = *body.spend;
    let spend = SpendRules { range, block_without_scheme, ..SpendRules::default() };
    SetAgreement { award: award.into(), spend: spend.into(), ..body }
}
