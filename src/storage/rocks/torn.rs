//! The end of RocksDB's logs after a loss of power: of the write-ahead log, and of the manifest.
//!
//! Of what was being written then, any part may be there: a file system can have noted that a file is longer, and not
//! yet have what it holds. RocksDB takes a log that ends within a record for complete, but does not open one whose
//! last record has other bytes than were written. Nobody was answered for that record: it was not synced. So it is cut
//! off where no more follows than may have been written together with it: one record is written to the write-ahead
//! log for each sync, and two to the manifest, where a flush tells of its file and then of the log it has made
//! needless. A broken record that more follow was synced, and broke later: it stays, and RocksDB refuses it.
//!
//! A synced record that breaks at the very end looks the same, and is cut off, too. If the guard promised it, that is
//! noticed as with any journal that lost its end. A checkpoint's intent is missed by what has entered the tables.

use super::database::Database;
use super::logs::{Log, check_logs, manifest, write_ahead_logs};
use super::options::Setup;
use super::records::{Content, look_through};
use crate::domain::{Fault, FaultKind};
use crate::storage::files::{io_fault, sync, write_durably};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Opens the database. If it does not open and one of its logs has a torn end, that is cut off first, and kept in
/// `kept` under the log's name. Logs with damage that cannot be one are left as they are.
pub(super) fn open_whole(path: &Path, kept: &Path, setup: &Setup) -> Result<Database, Fault> {
    check_logs(path)?;
    // what a kill left unsynced RocksDB takes, and then begins another log; torn, it would lie before the newest one
    if let Some(newest) = write_ahead_logs(path)?.pop() {
        sync(&newest.path)?;
    }
    match Database::open(path, setup) {
        Err(fault) if fault.kind == FaultKind::Corrupt => {
            let mut cut = false;
            for log in write_ahead_logs(path)?.pop().into_iter().chain(manifest(path)?) {
                cut |= cut_torn_end(&log, kept)?;
            }
            if cut { Database::open(path, setup) } else { Err(fault) }
        }
        opened => opened,
    }
}

fn cut_torn_end(log: &Log, kept: &Path) -> Result<bool, Fault> {
    let path = &log.path;
    let find = || -> io::Result<Option<(u64, File)>> {
        let mut file = File::open(path)?;
        let Some(end) = torn_end(&file, log.content, log.group)? else { return Ok(None) };
        file.seek(SeekFrom::Start(end))?;
        Ok(Some((end, file)))
    };
    let Some((end, torn)) = find().map_err(|error| io_fault("read", path, &error))? else { return Ok(false) };
    let name = path.file_name().unwrap_or_default().display();
    write_durably(&kept.join(format!("torn-{name}")), torn)?;
    let cut = || {
        let file = File::options().write(true).open(path)?;
        file.set_len(end)?;
        file.sync_all()
    };
    cut().map_err(|error| io_fault("cut the torn end off", path, &error))?;
    Ok(true)
}

/// Where the first broken record begins, if fewer than `group` records were begun behind it.
fn torn_end(log: impl Read, content: Content, group: usize) -> io::Result<Option<u64>> {
    let broken = look_through(log, content, group)?.broken;
    Ok(broken.filter(|broken| broken.behind < group).map(|broken| broken.record_at))
}

#[cfg(test)]
mod tests {
    use super::super::RocksStore;
    use super::super::logs::{manifest, write_ahead_logs};
    use super::super::records::tests::{batch, log};
    use super::super::records::{Content, Record, checksum};
    use crate::domain::Sequence;
    use crate::storage::{Appended, JournalRecord, Read, Store};
    use std::fs;

    fn torn_end(log: &[u8], group: usize) -> Option<usize> {
        super::torn_end(log, Content::Batches, group).unwrap().map(|at| usize::try_from(at).unwrap())
    }

    const SIZES: [&[usize]; 5] =
        [&[10], &[300, 20], &[20, 300], &[32_700, 100_000, 40_000], &[32_754, 15, 32_739, 70_000, 13]];

    #[test]
    fn a_sound_log_has_no_torn_end() {
        for sizes in SIZES {
            assert_eq!(torn_end(&log(sizes).0, 2), None, "{sizes:?}");
        }
    }

