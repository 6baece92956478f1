//! The command line from outside: exit codes, pure JSON, and that doing it again does nothing twice.

#[cfg(feature = "rocksdb")]
mod apply;
#[cfg(feature = "rocksdb")]
mod clocks;
#[cfg(feature = "rocksdb")]
mod due;
mod help;
#[cfg(feature = "rocksdb")]
mod import;
#[cfg(feature = "rocksdb")]
mod import_cases;
#[cfg(feature = "rocksdb")]
mod import_more;
#[cfg(feature = "rocksdb")]
mod items;
mod limits;
#[cfg(feature = "rocksdb")]
mod long_ids;
#[cfg(feature = "rocksdb")]
mod look;
#[cfg(feature = "rocksdb")]
mod places;
#[cfg(feature = "server")]
mod serve;
#[cfg(feature = "rocksdb")]
mod settlement;
mod shell;
#[cfg(feature = "rocksdb")]
mod show;
#[cfg(feature = "rocksdb")]
mod tables;
#[cfg(feature = "rocksdb")]
mod terminal;

use serde_json::Value;
use std::io::Write;
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
    fn of(Output { status, stdout, stderr }: Output) -> Run {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Run { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }

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

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_accruedb"));
        command.args(line.split_whitespace()).current_dir(self.folder()).stdin(Stdio::null());
        command
    }

    fn run(&self, line: &str) -> Run {
        Run::of(self.command(line).output().unwrap())
    }

    /// With a text on standard input.
    fn fed(&self, line: &str, input: &str) -> Run {
        let piped = [Stdio::piped(), Stdio::piped(), Stdio::piped()];
        let [stdin, stdout, stderr] = piped;
        let mut child = self.command(line).stdin(stdin).stdout(stdout).stderr(stderr).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Run::of(child.wait_with_output().unwrap())
    }

    /// With nobody who reads standard output.
    fn unread(&self, line: &str) -> Run {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        Run::of(self.command(line).stdout(writer).output().unwrap())
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

#[test]
fn wrong_calls_exit_with_2() {
    let shell = Shell::new();
    for call in [
        "",
        "nothing",
        "balance M1",
        "balance M1 --db nowhere",
        "verify --db nowhere",
        "apply missing --db db",
        "load --workload mixed --redemptions 5 --accruals 1",
    ] {
        let run = shell.run(call);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{call}: {}", run.err);
        assert!(!run.err.is_empty(), "{call}");
    }
    assert!(!shell.folder().join("nowhere").exists() && !shell.folder().join("db").exists());
}

#[test]
fn every_command_has_help_with_an_example_and_exit_codes() {
    let shell = Shell::new();
    let verbs = "set-up completions man demo import apply schema shell show balance balances items blocks statement sweep migrate liability settlement journal verify backup restore load";
    for verb in verbs.split(' ').chain(["check"]) {
        let run = shell.run(&format!("{verb} --help"));
        let (_, example) = run.out.split_once("Example:").unwrap_or_default();
        let fits = example.lines().all(|line| verb == "demo" || line.len() <= 80);
        assert!(run.code == 0 && !example.is_empty() && fits, "{verb}: {}", run.out);
        assert!(run.out.contains("Exit codes:"), "{verb}: {}", run.out);
    }
}

#[test]
fn the_schema_names_every_action_and_what_a_line_may_say() {
    let schema = Shell::new().run("schema --json").json();
    for part in ["command", "receipt", "rejection", "entry", "answer"] {
        assert!(schema[part].is_object(), "{part}");
    }
    let command = &schema["command"];
    let text = command.to_string();
    assert!(["create_program", "accrue", "redeem", "cancel"].iter().all(|action| text.contains(action)));
    assert_eq!(command["required"], serde_json::json!(["program", "kind"]));
    assert!(command["properties"]["request_id"]["description"].as_str().unwrap().contains("without one"));
    for (place, limit) in [
        ("/properties/reference/maxLength", 128),
        ("/properties/awards/minItems", 1),
        ("/properties/awards/maxItems", 64),
        ("/properties/points/minimum", 1),
        ("/$defs/Award/properties/points/minimum", 1),
    ] {
        assert_eq!(command.pointer(place), Some(&limit.into()), "{place}");
    }
    let answer = schema["answer"].to_string();
    assert!(["line", "receipt", "refused", "error"].iter().all(|field| answer.contains(field)), "{answer}");
}

#[test]
fn a_check_names_what_failed_and_wants_files() {
    let shell = Shell::new();
    shell.write("a/good.scn", "accrue M1 100 -> ok I1\n");
    shell.write("a/wrong.scn", "accrue M1 100 -> ok I1\nbalance M1 -> available 90\n");
    shell.write("a/unread.scn", "\nacrue M1 100\n");
    shell.write("empty/notes.txt", "");
    let run = shell.run("check a --json");
    assert_eq!(run.code, 2, "{}", run.err);
    let failures = run.json()["failures"].clone();
    assert_eq!((&failures[0]["file"], &failures[0]["line"]), (&"a/unread.scn".into(), &2.into()), "{failures}");
    assert_eq!((&failures[1]["file"], &failures[1]["line"]), (&"a/wrong.scn".into(), &2.into()), "{failures}");
    assert!(failures[1]["what"].as_str().unwrap().contains("expected available 90"), "{failures}");
    assert_eq!(shell.run("check a/wrong.scn").code, 1);
    let run = shell.run("check a/good.scn empty");
    assert!(run.code == 2 && run.err.contains("no scenario files in empty"), "{}", run.err);
}

#[test]
fn what_a_table_expects_is_read_as_it_is_written() {
    let shell = Shell::new();
    shell.write(
        "a.scn",
        "\u{FEFF}# covers: A03\npartner P1 prepaid rate 0.1\nblock B1 of P1 100 price 0.05\n\
         accrue M1 from P1 50 as R1 reference 2026-03-01 -> ok I1; debited B1 5 rate 0.1 left 95\n\
         blocks P1 -> B1 95 price 0.05 expires_at never\n\
         transaction R1 -> accrue +50 reference 2026-03-01 recorded_at 2026-01-01\n",
    );
    let run = shell.run("check a.scn");
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    shell.write("b.scn", "repeat 0 redeem M1 5 -> ok\n");
    let run = shell.run("check b.scn");
    assert!(run.code == 2 && run.out.contains("b.scn:1:8: expected how often, from 1"), "{}{}", run.out, run.err);
}

#[test]
fn each_rule_that_the_scenarios_cover_is_told() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios");
    let run = Run::of(Shell::new().command("check --json").arg(folder).output().unwrap());
    assert_eq!(run.code, 0, "{}", run.err);
    let page = include_str!("../src/docs/scenarios.md");
    for rule in run.json()["rules"].as_object().unwrap().keys() {
        assert_eq!(page.matches(&format!("\n| {rule} | ")).count(), 1, "{rule}");
    }
}

