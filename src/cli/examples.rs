//! A valid command of each kind that a caller may send, in an order in which they can be applied.

use crate::domain::Command;
use clap::builder::PossibleValuesParser;
use std::collections::BTreeSet;

/// The examples, as lines for `accruedb apply`: into a new database, one after the other.
const LINES: &str = include_str!("examples.jsonl");

/// The commands, each with its kind.
pub(super) fn commands() -> Vec<(&'static str, Command)> {
    let read = LINES.lines().filter_map(|line| Command::from_json(line).ok());
    read.map(|command| (command.action.verb(), command)).collect()
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
        // the engine's own is not for callers
        let expected = Action::VERBS.iter().copied().filter(|kind| *kind != "book_due");
        assert_eq!(known, expected.collect());
    }

    #[test]
    fn each_example_is_done_where_it_stands() {
        let engine = Engine::open_store(Arc::new(MemoryStore::new()), EngineOptions::default()).unwrap();
        let commands = commands();
        assert_eq!(commands.len(), LINES.lines().count(), "a line that is no command");
        for ((kind, command), written) in commands.iter().zip(LINES.lines()) {
            // as a line says it, short and in full
            let line = serde_json::to_string(command).unwrap();
            for line in [written, &line] {
                let read = crate::cli::apply::parse("", 1, line.as_bytes()).unwrap_or_else(|e| panic!("{line}: {e}"));
                assert_eq!(read, *command, "{kind}");
            }
            engine.execute(command).unwrap_or_else(|error| panic!("{kind}: {error}"));
        }
        let audit = engine.verify(None).unwrap();
        assert_eq!(audit.violations, Vec::<String>::new());
    }
}
