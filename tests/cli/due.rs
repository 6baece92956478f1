//! What has expired and is not booked yet: a statement shows it as balances do, each at its own instant.

use super::Shell;
use serde_json::Value;

/// 10 points that expire on 1 February, 20 on 10 February, 5 of them spent; and points of the year after, to be future
/// until 1 March.
const COMMANDS: &str = r#"
{"program":1,"request_id":"p","transaction_at":"2026-01-15T00:00:00Z","kind":"create_program","enrolment":"on_first_accrual"}
{"program":1,"request_id":"t","transaction_at":"2026-01-15T00:00:00Z","kind":"create_point_type","point_type":1}
{"program":1,"request_id":"a1","transaction_at":"2026-01-15T10:00:00Z","kind":"accrue","member":"M1","awards":[{"point_type":1,"points":10,"expires":{"kind":"at","instant":"2026-02-01T00:00:00Z"}}]}
{"program":1,"request_id":"a2","transaction_at":"2026-01-16T10:00:00Z","kind":"accrue","member":"M1","awards":[{"point_type":1,"points":20,"expires":{"kind":"at","instant":"2026-02-10T00:00:00Z"}}]}
{"program":1,"request_id":"a3","transaction_at":"2026-01-17T10:00:00Z","kind":"accrue","member":"M1","awards":[{"point_type":1,"points":7,"start":{"kind":"at","instant":"2026-03-01T00:00:00Z"}}]}
{"program":1,"request_id":"r1","transaction_at":"2026-01-18T10:00:00Z","kind":"redeem","member":"M1","point_type":1,"points":5}
"#;

/// Takes the time to another member's accrual in May: nothing of M1 is booked by it.
const LATER: &str = r#"{"program":1,"request_id":"b1","transaction_at":"2026-05-10T12:00:00Z","kind":"accrue","member":"M2","awards":[{"point_type":1,"points":1}]}"#;

