//! Input without an end, or with lines that have none: it is refused by a bound, not by the memory that there is.

use super::Shell;

#[test]
fn a_file_that_is_held_in_memory_has_a_bound() {
    let shell = Shell::new();
    shell.write("ok.csv", "customer_id,date,amount\n1,2026-01-01,5\n");
    let check = shell.run("check /dev/zero");
    assert_eq!(check.code, 2, "{}{}", check.out, check.err);
    assert!(check.out.contains("/dev/zero: it is larger than 16 MiB"), "{}", check.out);
    let mapping = shell.run("import ok.csv --mapping /dev/zero --dry-run --points-per-unit 1");
    assert_eq!(mapping.code, 2, "{}{}", mapping.out, mapping.err);
    assert!(mapping.err.contains("/dev/zero: it is larger than 16 MiB"), "{}", mapping.err);
    std::fs::write(shell.folder().join("latin1.scn"), b"accrue M1 5\n# caf\xe9\n").unwrap();
    let check = shell.run("check latin1.scn");
    assert!(check.code == 2 && check.out.contains("latin1.scn: line 2 is not UTF-8"), "{}", check.out);
}

#[test]
fn a_line_of_a_session_has_a_bound_and_the_next_one_is_done() {
    let shell = Shell::new();
    let long = "x".repeat(3 << 20);
    let run = shell.fed("shell --memory", &format!("accrue M1 5 # {long}\naccrue M1 7\nbalance M1\n"));
    assert_eq!(run.code, 1);
    assert!(run.err.contains("a line has 1048576 bytes at most"), "{}", run.err);
    let has_seven = run.out.lines().any(|line| line.split_whitespace().eq(["available", "7"]));
    assert!(has_seven, "{}", run.out);
    let evil = format!("{}\nbalance M1\n", "x".repeat(500_000));
    let run = shell.fed("shell --memory", &evil);
    assert!(run.code == 1 && run.err.len() < 1_000 && run.err.contains('…'), "{}", run.err.len());
}

#[test]
fn a_long_word_is_not_shown_whole() {
    let shell = Shell::new();
    shell.write("long.scn", &format!("{}\n", "x".repeat(500_000)));
    shell.write("rule.scn", &format!("# covers: {}\n", "x".repeat(500_000)));
    for file in ["long.scn", "rule.scn"] {
        let run = shell.run(&format!("check {file}"));
        assert!(run.code == 2 && run.out.len() < 1_000 && run.out.contains('…'), "{file}: {}", run.out.len());
    }
}
