//! Exports as shops write them: each case of `tests/data/cases/imports.json` comes out as it says.

use super::{Run, Shell};
use serde_json::{Map, Value};
use std::path::Path;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cases");

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().map(|list| list.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

/// Runs with arguments that may hold blanks.
fn call(shell: &Shell, options: &[&str]) -> Run {
    Run::of(shell.command("").args(options).output().unwrap())
}

/// The file of a case: one of the folder, or one that is written from its text.
fn file(case: &Value, shell: &Shell) -> String {
    if let Some(file) = case["file"].as_str() {
        return format!("{FOLDER}/{file}");
    }
    let name = format!("{}.{}", case["name"].as_str().unwrap(), case["ext"].as_str().unwrap_or("csv"));
    shell.write(&name, case["text"].as_str().unwrap());
    name
}

/// The answers of a member: the balance, and the time of the first transaction.
fn asked(shell: &Shell, verb: &str, member: &str) -> Value {
    let run = call(shell, &[verb, member, "--db", "db", "--clock", "commands", "--json"]);
    serde_json::from_str(&run.out).unwrap_or_default()
}

/// What is not as a case wants it.
fn wrong(case: &Value) -> Vec<String> {
    let shell = Shell::new();
    let mut create = vec!["--create"];
    create.extend(texts(&case["create"]));
    let after = texts(&case["after"]).into_iter().map(|after| format!("{FOLDER}/{after}"));
    let files: Vec<String> = after.chain([file(case, &shell)]).collect();
    let mut summary = Value::Null;
    for (left, file) in (0..files.len()).rev().zip(&files) {
        let mut options = vec!["import", file, "--db", "db", "--points-per-unit", "1", "--json"];
        options.extend(&create);
        options.extend(texts(case.get("after_args").filter(|_| left > 0).unwrap_or(&case["args"])));
        let run = call(&shell, &options);
        assert!(run.code < 2, "{file}: {}", run.err);
        summary = run.json()["summary"].clone();
        create.truncate(if create.len() > 1 { 0 } else { 1 });
    }
    let mut complaints = adds_up(&summary);
    let number = |name: &str| match name {
        "bad" => summary["bad_lines"].clone(),
        "refused" => summary["refused_lines"].clone(),
        "taken_back" => summary["refunds"]["points"].clone(),
        "unfound" => summary["refunds"]["unfound_lines"].clone(),
        name => summary[name].clone(),
    };
    let empty = Map::new();
    let want = case["want"].as_object().unwrap_or(&empty);
    for (name, value) in want.iter().filter(|(_, value)| value.is_number()) {
        if number(name) != *value {
            complaints.push(format!("{name} is {}, not {value}", number(name)));
        }
    }
    for (member, value) in case["want"]["balances"].as_object().unwrap_or(&empty) {
        let found = asked(&shell, "balance", member)["balances"][0]["available"].clone();
        if found != *value {
            complaints.push(format!("the balance of {member} is {found}, not {value}"));
        }
    }
    for (member, value) in case["want"]["at"].as_object().unwrap_or(&empty) {
        let lines = asked(&shell, "statement", member)["lines"].clone();
        let at = lines.as_array().and_then(|lines| lines.last()).map(|line| line["transaction_at"].clone());
        let at = at.unwrap_or_default();
        if !at.as_str().unwrap_or_default().starts_with(value.as_str().unwrap()) {
            complaints.push(format!("the first purchase of {member} is at {at}, not {value}"));
        }
    }
    complaints
}

/// Every line that was read is one thing.
fn adds_up(summary: &Value) -> Vec<String> {
    let count = |value: &Value| value.as_u64().unwrap();
    let parts = ["purchases", "skipped_lines", "nobody_lines", "bad_lines"].map(|name| count(&summary[name]));
    let sum = parts.iter().sum::<u64>() + count(&summary["refunds"]["lines"]);
    let read = count(&summary["read"]);
    if sum == read { Vec::new() } else { vec![format!("{read} lines were read, {sum} are counted: {summary}")] }
}

#[test]
fn each_case_comes_out_as_it_says() {
    let text = std::fs::read_to_string(Path::new(FOLDER).join("imports.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut complaints = Vec::new();
    for case in &cases {
        let name = case["file"].as_str().or(case["name"].as_str()).unwrap();
        complaints.extend(wrong(case).into_iter().map(|what| format!("{name}: {what} ({})", case["why"])));
    }
    assert!(cases.len() > 70 && complaints.is_empty(), "{} cases\n{}", cases.len(), complaints.join("\n"));
}

/// Commands as other systems send them. They were collected when a command had its verb in a field `action`, which is
/// refused today with a word on how it is written; here they are in today's form, and nothing else was changed.
#[test]
fn each_case_of_commands_comes_out_as_it_says() {
    let text = std::fs::read_to_string(Path::new(FOLDER).join("commands.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(cases.len(), 5);
    for case in &cases {
        let shell = Shell::new();
        let (name, clock) = (case["file"].as_str().unwrap(), case["clock"].as_str().unwrap_or("commands"));
        let at = ["--db", "db", "--clock", clock];
        let apply = ["apply", &format!("{FOLDER}/{name}"), "--on-refusal", "continue"];
        let answers = call(&shell, &[&apply[..], &at].concat()).lines();
        for (kind, count) in case["lines"].as_object().unwrap_or(&Map::new()) {
            let found = answers.iter().filter(|answer| answer.get(kind).is_some()).count();
            assert_eq!(found as u64, count.as_u64().unwrap(), "{name}: {kind} ({})", case["why"]);
        }
        let ask: Vec<&str> = case["ask"].as_str().unwrap().split(' ').collect();
        let answer = call(&shell, &[&ask[..], &at, &["--json"]].concat()).out;
        let answer: String = answer.split_whitespace().collect();
        for holds in texts(&case["holds"]) {
            assert!(answer.contains(holds), "{name}: no {holds} in {answer} ({})", case["why"]);
        }
    }
}

#[test]
fn a_command_in_the_form_of_an_earlier_version_is_refused_with_a_word_on_todays() {
    let shell = Shell::new();
    shell.write("old.jsonl", r#"{"program":1,"action":{"redeem":{"member":"M1","point_type":1,"points":100}}}"#);
    let run = shell.run("apply old.jsonl --db db");
    assert_eq!(run.code, 1);
    assert!(run.out.contains("accruedb schema --example"), "{}", run.out);
    assert!(run.out.contains(r#"\"kind\" stands beside \"program\", without \"action\""#), "{}", run.out);
}
