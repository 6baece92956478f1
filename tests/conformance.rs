//! What every store must do: one suite, run on each of them.
//!
//! Each check gets a place of its own. A place can be opened again after the store before is gone.

use accruedb::domain::{
    AccountKey, Correction, ItemId, ItemKey, ItemPosition, MemberId, PointTypeId, Points, ProgramId, RequestId,
    RequestKey, Sequence,
};
use accruedb::domain::{Fault, FaultKind};
use accruedb::storage::keys::Key;
use accruedb::storage::record::{begin, finish};
use accruedb::storage::{
    Appended, Corrections, Epoch, Expiries, JournalRecord, Read, Requests, Run, Store, TableId, Tail, rows,
};
use std::ops::ControlFlow;
use std::sync::Arc;

/// What comes before a record's entries.
const HEADER_BYTES: usize = 48;

/// Opens the store of one place.
pub(crate) type Place = Box<dyn Fn() -> Arc<dyn Store>>;

/// Runs every check, each in a new place.
pub(crate) fn conforms(new: &dyn Fn() -> Place) {
    for check in [
        an_empty_store_has_nothing,
        each_claim_ends_the_one_before,
        a_release_ends_its_epoch,
        appends_are_read_back_in_order,
        the_journal_is_read_from_the_middle_of_a_record,
        one_journal_record_is_found_by_any_of_its_entries,
        a_visit_can_stop_and_can_fail,
        checkpoints_put_overwrite_and_delete_one_row_and_no_neighbour,
        a_failed_checkpoint_changes_nothing,
        scans_keep_to_their_bounds,
        tables_are_apart,
        a_snapshot_is_unmoved,
        a_snapshot_sees_whole_checkpoints,
        a_store_opened_again_has_everything,
        a_release_promises_the_exact_end,
        without_a_release_the_promise_is_a_lower_bound,
        a_journal_without_its_promised_end_is_refused,
        a_journal_with_another_promised_entry_is_refused,
        a_journal_whose_promise_ends_inside_a_record_is_refused,
        a_journal_that_goes_on_after_its_release_is_refused,
    ] {
        check(&new());
    }
}

/// The record of entries `first..=last`: its head, and words for entries.
pub(crate) fn record(first: u64, last: u64) -> JournalRecord {
    record_of(first, last, &format!("entries {first} to {last}"))
}

pub(crate) fn record_of(first: u64, last: u64, words: &str) -> JournalRecord {
    let mut bytes = Vec::new();
    begin(&mut bytes);
    bytes.extend_from_slice(words.as_bytes());
    finish(bytes, [0; 32], Sequence(first), u32::try_from(last - first + 1).unwrap())
}

/// The end of the journal after the record of entries `first..=last`.
pub(crate) fn tail(first: u64, last: u64) -> Tail {
    Tail { sequence: Sequence(last), hash: record(first, last).hash }
}

/// What [`record`] stores, as [`journal`] reads it.
pub(crate) fn stored(first: u64, last: u64) -> (u64, String) {
    (first, format!("entries {first} to {last}"))
}

/// The journal from entry `from`.
pub(crate) fn journal(store: &dyn Read, from: u64) -> Vec<(u64, String)> {
    let mut records = Vec::new();
    let mut visit = |key: &[u8], bytes: &[u8]| {
        let words = bytes[HEADER_BYTES..].to_vec();
        records.push((Sequence::from_bytes(key).unwrap().0, String::from_utf8(words).unwrap()));
        Ok(ControlFlow::Continue(()))
    };
    store.journal(Sequence(from), &mut visit).unwrap();
    records
}

/// A run of requests; `None` deletes.
pub(crate) fn requests(rows: &[(u128, Option<u64>)]) -> Run {
    let mut run = Run::new(TableId::Requests);
    for (request, value) in rows {
        run.push::<Requests>(&request_key(*request), value.map(Sequence).as_ref()).unwrap();
    }
    run
}

