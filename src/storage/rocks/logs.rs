//! RocksDB's logs, the write-ahead log and the manifest: which there are, and damage that RocksDB does not survive or
//! does not see.
//!
//! RocksDB can use an old log file again, and then writes records of kinds of their own. It looks at the kind before it
//! looks at length and checksum: one damaged bit that makes such a kind of another lets it read the same record for
//! ever; in the first record of a log, it takes the log for empty. It is never told to use a file again, so those kinds
//! are damage, and looked for before it reads.
//!
//! In a log's last block it takes a record whose length leads beyond the end for the last one, and where a header is
//! zeroed it passes over the rest of any block, without a word. So a broken record that was synced, which those behind
//! it show, is looked for, too.

use super::records::{Content, look_through};
use crate::domain::Fault;
use crate::storage::files::{exists, io_fault, names, no_file, read_small};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

const CURRENT_BYTES_MAX: u64 = 64;

/// A log of RocksDB's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Log {
    pub(super) path: PathBuf,
    /// How many records are written to it together, for one sync.
    pub(super) group: usize,
    /// The same, at most: where more than one thread has something to write.
    pub(super) group_max: usize,
    /// What its records hold.
    pub(super) content: Content,
}

impl Log {
    /// One record for each sync: threads that write at once share one.
    fn write_ahead(path: PathBuf) -> Log {
        Log { path, group: 1, group_max: 1, content: Content::Batches }
    }

    /// A flush tells of its file and then of the log it has made needless. Beside it a compaction and a checkpoint may
    /// each have a record to write, and a second flush, if the first one waits.
    fn manifest(path: PathBuf) -> Log {
        Log { path, group: 2, group_max: 5, content: Content::Edits }
    }
}

/// The write-ahead logs in RocksDB's directory, the newest last.
pub(super) fn write_ahead_logs(path: &Path) -> Result<Vec<Log>, Fault> {
    let mut logs = names(path)?;
    logs.retain(|name| name.strip_suffix(".log").is_some_and(is_number));
    logs.sort_by_key(|name| (name.len(), name.clone()));
    let logs = present(logs.into_iter().map(|name| path.join(name)))?;
    Ok(logs.into_iter().map(Log::write_ahead).collect())
}

/// The manifest that counts, if it can be told. `CURRENT` is no more than bytes from the disk: where it does not name
/// a manifest as RocksDB does, it may name any file of the machine. RocksDB refuses such a one.
pub(super) fn manifest(path: &Path) -> Result<Option<Log>, Fault> {
    let current = path.join("CURRENT");
    if !exists(&current)? {
        return Ok(None);
    }
    let words = String::from_utf8(read_small(&current, CURRENT_BYTES_MAX)?).unwrap_or_default();
    let name = words.strip_suffix('\n').filter(|name| name.strip_prefix("MANIFEST-").is_some_and(is_number));
    Ok(present(name.map(|name| path.join(name)))?.pop().map(Log::manifest))
}

/// Whether this is the number of a file of RocksDB's.
pub(super) fn is_number(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Those that are there. RocksDB makes nothing but files under such names, but would follow a link to what is none of
/// ours, and wait at a pipe.
fn present(paths: impl IntoIterator<Item = PathBuf>) -> Result<Vec<PathBuf>, Fault> {
    let mut files = Vec::new();
    for path in paths {
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_file() => files.push(path),
            Ok(_) => return Err(no_file(&path)),
            // RocksDB removes logs while it is open
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(io_fault("look at", &path, &error)),
        }
    }
    Ok(files)
}

/// Refuses logs that RocksDB would read for ever, take for empty, or for shorter than they are; those too that it has
/// no more use for, and is about to remove.
///
/// What a loss of power can leave is not refused: of the records that were written together last, any may be broken.
pub(super) fn check_logs(path: &Path) -> Result<(), Fault> {
    for log in write_ahead_logs(path)?.into_iter().chain(manifest(path)?) {
        let damage = match damage(&log) {
            // RocksDB removes logs while it is open
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            damage => damage.map_err(|error| io_fault("read", &log.path, &error))?,
        };
        if let Some(damage) = damage {
            return Err(Fault::corrupt(format!("{}: {damage}", log.path.display())));
        }
    }
    Ok(())
}

fn damage(log: &Log) -> io::Result<Option<String>> {
    let found = look_through(File::open(&log.path)?, log.content, log.group_max)?;
    if let Some(at) = found.recycled {
        return Ok(Some(format!("the record at byte {at} is of a kind that is never written")));
    }
    let synced = found.broken.filter(|broken| broken.behind >= log.group_max);
    Ok(synced.map(|broken| format!("the record at byte {} is broken, and there are others behind it", broken.at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_manifest_is_named_as_rocksdb_names_it_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let rocks = dir.path().join("rocks");
        fs::create_dir_all(rocks.join("MANIFEST-4")).unwrap();
        for file in ["secret", "MANIFEST-1", "rocks/MANIFEST-2", "rocks/MANIFEST-x", "rocks/2.log", "rocks/10.log"] {
            fs::write(dir.path().join(file), "bytes").unwrap();
        }
        symlink("../secret", rocks.join("MANIFEST-3")).unwrap();
        fs::write(rocks.join("a.log"), "bytes").unwrap();
        let named = |current: &str| {
            fs::write(rocks.join("CURRENT"), current).unwrap();
            manifest(&rocks).map(|log| log.map(|log| log.path))
        };
        assert_eq!(named("MANIFEST-2\n"), Ok(Some(rocks.join("MANIFEST-2"))));
        let absolute = dir.path().join("MANIFEST-1\n").display().to_string();
        let names = [
            "../secret\n",
            "../MANIFEST-1\n",
            "MANIFEST-../../secret\n",
            "secret\n",
            &absolute,
            "\n",
            "",
            "MANIFEST-\n",
        ];
        let names = names.into_iter().chain(["MANIFEST-x\n", "MANIFEST-2", "MANIFEST-2\n\n", " MANIFEST-2\n"]);
        // the last one is missing
        for current in names.chain(["MANIFEST-1\n"]) {
            assert_eq!(named(current), Ok(None), "{current:?}");
        }
        // a link; a directory
        for name in ["MANIFEST-3", "MANIFEST-4"] {
            assert_eq!(named(&format!("{name}\n")), Err(no_file(&rocks.join(name))));
        }
        let logs = [rocks.join("2.log"), rocks.join("10.log")].map(Log::write_ahead);
        assert_eq!(write_ahead_logs(&rocks).unwrap(), logs);
        symlink("../secret", rocks.join("3.log")).unwrap();
        assert_eq!(write_ahead_logs(&rocks), Err(no_file(&rocks.join("3.log"))));
    }
}
