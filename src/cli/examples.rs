//! One valid command of each kind that a caller may send, in an order in which a new database takes them.

use crate::domain::Command;
use clap::builder::PossibleValuesParser;
use std::collections::BTreeSet;

/// The commands as lines for `accruedb apply`. Those that name an entry by its number name that of their line.
const LINES: &str = include_str!("examples.jsonl");

/// The commands, each with its kind.
pub(super) fn commands() -> Vec<(&'static str, Command)> {
    let commands = LINES.lines().filter_map(|line| Command::from_json(line).ok());
    commands.map(|command| (command.action.verb(), command)).collect()
}

/// The kinds that can be asked for.
pub(super) fn kinds() -> PossibleValuesParser {
    let known: BTreeSet<&str> = commands().into_iter().map(|(kind, _)| kind).collect();
    known.into_iter().chain(["all"]).collect::<Vec<&str>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Action;
    use crate::engine::{Engine, EngineOptions};
    use crate::storage::memory::MemoryStore;
    use std::sync::Arc;

    #[test]
    fn each_kind_has_an_example() {
        let known: BTreeSet<&str> = commands().into_iter().map(|(kind, _)| kind).collect();
        // what is due is booked by the engine, not by callers
        let missing: Vec<&&str> =
            Action::VERBS.iter().filter(|kind| !known.contains(*kind) && **kind != "book_due").collect();
        assert!(missing.is_empty() && commands().len() == LINES.lines().count(), "{missing:?}");
    }

    #[test]
    fn each_example_is_done_where_it_stands() {
        let engine = Engine::open_store(Arc::new(MemoryStore::new()), EngineOptions::default()).unwrap();
        for (kind, command) in commands() {
            // as a line says it
            let line = serde_json::to_string(&command).unwrap();
            let read = crate::cli::apply::parse("", 1, line.as_bytes()).unwrap();
            assert_eq!(read, command, "{kind}");
            engine.execute(&read).unwrap_or_else(|error| panic!("{kind}: {error}"));
        }
    }
}
