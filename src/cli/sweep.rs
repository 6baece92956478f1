//! `accruedb sweep`: books what is due, so that the journal has it.

use super::database::Database;
use super::output::{Exit, Failure, Output};
use super::table::grouped;
use serde_json::json;

/// Books all that has expired or matured until now.
///
/// Balances show it anyway; a statement then has an entry for it. A service that keeps the engine open does this by itself, about once a second.
///
/// Exit codes: 0 done, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb sweep --db shop")]
pub(super) struct Args {
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let engine = args.database.open_existing_to_write(output)?;
    let before = engine.last_sequence();
    let booked = engine.book_due()?;
    let (at, entries) = (engine.now(), engine.last_sequence().0.saturating_sub(before.0));
    engine.close()?;
    output.object(&json!({ "at": at, "booked": booked, "entries": entries }))?;
    output.line(format!(
        "{} members and partners had something due at {at}: {} entries",
        grouped(booked),
        grouped(entries)
    ))?;
    Ok(Exit::Done)
}
