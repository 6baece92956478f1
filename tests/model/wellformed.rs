//! Which commands the model takes for malformed: then nothing happens, not even time.

use accruedb::domain::*;
use std::collections::BTreeSet;

pub(crate) fn malformed(command: &Command) -> bool {
    let is_dated = matches!(command.action, Action::AdjustBlock(_) | Action::ChargeFee(_));
    let undated = is_dated && command.transaction_at.is_none();
    let bad_reference = command.reference.as_deref().is_some_and(|text| bad_text(text, 128));
    command.request_id == RequestId(0) || undated || bad_reference || bad(&command.action)
}

fn bad_text(text: &str, bytes_max: usize) -> bool {
    text.len() > bytes_max || text.chars().any(char::is_control)
}

fn bad_name(name: &str) -> bool {
    bad_text(name, 128)
}

/// A text that must say something.
fn bad_words(words: &str, bytes_max: usize) -> bool {
    words.trim().is_empty() || bad_text(words, bytes_max)
}

fn bad_reason(reason: &str) -> bool {
    bad_words(reason, 128)
}

fn bad_span(span: &Span) -> bool {
    !(1..=36_500).contains(&span.count)
}

fn bad_expiry(expiry: &Expiry) -> bool {
    match expiry {
        Expiry::After(span) => bad_span(span),
        Expiry::On(date) => ["9999-12-30", "9999-12-31"].contains(&date.to_string().as_str()),
        Expiry::EndOf { span, .. } => span.as_ref().is_some_and(bad_span),
        Expiry::Rolling { age, evaluated, .. } => bad_span(age) || bad_evaluation(evaluated),
        Expiry::Never | Expiry::At(_) => false,
    }
}

fn bad_evaluation(evaluation: &Evaluation) -> bool {
    let (every, month, day) = match *evaluation {
        Evaluation::Daily(every) | Evaluation::Weekly { every, .. } => (every, 1, 1),
        Evaluation::Monthly { every, day } => (every, 1, day),
        Evaluation::Yearly { every, month, day } => (every, month, day),
    };
    !(1..=36_500).contains(&every) || !(1..=12).contains(&month) || !(1..=31).contains(&day)
}

fn bad_items(items: &[ItemId]) -> bool {
    let different: BTreeSet<&ItemId> = items.iter().collect();
    !(1..=1_000).contains(&items.len()) || different.len() < items.len()
}

/// Either points, or money that was spent.
fn bad_award(award: &Award) -> bool {
    let bad_points = match award.spend {
        None => award.points.0 <= 0,
        Some(spend) => award.points.0 != 0 || spend.step == Some(Rate::ZERO),
    };
    bad_points
        || award.source == Some(SourceId(0))
        || matches!(&award.start, Start::After(span) if bad_span(span))
        || award.expires.as_ref().is_some_and(bad_expiry)
}

fn bad_creation(auto: &AutoCreation) -> bool {
    auto.size.0 <= 0 || auto.reorder_limit.0 < 0 || bad_expiry(&auto.expires)
}

fn bad_fee(body: &ChargeFee) -> bool {
    let bad_amount = match &body.amount {
        FeeAmount::Points { points } => points.0 <= 0 || body.block.is_none(),
        FeeAmount::Money { amount, .. } => *amount == Rate::ZERO || body.block.is_some(),
        FeeAmount::Scheduled { name } => bad_words(name, 256),
    };
    let nobody = body.partner == PartnerId(0) || body.block == Some(BlockId(0));
    let is_credit = body.direction == Direction::Credit;
    nobody || is_credit || bad_amount || body.concerns == Some(RequestId(0)) || bad_words(&body.description, 256)
}

/// Fees have names, and those in points cost some.
fn bad_fees(fees: &std::collections::BTreeMap<Box<str>, ScheduledFee>) -> bool {
    let bad_name = |name: &str| bad_words(name, 128);
    let bad_cost = |fee: &ScheduledFee| matches!(fee, ScheduledFee::Points(points) if points.0 <= 0);
    fees.len() > 64 || fees.iter().any(|(name, fee)| bad_name(name) || bad_cost(fee))
}

