//! What the command line understands.

use super::{
    apply, audit, backup, balance, balances, blocks, check, completions, demo, expiring, import, items, journal,
    liability, load, migrate, partner, report, restore, schema, set_up, settlement, shell, show, sources, statement,
    sweep, verify, what_if,
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
    /// Tables as wide as they need, also where the terminal is narrower. Without it, the widest texts are cut.
    #[arg(long, global = true)]
    pub(super) wide: bool,
    #[command(subcommand)]
    pub(super) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    Demo(demo::Args),
    Import(Box<import::Args>),
    Apply(apply::Args),
    Schema(schema::Args),
    SetUp(set_up::Args),
    Shell(shell::Args),
    Show(show::Args),
    Balance(balance::Args),
    Balances(balances::Args),
    Items(items::Args),
    Blocks(blocks::Args),
    Partner(partner::Args),
    Statement(statement::Args),
    Sweep(sweep::Args),
    Expiring(expiring::Args),
    Migrate(migrate::Args),
    Liability(liability::Args),
    Audit(Box<audit::Args>),
    Report(Box<report::Args>),
    WhatIf(what_if::Args),
    Sources(sources::Args),
    Settlement(settlement::Args),
    Journal(journal::Args),
    Verify(verify::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Check(check::Check),
    Load(load::Load),
    Completions(completions::Completions),
    Man(completions::Man),
    #[cfg(feature = "server")]
    Serve(super::serve::Args),
    #[cfg(feature = "server")]
    Token(super::token::Args),
}