#[test]
fn a_load_tells_what_its_audit_found_and_has_a_bound() {
    let shell = Shell::new();
    let load = "load --accruals 10 --members 5 --json";
    assert_eq!(shell.run(&format!("{load} --check")).json()["violations"], serde_json::json!([]));
    assert_eq!(shell.run(load).json().get("violations"), None);
    for in_flight in ["0", "1000001", "18446744073709551615"] {
        let run = shell.run(&format!("{load} --in-flight {in_flight}"));
        assert!(run.code == 2 && run.err.contains("1..=1000000"), "{in_flight}: {} {}", run.code, run.err);
    }
}

// in memory the folder is empty, and may stay
#[cfg(feature = "rocksdb")]
#[test]
fn a_load_that_was_killed_leaves_nothing_for_long() {
    let shell = Shell::new();
    let temporary = shell.folder().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let left = || std::fs::read_dir(&temporary).unwrap().count();
    let load = |rest: &str| {
        let mut command = shell.command(&format!("load --json {rest}"));
        command.env("TMPDIR", &temporary).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let mut long = load("--accruals 1000000000").spawn().unwrap();
    while left() == 0 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(load("--accruals 10 --members 5").status().unwrap().success());
    assert_eq!(left(), 1, "the folder of the load that is running stays");
    long.kill().unwrap();
    long.wait().unwrap();
    assert_eq!(left(), 1);
    assert!(load("--accruals 10 --members 5").status().unwrap().success());
    assert_eq!(left(), 0);
}

#[cfg(feature = "rocksdb")]
#[test]
fn the_demo_ends_with_commands_that_work_when_pasted() {
    let shell = Shell::new();
    let run = Run::of(shell.command("demo").arg("--db").arg("my shop's db").output().unwrap());
    assert_eq!(run.code, 0, "{}", run.err);
    let (_, further) = run.out.split_once("To look further:").unwrap();
    let mut pasted = 0;
    for line in further.lines().filter(|line| !line.is_empty()) {
        let done = Command::new("sh").args(["-c", line]).current_dir(shell.folder()).output().unwrap();
        assert!(done.status.success(), "{line}: {}", String::from_utf8_lossy(&done.stderr));
        pasted += 1;
    }
    assert_eq!(pasted, 12);
}

#[test]
fn shells_and_manuals_are_served() {
    let shell = Shell::new();
    for (name, word) in [("bash", "complete -F"), ("zsh", "#compdef accruedb"), ("fish", "complete -c accruedb")] {
        let run = shell.run(&format!("completions {name}"));
        assert!(run.code == 0 && run.out.contains(word) && run.out.contains("statement"), "{name}: {}", run.err);
    }
    std::fs::create_dir(shell.folder().join("man")).unwrap();
    assert_eq!(shell.run("man man").code, 0);
    for (page, word) in [("accruedb", "accruedb\\-import"), ("accruedb-import", "\\-\\-points\\-per\\-unit")] {
        let text = std::fs::read_to_string(shell.folder().join(format!("man/{page}.1"))).unwrap();
        assert!(text.contains(&format!(".TH {page} 1")) && text.contains(word), "{page}: {text}");
    }
    assert_eq!(shell.run("man nowhere").code, 2);
}

#[test]
fn an_example_of_each_command_is_printed_and_can_be_applied() {
    let shell = Shell::new();
    let all = shell.run("schema --example all");
    assert!(all.code == 0 && all.lines().len() > 70, "{}", all.err);
    let redeem = all.lines().into_iter().find(|line| line["kind"] == "redeem").unwrap();
    assert_eq!(shell.run("schema --example redeem").lines(), [redeem]);
    let run = shell.run("schema --example nothing");
    assert!(run.code == 2 && run.err.contains("purchase_block"), "{}", run.err);
    #[cfg(feature = "rocksdb")]
    {
        shell.write("all.jsonl", &all.out);
        let run = shell.run("apply all.jsonl --db db");
        assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    }
}

#[cfg(feature = "rocksdb")]
#[test]
fn the_example_of_apply_can_be_pasted() {
    let shell = Shell::new();
    let help = shell.run("apply --help").out;
    let (_, example) = help.split_once("Example:\n").unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_accruedb")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    let script = format!("set -e\n{example}");
    let run = Run::of(command.args(["-c", &script]).env("PATH", path).current_dir(shell.folder()).output().unwrap());
    assert!(run.code == 0 && run.out.contains("\"receipt\""), "{example}{}{}", run.out, run.err);
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

    let partners = &first["partners"];
    let charged = |cause: &str| {
        let mut charges = partners["charges"].as_array().unwrap().iter();
        let of = charges.find(|of| of["cause"] == cause).unwrap_or_else(|| panic!("nothing is charged for {cause}"));
        [&of["times"], &of["points"]].map(|number| number.as_i64().unwrap())
    };
    let blocks = first["partner"]["blocks"].as_array().unwrap();
    let of_kind = |kind: &str| {
        let of = || blocks.iter().filter(|block| block["kind"] == kind);
        let sum = |name: &str| of().map(|block| block[name].as_i64().unwrap()).sum::<i64>();
        (of().count() as i64, sum("purchased"), sum("debited"))
    };
    let ((bought, points, _), (created, created_points, _)) = (of_kind("regular"), of_kind("auto"));
    assert_eq!((charged("purchase"), charged("auto_creation")), ([bought, points], [created, created_points]));
    assert!(bought > 1 && created > 1, "it ran out of points, and blocks were created");
    let returned = partners["charges"].as_array().unwrap().iter().find(|of| of["cause"] == "reserve_returned");
    let returned = returned.map_or(0, |of| of["points"].as_i64().unwrap());
    assert_eq!(charged("reserve_usage")[1] + returned, of_kind("reserve").2, "what was used of the reserve");
    assert_eq!(charged("block_purchase_due")[0], partners["reserve_touched"].as_i64().unwrap());
    let bills = partners["bills"].as_array().unwrap();
    assert_eq!(bills.len(), 17, "each month but the last is billed");
    assert!(bills.iter().all(|bill| bill["points"].as_i64().unwrap() > 0));
    assert!(partners["unbilled"].as_i64().unwrap() > 0);
    assert_eq!(partners["reconciled"]["apart"], 0);
    assert!(partners["reconciled"]["lines"].as_i64().unwrap() > 6_900);
}
