//! What only the store on disk can do wrong: locks, formats, lost and damaged files, backups.

use crate::conformance::{all_requests, checkpoint, journal, record, record_of, requests, stored, tail};
use accruedb::domain::{Fault, FaultKind, Sequence};
use accruedb::storage::rocks::{RocksOptions, RocksStore};
use accruedb::storage::{Appended, Epoch, Store};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

fn open(dir: &Path) -> Result<RocksStore, Fault> {
    RocksStore::open(dir, RocksOptions::default())
}

/// However long it takes.
const NEVER: Duration = Duration::from_secs(86_400);

/// A store whose guard follows after every so many appends, and at no other time.
fn guarded(dir: &Path, guard_every_batches: u32) -> RocksStore {
    let options = RocksOptions { guard_every_batches, guard_after: NEVER, ..RocksOptions::default() };
    RocksStore::open(dir, options).unwrap()
}

/// Appends entries `1..=last` one by one.
fn append(store: &RocksStore, epoch: Epoch, last: u64) {
    for entry in 1..=last {
        assert_eq!(store.append(epoch, &[record(entry, entry)], &[]), Appended::Durable);
    }
}

/// The files in a directory with this extension.
fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let paths = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension() == Some(OsStr::new(extension))).collect()
}

#[track_caller]
fn refused(dir: &Path, kind: FaultKind, words: &[&str]) {
    let fault = open(dir).map(drop).unwrap_err();
    assert_eq!(fault.kind, kind, "{fault}");
    for word in words {
        assert!(fault.what.contains(word), "{word:?} is not in: {fault}");
    }
}

/// All files below a directory, with what is in them.
fn contents(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.push((path.clone(), Vec::new()));
            found.extend(contents(&path));
        } else {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn a_second_open_in_this_process_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    refused(
        dir.path(),
        FaultKind::Locked,
        &["this process has the database open already", dir.path().to_str().unwrap()],
    );
    drop(store);
    open(dir.path()).unwrap();
}

/// Runs itself in another process, which finds in the environment what it is to try.
#[test]
fn a_second_open_in_another_process_is_refused() {
    const DIRECTORY: &str = "ACCRUEDB_TEST_DIRECTORY";
    if let Some(dir) = std::env::var_os(DIRECTORY) {
        return refused(Path::new(&dir), FaultKind::Locked, &["another process has the database open"]);
    }
    let dir = tempfile::tempdir().unwrap();
    let try_there = || {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "rocks_store::a_second_open_in_another_process_is_refused"]);
        let output = child.env(DIRECTORY, dir.path()).output().unwrap();
        assert!(String::from_utf8_lossy(&output.stdout).contains("running 1 test"), "the child ran nothing");
        output.status.success()
    };
    let store = open(dir.path()).unwrap();
    assert!(try_there(), "the other process was not refused");
    drop(store);
    assert!(!try_there(), "the other process was refused though nobody has the database");
}

#[test]
fn another_format_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()).unwrap());
    let format = dir.path().join("FORMAT");
    assert_eq!(fs::read_to_string(&format).unwrap(), "accruedb format 2\n");
    for other in [0, 1, 3, u32::MAX] {
        fs::write(&format, format!("accruedb format {other}\n")).unwrap();
        let before = contents(dir.path());
        let what = format!("database has format {other}; this build reads 2 to 2");
        refused(dir.path(), FaultKind::Corrupt, &[&what, "FORMAT"]);
        assert_eq!(contents(dir.path()), before, "a refused database is left as it is");
    }
    for damaged in ["", "accruedb format 2", "accruedb format two\n", "other format 2\n"] {
        fs::write(&format, damaged).unwrap();
        refused(dir.path(), FaultKind::Corrupt, &["FORMAT"]);
    }
    fs::write(&format, "accruedb format 2\n").unwrap();
    open(dir.path()).unwrap();
}