fn request_key(request: u128) -> RequestKey {
    RequestKey { program: ProgramId(7), request: RequestId(request) }
}

/// Applies a checkpoint of these runs.
pub(crate) fn checkpoint(store: &dyn Store, epoch: Epoch, sequence: u64, runs: Vec<Run>) -> Result<(), Fault> {
    store.checkpoint(epoch, Sequence(sequence), &mut runs.into_iter().map(Ok))
}

/// The requests from one to before another.
pub(crate) fn scan_requests(store: &dyn Read, from: u128, to: u128) -> Vec<(u128, u64)> {
    let mut rows = Vec::new();
    let mut visit = |key: &[u8], value: &[u8]| {
        let key = RequestKey::from_bytes(key).unwrap();
        rows.push((key.request.0, rows::decode::<Requests>(value)?.0));
        Ok(ControlFlow::Continue(()))
    };
    let (from, to) = (request_key(from).to_bytes(), request_key(to).to_bytes());
    store.scan(TableId::Requests, &from, &to, &mut visit).unwrap();
    rows
}

/// All requests, read one by one too.
pub(crate) fn all_requests(store: &dyn Read) -> Vec<(u128, u64)> {
    let rows = scan_requests(store, 0, u128::MAX);
    for (request, value) in &rows {
        let found = store.get(TableId::Requests, &request_key(*request).to_bytes()).unwrap().unwrap();
        assert_eq!(rows::decode::<Requests>(&found).unwrap().0, *value);
    }
    rows
}

fn append(store: &dyn Store, epoch: Epoch, records: &[(u64, u64)]) {
    let records: Vec<JournalRecord> = records.iter().map(|(first, last)| record(*first, *last)).collect();
    assert_eq!(store.append(epoch, &records, &[]), Appended::Durable);
}

fn an_empty_store_has_nothing(place: &Place) {
    let store = place();
    let claim = store.claim().unwrap();
    assert_eq!((claim.applied, claim.promised, claim.released), (Sequence(0), None, false));
    assert_eq!(journal(&*store, 0), []);
    assert_eq!(store.journal_record(Sequence(u64::MAX)).unwrap(), None);
    for table in TableId::ALL {
        assert_eq!(store.get(table, &[0; 20]).unwrap(), None);
        let mut visit = |_: &[u8], _: &[u8]| panic!("a row in {}", table.name());
        store.scan(table, &[], &[0xff; 41], &mut visit).unwrap();
    }
    append(&*store, claim.epoch, &[]);
    assert_eq!(journal(&*store, 0), []);
}

fn each_claim_ends_the_one_before(place: &Place) {
    let store = place();
    let first = store.claim().unwrap().epoch;
    assert_eq!(
        store.append(Epoch(first.0 + 1), &[record(1, 1)], &[]),
        Appended::Fenced,
        "an epoch that is still to come"
    );
    append(&*store, first, &[(1, 2)]);

    let second = store.claim().unwrap().epoch;
    assert!(second > first);
    assert_eq!(store.append(first, &[record(3, 3)], &[]), Appended::Fenced);
    assert_eq!(checkpoint(&*store, first, 2, vec![requests(&[(1, Some(1))])]).unwrap_err().kind, FaultKind::Fenced);
    assert_eq!(store.release(first, tail(1, 2)).unwrap_err().kind, FaultKind::Fenced);
    assert_eq!(store.snapshot(first).err().unwrap().kind, FaultKind::Fenced);
    assert_eq!((journal(&*store, 0), all_requests(&*store)), (vec![stored(1, 2)], vec![]));
    append(&*store, second, &[(3, 3)]);
    assert_eq!(journal(&*store, 0), [stored(1, 2), stored(3, 3)]);
}

fn a_release_ends_its_epoch(place: &Place) {
    let store = place();
    let epoch = store.claim().unwrap().epoch;
    append(&*store, epoch, &[(1, 1)]);
    store.release(epoch, tail(1, 1)).unwrap();
    assert_eq!(store.append(epoch, &[record(2, 2)], &[]), Appended::Fenced);
    assert_eq!(checkpoint(&*store, epoch, 1, vec![]).unwrap_err().kind, FaultKind::Fenced);
    assert_eq!(journal(&*store, 0), [stored(1, 1)]);
    assert!(store.claim().unwrap().epoch > epoch);
}

