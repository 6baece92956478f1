//! The words of several partners: schemes, offers, groups, agreements, purchases, spends, settlement runs.

use super::extras::{Extras, MEMBER, POINTS, setting};
use crate::cli::scenario::words::{Syntax, Words};
use crate::domain::{
    AcknowledgeRefund, Action, AwardBasis, CreateRun, CreditMember, DocumentDefaults, GroupId, LifeCycle, MerchantId,
    NewContributionRule, OfferId, OpenReceivable, PartnerId, PeriodContribution, PointTypeId, Points, Priority, Rate,
    ReceivableId, RecordPurchase, Reduction, RuleTransfer, SaveRun, SchemeChoice, SchemeId, SetAgreement,
    SetContributionRules, SetGroup, SetOffer, SetParticipant, SetPaymentPreference, SetRefunds, SetScheme,
    SetSettlement, SetUnit, SettlementType, SignUp, SignUpRules, SpendAt, SpendMethod, SpendRange, SpendRanges,
    Standing, SubmitRun, SwitchGroup, TransferredRule,
};
use std::collections::{BTreeMap, BTreeSet};

/// The command of a line that begins with `verb`; `None` where there is no such verb.
pub(super) fn action(verb: &str, words: &mut Words<'_>, extras: &mut Extras) -> Result<Option<Action>, Syntax> {
    let action = match verb {
        "scheme" => scheme(words, extras)?,
        "offer" => offer(words, extras)?,
        "group" => {
            let (group, name) = (group(words)?, text(words, "called")?);
            let collaborating = if words.take("with") { all(words, 'G', GroupId)? } else { BTreeSet::new() };
            SetGroup { group, name, collaborating }.into()
        }
        "unit" => unit(words, extras)?,
        "agreement" => agreement(words, extras)?,
        "contributions" => contributions(words)?,
        "switch" => switch(words)?,
        "settlement_settings" => {
            let rounding = if words.take("rounding") { words.choice()? } else { Default::default() };
            SetSettlement { rounding }.into()
        }
        "refund_setup" => refund_setup(words)?,
        "receivable" => receivable(words)?,
        "payment" => payment(words)?,
        "participant" => participant(words, extras)?,
        "sign_up" => {
            let member = words.parse(MEMBER)?;
            let partner = at(words)?;
            let schemes = if words.take("schemes") { all(words, 'S', SchemeId)? } else { BTreeSet::new() };
            SignUp { member, partner, schemes }.into()
        }
        "buy" => buy(words, extras)?,
        "spend" => spend(words, extras)?,
        "credit" => {
            let (member, partner) = (words.parse(MEMBER)?, at(words)?);
            let points = Points(words.parse(POINTS)?);
            CreditMember { member, partner, point_type: wallet(words)?, points }.into()
        }
        "answer" => {
            let (purchase, place) = (words.parse("a purchase like R1")?, words.parse("the place of a spend")?);
            AcknowledgeRefund { purchase, place, answer: words.choice()? }.into()
        }
        "settlement" => settlement(words, extras)?,
        "save" => SaveRun { run: words.parse("a run like N1")? }.into(),
        "submit" => {
            let run = words.parse("a run like N1")?;
            let starts_at = if words.take("at") { Some(words.instant()?) } else { None };
            SubmitRun { run, starts_at }.into()
        }
        _ => return Ok(None),
    };
    Ok(Some(action))
}

