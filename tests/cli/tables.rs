//! Tables in terminals of 40, 80 and 200 columns: as they are kept in `tests/data/tables`. `ACCRUEDB_BLESS=1` keeps them
//! as they are now.

use super::{Run, Shell};
use std::path::Path;

const LOOKS: [(&str, &str); 9] = [
    ("balance", "balance 19339"),
    ("balances", "balances --limit 3 --as-of 1997-12-31"),
    ("items", "items 19339 --all --limit 6"),
    ("statement", "statement 19339 --limit 6"),
    ("blocks", "blocks 1"),
    ("liability", "liability"),
    ("members", "show members --limit 3"),
    ("partners", "show partners"),
    ("point_types", "show point-types"),
];

/// The columns that a line takes: all characters here take one.
fn columns(line: &str) -> usize {
    line.chars().count()
}

#[test]
fn tables_fit_the_terminal() {
    let shell = Shell::new();
    assert_eq!(shell.run("demo --db db --json").code, 0);
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tables");
    for (name, look) in LOOKS {
        for width in [40, 80, 200] {
            let line = format!("{look} --db db --clock commands");
            let run = Run::of(shell.command(&line).env("COLUMNS", width.to_string()).output().unwrap());
            assert_eq!((run.code, run.err.as_str()), (0, ""), "{line}");
            let widest = run.out.lines().map(columns).max().unwrap();
            assert!(widest <= width, "{look} at {width}:\n{}", run.out);
            let file = kept.join(format!("{name}_{width}.txt"));
            if std::env::var_os("ACCRUEDB_BLESS").is_some() {
                std::fs::create_dir_all(&kept).unwrap();
                std::fs::write(&file, &run.out).unwrap();
            }
            let expected = std::fs::read_to_string(&file).unwrap_or_default();
            assert_eq!(run.out, expected, "{look} at {width} columns, beside {}", file.display());
        }
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
