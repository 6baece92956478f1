//! Histories against a plain model: every answer, every balance, the laws, and one digest whatever the number of
//! shards and checkpoints. The fuzzer runs the same histories from bytes of its own (`fuzz/`).
//!
//! A failure names its seed. To run that one again: `MODEL_SEED=<seed> cargo test model::`; more of them with
//! `MODEL_HISTORIES=<count>`.

pub(crate) mod drive;
pub(crate) mod history;
pub(crate) mod ledger;
mod member;
mod partner;

use accruedb::engine::EngineOptions;
use history::History;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Calls `check` with many seeds, or with the one that was asked for.
fn for_seeds(count: u64, check: impl Fn(u64)) {
    let seeds = match (number("MODEL_SEED"), number("MODEL_HISTORIES")) {
        (Some(seed), _) => seed..seed + 1,
        (None, more) => 0..more.unwrap_or(count),
    };
    for seed in seeds {
        if let Err(failure) = catch_unwind(AssertUnwindSafe(|| check(seed))) {
            eprintln!("seed {seed}; again with: MODEL_SEED={seed} cargo test model::");
            std::panic::resume_unwind(failure);
        }
    }
}

#[test]
fn the_engine_answers_as_the_model_does() {
    for_seeds(400, |seed| drop(drive::run(&History::seeded(seed, 150))));
}

#[test]
fn shards_and_checkpoints_change_nothing() {
    for_seeds(12, |seed| {
        let history = History::seeded(seed + 1_000_000, 120);
        let digests = [1, 4, 64].into_iter().flat_map(|shards| {
            let history = &history;
            [1, 10, 1_000_000].into_iter().map(move |checkpoint_changes| {
                let delta_changes_max = checkpoint_changes * 2;
                let options = EngineOptions { shards, checkpoint_changes, delta_changes_max, ..history.options() };
                (shards, checkpoint_changes, drive::run_with(history, options))
            })
        });
        let digests: Vec<_> = digests.collect();
        assert!(digests.iter().all(|(.., digest)| *digest == digests[0].2), "{digests:#?}");
    });
}