fn appends_are_read_back_in_order(place: &Place) {
    let store = place();
    let epoch = store.claim().unwrap().epoch;
    append(&*store, epoch, &[(1, 1), (2, 255), (256, 256)]);
    append(&*store, epoch, &[(257, 65_536)]);
    append(&*store, epoch, &[(65_537, 65_540), (65_541, 65_541)]);
    let all =
        [(1, 1), (2, 255), (256, 256), (257, 65_536), (65_537, 65_540), (65_541, 65_541)].map(|(a, b)| stored(a, b));
    assert_eq!(journal(&*store, 0), all);
    assert_eq!(journal(&*store, 1), all);
}

fn the_journal_is_read_from_the_middle_of_a_record(place: &Place) {
    let store = place();
    let epoch = store.claim().unwrap().epoch;
    append(&*store, epoch, &[(5, 9), (10, 19), (20, 29)]);
    let all = [stored(5, 9), stored(10, 19), stored(20, 29)];
    for (from, skipped) in [(0, 0), (4, 0), (5, 0), (9, 0), (10, 1), (15, 1), (19, 1), (20, 2), (29, 2), (u64::MAX, 2)]
    {
        assert_eq!(journal(&*store, from), all[skipped..], "from {from}");
    }
}

fn one_journal_record_is_found_by_any_of_its_entries(place: &Place) {
    let store = place();
    let epoch = store.claim().unwrap().epoch;
    append(&*store, epoch, &[(5, 9), (10, 19)]);
    for (at, first) in [(0, None), (4, None), (5, Some(5)), (9, Some(5)), (10, Some(10)), (u64::MAX, Some(10))] {
        let found = store.journal_record(Sequence(at)).unwrap();
        assert_eq!(found.as_ref().map(|(first, _)| first.0), first, "at {at}");
        if let Some((first, bytes)) = found {
            assert_eq!(bytes, record(first.0, if first.0 == 5 { 9 } else { 19 }).bytes);
        }
    }
}

fn a_visit_can_stop_and_can_fail(place: &Place) {
    let store = place();
    let epoch = store.claim().unwrap().epoch;
    append(&*store, epoch, &[(1, 1), (2, 2), (3, 3)]);
    checkpoint(&*store, epoch, 3, vec![requests(&[(1, Some(1)), (2, Some(2)), (3, Some(3))])]).unwrap();
    for outcome in [Ok(ControlFlow::Break(())), Err(Fault::corrupt("as planned"))] {
        let mut visits = 0;
        let mut visit = |_: &[u8], _: &[u8]| {
            visits += 1;
            if visits % 2 == 0 { outcome.clone() } else { Ok(ControlFlow::Continue(())) }
        };
        let expected = outcome.clone().map(drop);
        assert_eq!(store.scan(TableId::Requests, &[], &[0xff; 21], &mut visit), expected);
        assert_eq!(store.journal(Sequence(0), &mut visit), expected);
        assert_eq!(visits, 4);
    }
}

