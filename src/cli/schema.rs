//! `accruedb schema`: the JSON Schema of what goes in and comes out.

use super::output::{Exit, Failure, Output};
use crate::domain::{Command, Entry, Receipt, Rejection};
use schemars::schema_for;
use serde_json::json;

/// Prints the JSON Schemas of commands, receipts, rejections and journal entries, as one object.
///
/// Exit codes: 0 done.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb schema > accruedb.schema.json")]
pub(super) struct Args {}

pub(super) fn run(Args {}: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let schemas = json!({
        "command": schema_for!(Command),
        "receipt": schema_for!(Receipt),
        "rejection": schema_for!(Rejection),
        "entry": schema_for!(Entry),
    });
    output.object(&schemas)?;
    let text = serde_json::to_string_pretty(&schemas).map_err(|error| Failure::Usage(error.to_string()))?;
    output.line(text)?;
    Ok(Exit::Done)
}
