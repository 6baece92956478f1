//! The simulation: histories from seeds on the whole engine over the memory store, with troubles of every kind, against
//! the plain model. Rows 8 and 14 of the soak.
//!
//! A failure names its seed, and the fewest steps that still fail. `ACCRUEDB_SEED` runs the histories from that seed
//! on, one of them unless `ACCRUEDB_SIZE` says more; `ACCRUEDB_STEPS` makes them shorter.

use crate::model::calendar;
use crate::model::history::{History, Step};
use crate::model::rng::Rng;
use crate::model::run::{Way, other_way, run};
use crate::model::slip::Slip;
use crate::model::tally::Tally;
use crate::model::world::{DAY, Theme};
use crate::proof::{Proof, quietly, side_by_side};
use accruedb::domain::*;
use accruedb::storage::memory::{Call, Trouble};

const STEPS: usize = 100;
/// Among so many seeds some are run in another way, and come out the same.
const MANY: u64 = 200;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// The seeds to run: so many, or those that were asked for.
fn seeds(small: u64) -> std::ops::Range<u64> {
    match number("ACCRUEDB_SEED") {
        Some(seed) => seed..seed + Proof::size(1),
        None => 0..Proof::size(small),
    }
}

/// Whether a single seed is looked at again: then there is no row to print.
fn replays_one() -> bool {
    number("ACCRUEDB_SEED").is_some() && Proof::size(1) == 1
}

/// What must hold of a seed: its history agrees with the model, and comes out the same in another way.
fn check(history: &History, seed: u64) -> Tally {
    let comparable = |way: Way| match seed.is_multiple_of(4) {
        true => way.without_looks_that_book(),
        false => way,
    };
    let mut first = run(history, comparable(Way::of(history)), None);
    let mut compare = |way: Way, what: &str| {
        let way = comparable(way);
        let other = run(history, way, None);
        if !first.comparable || !other.comparable {
            return;
        }
        let both = first.journal.iter().zip(&other.journal);
        for (entry, other) in both {
            assert_eq!(entry, other, "the journal {what}");
        }
        assert_eq!(first.digest, other.digest, "the digest {what}");
        first.tally.count("digests compared");
    };
    if seed.is_multiple_of(4) {
        let way = other_way(history, seed);
        let (shards, changes) = (way.options.shards, way.options.checkpoint_changes);
        compare(way, &format!("without troubles, on {shards} shards, a checkpoint every {changes} changes"));
    }
    if seed.is_multiple_of(16) {
        compare(Way::of(history), "of the same seed again");
    }
    first.tally
}

/// Runs the seeds, and adds up what they did. The first failure is made small and ends it.
fn run_seeds(proof: &mut Proof, theme: Theme, small: u64) -> Tally {
    let steps_max = number("ACCRUEDB_STEPS").map_or(STEPS, |steps| steps as usize);
    let (mut sum, seeds) = (Tally::default(), seeds(small));
    let history = |seed| History::seeded(seed, steps_max, theme);
    let work = |seed| quietly(|| check(&history(seed), seed));
    side_by_side(seeds.clone(), work, |seed, checked| {
        proof.count("seeds", 1);
        match checked {
            Ok(tally) => sum.add(&tally),
            Err(why) => fail(proof.row, seed, history(seed), &why),
        }
    });
    let compared = sum.counts.contains_key("digests compared");
    assert!(compared || seeds.end - seeds.start < MANY, "of {seeds:?} none came out in another way");
    sum.counts.insert("first seed", seeds.start);
    sum
}

fn fail(row: &str, seed: u64, history: History, why: &str) -> ! {
    let fails = |steps: &[Step]| {
        let history = History { steps: steps.to_vec(), ..history.clone() };
        quietly(|| check(&history, seed)).is_err()
    };
    let (mut passes, mut first) = (0, history.steps.len());
    while passes + 1 < first {
        let middle = passes.midpoint(first);
        if fails(&history.steps[..middle]) { first = middle } else { passes = middle }
    }
    let mut steps = history.steps[..first].to_vec();
    for at in (0..steps.len()).rev() {
        let without = [&steps[..at], &steps[at + 1..]].concat();
        if fails(&without) {
            steps = without;
        }
    }
    for at in 0..steps.len() {
        let together = |step: &Step| match step {
            Step::Batch(commands) | Step::Flight(commands) => commands.len(),
            _ => 0,
        };
        for inner in (0..together(&steps[at])).rev() {
            let mut without = steps.clone();
            if let Step::Batch(commands) | Step::Flight(commands) = &mut without[at] {
                commands.remove(inner);
            }
            if fails(&without) {
                steps = without;
            }
        }
    }
    let still: Vec<String> = steps.iter().map(|step| format!("  {step:?}")).collect();
    panic!(
        "seed {seed}: {why}\nIt fails as well with these steps:\n{}\nin {:?}\nAgain: ACCRUEDB_SEED={seed} \
         ACCRUEDB_STEPS={first} cargo test --release --no-default-features --test main proof_{row}",
        still.join("\n"),
        history.world
    );
}

/// How many of the first seeds find out that the model was told something false.
fn found_out(slip: Slip, theme: Theme) -> bool {
    (0..200).any(|seed| {
        let history = History::seeded(seed, STEPS, theme);
        quietly(|| run(&history, Way::of(&history), Some(slip))).is_err()
    })
}

