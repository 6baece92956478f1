//! What the command line says: text for people, JSON for machines, progress on the terminal, exit codes.

use crate::engine::{Error, ErrorKind, ExecuteError, OnProgress, Progress};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::process::ExitCode;
use std::sync::Arc;

/// How a command that ran to its end went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// Everything was done.
    Done,
    /// Something was refused, or a law is broken.
    Refused,
}

impl Exit {
    /// Done, if everything was.
    pub(super) fn all(done: bool) -> Exit {
        if done { Exit::Done } else { Exit::Refused }
    }
}

/// Why a command did not run to its end.
#[derive(Debug)]
pub(super) enum Failure {
    /// The call was wrong: an argument, a file that cannot be read.
    Usage(String),
    /// The engine could not.
    Engine(Error),
    /// Nobody reads the output any more, as with `| head`.
    Unread,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        if error.kind == ErrorKind::Invalid { Failure::Usage(error.what) } else { Failure::Engine(error) }
    }
}

/// For commands that must succeed.
impl From<ExecuteError> for Failure {
    fn from(error: ExecuteError) -> Failure {
        match error {
            ExecuteError::Refused(rejection) => Failure::Usage(format!("refused: {rejection}")),
            ExecuteError::Failed(error) => error.into(),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::Unread,
            _ => Failure::Usage(error.to_string()),
        }
    }
}

/// Where a command's results go.
#[derive(Debug)]
pub(super) struct Output {
    json: bool,
    out: BufWriter<Stdout>,
}

impl Output {
    pub(super) fn new(json: bool) -> Output {
        Output { json, out: BufWriter::new(io::stdout()) }
    }

    /// Whether results are JSON.
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// A line for people; nothing where the output is JSON.
    pub(super) fn line(&mut self, text: impl AsRef<str>) -> Result<(), Failure> {
        if self.json {
            return Ok(());
        }
        Ok(writeln!(self.out, "{}", text.as_ref())?)
    }

    /// An object for machines; nothing where the output is text.
    pub(super) fn object(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        if self.json { self.json_line(value) } else { Ok(()) }
    }

    /// A line of JSON, whatever the output is: for commands that speak JSON Lines only.
    pub(super) fn json_line(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let mut text = serde_json::to_string(value).map_err(|error| Failure::Usage(error.to_string()))?;
        text.push('\n');
        Ok(self.out.write_all(text.as_bytes())?)
    }

    /// Hands out what was said so far.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }

    /// A remark for people, on standard error.
    pub(super) fn remark(&self, text: impl AsRef<str>) {
        // where standard error is gone, there is nobody left to tell
        let _ = writeln!(io::stderr().lock(), "{}", text.as_ref());
    }

    /// A bar for long work, on standard error; hidden where that is no terminal.
    pub(super) fn bar(&self, task: &'static str, total: Option<u64>) -> ProgressBar {
        if !io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
        let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {per_sec}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(task);
        bar
    }

    /// Shows the engine's own progress as a bar.
    pub(super) fn on_progress(&self) -> OnProgress {
        let bar = self.bar("opening", None);
        Arc::new(move |Progress { task, done, total }| {
            bar.set_message(task);
            bar.set_length(total.unwrap_or(done));
            bar.set_position(done);
        })
    }

    /// Ends the command: says why it failed, if it did.
    pub(super) fn end(&mut self, outcome: Result<Exit, Failure>) -> ExitCode {
        let outcome = outcome.and_then(|exit| self.flush().map(|()| exit));
        let (code, what) = match outcome {
            Ok(Exit::Done) | Err(Failure::Unread) => return ExitCode::SUCCESS,
            Ok(Exit::Refused) => return ExitCode::from(1),
            Err(Failure::Usage(what)) => (2, what),
            Err(Failure::Engine(error)) => (3, error.what),
        };
        // what was said before the failure still counts
        let _ = self.flush();
        self.remark(format!("accruedb: {what}"));
        ExitCode::from(code)
    }
}