/// What a point type, new or changed, says of itself.
struct TypeSettings<'a> {
    names: [Option<&'a str>; 2],
    expiry: Option<&'a Expiry>,
    scale: Option<u8>,
    currency: Option<&'a str>,
    inactivity: Option<&'a Inactivity>,
    negative_limit: Option<&'a NegativeLimit>,
    overdraft: Option<&'a Overdraft>,
    maximum: Option<Maximum>,
}

impl TypeSettings<'_> {
    fn are_bad(&self) -> bool {
        let is_code = |code: &str| code.len() == 3 && code.chars().all(|c| c.is_ascii_uppercase());
        let bad_currency = |code: &str| !(code.is_empty() || is_code(code));
        let bad_inactivity = |inactivity: &Inactivity| match inactivity {
            Inactivity::Ignored => false,
            Inactivity::Expires { period, evaluated, .. } => {
                bad_span(period) || evaluated.as_ref().is_some_and(bad_evaluation)
            }
        };
        let bad_limit = |limit: &NegativeLimit| match limit {
            NegativeLimit::Absolute(points) => points.0 < 0,
            NegativeLimit::Max { points, .. } | NegativeLimit::Min { points, .. } => points.0 < 0,
            NegativeLimit::Unlimited | NegativeLimit::Percent(_) => false,
        };
        let bad_overdraft = |overdraft: &Overdraft| match overdraft {
            Overdraft::All(points) | Overdraft::Tiers { points, .. } => points.0 <= 0,
            Overdraft::Refused => false,
        };
        let bad_maximum = |maximum: Maximum| match maximum {
            Maximum::Reject(points) | Maximum::Clip(points) => points.0 <= 0,
            Maximum::Unlimited => false,
        };
        self.names.iter().flatten().any(|name| bad_name(name))
            || self.expiry.is_some_and(bad_expiry)
            || self.scale.is_some_and(|scale| scale > 4)
            || self.currency.is_some_and(bad_currency)
            || self.inactivity.is_some_and(bad_inactivity)
            || self.negative_limit.is_some_and(bad_limit)
            || self.overdraft.is_some_and(bad_overdraft)
            || self.maximum.is_some_and(bad_maximum)
    }
}

fn bad_new_type(body: &CreatePointType) -> bool {
    let settings = TypeSettings {
        names: [Some(&body.name), Some(&body.label)],
        expiry: Some(&body.expiry),
        scale: Some(body.scale),
        currency: Some(&body.currency),
        inactivity: Some(&body.inactivity),
        negative_limit: Some(&body.negative_limit),
        overdraft: Some(&body.overdraft),
        maximum: Some(body.maximum),
    };
    body.point_type == PointTypeId(0) || settings.are_bad()
}

fn bad_edit(body: &EditPointType) -> bool {
    let settings = TypeSettings {
        names: [body.name.as_deref(), body.label.as_deref()],
        expiry: body.expiry.as_ref(),
        scale: body.scale,
        currency: body.currency.as_deref(),
        inactivity: body.inactivity.as_deref(),
        negative_limit: body.negative_limit.as_deref(),
        overdraft: body.overdraft.as_deref(),
        maximum: body.maximum,
    };
    body.point_type == PointTypeId(0) || settings.are_bad()
}

/// Tiers differ, and each has alternatives that ask for some points.
fn bad_tiers(body: &DefineTiers) -> bool {
    let bad_tier = |tier: &Tier| {
        let few = tier.any_of.iter().any(|threshold| threshold.points.0 <= 0);
        tier.tier == TierId(0) || bad_name(&tier.name) || !(1..=8).contains(&tier.any_of.len()) || few
    };
    let different: BTreeSet<TierId> = body.tiers.iter().map(|tier| tier.tier).collect();
    !(1..=16).contains(&body.tiers.len())
        || matches!(&body.period, QualifyingPeriod::Rolling(span) if bad_span(span))
        || different.len() < body.tiers.len()
        || body.tiers.iter().any(bad_tier)
}

fn bad_program(body: &CreateProgram) -> bool {
    let bad_count = body.point_types_max.is_some_and(|max| max == 0 || max > 256);
    bad_name(&body.name) || body.block_warning_days > 3_660 || body.item_warning_days > 3_660 || bad_count
}