fn checkpoints_put_overwrite_and_delete_one_row_and_no_neighbour(place: &Place) {
    let store = place();
    let epoch = store.claim().unwrap().epoch;
    let rows = [(0xfe, Some(1)), (0xff, Some(2)), (0x100, Some(3)), (0x101, Some(4))];
    checkpoint(&*store, epoch, 4, vec![requests(&rows)]).unwrap();
    assert_eq!(all_requests(&*store), [(0xfe, 1), (0xff, 2), (0x100, 3), (0x101, 4)]);
    checkpoint(&*store, epoch, 5, vec![requests(&[(0xff, Some(20))])]).unwrap();
    assert_eq!(all_requests(&*store), [(0xfe, 1), (0xff, 20), (0x100, 3), (0x101, 4)]);
    checkpoint(&*store, epoch, 6, vec![requests(&[(0x100, None)])]).unwrap();
    assert_eq!(all_requests(&*store), [(0xfe, 1), (0xff, 20), (0x101, 4)]);
    assert_eq!(store.get(TableId::Requests, &request_key(0x100).to_bytes()).unwrap(), None);
    let mixed = [(0xfe, None), (0xff, Some(21)), (0x100, Some(31)), (0x102, None)];
    checkpoint(&*store, epoch, 7, vec![requests(&mixed)]).unwrap();
    assert_eq!(all_requests(&*store), [(0xff, 21), (0x100, 31), (0x101, 4)]);
    checkpoint(&*store, epoch, 8, vec![requests(&[])]).unwrap();
    checkpoint(&*store, epoch, 9, vec![]).unwrap();
    assert_eq!(all_requests(&*store), [(0xff, 21), (0x100, 31), (0x101, 4)]);
    assert_eq!(store.claim().unwrap().applied, Sequence(9), "empty checkpoints count too");
}

fn a_failed_checkpoint_changes_nothing(place: &Place) {
    let store = place();
    let epoch = store.claim().unwrap().epoch;
    checkpoint(&*store, epoch, 1, vec![requests(&[(1, Some(1))])]).unwrap();
    let planned = Fault::io("as planned");
    let mut runs = [Ok(requests(&[(1, Some(2)), (2, Some(2))])), Err(planned.clone())].into_iter();
    assert_eq!(store.checkpoint(epoch, Sequence(2), &mut runs), Err(planned));
    assert_eq!(all_requests(&*store), [(1, 1)]);
    checkpoint(&*store, epoch, 3, vec![requests(&[(3, Some(3))])]).unwrap();
    assert_eq!(all_requests(&*store), [(1, 1), (3, 3)]);
    append(&*store, epoch, &[(1, 3)]);
    assert_eq!(store.claim().unwrap().applied, Sequence(3));
}

fn scans_keep_to_their_bounds(place: &Place) {
    let store = place();
    let epoch = store.claim().unwrap().epoch;
    let rows: Vec<(u128, Option<u64>)> = (1..=9).map(|n| (n * 10, Some(n as u64))).collect();
    checkpoint(&*store, epoch, 1, vec![requests(&rows)]).unwrap();
    let bounds: [(u128, u128, &[u128]); 8] = [
        (20, 41, &[20, 30, 40]),
        (20, 40, &[20, 30]),
        (19, 21, &[20]),
        (21, 29, &[]),
        (21, 30, &[]),
        (30, 30, &[]),
        (40, 20, &[]),
        (90, u128::MAX, &[90]),
    ];
    for (from, to, expected) in bounds {
        let found: Vec<u128> = scan_requests(&*store, from, to).into_iter().map(|(request, _)| request).collect();
        assert_eq!(found, expected, "{from} to {to}");
    }
}

fn expiry_key(member: u128) -> ItemKey {
    let account = AccountKey { program: ProgramId(7), member: MemberId(member), point_type: PointTypeId(1) };
    ItemKey { account, position: ItemPosition { order: 5, id: ItemId { sequence: Sequence(1), place: 0 } } }
}

