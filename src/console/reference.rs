//! The reference: every route, from the table, and every problem, with what to do about it.

use super::blocks::{Block, Cell, Table};
use super::page::Page;
use crate::api::{Access, CODES, routes};
use crate::domain::Rejection;

/// Every route.
pub(super) fn docs() -> Page {
    let rows = routes().map(|route| {
        let scope = match route.access {
            Access::Open => "open".to_owned(),
            Access::Needs(scope) => scope.to_string(),
            Access::OfKind => "of the kind".to_owned(),
        };
        let params: Vec<&str> = route.params.iter().map(|param| param.name).collect();
        vec![
            Cell::text(route.method.word()),
            Cell::text(route.path),
            Cell::text(scope),
            Cell::text(params.join(", ")),
            Cell::text(route.summary),
        ]
    });
    let head = ["method", "path", "scope", "query", "what it does"].map(Cell::text).to_vec();
    let table = Table { caption: "Routes".to_owned(), head, rows: rows.collect(), ..Table::default() };
    let text = "Send a token with each call: Authorization: Bearer acr_... A command also needs the header \
                Idempotency-Key, an id of your choice: with the same key and body it has one effect, for ever. The \
                documents for generators: /openapi.json (3.1) and /openapi-3.0.json.";
    Page {
        title: "The API".to_owned(),
        trail: Vec::new(),
        program: None,
        blocks: vec![
            Block::Note { tone: "plain", text: text.to_owned() },
            Block::Table(table),
            Block::Table(problems()),
        ],
    }
}

/// The code, the status and the explanation of everything that can go wrong.
fn all() -> Vec<(String, u16, String)> {
    let own = CODES.iter().map(|(code, status, text)| ((*code).to_owned(), *status, (*text).to_owned()));
    let of_rules = Rejection::CODES
        .iter()
        .zip(Rejection::MEANINGS)
        .map(|(code, text)| ((*code).to_owned(), crate::api::rejection_status(code), text.trim().to_owned()));
    own.chain(of_rules).collect()
}

fn problems() -> Table {
    let rows = all().into_iter().map(|(code, status, text)| {
        vec![Cell::text(&code).to(format!("/problems/{code}")), Cell::number(status), Cell::text(text)]
    });
    let head = vec![Cell::text("code"), Cell::number_head("status"), Cell::text("what it means")];
    Table { caption: "Problems".to_owned(), head, rows: rows.collect(), ..Table::default() }
}

/// What a code means; none where there is no such code.
pub(super) fn problem(code: &str) -> Option<Page> {
    let (code, status, text) = all().into_iter().find(|(known, ..)| known == code)?;
    let mut page = Page::note(&code, "plain", &format!("{text} HTTP status {status}."));
    page.trail = vec![("The API".to_owned(), "/docs".to_owned())];
    Some(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_of_the_rules_has_a_page() {
        for code in Rejection::CODES {
            assert!(problem(code).is_some(), "{code}");
        }
        assert!(problem("budget_exceeded").is_some() && problem("nothing").is_none());
        assert!(all().iter().all(|(code, _, text)| !text.is_empty() && !code.contains(' ')));
    }
}
