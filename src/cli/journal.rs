//! `accruedb journal`: the journal's entries, as JSON Lines.

use super::database::Database;
use super::output::{Exit, Failure, Output};
use crate::domain::Sequence;

/// Prints entries of the journal.
///
/// One JSON object a line: the last ones, or those from a number on.
///
/// Exit codes: 0 done, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb journal --db shop --from 1 --limit 100")]
pub(super) struct Args {
    #[command(flatten)]
    database: Database,
    /// The first entry's number. Default: such that the last entries are printed.
    #[arg(long, value_name = "SEQUENCE")]
    from: Option<u64>,
    /// At most this many. Default: 10 where no first entry is named, else all.
    #[arg(long)]
    limit: Option<u64>,
}

/// Entries that are read in one go.
const PAGE: u64 = 1_000;

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let engine = args.database.open_to_look(output)?;
    let (from, mut left) = match args.from {
        Some(from) => (from.max(1), args.limit.unwrap_or(u64::MAX)),
        None => {
            let limit = args.limit.unwrap_or(10);
            (engine.last_sequence().next().0.saturating_sub(limit).max(1), limit)
        }
    };
    let mut from = Sequence(from);
    while left > 0 && !output.is_closed() {
        let entries = engine.journal(from, usize::try_from(left.min(PAGE)).unwrap_or(1))?;
        let Some(last) = entries.last() else { break };
        from = last.sequence.next();
        left = left.saturating_sub(entries.len() as u64);
        entries.iter().try_for_each(|entry| output.json_line(entry))?;
    }
    Ok(Exit::Done)
}
