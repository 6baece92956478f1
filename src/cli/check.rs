//! `accruedb check`: runs scenario tables.

use super::input::unreadable;
use super::output::{Exit, Failure, Output};
use super::scenario::{self, Report};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Runs scenario tables: acceptance tests of a program.
///
/// Each file runs against an empty engine in memory, on its own time; nothing on disk is touched.
///
/// Exit codes: 0 done, 1 a line was not answered as expected, 2 wrong call, or a file that cannot be read.
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
    failures: &'a [Failed],
}

/// A file that failed.
#[derive(Serialize)]
struct Failed {
    file: String,
    /// From 1; none where the file could not even be opened.
    line: Option<u64>,
    what: String,
}

pub(super) fn run(check: &Check, output: &mut Output) -> Result<Exit, Failure> {
    let mut report = Report::default();
    let mut failed = Vec::new();
    for file in files(&check.paths)? {
        let before = report.failures.len();
        report.add(&file);
        let Some(failure) = report.failures.get(before) else {
            output.line(format!("ok      {}", file.display()))?;
            continue;
        };
        failed.push(Failed::new(&file, failure));
        output.line(format!("FAILED  {failure}"))?;
        if output.is_json() {
            failure.to_string().lines().for_each(|line| output.remark(line));
        }
    }
    let Report { passed, failed: count, rules, failures } = &report;
    output.line(format!("{passed} passed, {count} failed, {} rules covered", rules.len()))?;
    output.object(&Summary { passed: *passed, failed: *count, rules, failures: &failed })?;
    let unreadable = failures.iter().filter(|failure| matches!(failure, scenario::Failure::Unreadable { .. })).count();
    match (unreadable, count) {
        (0, 0) => Ok(Exit::Done),
        (0, _) => Ok(Exit::Refused),
        _ => Err(Failure::Usage(format!("{unreadable} of the files cannot be read"))),
    }
}

/// The files to run: each path must lead to one.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        let found = scenario::files(std::slice::from_ref(path)).map_err(|error| unreadable(path, error))?;
        if found.is_empty() {
            return Err(Failure::Usage(format!("no scenario files in {}", path.display())));
        }
        files.extend(found);
    }
    Ok(files)
}

impl Failed {
    fn new(file: &Path, failure: &scenario::Failure) -> Failed {
        let (place, what) = match failure {
            scenario::Failure::Unreadable { place, what } => (place, what.clone()),
            scenario::Failure::Unexpected { place, line, expected, actual } => {
                (place, format!("{line}: expected {expected}, actual {actual}"))
            }
        };
        let file = file.display().to_string();
        let line = place.strip_prefix(&file).and_then(|rest| rest.split(':').nth(1)?.parse().ok());
        Failed { file, line, what }
    }
}
