//! What the command line understands.

use super::{
    apply, backup, balance, blocks, check, demo, import, items, journal, liability, load, restore, schema, settlement,
    statement, verify,
};
use clap::{Parser, Subcommand};

/// AccrueDB: a storage engine for loyalty points.
///
/// Exit codes: 0 done, 1 refused or laws broken, 2 wrong call, 3 engine error, or output that could not be written.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub(super) struct Args {
    /// For machines: JSON on standard output, one object or one a line, and nothing else there.
    #[arg(long, global = true)]
    pub(super) json: bool,
    #[command(subcommand)]
    pub(super) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    Demo(demo::Args),
    Import(import::Args),
    Apply(apply::Args),
    Schema(schema::Args),
    Balance(balance::Args),
    Items(items::Args),
    Blocks(blocks::Args),
    Statement(statement::Args),
    Liability(liability::Args),
    Settlement(settlement::Args),
    Journal(journal::Args),
    Verify(verify::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Check(check::Check),
    Load(load::Load),
}