fn begins_name(words: &Words<'_>, letter: char) -> bool {
    let number = words.peek().and_then(|word| word.strip_prefix(letter));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `S1 S2 S3`: names of one kind.
fn all<T: Ord>(words: &mut Words<'_>, letter: char, make: fn(u32) -> T) -> Result<BTreeSet<T>, Syntax> {
    let mut found = BTreeSet::new();
    while begins_name(words, letter) {
        found.insert(make(words.name(letter, "a name")?));
    }
    Ok(found)
}

fn scheme_id(words: &mut Words<'_>) -> Result<SchemeId, Syntax> {
    words.name('S', "a scheme").map(SchemeId)
}

fn group(words: &mut Words<'_>) -> Result<GroupId, Syntax> {
    words.name('G', "a group").map(GroupId)
}

fn partner(words: &mut Words<'_>) -> Result<PartnerId, Syntax> {
    words.name('P', "a partner").map(PartnerId)
}

/// `at P1`.
fn at(words: &mut Words<'_>) -> Result<PartnerId, Syntax> {
    words.must("at")?;
    partner(words)
}

/// `of T2`; T1 where it is not said.
fn wallet(words: &mut Words<'_>) -> Result<PointTypeId, Syntax> {
    if words.take("of") { words.name('T', "a point type").map(PointTypeId) } else { Ok(PointTypeId(1)) }
}

fn text(words: &mut Words<'_>, before: &str) -> Result<Box<str>, Syntax> {
    Ok(if words.take(before) { words.word("a text")?.into() } else { Box::default() })
}

fn switched(words: &mut Words<'_>) -> Result<bool, Syntax> {
    let wrong = words.expected("`on` or `off`");
    match words.next() {
        Some("on") => Ok(true),
        Some("off") => Ok(false),
        _ => Err(wrong),
    }
}

fn amount(words: &mut Words<'_>) -> Result<Points, Syntax> {
    words.parse("an amount in minor units").map(Points)
}

fn life_cycle(words: &mut Words<'_>) -> Option<LifeCycle> {
    let state = match words.peek()? {
        "effective" => LifeCycle::Effective,
        "not_effective" => LifeCycle::NotEffective,
        _ => return None,
    };
    words.next();
    Some(state)
}

fn scheme(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let scheme = scheme_id(words)?;
    let (name, life_cycle_of, accessible_to) = (text(words, "called")?, LifeCycle::Effective, None);
    let mut body = SetScheme { scheme, name, life_cycle: life_cycle_of, accessible_to };
    loop {
        if let Some(state) = life_cycle(words) {
            body.life_cycle = state;
        } else if words.take("for") {
            body.accessible_to = Some(all(words, 'P', PartnerId)?);
        } else if !extras.take(words)? {
            return Ok(body.into());
        }
    }
}

fn offer(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let offer = words.name('O', "an offer").map(OfferId)?;
    words.must("of")?;
    let (scheme, class) = (scheme_id(words)?, words.choice()?);
    let (name, life_cycle_of) = (Box::default(), LifeCycle::Effective);
    let (spend_method, basis) = (SpendMethod::Wallet, AwardBasis::Purchase);
    let mut body = SetOffer { offer, scheme, class, name, life_cycle: life_cycle_of, spend_method, basis };
    loop {
        if let Some(state) = life_cycle(words) {
            body.life_cycle = state;
        } else if words.take("spend_instantly") {
            body.spend_method = SpendMethod::SpendInstantly;
        } else if words.take("accumulation") {
            body.basis = AwardBasis::Accumulation;
        } else if !extras.take(words)? {
            return Ok(body.into());
        }
    }
}

fn unit(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let mut body = SetUnit { partner: partner(words)?, merchant: None, group: None };
    loop {
        match words.peek() {
            Some("group") => body.group = Some(setting(words, group)?),
            Some("merchant") => body.merchant = Some(MerchantId(setting(words, |words| words.parse("a number"))?)),
            _ if extras.take(words)? => {}
            _ => return Ok(body.into()),
        }
    }
}

/// `schemes all`, or `schemes S1 S2`; `schemes none` names no scheme.
fn choice(words: &mut Words<'_>) -> Result<SchemeChoice, Syntax> {
    if words.take("all") {
        return Ok(SchemeChoice::All);
    }
    if words.take("none") {
        return Ok(SchemeChoice::Specific(BTreeSet::new()));
    }
    all(words, 'S', SchemeId).map(SchemeChoice::Specific)
}

fn agreement(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let mut body = SetAgreement::default();
    match begins_name(words, 'G') {
        true => body.group = Some(group(words)?),
        false => body.partner = Some(partner(words)?),
    }
    loop {
        if let Some(state) = life_cycle(words) {
            body.life_cycle = state;
            continue;
        }
        match words.peek() {
            Some("replaces") => body.replaces = Some(setting(words, |words| words.parse("a version"))?),
            Some("description") => body.description = setting(words, |words| words.word("a text"))?.into(),
            Some("group") => body.group = Some(setting(words, group)?),
            Some("receivable") => {
                body.receivable = Some(ReceivableId(setting(words, |words| words.parse("a receivable like 1"))?));
            }
            Some("reduction") => body.reduction = Box::new(setting(words, reduction)?),
            Some(word) if rule(word, words, &mut body)? => {}
            _ if extras.take(words)? => {}
            _ => return Ok(body.into()),
        }
    }
}

/// One of the switches, schemes and amounts of an agreement.
fn rule(word: &str, words: &mut Words<'_>, body: &mut SetAgreement) -> Result<bool, Syntax> {
    let SetAgreement { award, spend, sign_up, .. } = body;
    let sign_up_rules = |sign_up: &mut Option<Box<SignUpRules>>, change: &mut dyn FnMut(&mut SignUpRules)| {
        change(sign_up.get_or_insert_with(Box::default));
    };
    match word {
        "award_own" => award.own_group = Some(setting(words, switched)?),
        "award_others" => award.collaborating = Some(setting(words, switched)?),
        "award_block" => award.block_without_scheme = Some(setting(words, switched)?),
        "schemes" => award.schemes = Some(setting(words, choice)?),
        "spend_own" => spend.own_group = Some(setting(words, switched)?),
        "spend_others" => spend.collaborating = Some(setting(words, switched)?),
        "spend_block" => spend.block_without_scheme = Some(setting(words, switched)?),
        "range" => {
            words.next();
            range(words, &mut spend.range)?;
        }
        "minimum" => spend.minimum = Some(setting(words, amount)?),
        "maximum" => spend.maximum = Some(setting(words, amount)?),
        "automatic" => spend.automatic = Some(setting(words, switched)?),
        "automatic_range" => {
            words.next();
            spend.automatic_range = Some(SpendRange { from: Some(amount(words)?), to: Some(amount(words)?) });
        }
        "sign_up_new" => {
            let is_on = setting(words, switched)?;
            sign_up_rules(sign_up, &mut |rules| rules.new_members = Some(is_on));
        }
        "sign_up_own" => {
            let is_on = setting(words, switched)?;
            sign_up_rules(sign_up, &mut |rules| rules.own_group = Some(is_on));
        }
        "sign_up_others" => {
            let is_on = setting(words, switched)?;
            sign_up_rules(sign_up, &mut |rules| rules.collaborating = Some(is_on));
        }
        "sign_up_schemes" => {
            let chosen = setting(words, choice)?;
            sign_up_rules(sign_up, &mut |rules| rules.schemes = Some(chosen.clone()));
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// `5 50`, or `S1 5 50` for one scheme.
fn range(words: &mut Words<'_>, ranges: &mut Option<SpendRanges>) -> Result<(), Syntax> {
    let scheme = if begins_name(words, 'S') { Some(scheme_id(words)?) } else { None };
    let range = SpendRange { from: Some(amount(words)?), to: Some(amount(words)?) };
    match (scheme, ranges) {
        (Some(scheme), Some(SpendRanges::PerScheme(ranges))) => drop(ranges.insert(scheme, range)),
        (Some(scheme), ranges) => *ranges = Some(SpendRanges::PerScheme(BTreeMap::from([(scheme, range)]))),
        (None, ranges) => *ranges = Some(SpendRanges::Single(range)),
    }
    Ok(())
}

/// `front_end`, or `back_end zulu credit_note type product category notes refund type product category notes`.
fn reduction(words: &mut Words<'_>) -> Result<Reduction, Syntax> {
    if words.take("front_end") {
        return Ok(Reduction::FrontEnd);
    }
    words.must("back_end")?;
    let method = words.word("a refund method")?.into();
    words.must("credit_note")?;
    let credit_note = document(words)?;
    words.must("refund")?;
    Ok(Reduction::BackEnd { method, credit_note, refund: document(words)? })
}

fn document(words: &mut Words<'_>) -> Result<DocumentDefaults, Syntax> {
    Ok(DocumentDefaults {
        document_type: words.word("a type")?.into(),
        product: words.word("a product")?.into(),
        category: words.word("a category")?.into(),
        notes: words.word("notes")?.into(),
    })
}

/// `contributions P1 G2 40 priority high offers O1 , 50`, or `contributions P1 none`.
fn contributions(words: &mut Words<'_>) -> Result<Action, Syntax> {
    let (mut partners, mut groups) = (BTreeSet::new(), BTreeSet::new());
    while begins_name(words, 'P') || begins_name(words, 'G') {
        match begins_name(words, 'P') {
            true => drop(partners.insert(partner(words)?)),
            false => drop(groups.insert(group(words)?)),
        }
    }
    let mut rules = Vec::new();
    if !words.take("none") {
        rules.push(contribution(words)?);
        while words.take(",") {
            rules.push(contribution(words)?);
        }
    }
    Ok(SetContributionRules { partners, groups, rules }.into())
}

fn contribution(words: &mut Words<'_>) -> Result<NewContributionRule, Syntax> {
    const PERCENT: &str = "a percentage like 40 or 33.3333";
    let number = if words.take("rule") { Some(words.parse("the number of a rule")?) } else { None };
    let percentage: Rate = words.parse(PERCENT)?;
    let (offers, brands, mediums, periods) = Default::default();
    let mut rule =
        NewContributionRule { number, percentage, priority: Priority::Normal, offers, brands, mediums, periods };
    loop {
        match words.peek() {
            Some("priority") => rule.priority = setting(words, Words::choice)?,
            Some("offers") => rule.offers = setting(words, |words| all(words, 'O', OfferId))?,
            Some("brand") => drop(rule.brands.insert(setting(words, |words| words.word("a brand"))?.into())),
            Some("medium") => drop(rule.mediums.insert(setting(words, |words| words.word("a medium"))?.into())),
            Some("period") => {
                words.next();
                let (from, to) = (words.parse("a date")?, words.parse("a date")?);
                rule.periods.push(PeriodContribution { from, to, percentage: words.parse(PERCENT)? });
            }
            _ => return Ok(rule),
        }
    }
}

/// `switch P1 P2 to G2 move 3 copy 4`, or `switch G1 to G2`.
fn switch(words: &mut Words<'_>) -> Result<Action, Syntax> {
    let from = if begins_name(words, 'G') { Some(group(words)?) } else { None };
    let partners = all(words, 'P', PartnerId)?;
    words.must("to")?;
    let (to, mut rules) = (group(words)?, Vec::new());
    loop {
        let transfer = match words.peek() {
            Some("move") => RuleTransfer::Move,
            Some("copy") => RuleTransfer::Copy,
            _ => return Ok(SwitchGroup { partners, from, to, rules }.into()),
        };
        rules.push(TransferredRule { rule: setting(words, |words| words.parse("the number of a rule"))?, transfer });
    }
}

/// `refund_setup method zulu type web allows zulu provider zulupay takes zulu payment_run zulupay`.
fn refund_setup(words: &mut Words<'_>) -> Result<Action, Syntax> {
    let mut body = SetRefunds::default();
    let setup = &mut body.setup;
    loop {
        if words.take("method") {
            setup.methods.insert(words.word("a method")?.into());
        } else if words.take("type") {
            let methods = setup.types.entry(words.word("a type")?.into()).or_default();
            if words.take("allows") {
                methods.insert(words.word("a method")?.into());
            }
        } else if words.take("provider") {
            let methods = setup.providers.entry(words.word("a provider")?.into()).or_default();
            if words.take("takes") {
                methods.insert(words.word("a method")?.into());
            }
        } else if words.take("payment_run") {
            setup.payment_runs.insert(words.word("a provider")?.into());
        } else {
            return Ok(body.into());
        }
    }
}

/// `receivable P1 2 primary`.
fn receivable(words: &mut Words<'_>) -> Result<Action, Syntax> {
    let (partner, member) = match begins_name(words, 'P') {
        true => (Some(partner(words)?), None),
        false => (None, Some(words.parse(MEMBER)?)),
    };
    let receivable = ReceivableId(words.parse("a receivable like 1")?);
    let standing = if words.take("primary") { Standing::Primary } else { Standing::Other };
    Ok(OpenReceivable { partner, member, receivable, standing }.into())
}

/// `payment M1 provider zulupay reference card-1`.
fn payment(words: &mut Words<'_>) -> Result<Action, Syntax> {
    let member = words.parse(MEMBER)?;
    words.must("provider")?;
    let provider = words.word("a provider")?.into();
    let receivable =
        if words.take("receivable") { Some(ReceivableId(words.parse("a receivable like 1")?)) } else { None };
    Ok(SetPaymentPreference { member, provider, receivable }.into())
}

fn participant(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let (group_of, schemes) = (None, BTreeSet::new());
    let member = words.parse(MEMBER)?;
    let mut body = SetParticipant { member, group: group_of, schemes, automatic_spending: false };
    loop {
        match words.peek() {
            Some("group") => body.group = Some(setting(words, group)?),
            Some("schemes") => body.schemes = setting(words, |words| all(words, 'S', SchemeId))?,
            Some("automatic") => body.automatic_spending = setting(words, switched)?,
            _ if extras.take(words)? => {}
            _ => return Ok(body.into()),
        }
    }
}

/// `buy M1 at P1 5000 offer O1 award 1000 of T1 brand visa medium card`.
fn buy(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let (member, partner) = (words.parse(MEMBER)?, at(words)?);
    let price = amount(words)?;
    words.must("offer")?;
    let offer = words.name('O', "an offer").map(OfferId)?;
    words.must("award")?;
    let award = amount(words)?;
    let (point_type, expires, brand, medium) = (wallet(words)?, None, None, None);
    let mut body = RecordPurchase { member, partner, amount: price, point_type, offer, award, expires, brand, medium };
    loop {
        match words.peek() {
            Some("brand") => body.brand = Some(setting(words, |words| words.word("a brand"))?.into()),
            Some("medium") => body.medium = Some(setting(words, |words| words.word("a medium"))?.into()),
            Some("expires") => body.expires = Some(setting(words, Words::expiry)?),
            _ if extras.take(words)? => {}
            _ => return Ok(body.into()),
        }
    }
}

/// `spend M1 at P1 750 of T1 scheme S1`.
fn spend(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let (member, partner) = (words.parse(MEMBER)?, at(words)?);
    let points = Points(words.parse(POINTS)?);
    let mut body = SpendAt { member, partner, point_type: wallet(words)?, points, scheme: None };
    loop {
        match words.peek() {
            Some("scheme") => body.scheme = Some(setting(words, scheme_id)?),
            _ if extras.take(words)? => {}
            _ => return Ok(body.into()),
        }
    }
}

/// `settlement as N1 days_ago 7 schemes S1 partners P1 debit every 1 month`.
fn settlement(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let mut body = CreateRun::default();
    loop {
        match words.peek() {
            Some("days_ago") => body.criteria.days_ago = Some(setting(words, |words| words.parse("a number of days"))?),
            Some("schemes") => body.criteria.schemes = setting(words, |words| all(words, 'S', SchemeId))?,
            Some("partners") => body.criteria.partners = setting(words, |words| all(words, 'P', PartnerId))?,
            Some("debit") => body.criteria.settlement_type = setting(words, |_| Ok(SettlementType::Debit))?,
            Some("credit") => body.criteria.settlement_type = setting(words, |_| Ok(SettlementType::Credit))?,
            Some("every") => body.every = Some(setting(words, Words::span)?),
            _ if extras.take(words)? => {}
            _ => return Ok(body.into()),
        }
    }
}
