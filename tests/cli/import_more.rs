//! `accruedb import`: before it (a look, a dry run, a mapping that is kept), and what it says of names, repeats and speed.

use super::{Run, Shell};
use std::fs::File;

const PURCHASES: &str = "customer_id,date,amount\n17,2026-03-01,10\n18,2026-03-02,20\n17,2026-03-03,30\n";
const REST: &str = "--db db --create --points-per-unit 1";

/// With a file as standard input, as `< file` gives it.
fn redirected(shell: &Shell, line: &str, file: &str) -> Run {
    let input = File::open(shell.folder().join(file)).unwrap();
    Run::of(shell.command(line).stdin(input).output().unwrap())
}

#[test]
fn what_has_no_name_of_its_own_needs_one() {
    let shell = Shell::new();
    shell.write("p.csv", PURCHASES);
    shell.write("c.jsonl", "{\"program\":1,\"kind\":\"create_program\"}\n");
    for (link, target) in [("link.csv", "/dev/stdin"), ("second.csv", "link.csv"), ("fd", "/proc/self/fd")] {
        std::os::unix::fs::symlink(target, shell.folder().join(link)).unwrap();
    }
    for input in ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0", "link.csv", "second.csv", "fd/0"] {
        let run = redirected(&shell, &format!("import {input} {REST}"), "p.csv");
        assert!(run.code == 2 && run.err.contains("give --name"), "{input}: {} {}", run.code, run.err);
        let run = redirected(&shell, &format!("apply {input} --db other"), "c.jsonl");
        assert!(run.code == 1 && run.err.contains("give --name"), "{input}: {} {}", run.code, run.err);
    }
    for name in ["a", "b"] {
        let run = redirected(&shell, &format!("import /dev/stdin --name {name} {REST} --json"), "p.csv");
        assert_eq!(run.json()["summary"]["accrued"], 3, "{}", run.err);
    }
}

#[test]
fn an_export_under_another_name_is_told() {
    let shell = Shell::new();
    shell.write("p.csv", PURCHASES);
    shell.write("q.csv", PURCHASES);
    shell.write("new.csv", "customer_id,date,amount\n17,2026-03-01,11\n19,2026-03-01,10\n17,2026-03-04,10\n");
    let import = |file: &str| shell.run(&format!("import {file} {REST} --json"));
    for (file, seen, told) in [("p.csv", 0, ""), ("p.csv", 0, ""), ("new.csv", 0, ""), ("q.csv", 3, "--id-column")] {
        let run = import(file);
        assert_eq!(run.json()["summary"]["seen_before"], seen, "{file}");
        assert!(run.err.contains(told) && (seen == 0 || run.err.contains("first: line 2")), "{file}: {}", run.err);
    }
}

#[test]
fn a_dry_run_makes_nothing() {
    let shell = Shell::new();
    shell.write("p.csv", &format!("{PURCHASES}0,2026-03-04,5\n17,2026-03-05,x\n17,2026-03-06,-10\n"));
    let run = shell.run("import p.csv --points-per-unit 1 --dry-run --zone Europe/Vienna");
    assert_eq!(run.code, 1, "{}", run.err);
    for told in [
        "   2  purchase      17  2026-03-01 00:00:00 CET      10      10",
        "line 5: nobody: \"0\"",
        "line 6: column amount: \"x\" is not an amount",
        "   7  refund        17  2026-03-06 00:00:00 CET      10      10",
        "nothing was made",
    ] {
        assert!(run.out.contains(told), "{told}:\n{}", run.out);
    }
    assert!(std::fs::read_dir(shell.folder()).unwrap().count() == 1);
    assert_eq!(shell.run(&format!("import p.csv {REST}")).code, 1);
    let entries = || shell.run("verify --db db --json --no-replay").json()["entries"].clone();
    let before = entries();
    let run = shell.run("import p.csv --db db --points-per-unit 1 --dry-run --json");
    let told = run.json();
    assert_eq!((&told["dry_run"], &told["summary"]["purchases"]), (&true.into(), &3.into()));
    assert_eq!(told["lines"].as_array().unwrap().len(), 6);
    shell.write("q.csv", PURCHASES);
    let odd = shell.run("import q.csv --db db --points-per-unit 1 --dry-run --json").json()["odd"][0].clone();
    assert!(odd.as_str().is_some_and(|odd| odd.starts_with("3 are in the database already")), "{odd}");
    assert_eq!(entries(), before);
}

