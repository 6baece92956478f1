//! `accruedb backup`: a consistent copy of a database.

use super::database::{self, Database};
use super::output::{Exit, Failure, Output};
use super::table::grouped;
use serde_json::json;
use std::path::PathBuf;

/// Copies a database into a new directory.
///
/// The copy is consistent. It is made of hard links where the file system has them.
///
/// Exit codes: 0 done, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb backup --db shop /backups/shop-1997-12-31")]
pub(super) struct Args {
    #[command(flatten)]
    database: Database,
    /// The directory to make; it must not be there yet, nor lie inside of the database.
    to: PathBuf,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    if args.to.exists() {
        return Err(Failure::Usage(format!("{} is there already", args.to.display())));
    }
    database::must_be_outside(&args.to, &args.database.db)?;
    let beside = database::beside(&args.to);
    if !beside.is_dir() {
        return Err(Failure::Usage(format!("there is no directory {}", beside.display())));
    }
    let engine = args.database.open_existing(output)?;
    engine.backup(&args.to)?;
    output.object(&json!({ "from": args.database.db, "to": args.to, "entries": engine.last_sequence() }))?;
    output.line(format!("{} entries copied to {}", grouped(engine.last_sequence().0), args.to.display()))?;
    Ok(Exit::Done)
}