fn tables_are_apart(place: &Place) {
    let store = place();
    let epoch = store.claim().unwrap().epoch;
    let mut expiries = Run::new(TableId::Expiries);
    for member in [1, 2] {
        expiries.push::<Expiries>(&expiry_key(member), Some(&())).unwrap();
    }
    let mut corrections = Run::new(TableId::Corrections);
    let correction = Correction { cancelled: vec![Points(3)] };
    let key = request_key(9);
    corrections.push::<Corrections>(&key, Some(&correction)).unwrap();
    checkpoint(&*store, epoch, 1, vec![requests(&[(1, Some(1))]), corrections, expiries]).unwrap();

    assert_eq!(all_requests(&*store), [(1, 1)]);
    let found = store.get(TableId::Corrections, &key.to_bytes()).unwrap().unwrap();
    assert_eq!(rows::decode::<Corrections>(&found).unwrap(), correction);
    assert_eq!(
        store.get(TableId::Expiries, &expiry_key(2).to_bytes()).unwrap(),
        Some(vec![TableId::Expiries.shape()]),
        "a value of nothing is one"
    );
    assert_eq!(store.get(TableId::Expiries, &expiry_key(3).to_bytes()).unwrap(), None);
    assert_eq!(store.get(TableId::Items, &expiry_key(2).to_bytes()).unwrap(), None);
    assert_eq!(store.get(TableId::Requests, &key.to_bytes()).unwrap(), None);
}

fn a_snapshot_is_unmoved(place: &Place) {
    let store = place();
    let epoch = store.claim().unwrap().epoch;
    append(&*store, epoch, &[(1, 2)]);
    checkpoint(&*store, epoch, 2, vec![requests(&[(1, Some(1)), (2, Some(2))])]).unwrap();
    let snapshot = store.snapshot(epoch).unwrap();
    append(&*store, epoch, &[(3, 4)]);
    checkpoint(&*store, epoch, 4, vec![requests(&[(1, None), (2, Some(20)), (3, Some(3))])]).unwrap();

    assert_eq!(all_requests(&*snapshot), [(1, 1), (2, 2)]);
    assert_eq!(journal(&*snapshot, 0), [stored(1, 2)]);
    assert_eq!(snapshot.journal_record(Sequence(4)).unwrap().unwrap().0, Sequence(1));
    assert_eq!(all_requests(&*store), [(2, 20), (3, 3)]);
    assert_eq!(journal(&*store, 0), [stored(1, 2), stored(3, 4)]);
    assert_eq!(store.journal_record(Sequence(4)).unwrap().unwrap().0, Sequence(3));
}

fn a_snapshot_sees_whole_checkpoints(place: &Place) {
    let store = place();
    let epoch = store.claim().unwrap().epoch;
    let key = request_key(1);
    let write = |round: u64| {
        let mut corrections = Run::new(TableId::Corrections);
        let cancelled = vec![Points(1); round as usize];
        corrections.push::<Corrections>(&key, Some(&Correction { cancelled })).unwrap();
        checkpoint(&*store, epoch, round, vec![requests(&[(1, Some(round))]), corrections]).unwrap();
    };
    let read = || {
        let snapshot = store.snapshot(epoch).unwrap();
        let correction = snapshot.get(TableId::Corrections, &key.to_bytes()).unwrap();
        let cancelled = correction.map(|bytes| rows::decode::<Corrections>(&bytes).unwrap().cancelled);
        let requests = all_requests(&*snapshot);
        assert_eq!(requests.first().map_or(0, |(_, round)| *round), cancelled.map_or(0, |points| points.len() as u64));
    };
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| (1..=20).for_each(write));
        let appender = scope.spawn(|| (1..=50).for_each(|entry| append(&*store, epoch, &[(entry, entry)])));
        while !(writer.is_finished() && appender.is_finished()) {
            read();
        }
    });
    read();
    assert_eq!((all_requests(&*store), journal(&*store, 0).len()), (vec![(1, 20)], 50));
}

fn a_store_opened_again_has_everything(place: &Place) {
    let first = {
        let store = place();
        let epoch = store.claim().unwrap().epoch;
        append(&*store, epoch, &[(1, 2), (3, 3)]);
        checkpoint(&*store, epoch, 3, vec![requests(&[(1, Some(1)), (2, Some(2))])]).unwrap();
        append(&*store, epoch, &[(4, 9)]);
        epoch
    };
    for released in [false, true] {
        let store = place();
        let claim = store.claim().unwrap();
        assert!(claim.epoch > first);
        assert_eq!(claim.applied, Sequence(3));
        assert_eq!(journal(&*store, 0), [stored(1, 2), stored(3, 3), stored(4, 9)]);
        assert_eq!(all_requests(&*store), [(1, 1), (2, 2)]);
        if released {
            store.release(claim.epoch, tail(4, 9)).unwrap();
        }
    }
    assert_eq!(journal(&*place(), 0).len(), 3);
}

