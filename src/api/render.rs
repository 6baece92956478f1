//! Answers as bytes: JSON, JSON Lines, tables for spreadsheets, pictures.

use super::call::{Answer, Call, Format, Page};
use super::params::encoded;
use super::problem::Problem;
use super::views;
use crate::chart::{Styled, svg};
use crate::domain::Receipt;
use crate::engine::{ExecuteError, Ticket};
use serde_json::{Map, Value, json};

/// A response: all that a server sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// What the header `Content-Type` says.
    pub media_type: &'static str,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    fn new(status: u16, media_type: &'static str, body: impl Into<Vec<u8>>) -> Response {
        Response { status, media_type, headers: Vec::new(), body: body.into() }
    }
}

impl From<Problem> for Response {
    fn from(problem: Problem) -> Response {
        let mut response = Response::new(problem.status, "application/problem+json", problem.to_json().to_string());
        if let Some(seconds) = problem.retry_after {
            response.headers.push(("retry-after", seconds.to_string()));
        }
        if problem.status == 401 {
            response.headers.push(("www-authenticate", "Bearer".to_owned()));
        }
        if let Some(Value::String(allow)) = problem.members.get("allow") {
            response.headers.push(("allow", allow.clone()));
        }
        response
    }
}

/// The answer to a call as a response; that of a command once it is durable.
pub(crate) fn render(call: &Call, answer: Answer) -> Result<Begun, Problem> {
    Ok(match answer {
        Answer::Sent(ticket) => Begun::Sent(ticket),
        Answer::Object(value) => Begun::Answered(Response::new(200, "application/json", value.to_string())),
        Answer::Text { media_type, body } => Begun::Answered(Response::new(200, media_type, body)),
        Answer::Page(page) => Begun::Answered(rows(call, *page)?),
    })
}

/// A call that was begun. Where it sent a command, that is done also if nobody waits for the response.
#[derive(Debug)]
#[must_use]
pub enum Begun {
    /// The response is there.
    Answered(Response),
    /// Its command was submitted: the response is there once the command is durable.
    Sent(Ticket),
}

impl Begun {
    /// The response: a thread waits until the command is durable.
    pub fn wait(self) -> Response {
        match self {
            Begun::Answered(response) => response,
            Begun::Sent(ticket) => receipt(ticket.wait()),
        }
    }

    /// The response, with any executor: no thread waits until the command is durable.
    pub async fn response(self) -> Response {
        match self {
            Begun::Answered(response) => response,
            Begun::Sent(ticket) => receipt(ticket.await),
        }
    }
}

/// What became of a command.
fn receipt(done: Result<Receipt, ExecuteError>) -> Response {
    let receipt = match done {
        Ok(receipt) => receipt,
        Err(error) => return Problem::from(error).into(),
    };
    let status = if receipt.replayed { 200 } else { 201 };
    let mut response = Response::new(status, "application/json", views::text(&receipt));
    if receipt.replayed {
        response.headers.push(("idempotent-replayed", "true".to_owned()));
    }
    response
}

fn rows(call: &Call, page: Page) -> Result<Response, Problem> {
    let next = page.next.as_ref().map(|next| link(call, next));
    let media_type = call.format.media_type();
    let mut response = match call.format {
        Format::Json => {
            let mut object = page.beside;
            object.insert("rows".to_owned(), Value::Array(page.rows));
            object.insert("next".to_owned(), json!(page.next));
            Response::new(200, media_type, Value::Object(object).to_string())
        }
        Format::JsonLines => {
            let lines: String = page.rows.iter().map(|row| format!("{row}\n")).collect();
            Response::new(200, media_type, lines)
        }
        Format::Csv => Response::new(200, media_type, csv(page.columns, &page.rows)?),
        Format::Svg => {
            let figure = page.figure.ok_or_else(|| Problem::new("not_acceptable", "this has no picture"))?;
            let drawn = svg(&figure, call.route, Styled::Alone)
                .map_err(|error| Problem::new("not_acceptable", error.to_string()))?;
            Response::new(200, media_type, drawn)
        }
    };
    if matches!(call.format, Format::Csv | Format::JsonLines) {
        let ending = if call.format == Format::Csv { "csv" } else { "jsonl" };
        let name = format!("attachment; filename=\"{}.{ending}\"", call.route);
        response.headers.push(("content-disposition", name));
    }
    response.headers.extend(next.map(|next| ("link", format!("<{next}>; rel=\"next\""))));
    Ok(response)
}

/// The address of the next page.
fn link(call: &Call, next: &str) -> String {
    let others = call.query.iter().filter(|(name, _)| **name != "cursor");
    let query: Vec<String> = others.map(|(name, text)| format!("{name}={}", encoded(text))).collect();
    let query = query.join("&");
    let and = if query.is_empty() { "" } else { "&" };
    format!("{}?{query}{and}cursor={next}", call.head.path)
}

/// Rows as a table for spreadsheets. A text that one would take for a formula gets an apostrophe before it.
fn csv(columns: &[&str], rows: &[Value]) -> Result<Vec<u8>, Problem> {
    let failed = |error: csv::Error| Problem::new("internal", error.to_string());
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(columns).map_err(failed)?;
    let nothing = Map::new();
    for row in rows {
        let row = row.as_object().unwrap_or(&nothing);
        let cells = columns.iter().map(|column| cell(row.get(*column).unwrap_or(&Value::Null)));
        writer.write_record(cells).map_err(failed)?;
    }
    writer.into_inner().map_err(|_| Problem::new("internal", "the table cannot be written"))
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => match text.chars().next() {
            // exact sums are texts, too, and are numbers all the same
            Some('-') if text.parse::<i128>().is_ok() => text.clone(),
            Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
            _ => text.clone(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreadsheets_get_no_formulas() {
        let rows = [
            json!({ "a": "=1+1", "b": -5, "c": "x,\"y\"" }),
            json!({ "a": "@SUM", "b": "-12", "c": ["=1"] }),
            json!({ "a": "-x" }),
        ];
        let table = String::from_utf8(csv(&["a", "b", "c"], &rows).unwrap()).unwrap();
        assert_eq!(table, "a,b,c\r\n'=1+1,-5,\"x,\"\"y\"\"\"\r\n'@SUM,-12,\"[\"\"=1\"\"]\"\r\n'-x,,\r\n");
    }
}
