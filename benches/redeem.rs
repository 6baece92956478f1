//! Redeeming costs the same from an account of a hundred items as from one of a million: one seek, and a step for
//! each item taken.
//!
//! `cargo bench --bench redeem` runs it at full size, with `-- --small` in seconds.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a bench may panic where its machine fails it"
)]

use accruedb::domain::{
    AWARDS_MAX, Accrue, Action, Award, Cancel, CancelAmount, Command, CreatePointType, CreateProgram, Enrolment,
    Expiry, MemberId, PointTypeId, Points, ProgramId, Redeem, RequestId, Span,
};
use accruedb::engine::{Engine, EngineOptions};
use accruedb::storage::Store;
use accruedb::storage::memory::MemoryStore;
use criterion::Criterion;
use std::sync::Arc;
use std::time::Duration;

const PROGRAM: ProgramId = ProgramId(1);
const POINTS: PointTypeId = PointTypeId(1);

fn main() {
    let small = std::env::args().any(|argument| argument == "--small" || argument == "--test");
    let deep = if small { 10_000 } else { 1_000_000 };
    let mut criterion = Criterion::default().without_plots().sample_size(20).measurement_time(Duration::from_secs(3));
    if small {
        criterion = criterion.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(300));
    }
    measure(&mut criterion, "memory", deep, &|| Arc::new(MemoryStore::new()));
    #[cfg(feature = "rocksdb")]
    {
        use accruedb::storage::rocks::{RocksOptions, RocksStore};
        let folder = tempfile::tempdir().expect("a temporary folder");
        measure(&mut criterion, "rocksdb", deep, &|| {
            let store = RocksStore::open(&folder.path().join("db"), RocksOptions::default());
            Arc::new(store.expect("a new database"))
        });
    }
    criterion.final_summary();
}

/// Redeems 3 items' worth from accounts of different depth, all in one database, and gives it back.
fn measure(criterion: &mut Criterion, name: &str, deep: u32, store: &dyn Fn() -> Arc<dyn Store>) {
    let engine = Engine::open_store(store(), EngineOptions::default()).expect("an engine");
    let mut requests = (1u128..).map(RequestId);
    let mut execute = |action: Action| {
        let request = requests.next().expect("ids enough");
        engine.execute(&Command::new(PROGRAM, request, action)).expect("done");
        request
    };
    execute(CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() }.into());
    let expiry = Expiry::After(Span::days(365));
    execute(CreatePointType { point_type: POINTS, expiry, ..CreatePointType::default() }.into());
    let accounts = [(MemberId(100), 100), (MemberId(1_000_000), deep)];
    for (member, items) in accounts {
        let mut left = items as usize;
        while left > 0 {
            let awards = vec![Award::new(POINTS, Points(10)); left.min(AWARDS_MAX)];
            left -= awards.len();
            execute(Accrue { member, partner: None, awards }.into());
        }
    }
    engine.checkpoint().expect("a checkpoint");
    let mut group = criterion.benchmark_group(format!("redeem 3 items and cancel, {name}"));
    for (member, items) in accounts {
        group.bench_function(format!("account of {items} items"), |bencher| {
            bencher.iter(|| {
                let request = execute(Redeem { member, point_type: POINTS, points: Points(25) }.into());
                execute(Cancel { request, amount: CancelAmount::Whole }.into());
            });
        });
    }
    group.finish();
}
