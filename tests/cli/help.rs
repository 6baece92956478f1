//! Texts that a terminal shows, at 40, 80 and 200 columns: the help of every command, what is said of a wrong call,
//! questions. No word is broken, and no example either: where one is, it still can be pasted.

use super::{Run, Shell};
use std::collections::BTreeSet;
use std::process::Command;

const WIDTHS: [usize; 3] = [40, 80, 200];

impl Shell {
    fn in_columns(&self, line: &str, columns: usize) -> Run {
        Run::of(self.command(line).env("COLUMNS", columns.to_string()).output().unwrap())
    }

    /// In a terminal of so many columns; `None` where the system has no `script`, which makes one.
    fn in_terminal(&self, line: &str, columns: usize) -> Option<String> {
        let program = env!("CARGO_BIN_EXE_accruedb");
        let typed = format!("stty cols {columns} rows 24; {program} {line}");
        let mut command = Command::new("script");
        command.args(["-qec", &typed, "/dev/null"]).current_dir(self.folder()).env("TERM", "dumb");
        let ran = command.stdin(std::process::Stdio::null()).output().ok()?;
        Some(String::from_utf8(ran.stdout).unwrap().replace('\r', ""))
    }
}

/// Each command, and each that is behind another, as its help names them.
fn commands(shell: &Shell) -> Vec<String> {
    let mut commands = vec![String::new()];
    let mut next = 0;
    while let Some(command) = commands.get(next).cloned() {
        next += 1;
        let help = shell.in_columns(&format!("{command} -h"), 200);
        assert_eq!((help.code, help.err.as_str()), (0, ""), "{command}");
        let Some((_, list)) = help.out.split_once("Commands:\n") else { continue };
        let lines = list.lines().take_while(|line| !line.is_empty());
        let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
        let names = names.filter(|name| !["", "help"].contains(name));
        commands.extend(names.map(|name| format!("{command} {name}").trim().to_owned()));
    }
    commands
}

/// Lines that are too long, though they might have been broken: of a text, at a blank; of an example, outside of quotes.
fn too_long(text: &str, columns: usize) -> Vec<&str> {
    let breaks = |line: &&str| {
        let line = line.trim();
        let outside: String = line.split('\'').step_by(2).collect();
        !line.starts_with("--") && outside.trim_end_matches(" \\").trim().contains(' ')
    };
    text.lines().filter(|line| line.chars().count() > columns).filter(breaks).collect()
}

/// The lines of examples, each in one piece.
fn examples(help: &str) -> BTreeSet<String> {
    let joined = help.replace("\\\n", " ");
    let lines = joined.lines().filter(|line| line.starts_with("  accruedb ") || line.starts_with("  echo "));
    lines.map(|line| line.split_whitespace().collect::<Vec<&str>>().join(" ")).collect()
}

#[test]
fn the_help_of_every_command_fits_the_terminal() {
    let shell = Shell::new();
    let commands = commands(&shell);
    assert!(commands.len() > 35 && commands.iter().any(|command| command == "settlement months"), "{commands:?}");
    for command in &commands {
        for help in ["-h", "--help"] {
            let helps = WIDTHS.map(|columns| shell.in_columns(&format!("{command} {help}"), columns).out);
            for (text, columns) in helps.iter().zip(WIDTHS) {
                let long = too_long(text, columns);
                assert!(long.is_empty() && !text.contains('\u{a0}'), "{command} {help} at {columns}: {long:#?}");
            }
            let [narrow, middle, wide] = helps.each_ref().map(|text| examples(text));
            assert_eq!(narrow, wide, "{command} {help}");
            assert_eq!(middle, wide, "{command} {help}");
        }
    }
}

#[test]
fn what_is_said_of_a_wrong_call_fits_the_terminal() {
    let shell = Shell::new();
    for wrong in [
        "",
        "balances --bogus --another-one",
        "balances --db somewhere-that-is-not-there",
        "expiring",
        "report points --db x",
        "schema --example nothing",
        "shell --db",
        "import a --round sideways",
        "balance a,b --db x",
    ] {
        for columns in WIDTHS {
            let Some(said) = shell.in_terminal(wrong, columns) else { return };
            let long = too_long(&said, columns);
            assert!(long.is_empty() && !said.is_empty(), "{wrong} at {columns}: {long:#?}\n{said}");
        }
    }
}

#[test]
fn a_wrong_number_is_told_without_words_of_a_programming_language() {
    let shell = Shell::new();
    for call in ["balances --db x --limit", "journal --db x --from", "blocks 1 --db x --program", "load --threads"] {
        for (number, told) in [("18446744073709551616", "too large"), ("x", "not a whole number"), ("0x10", "not a")] {
            let run = shell.run(&format!("{call} {number}"));
            assert!(run.code == 2 && run.err.contains(told), "{call} {number}: {}", run.err);
            for word in ["digit found", "target type", "integer", "string", "literal"] {
                assert!(!run.err.contains(word), "{call} {number}: {}", run.err);
            }
        }
    }
}

#[test]
fn what_is_for_other_programs_is_never_broken() {
    let shell = Shell::new();
    for line in ["schema", "import --explain --preset shopify", "completions bash", "schema --example all"] {
        let [narrow, wide] = [20, 2_000].map(|columns| shell.in_columns(line, columns));
        assert_eq!((narrow.code, &narrow.out), (0, &wide.out), "{line}");
    }
}
