//! What the command line says: text for people, JSON for machines, progress on the terminal, exit codes.

use super::table::{Fitted, TextTable};
use super::{fold, terminal, text};
use crate::engine::{Error, ErrorKind, ExecuteError, OnProgress, Progress};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::process::ExitCode;
use std::sync::{Arc, LazyLock};

/// How a command that ran to its end went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// Everything was done.
    Done,
    /// Something was refused, or a law is broken.
    Refused,
    /// Standard output was closed, or the input broke off, before everything had been tried.
    Partial,
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
    /// The rules refuse a command that must succeed.
    Refused(String),
    /// The engine could not.
    Engine(Error),
    /// Standard output takes no more, as on a full disk.
    Output(io::Error),
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
            ExecuteError::Refused(rejection) => Failure::Refused(format!("refused: {rejection}")),
            ExecuteError::Failed(error) => error.into(),
        }
    }
}

/// What the system refuses, of files that no argument names.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Engine(Error { kind: ErrorKind::Unavailable, what: error.to_string() })
    }
}

/// What makes a terminal write bold, and as before.
const BOLD: &str = "\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";

/// Where a command's results go.
#[derive(Debug)]
pub(super) struct Output {
    json: bool,
    /// Columns that a table may take. `None`: as many as it needs.
    width: Option<usize>,
    /// Whether the heads of tables are bold.
    has_colour: bool,
    is_terminal: bool,
    out: BufWriter<Stdout>,
    is_closed: bool,
}

impl Output {
    /// Tables fit the terminal, unless they are to be `wide`.
    pub(super) fn new(json: bool, wide: bool) -> Output {
        let width = if wide || json { None } else { terminal::width() };
        let has_colour = terminal::has_colour();
        let is_terminal = io::stdout().is_terminal();
        Output { json, width, has_colour, is_terminal, out: BufWriter::new(io::stdout()), is_closed: false }
    }

    /// Whether results are JSON.
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// Columns of the terminal, where lines have to fit one.
    pub(super) fn width(&self) -> Option<usize> {
        self.width
    }

    /// A line for people, over several lines where the terminal is narrow; nothing where the output is JSON. A terminal
    /// gets nothing to act on: see [`text::shown`].
    pub(super) fn line(&mut self, text: impl AsRef<str>) -> Result<(), Failure> {
        let width = self.width.unwrap_or(usize::MAX);
        fold::folded(&text::shown(text.as_ref()), width).iter().try_for_each(|line| self.exact(line))
    }

    /// A command line to be pasted into a shell: where it is broken, it still can be.
    pub(super) fn pasteable(&mut self, text: impl AsRef<str>) -> Result<(), Failure> {
        let width = self.width.unwrap_or(usize::MAX);
        fold::folded_command(&text::shown(text.as_ref()), width).iter().try_for_each(|line| self.exact(line))
    }

    /// Lines that are never broken, whatever the width: those of a table that fits already, of a picture, of another
    /// program's format.
    pub(super) fn exact(&mut self, text: impl AsRef<str>) -> Result<(), Failure> {
        if self.json { Ok(()) } else { self.put(&text::shown(text.as_ref())) }
    }

    /// A table for people, as wide as the terminal at most. Nothing where the output is JSON.
    pub(super) fn table(&mut self, table: &TextTable) -> Result<(), Failure> {
        self.table_behind("", table)
    }

    /// The same with so many blanks before each line.
    pub(super) fn table_behind(&mut self, blanks: &str, table: &TextTable) -> Result<(), Failure> {
        let width = self.width.map(|width| width.saturating_sub(blanks.len()));
        let Fitted { lines, left_out, has_head } = table.fitted(width);
        let (head, rows) = lines.split_at(usize::from(has_head && self.has_colour && !self.json).min(lines.len()));
        // the colours are ours; a cell was escaped when it came into its table
        head.iter().try_for_each(|line| self.put(&format!("{blanks}{BOLD}{line}{PLAIN}")))?;
        rows.iter().try_for_each(|line| self.exact(format!("{blanks}{line}")))?;
        if !left_out.is_empty() {
            self.line(format!("{blanks}(no room for: {}; --wide shows all)", left_out.join(", ")))?;
        }
        Ok(())
    }

