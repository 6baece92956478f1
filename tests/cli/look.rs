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
    let page = |rest: &str| shell.run(&format!("statement 19505 --db db --clock commands --json {rest}")).json();
    let all: Vec<Value> = page("--limit 6")["lines"].as_array().unwrap().clone();
    let first = page("--limit 3");
    let second = page(&format!("--limit 3 --before {}", first["next_before"]));
    let both: Vec<Value> = [first, second].iter().flat_map(|page| page["lines"].as_array().unwrap().clone()).collect();
    assert_eq!(both, all);

    // a booking that changed nothing counts, and is not shown
    let all = page("--limit 1000")["lines"].as_array().unwrap().clone();
    assert!(all.iter().all(|line| line["verb"] != "book_due" && line["changes"] != serde_json::json!([])), "{all:?}");
    let count = all.len();
    let text = shell.run("statement 19505 --db db --clock commands --limit 1000").out;
    assert!(text.ends_with("(entries that changed nothing, not shown: 1)\n"), "{text}");
    // whose it is, the head, and the remark
    assert_eq!(text.lines().count(), count + 3);
}

#[test]
fn blocks_tell_what_is_usable_now() {
    let shell = Shell::new();
    let commands = [
        r#""kind":"create_program""#,
        r#""kind":"create_partner","partner":1"#,
        r#""kind":"purchase_block","partner":1,"block":1,"points":1000"#,
        r#""kind":"approve_block","partner":1,"block":1"#,
        r#""kind":"purchase_block","partner":1,"block":2,"points":500,"starts_at":"2999-01-01T00:00:00Z""#,
        r#""kind":"approve_block","partner":1,"block":2"#,
    ];
    let lines: Vec<String> = commands.iter().map(|action| format!(r#"{{"program":1,{action}}}"#)).collect();
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
    assert_eq!(shell.run("balance M9 --db db --json").json()["balances"], serde_json::json!([]));
    assert_eq!(shell.run("blocks 99 --db db").code, 1);
}

#[test]
fn sources_are_numbers_and_blocks_stand_as_they_were_bought() {
    let shell = Shell::new();
    shell.run("demo --db db");
    let report = shell.run("liability --by source --db db --clock commands --json").json();
    let rows = report["rows"].as_array().unwrap();
    assert!(!rows.is_empty() && rows.iter().all(|row| row["source"].is_u64()), "{report}");
    let commands = [
        r#""kind":"create_program""#,
        r#""kind":"create_partner","partner":1"#,
        r#""kind":"purchase_block","partner":1,"block":7,"points":1000"#,
        r#""kind":"purchase_block","partner":1,"block":2,"points":500"#,
        r#""kind":"purchase_block","partner":1,"block":5,"points":500"#,
    ];
    let lines: Vec<String> = commands.iter().map(|action| format!(r#"{{"program":1,{action}}}"#)).collect();
    shell.write("c.jsonl", &lines.join("\n"));
    shell.run("apply c.jsonl --db other");
    let blocks = shell.run("blocks 1 --db other --json").json();
    let ids: Vec<u64> = blocks["blocks"].as_array().unwrap().iter().map(|b| b["block"].as_u64().unwrap()).collect();
    assert_eq!(ids, [7, 2, 5]);
    let table = shell.run("blocks 1 --db other").out;
    let rows: Vec<&str> = table.lines().skip(2).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(rows, ["7", "2", "5"], "{table}");
}

#[test]
fn what_a_schema_allows_is_taken() {
    let schema = Shell::new().run("schema --json").json();
    let pattern = schema.pointer("/command/$defs/Rate/pattern").unwrap().as_str().unwrap();
    assert_eq!(pattern, r"^([0-9]+|[0-9]*\.[0-9]{1,18}|[0-9]+/[0-9]*[1-9][0-9]*)$");
    for (rate, is_taken) in [(".5", true), ("0.5", true), ("5", true), ("1/3", true), ("5.", false), ("1/0", false)] {
        let parsed = rate.parse::<accruedb::domain::Rate>();
        assert_eq!(parsed.is_ok(), is_taken, "{rate}");
    }
}

#[test]
fn the_only_program_needs_no_name_and_of_several_one_is_named() {
    let shell = Shell::new();
    let set_up = |program: u32| {
        let actions = [
            r#""kind":"create_program","enrolment":"on_first_accrual","zone":"Europe/Vienna""#,
            r#""kind":"create_point_type","point_type":1"#,
            r#""kind":"accrue","member":"M1","awards":[{"point_type":1,"points":5,"expires":{"kind":"at","instant":"2999-06-30T22:00:00Z"}}]"#,
        ];
        actions.map(|action| format!(r#"{{"program":{program},{action}}}"#)).join("\n")
    };
    shell.write("a.jsonl", &set_up(7));
    shell.write("b.jsonl", &set_up(9));
    shell.run("apply a.jsonl --db db");
    let run = shell.run("items M1 --db db");
    assert!(run.code == 0 && run.out.contains("Europe/Vienna") && run.out.contains("2999-07-01 00:00"), "{}", run.out);
    assert_eq!(shell.run("balance M1 --db db --json").json()["program"], 7);
    for look in ["balance M1", "items M1", "statement M1", "blocks 1", "liability"] {
        let run = shell.run(&format!("{look} --db db --program 3"));
        assert!(run.code == 1 && run.out.contains("there is no program 3, but 7"), "{look}: {}{}", run.out, run.err);
    }
    shell.run("apply b.jsonl --db db");
    for look in ["balance M1", "items M1", "statement M1", "blocks 1", "liability"] {
        let run = shell.run(&format!("{look} --db db"));
        assert!(run.code == 2 && run.err.contains("there are programs 7, 9: name one with --program"), "{}", run.err);
        assert!(run.out.is_empty());
    }
    assert_eq!(shell.run("balance M1 --db db --program 9").code, 0);
}

#[test]
fn a_database_that_is_open_elsewhere_can_be_looked_at() {
    let shell = Shell::new();
    shell.run("load --accruals 2000 --members 50 --db db");
    let listed = shell.run("balances --limit 1 --db db --json").lines();
    let member = listed[0]["member"].to_string().replace('"', "");
    let balance = &format!("balance {member} --db db --json");
    let alone = shell.run(balance);
    let piped = std::process::Stdio::piped;
    let mut other = shell.command("shell --db db").stdin(piped()).stdout(piped()).spawn().unwrap();
    let mut answer = [0; 1];
    std::io::Write::write_all(other.stdin.as_mut().unwrap(), b".clock\n").unwrap();
    std::io::Read::read_exact(other.stdout.as_mut().unwrap(), &mut answer).unwrap();
    let beside = shell.run(balance);
    let told = "db is open elsewhere: shown up to its entry ";
    assert!(beside.code == 0 && beside.err.contains(told) && !alone.err.contains(told), "{}", beside.err);
    assert_eq!(beside.json()["balances"], alone.json()["balances"]);
    for look in ["items M", "statement M", "blocks 1", "liability", "journal", "show", "balances --limit 3"] {
        let look = look.replace('M', &member);
        let run = shell.run(&format!("{look} --db db"));
        assert!(run.code == 0 && run.err.contains(told) && !run.out.is_empty(), "{look}: {}", run.err);
    }
    // whatever needs it alone says who has it
    for alone in ["verify", "sweep", "backup copy", "shell"] {
        let run = shell.run(&format!("{alone} --db db"));
        assert!(run.code == 3 && run.err.contains("another process has the database open"), "{alone}: {}", run.err);
    }
    drop(other.stdin.take());
    other.wait().unwrap();
    assert!(!shell.run(balance).err.contains(told));
}

#[test]
fn a_what_if_takes_changes_as_apply_takes_commands_and_tells_what_is_wrong_in_them() {
    let shell = Shell::new();
    shell.run("demo --db db --json");
    // without a request id, about the only program
    let shorter = r#"{"program":1,"kind":"edit_point_type","point_type":1,"expiry":{"kind":"after","span":{"count":30,"unit":"days"}}}"#;
    shell.write("changes.jsonl", &format!("\n{shorter}\n"));
    let what_if = "what-if --db db --clock commands --from 1997-02-01T00:00:00Z";
    let run = shell.run(&format!("{what_if} changes.jsonl"));
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("would be"), "{}", run.out);
    shell.write("wrong.jsonl", r#"{"program":1,"kind":"edit_point_type","point_type":"\u001b[2J"}"#);
    let run = shell.run(&format!("{what_if} wrong.jsonl"));
    assert!(run.code == 2 && run.err.contains("wrong.jsonl, line 1: column "), "{}", run.err);
    assert!(!run.err.contains("u16") && !run.err.contains('\u{1b}'), "{}", run.err);
    let run = shell.run(&format!("{what_if} changes.jsonl --program 9"));
    assert!(run.code == 1 && run.out.contains("there is no program 9, but 1"), "{}", run.out);
    let endless = shell.run(&format!("{what_if} /dev/zero"));
    assert!(endless.code == 2 && endless.err.contains("larger than 16 MiB"), "{}", endless.err);
}

#[test]
fn whoever_asks_for_something_that_is_there_makes_no_database() {
    let shell = Shell::new();
    for call in ["partner bill 1 --month 2026-01-01", "migrate --point-type 1 --because x", "sweep", "shell", "show"] {
        let run = shell.run(&format!("{call} --db nowhere"));
        assert!(run.code == 2 && run.err.contains("there is no database in nowhere"), "{call}: {}", run.err);
        assert!(!shell.folder().join("nowhere").exists(), "{call}");
    }
}
