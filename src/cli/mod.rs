//! The front end `accruedb`: a thin layer over the public [`crate::engine::Engine`]. One file a command.

pub mod apply;
mod args;
mod backup;
mod balance;
mod blocks;
mod check;
mod database;
mod demo;
mod import;
mod input;
mod items;
mod journal;
mod liability;
mod load;
mod output;
mod posting;
pub mod purchases;
mod request_ids;
mod restore;
mod rows;
pub mod scenario;
mod schema;
mod settlement;
mod statement;
mod table;
mod verify;

use args::Verb;
use clap::Parser;
use std::process::ExitCode;

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let args = args::Args::parse();
    let mut output = output::Output::new(args.json);
    let outcome = match &args.verb {
        Verb::Demo(args) => demo::run(args, &mut output),
        Verb::Import(args) => import::run(args, &mut output),
        Verb::Apply(args) => apply::run(args, &mut output),
        Verb::Schema(args) => schema::run(args, &mut output),
        Verb::Balance(args) => balance::run(args, &mut output),
        Verb::Items(args) => items::run(args, &mut output),
        Verb::Blocks(args) => blocks::run(args, &mut output),
        Verb::Statement(args) => statement::run(args, &mut output),
        Verb::Liability(args) => liability::run(args, &mut output),
        Verb::Settlement(args) => settlement::run(args, &mut output),
        Verb::Journal(args) => journal::run(args, &mut output),
        Verb::Verify(args) => verify::run(args, &mut output),
        Verb::Backup(args) => backup::run(args, &mut output),
        Verb::Restore(args) => restore::run(args, &mut output),
        Verb::Check(check) => check::run(check, &mut output),
        Verb::Load(load) => load::run(load, &mut output),
    };
    output.end(outcome)
}
