//! The commands: one row a verb. What a command's fields are is derived from the command itself.

use super::super::budget::Spends;
use super::super::call::{Answer, Call};
use super::super::command;
use super::super::context::Context;
use super::super::execute;
use super::super::json::{Bad, object};
use super::super::problem::Problem;
use super::super::route::{Access, Body, Bounded, DRY_RUN, Lane, Route, Shape};
use super::super::token::Scope;
use super::super::views;
use super::{edits, more_verbs};
use crate::domain::Action;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

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
    Route::command("/v1/programs/{program}/shared-accruals", "accrue_shared", Scope::Post, Spends::Granted, execute)
        .of_partner(Bounded::InBody)
        .about("Gives a member points that several partners fund, each by its share: all of them pay, or none does."),
    Route::command("/v1/programs/{program}/redemptions", "redeem", Scope::Post, Spends::Redeemed, execute)
        .about("Takes points of one type, from the items next in order (rules D21 to D25)."),
    Route::command("/v1/programs/{program}/cancellations", "cancel", Scope::Adjust, Spends::Nothing, execute)
        .about("Undoes an accrual or a redemption, in whole or in part (rule D45)."),
    Route::command("/v1/programs/{program}/transfers", "transfer", Scope::Post, Spends::Redeemed, execute)
        .about("Moves points to another member."),
    Route::command("/v1/programs/{program}/holds", "hold", Scope::Post, Spends::Redeemed, execute)
        .about("Sets points aside before a purchase is paid for. The key names the hold."),
    Route::command("/v1/programs/{program}/holds/{hold}/capture", "capture", Scope::Post, Spends::Nothing, execute)
        .about("Redeems held points, all or some."),
    Route::command("/v1/programs/{program}/holds/{hold}/release", "release", Scope::Post, Spends::Nothing, execute)
        .about("Gives held points back to the member, all or some."),
    Route::command("/v1/programs/{program}/erasures", "erase", Scope::Admin, Spends::Nothing, execute)
        .about("Erases the reference of a transaction, or the text of a long id."),
    Route::command("/v1/programs/{program}/adjustments", "adjust", Scope::Adjust, Spends::BySign, execute)
        .about("Gives a member points, or takes some, by hand."),
    Route {
        body: Body::Command,
        lane: Lane::Commands,
        ..Route::post("/v1/programs/{program}/commands", "command", Scope::Adjust, Shape::Receipt, execute_any)
    }
    .with(DRY_RUN)
    .access(Access::OfKind)
    .of_partner(Bounded::InBody)
    .about(
        "Does a command of any kind: its `kind` is in the body. It needs the scope that the kind's own route needs; a \
         kind without a route needs `catalog` where it defines something, and `adjust` for everything else.",
    ),
];

pub(crate) const CATALOG: &[Route] = &more_verbs::catalog(execute);
pub(crate) const CORRECTIONS: &[Route] = &more_verbs::corrections(execute);
pub(crate) const AGREEMENTS: &[Route] = &more_verbs::agreements(execute);
pub(crate) const PURCHASES: &[Route] = &more_verbs::purchases(execute);

/// Kinds without a route of their own that need a scope other than [`Scope::Adjust`]: how they begin.
const OTHER_SCOPES: [(&str, Scope); 15] = [
    ("create_", Scope::Catalog),
    ("edit_", Scope::Catalog),
    ("define_", Scope::Catalog),
    ("activate_", Scope::Catalog),
    ("set_", Scope::Catalog),
    ("pause_", Scope::Catalog),
    ("resume_", Scope::Catalog),
    ("archive_", Scope::Catalog),
    ("restrict_", Scope::Catalog),
    ("unrestrict_", Scope::Catalog),
    ("reject_block", Scope::Approve),
    ("cancel_block", Scope::Approve),
    ("edit_membership", Scope::Adjust),
    ("set_member_status", Scope::Adjust),
    ("create_run", Scope::Adjust),
];

/// The rows of the kinds that have no route of their own: not for tokens of a partner.
static OTHERS: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let is_other = |kind: &&'static str| *kind != ENGINE_KIND && own_row(kind).is_none();
    let row = |kind: &'static str| {
        let scopes = OTHER_SCOPES.iter().rev().find(|(begin, _)| kind.starts_with(begin));
        let scope = scopes.map_or(Scope::Adjust, |(_, scope)| *scope);
        // whatever points a correction names may go to a member
        let spends = if scope == Scope::Adjust { Spends::BySign } else { Spends::Nothing };
        Route::command("/v1/programs/{program}/commands", kind, scope, spends, execute)
    };
    Action::VERBS.iter().copied().filter(is_other).map(row).collect()
});