#[test]
fn a_directory_of_something_else_is_refused_and_untouched() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("letter.txt"), "dear all").unwrap();
    let before = contents(dir.path());
    refused(dir.path(), FaultKind::Corrupt, &["letter.txt", "no FORMAT file", dir.path().to_str().unwrap()]);
    assert_eq!(contents(dir.path()), before);
    refused(&dir.path().join("letter.txt"), FaultKind::Io, &["letter.txt"]);
    open(&dir.path().join("new/deep")).unwrap();
}

#[test]
fn a_creation_that_was_interrupted_is_done_again() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("FORMAT.unfinished"), "accru").unwrap();
    drop(open(dir.path()).unwrap());
    fs::rename(dir.path().join("rocks"), dir.path().join("rocks.unfinished")).unwrap();
    fs::remove_file(dir.path().join("rocks.unfinished/CURRENT")).unwrap();
    let store = open(dir.path()).unwrap();
    assert_eq!(store.claim().unwrap().epoch, Epoch(1));
}

/// Runs a test of this file in another process under `strace`, and tells it a directory by this variable. False where
/// there is no `strace`.
fn under_strace(options: &[&str], test: &str, variable: &str, dir: &Path) -> bool {
    let mut traced = Command::new("strace");
    traced.args(["-f", "-qq"]).args(options).arg(std::env::current_exe().unwrap());
    traced.args(["--exact", &format!("rocks_store::{test}")]).env(variable, dir);
    match traced.output() {
        Err(error) => {
            println!("SKIPPED: strace: {error}");
            false
        }
        Ok(output) => {
            let said =
                format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success() && said.contains("1 passed"), "{said}");
            true
        }
    }
}

/// Runs itself under `strace`, which writes down what is made and what is synced.
#[test]
fn what_an_opening_finds_is_durable_before_it_makes_more() {
    const DIRECTORY: &str = "ACCRUEDB_TEST_TRACED";
    if let Some(place) = std::env::var_os(DIRECTORY) {
        return drop(open(Path::new(&place)).unwrap());
    }
    let dir = tempfile::tempdir().unwrap();
    let above = dir.path().canonicalize().unwrap();
    let (place, trace) = (above.join("db"), above.join("trace"));
    let assert_order = |synced: &Path, made: &str| {
        let options = ["-y", "-o", trace.to_str().unwrap(), "-e", "trace=openat,fsync"];
        if under_strace(&options, "what_an_opening_finds_is_durable_before_it_makes_more", DIRECTORY, &place) {
            let calls = fs::read_to_string(&trace).unwrap();
            let first = |words: &[&str]| calls.lines().position(|call| words.iter().all(|word| call.contains(word)));
            let (synced, made) = (first(&["fsync(", &format!("<{}>", synced.display())]), first(&["O_CREAT", made]));
            assert!(synced.is_some() && synced < made, "line {synced:?}, then {made:?}: {calls}");
        }
    };
    // a creation that was interrupted before its name was durable
    fs::create_dir(&place).unwrap();
    assert_order(&above, "/guard.unfinished\"");
    // a writer that may have been killed between a write and its sync
    let store = open(&place).unwrap();
    let epoch = store.claim().unwrap().epoch;
    append(&store, epoch, 1);
    drop(store);
    let log = files(&place.join("rocks"), "log").into_iter().max().unwrap();
    assert_order(&log, ".log\"");
}