/// A store that says it did what it did not do, once, somewhere in a history: whether it was found out. `None` where
/// it was never called.
fn lie_found_out(call: Call, seed: u64) -> Option<bool> {
    let mut history = History::seeded(seed, STEPS, Theme::Everything);
    let at = Rng::Seed(seed).between(20, STEPS as u64 - 1) as usize;
    history.steps.retain(|step| !matches!(step, Step::Trouble(_)));
    let at = at.min(history.steps.len());
    history.steps.insert(at, Step::Trouble((call, 0, Trouble::Lose)));
    let name = if call == Call::Append { "append lied" } else { "checkpoint lied" };
    match quietly(|| run(&history, Way::of(&history), None)) {
        Ok(ended) => ended.tally.faults.contains_key(name).then_some(false),
        Err(_) => Some(true),
    }
}

const FAULTS: [&str; 13] = [
    "append failed",
    "append failed when done",
    "checkpoint failed",
    "checkpoint failed when done",
    "checkpoint torn",
    "claim failed",
    "claim failed when done",
    "claim torn",
    "clock behind",
    "journal read failed",
    "read failed",
    "release failed",
    "release failed when done",
];

fn report(mut proof: Proof, tally: &Tally) -> Proof {
    for (what, count) in &tally.counts {
        proof.count(what, *count);
    }
    for (kind, count) in &tally.faults {
        proof.fault(kind, *count);
    }
    proof
}

#[test]
fn proof_simulation() {
    let mut proof = Proof::new("simulation", "the same history gives the same state, which is the model's", &FAULTS);
    let tally = run_seeds(&mut proof, Theme::Everything, 250);
    if replays_one() {
        return;
    }
    let mut proof = report(proof, &tally);
    let lies: Vec<bool> = (0..40).filter_map(|seed| lie_found_out(Call::Append, seed)).collect();
    proof.control("a store that loses an append", !lies.is_empty() && lies.iter().all(|found| *found));
    proof.control(
        "a store that loses a checkpoint",
        (0..40).any(|seed| lie_found_out(Call::Checkpoint, seed) == Some(true)),
    );
    for slip in Slip::ALL {
        proof.control(slip.name(), found_out(slip, Theme::Everything));
    }
    proof.done();
}

/// The engine's calendar against the model's, which counts days by hand.
fn compare_calendars(rng: &mut Rng<'_>) -> bool {
    let zone: Zone = rng.pick(&calendar::ZONES).parse().unwrap();
    let year = |year: i64| (year - 1970) * 365 * DAY + (year - 1970) / 4 * DAY;
    let from = match rng.below(4) {
        0 => Timestamp::MIN.ms() + rng.below(90 * 365) as i64 * DAY,
        1 => year(2008) + 366 * DAY + rng.below(7_900 * 365) as i64 * DAY,
        _ => year(2009) + rng.below(60 * 365) as i64 * DAY,
    };
    let at = Timestamp::from_ms(from + rng.below(96) as i64 * 900_000 + rng.below(3) as i64 - 1);
    let at = at.unwrap_or(Timestamp::MIN);
    let unit = *rng.pick(&[Unit::Days, Unit::Weeks, Unit::Months, Unit::Years]);
    let count = match (at.ms() > 0, rng.below(8)) {
        (true, 0) => rng.between(1, 36_500) as u16,
        _ => rng.between(1, 14) as u16,
    };
    let span = Span { count, unit };
    let (engine, model) = (span.after(at, &zone), calendar::after(span, at, &zone));
    assert_eq!(engine, model, "{span:?} after {at} in {zone}");
    let date: Option<Date> = at.to_string()[..10].parse().ok();
    if let Some(date) = date.filter(|_| at > Timestamp::MIN) {
        let (engine, model) = (date.end(&zone), calendar::expiry(Expiry::On(date), at, &zone).flatten());
        assert_eq!(engine, model, "the end of {date} in {zone}");
    }
    // whether the clocks were changed in between
    engine.is_some_and(|to| (to.ms() - at.ms()) % DAY != 0)
}

#[test]
fn proof_clock() {
    let odd = [
        "10 years ahead",
        "30 days back",
        "at the end of time",
        "before 1970",
        "in the year 1",
        "on a leap day",
        "years back",
        "transaction_ahead",
        "overflow",
    ];
    let kinds: Vec<&'static str> = odd.into_iter().chain(["clock behind", "clocks changed"]).collect();
    let mut proof = Proof::new("clock", "time that goes wrong breaks nothing", &kinds);
    let tally = run_seeds(&mut proof, Theme::Clock, 150);
    if replays_one() {
        return;
    }
    for kind in odd {
        proof.fault(kind, tally.counts.get(kind).copied().unwrap_or_default());
    }
    let mut rng = Rng::Seed(seeds(150).start);
    for _ in 0..seeds(150).count() * 100 {
        proof.fault("clocks changed", u64::from(compare_calendars(&mut rng)));
        proof.count("spans", 1);
    }
    let mut proof = report(proof, &tally);
    for slip in [Slip::Zone, Slip::Expiry, Slip::NeverUsable] {
        proof.control(slip.name(), found_out(slip, Theme::Clock));
    }
    proof.done();
}
