//! `accruedb import`: each good line once, each bad one named.

use super::Shell;

#[test]
fn a_file_is_imported_only_once_and_its_bad_lines_are_named() {
    let shell = Shell::new();
    let good = "00001,1997-01-01,50.00\n00002,1997-01-01,0.04\n00001,1997-01-20,1.05\n";
    shell.write("p.csv", &format!("customer_id,date,amount\n{good}00003,1997-02-30,1\n00004,1997-03-01,1,5\n"));
    shell.write("bad.csv", "customer_id,date,amount\n00004,1997-03-01,\"1,5\"\n");
    let import = "--db db --create --expire-days 30 --points-per-unit 10 --redeem-at 500 --json";
    let run = shell.run(&format!("import p.csv {import}"));
    assert_eq!(run.code, 1);
    assert!(run.err.contains("p.csv, line 5, column date"), "{}", run.err);
    assert!(run.err.contains("p.csv, line 6: the line has 4 columns"), "{}", run.err);
    let summary = run.json()["summary"].clone();
    let counts = ["accrued", "points", "without_points", "redemptions"].map(|of| summary[of].as_i64().unwrap());
    assert_eq!(counts, [2, 511, 1, 1]);
    let digest = shell.run("verify --db db --json").json()["digest"].clone();

    let summary = shell.run(&format!("import p.csv {import}")).json()["summary"].clone();
    assert_eq!(["accrued", "replayed", "redemptions"].map(|of| summary[of].as_i64().unwrap()), [0, 2, 0]);
    assert_eq!(shell.run("verify --db db --json").json()["digest"], digest);
    let run = shell.run(&format!("import bad.csv {import}"));
    assert!(run.err.contains("bad.csv, line 2, column amount"), "{}", run.err);
}

#[test]
fn a_line_that_is_cut_or_runs_on_is_bad_and_the_next_is_not() {
    let shell = Shell::new();
    let lines = [
        "customer_id,date,amount",
        "1,1997-01-01,1,50",
        "2,1997-01-01,\"30",
        "3,1997-01-01,30",
        "4,1997-01-01",
        "5,1997-01-01,\"30\"",
        "6,1997-01-01,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "7,1997-01-01,\"30",
    ];
    shell.write("p.csv", &lines.join("\n"));
    let run = shell.run("import p.csv --db db --create --points-per-unit 1 --json");
    assert_eq!(run.code, 1);
    let summary = run.json()["summary"].clone();
    assert_eq!(["accrued", "points"].map(|of| summary[of].as_i64().unwrap()), [2, 60]);
    for told in [
        "p.csv, line 2: the line has 4 columns, the first line 3",
        "p.csv, line 3: a quote is not closed in this line",
        "p.csv, line 5: the line has 2 columns, the first line 3",
        "p.csv, line 7, column amount: \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\" is not an amount",
        "p.csv, line 8: a quote is not closed in this line",
    ] {
        assert!(run.err.contains(told), "{told}: {}", run.err);
    }
    assert_eq!(summary["bad"].as_array().unwrap().len(), 5);
}

#[test]
fn a_mistyped_year_does_not_move_the_database_s_time() {
    let shell = Shell::new();
    shell.write("p.csv", "customer_id,date,amount\n1,2024-01-01,5\n1,2924-01-01,7\n");
    let import = "import p.csv --db db --create --points-per-unit 1 --json";
    let run = shell.run(import);
    let told = "p.csv, line 3, column date: 2924-01-01T00:00:00.000Z is ahead of the system's clock; --allow-future";
    assert!(run.code == 1 && run.err.contains(told), "{} {}", run.code, run.err);
    let balance = || shell.run("balance 1 --db db --json --clock commands").json();
    assert_eq!(balance()["at"], "2024-01-01T00:00:00.000Z");
    assert_eq!(shell.run(&format!("{import} --allow-future")).code, 0);
    assert_eq!(balance()["balances"][0]["available"], 12);
    assert_eq!(balance()["at"], "2924-01-01T00:00:00.000Z");
}

#[test]
fn settings_that_are_not_those_of_the_program_are_refused() {
    let shell = Shell::new();
    shell.write("p.csv", "customer_id,date,amount\n1,2024-01-01,5\n");
    shell.write("q.csv", "customer_id,date,amount\n2,2024-01-02,5\n");
    let create = "--db db --points-per-unit 1 --create --json";
    assert_eq!(shell.run(&format!("import p.csv {create} --zone Europe/Vienna --expire-days 30")).code, 0);
    for (settings, told) in [
        ("--zone UTC", "--zone is UTC, but program 1 is there, in Europe/Vienna"),
        ("--expire-days 60", "expire after 60 days, but point type 1 is there, and its points expire after 30 days"),
    ] {
        let run = shell.run(&format!("import q.csv {create} {settings}"));
        assert!(run.code == 2 && run.err.contains(told), "{settings}: {} {}", run.code, run.err);
    }
    assert_eq!(shell.run("balance 2 --db db --clock commands").code, 1);
    for settings in ["", "--zone Europe/Vienna --expire-days 30"] {
        assert_eq!(shell.run(&format!("import q.csv {create} {settings}")).code, 0);
    }
}

#[test]
fn a_set_up_that_is_refused_is_named() {
    let shell = Shell::new();
    let program = r#"{"program":1,"action":{"create_program":{"point_types_max":1}}}"#;
    let points = r#"{"program":1,"action":{"create_point_type":{"point_type":1}}}"#;
    shell.write("c.jsonl", &format!("{program}\n{points}\n"));
    assert_eq!(shell.run("apply c.jsonl --db db").code, 0);
    shell.write("p.csv", "customer_id,date,amount\n1,2024-01-01,5\n");
    let run = shell.run("import p.csv --db db --create --point-type 2 --points-per-unit 1");
    assert!(run.code == 1 && run.err.contains("create_point_type is refused: "), "{} {}", run.code, run.err);
}

#[test]
fn the_file_is_looked_at_before_a_database_is_made() {
    let shell = Shell::new();
    shell.write("head.csv", "who,date,amount\n1,2024-01-01,5\n");
    shell.write("folder/p.csv", "");
    let rest = "--db db --create --points-per-unit 1";
    for (file, told) in [
        ("missing.csv", "missing.csv: No such file"),
        ("folder", "folder is a directory"),
        ("head.csv", "head.csv has no column customer_id; its columns are: who, date, amount"),
        ("-", "give --name"),
    ] {
        let run = shell.run(&format!("import {file} {rest}"));
        assert!(run.code == 2 && run.err.contains(told), "{file}: {} {}", run.code, run.err);
    }
    let run = shell.run("apply folder --db db");
    assert!(run.code == 2 && run.err.contains("folder is a directory"), "{} {}", run.code, run.err);
    let purchases = "customer_id,date,amount\n1,2024-01-01,5\n";
    shell.write("p.csv", purchases);
    let run = shell.run("import p.csv --db db --points-per-unit 1");
    assert!(run.code == 2 && run.err.contains("there is no database in db; --create"), "{} {}", run.code, run.err);
    assert!(!shell.folder().join("db").exists());

    let run = shell.fed(&format!("import - --name p.csv {rest}"), purchases);
    assert!(run.code == 0 && run.err.contains("made a new database in db"), "{} {}", run.code, run.err);
    let run = shell.run(&format!("import p.csv {rest} --json"));
    assert_eq!((run.code, &run.json()["summary"]["replayed"]), (0, &1.into()));
}
