//! All problems with their figures, for the document (`x-problems`): clients make an exception of each.

use super::problem::{CODES, rejection_status};
use crate::domain::Rejection;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

/// Figures of the server's own problems: code, name, type.
#[rustfmt::skip]
const OWN: &[(&str, &str, &str)] = &[
    ("malformed", "pointer", "string"),
    ("malformed", "parameter", "string"),
    ("invalid_cursor", "parameter", "string"),
    ("forbidden", "scope", "string"),
    ("method_not_allowed", "allow", "string"),
    ("budget_exceeded", "budget", "string"),
    ("budget_exceeded", "limit", "integer"),
    ("budget_exceeded", "used", "integer"),
    ("budget_exceeded", "asked", "integer"),
    ("too_fast", "limit", "integer"),
];

/// Every problem by its code: its status, its meaning and the schemas of its figures.
pub(crate) fn by_code(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let problem = |status: u16, about: &str, figures: Map<String, Value>| {
        let about = about.trim();
        json!({ "status": status, "about": about, "figures": figures })
    };
    let own = CODES.iter().map(|(code, status, about)| {
        let figures = OWN.iter().filter(|(of, ..)| of == code);
        let figures = figures.map(|(_, name, kind)| ((*name).to_owned(), json!({ "type": kind }))).collect();
        ((*code).to_owned(), problem(*status, about, figures))
    });
    let rules = Rejection::CODES.iter().zip(Rejection::MEANINGS).zip(Rejection::figures(generator));
    let rules = rules.map(|((code, about), figures)| {
        let figures = figures.into_iter().map(|(name, schema)| (name.to_owned(), schema.to_value())).collect();
        ((*code).to_owned(), problem(rejection_status(code), about, figures))
    });
    own.chain(rules).collect()
}