/// Runs itself under `strace`, to which every link is refused, as file systems do that have none.
#[test]
fn without_hard_links_checkpoints_are_copied() {
    const DIRECTORY: &str = "ACCRUEDB_TEST_NO_LINKS";
    if let Some(dir) = std::env::var_os(DIRECTORY) {
        let dir = Path::new(&dir);
        assert!(fs::hard_link(dir.join("file"), dir.join("link")).is_err());
        let place = dir.join("db");
        let store = open(&place).unwrap();
        let epoch = store.claim().unwrap().epoch;
        append(&store, epoch, 3);
        checkpoint(&store, epoch, 1, vec![requests(&[(1, Some(1)), (2, Some(1))])]).unwrap();
        checkpoint(&store, epoch, 2, vec![requests(&[(1, None)]), requests(&[(3, Some(2))])]).unwrap();
        checkpoint(&store, epoch, 3, vec![]).unwrap();
        assert_eq!(fs::read_dir(place.join("staging")).unwrap().count(), 0);
        drop(store);
        let store = open(&place).unwrap();
        assert_eq!((store.claim().unwrap().applied, all_requests(&store)), (Sequence(3), vec![(2, 1), (3, 2)]));
        return store.verify_files().unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), []).unwrap();
    let options = ["-o", "/dev/null", "-e", "trace=link,linkat", "-e", "inject=link,linkat:error=EPERM"];
    under_strace(&options, "without_hard_links_checkpoints_are_copied", DIRECTORY, dir.path());
}

/// What a crash can leave of a creation, at each of its steps: the next opening finishes it.
#[test]
fn a_creation_that_was_interrupted_anywhere_is_done_again() {
    let whole = tempfile::tempdir().unwrap();
    drop(open(whole.path()).unwrap());
    let [guard, format] = ["guard", "FORMAT"].map(|name| fs::read(whole.path().join(name)).unwrap());
    let steps: [&[(&str, &[u8])]; 5] = [
        &[],
        &[("guard.unfinished", &guard[..100])],
        &[("guard", &guard)],
        &[("guard", &guard), ("FORMAT.unfinished", &format[..3])],
        &[("guard", &guard), ("FORMAT", &format)],
    ];
    for left in steps {
        let dir = tempfile::tempdir().unwrap();
        left.iter().for_each(|(name, bytes)| fs::write(dir.path().join(name), bytes).unwrap());
        let store = open(dir.path()).unwrap();
        assert_eq!(store.claim().unwrap().epoch, Epoch(1));
        append(&store, Epoch(1), 1);
        drop(store);
        assert_eq!(journal(&open(dir.path()).unwrap(), 0).len(), 1);
    }
}

/// What is left of a database, or of a copy that was interrupted, is no new one.
#[test]
fn parts_of_a_database_are_not_taken_for_a_new_one() {
    let whole = tempfile::tempdir().unwrap();
    let store = open(whole.path()).unwrap();
    let epoch = store.claim().unwrap().epoch;
    append(&store, epoch, 1);
    drop(store);
    for parts in [&["FORMAT"][..], &["guard"], &["rocks"], &["staging"], &["FORMAT", "guard"], &["FORMAT", "staging"]] {
        let dir = tempfile::tempdir().unwrap();
        for part in parts {
            let (from, to) = (whole.path().join(part), dir.path().join(part));
            if from.is_dir() { fs::create_dir(to) } else { fs::copy(from, to).map(|_| ()) }.unwrap();
        }
        let before = contents(dir.path());
        refused(dir.path(), FaultKind::Corrupt, &[dir.path().to_str().unwrap()]);
        refused(dir.path(), FaultKind::Corrupt, &[dir.path().to_str().unwrap()]);
        assert_eq!(contents(dir.path()), before, "{parts:?}");
    }
}

#[test]
fn lost_parts_are_named() {
    for part in ["guard", "rocks", "FORMAT", "rocks/CURRENT"] {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path()).unwrap();
        let epoch = store.claim().unwrap().epoch;
        append(&store, epoch, 1);
        drop(store);
        let path = dir.path().join(part);
        if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) }.unwrap();
        refused(dir.path(), FaultKind::Corrupt, &[part]);
        refused(dir.path(), FaultKind::Corrupt, &[part]);
    }
}

#[test]
fn a_file_elsewhere_that_current_names_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (place, letter) = (dir.path().join("db"), dir.path().join("letter"));
    drop(open(&place).unwrap());
    fs::write(&letter, "dear all").unwrap();
    for current in ["../../letter\n".to_owned(), format!("{}\n", letter.display())] {
        fs::write(place.join("rocks/CURRENT"), current).unwrap();
        refused(&place, FaultKind::Corrupt, &["CURRENT"]);
        assert_eq!(fs::read_to_string(&letter).unwrap(), "dear all");
    }
    fs::remove_file(place.join("rocks/CURRENT")).unwrap();
    assert!(contents(&place).iter().all(|(path, _)| !path.to_string_lossy().contains("torn-")));
}

