//! `accruedb apply`: answers in order, once each; what a line may be; what is said at the end.

use super::Shell;

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
