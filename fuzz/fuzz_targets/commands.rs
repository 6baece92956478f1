//! The fuzzer's bytes as a history of commands, crashes and checkpoints: every answer against the plain model of
//! `tests/model/`, the laws and a replay at the end.
#![no_main]

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/model/mod.rs"]
mod model;

use libfuzzer_sys::fuzz_target;
use model::history::History;
use model::run::{Way, run};

fuzz_target!(|bytes: &[u8]| {
    let history = History::from_bytes(bytes, 120);
    run(&history, Way::of(&history), None);
});
