//! The sizes of what there is most of: a byte more an item, or an account, is gigabytes of memory or disk.

use super::*;
use accruedb::engine::{ClockSource, Engine, EngineOptions};
use accruedb::storage::keys::Key;
use accruedb::storage::memory::MemoryStore;
use accruedb::storage::{Items, Members, Read, RequestPages, Table, TableId};
use std::mem::size_of;
use std::ops::ControlFlow;

#[test]
fn the_sizes_of_hot_records_in_memory_are_pinned() {
    let sizes = [size_of::<Item>(), size_of::<Account>(), size_of::<Member>(), size_of::<Leg>()];
    assert_eq!(sizes, [216, 128, 176, 88], "bytes of an item, an account, a member, a leg");
}

/// Bytes of the only row of a table.
fn row_bytes(store: &MemoryStore, table: TableId) -> usize {
    let mut bytes = Vec::new();
    let mut visit = |key: &[u8], value: &[u8]| {
        bytes.push(key.len() + value.len());
        Ok(ControlFlow::Continue(()))
    };
    store.scan(table, &[], &[0xFF; 64], &mut visit).unwrap();
    *bytes.last().unwrap()
}

/// The standard accrual: one award, a prepaid partner with one block, no source. Ids and figures as in production.
#[test]
fn the_bytes_of_a_standard_accrual_are_pinned() {
    let store = Arc::new(MemoryStore::new());
    let options = EngineOptions { clock: ClockSource::Commands, ..EngineOptions::default() };
    let engine = Engine::open_store(store.clone(), options).unwrap();
    let (program, partner, block, point_type) = (ProgramId(1), PartnerId(1), BlockId(1), PointTypeId(1));
    let expiry = Expiry::After(Span { count: 24, unit: Unit::Months });
    let bought = PurchaseBlock { partner, block, points: Points(1 << 40), ..PurchaseBlock::default() };
    let actions: [Action; 5] = [
        CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() }.into(),
        CreatePointType { point_type, expiry, ..CreatePointType::default() }.into(),
        CreatePartner { partner, rates: [(point_type, Rate::ONE)].into(), ..CreatePartner::default() }.into(),
        bought.into(),
        ApproveBlock { partner, block }.into(),
    ];
    let now = at("2026-01-01T00:00:00Z");
    for (action, request) in actions.into_iter().zip(1..) {
        engine.execute(&Command::new(program, RequestId(request), action).at(now)).unwrap();
    }
    let member = MemberId(1_000_000);
    let accrue = Accrue { member, partner: Some(partner), awards: vec![Award::new(point_type, Points(500))] };
    let bytes_before = store_bytes(&store);
    engine.execute(&Command::new(program, RequestId(20_000_000), accrue)).unwrap();
    // a record of its own: its head, and the length of the entry
    let entry = store_bytes(&store) - bytes_before - 48 - 4;
    engine.checkpoint().unwrap();
    let rows = [Items::ID, Members::ID, RequestPages::ID].map(|table| row_bytes(&store, table));
    assert_eq!(
        (entry, rows),
        (108, [76, 69, 44]),
        "bytes of its entry, and of its item, its member and a page with its request alone, with keys"
    );
    assert_eq!(MemberKey { program, member }.to_bytes().len(), 20);
}

/// Bytes of the whole journal.
fn store_bytes(store: &MemoryStore) -> usize {
    let mut bytes = 0;
    let mut visit = |_: &[u8], record: &[u8]| {
        bytes += record.len();
        Ok(ControlFlow::Continue(()))
    };
    store.journal(Sequence(1), &mut visit).unwrap();
    bytes
}
