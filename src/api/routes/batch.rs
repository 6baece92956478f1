//! Many commands in one call: JSON Lines in, an answer for each line out, in order. They are not one transaction.

use super::super::call::{Answer, Call};
use super::super::command;
use super::super::context::Context;
use super::super::execute::{self, Taken};
use super::super::json::{Bad, object};
use super::super::problem::Problem;
use super::super::route::{Body, Bounded, Lane, Route, Shape};
use super::super::token::{Scope, Token};
use super::verbs;
use crate::domain::{Action, Timestamp};
use crate::engine::Ticket;
use serde_json::{Value, json};

/// Lines of a batch, at most.
pub(crate) const LINES_MAX: usize = 10_000;

pub(crate) const ROUTES: &[Route] = &[Route {
    lane: Lane::Commands,
    ..Route::post("/v1/commands", "batch", Scope::Post, Shape::Lines, batch)
        .takes(Body::Lines)
        .of_program(Bounded::Fits)
        .of_partner(Bounded::Fits)
        .about(
            "Does commands, one JSON object a line, each with its `program`, `request_id` and `kind`. Answers each \
             line, in order; a refusal does not stop the others. Each line needs the scope of its own kind.",
        )
}];

fn batch(context: &Context, call: &Call, body: &[u8]) -> Result<Answer, Problem> {
    let token = call.token.as_deref().ok_or_else(|| Problem::new("unauthorized", "a token is needed"))?;
    let lines: Vec<(usize, &[u8])> = (1usize..)
        .zip(body.split(|byte| *byte == b'\n'))
        .filter(|(_, line)| !line.trim_ascii().is_empty())
        .take(LINES_MAX.saturating_add(1))
        .collect();
    if lines.is_empty() {
        return Err(Bad { pointer: String::new(), what: "expected a command in each line".to_owned() }.into());
    }
    if lines.len() > LINES_MAX {
        return Err(Problem::new("too_large", format!("more than {LINES_MAX} lines")));
    }
    // all are on their way before the first answer is awaited: they share the journal's writes
    let sent: Vec<_> =
        lines.into_iter().map(|(number, line)| (number, send(context, token, line, call.head.at))).collect();
    let mut answers = String::new();
    for (number, sent) in sent {
        let done = sent.and_then(|(taken, ticket)| execute::settle(context, &taken, ticket));
        let mut answer = match done {
            Ok(done) => json!({ "status": if done.replayed { 200 } else { 201 }, "receipt": done.receipt }),
            Err(problem) => json!({ "status": problem.status, "problem": problem.to_json() }),
        };
        if let Value::Object(fields) = &mut answer {
            fields.insert("line".to_owned(), json!(number));
        }
        answers.push_str(&answer.to_string());
        answers.push('\n');
    }
    Ok(Answer::Text { media_type: "application/x-ndjson", body: answers })
}

fn send<'a>(context: &Context, token: &'a Token, line: &[u8], at: Timestamp) -> Result<(Taken<'a>, Ticket), Problem> {
    let flat = object(line)?;
    let kind = flat.get("kind").and_then(Value::as_str).map(str::to_owned);
    let route = kind.as_deref().and_then(verbs::of_kind);
    let unknown = || Bad { pointer: "/kind".to_owned(), what: "not a command for callers".to_owned() };
    if kind.is_some_and(|kind| route.is_none() && Action::VERBS.contains(&kind.as_str())) {
        return Err(unknown().into());
    }
    let command = command::read(flat)?;
    let route = route.ok_or_else(unknown)?;
    let taken = execute::admit(context, route, token, &command, at)?;
    let ticket = execute::submit(context, token, &command);
    Ok((taken, ticket))
}
