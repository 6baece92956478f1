//! The scenario tables, all of them, on the memory store; and which rules they must cover.

use accruedb::cli::scenario::check;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The rules that the project promises so far: each is covered by a scenario.
const PROMISED: &[&str] = &[
    // partners and their blocks
    "A01", "A02",
];

#[test]
fn every_scenario_holds_and_every_promised_rule_is_covered() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios"));
    let report = check(&[folder]);
    let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let uncovered: Vec<&&str> = PROMISED.iter().filter(|rule| !report.rules.contains_key(**rule)).collect();
    assert!(uncovered.is_empty(), "rules without a scenario: {uncovered:?}");
    assert!(report.passed > 0);
}

#[test]
fn rules_are_listed_once_each() {
    let list = include_str!("rules.txt");
    let rules: BTreeSet<&str> = list.lines().collect();
    assert_eq!(rules.len(), list.lines().count());
    assert!(PROMISED.iter().all(|rule| rules.contains(rule)));
}