fn a_release_promises_the_exact_end(place: &Place) {
    for last in [1, 2] {
        let store = place();
        let epoch = store.claim().unwrap().epoch;
        append(&*store, epoch, &[(last, last)]);
        store.release(epoch, tail(last, last)).unwrap();
        drop(store);
        let claim = place().claim().unwrap();
        assert_eq!((claim.released, claim.promised), (true, Some(tail(last, last))));
        let claim = place().claim().unwrap();
        assert_eq!((claim.released, claim.promised), (false, Some(tail(last, last))), "a claim opens it again");
    }
}

fn without_a_release_the_promise_is_a_lower_bound(place: &Place) {
    let mut last = 0;
    for _ in 0..3 {
        let store = place();
        let claim = store.claim().unwrap();
        assert!(!claim.released);
        assert!(claim.promised.is_none_or(|promised| promised == tail(promised.sequence.0, promised.sequence.0)));
        assert!(claim.promised.is_none_or(|promised| promised.sequence.0 <= last));
        for _ in 0..40 {
            last += 1;
            append(&*store, claim.epoch, &[(last, last)]);
        }
        let again = store.claim().unwrap();
        assert!(!again.released && again.promised.is_none_or(|promised| promised.sequence.0 <= last));
    }
}

/// A writer appends entries 1 to 4 and is done; what it says of the journal's end is not so. Every claim says that.
fn refused_every_time(place: &Place, said: Tail, words: &str) {
    let released = {
        let store = place();
        let epoch = store.claim().unwrap().epoch;
        append(&*store, epoch, &[(1, 1), (2, 2), (3, 4)]);
        store.release(epoch, said).unwrap();
        epoch
    };
    for _ in 0..3 {
        let store = place();
        for _ in 0..2 {
            let fault = store.claim().unwrap_err();
            assert!(fault.kind == FaultKind::Corrupt && fault.what.contains(words), "{words:?} is not in: {fault}");
            assert_eq!(store.append(released, &[record(5, 5)], &[]), Appended::Fenced);
        }
        assert_eq!(journal(&*store, 0), [stored(1, 1), stored(2, 2), stored(3, 4)]);
    }
}

fn a_journal_without_its_promised_end_is_refused(place: &Place) {
    refused_every_time(place, tail(5, 5), "the journal ends at entry 4, but entry 5 was answered: its tail is lost");
}

fn a_journal_with_another_promised_entry_is_refused(place: &Place) {
    let other = Tail { sequence: Sequence(4), hash: [7; 32] };
    refused_every_time(place, other, "journal entry 4 is not the one that was answered");
}

fn a_journal_whose_promise_ends_inside_a_record_is_refused(place: &Place) {
    refused_every_time(place, tail(3, 3), "journal entry 3 is not the one that was answered");
}

fn a_journal_that_goes_on_after_its_release_is_refused(place: &Place) {
    refused_every_time(place, tail(2, 2), "the journal goes on after entry 2, at which the database was closed");
}

#[test]
fn the_memory_store_conforms() {
    conforms(&|| {
        let store: Arc<dyn Store> = Arc::new(accruedb::storage::memory::MemoryStore::new());
        Box::new(move || Arc::clone(&store))
    });
}

#[cfg(feature = "rocksdb")]
#[test]
fn the_rocks_store_conforms() {
    use accruedb::storage::rocks::{RocksOptions, RocksStore};
    for guard_every_batches in [1, 7, u32::MAX] {
        conforms(&|| {
            let dir = tempfile::tempdir().unwrap();
            let options = RocksOptions { guard_every_batches, ..RocksOptions::default() };
            Box::new(move || Arc::new(RocksStore::open(dir.path(), options).unwrap()))
        });
    }
}