#[test]
fn a_file_elsewhere_that_an_unfinished_name_leads_to_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (place, letter) = (dir.path().join("db"), dir.path().join("letter"));
    fs::write(&letter, "dear all").unwrap();
    fs::create_dir(&place).unwrap();
    for name in ["guard.unfinished", "FORMAT.unfinished"] {
        symlink(&letter, place.join(name)).unwrap();
    }
    drop(open(&place).unwrap());
    assert_eq!(fs::read_to_string(&letter).unwrap(), "dear all");
}

/// What is in `staging/` is removed.
#[test]
fn a_directory_elsewhere_that_staging_leads_to_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (place, letters) = (dir.path().join("db"), dir.path().join("letters"));
    drop(open(&place).unwrap());
    fs::create_dir(&letters).unwrap();
    fs::write(letters.join("letter"), "dear all").unwrap();
    fs::remove_dir(place.join("staging")).unwrap();
    symlink(&letters, place.join("staging")).unwrap();
    refused(&place, FaultKind::Corrupt, &["staging"]);
    assert_eq!(fs::read_to_string(letters.join("letter")).unwrap(), "dear all");
}

/// A pipe would be waited at for ever; a socket is as little of a file.
#[test]
fn what_is_no_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (place, aside) = (dir.path().join("db"), dir.path().join("aside"));
    let store = open(&place).unwrap();
    let epoch = store.claim().unwrap().epoch;
    append(&store, epoch, 1);
    drop(store);
    let rocks = place.join("rocks");
    let current = fs::read_to_string(rocks.join("CURRENT")).unwrap();
    let mut paths = files(&rocks, "log");
    assert!(!paths.is_empty());
    paths.extend([place.join("FORMAT"), place.join("guard"), rocks.join("CURRENT"), rocks.join(current.trim())]);
    for path in paths {
        fs::rename(&path, &aside).unwrap();
        drop(UnixListener::bind(&path).unwrap());
        refused(&place, FaultKind::Corrupt, &[&format!("{}: is no file", path.display())]);
        fs::rename(&aside, &path).unwrap();
    }
    open(&place).unwrap();
}

/// Claims what is there, twice in each of several openings: they say the same.
#[track_caller]
fn claimed(dir: &Path) -> Result<Option<u64>, String> {
    let claim = || open(dir).unwrap().claim().map(|claim| claim.promised.map(|promised| promised.sequence.0));
    let claimed = claim().map_err(|fault| fault.what);
    for _ in 0..2 {
        assert_eq!(claim().map_err(|fault| fault.what), claimed, "another verdict at another opening");
    }
    claimed
}

/// What the claim says after the write-ahead log was lost.
fn after_losing_the_log(guard_every_batches: u32, appends: u64) -> Result<Option<u64>, String> {
    let options = RocksOptions { guard_every_batches, guard_after: NEVER, ..RocksOptions::default() };
    after_losing_what_follows(options, Duration::ZERO, |store, epoch| append(store, epoch, appends))
}

/// The same after whatever was appended, and a while.
fn after_losing_what_follows(
    options: RocksOptions,
    wait: Duration,
    append: impl Fn(&RocksStore, Epoch),
) -> Result<Option<u64>, String> {
    let dir = tempfile::tempdir().unwrap();
    let store = RocksStore::open(dir.path(), options).unwrap();
    let epoch = store.claim().unwrap().epoch;
    append(&store, epoch);
    std::thread::sleep(wait);
    drop(store);
    let logs = files(&dir.path().join("rocks"), "log");
    assert!(!logs.is_empty());
    for log in logs {
        fs::remove_file(log).unwrap();
    }
    claimed(dir.path())
}

