//! Tables in terminals of 40, 80 and 200 columns: as they are kept in `tests/data/tables`. `ACCRUEDB_BLESS=1` keeps them
//! as they are now.

use super::{Run, Shell};
use std::path::Path;

const LOOKS: [(&str, &str); 15] = [
    ("balance", "balance 19339"),
    ("balances", "balances --limit 3 --as-of 1997-12-31"),
    ("items", "items 19339 --all --limit 6"),
    ("statement", "statement 19339 --limit 6"),
    ("blocks", "blocks 1"),
    ("liability", "liability"),
    ("members", "show members --limit 3"),
    ("partners", "show partners"),
    ("point_types", "show point-types"),
    ("show", "show"),
    ("programs", "show programs"),
    ("policies", "show policies"),
    ("sources", "show sources"),
    ("audit", "audit --limit 4"),
    ("expiring", "expiring --until 1999-07-03 --member 12024"),
];

/// What somebody types who tries the shell out.
const SESSION: &str = "\
help
block B1 of P1 100000 as B1
accrue M1 from P1 500 source 7 as R1 reference \"order 4711\"
accrue M1 250 as R2
accrue a.very.long.address@shop.example 80 as R3
redeem M1 600 as R4 reference \"a mug, and a card with a long text\"
redeem M1 1000
balance M1
items M1 all
statement M1 newest 5
blocks P1
nonsense
.show members
.show programs
";

/// The columns that a line takes: all characters here take one.
fn columns(line: &str) -> usize {
    line.chars().count()
}

#[test]
fn tables_fit_the_terminal() {
    let shell = Shell::new();
    assert_eq!(shell.run("demo --db db --json").code, 0);
    for (name, look) in LOOKS {
        for width in [40, 80, 200] {
            let line = format!("{look} --db db --clock commands");
            let run = Run::of(shell.command(&line).env("COLUMNS", width.to_string()).output().unwrap());
            assert_eq!((run.code, run.err.as_str()), (0, ""), "{line}");
            // how much the disk takes is not the same everywhere
            let out: String = run.out.lines().filter(|line| !line.starts_with("format ")).flat_map(with_end).collect();
            compare(name, width, &out);
        }
    }
}

fn with_end(line: &str) -> [&str; 2] {
    [line, "\n"]
}

/// Compares what was said in so many columns with what is kept of it.
fn compare(name: &str, width: usize, out: &str) {
    let widest = out.lines().map(columns).max().unwrap();
    assert!(widest <= width, "{name} at {width}:\n{out}");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tables");
    let file = kept.join(format!("{name}_{width}.txt"));
    if std::env::var_os("ACCRUEDB_BLESS").is_some() {
        std::fs::create_dir_all(&kept).unwrap();
        std::fs::write(&file, out).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(out, expected, "{name} at {width} columns, beside {}", file.display());
}

#[test]
fn a_session_of_the_shell_fits_the_terminal() {
    let shell = Shell::new();
    shell.write("session", SESSION);
    for width in [40, 80, 200] {
        let input = std::fs::File::open(shell.folder().join("session")).unwrap();
        let mut command = shell.command("shell --memory");
        let run = Run::of(command.stdin(input).env("COLUMNS", width.to_string()).output().unwrap());
        assert_eq!(run.code, 1, "{}", run.err);
        assert!(run.err.contains("column 1:"), "{}", run.err);
        compare("shell", width, &run.out);
    }
}

#[test]
fn what_goes_into_a_file_is_not_cut_and_wide_tables_are_to_be_had() {
    let shell = Shell::new();
    shell.run("demo --db db --json");
    let items = "items 19339 --all --limit 6 --db db --clock commands";
    let run = |line: &str, columns: &str| Run::of(shell.command(line).env("COLUMNS", columns).output().unwrap()).out;
    let whole = shell.command(items).env_remove("COLUMNS").output().unwrap();
    let whole = Run::of(whole).out;
    assert_eq!(run(&format!("{items} --wide"), "40"), whole);
    assert_eq!(run(items, "200"), whole);
    assert_ne!(run(items, "80"), whole);
    assert!(!whole.contains('\u{1b}'), "colours are for terminals");
}
