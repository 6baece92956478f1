//! Who may do what: one function for programs and partners of paths, before any handler, and one for those of commands.
//! What is foreign to a token looks as if it were not there.

use super::command;
use super::problem::Problem;
use super::route::{Access, Bounded, Route};
use super::token::Token;
use crate::domain::{Command, PartnerId, ProgramId, Rejection};
use std::collections::BTreeMap;

/// Checks a token against a route and the program and partner of its path.
pub(crate) fn check(
    route: &Route,
    token: Option<&Token>,
    path: &BTreeMap<&'static str, String>,
) -> Result<(), Problem> {
    if route.access == Access::Open {
        return Ok(());
    }
    let Some(token) = token else {
        return Err(Problem::new("unauthorized", "a token is needed: Authorization: Bearer acr_..."));
    };
    if let Access::Needs(scope) = route.access
        && !token.scopes.contains(&scope)
    {
        return Err(Problem::new("forbidden", format!("the token lacks the scope {scope}")).with("scope", scope.word()));
    }
    let outside = |of: &str| Problem::new("forbidden", format!("the token is bound to a {of}; this goes beyond it"));
    match path.get("program") {
        Some(text) if text.parse().is_ok_and(|id| !token.sees(ProgramId(id))) => {
            return Err(Rejection::ProgramUnknown.into());
        }
        None if token.programs.is_some() && route.of_program == Bounded::Nothing => return Err(outside("program")),
        _ => {}
    }
    let Some(own) = token.partner else { return Ok(()) };
    match path.get("partner") {
        Some(text) => match text.parse() {
            Ok(id) if PartnerId(id) != own => Err(Rejection::PartnerUnknown { partner: PartnerId(id) }.into()),
            _ => Ok(()),
        },
        None if route.of_partner == Bounded::Nothing => Err(outside("partner")),
        None => Ok(()),
    }
}

/// Checks a token against a command, whichever way it came.
pub(crate) fn check_command(route: &Route, token: &Token, command: &Command) -> Result<(), Problem> {
    let mut path = BTreeMap::from([("program", command.program.to_string())]);
    let partner = token.partner.and_then(|_| command::field(command, "partner"));
    if route.names("partner") || route.of_partner == Bounded::InBody {
        path.insert("partner", partner.map(|partner| partner.to_string()).unwrap_or_default());
    }
    check(route, Some(token), &path)?;
    // an accrual without a partner is paid by the host
    let is_own = token.partner.is_none_or(|own| path.get("partner").is_none_or(|partner| *partner == own.to_string()));
    if is_own {
        Ok(())
    } else {
        Err(Problem::new("forbidden", "the token is bound to a partner; name it in the command"))
    }
}
