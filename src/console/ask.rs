//! Asking the API as the visitor.

use crate::api::{Api, Head, Method, Problem, Response, Scope, Token};
use crate::domain::Timestamp;
use serde_json::Value;
use std::sync::Arc;

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
        let response = self.api.answer(&admitted, body);
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

fn into_list(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(values) => Some(values),
        _ => None,
    }
}
