//! Which commands the model takes for malformed: then nothing happens, not even time.

use accruedb::domain::*;
use std::collections::BTreeSet;

pub(crate) fn malformed(command: &Command) -> bool {
    let bad_text = |text: &str| text.len() > 128 || text.chars().any(char::is_control);
    let is_dated = matches!(command.action, Action::AdjustBlock(_) | Action::ChargeFee(_));
    let undated = is_dated && command.transaction_at.is_none();
    let bad_reference = command.reference.as_deref().is_some_and(bad_text);
    command.request_id == RequestId(0) || undated || bad_reference || bad(&command.action)
}

fn bad_span(span: &Span) -> bool {
    !(1..=36_500).contains(&span.count)
}

fn bad_expiry(expiry: &Expiry) -> bool {
    match expiry {
        Expiry::After(span) => bad_span(span),
        Expiry::On(date) => ["9999-12-30", "9999-12-31"].contains(&date.to_string().as_str()),
        Expiry::EndOf { span, .. } => span.as_ref().is_some_and(bad_span),
        Expiry::Rolling { age, .. } => bad_span(age),
        Expiry::Never | Expiry::At(_) => false,
    }
}

fn bad_reason(reason: &str) -> bool {
    reason.trim().is_empty()
}

fn bad_items(items: &[ItemId]) -> bool {
    let different: BTreeSet<&ItemId> = items.iter().collect();
    items.is_empty() || different.len() < items.len()
}

fn bad_award(award: &Award) -> bool {
    award.points.0 <= 0
        || award.source == Some(SourceId(0))
        || matches!(&award.start, Start::After(span) if bad_span(span))
        || award.expires.as_ref().is_some_and(bad_expiry)
}

fn bad_words(words: &str) -> bool {
    words.trim().is_empty()
}

fn bad_creation(auto: &AutoCreation) -> bool {
    auto.size.0 <= 0 || auto.reorder_limit.0 < 0 || bad_expiry(&auto.expires)
}

fn bad_fee(body: &ChargeFee) -> bool {
    let bad_amount = match &body.amount {
        FeeAmount::Points { points } => points.0 <= 0 || body.block.is_none(),
        FeeAmount::Money { amount, .. } => *amount == Rate::ZERO || body.block.is_some(),
        FeeAmount::Scheduled { name } => bad_words(name),
    };
    let nobody = body.partner == PartnerId(0) || body.block == Some(BlockId(0));
    let is_credit = body.direction == Direction::Credit;
    nobody || is_credit || bad_amount || body.concerns == Some(RequestId(0)) || bad_words(&body.description)
}

fn bad(action: &Action) -> bool {
    let few = |points: Points| points.0 <= 0;
    let nobody = |member: MemberId| member == MemberId(0);
    match action {
        Action::CreateProgram(body) => body.point_types_max.is_some_and(|max| max == 0 || max > 256),
        Action::CreatePointType(body) => body.point_type == PointTypeId(0) || bad_expiry(&body.expiry),
        Action::CreatePartner(CreatePartner { partner, billing, low_balance, auto_creation, due_block, .. })
        | Action::EditPartner(EditPartner { partner, billing, low_balance, auto_creation, due_block, .. }) => {
            *partner == PartnerId(0)
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
            body.partner == PartnerId(0) || body.block == BlockId(0) || few(body.points) || bad_words(&body.description)
        }
        Action::ChargeFee(body) => bad_fee(body),
        Action::RefundFee(body) => body.fee == RequestId(0) || bad_words(&body.reason),
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
            let bad_share = |share: &Share| share.partner == PartnerId(0) || share.parts == 0;
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
        Action::EditPointType(body) => {
            body.point_type == PointTypeId(0) || body.expiry.as_ref().is_some_and(bad_expiry)
        }
        Action::DefineTiers(body) => body.tiers.is_empty(),
        Action::BookDue(_) => true,
        other => bad_source(other),
    }
}

fn bad_restriction(of: &Restriction) -> bool {
    of.restriction == 0 || of.max.0 <= 0 || matches!(&of.window, Window::Sliding(span) if bad_span(span))
}

fn bad_source(action: &Action) -> bool {
    let missing = |source: SourceId| source == SourceId(0);
    let bad_name = |name: &str| name.len() > 128 || name.chars().any(char::is_control);
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
        other => panic!("the model does not know {other:?}"),
    }
}
