//! Crashes inside a checkpoint, made by doing its steps one by one; and faults after which a store must not write.

use super::checkpoint::{APPLIED, Intent};
use super::database::{Database, JOURNAL};
use super::logs::{Log, manifest, write_ahead_logs};
use super::options::{Setup, machine};
use super::records::tests::{Damage, headers};
use super::records::{HEADER_BYTES, RECYCLED};
use super::{RocksOptions, RocksStore};
use crate::domain::{Fault, FaultKind, ProgramId, RequestId, RequestKey, Sequence};
use crate::storage::keys::Key;
use crate::storage::{Appended, Epoch, JournalRecord, Read, Requests, Run, Store, TableId, Tail, record, rows};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

fn open(dir: &Path) -> RocksStore {
    RocksStore::open(dir, RocksOptions::default()).unwrap()
}

fn key(request: u128) -> RequestKey {
    RequestKey { program: ProgramId(1), request: RequestId(request) }
}

fn run(rows: &[(u128, Option<u64>)]) -> Run {
    let mut run = Run::new(TableId::Requests);
    for (request, value) in rows {
        run.push::<Requests>(&key(*request), value.map(Sequence).as_ref()).unwrap();
    }
    run
}

/// The values of requests 1 to 4.
fn values(store: &RocksStore) -> [Option<u64>; 4] {
    [1, 2, 3, 4].map(|request| {
        let found = store.get(TableId::Requests, &key(request).to_bytes()).unwrap();
        found.map(|bytes| rows::decode::<Requests>(&bytes).unwrap().0)
    })
}

fn record(entry: u64) -> JournalRecord {
    let mut bytes = Vec::new();
    record::begin(&mut bytes);
    record::push(&[entry as u8], &mut bytes);
    record::finish(bytes, [0; 32], Sequence(entry), 1)
}

/// A store with requests 1 to 3 at entry 1, and a checkpoint at entry 2 in two files, staged only.
fn staged(dir: &Path) -> (RocksStore, Epoch, Intent) {
    let store = open(dir);
    let epoch = store.claim().unwrap().epoch;
    let before = run(&[(1, Some(1)), (2, Some(1)), (3, Some(1))]);
    store.checkpoint(epoch, Sequence(1), &mut [Ok(before)].into_iter()).unwrap();
    let runs = [run(&[(1, Some(2)), (2, None)]), run(&[]), run(&[(3, None), (4, Some(2))])];
    let intent = store.staging.stage(Sequence(2), &mut runs.into_iter().map(Ok)).unwrap();
    (store, epoch, intent)
}

const BEFORE: [Option<u64>; 4] = [Some(1), Some(1), Some(1), None];
const AFTER: [Option<u64>; 4] = [Some(2), None, None, Some(2)];

/// Opens and claims: what is applied, and what the requests are.
fn recovered(dir: &Path) -> (u64, [Option<u64>; 4]) {
    let store = open(dir);
    let applied = store.claim().unwrap().applied;
    assert_eq!(fs::read_dir(store.directory.staging()).unwrap().count(), 0, "nothing stays in staging");
    (applied.0, values(&store))
}

#[test]
fn a_crash_before_the_intent_leaves_the_state_before() {
    let dir = tempfile::tempdir().unwrap();
    let (store, ..) = staged(dir.path());
    assert_eq!(fs::read_dir(store.directory.staging()).unwrap().count(), 2, "an empty run makes no file");
    drop(store);
    assert_eq!(recovered(dir.path()), (1, BEFORE));
}

#[test]
fn a_crash_after_the_intent_is_finished_by_the_claim() {
    for entered in 0..=2 {
        let dir = tempfile::tempdir().unwrap();
        let (store, _, intent) = staged(dir.path());
        store.staging.record(&store.database, &intent).unwrap();
        store.staging.enter_first(&store.database, &intent, entered).unwrap();
        assert_eq!(values(&store)[3].is_some(), entered == 2);
        drop(store);
        assert_eq!(recovered(dir.path()), (2, AFTER), "after {entered} files");
        assert_eq!(recovered(dir.path()), (2, AFTER), "after {entered} files, again");
    }
}

