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
