//! Routes that anybody may call: whether the server lives and takes work, and what it can do.

use super::super::call::{Answer, Call};
use super::super::context::Context;
use super::super::problem::Problem;
use super::super::route::{Access, Route, Shape};
use super::super::views::value;
use schemars::JsonSchema;
use serde::Serialize;

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route::get("/healthz", "get_health", Shape::Object(|g| g.subschema_for::<Status>()), get_health)
        .access(Access::Open)
        .about("Whether the process lives."),
    Route::get("/readyz", "get_readiness", Shape::Object(|g| g.subschema_for::<Status>()), get_readiness)
        .access(Access::Open)
        .about("Whether the server takes work: not while it stops, and not where its database is closed."),
];

/// How the server is.
#[derive(Serialize, JsonSchema)]
struct Status {
    status: &'static str,
}

fn get_health(_: &Context, _: &Call, _: &[u8]) -> Result<Answer, Problem> {
    Ok(Answer::Object(value(&Status { status: "lives" })))
}

fn get_readiness(context: &Context, _: &Call, _: &[u8]) -> Result<Answer, Problem> {
    if !context.is_ready() {
        return Err(Problem::new("closing", "the server is stopping"));
    }
    context.engine.programs()?;
    Ok(Answer::Object(value(&Status { status: "ready" })))
}
