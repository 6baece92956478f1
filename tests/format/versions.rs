//! What was written in a format, by rules or in a shape that this build does not know is refused by name.

use super::*;
use accruedb::engine::{ClockSource, Engine, EngineOptions, Error, ErrorKind};
use accruedb::storage::memory::MemoryStore;
use accruedb::storage::record::Record;
use accruedb::storage::{Appended, JournalRecord, Members, Read, Run, Store, TableId};
use std::ops::ControlFlow;

fn open(store: &Arc<MemoryStore>) -> Result<Engine, Error> {
    let options = EngineOptions { clock: ClockSource::Commands, ..EngineOptions::default() };
    Engine::open_store(store.clone(), options)
}

/// The journal of a program with a member.
fn records() -> Vec<(Sequence, Vec<u8>)> {
    let store = Arc::new(MemoryStore::new());
    let engine = open(&store).unwrap();
    let program = CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() };
    let enrol = Enrol { member: MemberId(1) };
    for (action, request) in [Action::from(program), enrol.into()].into_iter().zip(1..) {
        let now = at("2026-01-01T00:00:00Z");
        engine.execute(&Command::new(ProgramId(1), RequestId(request), action).at(now)).unwrap();
    }
    let mut records = Vec::new();
    let mut visit = |key: &[u8], bytes: &[u8]| {
        records.push((Sequence(u64::from_be_bytes(key.try_into().unwrap())), bytes.to_vec()));
        Ok(ControlFlow::Continue(()))
    };
    store.journal(Sequence(1), &mut visit).unwrap();
    records
}

/// A store with a journal whose first record says another format, or other rules.
fn planted(place: usize, number: u16) -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::new());
    let epoch = store.claim().unwrap().epoch;
    let (first, mut bytes) = records().remove(0);
    let last = Record::read(first, &bytes).unwrap().last();
    bytes[place..place + 2].copy_from_slice(&number.to_le_bytes());
    let hash = *blake3::hash(&bytes).as_bytes();
    assert_eq!(store.append(epoch, &[JournalRecord { first, last, hash, bytes }], &[]), Appended::Durable);
    store
}

const FORMAT: usize = 44;
const RULES: usize = 46;

#[test]
fn a_journal_of_another_format_is_refused_by_name() {
    assert!(open(&planted(FORMAT, 2)).is_ok(), "the format that is written");
    for format in [0, 1, 3, 257, u16::MAX] {
        let error = open(&planted(FORMAT, format)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Corrupt, "{error}");
        let what = format!("journal record 1 has format {format}; this build reads 2 to 2");
        assert!(error.what.contains(&what), "{error}");
    }
}

#[test]
fn a_journal_of_unknown_rules_is_refused_by_name() {
    assert!(open(&planted(RULES, 1)).is_ok(), "the rules that decide");
    for rules in [0, 2, u16::MAX] {
        let error = open(&planted(RULES, rules)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Corrupt, "{error}");
        assert!(error.what.contains(&format!("has rules {rules}; this build knows 1 to 1")), "{error}");
    }
}

/// Every value in a table begins with the number of its shape.
#[test]
fn a_row_of_an_unknown_shape_is_refused_by_name() {
    let key = MemberKey { program: ProgramId(1), member: MemberId(1) };
    let mut run = Run::new(TableId::Members);
    run.push::<Members>(&key, Some(&member())).unwrap();
    let rows: Vec<Vec<u8>> = run.rows().filter_map(|(_, value)| value.map(<[u8]>::to_vec)).collect();
    let mut row = rows[0].clone();
    assert_eq!(row[0], TableId::Members.shape());
    for shape in [0, TableId::Members.shape() + 1, 0xFF] {
        row[0] = shape;
        let fault = accruedb::storage::rows::decode::<Members>(&row).unwrap_err();
        assert_eq!(fault.what, format!("table members: a row of the unknown shape {shape}"));
    }
    let fault = accruedb::storage::rows::decode::<Members>(&[]).unwrap_err();
    assert_eq!(fault.what, "table members: an empty row");
}
