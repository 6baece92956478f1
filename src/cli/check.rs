//! `accruedb check`: runs scenario tables.

use super::output::{Exit, Failure, Output};
use super::scenario::{self, Report};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

/// Runs scenario tables: acceptance tests of a loyalty program, in its own words.
///
/// Each file runs against an empty engine in memory, on its own time; nothing on disk is touched. Exit codes: 1
/// where a line was not answered as expected, 2 where a file cannot be read.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: save this as winter.scn, then run `accruedb check winter.scn`

    # covers: D22
    accrue  M1  100  expires 2026-02-28   -> ok I1
    accrue  M1   50  expires 2026-01-31   -> ok I2
    redeem  M1   70                       -> ok I2 50, I1 20
    balance M1                            -> available 80")]
pub(super) struct Check {
    /// Scenario files (*.scn), or directories of them.
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
}

/// What machines are told.
#[derive(Serialize)]
struct Summary<'a> {
    passed: usize,
    failed: usize,
    rules: &'a BTreeMap<String, Vec<String>>,
}

pub(super) fn run(check: &Check, output: &mut Output) -> Result<Exit, Failure> {
    let mut report = Report::default();
    for file in scenario::files(&check.paths)? {
        let failed = report.failed;
        report.add(&file);
        if report.failed == failed {
            output.line(format!("ok      {}", file.display()))?;
        } else if let Some(failure) = report.failures.last().filter(|_| !output.is_json()) {
            output.line(format!("FAILED  {failure}"))?;
        } else if let Some(failure) = report.failures.last() {
            writeln!(io::stderr().lock(), "{failure}")?;
        }
    }
    let Report { passed, failed, rules, failures } = &report;
    output.line(format!("{passed} passed, {failed} failed, {} rules covered", rules.len()))?;
    output.object(&Summary { passed: *passed, failed: *failed, rules })?;
    let unreadable = failures.iter().filter(|failure| matches!(failure, scenario::Failure::Unreadable { .. })).count();
    match (unreadable, failed) {
        (0, 0) => Ok(Exit::Done),
        (0, _) => Ok(Exit::Refused),
        _ => Err(Failure::Usage(format!("{unreadable} of the files cannot be read"))),
    }
}
