//! RocksDB's logs, the write-ahead log and the manifest: which there are, and damage that RocksDB does not survive or
//! does not see.
//!
//! RocksDB can use an old log file again, and then writes records of kinds of their own. It looks at the kind before it
//! looks at the checksum: one damaged bit that makes such a kind of another lets it read the same record for ever; in
//! the first record of a log, it takes the log for empty. It is never told to use a file again, so those kinds are
//! damage, and looked for before it reads.
//!
//! In a log's last block it takes a record whose length leads beyond the end for the last one, and where a header is
//! zeroed it passes over the rest of any block, without a word. So a broken record that was synced, which those behind
//! it show, is looked for, too.

use super::records::{HEADER_BYTES, blocks, first_break};
use crate::domain::Fault;
use crate::storage::files::{exists, io_fault, names};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

const NOTHING: u8 = 0;
/// The kinds of records in a file that was used before.
pub(super) const RECYCLED: [u8; 6] = [5, 6, 7, 8, 11, 131];

/// A log of RocksDB's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Log {
    pub(super) path: PathBuf,
    /// How many records are written to it together, for one sync.
    pub(super) group: usize,
    /// The same, at most: where more than one thread has something to write.
    pub(super) group_max: usize,
}

impl Log {
    /// One record for each sync: threads that write at once share one.
    fn write_ahead(path: PathBuf) -> Log {
        Log { path, group: 1, group_max: 1 }
    }

    /// A flush tells of its file and then of the log it has made needless. Beside it a compaction and a checkpoint may
    /// each have a record to write, and a second flush, if the first one waits.
    fn manifest(path: PathBuf) -> Log {
        Log { path, group: 2, group_max: 5 }
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
    let words = fs::read(&current).map_err(|error| io_fault("read", &current, &error))?;
    let words = String::from_utf8(words).unwrap_or_default();
    let name = words.strip_suffix('\n').filter(|name| name.strip_prefix("MANIFEST-").is_some_and(is_number));
    Ok(present(name.map(|name| path.join(name)))?.pop().map(Log::manifest))
}

/// Whether this is the number of a file of RocksDB's.
pub(super) fn is_number(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Those that are files. RocksDB makes nothing else under such a name, so a link leads to what is none of ours.
fn present(paths: impl IntoIterator<Item = PathBuf>) -> Result<Vec<PathBuf>, Fault> {
    let mut files = Vec::new();
    for path in paths {
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_file() => files.push(path),
            Ok(_) => {}
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
    if let Some(at) = first_recycled(&log.path)? {
        return Ok(Some(format!("the record at byte {at} is of a kind that is never written")));
    }
    let found = first_break(File::open(&log.path)?, log.group_max)?.filter(|found| found.behind >= log.group_max);
    Ok(found.map(|found| format!("the record at byte {} is broken, and there are others behind it", found.at)))
}

fn first_recycled(log: &Path) -> io::Result<Option<u64>> {
    for block in blocks(File::open(log)?) {
        let (block_at, block) = block?;
        if let Some(at) = first_recycled_in(&block) {
            return Ok(Some(block_at.saturating_add(at as u64)));
        }
    }
    Ok(None)
}

fn first_recycled_in(block: &[u8]) -> Option<usize> {
    let mut at = 0usize;
    while let Some(&[_, _, _, _, low, high, kind]) = block.get(at..).and_then(<[u8]>::first_chunk::<HEADER_BYTES>) {
        if RECYCLED.contains(&kind) {
            return Some(at);
        }
        let length = usize::from(u16::from_le_bytes([low, high]));
        if kind == NOTHING && length == 0 {
            // RocksDB passes over the rest of the block
            return None;
        }
        at = at.saturating_add(HEADER_BYTES).saturating_add(length);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::records::BLOCK_BYTES;
    use super::super::records::tests::{headers, log};
    use super::*;

    #[test]
    fn a_manifest_is_named_as_rocksdb_names_it_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let rocks = dir.path().join("rocks");
        fs::create_dir_all(rocks.join("MANIFEST-4")).unwrap();
        for file in ["secret", "MANIFEST-1", "rocks/MANIFEST-2", "rocks/MANIFEST-x", "rocks/2.log", "rocks/10.log"] {
            fs::write(dir.path().join(file), "bytes").unwrap();
        }
        std::os::unix::fs::symlink("../secret", rocks.join("MANIFEST-3")).unwrap();
        std::os::unix::fs::symlink("../secret", rocks.join("3.log")).unwrap();
        fs::write(rocks.join("a.log"), "bytes").unwrap();
        let named = |current: &str| {
            fs::write(rocks.join("CURRENT"), current).unwrap();
            manifest(&rocks).unwrap().map(|log| log.path)
        };
        assert_eq!(named("MANIFEST-2\n"), Some(rocks.join("MANIFEST-2")));
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
        // missing; a link; a directory
        for current in names.chain(["MANIFEST-1\n", "MANIFEST-3\n", "MANIFEST-4\n"]) {
            assert_eq!(named(current), None, "{current:?}");
        }
        let logs = [rocks.join("2.log"), rocks.join("10.log")].map(Log::write_ahead);
        assert_eq!(write_ahead_logs(&rocks).unwrap(), logs);
    }

    #[test]
    fn a_kind_that_is_never_written_is_found_in_every_block() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("1.log");
        let found = |log: &[u8]| {
            fs::write(&path, log).unwrap();
            first_recycled(&path).unwrap()
        };
        // ends of blocks with room for a header and no more, and with less
        for sizes in [&[40_000, 100_000, 5][..], &[32_754, 5, 32_749, 70_000, 3], &[32_755, 9], &[32_760, 1]] {
            let (whole, _) = log(sizes);
            let headers = headers(&whole);
            assert!(headers.len() > sizes.len() || headers.len() == sizes.len() && whole.len() > BLOCK_BYTES);
            assert_eq!(found(&whole), None, "{sizes:?}");
            for header in headers {
                let mut damaged = whole.clone();
                damaged[header + HEADER_BYTES - 1] = RECYCLED[header % RECYCLED.len()];
                assert_eq!(found(&damaged), Some(header as u64), "{sizes:?}");
                assert_eq!(found(&whole[..header + 3]), None, "{sizes:?}, cut short at {header}");
                let torn = [&whole[..header], &[0; HEADER_BYTES], &[5; 100]].concat();
                if torn.len() / BLOCK_BYTES == header / BLOCK_BYTES {
                    assert_eq!(found(&torn), None, "{sizes:?}, zeros at {header}");
                }
            }
        }
    }
}
