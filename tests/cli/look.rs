//! Looking at a database: nothing changes, damage is told, and pages follow each other.

use super::Shell;
use serde_json::Value;
use std::path::Path;

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
    assert_eq!(shell.unread("verify --db copy").code, 1);
    let restored = shell.run("restore copy third");
    assert_eq!(restored.code, 1);
    assert!(restored.out.contains("copy/rocks/") && !restored.out.contains("/.accruedb-"), "{}", restored.out);
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
    let both: Vec<Value> = [first, second].iter().flat_map(|page| page["lines"].as_array().unwrap().clone()).collect();
    assert_eq!(both, all);

    // a booking that changed nothing counts, and is not shown
    let count = page("--limit 1000")["lines"].as_array().unwrap().len();
    let text = shell.run("statement 19505 --db db --limit 1000").out;
    assert!(text.ends_with("(entries that changed nothing, not shown: 1)\n"), "{text}");
    // the head in place of the one that is not shown, and the remark
    assert_eq!(text.lines().count(), count + 1);
}

#[test]
fn blocks_tell_what_is_usable_now() {
    let shell = Shell::new();
    let commands = [
        r#"{"create_program":{}}"#,
        r#"{"create_partner":{"partner":1}}"#,
        r#"{"purchase_block":{"partner":1,"block":1,"points":1000}}"#,
        r#"{"approve_block":{"partner":1,"block":1}}"#,
        r#"{"purchase_block":{"partner":1,"block":2,"points":500,"starts_at":"2999-01-01T00:00:00Z"}}"#,
        r#"{"approve_block":{"partner":1,"block":2}}"#,
    ];
    let lines: Vec<String> = commands.iter().map(|action| format!(r#"{{"program":1,"action":{action}}}"#)).collect();
    shell.write("c.jsonl", &lines.join("\n"));
    let run = shell.run("apply c.jsonl --db db");
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let blocks = shell.run("blocks 1 --db db --json").json();
    assert_eq!((&blocks["usable"], &blocks["remaining"]), (&1000.into(), &1500.into()));
    let text = shell.run("blocks 1 --db db").out;
    assert!(text.starts_with("partner 1: 1,000 points usable now, 1,500 left in 2 open blocks, 0 debited"), "{text}");
}

#[test]
fn nobody_is_not_shown_as_somebody_without_points() {
    let shell = Shell::new();
    shell.run("load --accruals 1 --members 1 --db db");
    for look in ["balance M9", "items M9", "statement M9"] {
        let run = shell.run(&format!("{look} --db db"));
        assert!(run.code == 1 && run.out.contains("no member M9"), "{look}: {} {}", run.code, run.out);
        let json = shell.run(&format!("{look} --db db --json")).json();
        assert_eq!(json["enrolled"], false, "{look}");
    }
    assert_eq!(shell.run("blocks 99 --db db").code, 1);
}