fn bad(action: &Action) -> bool {
    let few = |points: Points| points.0 <= 0;
    let nobody = |member: MemberId| member == MemberId(0);
    match action {
        Action::CreateProgram(body) => bad_program(body),
        Action::CreatePointType(body) => bad_new_type(body),
        Action::EditPointType(body) => bad_edit(body),
        Action::CreateSubtype(body) => body.subtype == SubtypeId(0) || bad_name(&body.name),
        Action::ActivateProgram(_) => false,
        Action::DefineTiers(body) => bad_tiers(body),
        Action::CreatePartner(CreatePartner {
            partner,
            name,
            billing,
            low_balance,
            auto_creation,
            due_block,
            fees,
            ..
        })
        | Action::EditPartner(EditPartner {
            partner,
            name,
            billing,
            low_balance,
            auto_creation,
            due_block,
            fees,
            ..
        }) => {
            *partner == PartnerId(0)
                || bad_name(name)
                || bad_fees(fees)
                || low_balance.is_some_and(|low| low.0 < 0)
                || auto_creation.as_deref().is_some_and(|auto| *billing == Billing::PostPaid || bad_creation(auto))
                || due_block.as_deref().is_some_and(|due| few(due.points))
        }
        Action::PurchaseBlock(body) => {
            let is_foreign = body.block.0 == 0 || body.block.0 >= OWN_BLOCKS_FROM || body.block_kind == BlockKind::Auto;
            body.partner == PartnerId(0) || is_foreign || few(body.points) || bad_expiry(&body.expires)
        }
        Action::ApproveBlock(ApproveBlock { partner, block })
        | Action::RejectBlock(RejectBlock { partner, block })
        | Action::CancelBlock(CancelBlock { partner, block }) => *partner == PartnerId(0) || *block == BlockId(0),
        Action::AdjustBlock(body) => {
            body.partner == PartnerId(0)
                || body.block == BlockId(0)
                || few(body.points)
                || bad_words(&body.description, 256)
        }
        Action::ChargeFee(body) => bad_fee(body),
        Action::RefundFee(body) => body.fee == RequestId(0) || bad_words(&body.reason, 64),
        Action::BillPartner(BillPartner { partner, lines_max, .. })
        | Action::ContinueBill(ContinueBill { partner, lines_max }) => {
            *partner == PartnerId(0) || lines_max.is_some_and(|lines| lines == 0 || lines > 10_000)
        }
        Action::Enrol(body) => nobody(body.member),
        Action::Accrue(body) => {
            let awards = &body.awards;
            let bad_awards = !(1..=64).contains(&awards.len()) || awards.iter().any(bad_award);
            nobody(body.member) || body.partner == Some(PartnerId(0)) || bad_awards
        }
        Action::AccrueShared(body) => {
            let (shares, awards) = (&body.shares, &body.awards);
            let bad_share =
                |share: &Share| share.partner == PartnerId(0) || !(1..=1_000_000_000).contains(&share.parts);
            let partners: BTreeSet<PartnerId> = shares.iter().map(|share| share.partner).collect();
            let bad_shares = !(1..=16).contains(&shares.len()) || partners.len() < shares.len();
            let bad_awards = !(1..=64).contains(&awards.len()) || awards.iter().any(bad_award);
            nobody(body.member) || bad_shares || shares.iter().any(bad_share) || bad_awards
        }
        Action::Redeem(body) => nobody(body.member) || few(body.points),
        Action::Transfer(body) => nobody(body.member) || nobody(body.to) || few(body.points) || body.fee.0 < 0,
        Action::HoldPoints(body) => nobody(body.member) || few(body.points) || bad_expiry(&body.times_out),
        Action::Capture(Capture { hold, points }) | Action::Release(Release { hold, points }) => {
            *hold == RequestId(0) || points.is_some_and(few)
        }
        Action::Cancel(body) => {
            body.request == RequestId(0)
                || match body.amount {
                    CancelAmount::Whole => false,
                    CancelAmount::Points(points) | CancelAmount::Award { points, .. } => few(points),
                }
        }
        Action::Erase(body) => match (body.transaction, body.id) {
            (Some(RequestId(id)), None) | (None, Some(MemberId(id))) => id == 0,
            (None, None) | (Some(_), Some(_)) => true,
        },
        Action::AdjustPoints(body) => {
            let points = body.points.0;
            let expires = body.expires.as_ref();
            nobody(body.member)
                || bad_reason(&body.reason)
                || points == 0
                || points == i64::MIN
                || expires.is_some_and(bad_expiry)
                || expires.is_some() && points < 0
        }
        Action::SetMemberStatus(body) => nobody(body.member) || bad_reason(&body.reason),
        Action::ExtendItems(ExtendItems { member, items, expires, reason })
        | Action::ReinstateItems(ReinstateItems { member, items, expires, reason }) => {
            nobody(*member) || bad_items(items) || bad_expiry(expires) || bad_reason(reason)
        }
        Action::MergeMembers(MergeMembers { member, other, reason })
        | Action::UnmergeMembers(UnmergeMembers { member, other, reason }) => {
            nobody(*member) || nobody(*other) || bad_reason(reason)
        }
        Action::EnrolHousehold(body) => nobody(body.member),
        Action::JoinHousehold(body) => nobody(body.member) || nobody(body.household),
        Action::EditMembership(body) => nobody(body.member),
        Action::LeaveHousehold(body) => nobody(body.member),
        Action::BookDue(_) => true,
        other => bad_source(other),
    }
}