#[test]
fn a_file_of_which_nothing_is_said_is_looked_at() {
    let shell = Shell::new();
    let wide = "Kundennr.;Name;Datum;Umsatz\n1;A;31.03.2026;1.234,50\n2;B;01.04.2026;7,00\n";
    for (name, text, told) in [
        (
            "german.csv",
            wide,
            "--customer-column Kundennr. --date-column Datum --date-format %d.%m.%Y --amount-column Umsatz --decimal ,",
        ),
        ("plain.csv", PURCHASES, "accruedb import plain.csv --points-per-unit 1 --dry-run"),
        (
            "by_number.csv",
            "17,2026-03-01,10\n18,2026-03-02,20\n",
            "--customer-column 1 --date-column 2 --amount-column 3",
        ),
        ("odd.csv", "a,b\n1,2\n", "no column looks like the date"),
    ] {
        shell.write(name, text);
        let run = shell.run(&format!("import {name}"));
        assert!(run.code == 0 && run.out.contains(told), "{name}: {}{}", run.out, run.err);
    }
    let run = shell.run(&format!("import german.csv {REST}"));
    assert!(run.code == 2 && run.err.contains("It looks like: --customer-column Kundennr."), "{}", run.err);
    assert!(!shell.folder().join("db").exists());
}

#[test]
fn what_is_proposed_and_what_is_explained_can_be_used() {
    let shell = Shell::new();
    shell.write("german.csv", "Kundennr.;Datum;Umsatz\n1;31.03.2026;1.234,50\n2;01.04.2026;7,00\n");
    let proposed = shell.run("import german.csv --json").json()["options"].as_str().unwrap().to_owned();
    let explained = shell.run(&format!("import --explain {proposed} --nobody 2"));
    assert_eq!(explained.code, 0, "{}", explained.err);
    shell.write("mapping.toml", &explained.out);
    let run = shell.run(&format!("import german.csv {REST} --mapping mapping.toml --json"));
    let summary = run.json()["summary"].clone();
    assert_eq!((&summary["points"], &summary["nobody_lines"]), (&1_235.into(), &1.into()), "{}", run.err);
    for preset in ["shopify", "woocommerce", "magento", "square", "adobe-commerce"] {
        let told = shell.run(&format!("import --preset {preset} --explain")).out;
        assert!(told.starts_with("# "), "{told}");
        shell.write("preset.toml", &told);
        let kept = shell.run("import --mapping preset.toml --explain").out;
        assert!(
            !kept.is_empty()
                && kept == shell.run(&format!("import --preset {preset} --mapping preset.toml --explain")).out
        );
    }
    for (text, told) in [
        ("date-column = \"d\"\ndate-colum = \"e\"\n", "bad.toml, line 2: unknown field `date-colum`"),
        ("decimal = \";\"\n", "--decimal: . or ,"),
        ("skip-lines = \"x\"\n", "bad.toml, line 1: "),
    ] {
        shell.write("bad.toml", text);
        let run = shell.run(&format!("import german.csv {REST} --mapping bad.toml"));
        assert!(run.code == 2 && run.err.contains(told), "{text}: {}", run.err);
    }
}

