//! Statements: what an entry says that it changed is what the member's balances changed by.

use crate::model::history::{History, PROGRAM, Step};
use accruedb::domain::*;
use accruedb::engine::Engine;
use accruedb::report::StatementLine;
use accruedb::storage::memory::MemoryStore;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An engine that a history has passed through.
fn played(history: &History) -> Engine {
    let engine = Engine::open_store(Arc::new(MemoryStore::new()), history.options()).unwrap();
    for step in &history.steps {
        match step {
            Step::Do(command) => drop(engine.execute(command)),
            Step::Batch(commands) => drop(engine.execute_batch(commands)),
            Step::Advance(ms) => engine.advance_to(Timestamp::from_ms(*ms).unwrap()).unwrap(),
            Step::Sweep => drop(engine.book_due().unwrap()),
            Step::Checkpoint | Step::Reopen | Step::Crash | Step::LookBack(_) => {}
        }
    }
    engine
}

fn points(balance: &Balance) -> i128 {
    [balance.available, balance.qualifying, balance.future].iter().map(|points| i128::from(points.0)).sum()
}

#[test]
fn the_changes_of_a_statement_are_those_of_its_balances() {
    let (mut claims, mut borne, mut matured) = (0, 0, 0);
    for seed in 0..900 {
        let engine = played(&History::seeded(seed + 2_000_000, 150));
        for member in (99..=104).map(MemberId) {
            let statement = engine.statement(MemberKey { program: PROGRAM, member }, None, 100_000).unwrap();
            let mut before: BTreeMap<PointTypeId, i128> = BTreeMap::new();
            for entry in statement.unwrap_or_default().into_iter().rev() {
                if let Outcome::Done { legs, .. } = &entry.outcome {
                    let has = |kind: fn(&Leg) -> bool| u32::from(legs.iter().any(kind));
                    let returned = has(|leg| matches!(leg, Leg::Returned(_)));
                    let repaid = has(|leg| matches!(leg, Leg::Repaid(_)));
                    let is_cancel = u32::from(matches!(entry.command.action, Action::Cancel(_)));
                    claims += is_cancel * repaid * (1 - returned);
                    borne += returned * has(|leg| matches!(leg, Leg::Cancelled(_)));
                    matured += has(|leg| matches!(leg, Leg::Matured(_)));
                }
                let line = StatementLine::from(entry);
                assert_eq!(line.changes.len(), line.balances.len(), "{line:?}");
                for (change, balance) in line.changes.iter().zip(&line.balances) {
                    assert_eq!(change.point_type, balance.point_type, "{line:?}");
                    let had = before.insert(balance.point_type, points(balance)).unwrap_or_default();
                    assert_eq!(had + change.points, points(balance), "seed {seed}, member {member}: {line:?}");
                }
            }
        }
    }
    let met = [claims, borne, matured];
    assert!(met.iter().all(|count| *count > 1), "claims, points borne by the host, maturing: {met:?}");
}
