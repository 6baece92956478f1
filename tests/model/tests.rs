//! Histories without troubles: the engine answers as the model does.

use super::history::History;
use super::rng::next;
use super::run::{Way, run};
use super::world::Theme;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Calls `check` with many seeds, or with the one that was asked for.
pub(super) fn for_seeds(count: u64, check: impl Fn(u64)) {
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
    let warnings = Cell::new(0);
    for_seeds(400, |seed| {
        let history = History::seeded(seed, 150, Theme::Calm);
        let ended = run(&history, Way::of(&history), None);
        warnings.set(warnings.get() + ended.tally.counts.get("warnings").copied().unwrap_or(0));
    });
    let is_whole = ["MODEL_SEED", "MODEL_HISTORIES"].iter().all(|name| number(name).is_none());
    assert!(!is_whole || warnings.get() > 0, "no history had a warning of expiry");
}

/// The fuzzer's way to a history.
#[test]
fn histories_are_drawn_from_bytes() {
    let mut state = 5;
    for length in [0, 1, 100, 400, 4_000] {
        let bytes: Vec<u8> = (0..length).map(|_| next(&mut state) as u8).collect();
        let history = History::from_bytes(&bytes, 120);
        assert!(history.steps.len() <= 120 && (length < 4_000 || history.steps.len() == 120));
        run(&history, Way::of(&history), None);
    }
}

#[test]
fn shards_and_checkpoints_change_nothing() {
    for_seeds(12, |seed| {
        let history = History::seeded(seed + 1_000_000, 120, Theme::Calm);
        let digests = [1, 4, 64].into_iter().flat_map(|shards| {
            let history = &history;
            [1, 10, 1_000_000].into_iter().map(move |checkpoint_changes| {
                let way = Way::plain(history, shards, checkpoint_changes);
                (shards, checkpoint_changes, run(history, way, None).digest)
            })
        });
        let digests: Vec<_> = digests.collect();
        assert!(digests.iter().all(|(.., digest)| *digest == digests[0].2), "{digests:#?}");
    });
}
