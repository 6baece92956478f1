//! A history that ended long ago, and the system's clock.

use super::Shell;

const ACCRUAL: &str = r#"{"program":1,"kind":"accrue","member":"M1","awards":[{"point_type":1,"points":7}]}"#;

/// A history of 1997, whose points have expired by now.
fn history() -> Shell {
    let shell = Shell::new();
    shell.write("p.csv", "customer_id,date,amount\nM1,1997-01-01,5\n");
    let run = shell.run("import p.csv --db db --create --expire-days 30 --points-per-unit 1");
    assert_eq!(run.code, 0, "{}", run.err);
    shell.write("now.jsonl", ACCRUAL);
    shell
}

#[test]
fn an_old_history_goes_on_at_the_system_s_time_only_where_that_is_said() {
    let shell = history();
    let entries = || shell.run("verify --db db --json --no-replay").json()["entries"].clone();
    let before = entries();
    let run = shell.run("apply now.jsonl --db db");
    let told = "the newest entry in db is of 1997-01-01T00:00:00.000Z";
    assert!(run.code == 2 && run.err.contains(told), "{} {}", run.code, run.err);
    assert!(run.err.contains("--clock system") && run.err.contains("--clock commands"), "{}", run.err);
    assert_eq!(entries(), before);

    let shown = |clock: &str| shell.run(&format!("balance M1 --db db --json {clock}")).json()["balances"].clone();
    assert_eq!(shell.run("apply now.jsonl --db db --clock commands").code, 0);
    assert_eq!(shown("--clock commands")[0]["available"], 12);
    shell.write("later.jsonl", ACCRUAL);
    assert_eq!(shell.run("apply later.jsonl --db db --clock system").code, 0);
    assert_eq!(shown("--clock commands")[0]["available"], 7);
    // the newest entry is young from here on
    let run = shell.run("apply later.jsonl --db db");
    assert!(run.code == 0 && run.err.contains("done before: 1"), "{}", run.err);
}

#[test]
fn whoever_looks_at_an_old_history_is_told_of_the_clock() {
    let shell = history();
    let told = "the newest entry is of 1997-01-01T00:00:00.000Z; --clock commands shows it at the history's own time";
    for look in ["balance M1", "items M1", "statement M1"] {
        let run = shell.run(&format!("{look} --db db --json"));
        assert!(run.json().is_object() && run.err.contains(told), "{look}: {}", run.err);
        for rest in ["--clock commands", "--clock system"] {
            let run = shell.run(&format!("{look} --db db {rest}"));
            assert_eq!((run.code, run.err.as_str()), (0, ""), "{look} {rest}");
        }
    }
    // these do not depend on what time it is
    for look in ["balance M1 --as-of 1997-01-02", "journal", "verify"] {
        assert_eq!(shell.run(&format!("{look} --db db")).err, "", "{look}");
    }
}

#[test]
fn a_clock_ahead_of_the_systems_is_told_by_every_command() {
    let shell = Shell::new();
    let program = r#"{"program":1,"transaction_at":"2962-01-01T00:00:00Z","kind":"create_program"}"#;
    shell.write("c.jsonl", program);
    assert_eq!(shell.run("apply c.jsonl --db db --clock commands").code, 0);
    let told = "this database's clock is at 2962-01-01T00:00:00.000Z, ahead of the system's";
    for look in
        ["balance M1", "liability", "journal", "verify", "sweep", "apply c.jsonl", "apply c.jsonl --clock commands"]
    {
        let run = shell.run(&format!("{look} --db db"));
        assert!(run.err.contains(told), "{look}: {}", run.err);
    }
}