    #[test]
    fn a_last_record_that_broke_anywhere_is_cut_off() {
        for sizes in SIZES {
            let (whole, begins) = log(sizes);
            let last = *begins.last().unwrap();
            for at in (last..whole.len()).step_by(whole.len() / 50 + 1).chain(Some(whole.len() - 1)) {
                let mut torn = whole.clone();
                torn[at] ^= 1;
                assert_eq!(torn_end(&torn, 1), Some(last), "{sizes:?}, byte {at}");
                let sector = at / 512 * 512;
                torn[last.max(sector)..(sector + 512).min(whole.len())].fill(0);
                assert_eq!(torn_end(&torn, 1), Some(last), "{sizes:?}, sector {sector}");
            }
        }
    }

    /// A record's header over the first bytes of another's content, as a request id may be.
    #[test]
    fn what_a_caller_wrote_is_not_counted_as_a_record() {
        // what `enrol` has between two ids, and the second one
        let enrol = [&[0, 0, 5, 0xfe, 0, 0, 0, 0, 1][..], &[0; 11]].concat();
        let no_rows = [&2u64.to_le_bytes()[..], &[0; 8]].concat();
        let contents = [vec![], vec![7; 9], vec![7; 200], enrol, no_rows, batch(1, 50)];
        for (kind, content) in contents.iter().flat_map(|content| [(1, content), (2, content)]) {
            let (mut torn, begins) = log(&[300, 400]);
            let forged = begins[1] + 100;
            let checked = [&[kind][..], content].concat();
            let bytes = [&checksum(&checked).to_le_bytes()[..], &[content.len() as u8, 0], &checked].concat();
            torn[forged..][..bytes.len()].copy_from_slice(&bytes);
            assert!(Record::at(&torn, forged).is_some_and(|record| record.begins() && record.is_sound()));
            assert_eq!(torn_end(&torn, 1), Some(begins[1]), "kind {kind}, {content:?}");
        }
    }

    #[test]
    fn a_record_that_broke_before_others_stays() {
        for sizes in SIZES {
            let (whole, begins) = log(sizes);
            for at in (0..*begins.last().unwrap()).step_by(whole.len() / 500 + 1) {
                let mut broken = whole.clone();
                broken[at] ^= 1;
                assert_eq!(torn_end(&broken, 1), None, "{sizes:?}, byte {at}");
                // with the last one, where two are written together; but there may be nothing in a gap
                let behind = begins.iter().filter(|begin| **begin > at).count();
                let of = begins.iter().rev().find(|begin| **begin <= at).copied();
                assert!(torn_end(&broken, 2).is_none_or(|cut| behind == 1 && Some(cut) == of), "{sizes:?}, byte {at}");
            }
        }
    }

    #[test]
    fn a_manifest_with_a_torn_flush_opens() {
        let dir = tempfile::tempdir().unwrap();
        let store = RocksStore::open(dir.path(), crate::storage::rocks::RocksOptions::default()).unwrap();
        let epoch = store.claim().unwrap().epoch;
        let record = JournalRecord { first: Sequence(1), last: Sequence(1), hash: [1; 32], bytes: vec![1] };
        assert_eq!(store.append(epoch, &[record], &[]), Appended::Durable);
        let rocks = store.directory.rocks();
        let log = write_ahead_logs(&rocks).unwrap().pop().unwrap().path;
        let before = fs::read(&log).unwrap();
        store.database.flush().unwrap();
        drop(store);
        // the log was not removed before its flush was synced
        fs::write(&log, before).unwrap();
        let path = manifest(&rocks).unwrap().unwrap().path;
        let mut bytes = fs::read(&path).unwrap();
        let sound = |at: &usize| Record::at(&bytes, *at).is_some_and(|record| record.begins() && record.is_sound());
        let [.., flush, _] = (0..bytes.len()).filter(sound).collect::<Vec<_>>()[..] else { panic!("no two records") };
        bytes[flush + 20] ^= 1;
        fs::write(&path, bytes).unwrap();
        let store = RocksStore::open(dir.path(), crate::storage::rocks::RocksOptions::default()).unwrap();
        assert_eq!(store.journal_record(Sequence(9)).unwrap().unwrap().0, Sequence(1));
    }
}
