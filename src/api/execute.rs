//! Doing a command for a token: bounds and budget first, then the engine; what changes nothing is given back to the
//! budget. Nobody waits here until a command is durable.

use super::access;
use super::budget::Spends;
use super::command;
use super::context::Context;
use super::problem::Problem;
use super::route::Route;
use super::token::Token;
use crate::domain::{Actor, Command, Receipt, RequestKey, Timestamp};
use crate::engine::{By, Ticket};

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
) -> Result<Receipt, Problem> {
    let taken = admit(context, route, token, command, at)?;
    context.budgets.give_back(taken.token, taken.spends, taken.points, taken.at);
    Ok(context.engine.preview(command)?)
}

/// Submits a command that was admitted, in the name of its token: the entry keeps the token's id.
pub(crate) fn submit(context: &Context, taken: &Taken<'_>, command: &Command) -> Ticket {
    let ticket = in_name_of(context, taken.token).submit(command);
    settle(context, taken, &ticket);
    ticket
}

/// Submits commands that were admitted, one after the other, with a ticket for each.
pub(crate) fn submit_all(context: &Context, token: &Token, taken: &[Taken<'_>], commands: &[Command]) -> Vec<Ticket> {
    let tickets = in_name_of(context, token).submit_batch(commands);
    taken.iter().zip(&tickets).for_each(|(taken, ticket)| settle(context, taken, ticket));
    tickets
}

fn in_name_of<'a>(context: &'a Context, token: &Token) -> By<'a> {
    context.engine.by(Actor::new(&token.id).unwrap_or_default())
}

/// Settles the budget of a command as soon as it was submitted: whoever waits for its answer may go away.
fn settle(context: &Context, taken: &Taken<'_>, ticket: &Ticket) {
    if ticket.changes_nothing() {
        context.budgets.give_back(taken.token, taken.spends, taken.points, taken.at);
    }
}
