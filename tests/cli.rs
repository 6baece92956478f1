//! The command line from outside: exit codes, pure JSON, and that doing it again does nothing twice.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs `accruedb` in a folder of its own.
struct Shell(tempfile::TempDir);

/// What a run said.
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn json(&self) -> Value {
        assert_eq!(self.out.lines().count(), 1, "{}{}", self.out, self.err);
        serde_json::from_str(&self.out).unwrap()
    }

    fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Shell {
    fn new() -> Shell {
        Shell(tempfile::tempdir().unwrap())
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, line: &str) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_accruedb"));
        command.args(line.split_whitespace()).current_dir(self.folder()).stdin(Stdio::null());
        let Output { status, stdout, stderr } = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Run { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder().join(name), text).unwrap();
    }
}

#[test]
fn wrong_calls_exit_with_2() {
    let shell = Shell::new();
    for call in ["", "nothing", "balance M1", "balance M1 --db nowhere", "verify --db nowhere", "apply missing --db db"]
    {
        let run = shell.run(call);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{call}: {}", run.err);
        assert!(!run.err.is_empty(), "{call}");
    }
    assert!(!shell.folder().join("nowhere").exists() && !shell.folder().join("db").exists());
}

#[test]
fn every_command_has_help_with_an_example() {
    let shell = Shell::new();
    for verb in [
        "demo",
        "import",
        "apply",
        "schema",
        "balance",
        "items",
        "blocks",
        "statement",
        "liability",
        "journal",
        "verify",
        "backup",
        "restore",
    ] {
        let run = shell.run(&format!("{verb} --help"));
        assert!(
            run.code == 0 && run.out.contains("Example:") && run.out.contains("Exit codes:"),
            "{verb}: {}",
            run.out
        );
    }
}

#[test]
fn the_schema_names_every_action() {
    let schema = Shell::new().run("schema --json").json();
    for part in ["command", "receipt", "rejection", "entry"] {
        assert!(schema[part].is_object(), "{part}");
    }
    let text = schema["command"].to_string();
    assert!(["create_program", "accrue", "redeem", "cancel"].iter().all(|action| text.contains(action)));
}

#[test]
fn the_demo_is_the_same_twice_and_its_books_close() {
    let shell = Shell::new();
    let [first, second] = ["one", "two"].map(|db| shell.run(&format!("demo --json --db {db}")));
    assert_eq!((first.code, second.code), (0, 0), "{}", first.err);
    let [first, second] = [first.json(), second.json()];
    assert_eq!(first["verify"]["ok"], true);
    assert_eq!(first["verify"]["digest"], second["verify"]["digest"]);
    assert_eq!(first["counts"], second["counts"]);
    assert_eq!(first["counts"]["purchases"], 6919);
    let owed = first["liability"].as_array().unwrap().last().unwrap()["outstanding"].as_i64().unwrap();
    let by_source: i64 =
        first["sources"].as_array().unwrap().iter().map(|row| row["outstanding"].as_i64().unwrap()).sum();
    assert_eq!(owed, by_source);
}

#[cfg(feature = "rocksdb")]
mod on_disk {
    use super::*;

    const COMMANDS: &str = r#"
{"program":1,"action":{"create_program":{"enrolment":"on_first_accrual"}}}
{"program":1,"action":{"create_point_type":{"point_type":1}}}
{"program":1,"action":{"accrue":{"member":"M1","awards":[{"point_type":1,"points":100}]}}}
{"program":1,"action":{"redeem":{"member":"M1","point_type":1,"points":150}}}
{"program":1,"action":{"redeem":{"member":"M1","point_type":1,"points":"x"}}}
{"program":1,"request_id":"R7","action":{"redeem":{"member":"M1","point_type":1,"points":60}}}
"#;

