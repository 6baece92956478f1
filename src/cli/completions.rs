//! `accruedb completions` and `accruedb man`: what shells and manuals need, from the command line's own description.

use super::output::{Exit, Failure, Output};
use clap::Command;
use clap_complete::Shell;
use std::fs;
use std::path::PathBuf;

/// Prints a script that completes the words in a shell.
///
/// Exit codes: 0 done, 2 wrong call.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb completions bash > accruedb.bash && source accruedb.bash")]
pub(super) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Writes the manual pages into a directory.
///
/// One for `accruedb`, and one for each command.
///
/// Exit codes: 0 done, 2 wrong call.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb man ~/.local/share/man/man1")]
pub(super) struct Man {
    /// The directory, which must be there.
    to: PathBuf,
}

const NAME: &str = "accruedb";

pub(super) fn completions(args: &Completions, command: &mut Command, output: &mut Output) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command, NAME, &mut script);
    output.verbatim(&script)?;
    Ok(Exit::Done)
}

pub(super) fn man(args: &Man, root: Command, output: &mut Output) -> Result<Exit, Failure> {
    let failed = |error: std::io::Error| Failure::Usage(format!("{}: {error}", args.to.display()));
    let mut root = root.name(NAME);
    root.build();
    let mut written = Vec::new();
    let pages = std::iter::once((NAME.to_owned(), root.clone()));
    let verbs = root.get_subcommands().filter(|verb| verb.get_name() != "help");
    let verbs = verbs.map(|verb| (format!("{NAME}-{}", verb.get_name()), verb.clone()));
    for (name, command) in pages.chain(verbs) {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page).map_err(failed)?;
        let file = args.to.join(format!("{name}.1"));
        fs::write(&file, page).map_err(failed)?;
        written.push(file);
    }
    output.object(&serde_json::json!({ "pages": written }))?;
    output.line(format!("{} pages in {}", written.len(), args.to.display()))?;
    Ok(Exit::Done)
}