#[test]
fn the_guard_outlives_a_lost_write_ahead_log() {
    let lost =
        |entry: u64| Err(format!("the journal ends at entry 0, but entry {entry} was answered: its tail is lost"));
    assert_eq!(after_losing_the_log(1, 5), lost(5));
    assert_eq!(after_losing_the_log(4, 5), lost(4));
    assert_eq!(after_losing_the_log(0, 5), lost(5));
    assert_eq!(after_losing_the_log(100, 5), Ok(None), "control: without a guard the loss goes unnoticed");
}

#[test]
fn the_guard_lags_by_commands_and_by_time_not_only_by_writes() {
    let seldom = RocksOptions { guard_every_batches: u32::MAX, guard_after: NEVER, ..RocksOptions::default() };
    // one write of many commands, as a full group is
    let many = |store: &RocksStore, epoch| {
        assert_eq!(store.append(epoch, &[record(1, 99), record(100, 200)], &[]), Appended::Durable);
    };
    let lost = Err("the journal ends at entry 0, but entry 200 was answered: its tail is lost".to_owned());
    let by_commands = RocksOptions { guard_every_commands: 200, ..seldom };
    assert_eq!(after_losing_what_follows(by_commands, Duration::ZERO, many), lost);
    let by_more = RocksOptions { guard_every_commands: 201, ..seldom };
    assert_eq!(after_losing_what_follows(by_more, Duration::ZERO, many), Ok(None), "control");
    // nothing is written after it
    let by_time = RocksOptions { guard_after: Duration::from_millis(50), ..seldom };
    assert_eq!(after_losing_what_follows(by_time, Duration::from_secs(2), many), lost);
    assert_eq!(after_losing_what_follows(seldom, Duration::from_secs(1), many), Ok(None), "control");
}

#[test]
fn a_backup_that_was_interrupted_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("db")).unwrap();
    store.claim().unwrap();
    let left = dir.path().join("copy.unfinished");
    fs::create_dir(&left).unwrap();
    let fault = store.backup(&dir.path().join("copy")).unwrap_err();
    for words in ["was interrupted", &format!("remove {}, then try again", left.display())] {
        assert!(fault.what.contains(words), "{fault}");
    }
    fs::remove_dir(left).unwrap();
    store.backup(&dir.path().join("copy")).unwrap();
}

#[test]
fn an_exchanged_history_is_refused_every_time() {
    let dir = tempfile::tempdir().unwrap();
    let [ours, theirs] = ["ours", "theirs"].map(|name| {
        let place = dir.path().join(name);
        let store = guarded(&place, 1);
        let epoch = store.claim().unwrap().epoch;
        append(&store, epoch, 4);
        assert_eq!(store.append(epoch, &[record_of(5, 5, name)], &[]), Appended::Durable);
        place
    });
    assert_eq!(claimed(&ours), Ok(Some(5)), "control: the history is its own");
    fs::remove_dir_all(ours.join("rocks")).unwrap();
    fs::rename(theirs.join("rocks"), ours.join("rocks")).unwrap();
    assert_eq!(claimed(&ours), Err("journal entry 5 is not the one that was answered".to_owned()));
}

#[test]
fn a_journal_that_went_on_after_it_was_closed_is_refused_every_time() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let epoch = store.claim().unwrap().epoch;
    append(&store, epoch, 2);
    store.release(epoch, tail(2, 2)).unwrap();
    let closed = fs::read(dir.path().join("guard")).unwrap();
    let epoch = store.claim().unwrap().epoch;
    assert_eq!(store.append(epoch, &[record(3, 3)], &[]), Appended::Durable);
    drop(store);
    fs::write(dir.path().join("guard"), closed).unwrap();
    let refused = "the journal goes on after entry 2, at which the database was closed";
    assert_eq!(claimed(dir.path()), Err(refused.to_owned()));
}

