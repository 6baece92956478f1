//! Settlements on a database on disk: every question, wherever `--db` stands; and a run that is killed.

use super::{Run, Shell};
use serde_json::Value;
use std::time::Duration;

const QUESTIONS: [&str; 11] = [
    "months",
    "months --partner 2 --until 2026-12-31",
    "receivables --partner 2",
    "postings --member M1",
    "settled --partner 2",
    "lines",
    "preview run-1",
    "run run-1",
    "refunds",
    "credits --partner 2",
    "report --by partner --by kind --show events --show amount",
];

#[test]
fn every_question_is_answered_wherever_the_database_is_named() {
    let shell = Shell::new();
    let examples = shell.run("schema --example all").out;
    shell.write("all.jsonl", &examples);
    let run = shell.run("apply all.jsonl --db db");
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    for question in QUESTIONS {
        let before = shell.run(&format!("settlement --db db {question}"));
        let after = shell.run(&format!("settlement {question} --db db"));
        assert_eq!((before.code, after.code), (0, 0), "{question}: {}{}", before.err, after.err);
        assert!(!before.out.is_empty() && before.out == after.out, "{question}");
        for format in ["--format csv", "--format chart", "--json"] {
            assert_eq!(shell.run(&format!("settlement {question} --db db {format}")).code, 0, "{question} {format}");
        }
    }
    let picture = shell.run("settlement months --db db --format svg");
    assert!(picture.code == 0 && picture.out.starts_with("<svg"), "{}", picture.err);
    assert_eq!(shell.run("settlement lines --db db --format svg").code, 2);
    assert_eq!(shell.run("settlement months").code, 2);
    assert_eq!(shell.run("settlement run nobody --db db").code, 1);
    assert_eq!(shell.run("verify --db db").code, 0);
}

const MERCHANTS: &str = "\
at 2026-01-01T00:00Z
program
type T1 redeemable
partner P1 post_paid rate none
partner P2 post_paid rate none
scheme S1
offer O1 of S1 increase_revenue_transaction_based
unit P1
unit P2
agreement P1
contributions P1 40 , 60 priority high offers O1
settlement_settings
";
const EVENTS: u64 = 30_000;
const KILLS: u64 = 10;

/// A sweep that is gone after so many milliseconds, as if the power were; whether it came to its end before.
fn killed_after(shell: &Shell, ms: u64) -> bool {
    let mut sweep = shell.command("sweep --db db --clock commands").spawn().unwrap();
    std::thread::sleep(Duration::from_millis(ms));
    let ended = sweep.try_wait().unwrap().is_some();
    let _ = sweep.kill();
    sweep.wait().unwrap();
    ended
}

fn runs(shell: &Shell) -> Vec<Value> {
    shell.run("settlement run N1 --db db --clock commands --json").lines()
}

#[test]
fn a_run_that_is_killed_again_and_again_settles_every_event_once() {
    let shell = Shell::new();
    let fed = |text: &str| -> Run { shell.fed("shell --create --db db --clock commands", text) };
    let run = fed(MERCHANTS);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let purchase = |number: u64| {
        let (member, partner, award) = (1 + number % 1_000, 1 + number % 2, 1 + number % 997);
        format!(
            "{{\"program\":1,\"kind\":\"record_purchase\",\"member\":{member},\"partner\":{partner},\"amount\":5000,\
             \"point_type\":1,\"offer\":1,\"award\":{award}}}\n"
        )
    };
    shell.write("purchases.jsonl", &(0..EVENTS).map(purchase).collect::<String>());
    let run = shell.run("apply purchases.jsonl --db db --clock commands --json");
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(fed("settlement as N1\nsave N1\nsubmit N1\n").code, 0);
    // each sweep is given a little more time than the one before
    let mut ended = 0;
    for kill in 0..KILLS {
        ended += u64::from(killed_after(&shell, 10 + 17 * kill));
    }
    let left = shell.run("settlement report --by state --show events --db db --clock commands --json").lines();
    assert!(ended < KILLS, "no sweep was killed: {left:?}");
    assert_eq!(shell.run("sweep --db db --clock commands").code, 0);
    let run = runs(&shell);
    assert_eq!(run.len(), 1);
    assert_eq!((run[0]["state"].as_str(), run[0]["events"].as_u64()), (Some("completed"), Some(EVENTS)));
    let left = shell.run("settlement report --by state --show events --db db --clock commands --json").lines();
    assert_eq!(left, [serde_json::json!({"state": "settled", "events": EVENTS})]);
    // every line is recomputed, and adds up to what was posted
    let audit = shell.run("verify --db db");
    assert_eq!(audit.code, 0, "{}{}", audit.out, audit.err);
}
