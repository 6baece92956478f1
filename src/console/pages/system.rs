//! The books and their audit; the server, its tokens and its figures.

use super::super::ask::Ask;
use super::super::blocks::{Block, Cell, Fact, Field, Table, instant, plain};
use super::super::forms;
use super::super::page::{Page, Way, home};

use crate::api::{Books, Head, Method, Problem, Scope, Token};
use crate::chart::grouped;
use crate::domain::{Points, Timestamp};

/// The audit of the books.
pub(super) fn books(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let text = "An audit reads the whole journal and all tables: the chain of hashes, the laws of items, accounts, \
                blocks and totals, and that every index row has its record. It runs beside other work.";
    let mut facts = vec![Fact {
        name: "Entries in the journal",
        value: grouped(i128::from(ask.api.last_sequence().0)),
        about: String::new(),
    }];
    let may = ask.may(Scope::Admin) && ask.token.is_unbounded();
    if may {
        facts.extend(kept(ask.api.books()));
    }
    let mut blocks = vec![Block::Facts(facts), Block::Note { tone: "plain", text: text.to_owned() }];
    if may {
        let hidden = [("program", program.to_string())];
        blocks.push(forms::command("verify", "Audit the books now", &hidden[..0], Vec::new(), (way.fresh)()));
        let fields = vec![Field::line("name", "Name of the backup", "text", "").required()];
        blocks.push(forms::command("backup", "Make a backup", &hidden[..0], fields, (way.fresh)()));
    }
    Ok(Page { title: "Books".to_owned(), trail: home(), program: Some(program), blocks })
}

/// The last audit with its digest, and the last backup.
fn kept(books: Books) -> Vec<Fact> {
    let at = |at: Timestamp| instant(&at.to_string());
    let mut facts = match books.audit {
        None => {
            let about = "since the server was started".to_owned();
            vec![Fact { name: "Last audit", value: "none".to_owned(), about }]
        }
        Some(audit) => {
            let found = match audit.ok {
                true => "no law is broken".to_owned(),
                false => format!("{} violations of the laws", grouped(audit.violations_total.into())),
            };
            let about = format!("{found}, in {} entries", grouped(audit.entries.into()));
            let last = Fact { name: "Last audit", value: at(audit.at), about };
            let about = "of all tables at the last audit: the same journal has the same".to_owned();
            vec![last, Fact { name: "Digest", value: audit.digest, about }]
        }
    };
    let (value, about) = match (books.backup, books.has_backups) {
        (Some(backup), _) => (at(backup.at), backup.name),
        (None, true) => ("none".to_owned(), "in the server's folder for backups".to_owned()),
        (None, false) => ("none".to_owned(), "the server was started without --backups".to_owned()),
    };
    facts.push(Fact { name: "Last backup", value, about });
    facts
}

/// The server.
pub(super) fn system(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let clock = ask.get("/v1/clock")?;
    let fact = |name, value: String| Fact { name, value, about: String::new() };
    let mut facts = vec![
        fact("Version", env!("CARGO_PKG_VERSION").to_owned()),
        fact("Engine's time", instant(&plain(&clock, "now"))),
        fact("Clock", plain(&clock, "source")),
    ];
    let mut blocks = Vec::new();
    if ask.may(Scope::Admin) && ask.token.is_unbounded() {
        facts.push(fact("Size in bytes", grouped(i128::from(ask.api.size_bytes()?))));
        blocks.push(Block::Table(tokens(ask)));
        blocks.push(Block::Table(metrics(ask)?));
        blocks.push(forms::command("checkpoint", "Checkpoint now", &[], Vec::new(), (way.fresh)()));
        blocks.push(forms::command("sweep", "Book what is due now", &[], Vec::new(), (way.fresh)()));
    } else {
        let text = "Tokens and metrics are shown to tokens with the scope admin, without bounds.".to_owned();
        blocks.push(Block::Note { tone: "plain", text });
    }
    blocks.insert(0, Block::Facts(facts));
    Ok(Page { title: "System".to_owned(), trail: home(), program: Some(program), blocks })
}

fn tokens(ask: &Ask<'_>) -> Table {
    let limit = |points: Option<Points>| points.map_or(Cell::text(""), |points| Cell::number(points.0));
    let row = |token: &Token| {
        let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.word()).collect();
        let programs = token.programs.as_ref().map_or("all".to_owned(), |programs| {
            programs.iter().map(ToString::to_string).collect::<Vec<String>>().join(", ")
        });
        vec![
            Cell::text(&token.id),
            Cell::text(&token.name),
            Cell::text(scopes.join(" ")),
            Cell::text(programs),
            Cell::text(token.partner.map_or("all".to_owned(), |partner| partner.to_string())),
            limit(token.budget.granted),
            limit(token.budget.redeemed),
            limit(token.budget.largest),
            Cell::text(token.expires_at.map_or("never".to_owned(), |at| at.to_string())),
        ]
    };
    let names = ["id", "name", "scopes", "programs", "partner"].map(Cell::text);
    let limits = ["granted a day", "redeemed a day", "largest"].map(Cell::number_head);
    Table {
        caption: "Tokens".to_owned(),
        head: names.into_iter().chain(limits).chain([Cell::text("expires")]).collect(),
        rows: ask.api.tokens().iter().map(|token| row(token)).collect(),
        empty: "There is no token.",
        ..Table::default()
    }
}

fn metrics(ask: &Ask<'_>) -> Result<Table, Problem> {
    let response = ask.raw(Head::new(Method::Get, "/metrics", ask.at), b"")?;
    let text = String::from_utf8_lossy(&response.body).into_owned();
    let shown = text.lines().filter(|line| !line.starts_with('#') && !line.contains("_bucket{"));
    let mut rows: Vec<(&str, &str)> = shown.filter_map(|line| line.rsplit_once(' ')).collect();
    rows.sort_unstable();
    Ok(Table {
        caption: "Metrics".to_owned(),
        head: vec![Cell::text("name"), Cell::number_head("value")],
        rows: rows
            .into_iter()
            .map(|(name, value)| vec![Cell::text(name), Cell { is_number: true, ..Cell::text(value) }])
            .collect(),
        empty: "Nothing is measured.",
        ..Table::default()
    })
}
