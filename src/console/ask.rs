//! Asking the API as the visitor.

use crate::api::{self, Answer, Api, Format, Head, Method, Problem, Response, Scope, Token};
use crate::domain::Timestamp;
use serde_json::Value;
use std::sync::Arc;

/// Bytes after which a file is given up: some 300,000 rows.
const FILE_BYTES_MAX: usize = 48 << 20;

/// Rows that a page counts or picks from, at most.
const EVERY_MAX: usize = 20_000;

/// The API and the visitor's token.
pub(super) struct Ask<'a> {
    pub(super) api: &'a Api,
    pub(super) token: Arc<Token>,
    pub(super) at: Timestamp,
}

impl Ask<'_> {
    /// The answer to a look, as JSON.
    pub(super) fn get(&self, path: &str) -> Result<Value, Problem> {
        let response = self.raw(Head::new(Method::Get, path, self.at), b"")?;
        serde_json::from_slice(&response.body).map_err(|error| Problem::new("internal", error.to_string()))
    }

    /// The rows of a page.
    pub(super) fn rows(&self, path: &str) -> Result<Vec<Value>, Problem> {
        Ok(self.get(path)?.get_mut("rows").map(Value::take).and_then(into_list).unwrap_or_default())
    }

    /// The rows of all pages, up to [`EVERY_MAX`].
    pub(super) fn every(&self, path: &str) -> Result<Vec<Value>, Problem> {
        let and = if path.contains('?') { '&' } else { '?' };
        let mut page = self.page(&format!("{path}{and}limit=1000"))?;
        let mut rows = page.rows;
        while let Some(next) = page.next.filter(|_| rows.len() < EVERY_MAX) {
            page = self.page(&format!("{path}{and}limit=1000&cursor={next}"))?;
            rows.append(&mut page.rows);
        }
        Ok(rows)
    }

    /// A page of rows, with its picture where it has one.
    pub(super) fn page(&self, path: &str) -> Result<api::Page, Problem> {
        let admitted = self.api.admit(Head::new(Method::Get, path, self.at), Some(self.token.clone()))?;
        match self.api.look(&admitted)? {
            Answer::Page(page) => Ok(*page),
            _ => Err(Problem::new("internal", format!("{path} has no rows"))),
        }
    }

    /// Rows as a file: those of all pages, up to a size.
    pub(super) fn file(&self, path: &str, query: &str) -> Result<Response, Problem> {
        let head = |query: &str| Head::new(Method::Get, &format!("{path}?{query}"), self.at);
        let admitted = self.api.admit(head(query), Some(self.token.clone()))?;
        let knows = |name: &str| admitted.route.params.iter().any(|param| param.name == name);
        let is_table = matches!(admitted.format(), Format::Csv | Format::JsonLines);
        let is_asked = query.split('&').any(|field| field.starts_with("limit=") || field.starts_with("cursor="));
        if !is_table || is_asked || !knows("cursor") {
            return self.raw(head(query), b"");
        }
        let query = if query.is_empty() { "limit=1000".to_owned() } else { format!("{query}&limit=1000") };
        let mut file = self.raw(head(&query), b"")?;
        while let Some(cursor) = next(&file) {
            file.headers.retain(|(name, _)| *name != "link");
            if file.body.len() > FILE_BYTES_MAX {
                let what = "the file would be too long: choose fewer rows by the filters of the page";
                return Err(Problem::new("too_large", what));
            }
            let more = self.raw(head(&format!("{query}&cursor={cursor}")), b"")?;
            // each page of a table has its head
            let head = match admitted.format() {
                Format::Csv => more.body.iter().position(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1)),
                _ => 0,
            };
            file.body.extend(more.body.get(head..).unwrap_or_default());
            file.headers.extend(more.headers.into_iter().filter(|(name, _)| *name == "link"));
        }
        Ok(file)
    }

    /// Does something: the answer as JSON.
    pub(super) fn post(&self, path: &str, key: &str, body: &Value) -> Result<Value, Problem> {
        let mut head = Head::new(Method::Post, path, self.at);
        head.idempotency_key = Some(key.to_owned());
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let response = self.raw(head, body.as_bytes())?;
        serde_json::from_slice(&response.body).map_err(|error| Problem::new("internal", error.to_string()))
    }

    /// The answer as it is; refusals as problems.
    pub(super) fn raw(&self, head: Head, body: &[u8]) -> Result<Response, Problem> {
        let admitted = self.api.admit(head, Some(self.token.clone()))?;
        let response = self.api.begin(&admitted, body).wait();
        if response.status < 400 {
            return Ok(response);
        }
        let told: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        let text = |name| told.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Err(Problem { status: response.status, code: text("code").into(), ..Problem::new("internal", text("detail")) })
    }

    /// Whether the visitor may do what needs a scope.
    pub(super) fn may(&self, scope: Scope) -> bool {
        self.token.scopes.contains(&scope)
    }
}

/// The cursor of the next page, where there is one.
fn next(response: &Response) -> Option<String> {
    let (_, link) = response.headers.iter().find(|(name, _)| *name == "link")?;
    let (_, rest) = link.split_once("cursor=")?;
    rest.split(['&', '>']).next().map(str::to_owned)
}

fn into_list(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(values) => Some(values),
        _ => None,
    }
}
