//! Damaged bytes are refused, never a panic.

use super::*;
use crate::model::rng::next;
use accruedb::storage::keys::Key;
use accruedb::storage::record::{self, Record};
use accruedb::storage::rows;
use accruedb::storage::{
    Blocks, Catalog, Claims, Corrections, Holds, Items, Members, Partners, Requests, Run, Table, TotalsByDay,
};

/// Bytes that look random, of some length up to `max`; small numbers and extremes are frequent.
pub(super) fn random(state: &mut u64, max: usize) -> Vec<u8> {
    let length = next(state) as usize % (max + 1);
    let byte = |state: &mut u64| match next(state) {
        n if n % 4 == 0 => 0,
        n if n % 4 == 1 => 250 + (n >> 8) as u8 % 6,
        n => (n >> 8) as u8,
    };
    (0..length).map(|_| byte(state)).collect()
}

/// Golden bytes with some of them changed, and bytes of no meaning at all.
fn damage<T: Table>(state: &mut u64, golden: &T::Value) {
    let mut whole = Vec::new();
    rows::encode::<T>(golden, &mut whole).unwrap();
    for _ in 0..3000 {
        let mut bytes = whole.clone();
        for _ in 0..=next(state) % 3 {
            let at = next(state) as usize % bytes.len();
            bytes.splice(at..(at + next(state) as usize % 3).min(bytes.len()), random(state, 9));
            bytes.push(0);
        }
        let _ = rows::decode::<T>(&bytes);
        let _ = rows::decode::<T>(&random(state, 200));
    }
}

#[test]
fn damaged_records_never_panic() {
    let state = &mut 6;
    damage::<Items>(state, &item());
    damage::<TotalsByDay>(state, &totals());
    damage::<Members>(state, &member());
    damage::<Partners>(state, &partner());
    damage::<Blocks>(state, &block());
    damage::<Catalog>(state, &program());
    damage::<Catalog>(state, &point_type());
    damage::<Claims>(state, &claim());
    damage::<Holds>(state, &hold());
    damage::<Corrections>(state, &Correction::default());
    damage::<Requests>(state, &Sequence(1));
}

#[test]
fn damaged_journal_records_never_panic() {
    let state = &mut 7;
    let entry = entry();
    for _ in 0..20_000 {
        let mut bytes = Vec::new();
        record::begin(&mut bytes);
        record::push(&entry, &mut bytes);
        let first = Sequence(if next(state).is_multiple_of(8) { u64::MAX - next(state) % 3 } else { 5 });
        let mut bytes = record::finish(bytes, [0; 32], first, 1 + next(state) as u32 % 3).bytes;
        for _ in 0..next(state) % 3 {
            let at = 44 + next(state) as usize % (bytes.len() - 44);
            bytes.splice(at..(at + next(state) as usize % 3).min(bytes.len()), random(state, 9));
            bytes.resize(bytes.len().max(60), 0);
        }
        if let Ok(record) = Record::read(first, &bytes) {
            let _ = (record.last(), record.hash(), record.entries(first).take(4).count());
        }
        let _ = Record::read(first, &random(state, 100));
    }
}

#[test]
fn a_run_gives_back_what_was_put_in() {
    let mut run = Run::new(Requests::ID);
    let key = |request| RequestKey { program: ProgramId(1), request: RequestId(request) };
    run.push::<Requests>(&key(1), Some(&Sequence(5))).unwrap();
    run.push::<Requests>(&key(2), None).unwrap();
    let rows: Vec<_> = run.rows().map(|(key, value)| (key.to_vec(), value.map(hex))).collect();
    assert_eq!(rows, [(key(1).to_bytes(), Some("0106".to_owned())), (key(2).to_bytes(), None)]);
}
