//! Is a command well formed? What can be told from the command alone, before any lock is taken.

use crate::domain::{
    AWARDS_MAX, Accrue, Action, CancelAmount, Command, Date, Expiry, POINT_TYPES_MAX, Points, REFERENCE_BYTES_MAX,
    RequestId, Span, Start,
};

/// What is wrong with a command, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct Malformed {
    /// The field, as a path from the command.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

fn wrong(field: impl Into<String>, problem: impl Into<String>) -> Malformed {
    Malformed { field: field.into(), problem: problem.into() }
}

/// Longest span that a rule may name.
const SPAN_COUNT_MAX: u16 = 36_500;

/// Checks that a caller's command is well formed.
pub fn check(command: &Command) -> Result<(), Malformed> {
    if command.request_id == RequestId(0) {
        return Err(wrong("request_id", "must not be 0"));
    }
    if let Some(text) = &command.reference {
        if text.len() > REFERENCE_BYTES_MAX {
            return Err(wrong("reference", format!("{} bytes; at most {REFERENCE_BYTES_MAX}", text.len())));
        }
        if text.chars().any(char::is_control) {
            return Err(wrong("reference", "must not hold control characters"));
        }
    }
    match &command.action {
        Action::CreateProgram(body) => match body.point_types_max {
            Some(max) if max == 0 || max > POINT_TYPES_MAX => {
                Err(wrong("create_program.point_types_max", format!("{max}; between 1 and {POINT_TYPES_MAX}")))
            }
            _ => Ok(()),
        },
        Action::CreatePointType(body) => {
            expiry(body.expiry).map_err(|problem| wrong("create_point_type.expiry", problem))
        }
        Action::PurchaseBlock(body) => {
            amount("purchase_block.points", body.points)?;
            expiry(body.expires).map_err(|problem| wrong("purchase_block.expires", problem))
        }
        Action::Accrue(body) => accrue(body),
        Action::Redeem(body) => amount("redeem.points", body.points),
        Action::Cancel(body) => match body.amount {
            CancelAmount::Whole => Ok(()),
            CancelAmount::Points(points) | CancelAmount::Award { points, .. } => amount("cancel.amount", points),
        },
        Action::BookDue(_) => Err(wrong("book_due", "is the engine's own")),
        Action::CreatePartner(_) | Action::ApproveBlock(_) | Action::Enrol(_) => Ok(()),
    }
}

fn accrue(body: &Accrue) -> Result<(), Malformed> {
    if body.awards.is_empty() || body.awards.len() > AWARDS_MAX {
        return Err(wrong("accrue.awards", format!("{} awards; between 1 and {AWARDS_MAX}", body.awards.len())));
    }
    for (place, award) in body.awards.iter().enumerate() {
        if !award.points.is_positive() {
            return Err(not_positive(format!("accrue.awards[{place}].points"), award.points));
        }
        let within = |field: &str| format!("accrue.awards[{place}].{field}");
        if let Start::After(after) = award.start {
            span(after).map_err(|problem| wrong(within("start"), problem))?;
        }
        if let Some(expires) = award.expires {
            expiry(expires).map_err(|problem| wrong(within("expires"), problem))?;
        }
    }
    Ok(())
}

fn amount(field: &str, points: Points) -> Result<(), Malformed> {
    if points.is_positive() { Ok(()) } else { Err(not_positive(field, points)) }
}

fn not_positive(field: impl Into<String>, points: Points) -> Malformed {
    wrong(field, format!("{points}; must be more than 0"))
}

/// What is wrong with an expiry.
fn expiry(expiry: Expiry) -> Result<(), String> {
    match expiry {
        Expiry::After(after) => span(after),
        // other systems write "never" like this
        Expiry::On(date) if date > Date::EXPIRY_MAX => Err(format!("{date}; at most {}, or never", Date::EXPIRY_MAX)),
        Expiry::Never | Expiry::At(_) | Expiry::On(_) => Ok(()),
    }
}

fn span(span: Span) -> Result<(), String> {
    match span.count {
        1..=SPAN_COUNT_MAX => Ok(()),
        count => Err(format!("a span of {count}; between 1 and {SPAN_COUNT_MAX}")),
    }
}
