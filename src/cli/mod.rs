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
mod fold;
mod help;
pub mod import;
mod input;
mod items;
mod journal;
mod liability;
mod lines;
mod listing;
mod lists;
mod load;
mod long_ids;
mod migrate;
#[cfg(feature = "server")]
mod notify;
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
mod settlement_chart;
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

use crate::domain::reading_long_ids;
use args::Verb;
use clap::CommandFactory;
use output::{Exit, Failure, Output};
use std::process::ExitCode;

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let (args, long_ids) = reading_long_ids(help::arguments::<args::Args>);
    let mut output = Output::new(args.json, args.wide);
    long_ids::shown(long_ids, || {
        let outcome = run(&args.verb, &mut output);
        output.end(outcome)
    })
}

fn run(verb: &Verb, output: &mut Output) -> Result<Exit, Failure> {
    match verb {
        Verb::Demo(args) => demo::run(args, output),
        Verb::Import(args) => import::run(args, output),
        Verb::Apply(args) => apply::run(args, output),
        Verb::Schema(args) => schema::run(args, output),
        Verb::Balance(args) => balance::run(args, output),
        Verb::Balances(args) => balances::run(args, output),
        Verb::SetUp(args) => set_up::run(args, output),
        Verb::Shell(args) => shell::run(args, output),
        Verb::Show(args) => show::run(args, output),
        Verb::Items(args) => items::run(args, output),
        Verb::Blocks(args) => blocks::run(args, output),
        Verb::Partner(args) => partner::run(args, output),
        Verb::Statement(args) => statement::run(args, output),
        Verb::Sweep(args) => sweep::run(args, output),
        Verb::Expiring(args) => expiring::run(args, output),
        Verb::Migrate(args) => migrate::run(args, output),
        Verb::Liability(args) => liability::run(args, output),
        Verb::Audit(args) => audit::run(args, output),
        Verb::Report(args) => report::run(args, output),
        Verb::WhatIf(args) => what_if::run(args, output),
        Verb::Sources(args) => sources::run(args, output),
        Verb::Settlement(args) => settlement::run(args, output),
        Verb::Journal(args) => journal::run(args, output),
        Verb::Verify(args) => verify::run(args, output),
        Verb::Backup(args) => backup::run(args, output),
        Verb::Restore(args) => restore::run(args, output),
        Verb::Check(check) => check::run(check, output),
        Verb::Load(load) => load::run(load, output),
        Verb::Completions(args) => completions::completions(args, &mut args::Args::command(), output),
        Verb::Man(args) => completions::man(args, args::Args::command(), output),
        #[cfg(feature = "server")]
        Verb::Serve(args) => serve::run(args, output),
        #[cfg(feature = "server")]
        Verb::Token(args) => token::run(args, output),
    }
}
