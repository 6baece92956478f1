//! The guard: a small file beside the journal that says how far the journal reaches at least.
//!
//! A write-ahead log that has lost its end looks like one that ended there. The guard is synced on its own, so a
//! journal that is shorter than it promises has lost entries, and opening says so.
//!
//! Two slots of 4,096 bytes are written in turn; the newer one that is whole counts. A torn write thus leaves the
//! promise before it, which is lower and still true. A slot:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `ACCRUEDB` |
//! | 4 | format version, little-endian like all numbers here |
//! | 8 | generation: one higher with each write; its lowest bit is the slot's place |
//! | 1 | state: 0 new, 1 open and nothing promised, 2 open, 3 closed |
//! | 8 | the last entry's number |
//! | 32 | the hash of the record that ends with it |
//! | .. | zeros |
//! | 32 | BLAKE3 of all the bytes before |

use super::files::{io_fault, read_small, write_durably};
use super::{ChainHash, Tail, format};
use crate::domain::{Fault, Sequence};
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const SLOT_BYTES: usize = 4096;
const FILE_BYTES: u64 = 2 * SLOT_BYTES as u64;
const CHECKSUM_BYTES: usize = 32;
const BODY_BYTES: usize = SLOT_BYTES - CHECKSUM_BYTES;
const MAGIC: [u8; 8] = *b"ACCRUEDB";

/// What the guard says of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// No writer has been here yet: there is no journal.
    New,
    /// A writer may be at work: the journal reaches at least this far.
    Open(Option<Tail>),
    /// The last writer is done: the journal ends exactly here.
    Closed(Tail),
}

/// The guard file, open.
#[derive(Debug)]
pub(super) struct Guard {
    file: File,
    path: PathBuf,
    generation: u64,
    mark: Mark,
}

impl Guard {
    /// Creates the file with both slots saying `mark`.
    pub(super) fn create(path: &Path, mark: Mark) -> Result<(), Fault> {
        write_durably(path, [encode(0, mark), encode(1, mark)].concat().as_slice())
    }

    /// Opens the file and reads the newer whole slot.
    pub(super) fn open(path: &Path) -> Result<Guard, Fault> {
        let bytes = read_small(path, FILE_BYTES)?;
        let slots = bytes.chunks_exact(SLOT_BYTES).zip([0, 1]);
        let newest = slots.filter_map(|(slot, place)| decode(slot, place)).max_by_key(|(generation, _)| *generation);
        let (generation, mark) =
            newest.ok_or_else(|| Fault::corrupt(format!("guard file {}: neither slot is whole", path.display())))?;
        let file = File::options().write(true).open(path).map_err(|error| io_fault("open", path, &error))?;
        Ok(Guard { file, path: path.to_owned(), generation, mark })
    }

    /// What it says.
    pub(super) fn mark(&self) -> Mark {
        self.mark
    }

    /// Says `mark` from now on; durable on return. Overwrites the older slot.
    pub(super) fn write(&mut self, mark: Mark) -> Result<(), Fault> {
        let generation = self.generation.saturating_add(1);
        let offset = if generation & 1 == 0 { 0 } else { SLOT_BYTES as u64 };
        let mut write = || -> io::Result<()> {
            self.file.seek(SeekFrom::Start(offset))?;
            self.file.write_all(&encode(generation, mark))?;
            self.file.sync_data()
        };
        write().map_err(|error| io_fault("write", &self.path, &error))?;
        self.generation = generation;
        self.mark = mark;
        Ok(())
    }

    /// Says [`Mark::Open`] in both slots: a slot that is damaged later must not bring back that the journal was
    /// closed, for then it has grown since.
    pub(super) fn reopen(&mut self, tail: Option<Tail>) -> Result<(), Fault> {
        self.write(Mark::Open(tail))?;
        self.write(Mark::Open(tail))
    }
}

impl Mark {
    /// The promised end of the journal.
    pub(super) fn tail(self) -> Option<Tail> {
        match self {
            Mark::New => None,
            Mark::Open(tail) => tail,
            Mark::Closed(tail) => Some(tail),
        }
    }
}

fn encode(generation: u64, mark: Mark) -> Vec<u8> {
    let state = match mark {
        Mark::New => 0,
        Mark::Open(None) => 1,
        Mark::Open(Some(_)) => 2,
        Mark::Closed(_) => 3,
    };
    let tail = mark.tail().unwrap_or(Tail { sequence: Sequence(0), hash: [0; 32] });
    let mut slot = Vec::with_capacity(SLOT_BYTES);
    slot.extend_from_slice(&MAGIC);
    slot.extend_from_slice(&format::CURRENT.to_le_bytes());
    slot.extend_from_slice(&generation.to_le_bytes());
    slot.push(state);
    slot.extend_from_slice(&tail.sequence.0.to_le_bytes());
    slot.extend_from_slice(&tail.hash);
    slot.resize(BODY_BYTES, 0);
    let checksum = blake3::hash(&slot);
    slot.extend_from_slice(checksum.as_bytes());
    slot
}

