//! Doing a command for a token: bounds and budget first, then the engine; what was not done is given back to the
//! budget.

use super::access;
use super::budget::Spends;
use super::command;
use super::context::Context;
use super::problem::Problem;
use super::route::Route;
use super::token::Token;
use super::views;
use crate::domain::{Actor, Command, Receipt, RequestKey, Timestamp};
use crate::engine::{ErrorKind, ExecuteError, Ticket};
use serde_json::Value;

/// What a command took from a token's budget.
pub(crate) struct Taken<'a> {
    token: &'a Token,
    spends: Spends,
    points: i128,
    at: Timestamp,
}

/// Checks the token's bounds, and takes the command's points from its budget.
pub(crate) fn admit<'a>(
    context: &Context,
    route: &Route,
    token: &'a Token,
    command: &Command,
    at: Timestamp,
) -> Result<Taken<'a>, Problem> {
    access::check_command(route, token, command)?;
    let spends = route.verb.map_or(Spends::Nothing, |verb| verb.spends).of_points(command::takes(command));
    let has_budget = token.budget != super::token::Budget::default();
    let points = if has_budget && spends != Spends::Nothing { command::points(command) } else { 0 };
    if let Err(problem) = context.budgets.take(token, spends, points, at) {
        // a request that was done before costs nothing again: its receipt is still to be had
        let key = RequestKey { program: command.program, request: command.request_id };
        if context.engine.transaction(key)?.is_none() {
            return Err(problem);
        }
        return Ok(Taken { token, spends: Spends::Nothing, points: 0, at });
    }
    Ok(Taken { token, spends, points, at })
}

/// What a command would do now: its receipt, or its refusal. The token's bounds and its budget are those of the command
/// itself; nothing is taken.
pub(crate) fn preview(
    context: &Context,
    route: &Route,
    token: &Token,
    command: &Command,
    at: Timestamp,
) -> Result<Value, Problem> {
    let taken = admit(context, route, token, command, at)?;
    context.budgets.give_back(taken.token, taken.spends, taken.points, taken.at);
    Ok(views::value(&context.engine.preview(command)?))
}

/// Does a command that was admitted, in the name of its token: the entry keeps the token's id.
pub(crate) fn submit(context: &Context, token: &Token, command: &Command) -> Ticket {
    context.engine.by(Actor::new(&token.id).unwrap_or_default()).submit(command)
}

/// Does commands that were admitted, one after the other, with a ticket for each.
pub(crate) fn submit_all(context: &Context, token: &Token, commands: &[Command]) -> Vec<Ticket> {
    context.engine.by(Actor::new(&token.id).unwrap_or_default()).submit_batch(commands)
}

/// Waits until a command is durable, and settles its budget.
pub(crate) fn settle(context: &Context, taken: &Taken<'_>, ticket: Ticket) -> Result<Done, Problem> {
    let answer = ticket.wait();
    let was_not_done = match &answer {
        Ok(receipt) => receipt.replayed,
        Err(ExecuteError::Refused(_)) => true,
        // otherwise nobody knows yet whether it was done
        Err(ExecuteError::Failed(error)) => error.kind == ErrorKind::Invalid,
    };
    if was_not_done {
        context.budgets.give_back(taken.token, taken.spends, taken.points, taken.at);
    }
    answer.map(Done::from).map_err(Problem::from)
}

/// A command that was done.
pub(crate) struct Done {
    pub(crate) receipt: Value,
    pub(crate) replayed: bool,
}

impl From<Receipt> for Done {
    fn from(receipt: Receipt) -> Done {
        Done { replayed: receipt.replayed, receipt: views::value(&receipt) }
    }
}