fn bad_restriction(of: &Restriction) -> bool {
    of.restriction == 0 || of.max.0 <= 0 || matches!(&of.window, Window::Sliding(span) if bad_span(span))
}

fn bad_source(action: &Action) -> bool {
    let missing = |source: SourceId| source == SourceId(0);
    let less = |points: Option<Points>| points.is_some_and(|points| points.0 < 0);
    match action {
        Action::CreateSource(body) => {
            let numbers: BTreeSet<u16> = body.restrictions.iter().map(|of| of.restriction).collect();
            let bad = numbers.len() < body.restrictions.len() || body.restrictions.iter().any(bad_restriction);
            missing(body.source) || bad_name(&body.name) || less(body.low_at) || less(body.inventory) || bad
        }
        Action::EditSource(body) => {
            missing(body.source) || body.name.as_deref().is_some_and(bad_name) || less(body.low_at)
        }
        Action::PauseSource(PauseSource { source })
        | Action::ResumeSource(ResumeSource { source })
        | Action::ArchiveSource(ArchiveSource { source, .. })
        | Action::UnrestrictSource(UnrestrictSource { source, .. }) => missing(*source),
        Action::SetInventory(body) => missing(body.source) || body.points.0 < 0,
        Action::ModifyInventory(body) => missing(body.source) || body.points.0 == 0,
        Action::RestrictSource(body) => missing(body.source) || bad_restriction(&body.restriction),
        _ => bad_trade(action),
    }
}

