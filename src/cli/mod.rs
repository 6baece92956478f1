//! The front end `accruedb`: a thin layer over the public [`crate::engine::Engine`]. One file a command.

pub mod apply;
mod args;
mod audit;
mod backup;
mod balance;
mod balances;
mod blocks;
mod check;
mod completions;
mod database;
mod demo;
mod examples;
mod expiring;
mod export;
pub mod import;
mod input;
mod items;
mod journal;
mod liability;
mod lists;
mod load;
mod output;
mod partner;
mod posting;
pub mod purchases;
mod report;
mod report_chart;
mod request_ids;
mod restore;
mod rows;
pub mod scenario;
mod schema;
mod scratch;
#[cfg(feature = "server")]
mod serve;
mod set_up;
mod settlement;
mod sheet;
mod shell;
mod show;
mod sources;
mod statement;
mod sweep;
mod table;
mod terminal;
mod text;
#[cfg(feature = "server")]
mod token;
mod verify;
mod what_if;
mod words;

use args::Verb;
use clap::{CommandFactory, Parser};
use std::process::ExitCode;

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let args = args::Args::try_parse().unwrap_or_else(|error| refuse(&error));
    let mut output = output::Output::new(args.json, args.wide);
    let outcome = match &args.verb {
        Verb::Demo(args) => demo::run(args, &mut output),
        Verb::Import(args) => import::run(args, &mut output),
        Verb::Apply(args) => apply::run(args, &mut output),
        Verb::Schema(args) => schema::run(args, &mut output),
        Verb::Balance(args) => balance::run(args, &mut output),
        Verb::Balances(args) => balances::run(args, &mut output),
        Verb::SetUp(args) => set_up::run(args, &mut output),
        Verb::Shell(args) => shell::run(args, &mut output),
        Verb::Show(args) => show::run(args, &mut output),
        Verb::Items(args) => items::run(args, &mut output),
        Verb::Blocks(args) => blocks::run(args, &mut output),
        Verb::Partner(args) => partner::run(args, &mut output),
        Verb::Statement(args) => statement::run(args, &mut output),
        Verb::Sweep(args) => sweep::run(args, &mut output),
        Verb::Expiring(args) => expiring::run(args, &mut output),
        Verb::Liability(args) => liability::run(args, &mut output),
        Verb::Audit(args) => audit::run(args, &mut output),
        Verb::Report(args) => report::run(args, &mut output),
        Verb::WhatIf(args) => what_if::run(args, &mut output),
        Verb::Sources(args) => sources::run(args, &mut output),
        Verb::Settlement(args) => settlement::run(args, &mut output),
        Verb::Journal(args) => journal::run(args, &mut output),
        Verb::Verify(args) => verify::run(args, &mut output),
        Verb::Backup(args) => backup::run(args, &mut output),
        Verb::Restore(args) => restore::run(args, &mut output),
        Verb::Check(check) => check::run(check, &mut output),
        Verb::Load(load) => load::run(load, &mut output),
        Verb::Completions(args) => completions::completions(args, &mut args::Args::command(), &mut output),
        Verb::Man(args) => completions::man(args, args::Args::command(), &mut output),
        #[cfg(feature = "server")]
        Verb::Serve(args) => serve::run(args, &mut output),
        #[cfg(feature = "server")]
        Verb::Token(args) => token::run(args, &mut output),
    };
    output.end(outcome)
}

/// Ends the process with what clap says of the call: its help, its version, or what is wrong. A wrong argument is shown
/// with the rest of the message; where it holds what a terminal would act on, that is escaped, and colours are left out.
fn refuse(error: &clap::Error) -> ! {
    let plain = error.to_string();
    let shown = text::shown(&plain);
    if shown == plain {
        error.exit();
    }
    eprint!("{shown}");
    std::process::exit(error.exit_code())
}
