//! Is a command well formed? What can be told from the command alone, before any lock is taken: the parts that several
//! verbs share.

use crate::domain::{
    ACTOR_BYTES_MAX, Date, Evaluation, Expiry, MemberId, NAME_BYTES_MAX, PartnerId, Points, REFERENCE_BYTES_MAX,
    RequestId, SourceId, Span,
};

/// What is wrong with a command, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct Malformed {
    /// The field, as a path from the command: `awards[0].points`.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Malformed {
    /// The same of a field that lies within another one.
    pub(super) fn within(self, outer: std::fmt::Arguments<'_>) -> Malformed {
        Malformed { field: format!("{outer}.{}", self.field), ..self }
    }
}

pub(super) fn wrong(field: impl Into<String>, problem: impl Into<String>) -> Malformed {
    Malformed { field: field.into(), problem: problem.into() }
}

/// Longest span that a rule may name.
const SPAN_COUNT_MAX: u16 = 36_500;

/// Checks the name of an actor.
pub fn check_actor(name: &str) -> Result<(), Malformed> {
    text("actor", name, ACTOR_BYTES_MAX)
}

pub(super) fn text(field: &str, text: &str, bytes_max: usize) -> Result<(), Malformed> {
    if text.len() > bytes_max {
        return Err(wrong(field, format!("{} bytes; at most {bytes_max}", text.len())));
    }
    if text.chars().any(char::is_control) {
        return Err(wrong(field, "must not hold control characters"));
    }
    Ok(())
}

/// The name or label of a definition.
pub(super) fn name(field: &str, name: &str) -> Result<(), Malformed> {
    text(field, name, NAME_BYTES_MAX)
}

/// Why something is done that is not everyday business: it must be said.
pub(super) fn reason(field: &str, reason: &str) -> Result<(), Malformed> {
    match reason.trim().is_empty() {
        true => Err(wrong(field, "must say why")),
        false => text(field, reason, REFERENCE_BYTES_MAX),
    }
}

fn not_zero(field: &str, id: u128) -> Result<(), Malformed> {
    if id == 0 { Err(wrong(field, "must not be 0")) } else { Ok(()) }
}

pub(super) fn request(field: &str, id: RequestId) -> Result<(), Malformed> {
    not_zero(field, id.0)
}

pub(super) fn member(field: &str, id: MemberId) -> Result<(), Malformed> {
    not_zero(field, id.0)
}

pub(super) fn partner(field: &str, id: PartnerId) -> Result<(), Malformed> {
    not_zero(field, id.0.into())
}

pub(super) fn source(field: &str, id: SourceId) -> Result<(), Malformed> {
    not_zero(field, id.0.into())
}

/// A free text that must be there.
pub(super) fn words(field: &str, words: &str, bytes_max: usize) -> Result<(), Malformed> {
    if words.trim().is_empty() {
        return Err(wrong(field, "must not be empty"));
    }
    text(field, words, bytes_max)
}

/// An id of another kind.
pub(super) fn id(field: &str, id: u64) -> Result<(), Malformed> {
    not_zero(field, id.into())
}

/// An amount of more than nothing.
pub(super) fn amount(field: &str, points: Points) -> Result<(), Malformed> {
    if points.is_positive() { Ok(()) } else { Err(wrong(field, format!("{points}; must be more than 0"))) }
}

/// An expiry, or another instant that is given like one.
pub(super) fn expiry(field: &str, expiry: Expiry) -> Result<(), Malformed> {
    match expiry {
        Expiry::After(after) => span(field, after),
        // other systems write "never" like this
        Expiry::On(date) if date > Date::EXPIRY_MAX => {
            Err(wrong(field, format!("{date}; at most {}, or never", Date::EXPIRY_MAX)))
        }
        Expiry::EndOf { span: Some(old), .. } => span(field, old),
        Expiry::Rolling { age, evaluated, .. } => {
            span(field, age)?;
            evaluation(&format!("{field}.evaluated"), evaluated)
        }
        Expiry::Never | Expiry::At(_) | Expiry::On(_) | Expiry::EndOf { span: None, .. } => Ok(()),
    }
}

/// The days on which a policy is evaluated (rule E74).
pub(super) fn evaluation(field: &str, evaluation: Evaluation) -> Result<(), Malformed> {
    let within = |name: &str, value: u16, most: u16| match value {
        value if (1..=most).contains(&value) => Ok(()),
        value => Err(wrong(format!("{field}.{name}"), format!("{value}; between 1 and {most}"))),
    };
    match evaluation {
        Evaluation::Daily(every) | Evaluation::Weekly { every, .. } => within("every", every, SPAN_COUNT_MAX),
        Evaluation::Monthly { every, day } => {
            within("every", every, SPAN_COUNT_MAX)?;
            within("day", day.into(), 31)
        }
        Evaluation::Yearly { every, month, day } => {
            within("every", every, SPAN_COUNT_MAX)?;
            within("month", month.into(), 12)?;
            within("day", day.into(), 31)
        }
    }
}

pub(super) fn span(field: &str, span: Span) -> Result<(), Malformed> {
    match span.count {
        1..=SPAN_COUNT_MAX => Ok(()),
        count => Err(wrong(field, format!("a span of {count}; between 1 and {SPAN_COUNT_MAX}"))),
    }
}