#[test]
fn a_crash_between_the_links_of_a_file_is_finished_by_the_claim() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, intent) = staged(dir.path());
    store.staging.record(&store.database, &intent).unwrap();
    for name in crate::storage::files::names(&store.directory.staging()).unwrap() {
        let file = store.directory.staging().join(name);
        fs::hard_link(&file, file.with_added_extension("link")).unwrap();
    }
    drop(store);
    assert_eq!(recovered(dir.path()), (2, AFTER));
}

#[test]
fn a_crash_after_the_end_is_only_cleaned_up() {
    let dir = tempfile::tempdir().unwrap();
    let (store, epoch, intent) = staged(dir.path());
    store.staging.record(&store.database, &intent).unwrap();
    store.staging.apply(&store.database, &intent).unwrap();
    assert_eq!(store.database.meta_number(APPLIED).unwrap(), Sequence(2));
    store.checkpoint(epoch, Sequence(3), &mut [Ok(run(&[(1, Some(3))]))].into_iter()).unwrap();
    fs::write(store.directory.staging().join("2-000-requests.sst"), "left behind").unwrap();
    drop(store);
    assert_eq!(recovered(dir.path()), (3, [Some(3), None, None, Some(2)]));
}

#[test]
fn a_file_of_a_recorded_checkpoint_that_is_lost_or_damaged_is_named() {
    for damage in [|path: &Path| fs::remove_file(path).unwrap(), |path: &Path| fs::write(path, "x").unwrap()] {
        let dir = tempfile::tempdir().unwrap();
        let (store, _, intent) = staged(dir.path());
        store.staging.record(&store.database, &intent).unwrap();
        store.staging.enter_first(&store.database, &intent, 1).unwrap();
        let name = crate::storage::files::names(&store.directory.staging()).unwrap().remove(1);
        damage(&store.directory.staging().join(&name));
        drop(store);
        let store = open(dir.path());
        let fault = store.claim().unwrap_err();
        assert_eq!(fault.kind, FaultKind::Corrupt, "{fault}");
        assert!(fault.what.contains(name.trim_end_matches("sst")), "{fault}");
        assert_eq!(store.claim().unwrap_err(), fault, "nothing goes on after it");
    }
}

/// What a failed sync of the manifest leaves of an entering file: RocksDB has removed it, the manifest names it.
fn taken_away(store: &RocksStore, staged: &str) -> PathBuf {
    let staged = store.directory.staging().join(staged);
    let same = |path: &PathBuf| fs::read(path).unwrap() == fs::read(&staged).unwrap();
    let entered = store.files().unwrap().into_iter().map(|file| file.path).find(same).unwrap();
    fs::remove_file(&entered).unwrap();
    entered
}

#[test]
fn a_file_that_was_taken_away_while_it_entered_is_given_back() {
    for entering in [0, 1] {
        let dir = tempfile::tempdir().unwrap();
        let (store, _, intent) = staged(dir.path());
        store.staging.record(&store.database, &intent).unwrap();
        store.staging.enter_first(&store.database, &intent, entering + 1).unwrap();
        let name = format!("2-00{entering}-requests.sst");
        let taken = taken_away(&store, &name);
        let link = store.directory.staging().join(format!("{name}.link"));
        fs::hard_link(store.directory.staging().join(&name), &link).unwrap();
        drop(store);
        assert_eq!(recovered(dir.path()), (2, AFTER), "file {entering}");
        assert!(taken.exists());
    }
}

#[test]
fn a_link_that_was_left_does_not_hide_the_file_that_was_entering() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, intent) = staged(dir.path());
    store.staging.record(&store.database, &intent).unwrap();
    store.staging.enter_first(&store.database, &intent, 1).unwrap();
    let taken = taken_away(&store, "2-000-requests.sst");
    let staging = store.directory.staging();
    for (from, to) in
        [("2-001-requests.sst", "1-000-requests.sst.link"), ("2-000-requests.sst", "2-000-requests.sst.link")]
    {
        fs::hard_link(staging.join(from), staging.join(to)).unwrap();
    }
    drop(store);
    assert_eq!(recovered(dir.path()), (2, AFTER));
    assert!(taken.exists());
}

