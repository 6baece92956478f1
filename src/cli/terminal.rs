//! The terminal: how wide it is, and whether it wants colours.

use std::io::{self, IsTerminal};

/// Narrower terminals are taken for this wide.
const WIDTH_MIN: usize = 20;

/// The columns of standard output: those of the terminal, else as many as the variable `COLUMNS` says. `None` where
/// neither tells: what goes into a file or a pipe is not cut.
pub(super) fn width() -> Option<usize> {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let columns = if io::stdout().is_terminal() { of_terminal().or(told) } else { told };
    columns.filter(|columns| *columns > 0).map(|columns| columns.max(WIDTH_MIN))
}

/// The columns of standard error; `None` where it is no terminal.
pub(super) fn error_width() -> Option<usize> {
    let columns = io::stderr().is_terminal().then(of_terminal).flatten();
    columns.filter(|columns| *columns > 0).map(|columns| columns.max(WIDTH_MIN))
}

fn of_terminal() -> Option<usize> {
    let (columns, _) = rustyline::DefaultEditor::new().ok()?.dimensions()?;
    Some(columns.into())
}

/// Whether standard output is a terminal that may be given colours: not where `NO_COLOR` says anything, nor where the
/// terminal is `dumb`.
pub(super) fn has_colour() -> bool {
    io::stdout().is_terminal() && wants_colour()
}

/// The same of standard error.
pub(super) fn error_has_colour() -> bool {
    io::stderr().is_terminal() && wants_colour()
}

fn wants_colour() -> bool {
    let says = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !says("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}
