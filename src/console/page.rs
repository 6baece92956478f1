//! A page before its head is put around it, and how a visitor came to it.

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

impl Page {
    /// The page of one of a program's list: `list` is that list's name and address, `what` says which one it is, with its
    /// name where it has one.
    pub(super) fn of_one(
        list: (String, String),
        (what, name): (String, String),
        program: u32,
        blocks: Vec<Block>,
    ) -> Page {
        let mut trail = home();
        trail.push(list);
        let title = if name.is_empty() { what } else { format!("{what}: {name}") };
        Page { title, trail, program: Some(program), blocks }
    }
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

    /// Where a table of the page goes on, as a query for the API. Each table has a name of its own for it: a place is good
    /// for one table only.
    pub(super) fn place(&self, name: &str) -> String {
        let place = self.asked(name);
        if place.is_empty() { String::new() } else { format!("cursor={}", encoded(place)) }
    }

    /// Some fields of the query as a query for the API.
    pub(super) fn pass(&self, names: &[&str]) -> String {
        let said = names.iter().map(|name| (name, self.asked(name))).filter(|(_, text)| !text.is_empty());
        said.map(|(name, text)| format!("{name}={}", encoded(text))).collect::<Vec<String>>().join("&")
    }
}

impl Page {
    /// A page that says one thing.
    pub(super) fn note(title: &str, tone: &'static str, text: &str) -> Page {
        let blocks = vec![Block::Note { tone, text: text.to_owned() }];
        Page { title: title.to_owned(), trail: Vec::new(), program: None, blocks }
    }
}

/// Where the list of programs is.
pub(super) fn home() -> Vec<(String, String)> {
    vec![("Programs".to_owned(), "/".to_owned())]
}

pub(super) fn nothing() -> Problem {
    Problem::new("not_found", "there is no page at this address")
}

/// A path of ours: whatever else a form says, nobody is sent away.
pub(super) fn own_path(path: &str) -> &str {
    let is_own = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n']);
    if is_own { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_away() {
        for path in ["/", "/p/1?a=b"] {
            assert_eq!(own_path(path), path);
        }
        for path in ["", "//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nset-cookie: x"] {
            assert_eq!(own_path(path), "/");
        }
    }
}
