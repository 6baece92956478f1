//! Scenario files: read or refused with a place; run to their end, and whatever they did, the audit at the end holds.
#![no_main]

use accruedb::cli::scenario::{Failure, check_text};
use libfuzzer_sys::fuzz_target;

/// A line may be repeated as often as a number can say: too long for a fuzzer.
const REPEAT_MAX: u32 = 100;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let words: Vec<&str> = text.split_whitespace().collect();
    let too_long = |pair: &[&str]| pair[0].ends_with("repeat") && pair[1].parse().is_ok_and(|n: u32| n > REPEAT_MAX);
    if words.windows(2).any(too_long) {
        return;
    }
    match check_text("fuzz", text) {
        Ok(rules) => assert!(rules.values().all(|lines| !lines.is_empty()), "{rules:?}"),
        Err(Failure::Unreadable { place, .. }) => assert!(place.starts_with("fuzz:"), "{place}"),
        Err(failure @ Failure::Unexpected { .. }) => {
            let shown = failure.to_string();
            let Failure::Unexpected { actual, .. } = failure else { return };
            // the file may ask for what cannot be; the engine must not fail
            let failed = actual.starts_with("error:") && !actual.starts_with("error: time never goes back");
            assert!(!failed && !actual.starts_with("broken"), "{shown}");
        }
    }
});
