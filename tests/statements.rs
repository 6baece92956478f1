//! Statements: what an entry says that it changed is what the member's balances changed by.

use crate::model::history::{History, Step};
use crate::model::run::Way;
use crate::model::world::{MEMBERS, PROGRAMS, Theme};
use accruedb::domain::*;
use accruedb::engine::Engine;
use accruedb::report::StatementLine;
use accruedb::storage::memory::MemoryStore;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An engine that a history has passed through.
fn played(history: &History) -> Engine {
    let engine = Engine::open_store(Arc::new(MemoryStore::new()), Way::of(history).options).unwrap();
    for step in &history.steps {
        match step {
            Step::Do(command) => drop(engine.execute(command)),
            Step::Batch(commands) => drop(engine.execute_batch(commands)),
            Step::Advance(ms) => engine.advance_to(Timestamp::from_ms(*ms).unwrap()).unwrap(),
            Step::Sweep => drop(engine.book_due().unwrap()),
            _ => {}
        }
    }
    engine
}

/// Points that are the member's, however they can be used; points of a type that is both count once.
fn points(engine: &Engine, balance: &Balance) -> i128 {
    let programs = engine.programs().unwrap();
    let class = programs[&PROGRAMS[0]].point_type(balance.point_type).unwrap().class;
    [balance.available_total(class), balance.future, balance.held].iter().map(|points| i128::from(points.0)).sum()
}

#[test]
fn the_changes_of_a_statement_are_those_of_its_balances() {
    let (mut claims, mut borne, mut matured, mut moved) = (0, 0, 0, 0);
    for seed in 0..20_000 {
        // so many at least, and until everything was met
        if seed >= 900 && [claims, borne, matured, moved].iter().all(|count| *count > 1) {
            break;
        }
        let engine = played(&History::seeded(seed + 2_000_000, 150, Theme::Calm));
        for member in MEMBERS.map(MemberId) {
            let statement = engine.statement(MemberKey { program: PROGRAMS[0], member }, None, 100_000).unwrap();
            let mut before: BTreeMap<PointTypeId, i128> = BTreeMap::new();
            for entry in statement.unwrap_or_default().into_iter().rev() {
                if let Outcome::Done { legs, .. } = &entry.outcome {
                    let has = |kind: &str| u32::from(legs.iter().any(|leg| leg.kind() == kind));
                    let is_cancel = u32::from(matches!(entry.command.action, Action::Cancel(_)));
                    claims += is_cancel * has("repaid") * (1 - has("returned"));
                    borne += has("returned") * has("cancelled");
                    matured += has("matured");
                    moved += has("transferred") * u32::from(entry.command.action.member() != Some(member));
                }
                let line = StatementLine::of(entry, member);
                assert_eq!(line.changes.len(), line.balances.len(), "{line:?}");
                for (change, balance) in line.changes.iter().zip(&line.balances) {
                    assert_eq!(change.point_type, balance.point_type, "{line:?}");
                    let had = before.insert(balance.point_type, points(&engine, balance)).unwrap_or_default();
                    assert_eq!(had + change.points, points(&engine, balance), "seed {seed}, member {member}: {line:?}");
                }
            }
        }
    }
    let met = [claims, borne, matured, moved];
    assert!(met.iter().all(|count| *count > 1), "claims, points borne by the host, maturing, received: {met:?}");
}
