//! Many commands in one call: JSON Lines in, an answer for each line out, in order. They are not one transaction.

use super::super::call::{Answer, Call};
use super::super::command;
use super::super::context::Context;
use super::super::execute::{self, Taken};
use super::super::json::{Bad, object};
use super::super::problem::Problem;
use super::super::route::{Body, Bounded, DRY_RUN, Route, Shape};
use super::super::token::{Scope, Token};
use super::super::views;
use super::{edits, verbs};
use crate::domain::{Action, Command, Receipt};
use crate::engine::Ticket;
use serde::Serialize;
use serde_json::Value;

/// Lines that are sent together.
const TOGETHER: usize = 64;

/// Lines of a batch, at most.
pub(crate) const LINES_MAX: usize = 10_000;

pub(crate) const ROUTES: &[Route] = &[Route::post("/v1/commands", "batch", Scope::Post, Shape::Lines, batch)
    .takes(Body::Lines)
    .with(DRY_RUN)
    .of_program(Bounded::Fits)
    .of_partner(Bounded::Fits)
    .about(
        "Does commands, one JSON object a line, each with its `program`, `request_id` and `kind`. Answers each line, in \
         order; a refusal does not stop the others. Each line needs the scope of its own kind. With `dry_run=true`, \
         each line is tried by itself, as if no other line were done.",
    )];

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
    let is_tried = call.query.get("dry_run").is_some_and(|dry| dry == "true");
    let mut turn = None;
    // all are on their way before the first answer is awaited: they share locks, and the journal's writes
    let mut sending = Sending { context, token, coming: Vec::new(), taken: Vec::new(), tickets: Vec::new() };
    let mut sent = Vec::with_capacity(lines.len());
    for (number, line) in lines {
        let one = read(line).and_then(|(route, command)| {
            if is_tried {
                return execute::preview(context, route, token, &command, call.head.at)
                    .map(|receipt| Sent::Tried(Box::new(receipt)));
            }
            if turn.is_none() && edits::defines(route) {
                turn = Some(edits::beside(context, true));
            }
            let admit = || execute::admit(context, route, token, &command, call.head.at);
            let taken = admit().or_else(|_| {
                // a line that was done before needs no budget: perhaps it was one of this batch
                sending.send();
                admit()
            })?;
            sending.add(command, taken);
            Ok(Sent::Going)
        });
        sent.push((number, one));
    }
    sending.send();
    drop(turn);
    let mut tickets = sending.tickets.into_iter();
    let mut answers = String::new();
    for (line, sent) in sent {
        let done = sent.and_then(|sent| match sent {
            Sent::Going => {
                let ticket = tickets.next().ok_or_else(|| Problem::new("internal", "a line was not sent"))?;
                Ok(ticket.wait()?)
            }
            Sent::Tried(receipt) => Ok(*receipt),
        });
        answers.push_str(&views::text(&LineAnswer::new(line, done, is_tried)));
        answers.push('\n');
    }
    Ok(Answer::Text { media_type: "application/x-ndjson", body: answers })
}

/// What became of a line.
#[derive(Serialize)]
struct LineAnswer {
    line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<Receipt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Value>,
    status: u16,
}

impl LineAnswer {
    fn new(line: usize, done: Result<Receipt, Problem>, is_tried: bool) -> LineAnswer {
        match done {
            Ok(receipt) => {
                let status = if receipt.replayed || is_tried { 200 } else { 201 };
                LineAnswer { line, receipt: Some(receipt), problem: None, status }
            }
            Err(problem) => {
                LineAnswer { line, receipt: None, problem: Some(problem.to_json()), status: problem.status }
            }
        }
    }
}

/// A line that was begun.
enum Sent {
    /// It is on its way; its ticket is the next one.
    Going,
    /// It was tried: the receipt that it would get.
    Tried(Box<Receipt>),
}

/// Commands on their way, some of them together.
struct Sending<'a> {
    context: &'a Context,
    token: &'a Token,
    coming: Vec<Command>,
    /// What each of them took from the token's budget.
    taken: Vec<Taken<'a>>,
    tickets: Vec<Ticket>,
}

impl<'a> Sending<'a> {
    fn add(&mut self, command: Command, taken: Taken<'a>) {
        self.coming.push(command);
        self.taken.push(taken);
        if self.coming.len() >= TOGETHER {
            self.send();
        }
    }

    fn send(&mut self) {
        self.tickets.extend(execute::submit_all(self.context, self.token, &self.taken, &self.coming));
        self.coming.clear();
        self.taken.clear();
    }
}

/// The command of a line.
fn read(line: &[u8]) -> Result<(&'static Route, Command), Problem> {
    let flat = object(line)?;
    let kind = flat.get("kind").and_then(Value::as_str).map(str::to_owned);
    let route = kind.as_deref().and_then(verbs::of_kind);
    let unknown = || Bad { pointer: "/kind".to_owned(), what: "not a command for callers".to_owned() };
    if kind.is_some_and(|kind| route.is_none() && Action::VERBS.contains(&kind.as_str())) {
        return Err(unknown().into());
    }
    let command = command::read(flat)?;
    Ok((route.ok_or_else(unknown)?, command))
}
