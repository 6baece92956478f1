//! `accruedb load`: a closed loop of commands with many in flight, and how fast they became durable.

use super::output::{Exit, Failure, Output};

/// Loads a database with generated accruals and measures it.
#[derive(Debug, clap::Args)]
pub(super) struct Load {
    /// How many accruals.
    #[arg(long, default_value_t = 1_000_000)]
    accruals: u64,
}

pub(super) fn run(load: &Load, output: &mut Output) -> Result<Exit, Failure> {
    output.line(format!("{} accruals", load.accruals))?;
    Ok(Exit::Done)
}