/// The lines of a statement: number or not, instant, verb, points, available points after it.
fn lines(shell: &Shell) -> Vec<(bool, String, String, i64, i64)> {
    let statement = shell.run("statement M1 --db db --clock commands --json").json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let line = |line: &Value| {
        let figures = (line["changes"][0]["points"].as_i64(), line["balances"][0]["available"].as_i64());
        let (points, available) = (figures.0.unwrap(), figures.1.unwrap());
        (line["sequence"].is_u64(), text(&line["at"]), text(&line["verb"]), points, available)
    };
    statement["lines"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn a_statement_shows_what_is_due_at_its_own_instant_before_and_after_it_is_booked() {
    let shell = Shell::new();
    shell.write("c.jsonl", &format!("{COMMANDS}{LATER}"));
    assert_eq!(shell.run("apply c.jsonl --db db --clock commands").code, 0);
    let due = [
        ("2026-03-01T00:00:00.000Z", "matured", 0, 7),
        ("2026-02-10T00:00:00.000Z", "expired", -20, 0),
        ("2026-02-01T00:00:00.000Z", "expired", -5, 20),
    ];
    let expected = |booked: bool| -> Vec<_> {
        due.iter()
            .map(|(at, verb, points, left)| (booked, (*at).to_owned(), (*verb).to_owned(), *points, *left))
            .collect()
    };
    let before = lines(&shell);
    assert_eq!(before[..3], expected(false)[..]);
    assert_eq!((before[3].2.as_str(), before[3].4, before.len()), ("redeem", 25, 7), "{before:?}");
    let balance = |shell: &Shell| shell.run("balance M1 --db db --clock commands --json").json()["balances"].clone();
    let shown = balance(&shell);
    assert_eq!(shown[0]["available"], before[0].4, "the statement says what the balance says");
    let text = shell.run("statement M1 --db db --clock commands").out;
    assert!(text.contains("are due and not booked yet"), "{text}");

    let swept = shell.run("sweep --db db --clock commands --json").json();
    assert_eq!((&swept["booked"], &swept["entries"]), (&1.into(), &1.into()));
    let after = lines(&shell);
    assert_eq!(after[..3], expected(true)[..]);
    assert_eq!(after[3..], before[3..]);
    assert_eq!(balance(&shell), shown);
    assert!(!shell.run("statement M1 --db db --clock commands").out.contains("not booked"));
    assert_eq!(shell.run("sweep --db db --clock commands --json").json()["booked"], 0);
}

#[test]
fn a_sweep_makes_no_database_and_books_nothing_of_long_ago_unasked() {
    let shell = Shell::new();
    assert_eq!(shell.run("sweep --db db").code, 2);
    assert!(!shell.folder().join("db").exists());
    shell.write("c.jsonl", &COMMANDS.replace("2026-", "2016-"));
    assert_eq!(shell.run("apply c.jsonl --db db --clock commands").code, 0);
    let run = shell.run("sweep --db db");
    assert!(run.code == 2 && run.err.contains("--clock system does that"), "{}", run.err);
}

#[test]
fn a_state_says_what_took_the_last_points() {
    let shell = Shell::new();
    shell.write("c.jsonl", &format!("{COMMANDS}{LATER}"));
    shell.run("apply c.jsonl --db db --clock commands");
    let states = || -> Vec<String> {
        let items = shell.run("items M1 --db db --clock commands --all --json").json();
        let of = |kind: &str| items[kind].as_array().unwrap().clone();
        let all = of("matured").into_iter().chain(of("future"));
        all.map(|item| item["state"].as_str().unwrap().to_owned()).collect()
    };
    let before = states();
    assert_eq!(before, ["expired", "expired", "open"]);
    shell.run("sweep --db db --clock commands");
    assert_eq!(states(), before);
}

/// A block of 1,000 that expires on 15 February with 900 left.
const BLOCK: &str = r#"
{"program":1,"request_id":"c1","transaction_at":"2026-01-15T00:00:00Z","kind":"create_partner","partner":1,"rates":{"1":"1"}}
{"program":1,"request_id":"c2","kind":"purchase_block","partner":1,"block":1,"points":1000,"expires":{"kind":"at","instant":"2026-02-15T00:00:00Z"}}
{"program":1,"request_id":"c3","kind":"approve_block","partner":1,"block":1}
{"program":1,"request_id":"c4","kind":"accrue","member":"M3","partner":1,"awards":[{"point_type":1,"points":100}]}
"#;

#[test]
fn the_statement_of_a_partner_shows_what_is_due_as_the_balance_does() {
    let shell = Shell::new();
    let first: Vec<&str> = COMMANDS.trim().lines().take(2).collect();
    shell.write("c.jsonl", &format!("{}{BLOCK}{LATER}", first.join("\n")));
    let run = shell.run("apply c.jsonl --db db --clock commands");
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let look = |what: &str| shell.run(&format!("partner {what} 1 --db db --clock commands --json")).lines();
    let sum = |lines: &[Value]| -> i64 { lines.iter().map(|line| line["points"].as_i64().unwrap()).sum() };
    let before = look("statement");
    assert_eq!((before[0]["sequence"].is_null(), &before[0]["points"]), (true, &(-900).into()), "{before:?}");
    assert_eq!(before[0]["recorded_at"], "2026-02-15T00:00:00.000Z");
    assert_eq!(look("balance")[0]["balance"], 0);
    let text = shell.run("partner statement 1 --db db --clock commands").out;
    assert!(text.contains("expired") && text.contains("-900"), "{text}");
    assert_eq!(shell.run("sweep --db db --clock commands").code, 0);
    let after = look("statement");
    assert_eq!((after.len(), sum(&after)), (before.len(), sum(&before)), "{after:?}");
    assert!(after.iter().all(|line| line["sequence"].is_u64()), "{after:?}");
}
