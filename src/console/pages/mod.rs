//! The pages, a file for each subject.

mod audit;
mod members;
mod overview;
mod partners;
mod reports;
mod system;
mod types;

use super::ask::Ask;
use super::blocks::Block;
use crate::api::{Problem, encoded};
use std::collections::BTreeMap;

/// A page without its head.
pub(super) struct Page {
    pub(super) title: String,
    /// What is above this page: name and address.
    pub(super) trail: Vec<(String, String)>,
    /// The program that the navigation is for.
    pub(super) program: Option<u32>,
    pub(super) blocks: Vec<Block>,
}

/// How a visitor came to a page.
pub(super) struct Way<'a> {
    pub(super) path: Vec<String>,
    pub(super) query: BTreeMap<String, String>,
    /// A request id that was never used.
    pub(super) fresh: &'a dyn Fn() -> String,
}

impl Way<'_> {
    /// What the query says; nothing where it does not.
    pub(super) fn asked(&self, name: &str) -> &str {
        self.query.get(name).map_or("", |text| text.trim())
    }

    /// Some fields of the query as a query for the API.
    pub(super) fn pass(&self, names: &[&str]) -> String {
        let said = names.iter().map(|name| (name, self.asked(name))).filter(|(_, text)| !text.is_empty());
        said.map(|(name, text)| format!("{name}={}", encoded(text))).collect::<Vec<String>>().join("&")
    }
}

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
        ["p", p, "liability"] => reports::liability(ask, way, program(p)?),
        ["p", p, "sources"] => reports::sources(ask, way, program(p)?),
        ["p", p, "audit"] => audit::log(ask, way, program(p)?),
        ["p", p, "books"] => system::books(ask, way, program(p)?),
        ["p", p, "system"] => system::system(ask, way, program(p)?),
        _ => Err(nothing()),
    }
}

fn nothing() -> Problem {
    Problem::new("not_found", "there is no page at this address")
}