/// The engine's own verb is not for callers.
const ENGINE_KIND: &str = "book_due";

fn own_row(kind: &str) -> Option<&'static Route> {
    let tables = [ROUTES, CATALOG, CORRECTIONS, AGREEMENTS, PURCHASES];
    tables.into_iter().flatten().find(|route| route.verb.is_some_and(|verb| verb.kind == kind))
}

/// The row of a verb. `None` where it is not for callers.
pub(super) fn of_kind(kind: &str) -> Option<&'static Route> {
    own_row(kind).or_else(|| OTHERS.iter().find(|route| route.id == kind))
}

/// Does the command that the body says, whatever its kind.
fn execute_any(context: &Context, call: &Call, body: &[u8]) -> Result<Answer, Problem> {
    let fields = object(body)?;
    let bad = |pointer: &str, what: &str| Bad { pointer: pointer.to_owned(), what: what.to_owned() };
    let route = match fields.get("kind") {
        None => return Err(bad("", "missing field `kind`").into()),
        Some(Value::String(kind)) => of_kind(kind),
        Some(_) => return Err(bad("/kind", "expected a text").into()),
    };
    let route = route.ok_or_else(|| bad("/kind", "not a command for callers"))?;
    run(context, call, route, fields)
}

/// Does the route's command. Its fields are those of the path, of the body and of the header `Idempotency-Key`; each is
/// said once.
fn execute(context: &Context, call: &Call, body: &[u8]) -> Result<Answer, Problem> {
    let Some(route) = call.verb.and_then(|verb| of_kind(verb.kind)) else {
        return Err(Problem::new("not_found", "there is nothing at this address"));
    };
    let mut fields = if body.trim_ascii().is_empty() { Map::new() } else { object(body)? };
    if fields.insert("kind".to_owned(), json!(route.id)).is_some() {
        let what = "the path says this field already".to_owned();
        return Err(Bad { pointer: "/kind".to_owned(), what }.into());
    }
    run(context, call, route, fields)
}

/// Does a command whose kind is known.
fn run(context: &Context, call: &Call, route: &Route, mut fields: Map<String, Value>) -> Result<Answer, Problem> {
    let token = call.token.as_deref().ok_or_else(|| Problem::new("unauthorized", "a token is needed"))?;
    let key = call.idempotency_key()?;
    let path = call.path.iter().map(|(name, text)| (*name, text_or_number(text)));
    for (name, value) in path.chain([("request_id", json!(key))]) {
        if fields.insert(name.to_owned(), value).is_some() {
            let what = "the path or a header says this field already".to_owned();
            return Err(Bad { pointer: format!("/{name}"), what }.into());
        }
    }
    let command = command::read(fields).map_err(|bad| match bad.pointer.as_str() {
        "/request_id" => Problem::parameter("Idempotency-Key", bad.what),
        _ => bad.into(),
    })?;
    let _turn = edits::turn(context, call, route)?;
    if call.query.get("dry_run").is_some_and(|dry| dry == "true") {
        let receipt = execute::preview(context, route, token, &command, call.head.at)?;
        return Ok(Answer::Object(views::value(&receipt)));
    }
    let taken = execute::admit(context, route, token, &command, call.head.at)?;
    Ok(Answer::Sent(execute::submit(context, &taken, &command)))
}

/// A part of the path as the field that it names: ids that are numbers are numbers in commands, too.
fn text_or_number(text: &str) -> Value {
    let number = text.parse::<i64>().ok().filter(|number| number.to_string() == text);
    number.map_or_else(|| json!(text), |number| json!(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_but_the_engine_s_own_has_one_row() {
        for kind in Action::VERBS {
            let row = of_kind(kind).map(|route| (route.verb.map(|verb| verb.kind), route.body.bytes_max()));
            let expected = (*kind != ENGINE_KIND).then_some((Some(*kind), 1 << 20));
            assert_eq!(row, expected, "{kind}");
        }
        let known = |kind: &str| Action::VERBS.contains(&kind);
        assert!(ROUTES.iter().all(|route| route.verb.is_none_or(|verb| known(verb.kind))));
        assert!(OTHERS.iter().all(|route| own_row(route.id).is_none()));
    }
}
