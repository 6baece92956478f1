//! All routes, a table for each resource.

mod admin;
mod audit;
mod batch;
mod bills;
mod catalog;
mod edits;
mod feed;
mod members;
mod meta;
mod more_verbs;
mod partners;
mod reports;
mod settlement;
mod sources;
mod standing;
mod verbs;

use super::route::Route;

pub(crate) use edits::takes_if_match;
pub(crate) use feed::{STREAM_ROWS, begin, events_of};

/// Every route, in the order of the documents.
pub fn all() -> impl Iterator<Item = &'static Route> + Clone {
    let tables = [
        verbs::ROUTES,
        verbs::CATALOG,
        verbs::CORRECTIONS,
        verbs::AGREEMENTS,
        verbs::PURCHASES,
        batch::ROUTES,
        catalog::ROUTES,
        members::ROUTES,
        standing::ROUTES,
        partners::ROUTES,
        bills::ROUTES,
        settlement::ROUTES,
        sources::ROUTES,
        audit::ROUTES,
        reports::ROUTES,
        feed::ROUTES,
        admin::ROUTES,
        meta::ROUTES,
    ];
    tables.into_iter().flatten()
}
