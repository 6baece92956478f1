//! The pages, a file for each subject.

mod audit;
mod bills;
mod members;
mod overview;
mod partners;
mod reports;
mod settlement;
mod sources;
mod standing;
mod system;
mod types;

use super::ask::Ask;
use super::page::{Page, Way, nothing};
use crate::api::Problem;

/// Finds the page of an address.
pub(super) fn find(ask: &Ask<'_>, way: &Way<'_>) -> Result<Page, Problem> {
    let path: Vec<&str> = way.path.iter().map(String::as_str).collect();
    let program = |text: &str| text.parse::<u32>().map_err(|_| nothing());
    match path.as_slice() {
        [""] => overview::programs(ask, way),
        ["entries", sequence] => audit::entry(ask, way, sequence),
        ["p", p] => overview::overview(ask, way, program(p)?),
        ["p", p, "point-types"] => types::point_types(ask, way, program(p)?),
        ["p", p, "members"] => members::members(ask, way, program(p)?),
        ["p", p, "members", member] => members::member(ask, way, program(p)?, member),
        ["p", p, "partners"] => partners::partners(ask, way, program(p)?),
        ["p", p, "partners", partner] => partners::partner(ask, way, program(p)?, partner),
        ["p", p, "partners", partner, "bills", bill] => bills::bill(ask, way, program(p)?, (partner, bill)),
        ["p", p, "settlement"] => settlement::settlement(ask, way, program(p)?),
        ["p", p, "settlement", "runs", run] => settlement::run(ask, way, program(p)?, run),
        ["p", p, "tiers"] => standing::tiers(ask, way, program(p)?),
        ["p", p, "liability"] => reports::liability(ask, way, program(p)?),
        ["p", p, "sources"] => sources::sources(ask, way, program(p)?),
        ["p", p, "sources", source] => sources::source(ask, way, program(p)?, source),
        ["p", p, "source-report"] => reports::sources(ask, way, program(p)?),
        ["p", p, "audit"] => audit::log(ask, way, program(p)?),
        ["p", p, "books"] => system::books(ask, way, program(p)?),
        ["p", p, "system"] => system::system(ask, way, program(p)?),
        _ => Err(nothing()),
    }
}