#[test]
fn the_guard_promises_what_is_in_the_tables() {
    let dir = tempfile::tempdir().unwrap();
    let store = guarded(dir.path(), 1000);
    let epoch = store.claim().unwrap().epoch;
    append(&store, epoch, 5);
    checkpoint(&store, epoch, 4, vec![requests(&[(1, Some(4))])]).unwrap();
    drop(store);
    for log in files(&dir.path().join("rocks"), "log") {
        fs::remove_file(log).unwrap();
    }
    // a checkpoint begins a new log, and the manifest knows the one before
    refused(dir.path(), FaultKind::Corrupt, &["Missing WAL"]);
}

#[test]
fn a_released_store_needs_no_write_ahead_log() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let epoch = store.claim().unwrap().epoch;
    append(&store, epoch, 5);
    checkpoint(&store, epoch, 5, vec![requests(&[(1, Some(1))])]).unwrap();
    store.release(epoch, tail(5, 5)).unwrap();
    drop(store);
    for log in files(&dir.path().join("rocks"), "log") {
        fs::remove_file(log).unwrap();
    }
    let store = open(dir.path()).unwrap();
    let claim = store.claim().unwrap();
    assert_eq!((claim.released, claim.promised, claim.applied), (true, Some(tail(5, 5)), Sequence(5)));
    assert_eq!((journal(&store, 0).len(), all_requests(&store)), (5, vec![(1, 1)]));
}

#[test]
fn a_damaged_write_ahead_log_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let epoch = store.claim().unwrap().epoch;
    append(&store, epoch, 100);
    drop(store);
    let log = files(&dir.path().join("rocks"), "log").into_iter().max_by_key(|log| fs::metadata(log).unwrap().len());
    let log = log.unwrap();
    let whole = fs::read(&log).unwrap();
    flip(&log, whole.len() / 2);
    refused(dir.path(), FaultKind::Corrupt, &["rocks"]);
    fs::write(&log, &whole).unwrap();
    assert_eq!(journal(&open(dir.path()).unwrap(), 0).len(), 100);
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x40;
    fs::write(path, bytes).unwrap();
}

/// A closed database with some thousand rows in a table and in the journal.
fn with_rows(dir: &Path) -> RocksStore {
    let store = open(dir).unwrap();
    let epoch = store.claim().unwrap().epoch;
    append(&store, epoch, 500);
    let rows: Vec<(u128, Option<u64>)> = (1..=5000).map(|n| (n * 7919, Some(n as u64))).collect();
    checkpoint(&store, epoch, 500, vec![requests(&rows)]).unwrap();
    store.release(epoch, tail(500, 500)).unwrap();
    store
}

#[test]
fn damaged_files_are_named_by_verify() {
    let dir = tempfile::tempdir().unwrap();
    let store = with_rows(dir.path());
    store.verify_files().unwrap();
    let stored = store.files().unwrap();
    assert!(["requests", "journal", "meta"].iter().all(|table| stored.iter().any(|file| file.table == *table)));
    assert!(stored.iter().all(|file| fs::metadata(&file.path).unwrap().len() == file.bytes && file.rows > 0));
    for file in stored {
        let whole = fs::read(&file.path).unwrap();
        let name = file.path.file_name().unwrap().to_str().unwrap();
        for at in [10, whole.len() / 3, whole.len() / 2, whole.len() - 20] {
            // A block that is in the cache must not hide what is on the disk.
            assert_eq!((all_requests(&store).len(), journal(&store, 0).len()), (5000, 500));
            flip(&file.path, at);
            let fault = store.verify_files().expect_err(name);
            assert_eq!(fault.kind, FaultKind::Corrupt, "{fault}");
            assert!(fault.what.contains(name), "{name} is not in: {fault}");
            fs::write(&file.path, &whole).unwrap();
        }
    }
    store.verify_files().unwrap();
}

