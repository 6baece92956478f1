//! Progress of a long import: a bar on a terminal, else a line from time to time.

use crate::cli::output::Output;
use crate::cli::table::grouped;
use indicatif::ProgressBar;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

/// How far an import is.
pub(super) struct Bar<'a> {
    output: &'a Output,
    bar: ProgressBar,
    done: u64,
    total: u64,
    every: Duration,
    told: Option<Instant>,
}

impl Bar<'_> {
    /// A bar on a terminal; elsewhere a line whenever so much time has passed.
    pub(super) fn new(output: &Output, total: u64, every: Duration) -> Bar<'_> {
        let told = (!io::stderr().is_terminal()).then(Instant::now);
        Bar { output, bar: output.bar("importing", Some(total)), done: 0, total, every, told }
    }

    pub(super) fn advance(&mut self, lines: u64) {
        self.done = self.done.saturating_add(lines);
        self.bar.inc(lines);
        if let Some(told) = self.told.filter(|told| told.elapsed() >= self.every) {
            self.output.remark(format!("imported {} of {} lines", grouped(self.done), grouped(self.total)));
            self.told = told.checked_add(told.elapsed()).or(Some(told));
        }
    }

    pub(super) fn end(self) {
        self.bar.finish_and_clear();
    }
}
