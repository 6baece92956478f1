//! What clap says of a call: its help, its version, what is wrong. It fits the terminal, and holds nothing that a
//! terminal would act on.

use super::{fold, terminal, text};
use clap::{Command, CommandFactory, FromArgMatches};
use std::io::{self, Write};

/// The widest help: longer lines are hard to read.
const COLUMNS_MAX: usize = 100;
/// Blanks of lines that clap must leave as they are.
const KEPT: char = '\u{a0}';

/// Reads the arguments of this process, or ends it with what clap says of them.
pub(super) fn arguments<A: CommandFactory + FromArgMatches>() -> A {
    let columns = terminal::width().unwrap_or(COLUMNS_MAX).min(COLUMNS_MAX);
    let mut command = with_examples_kept(A::command()).term_width(columns);
    let matches = command.try_get_matches_from_mut(std::env::args_os());
    let read = matches.and_then(|matches| A::from_arg_matches(&matches).map_err(|error| error.format(&mut command)));
    read.unwrap_or_else(|error| end(&error))
}

/// Keeps clap from breaking the lines of examples, which it would break where they cannot be pasted.
fn with_examples_kept(mut command: Command) -> Command {
    let kept = |text: Option<&clap::builder::StyledStr>| {
        let line = |line: &str| if line.starts_with("  ") { line.replace(' ', "\u{a0}") } else { line.to_owned() };
        text.map(|text| text.to_string().split('\n').map(line).collect::<Vec<String>>().join("\n"))
    };
    if let Some(text) = kept(command.get_after_help()) {
        command = command.after_help(text);
    }
    if let Some(text) = kept(command.get_after_long_help()) {
        command = command.after_long_help(text);
    }
    command.mut_subcommands(with_examples_kept)
}

/// A wrong argument is shown with the rest of the message; where it holds what a terminal would act on, that is escaped,
/// and colours are left out.
fn end(error: &clap::Error) -> ! {
    let said = error.render();
    let plain = in_plain_words(said.to_string());
    let shown = text::shown(&plain);
    let (has_colour, columns) = match error.use_stderr() {
        true => (terminal::error_has_colour(), terminal::error_width()),
        false => (terminal::has_colour(), terminal::width()),
    };
    let text = if has_colour && shown == plain { in_plain_words(said.ansi().to_string()) } else { shown.into_owned() };
    let lines = fitted(&text, columns.unwrap_or(usize::MAX)).join("\n");
    // where nobody reads any more, there is nobody to tell
    let _ = if error.use_stderr() { write!(io::stderr(), "{lines}") } else { write!(io::stdout(), "{lines}") };
    std::process::exit(error.exit_code())
}

/// What Rust says of a number, in words for people.
pub(super) fn in_plain_words(what: String) -> String {
    const WORDS: [(&str, &str); 6] = [
        ("number too large to fit in target type", "the number is too large"),
        ("number too small to fit in target type", "the number is too small"),
        ("number would be zero for non-zero type", "it must be more than 0"),
        ("cannot parse integer from empty string", "a whole number is missing"),
        ("invalid digit found in string", "not a whole number"),
        ("invalid float literal", "not a number"),
    ];
    WORDS.into_iter().fold(what, |what, (rust, plain)| what.replace(rust, plain))
}

fn fitted(text: &str, columns: usize) -> Vec<String> {
    let mut goes_on = false;
    let fit = |line: &str| {
        let line = line.replace(KEPT, " ");
        let is_command = goes_on || ["accruedb ", "echo "].iter().any(|word| line.trim_start().starts_with(word));
        goes_on = is_command && line.ends_with('\\');
        if is_command { fold::folded_command(&line, columns) } else { fold::folded(&line, columns) }
    };
    text.split('\n').flat_map(fit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_can_be_pasted_at_any_width() {
        let text = "A text that has no end.\nExample:\n  accruedb load --threads 8 \\\n    --partners 1 --blocks 2\n"
            .replace("  ", "\u{a0}\u{a0}");
        assert_eq!(
            fitted(&text, 20),
            [
                "A text that has no",
                "end.",
                "Example:",
                "  accruedb load \\",
                "      --threads 8 \\",
                "    --partners 1 \\",
                "        --blocks 2",
                "",
            ]
        );
    }
}