#[test]
fn the_last_file_of_a_checkpoint_is_given_back_too() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, intent) = staged(dir.path());
    store.staging.record(&store.database, &intent).unwrap();
    store.staging.apply(&store.database, &intent).unwrap();
    let newest = |file: &super::database::StoredFile| file.table == "meta" && file.level == 0;
    let end = store.files().unwrap().into_iter().filter(newest).map(|file| file.path).max().unwrap();
    fs::rename(&end, store.directory.staging().join("2-end.sst")).unwrap();
    drop(store);
    assert_eq!(recovered(dir.path()), (2, AFTER));
}

#[test]
fn a_file_that_was_lost_is_not_mistaken_for_one_that_was_entering() {
    let is_lost = |dir: &Path, lost: &Path| {
        let fault = RocksStore::open(dir, RocksOptions::default()).unwrap_err();
        let name = lost.file_name().unwrap().to_str().unwrap();
        assert!(fault.kind == FaultKind::Corrupt && fault.what.contains(name), "{fault}");
        assert!(!lost.exists(), "nothing of another's stays in its place");
    };
    let dir = tempfile::tempdir().unwrap();
    let (store, _, intent) = staged(dir.path());
    store.staging.record(&store.database, &intent).unwrap();
    store.staging.enter_first(&store.database, &intent, 1).unwrap();
    let lost = taken_away(&store, "2-000-requests.sst");
    let staging = store.directory.staging();
    drop(store);
    is_lost(dir.path(), &lost);
    fs::hard_link(staging.join("2-001-requests.sst"), staging.join("2-001-requests.sst.link")).unwrap();
    is_lost(dir.path(), &lost);
}

/// Breaks the last bytes of the newest of RocksDB's files whose name has these words in it.
fn tear(store: &RocksStore, words: &str) -> PathBuf {
    let of_kind = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().contains(words);
    let rocks = fs::read_dir(store.directory.rocks()).unwrap().map(|entry| entry.unwrap().path());
    let file = rocks.filter(of_kind).max().unwrap();
    let mut bytes = fs::read(&file).unwrap();
    bytes.iter_mut().rev().take(10).for_each(|byte| *byte ^= 0x55);
    fs::write(&file, bytes).unwrap();
    file
}

#[test]
fn a_torn_end_of_the_log_is_cut_off_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let epoch = store.claim().unwrap().epoch;
    (1..=3).for_each(|entry| assert_eq!(store.append(epoch, &[record(entry)], &[]), Appended::Durable));
    let log = tear(&store, ".log");
    drop(store);
    let torn = fs::read(&log).unwrap();
    let store = open(dir.path());
    assert_eq!(store.journal_record(Sequence(9)).unwrap().unwrap().0, Sequence(2));
    let kept = dir.path().join(format!("torn-{}", log.file_name().unwrap().display()));
    assert!(torn.ends_with(&fs::read(kept).unwrap()));
}

#[test]
fn a_record_of_the_log_that_broke_before_others_is_refused_and_stays() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let epoch = store.claim().unwrap().epoch;
    assert_eq!(store.append(epoch, &[record(1)], &[]), Appended::Durable);
    let log = tear(&store, ".log");
    assert_eq!(store.append(epoch, &[record(2)], &[]), Appended::Durable);
    drop(store);
    let broken = fs::read(&log).unwrap();
    assert_eq!(RocksStore::open(dir.path(), RocksOptions::default()).unwrap_err().kind, FaultKind::Corrupt);
    assert_eq!(fs::read(&log).unwrap(), broken);
}

