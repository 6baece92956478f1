//! RocksDB's logs, the write-ahead log and the manifest: their format, and a damage that RocksDB does not survive.
//!
//! A log is a row of blocks. A record lies in one block, or in parts in several. RocksDB can use an old log file again,
//! and then writes records of kinds of their own. It looks at the kind before it looks at the checksum: one damaged bit
//! that makes such a kind of another lets it read the same record for ever; in the first record of a log, it takes the
//! log for empty. It is never told to use a file again, so those kinds are damage, and looked for before it reads.

use crate::domain::Fault;
use crate::storage::files::{exists, io_fault, names};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

pub(super) const BLOCK_BYTES: usize = 32 << 10;
pub(super) const HEADER_BYTES: usize = 7;
const NOTHING: u8 = 0;
pub(super) const WHOLE: u8 = 1;
pub(super) const FIRST: u8 = 2;
pub(super) const MIDDLE: u8 = 3;
/// The kinds of records in a file that was used before.
pub(super) const RECYCLED: [u8; 6] = [5, 6, 7, 8, 11, 131];

/// The write-ahead logs in RocksDB's directory, the newest last.
pub(super) fn write_ahead_logs(path: &Path) -> Result<Vec<PathBuf>, Fault> {
    let mut logs = names(path)?;
    logs.retain(|name| name.strip_suffix(".log").is_some_and(is_number));
    logs.sort_by_key(|name| (name.len(), name.clone()));
    present(logs.into_iter().map(|name| path.join(name)))
}

/// The manifest that counts, if it can be told. `CURRENT` is no more than bytes from the disk: where it does not name
/// a manifest as RocksDB does, it may name any file of the machine. RocksDB refuses such a one.
pub(super) fn manifest(path: &Path) -> Result<Option<PathBuf>, Fault> {
    let current = path.join("CURRENT");
    if !exists(&current)? {
        return Ok(None);
    }
    let words = fs::read(&current).map_err(|error| io_fault("read", &current, &error))?;
    let words = String::from_utf8(words).unwrap_or_default();
    let name = words.strip_suffix('\n').filter(|name| name.strip_prefix("MANIFEST-").is_some_and(is_number));
    Ok(present(name.map(|name| path.join(name)))?.pop())
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

/// Refuses logs that RocksDB would read for ever, or take for empty; those too that it has no more use for, and is
/// about to remove.
pub(super) fn check_kinds(path: &Path) -> Result<(), Fault> {
    for log in write_ahead_logs(path)?.into_iter().chain(manifest(path)?) {
        let found = match first_recycled(&log) {
            // RocksDB removes logs while it is open
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            found => found.map_err(|error| io_fault("read", &log, &error))?,
        };
        if let Some(at) = found {
            let what = format!("{}: the record at byte {at} is of a kind that is never written", log.display());
            return Err(Fault::corrupt(what));
        }
    }
    Ok(())
}

fn first_recycled(log: &Path) -> io::Result<Option<u64>> {
    let mut log = File::open(log)?;
    let mut block = Vec::with_capacity(BLOCK_BYTES);
    let mut begin = 0u64;
    loop {
        block.clear();
        log.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut block)?;
        if let Some(at) = first_recycled_in(&block) {
            return Ok(Some(begin.saturating_add(at as u64)));
        }
        if block.len() < BLOCK_BYTES {
            return Ok(None);
        }
        begin = begin.saturating_add(BLOCK_BYTES as u64);
    }
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

/// A record of a log, as its header says.
pub(super) struct Record<'a> {
    checksum: u32,
    pub(super) kind: u8,
    /// The kind and the content: what the checksum is of.
    checked: &'a [u8],
    pub(super) content: &'a [u8],
}

impl<'a> Record<'a> {
    /// What lies at a place, if it ends within its block.
    pub(super) fn at(log: &'a [u8], at: usize) -> Option<Record<'a>> {
        let block_end = BLOCK_BYTES.saturating_sub(at % BLOCK_BYTES);
        let rest = log.get(at..)?;
        let rest = rest.get(..block_end).unwrap_or(rest);
        let (checksum, rest) = rest.split_first_chunk::<4>()?;
        let (length, checked) = rest.split_first_chunk::<2>()?;
        let checked = checked.get(..=usize::from(u16::from_le_bytes(*length)))?;
        let (kind, content) = checked.split_first()?;
        Some(Record { checksum: u32::from_le_bytes(*checksum), kind: *kind, checked, content })
    }

    pub(super) fn begins(&self) -> bool {
        matches!(self.kind, WHOLE | FIRST)
    }

    pub(super) fn is_sound(&self) -> bool {
        checksum(self.checked) == self.checksum
    }
}

/// CRC-32C, stored in another form so that a checksum of data with checksums in it is one, too.
pub(super) fn checksum(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
pub(super) mod tests {
    #![expect(clippy::arithmetic_side_effects, reason = "small sizes, and a test may panic")]

    use super::*;

    /// A log as RocksDB writes it, and where each record begins.
    pub(in super::super) fn log(sizes: &[usize]) -> (Vec<u8>, Vec<usize>) {
        let mut log = Vec::new();
        let begins = sizes.iter().zip(1..).map(|(size, fill)| write(&mut log, &vec![fill; *size]));
        let begins = begins.collect();
        (log, begins)
    }

    fn write(log: &mut Vec<u8>, mut content: &[u8]) -> usize {
        let mut begin = None;
        loop {
            let left = BLOCK_BYTES - log.len() % BLOCK_BYTES;
            if left < HEADER_BYTES {
                log.resize(log.len() + left, 0);
                continue;
            }
            let (part, rest) = content.split_at(content.len().min(left - HEADER_BYTES));
            let kind = match (begin, rest) {
                (None, []) => WHOLE,
                (None, _) => FIRST,
                (Some(_), []) => 4,
                (Some(_), _) => MIDDLE,
            };
            let checked = [&[kind], part].concat();
            begin = begin.or(Some(log.len()));
            log.extend_from_slice(&checksum(&checked).to_le_bytes());
            log.extend_from_slice(&(part.len() as u16).to_le_bytes());
            log.extend_from_slice(&checked);
            content = rest;
            if content.is_empty() {
                return begin.unwrap();
            }
        }
    }

    /// Where the headers are: of whole records and of parts.
    pub(in super::super) fn headers(log: &[u8]) -> Vec<usize> {
        let (mut at, mut headers) = (0, Vec::new());
        while at < log.len() {
            let left = BLOCK_BYTES - at % BLOCK_BYTES;
            match Record::at(log, at) {
                Some(record) if left >= HEADER_BYTES => {
                    headers.push(at);
                    at += HEADER_BYTES + record.content.len();
                }
                _ => at += left,
            }
        }
        headers
    }

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
            manifest(&rocks).unwrap()
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
        assert_eq!(write_ahead_logs(&rocks).unwrap(), [rocks.join("2.log"), rocks.join("10.log")]);
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
