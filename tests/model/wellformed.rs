//! Which commands the model takes for malformed: then nothing happens, not even time.

use accruedb::domain::*;
use std::collections::BTreeSet;

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
