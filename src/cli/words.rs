//! Settings in words, as JSON writes them.

use crate::domain::{Expiry, Span, Unit};
use serde::Serialize;

/// The word of a setting: that of its JSON.
pub(super) fn word(setting: &impl Serialize) -> String {
    match serde_json::to_value(setting) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(value) => value.to_string(),
        Err(error) => error.to_string(),
    }
}

/// When something expires, as a scenario says it: `after 30 days`.
pub(super) fn expiry(expiry: &Expiry) -> String {
    match expiry {
        Expiry::Never => "never".to_owned(),
        Expiry::At(instant) => instant.to_string(),
        Expiry::On(date) => date.to_string(),
        Expiry::After(span) => format!("after {}", count(span)),
        Expiry::EndOf { span: None, period } => format!("end of {}", word(period)),
        Expiry::EndOf { span: Some(span), period } => format!("end of {} after {}", word(period), count(span)),
        Expiry::Rolling { age, evaluated, .. } => format!("rolling {}, {}", count(age), evaluated.code()),
    }
}

/// `30 days`.
fn count(span: &Span) -> String {
    let unit = match span.unit {
        Unit::Days => "day",
        Unit::Weeks => "week",
        Unit::Months => "month",
        Unit::Years => "year",
    };
    format!("{} {unit}{}", span.count, if span.count == 1 { "" } else { "s" })
}
