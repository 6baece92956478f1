//! The scenario tables, all of them, on the memory store; and which rules they must cover.
#![cfg(feature = "cli")]

use accruedb::cli::scenario::check;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A rule that no table can show: point types can be made from every page of the console.
const OF_PAGES: [&str; 1] = ["E07"];

/// The tests of the pages.
const PAGES: &str = include_str!("server/console.rs");

/// Every rule of the five systems, a line each.
const RULES: &str = include_str!("rules.txt");

#[test]
fn every_scenario_holds_and_every_rule_is_covered() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios"));
    let report = check(&[folder]);
    let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let rules = RULES.lines().filter(|rule| !OF_PAGES.contains(rule));
    let uncovered: Vec<&str> = rules.filter(|rule| !report.rules.contains_key(*rule)).collect();
    assert!(uncovered.is_empty(), "rules without a scenario: {uncovered:?}");
}

#[test]
fn the_list_of_rules_names_each_once() {
    let rules: BTreeSet<&str> = RULES.lines().collect();
    assert_eq!(rules.len(), RULES.lines().count());
    for rule in OF_PAGES {
        assert!(rules.contains(rule) && PAGES.contains(&format!("// covers: {rule}\n#[test]\n")), "{rule}");
    }
}
