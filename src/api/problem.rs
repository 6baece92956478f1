//! Refusals as RFC 9457 problems: one shape for everything that is not done, with a code and the figures.

use super::json::Bad;
use crate::domain::Rejection;
use crate::engine::{Error, ErrorKind, ExecuteError};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// Why a call was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The cause as one word.
    pub code: Cow<'static, str>,
    /// What is wrong with this call, for people.
    pub detail: String,
    /// The figures.
    pub members: Map<String, Value>,
    /// After how many seconds the same call may be tried again.
    pub retry_after: Option<u32>,
}

/// Problems of the server itself: code, status, and what to do. Those of the rules are in
/// [`Rejection`].
#[rustfmt::skip]
pub const CODES: &[(&str, u16, &str)] = &[
    ("malformed", 400, "The body, a header or a parameter is not well formed. `pointer` or `parameter` names the place. Correct the call."),
    ("idempotency_key_required", 400, "A command needs the header `Idempotency-Key`: an id that you choose and send again with each retry of this command."),
    ("invalid_cursor", 400, "The cursor is not one that this route gave. Begin again without one."),
    ("unauthorized", 401, "No token was sent, or one that is unknown, expired or revoked. Send `Authorization: Bearer acr_...`."),
    ("forbidden", 403, "The token lacks the scope that this route needs, or the route is outside of its bounds."),
    ("not_found", 404, "There is nothing at this address, or the token must not know of it."),
    ("entry_unknown", 404, "The journal has no such entry, or the token must not know of it."),
    ("method_not_allowed", 405, "The address exists for other methods: see the header `Allow`."),
    ("not_acceptable", 406, "The route has no answer in the format that was asked for."),
    ("clock_not_movable", 409, "The server runs on the system's clock. Only the commands' clock (`serve --clock commands`) can be moved."),
    ("precondition_failed", 412, "What the command edits is not what the caller saw: it has another `ETag` than `If-Match` says. Nothing was done. Read it again."),
    ("too_large", 413, "The body is larger than this route takes: 1 MiB, or 16 MiB and 10,000 lines of commands."),
    ("unsupported_media_type", 415, "The body must be `application/json` (or `application/x-ndjson` for commands in lines), not encoded."),
    ("budget_exceeded", 429, "The token's budget of points for this day (UTC) does not cover the command. Nothing was done."),
    ("too_fast", 429, "The token makes more calls a second than it may, or too many wrong tokens came from this address. Nothing was done. Retry after the seconds of `Retry-After`."),
    ("wrong_host", 421, "The header `Host` names a host that this server does not answer for. See `serve --host`."),
    ("internal", 500, "The server found its own data wrong, or failed. Nothing more is told here; the server's log has it. Do not retry."),
    ("not_possible", 501, "This server cannot do that: for instance a backup of a database in memory."),
    ("busy", 503, "The server has as much work as it takes. Nothing was done. Retry after the seconds of `Retry-After`, with the same `Idempotency-Key`."),
    ("closing", 503, "The server is stopping, or its database is closed. A command in flight may have been done: repeat it with the same `Idempotency-Key`."),
];

impl Problem {
    /// A problem of [`CODES`].
    pub fn new(code: &'static str, detail: impl Into<String>) -> Problem {
        let status = CODES.iter().find(|(known, ..)| *known == code).map_or(500, |(_, status, _)| *status);
        let retry_after = (status == 503).then_some(1);
        Problem { status, code: Cow::Borrowed(code), detail: detail.into(), members: Map::new(), retry_after }
    }

    /// The same problem with a figure.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Problem {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// A parameter that does not do.
    pub(crate) fn parameter(name: &str, what: impl std::fmt::Display) -> Problem {
        Problem::new("malformed", format!("parameter {name}: {what}")).with("parameter", name)
    }

    /// The problem as the body of an answer.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = self.members.clone();
        object.insert("type".to_owned(), json!(format!("/problems/{}", self.code)));
        object.insert("title".to_owned(), json!(self.code.replace('_', " ")));
        object.insert("status".to_owned(), json!(self.status));
        object.insert("code".to_owned(), json!(self.code));
        object.insert("detail".to_owned(), json!(self.detail));
        Value::Object(object)
    }
}

impl From<Bad> for Problem {
    fn from(bad: Bad) -> Problem {
        let Bad { pointer, what } = bad;
        let place = if pointer.is_empty() { "the body".to_owned() } else { pointer.clone() };
        Problem::new("malformed", format!("{place}: {what}")).with("pointer", pointer)
    }
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Problem {
        let mut members = match serde_json::to_value(rejection) {
            Ok(Value::Object(members)) => members,
            _ => Map::new(),
        };
        members.remove("kind");
        let code = rejection.code();
        Problem {
            status: rejection_status(code),
            code: Cow::Borrowed(code),
            detail: rejection.to_string(),
            members,
            retry_after: None,
        }
    }
}

/// The status of a refusal by the rules: there is no such thing, it is in another state, or a rule says no.
pub(crate) fn rejection_status(code: &str) -> u16 {
    match code {
        code if code.ends_with("_unknown") => 404,
        code if code.ends_with("_exists") || code.starts_with("block_not_") => 409,
        _ => 422,
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        match error.kind {
            ErrorKind::Invalid => Problem::new("malformed", error.what).with("pointer", ""),
            ErrorKind::Busy => Problem::new("busy", "the database is in use"),
            ErrorKind::Closed(_) => Problem::new("closing", "the database is closed"),
            // what is damaged, and where, is for the log only
            ErrorKind::Corrupt => Problem::new("internal", "the database is damaged; see the server's log"),
            ErrorKind::Unavailable => Problem::new("closing", "the system refuses; see the server's log"),
        }
    }
}

impl From<ExecuteError> for Problem {
    fn from(error: ExecuteError) -> Problem {
        match error {
            ExecuteError::Refused(rejection) => rejection.into(),
            ExecuteError::Failed(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{PointTypeId, Points, Sequence};

    #[test]
    fn a_refusal_carries_its_figures() {
        let rejection =
            Rejection::InsufficientPoints { point_type: PointTypeId(1), available: Points(100), short: 150 };
        let told = Problem::from(rejection).to_json();
        let expected = json!({
            "type": "/problems/insufficient_points", "title": "insufficient points", "status": 422,
            "code": "insufficient_points", "detail": "100 points of type 1 available, short by 150",
            "point_type": 1, "available": 100, "short": 150,
        });
        assert_eq!(told, expected);
        let reused = Problem::from(Rejection::RequestIdReused { first: Sequence(7) }).to_json();
        assert_eq!((reused["status"].as_u64(), reused["first"].as_u64()), (Some(422), Some(7)));
        assert_eq!(Problem::from(Rejection::MemberUnknown).status, 404);
        assert_eq!(Problem::from(Rejection::ProgramExists).status, 409);
    }

    #[test]
    fn nothing_of_the_inside_is_told() {
        let what = "rocks/000012.sst: checksum".to_owned();
        for kind in [ErrorKind::Corrupt, ErrorKind::Unavailable, ErrorKind::Busy] {
            let told = Problem::from(Error { kind, what: what.clone() }).to_json().to_string();
            assert!(!told.contains("sst"), "{told}");
        }
    }
}
