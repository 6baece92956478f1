//! What the command line understands.

use clap::{Parser, Subcommand};

/// AccrueDB: a storage engine for loyalty points.
///
/// Exit codes: 0 done, 1 refused or laws broken, 2 wrong call, 3 engine error.
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
    Check(super::check::Check),
    Load(super::load::Load),
}