#[test]
fn a_checkpoint_whose_manifest_has_a_torn_end_is_finished_by_the_claim() {
    for entered in 1..=2 {
        let dir = tempfile::tempdir().unwrap();
        let (store, _, intent) = staged(dir.path());
        store.staging.record(&store.database, &intent).unwrap();
        store.staging.enter_first(&store.database, &intent, entered).unwrap();
        tear(&store, "MANIFEST");
        drop(store);
        assert_eq!(recovered(dir.path()), (2, AFTER), "after {entered} files");
    }
}

#[test]
fn files_that_entered_for_a_checkpoint_that_nothing_records_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, intent) = staged(dir.path());
    store.staging.record(&store.database, &intent).unwrap();
    store.staging.enter_first(&store.database, &intent, 1).unwrap();
    tear(&store, ".log");
    drop(store);
    let fault = open(dir.path()).claim().unwrap_err();
    assert!(fault.kind == FaultKind::Corrupt && fault.what.contains("2-000-requests.sst"), "{fault}");
}

#[test]
fn a_checkpoint_that_breaks_off_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (store, epoch, _) = staged(dir.path());
    let broken = Fault::io("the second run could not be made");
    let mut runs = [Ok(run(&[(3, Some(9)), (1, Some(9))])), Err(broken.clone())].into_iter();
    assert_eq!(store.checkpoint(epoch, Sequence(9), &mut runs), Err(broken));
    assert_eq!(fs::read_dir(store.directory.staging()).unwrap().count(), 0);
    assert_eq!(values(&store), BEFORE);
    assert_eq!(store.append(epoch, &[record(1)], &[]), Appended::Durable, "nothing happened, so nothing is poisoned");
}

#[test]
fn a_fault_after_the_intent_ends_all_writing_until_it_is_opened_again() {
    let dir = tempfile::tempdir().unwrap();
    let (store, epoch, _) = staged(dir.path());
    assert_eq!(store.append(epoch, &[record(1)], &[]), Appended::Durable);
    // Stands where the link of the second file is to be, from after the place was cleared.
    let obstacle = store.directory.staging().join("2-001-requests.sst.link");
    let runs = [run(&[(1, Some(2)), (2, None)]), run(&[(3, None), (4, Some(2))])];
    let mut runs = runs.into_iter().map(Ok).inspect(|_| fs::create_dir_all(&obstacle).unwrap());
    let fault = store.checkpoint(epoch, Sequence(2), &mut runs).unwrap_err();
    assert!(fault.what.contains("2-001-requests.sst.link"), "{fault}");
    assert_eq!(values(&store), [Some(2), None, Some(1), None], "the first file is in");

    let again = record(2);
    assert_eq!(store.append(epoch, &[again], &[]), Appended::Unknown(fault.clone()));
    assert_eq!(store.checkpoint(epoch, Sequence(2), &mut std::iter::empty()), Err(fault.clone()));
    assert_eq!(store.release(epoch, Tail { sequence: Sequence(1), hash: [1; 32] }), Err(fault.clone()));
    assert_eq!(store.claim(), Err(fault));
    assert_eq!(store.journal_record(Sequence(9)).unwrap().unwrap().0, Sequence(1), "no write after the fault");
    drop(store);
    fs::remove_dir(&obstacle).unwrap();
    assert_eq!(recovered(dir.path()), (2, AFTER));
}

#[test]
fn rocksdb_errors_become_faults_by_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path());
    let setup = Setup::new(RocksOptions::default(), &machine().unwrap());
    let fault = Database::open(&first.directory.rocks(), &setup).err().unwrap();
    assert_eq!(fault.kind, FaultKind::Locked, "RocksDB's own lock is the second line: {fault}");
    let missing = Database::open(dir.path(), &setup).err().unwrap();
    assert_eq!(missing, Fault::corrupt(missing.what.clone()));
}