    /// An object for machines; nothing where the output is text.
    pub(super) fn object(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        if self.json { self.json_line(value) } else { Ok(()) }
    }

    /// A line of JSON, whatever the output is: for commands that speak JSON Lines only.
    pub(super) fn json_line(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let written = serde_json::to_string(value).map_err(|error| Failure::Usage(error.to_string()))?;
        self.put(&text::json(written))
    }

    /// Bytes as they are, which nobody but this program wrote: a script for a shell.
    pub(super) fn verbatim(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let put = if self.is_closed { Ok(()) } else { self.out.write_all(bytes) };
        self.unless_closed(put)
    }

    /// A text with its own line end, whatever the output is: for files of other programs. Where it goes to a terminal
    /// after all, that gets nothing to act on.
    pub(super) fn raw(&mut self, text: &str) -> Result<(), Failure> {
        let shown = match self.is_terminal {
            true => Cow::Owned(format!("{}\n", text::shown(text.trim_end_matches("\r\n")))),
            false => Cow::Borrowed(text),
        };
        let put = if self.is_closed { Ok(()) } else { write!(self.out, "{shown}") };
        self.unless_closed(put)
    }

    /// Hands out what was said so far.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        let flushed = if self.is_closed { Ok(()) } else { self.out.flush() };
        self.unless_closed(flushed)
    }

    /// Whether nobody reads standard output any more, as with `| head`. A command goes on to its end all the same, and
    /// its exit code tells how that went; what it says is dropped. Those that may go on for long look here.
    pub(super) fn is_closed(&self) -> bool {
        self.is_closed
    }

    fn put(&mut self, line: &str) -> Result<(), Failure> {
        let put = if self.is_closed { Ok(()) } else { writeln!(self.out, "{line}") };
        self.unless_closed(put)
    }

    fn unless_closed(&mut self, written: io::Result<()>) -> Result<(), Failure> {
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.is_closed = true,
            written => written.map_err(Failure::Output)?,
        }
        Ok(())
    }

    /// A remark for people, on standard error: one line, whatever is in it; on a terminal, lines that it does not break.
    pub(super) fn remark(&self, text: impl AsRef<str>) {
        static WIDTH: LazyLock<usize> = LazyLock::new(|| terminal::error_width().unwrap_or(usize::MAX));
        let mut error = io::stderr().lock();
        for line in fold::folded(&text::on_one_line(text.as_ref()), *WIDTH) {
            // where standard error is gone, there is nobody left to tell
            let _ = writeln!(error, "{line}");
        }
    }

    /// A bar for long work, on standard error; hidden where that is no terminal.
    pub(super) fn bar(&self, task: &'static str, total: Option<u64>) -> ProgressBar {
        bar(task, total)
    }

    /// Shows the engine's own progress as a bar, from the first report on.
    pub(super) fn on_progress(&self) -> OnProgress {
        let bar = LazyLock::new(|| bar("opening", None));
        Arc::new(move |Progress { task, done, total }| {
            bar.set_message(task);
            bar.set_length(total.unwrap_or(done));
            bar.set_position(done);
        })
    }

    /// Ends the command: says why it failed, if it did.
    pub(super) fn end(&mut self, outcome: Result<Exit, Failure>) -> ExitCode {
        // what was said before a failure still counts; and a refusal does, where it can not be said
        let flushed = self.flush();
        let outcome = match outcome {
            Ok(Exit::Done) => flushed.map(|()| Exit::Done),
            outcome => outcome,
        };
        let (code, what) = match outcome {
            Ok(Exit::Done) => return ExitCode::SUCCESS,
            Ok(Exit::Refused) => return ExitCode::from(1),
            Ok(Exit::Partial) => return ExitCode::from(3),
            Err(Failure::Refused(what)) => (1, what),
            Err(Failure::Usage(what)) => (2, what),
            Err(Failure::Engine(error)) => (3, error.what),
            Err(Failure::Output(error)) => (3, format!("standard output: {error}")),
        };
        self.remark(format!("accruedb: {what}"));
        ExitCode::from(code)
    }
}

fn bar(task: &'static str, total: Option<u64>) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {per_sec}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(task);
    bar
}
