//! The scenario tables, all of them, on the memory store; and which rules they must cover.
#![cfg(feature = "cli")]

use accruedb::cli::scenario::check;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The rules that the project promises so far: each is covered by a scenario.
#[rustfmt::skip]
const PROMISED: &[&str] = &[
    // partners and their blocks
    "A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A09", "A10", "A12", "A25", "A31", "A32", "A33", "A34",
    "B10", "B11", "B12", "B13", "B15",
    // point types and point items
    "D01", "D02", "D03", "D04", "D06", "D10", "D12", "D18", "D19", "D20", "D21", "D22", "D23", "D24", "D25",
    // qualifying points
    "D26", "D27", "D28", "D29", "D31", "D33",
    // expiry, cancellation, future accrual
    "D42", "D44", "D45", "D46", "D47", "D48",
    "D49", "D50", "D51", "D52", "D53", "D54", "D55", "D56", "D57", "D58", "D59",
    // negative balances
    "E64", "E65", "E66",
];

#[test]
fn every_scenario_holds_and_every_promised_rule_is_covered() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios"));
    let report = check(&[folder]);
    let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let uncovered: Vec<&&str> = PROMISED.iter().filter(|rule| !report.rules.contains_key(**rule)).collect();
    assert!(uncovered.is_empty(), "rules without a scenario: {uncovered:?}");
}

#[test]
fn the_list_of_rules_names_each_once() {
    let list = include_str!("rules.txt");
    let rules: BTreeSet<&str> = list.lines().collect();
    assert_eq!(rules.len(), list.lines().count());
    assert!(PROMISED.iter().all(|rule| rules.contains(rule)));
}
