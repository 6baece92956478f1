//! Scenario tables: acceptance tests of a loyalty program in the words of the people who run it.
//!
//! The language is described in `src/docs/scenarios.md`. A file is read whole (`parse.rs`), then run step by step
//! against an engine of its own (`run.rs`); the first line whose answer is not the expected one ends it.

mod answer;
mod expect;
mod order;
mod orders;
mod parse;
mod questions;
mod reports;
mod run;
pub(super) mod session;
mod settlement_questions;
mod show;
mod step;
mod words;

use super::input::text_of;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// What became of some scenario files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Files in which every line was answered as expected.
    pub passed: usize,
    /// Files with a line that was not, and files that could not be read.
    pub failed: usize,
    /// The rules that passed files cover, each with the lines that prove it: `path.scn:12`.
    pub rules: BTreeMap<String, Vec<String>>,
    /// What failed, in the order of the files.
    pub failures: Vec<Failure>,
}

/// Why a file failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The file could not be read: `path`, or `path:line:column`, and why.
    Unreadable {
        /// Where.
        place: String,
        /// What was expected.
        what: String,
    },
    /// A line was not answered as expected.
    Unexpected {
        /// `path:line`.
        place: String,
        /// The line.
        line: String,
        /// What it expects.
        expected: String,
        /// What it got.
        actual: String,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Unreadable { place, what } => write!(f, "{place}: {what}"),
            Failure::Unexpected { place, line, expected, actual } => {
                write!(f, "{place}: {line}\n    expected  {expected}\n    actual    {actual}")
            }
        }
    }
}

/// The scenario files among `paths`, and under those that are directories, in order. A link to a directory is followed,
/// but not into a directory that the way there leads through: links may make a loop.
pub fn files(paths: &[PathBuf]) -> std::io::Result<Vec<PathBuf>> {
    files_under(paths, &mut Vec::new())
}

/// The same; `above` are the directories on the way.
fn files_under(paths: &[PathBuf], above: &mut Vec<PathBuf>) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let here = path.canonicalize()?;
        if above.contains(&here) {
            continue;
        }
        let mut inner: Vec<PathBuf> =
            std::fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
        inner.retain(|path| path.is_dir() || path.extension().is_some_and(|kind| kind == "scn"));
        inner.sort();
        above.push(here);
        files.extend(files_under(&inner, above)?);
        above.pop();
    }
    Ok(files)
}

/// Runs the scenario files among `paths`, and under those that are directories.
#[must_use]
pub fn check(paths: &[PathBuf]) -> Report {
    let mut report = Report::default();
    match files(paths) {
        Ok(files) => files.iter().for_each(|file| report.add(file)),
        Err(error) => report.fail(Failure::Unreadable { place: "the files".into(), what: error.to_string() }),
    }
    report
}

impl Report {
    /// Runs one more file.
    pub fn add(&mut self, file: &Path) {
        match check_file(file) {
            Ok(rules) => {
                self.passed = self.passed.saturating_add(1);
                for (rule, lines) in rules {
                    let places = lines.into_iter().map(|line| format!("{}:{line}", file.display()));
                    self.rules.entry(rule).or_default().extend(places);
                }
            }
            Err(failure) => self.fail(failure),
        }
    }

    fn fail(&mut self, failure: Failure) {
        self.failed = self.failed.saturating_add(1);
        self.failures.push(failure);
    }
}

/// Runs a file; gives the rules that it covers.
fn check_file(file: &Path) -> Result<BTreeMap<String, Vec<usize>>, Failure> {
    let path = file.display().to_string();
    match text_of(file) {
        Ok(text) => check_text(&path, &text),
        Err(what) => Err(Failure::Unreadable { place: path, what }),
    }
}

/// Runs a scenario that is called `name`; gives the rules that it covers, each with the lines that prove it.
pub fn check_text(name: &str, text: &str) -> Result<BTreeMap<String, Vec<usize>>, Failure> {
    let scenario = parse::parse(text).map_err(|parse::Misread { line, syntax }| Failure::Unreadable {
        place: format!("{name}:{line}:{}", syntax.column),
        what: syntax.what,
    })?;
    match run::run(&scenario) {
        Ok(()) => Ok(scenario.rules),
        Err(run::Mismatch { line, text, expected, actual }) => {
            Err(Failure::Unexpected { place: format!("{name}:{line}"), line: text, expected, actual })
        }
    }
}
