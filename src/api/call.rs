//! A call that may be done, and what a handler answers.

use super::budget::Spends;
use super::cursor;
use super::params::{PAGE_DEFAULT, decoded};
use super::problem::Problem;
use super::token::Token;
use crate::chart::Figure;
use crate::domain::{MemberId, MemberKey, PartnerId, PartnerKey, ProgramId, Timestamp};
use crate::engine::Ticket;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

/// The methods that routes have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Looks.
    Get,
    /// Does.
    Post,
}

impl Method {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

/// The head of a request: all but its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The method.
    pub method: Method,
    /// The path, with its percent signs.
    pub path: String,
    /// The query, without the question mark.
    pub query: String,
    /// The header `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The header `Accept`.
    pub accept: Option<String>,
    /// The header `Last-Event-ID`.
    pub last_event_id: Option<String>,
    /// The header `If-None-Match`.
    pub if_none_match: Option<String>,
    /// The header `If-Match`.
    pub if_match: Option<String>,
    /// Now, by the caller's clock: for budgets and expiries of tokens.
    pub at: Timestamp,
}

impl Head {
    /// A plain request for a path, as callers in the process make it.
    #[must_use]
    pub fn new(method: Method, path: &str, at: Timestamp) -> Head {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (path, query) = (path.to_owned(), query.to_owned());
        Head {
            method,
            path,
            query,
            idempotency_key: None,
            accept: None,
            last_event_id: None,
            if_none_match: None,
            if_match: None,
            at,
        }
    }
}

/// The form in which rows are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One object.
    Json,
    /// A table for spreadsheets.
    Csv,
    /// An object a line.
    JsonLines,
    /// A picture.
    Svg,
}

impl Format {
    /// The formats that an ending of the path asks for.
    pub(crate) const BY_ENDING: [(&str, Format); 3] =
        [(".csv", Format::Csv), (".jsonl", Format::JsonLines), (".svg", Format::Svg)];

    /// What the header `Content-Type` says.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::Csv => "text/csv; charset=utf-8",
            Format::JsonLines => "application/x-ndjson",
            Format::Svg => "image/svg+xml",
        }
    }
}

/// What a route's command is, and what it costs a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verb {
    /// The command's `kind`.
    pub kind: &'static str,
    /// What it takes from a budget.
    pub spends: Spends,
}

/// A call that may be done: parameters and access have been checked.
#[derive(Debug, Clone)]
pub struct Call {
    /// The route's id.
    pub(crate) route: &'static str,
    /// The command that the route makes.
    pub(crate) verb: Option<Verb>,
    pub(crate) token: Option<Arc<Token>>,
    pub(crate) path: BTreeMap<&'static str, String>,
    pub(crate) query: BTreeMap<&'static str, String>,
    pub(crate) format: Format,
    pub(crate) head: Head,
}

impl Call {
    /// The parameter of the query, if it was given. It has been checked by its kind already.
    pub(crate) fn query<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, Problem> {
        let Some(text) = self.query.get(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| Problem::parameter(name, "out of range"))
    }

    /// The numbers or words of a parameter that has commas between them; none where it was not given.
    pub(crate) fn listed<T: FromStr>(&self, name: &'static str) -> Result<Vec<T>, Problem> {
        let parts = self.query.get(name).into_iter().flat_map(|text| text.split(',')).filter(|part| !part.is_empty());
        parts.map(|part| part.parse().map_err(|_| Problem::parameter(name, format!("{part} is none")))).collect()
    }

    fn path<T: FromStr>(&self, name: &'static str) -> Result<T, Problem> {
        let text = self.path.get(name).map_or("", String::as_str);
        text.parse().map_err(|_| Problem::parameter(name, "out of range"))
    }

    /// The number in the path.
    pub(crate) fn number<T: FromStr>(&self, name: &'static str) -> Result<T, Problem> {
        self.path(name)
    }

    /// The program of the path.
    pub(crate) fn program(&self) -> Result<ProgramId, Problem> {
        self.path("program").map(ProgramId)
    }

    /// The member of the path.
    pub(crate) fn member(&self) -> Result<MemberKey, Problem> {
        Ok(MemberKey { program: self.program()?, member: self.path::<MemberId>("member")? })
    }

    /// The partner of the path.
    pub(crate) fn partner(&self) -> Result<PartnerKey, Problem> {
        Ok(PartnerKey { program: self.program()?, partner: self.path("partner").map(PartnerId)? })
    }

    /// How many rows are asked for.
    pub(crate) fn limit(&self) -> Result<usize, Problem> {
        Ok(self.query("limit")?.unwrap_or(PAGE_DEFAULT))
    }

    /// Where the page begins, if that was said.
    pub(crate) fn cursor<T: FromStr>(&self) -> Result<Option<T>, Problem> {
        self.query.get("cursor").map(|text| cursor::read(self.route, text)).transpose()
    }

    /// The text for the place at which the next page begins.
    pub(crate) fn next(&self, place: Option<impl std::fmt::Display>) -> Option<String> {
        place.map(|place| cursor::write(self.route, place))
    }

    /// The header `Accept`.
    #[must_use]
    pub fn accept(&self) -> &str {
        self.head.accept.as_deref().unwrap_or_default()
    }

    /// Seconds that a reader of the feed waits.
    pub fn wait_seconds(&self) -> Result<u64, Problem> {
        Ok(self.query("wait")?.unwrap_or_default())
    }

    /// The request id that the header says: bare, or as a string of structured headers.
    pub(crate) fn idempotency_key(&self) -> Result<String, Problem> {
        let missing = || Problem::new("idempotency_key_required", "the header Idempotency-Key is missing");
        let text = self.head.idempotency_key.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let text = text.ok_or_else(missing)?;
        Ok(text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).to_owned())
    }
}

/// The segments of a path, without their percent signs. `None` where one is not UTF-8.
pub(crate) fn segments(path: &str) -> Option<Vec<String>> {
    path.strip_prefix('/')?.split('/').map(|segment| decoded(segment, false)).collect()
}

/// Rows in pages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The columns of the table, in their order.
    pub columns: &'static [&'static str],
    /// An object each.
    pub rows: Vec<Value>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Fields beside the rows.
    pub beside: Map<String, Value>,
    /// The picture of it, where there is one.
    pub figure: Option<Figure>,
}

/// What a handler answers.
#[derive(Debug)]
pub enum Answer {
    /// One object.
    Object(Value),
    /// A command was submitted: its receipt, once it is durable.
    Sent(Ticket),
    /// Rows.
    Page(Box<Page>),
    /// A text of some type.
    Text {
        /// What the header `Content-Type` says.
        media_type: &'static str,
        /// The text.
        body: String,
    },
}
