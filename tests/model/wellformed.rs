//! Which commands the model takes for malformed: then nothing happens, not even time.

use accruedb::domain::*;

pub(crate) fn malformed(command: &Command) -> bool {
    let bad_text = |text: &str| text.len() > 128 || text.chars().any(char::is_control);
    command.request_id == RequestId(0) || command.reference.as_deref().is_some_and(bad_text) || bad(&command.action)
}

fn bad_span(span: &Span) -> bool {
    !(1..=36_500).contains(&span.count)
}

fn bad_expiry(expiry: &Expiry) -> bool {
    match expiry {
        Expiry::After(span) => bad_span(span),
        Expiry::On(date) => ["9999-12-30", "9999-12-31"].contains(&date.to_string().as_str()),
        Expiry::Never | Expiry::At(_) => false,
        other => panic!("the model does not know the expiry {other:?}"),
    }
}

fn bad_award(award: &Award) -> bool {
    award.points.0 <= 0
        || award.source == Some(SourceId(0))
        || matches!(&award.start, Start::After(span) if bad_span(span))
        || award.expires.as_ref().is_some_and(bad_expiry)
}

fn bad(action: &Action) -> bool {
    let few = |points: Points| points.0 <= 0;
    let nobody = |member: MemberId| member == MemberId(0);
    match action {
        Action::CreateProgram(body) => body.point_types_max.is_some_and(|max| max == 0 || max > 256),
        Action::CreatePointType(body) => body.point_type == PointTypeId(0) || bad_expiry(&body.expiry),
        Action::CreatePartner(body) => body.partner == PartnerId(0),
        Action::PurchaseBlock(body) => {
            body.partner == PartnerId(0) || body.block == BlockId(0) || few(body.points) || bad_expiry(&body.expires)
        }
        Action::ApproveBlock(body) => body.partner == PartnerId(0) || body.block == BlockId(0),
        Action::Enrol(body) => nobody(body.member),
        Action::Accrue(body) => {
            let awards = &body.awards;
            let bad_awards = !(1..=64).contains(&awards.len()) || awards.iter().any(bad_award);
            nobody(body.member) || body.partner == Some(PartnerId(0)) || bad_awards
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
        Action::BookDue(_) => true,
        _ => bad_trade(action),
    }
}

/// The same of what merchants are about.
fn bad_trade(action: &Action) -> bool {
    let few = |points: Points| points.0 <= 0;
    let nobody = |member: MemberId| member == MemberId(0);
    match action {
        Action::RecordPurchase(body) => {
            let bad_amount = few(body.amount) || few(body.award);
            nobody(body.member) || bad_amount || body.expires.as_ref().is_some_and(bad_expiry)
        }
        Action::SpendAt(body) => nobody(body.member) || few(body.points),
        Action::CreditMember(body) => nobody(body.member) || few(body.points),
        Action::SetParticipant(SetParticipant { member, .. }) => nobody(*member),
        Action::SignUp(body) => nobody(body.member) || body.schemes.is_empty(),
        Action::CreateRun(body) => body.every.as_ref().is_some_and(bad_span),
        Action::SaveRun(SaveRun { run }) | Action::SubmitRun(SubmitRun { run, .. }) => *run == RequestId(0),
        Action::SetScheme(_)
        | Action::SetOffer(_)
        | Action::SetGroup(_)
        | Action::SetUnit(_)
        | Action::SetAgreement(_)
        | Action::SetContributionRules(_)
        | Action::SwitchGroup(_)
        | Action::SetSettlement(_) => false,
        other => panic!("the model does not know {other:?}"),
    }
}
