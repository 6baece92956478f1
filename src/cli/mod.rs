//! The front end `accruedb`: a thin layer over the public [`crate::engine::Engine`].

mod args;
mod check;
mod load;
mod output;
pub mod scenario;

use clap::Parser;
use std::process::ExitCode;

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let args = args::Args::parse();
    let mut output = output::Output::new(args.json);
    let outcome = match &args.verb {
        args::Verb::Check(check) => check::run(check, &mut output),
        args::Verb::Load(load) => load::run(load, &mut output),
    };
    output.end(outcome)
}