    #[test]
    fn commands_are_answered_in_order_and_only_once() {
        let shell = Shell::new();
        shell.write("c.jsonl", COMMANDS);
        let stopped = shell.run("apply c.jsonl --db db");
        assert_eq!(stopped.code, 1);
        let last = stopped.lines().pop().unwrap();
        assert_eq!((last["line"].as_i64(), &last["refused"]["insufficient_points"]["short"]), (Some(5), &50.into()));

        let all = shell.run("apply c.jsonl --db db --on-refusal continue").lines();
        let numbers: Vec<i64> = all.iter().map(|answer| answer["line"].as_i64().unwrap()).collect();
        assert_eq!(numbers, [2, 3, 4, 5, 6, 7]);
        assert_eq!(all[2]["receipt"]["replayed"], true);
        let error = all[4]["error"].as_str().unwrap();
        assert!(error.starts_with("column 74, field \"points\": invalid type"), "{error}");
        assert_eq!(all[5]["receipt"]["replayed"], false);

        let again = shell.run("apply c.jsonl --db db --on-refusal continue").lines();
        assert_eq!(again[5]["receipt"]["replayed"], true);
        let balance = shell.run("balance M1 --db db --json").json();
        assert_eq!(balance["balances"][0]["available"], 40);
        assert_eq!(shell.run("balance M2 --db db --json").code, 1);
    }

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
        let summary = run.json()["summary"].clone();
        let counts = ["accrued", "points", "without_points", "redemptions"].map(|of| summary[of].as_i64().unwrap());
        assert_eq!(counts, [3, 521, 1, 1]);
        let digest = shell.run("verify --db db --json").json()["digest"].clone();

        let summary = shell.run(&format!("import p.csv {import}")).json()["summary"].clone();
        assert_eq!(["accrued", "replayed", "redemptions"].map(|of| summary[of].as_i64().unwrap()), [0, 3, 0]);
        assert_eq!(shell.run("verify --db db --json").json()["digest"], digest);
        let run = shell.run(&format!("import bad.csv {import}"));
        assert!(run.err.contains("bad.csv, line 2, column amount"), "{}", run.err);
    }

    #[test]
    fn looking_changes_nothing_and_damage_is_told() {
        let shell = Shell::new();
        shell.run("demo --db db");
        let before = shell.run("verify --db db --json").json();
        for look in [
            "balance 00004",
            "items 00004",
            "blocks 1",
            "statement 00004",
            "liability",
            "liability --by source",
            "journal --limit 3",
            "balance 00004 --as-of 1997-12-31",
        ] {
            let run = shell.run(&format!("{look} --db db --json"));
            assert_eq!(run.code, 0, "{look}: {}", run.err);
            assert!(!run.lines().is_empty(), "{look}");
        }
        assert_eq!(shell.run("verify --db db --json --no-replay").json()["entries"], before["entries"]);

        assert_eq!(shell.run("backup --db db copy").code, 0);
        assert_eq!(shell.run("restore copy db").code, 2);
        assert_eq!(shell.run("restore copy again --json").json()["digest"], before["digest"]);
        flip_a_byte_of_each_table(&shell.folder().join("copy"));
        let verdict = shell.run("verify --db copy --json");
        assert_eq!((verdict.code, &verdict.json()["ok"]), (1, &false.into()), "{}", verdict.err);
        assert!(verdict.json()["violations"][0].as_str().unwrap().contains(".sst"), "{}", verdict.out);
        assert_eq!(shell.run("restore copy third").code, 1);
        assert!(!shell.folder().join("third").exists());
    }

    fn flip_a_byte_of_each_table(folder: &Path) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                flip_a_byte_of_each_table(&entry.path());
            } else if entry.path().extension().is_some_and(|ending| ending == "sst") {
                let mut bytes = std::fs::read(entry.path()).unwrap();
                bytes[20] ^= 1;
                // the copy may be a link: the original must stay as it is
                std::fs::remove_file(entry.path()).unwrap();
                std::fs::write(entry.path(), bytes).unwrap();
            }
        }
    }

    #[test]
    fn pages_of_a_statement_follow_each_other() {
        let shell = Shell::new();
        shell.run("demo --db db");
        let page = |rest: &str| shell.run(&format!("statement 19505 --db db --json {rest}")).json();
        let all: Vec<Value> = page("--limit 6")["lines"].as_array().unwrap().clone();
        let first = page("--limit 3");
        let second = page(&format!("--limit 3 --before {}", first["next_before"]));
        let both: Vec<Value> =
            [first, second].iter().flat_map(|page| page["lines"].as_array().unwrap().clone()).collect();
        assert_eq!(both, all);
    }
}
