//! What a test proves, as one row of the table that `make soak` prints.
//!
//! A row's test runs at a small size in `make test`, and at any other where `ACCRUEDB_SIZE` names one. It counts what
//! it did and which faults fired. A kind of fault that never fired was not tested, and a negative control that did
//! not fail shows that the test cannot see what it looks for: both fail the row.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Once, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// A row of the table.
#[derive(Debug)]
pub(crate) struct Proof {
    pub(crate) row: &'static str,
    promise: &'static str,
    started: Instant,
    /// When its counts were last told.
    told: Instant,
    counts: BTreeMap<&'static str, u64>,
    faults: BTreeMap<&'static str, u64>,
    controls: BTreeMap<&'static str, bool>,
}

impl Proof {
    /// A row for a promise of the engine. `faults` are the kinds that must fire.
    pub(crate) fn new(row: &'static str, promise: &'static str, faults: &[&'static str]) -> Proof {
        let faults = faults.iter().map(|kind| (*kind, 0)).collect();
        let now = Instant::now();
        let (counts, controls) = (BTreeMap::new(), BTreeMap::new());
        Proof { row, promise, started: now, told: now, counts, faults, controls }
    }

    /// How much is to be done: `small`, or what `ACCRUEDB_SIZE` says.
    pub(crate) fn size(small: u64) -> u64 {
        match std::env::var("ACCRUEDB_SIZE") {
            Ok(size) => size.parse().expect("ACCRUEDB_SIZE is a number"),
            Err(_) => small,
        }
    }

    /// What cannot be tested on this machine: said loudly, and never counted as passed.
    pub(crate) fn skipped(row: &'static str, why: &str) {
        // not by `eprintln!`, which is kept back where the test passes
        let mut loud = std::io::stderr();
        writeln!(loud, "SKIPPED {row}: {why}").unwrap();
        println!("PROOF {}", serde_json::json!({ "row": row, "skipped": why }));
    }

    /// So much more was done. Long rows tell once a minute how far they are.
    pub(crate) fn count(&mut self, what: &'static str, more: u64) {
        *self.counts.entry(what).or_default() += more;
        if self.told.elapsed() > Duration::from_secs(60) {
            self.told = Instant::now();
            eprintln!("{} after {} s: {:?}", self.row, self.started.elapsed().as_secs(), self.counts);
        }
    }

    /// A fault of this kind fired so many times more.
    pub(crate) fn fault(&mut self, kind: &'static str, more: u64) {
        *self.faults.entry(kind).or_default() += more;
    }

    /// A negative control: the same test on an engine that breaks the promise. It must be found out.
    pub(crate) fn control(&mut self, what: &'static str, found: bool) {
        *self.controls.entry(what).or_insert(true) &= found;
    }

    /// Ends the row: prints it, and fails where a fault never fired or a control was not found out.
    pub(crate) fn done(self) {
        let row = serde_json::json!({
            "row": self.row,
            "promise": self.promise,
            "counts": self.counts,
            "faults": self.faults,
            "controls": self.controls,
            "seconds": self.started.elapsed().as_secs_f64(),
        });
        println!("PROOF {row}");
        let never: Vec<_> = self.faults.iter().filter(|(_, fired)| **fired == 0).collect();
        assert!(never.is_empty(), "{}: faults that never fired are not tested: {never:?}", self.row);
        let unseen: Vec<_> = self.controls.iter().filter(|(_, found)| !**found).collect();
        assert!(unseen.is_empty(), "{}: controls that were not found out: {unseen:?}", self.row);
    }
}

/// Works on cases, some at a time, and hands over what came of each, in any order: most wait for a disk, a process or
/// another thread, and longer beside other rows.
pub(crate) fn side_by_side<R: Send>(cases: Range<u64>, work: impl Fn(u64) -> R + Sync, mut each: impl FnMut(u64, R)) {
    const AT_A_TIME: usize = 4;
    let next = AtomicU64::new(cases.start);
    let (tell, told) = mpsc::channel();
    thread::scope(|scope| {
        for tell in vec![tell; AT_A_TIME] {
            let (next, work) = (&next, &work);
            scope.spawn(move || {
                loop {
                    let case = next.fetch_add(1, Ordering::Relaxed);
                    // nobody listens any more where one has failed
                    if case >= cases.end || tell.send((case, work(case))).is_err() {
                        return;
                    }
                }
            });
        }
        told.into_iter().for_each(|(case, result)| each(case, result));
    });
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// What `body` gives, or the words with which it panicked, which are not printed.
pub(crate) fn quietly<R>(body: impl FnOnce() -> R) -> Result<R, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                before(panic);
            }
        }));
    });
    QUIET.set(true);
    let result = catch_unwind(AssertUnwindSafe(body));
    QUIET.set(false);
    result.map_err(|panic| match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic.downcast::<&str>().map_or_else(|_| "a panic without words".into(), |text| (*text).into()),
    })
}
