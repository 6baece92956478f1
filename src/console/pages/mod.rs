//! The pages, a file for each subject.

mod audit;
mod bills;
mod members;
mod overview;
mod partner_use;
mod partners;
mod reports;
mod settlement;
mod sources;
mod standing;
mod system;
mod trade;
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
        ["p", p, "point-types", point_type] => types::point_type(ask, way, program(p)?, point_type),
        ["p", p, "members"] => members::members(ask, way, program(p)?),
        ["p", p, "members", member] => members::member(ask, way, program(p)?, member),
        ["p", p, "partners"] => partners::partners(ask, way, program(p)?),
        ["p", p, "partners", partner] => partners::partner(ask, way, program(p)?, partner),
        ["p", p, "partners", partner, "bills", bill] => bills::bill(ask, way, program(p)?, (partner, bill)),
        ["p", p, "partners", partner, "forecast"] => partner_use::forecast(ask, way, program(p)?, partner),
        ["p", p, "partners", partner, "reconciliation"] => partner_use::reconciliation(ask, way, program(p)?, partner),
        ["p", p, "partners", partner, "settled"] => partner_use::settled(ask, way, program(p)?, partner),
        ["p", p, "partners", partner, "credits"] => partner_use::credits(ask, way, program(p)?, partner),
        ["p", p, "settlement", "awards"] => trade::awards(ask, way, program(p)?),
        ["p", p, "settlement", "definitions"] => trade::definitions(ask, way, program(p)?),
        ["p", p, "settlement"] => settlement::settlement(ask, way, program(p)?),
        ["p", p, "settlement", "runs", run] => settlement::run(ask, way, program(p)?, run),
        ["p", p, "tiers"] => standing::tiers(ask, way, program(p)?),
        ["p", p, "liability"] => reports::liability(ask, way, program(p)?),
        ["p", p, "outstanding"] => reports::outstanding(ask, way, program(p)?),
        ["p", p, "expiry"] => reports::expiry(ask, way, program(p)?),
        ["p", p, "deferred-revenue"] => reports::deferred(ask, way, program(p)?),
        ["p", p, "sources"] => sources::sources(ask, way, program(p)?),
        ["p", p, "sources", source] => sources::source(ask, way, program(p)?, source),
        ["p", p, "source-report"] => reports::sources(ask, way, program(p)?),
        ["p", p, "audit"] => audit::log(ask, way, program(p)?),
        ["p", p, "journal"] => audit::journal(ask, way, program(p)?),
        ["p", p, "books"] => system::books(ask, way, program(p)?),
        ["p", p, "system"] => system::system(ask, way, program(p)?),
        _ => Err(nothing()),
    }
}