#[test]
fn nothing_that_a_file_says_moves_a_terminal() {
    let shell = Shell::new();
    let odd = "\u{1b}[2Jx\u{202e}";
    shell.write("head.csv", &format!("{odd},date,amount\n1,2026-03-01,5\n"));
    shell.write("cell.csv", &format!("customer_id,date,amount,status,note\n{odd},2026-03-01,5,paid,\n1,{odd},5,paid,\n1,2026-03-01,{odd},paid,\n2,2026-03-01,5,{odd},\n"));
    shell.write("map.toml", &format!("\"{odd}\" = 1\n"));
    for call in [
        format!("import head.csv {REST}"),
        format!("import cell.csv {REST} --status-column status"),
        "import cell.csv --points-per-unit 1 --status-column status --dry-run".to_owned(),
        "import head.csv".to_owned(),
        format!("import head.csv {REST} --mapping map.toml"),
        format!("import cell.csv {REST} --mapping map.toml"),
    ] {
        let run = shell.run(&call);
        let is_safe = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
        assert!(run.err.chars().chain(run.out.chars()).all(is_safe), "{call}: {:?} {:?}", run.out, run.err);
    }
}

#[test]
fn speed_counts_what_was_done_and_a_second_run_says_what_it_made_up_for() {
    let shell = Shell::new();
    shell.write("p.csv", "customer_id,date,amount,partner\n17,2026-03-01,10,9\n18,2026-03-02,20,\n");
    let import = format!("import p.csv {REST} --partner-column partner --json");
    let run = shell.run(&import);
    let summary = run.json()["summary"].clone();
    assert_eq!((&summary["accrued"], &summary["refused_lines"]), (&1.into(), &1.into()));
    shell.write("c.jsonl", r#"{"program":1,"kind":"create_partner","partner":9,"billing":"post_paid"}"#);
    assert_eq!(shell.run("apply c.jsonl --db db --clock commands").code, 0);
    let summary = shell.run(&import).json()["summary"].clone();
    let counts = ["accrued", "caught_up", "replayed"].map(|name| summary[name].as_u64().unwrap());
    assert_eq!(counts, [1, 1, 1], "{summary}");
    shell.write("refused.csv", "customer_id,date,amount,partner\n17,2026-03-01,10,8\n");
    let run = shell.run(&format!("import refused.csv {REST} --partner-column partner --json"));
    assert_eq!(run.json()["speed"]["accruals_per_s"], 0, "{}", run.out);
}

#[test]
fn help_teaches_a_first_import_on_one_screen() {
    let shell = Shell::new();
    let (help, all) = (shell.run("import --help").out, shell.run("import -h").out);
    assert!(help.lines().count() <= 48, "{}", help.lines().count());
    let options = help.split(|c: char| c.is_whitespace() || c == ';' || c == ',').filter(|word| word.starts_with("--"));
    for option in options {
        assert!(all.contains(option), "{option}");
    }
}

#[test]
fn the_only_program_is_meant_where_none_is_named() {
    let shell = Shell::new();
    shell.write("p.csv", PURCHASES);
    let import = |rest: &str| shell.run(&format!("import p.csv --db db --points-per-unit 1 --json {rest}"));
    assert_eq!(import("--create --program 7").json()["summary"]["accrued"], 3);
    assert_eq!(import("").json()["summary"]["replayed"], 3);
    assert_eq!(import("--create --program 8").json()["summary"]["accrued"], 3);
    let run = import("--name other");
    assert!(run.code == 2 && run.err.contains("there are programs 7, 8: name one with --program"), "{}", run.err);
    for look in ["audit", "sources", "expiring --until 2027-01-01", "report liability"] {
        let run = shell.run(&format!("{look} --db db --clock commands"));
        assert!(run.code == 2 && run.err.contains("name one with --program"), "{look}: {}{}", run.out, run.err);
        let run = shell.run(&format!("{look} --db db --clock commands --program 9"));
        assert!(run.code == 1 && run.out.contains("there is no program 9, but 7, 8"), "{look}: {}{}", run.out, run.err);
    }
}
