//! The commands: one row a verb. What a command's fields are is derived from the command itself.

use super::super::budget::Spends;
use super::super::call::{Answer, Call};
use super::super::command;
use super::super::context::Context;
use super::super::execute;
use super::super::json::{Bad, object};
use super::super::problem::Problem;
use super::super::route::{Bounded, Route};
use super::super::token::Scope;
use serde_json::{Value, json};

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route::command("/v1/programs/{program}", "create_program", Scope::Catalog, Spends::Nothing, execute)
        .about("Creates the program."),
    Route::command("/v1/programs/{program}/point-types", "create_point_type", Scope::Catalog, Spends::Nothing, execute)
        .about("Creates a point type (rules D02, D03, D04, D06)."),
    Route::command("/v1/programs/{program}/partners", "create_partner", Scope::Catalog, Spends::Nothing, execute)
        .about("Creates a partner."),
    Route::command("/v1/programs/{program}/partners/{partner}/blocks", "purchase_block", Scope::Catalog, Spends::Nothing, execute)
        .about("Records that the partner bought a block (rules A10, B12). It is usable once approved."),
    Route::command("/v1/programs/{program}/partners/{partner}/blocks/{block}/approve", "approve_block", Scope::Approve, Spends::Nothing, execute)
        .about("Makes a bought block usable (rules A31, A32)."),
    Route::command("/v1/programs/{program}/members", "enrol", Scope::Post, Spends::Nothing, execute)
        .about("Enrols a member."),
    Route::command("/v1/programs/{program}/accruals", "accrue", Scope::Post, Spends::Granted, execute)
        .of_partner(Bounded::InBody)
        .about("Gives a member points: one item for each award (rules D18 to D20)."),
    Route::command("/v1/programs/{program}/redemptions", "redeem", Scope::Post, Spends::Redeemed, execute)
        .about("Takes points of one type, from the items next in order (rules D21 to D25)."),
    Route::command("/v1/programs/{program}/cancellations", "cancel", Scope::Adjust, Spends::Nothing, execute)
        .about("Undoes an accrual or a redemption, in whole or in part (rule D45)."),
];

/// The row of a verb.
pub(super) fn of_kind(kind: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|route| route.verb.is_some_and(|verb| verb.kind == kind))
}

/// Does the route's command. Its fields are those of the path, of the body and of the header `Idempotency-Key`; each is
/// said once. A preview by the engine takes its place beside `submit`, with a parameter `dry_run` for all rows.
fn execute(context: &Context, call: &Call, body: &[u8]) -> Result<Answer, Problem> {
    let Some(route) = call.verb.and_then(|verb| of_kind(verb.kind)) else {
        return Err(Problem::new("not_found", "there is nothing at this address"));
    };
    let token = call.token.as_deref().ok_or_else(|| Problem::new("unauthorized", "a token is needed"))?;
    let key = call.idempotency_key()?;
    let mut fields = if body.trim_ascii().is_empty() { serde_json::Map::new() } else { object(body)? };
    let path = call.path.iter().map(|(name, text)| (*name, text_or_number(text)));
    let said = path.chain([("request_id", json!(key)), ("kind", json!(route.id))]);
    for (name, value) in said {
        if fields.insert(name.to_owned(), value).is_some() {
            let what = "the path or a header says this field already".to_owned();
            return Err(Bad { pointer: format!("/{name}"), what }.into());
        }
    }
    let command = command::read(fields).map_err(|bad| match bad.pointer.as_str() {
        "/request_id" => Problem::parameter("Idempotency-Key", bad.what),
        _ => bad.into(),
    })?;
    let taken = execute::admit(context, route, token, &command, call.head.at)?;
    let ticket = execute::submit(context, token, &command);
    let done = execute::settle(context, &taken, ticket)?;
    Ok(Answer::Receipt { receipt: done.receipt, replayed: done.replayed })
}

/// A part of the path as the field that it names: ids that are numbers are numbers in commands, too.
fn text_or_number(text: &str) -> Value {
    let number = text.parse::<i64>().ok().filter(|number| number.to_string() == text);
    number.map_or_else(|| json!(text), |number| json!(number))
}