#[test]
fn damaged_files_are_named_by_reads() {
    let dir = tempfile::tempdir().unwrap();
    let files = with_rows(dir.path()).files().unwrap();
    let file = files.iter().find(|file| file.table == "requests").unwrap();
    flip(&file.path, usize::try_from(file.bytes / 2).unwrap());
    let store = open(dir.path()).unwrap();
    let mut rows = 0;
    let mut visit = |_: &[u8], _: &[u8]| {
        rows += 1;
        Ok(std::ops::ControlFlow::Continue(()))
    };
    let read = accruedb::storage::Read::scan;
    let fault = read(&store, accruedb::storage::TableId::Requests, &[], &[0xff; 21], &mut visit).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Corrupt);
    assert!(fault.what.contains(file.path.to_str().unwrap()), "{fault}");
    assert!(rows < 5000);
}

#[test]
fn a_lost_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let files = with_rows(dir.path()).files().unwrap();
    let file = files.iter().find(|file| file.table == "requests").unwrap();
    fs::remove_file(&file.path).unwrap();
    refused(dir.path(), FaultKind::Corrupt, &[file.path.file_name().unwrap().to_str().unwrap()]);
}

#[test]
fn a_backup_opens_as_a_store() {
    let dir = tempfile::tempdir().unwrap();
    let (place, copy) = (dir.path().join("db"), dir.path().join("copy"));
    let store = guarded(&place, 1000);
    let epoch = store.claim().unwrap().epoch;
    append(&store, epoch, 5);
    checkpoint(&store, epoch, 4, vec![requests(&[(1, Some(1)), (2, Some(2))])]).unwrap();
    store.backup(&copy).unwrap();
    assert_eq!(store.append(epoch, &[record(6, 9)], &[]), Appended::Durable);
    checkpoint(&store, epoch, 9, vec![requests(&[(1, None)])]).unwrap();

    let copied = open(&copy).unwrap();
    let claim = copied.claim().unwrap();
    assert_eq!((claim.applied, claim.released, claim.promised), (Sequence(4), false, Some(tail(5, 5))));
    assert!(claim.epoch > epoch);
    assert_eq!((journal(&copied, 0).len(), all_requests(&copied)), (5, vec![(1, 1), (2, 2)]));
    assert_eq!(copied.append(claim.epoch, &[record(6, 6)], &[]), Appended::Durable);
    checkpoint(&copied, claim.epoch, 6, vec![requests(&[(2, None)])]).unwrap();
    copied.verify_files().unwrap();
    assert_eq!(
        (journal(&store, 6), all_requests(&store)),
        (vec![stored(6, 9)], vec![(2, 2)]),
        "neither moves the other"
    );

    let fault = store.backup(&copy).unwrap_err();
    assert!(fault.what.contains("copy exists already"), "{fault}");
    assert!(store.backup(&dir.path().join("no/such/copy")).is_err());
    let names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "nothing unfinished is left: {names:?}");
}

#[test]
fn a_backup_after_a_fault_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (place, copy) = (dir.path().join("db"), dir.path().join("copy"));
    let store = open(&place).unwrap();
    let epoch = store.claim().unwrap().epoch;
    append(&store, epoch, 1);
    // stands where a link of the checkpoint is to be, once the place was cleared
    let obstacle = place.join("staging/1-000-requests.sst.link");
    let mut runs = [Ok(requests(&[(1, Some(1))]))].into_iter().inspect(|_| fs::create_dir(&obstacle).unwrap());
    let fault = store.checkpoint(epoch, Sequence(1), &mut runs).unwrap_err();
    assert_eq!(store.backup(&copy), Err(fault));
    assert!(!copy.exists() && !dir.path().join("copy.unfinished").exists());
}