#[test]
fn a_kind_that_is_never_written_is_named_and_not_read_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let open = || RocksStore::open(dir.path(), RocksOptions::default());
    let store = open().unwrap();
    let epoch = store.claim().unwrap().epoch;
    for entry in 1..=3 {
        assert_eq!(store.append(epoch, &[record(entry)], &[]), Appended::Durable);
    }
    let rocks = store.directory.rocks();
    drop(store);
    let log = write_ahead_logs(&rocks).unwrap().pop().unwrap();
    for Log { path, .. } in [log, manifest(&rocks).unwrap().unwrap()] {
        let whole = fs::read(&path).unwrap();
        let headers = headers(&whole);
        // the last one, and of the manifest the last two, may have been torn
        let (synced, _torn) = headers.split_last_chunk::<2>().unwrap();
        assert!(!synced.is_empty());
        for at in synced {
            for kind in RECYCLED {
                let mut damaged = whole.clone();
                damaged[at + HEADER_BYTES - 1] = kind;
                fs::write(&path, damaged).unwrap();
                let fault = open().unwrap_err();
                assert_eq!(fault.kind, FaultKind::Corrupt, "{fault}");
                assert!(fault.what.contains(path.to_str().unwrap()), "{fault}");
            }
        }
        fs::write(&path, whole).unwrap();
    }
    open().unwrap();
}

#[test]
fn a_broken_record_with_others_behind_it_is_named_though_rocksdb_takes_it_for_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let open = || RocksStore::open(dir.path(), RocksOptions::default());
    let store = open().unwrap();
    let epoch = store.claim().unwrap().epoch;
    for entry in 1..=6 {
        assert_eq!(store.append(epoch, &[record(entry)], &[]), Appended::Durable);
    }
    let rocks = store.directory.rocks();
    drop(store);
    let log = write_ahead_logs(&rocks).unwrap().pop().unwrap();
    for Log { path, group_max, .. } in [log, manifest(&rocks).unwrap().unwrap()] {
        let whole = fs::read(&path).unwrap();
        assert!(whole.len() < 32 << 10, "RocksDB is blind in a log's last block");
        let headers = headers(&whole);
        let (synced, _together) = headers.split_at(headers.len() - group_max);
        assert!(synced.len() > 2);
        let breaks: [Damage; 2] = [|at| at[5] |= 0x80, |at| at[..HEADER_BYTES].fill(0)];
        for (at, damage) in synced.iter().flat_map(|at| breaks.map(|damage| (*at, damage))) {
            let mut broken = whole.clone();
            damage(&mut broken[at..]);
            fs::write(&path, &broken).unwrap();
            let fault = open().unwrap_err();
            let named = format!("{}: the record at byte {at} is broken", path.display());
            assert!(fault.kind == FaultKind::Corrupt && fault.what.contains(&named), "{named} is not in: {fault}");
            assert_eq!(fs::read(&path).unwrap(), broken, "it is left as it was");
        }
        fs::write(&path, whole).unwrap();
    }
    assert!(fs::read_dir(dir.path()).unwrap().all(|entry| {
        let name = entry.unwrap().file_name();
        !name.to_string_lossy().starts_with("torn-")
    }));
    open().unwrap();
}

/// RocksDB waits for ever with a write that it does not take until it has merged files, where nothing merges them.
#[test]
fn a_write_that_waits_for_files_in_vain_fails() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let epoch = store.claim().unwrap().epoch;
    let journal = store.database.family(JOURNAL).unwrap();
    let stop_at = |files: &str| {
        let limits = ["level0_file_num_compaction_trigger", "level0_slowdown_writes_trigger"].map(|of| (of, "1000"));
        let limits = [limits[0], limits[1], ("level0_stop_writes_trigger", files)];
        store.database.db().set_options_cf(journal, &limits).unwrap();
    };
    assert!(matches!(store.append(epoch, &[record(1)], &[]), Appended::Durable));
    store.database.flush().unwrap();
    stop_at("1");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(100));
            stop_at("1000");
        });
        assert!(matches!(store.append(epoch, &[record(2)], &[]), Appended::Durable), "there is room again");
    });
    store.database.flush().unwrap();
    stop_at("1");
    let Appended::Unknown(fault) = store.append(epoch, &[record(3)], &[]) else { panic!("it was taken") };
    assert!(fault.to_string().contains("No space left on device for files"), "{fault}");
}
