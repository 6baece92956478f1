//! Edits that are only of what the caller saw: `If-Match` says which `ETag` it had.

use super::super::call::{Answer, Call};
use super::super::context::Context;
use super::super::etag;
use super::super::problem::Problem;
use super::super::route::{Access, Handle, Route};
use super::super::token::Scope;
use super::{catalog, partners, sources};
use parking_lot::{RwLockReadGuard, RwLockWriteGuard};

/// Commands that edit something, each with the look at it: both have the same parameters in their paths.
const EDITS: [(&str, Handle); 3] = [
    ("edit_point_type", catalog::get_point_type),
    ("edit_partner", partners::get_terms),
    ("edit_source", sources::get_terms),
];

/// Whether a command takes `If-Match`.
pub(crate) fn takes_if_match(id: &str) -> bool {
    EDITS.iter().any(|(edit, _)| *edit == id)
}

/// The turn of a command: until it is submitted, and so seen by whoever looks next, nothing else edits what it saw.
#[expect(dead_code, reason = "guards are held, not read")]
pub(super) enum Turn<'a> {
    /// It edits what its caller saw.
    Alone(RwLockWriteGuard<'a, ()>),
    /// It defines something.
    Together(RwLockReadGuard<'a, ()>),
    /// It defines nothing.
    Free,
}

/// Waits for the turn of a command, and checks that what it edits is what its caller saw.
pub(super) fn turn<'a>(context: &'a Context, call: &Call, route: &Route) -> Result<Turn<'a>, Problem> {
    let Some(if_match) = call.head.if_match.as_deref() else { return Ok(beside(context, defines(route))) };
    let edit = EDITS.iter().find(|(id, _)| *id == route.id && call.route == route.id);
    let Some((_, look)) = edit else {
        return Err(Problem::parameter("If-Match", "this command edits nothing that has an ETag"));
    };
    let turn = Turn::Alone(context.edits.write());
    let Answer::Object(now) = look(context, call, b"")? else {
        return Err(Problem::new("internal", "what is edited is no object"));
    };
    if etag::is_matched(if_match, &now) {
        return Ok(turn);
    }
    Err(Problem::new("precondition_failed", "it was edited since: read it again"))
}

/// Whether a command defines something.
pub(super) fn defines(route: &Route) -> bool {
    route.access == Access::Needs(Scope::Catalog)
}

/// The turn of commands without a condition.
pub(super) fn beside(context: &Context, defines: bool) -> Turn<'_> {
    if defines { Turn::Together(context.edits.read()) } else { Turn::Free }
}
