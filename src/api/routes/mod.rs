//! All routes, a table for each resource.

mod admin;
mod asked;
mod audit;
mod audit_log;
mod batch;
mod bills;
mod catalog;
mod edits;
mod expiry;
mod feed;
mod members;
mod meta;
mod more_verbs;
mod partner_use;
mod partners;
mod points;
mod reports;
mod settlement;
mod sources;
mod standing;
mod trade;
mod verbs;

use super::route::{Route, Table};
use std::sync::LazyLock;

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
        partner_use::ROUTES,
        settlement::ROUTES,
        trade::ROUTES,
        sources::ROUTES,
        audit::ROUTES,
        audit_log::ROUTES,
        reports::ROUTES,
        points::ROUTES,
        expiry::ROUTES,
        feed::ROUTES,
        admin::ROUTES,
        meta::ROUTES,
    ];
    tables.into_iter().flatten()
}

/// Finds routes by the heads of calls.
pub(crate) static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new(all()));