/// The same of what merchants are about.
fn bad_trade(action: &Action) -> bool {
    let few = |points: Points| points.0 <= 0;
    let (nobody, no_partner) = (|id: MemberId| id == MemberId(0), |id: PartnerId| id == PartnerId(0));
    let no_scheme = |scheme: &SchemeId| *scheme == SchemeId(0);
    match action {
        Action::RecordPurchase(RecordPurchase {
            member,
            partner,
            amount,
            offer,
            award,
            expires,
            brand,
            medium,
            ..
        }) => {
            let bad_medium = [brand, medium].into_iter().flatten().any(|text| bad_name(text));
            let bad_amount = few(*amount) || few(*award) || expires.as_ref().is_some_and(bad_expiry);
            nobody(*member) || no_partner(*partner) || *offer == OfferId(0) || bad_amount || bad_medium
        }
        Action::SpendAt(body) => {
            let nowhere = no_partner(body.partner) || body.scheme.as_ref().is_some_and(no_scheme);
            nobody(body.member) || nowhere || few(body.points)
        }
        Action::CreditMember(body) => nobody(body.member) || no_partner(body.partner) || few(body.points),
        Action::SetParticipant(body) => nobody(body.member) || body.schemes.len() > 100,
        Action::SignUp(body) => {
            nobody(body.member) || no_partner(body.partner) || !(1..=100).contains(&body.schemes.len())
        }
        Action::CreateRun(body) => body.every.as_ref().is_some_and(bad_span),
        Action::SaveRun(SaveRun { run }) | Action::SubmitRun(SubmitRun { run, .. }) => *run == RequestId(0),
        Action::SetScheme(body) => no_scheme(&body.scheme) || bad_name(&body.name),
        Action::SetOffer(body) => body.offer == OfferId(0) || no_scheme(&body.scheme) || bad_name(&body.name),
        Action::SetGroup(body) => {
            body.group == GroupId(0) || bad_name(&body.name) || body.collaborating.contains(&body.group)
        }
        Action::SetUnit(body) => {
            no_partner(body.partner) || body.merchant == Some(MerchantId(0)) || body.group == Some(GroupId(0))
        }
        Action::SetAgreement(body) => bad_agreement(body),
        Action::SetContributionRules(body) => {
            let bad_period = |of: &PeriodContribution| of.from > of.to;
            let bad_rule = |rule: &NewContributionRule| {
                let bad_medium = rule.brands.iter().chain(&rule.mediums).any(|text| bad_name(text));
                rule.periods.len() > 100 || bad_medium || rule.periods.iter().any(bad_period)
            };
            let of_nobody = body.partners.is_empty() && body.groups.is_empty();
            of_nobody || body.rules.len() > 100 || body.rules.iter().any(bad_rule)
        }
        Action::SwitchGroup(body) => {
            let different: BTreeSet<u32> = body.rules.iter().map(|rule| rule.rule).collect();
            let unclear = body.partners.is_empty() == body.from.is_none();
            body.to == GroupId(0) || unclear || different.len() < body.rules.len()
        }
        Action::SetSettlement(_) => false,
        other => panic!("the model does not know {other:?}"),
    }
}

/// Agreements of a partner or a group, as far as histories have them: at the point of sale.
fn bad_agreement(body: &SetAgreement) -> bool {
    let SetAgreement { award, spend, .. } = body;
    let bad_range = |range: &SpendRange| {
        let negative = [range.from, range.to].into_iter().flatten().any(|bound| bound.0 < 0);
        negative || range.from.zip(range.to).is_some_and(|(from, to)| from > to)
    };
    let chosen = |choice: &Option<SchemeChoice>| match choice {
        Some(SchemeChoice::Specific(schemes)) => Some(schemes.clone()),
        Some(SchemeChoice::All) | None => None,
    };
    let of_signing_up = body.sign_up.as_ref().and_then(|rules| chosen(&rules.schemes));
    let none_chosen = [chosen(&award.schemes), of_signing_up].into_iter().flatten().any(|schemes| schemes.is_empty());
    let bad_ranges = match &spend.range {
        None => false,
        Some(SpendRanges::Single(range)) => bad_range(range),
        Some(SpendRanges::PerScheme(ranges)) => match chosen(&award.schemes) {
            None => true,
            Some(schemes) => ranges.iter().any(|(scheme, range)| !schemes.contains(scheme) || bad_range(range)),
        },
    };
    let bounds = SpendRange { from: spend.minimum, to: spend.maximum };
    let bad_amounts = bad_ranges || spend.automatic_range.as_ref().is_some_and(bad_range) || bad_range(&bounds);
    let not_a_groups = AwardRules { own_group: None, collaborating: None, ..(**award).clone() } != **award
        || SpendRules {
            range: spend.range.clone(),
            block_without_scheme: spend.block_without_scheme,
            ..SpendRules::default()
        } != **spend
        || *body.reduction != Reduction::FrontEnd
        || body.sign_up.is_some()
        || body.receivable.is_some();
    let bad_owner = match (body.partner, body.group) {
        (Some(partner), None) => partner == PartnerId(0),
        (None, Some(group)) => group == GroupId(0) || not_a_groups,
        (Some(_), Some(_)) | (None, None) => true,
    };
    assert!(*body.reduction == Reduction::FrontEnd, "the model does not know {body:?}");
    bad_owner || bad_text(&body.description, 1024) || none_chosen || bad_amounts
}
