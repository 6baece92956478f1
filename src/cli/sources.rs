//! `accruedb sources`: the sources of a program, by name, with status and inventory.

use super::database::{Database, OneProgram};
use super::output::{Exit, Failure, Output};
use super::table::{TextTable, grouped};
use crate::domain::SourceKey;
use serde_json::json;

/// Shows the sources of a program, sorted by name: whether they give points, which types, and how many are left.
///
/// Exit codes: 0 done, 1 no such program, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb sources --db shop --named spring")]
pub(super) struct Args {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    program: OneProgram,
    /// Only those whose name holds this text.
    #[arg(long, default_value = "")]
    named: String,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let engine = args.database.open_to_look(output)?;
    let chosen = args.program.of(&engine)?;
    let id = chosen.id;
    let Some(program) = chosen.program() else {
        output.object(&json!({ "program": id, "known": false }))?;
        output.line(chosen.missing().unwrap_or_default())?;
        return Ok(Exit::Refused);
    };
    let mut table = TextTable::new(&["source", "name", "status", "point types", "left", "restrictions"]);
    let mut objects = Vec::new();
    for (source, _) in program.sources_by_name(&args.named) {
        let Some(state) = engine.source(SourceKey { program: id, source })? else { continue };
        let inventory = state.source.inventory;
        objects.push(json!({
            "source": source, "name": state.terms.name, "status": state.source.status.code(),
            "reason": state.source.status.reason(), "terms": state.terms, "inventory": inventory,
            "left": inventory.map(|inventory| inventory.left()),
        }));
        table.row([
            source.to_string(),
            state.terms.name.to_string(),
            state.source.status.code().to_owned(),
            state.terms.point_types.len().to_string(),
            inventory.map_or("unlimited".to_owned(), |inventory| grouped(inventory.left().0)),
            state.terms.limits.len().to_string(),
        ]);
    }
    output.object(&json!({ "program": id, "known": true, "sources": objects }))?;
    output.table(&table)?;
    Ok(Exit::Done)
}