/// The generation and mark of a whole slot at its place.
fn decode(slot: &[u8], place: u64) -> Option<(u64, Mark)> {
    let (body, checksum) = slot.split_at_checked(BODY_BYTES)?;
    if blake3::hash(body).as_bytes() != checksum {
        return None;
    }
    let (magic, rest) = body.split_first_chunk::<8>()?;
    let (version, rest) = rest.split_first_chunk::<4>()?;
    let (generation, rest) = rest.split_first_chunk::<8>()?;
    let ([state], rest) = rest.split_first_chunk::<1>()?;
    let (sequence, rest) = rest.split_first_chunk::<8>()?;
    let (hash, _): (&ChainHash, _) = rest.split_first_chunk()?;
    let generation = u64::from_le_bytes(*generation);
    // as for the format file: no version so far has another slot
    let is_known = format::is_read(u32::from_le_bytes(*version));
    if *magic != MAGIC || !is_known || generation & 1 != place {
        return None;
    }
    let tail = Tail { sequence: Sequence(u64::from_le_bytes(*sequence)), hash: *hash };
    let mark = match state {
        0 => Mark::New,
        1 => Mark::Open(None),
        2 => Mark::Open(Some(tail)),
        3 => Mark::Closed(tail),
        _ => return None,
    };
    Some((generation, mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FaultKind;
    use std::fs;

    fn tail(sequence: u64) -> Tail {
        Tail { sequence: Sequence(sequence), hash: [sequence as u8; 32] }
    }

    fn open_at(sequence: u64) -> Mark {
        Mark::Open(Some(tail(sequence)))
    }

    /// A guard whose older slot (1) says 7 and newer slot (0) says 8.
    fn seven_then_eight() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("guard");
        Guard::create(&path, Mark::New).unwrap();
        let mut guard = Guard::open(&path).unwrap();
        guard.write(open_at(6)).unwrap();
        guard.write(open_at(7)).unwrap();
        guard.write(open_at(8)).unwrap();
        (dir, path)
    }

    /// Where the newer slot of [`seven_then_eight`] begins.
    fn newer(bytes: &[u8]) -> usize {
        let generation = |slot: usize, place| decode(&bytes[slot..][..SLOT_BYTES], place).unwrap().0;
        if generation(0, 0) > generation(SLOT_BYTES, 1) { 0 } else { SLOT_BYTES }
    }

    #[test]
    fn every_mark_is_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("guard");
        for mark in [Mark::New, Mark::Open(None), open_at(0), open_at(u64::MAX), Mark::Closed(tail(9))] {
            Guard::create(&path, mark).unwrap();
            assert_eq!(Guard::open(&path).unwrap().mark(), mark);
            for next in [open_at(1), mark, mark] {
                Guard::open(&path).unwrap().write(next).unwrap();
                assert_eq!(Guard::open(&path).unwrap().mark(), next);
            }
            assert_eq!(fs::metadata(&path).unwrap().len(), FILE_BYTES);
        }
    }

    #[test]
    fn any_flipped_byte_of_the_newer_slot_leaves_the_older_promise() {
        let (_dir, path) = seven_then_eight();
        let whole = fs::read(&path).unwrap();
        let newer = newer(&whole);
        for at in (newer..).take(SLOT_BYTES) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x10;
            fs::write(&path, &bytes).unwrap();
            assert_eq!(Guard::open(&path).unwrap().mark(), open_at(7), "byte {at}");
        }
    }

    #[test]
    fn a_torn_write_leaves_the_older_promise() {
        let (_dir, path) = seven_then_eight();
        let eight = fs::read(&path).unwrap();
        let torn = SLOT_BYTES - newer(&eight);
        Guard::open(&path).unwrap().write(open_at(9)).unwrap();
        let nine = fs::read(&path).unwrap();
        for written in (0..SLOT_BYTES).step_by(61).chain([28, 29, 30, 36, 37, 4064, 4095]) {
            let mut bytes = eight.clone();
            bytes[torn..torn + written].copy_from_slice(&nine[torn..torn + written]);
            fs::write(&path, &bytes).unwrap();
            assert_eq!(Guard::open(&path).unwrap().mark(), open_at(8), "{written} bytes written");
        }
    }

    #[test]
    fn two_damaged_slots_are_refused_by_name() {
        let (_dir, path) = seven_then_eight();
        let whole = fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        flipped[20] ^= 1;
        flipped[SLOT_BYTES + 20] ^= 1;
        let swapped = [&whole[SLOT_BYTES..], &whole[..SLOT_BYTES]].concat();
        for damaged in [flipped, swapped, Vec::new(), vec![0; 2 * SLOT_BYTES], whole[..SLOT_BYTES - 1].to_vec()] {
            fs::write(&path, &damaged).unwrap();
            let fault = Guard::open(&path).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Corrupt);
            assert!(fault.what.contains(path.to_str().unwrap()), "{fault}");
        }
    }

    #[test]
    fn every_format_that_is_read_is_known_and_no_other() {
        for version in 0..=format::CURRENT + 1 {
            let mut slot = encode(4, open_at(7));
            slot[8..12].copy_from_slice(&version.to_le_bytes());
            let checksum = blake3::hash(&slot[..BODY_BYTES]);
            slot[BODY_BYTES..].copy_from_slice(checksum.as_bytes());
            let is_known = (format::OLDEST..=format::CURRENT).contains(&version);
            assert_eq!(decode(&slot, 0), is_known.then_some((4, open_at(7))), "version {version}");
        }
    }

    #[test]
    fn a_reopened_guard_no_longer_knows_that_it_was_closed() {
        let (_dir, path) = seven_then_eight();
        let mut guard = Guard::open(&path).unwrap();
        guard.write(Mark::Closed(tail(9))).unwrap();
        guard.reopen(Some(tail(9))).unwrap();
        let bytes = fs::read(&path).unwrap();
        for (slot, place) in bytes.chunks(SLOT_BYTES).zip([0, 1]) {
            assert_eq!(decode(slot, place).unwrap().1, open_at(9));
        }
    }
}