/// Runs itself under `strace`, which lets every sync of the directory fail in which the backup gets its name.
#[test]
fn a_backup_whose_name_may_be_lost_is_said_to_stand() {
    const DIRECTORY: &str = "ACCRUEDB_TEST_BACKUPS";
    if let Some(backups) = std::env::var_os(DIRECTORY) {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path()).unwrap();
        let epoch = store.claim().unwrap().epoch;
        append(&store, epoch, 3);
        let copy = Path::new(&backups).join("copy");
        let fault = store.backup(&copy).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Io);
        assert!(fault.what.contains(&format!("the backup stands at {}, but", copy.display())), "{fault}");
        return assert_eq!(journal(&open(&copy).unwrap(), 0).len(), 3);
    }
    let dir = tempfile::tempdir().unwrap();
    let backups = dir.path().canonicalize().unwrap();
    let path = backups.to_str().unwrap();
    let options = ["-o", "/dev/null", "-P", path, "-e", "trace=fsync", "-e", "inject=fsync:error=EIO"];
    under_strace(&options, "a_backup_whose_name_may_be_lost_is_said_to_stand", DIRECTORY, &backups);
}

#[test]
fn of_backups_to_one_place_at_once_one_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("db")).unwrap();
    let epoch = store.claim().unwrap().epoch;
    append(&store, epoch, 3);
    for round in 0..20 {
        let copy = dir.path().join(format!("copy {round}"));
        let together = std::sync::Barrier::new(4);
        let done = std::thread::scope(|scope| {
            let backup = || {
                together.wait();
                store.backup(&copy)
            };
            let backups = [(); 4].map(|()| scope.spawn(backup));
            backups.map(|backup| backup.join().unwrap()).into_iter().filter(Result::is_ok).count()
        });
        assert_eq!(done, 1, "round {round}");
        assert_eq!(open(&copy).unwrap().claim().unwrap().promised, Some(tail(3, 3)));
    }
}

#[test]
fn a_backup_into_the_database_itself_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("db");
    let store = open(&place).unwrap();
    store.claim().unwrap();
    symlink(&place, dir.path().join("link")).unwrap();
    let before = contents(&place);
    for to in ["db/copy", "db/staging/copy", "db/rocks/copy", "link/copy", "db/../db/copy"] {
        let fault = store.backup(&dir.path().join(to)).unwrap_err();
        assert!(fault.what.contains("inside of the database"), "{fault}");
    }
    assert_eq!(contents(&place), before);
    store.backup(&dir.path().join("db-copy")).unwrap();
}

#[test]
fn backups_hold_whole_checkpoints_while_a_writer_works() {
    let dir = tempfile::tempdir().unwrap();
    let store = guarded(&dir.path().join("db"), 3);
    let epoch = store.claim().unwrap().epoch;
    let copies: Vec<PathBuf> = (0..6).map(|n| dir.path().join(format!("copy {n}"))).collect();
    std::thread::scope(|scope| {
        scope.spawn(|| append(&store, epoch, 60));
        scope.spawn(|| {
            for round in 1..=15 {
                let runs = vec![requests(&[(1, Some(round))]), requests(&[(2, Some(round))])];
                checkpoint(&store, epoch, round, runs).unwrap();
            }
        });
        for copy in &copies {
            store.backup(copy).unwrap();
        }
    });
    for copy in &copies {
        let copied = open(copy).unwrap();
        let claim = copied.claim().unwrap();
        let rows = all_requests(&copied);
        let applied = claim.applied.0;
        assert_eq!(rows, if applied == 0 { vec![] } else { vec![(1, applied), (2, applied)] });
        let last = journal(&copied, 0).len() as u64;
        assert!(claim.promised.is_none_or(|promised| promised.sequence.0 <= last));
    }
}

#[test]
fn size_is_what_is_on_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let before = store.size_bytes().unwrap();
    let epoch = store.claim().unwrap().epoch;
    let mut large = record(1, 1);
    large.bytes = vec![1; 100_000];
    assert_eq!(store.append(epoch, &[large], &[]), Appended::Durable);
    let after = store.size_bytes().unwrap();
    assert!((100_000..200_000).contains(&(after - before)), "{before} then {after}");
    let rows: Vec<(u128, Option<u64>)> = (1..=10_000).map(|n| (n, Some(n as u64))).collect();
    checkpoint(&store, epoch, 1, vec![requests(&rows)]).unwrap();
    assert!(store.size_bytes().unwrap() > after + 10_000);
}
