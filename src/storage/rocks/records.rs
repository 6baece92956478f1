//! The records of RocksDB's logs, of the write-ahead log and of the manifest: their format, and where a log breaks.
//!
//! A log is a row of blocks. A record lies in one block, or in parts in several: all but the last part end with their
//! block. A block's end that has no room for a header stays empty.

use std::io::{self, Read};

pub(super) const BLOCK_BYTES: usize = 32 << 10;
pub(super) const HEADER_BYTES: usize = 7;
const WHOLE: u8 = 1;
const FIRST: u8 = 2;
const MIDDLE: u8 = 3;
/// The kinds of records in a file that was used before.
pub(super) const RECYCLED: [u8; 6] = [5, 6, 7, 8, 11, 131];

/// How many numbers may be missing between two batches of a log: files that enter tables take some.
const NUMBERS_BETWEEN_MAX: u64 = 1_000;

/// What a log's records hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Edits of the manifest.
    Edits,
    /// Batches: the number of the first row, how many rows, and the rows.
    Batches,
}

/// What is wrong with a log.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// The first byte at which RocksDB comes to a record of a kind that is never written.
    pub(super) recycled: Option<u64>,
    /// Where the log first breaks.
    pub(super) broken: Option<Break>,
}

/// Where a log first breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Break {
    /// The byte at which there is no sound record, nor a part of one.
    pub(super) at: u64,
    /// Where the record begins that breaks: before `at`, if parts of it are sound.
    pub(super) record_at: u64,
    /// How many sound records begin behind it.
    pub(super) behind: usize,
}

/// Goes through a log as RocksDB does: in each block up to where there is no sound record, and on in the next one.
///
/// What begins behind the first break is counted up to `enough`, but not what holds no such content: what looks like a
/// record may be what a caller put into the one that broke.
pub(super) fn look_through(mut log: impl Read, content: Content, enough: usize) -> io::Result<Found> {
    let (mut walk, mut found) = (Walk::default(), Found::default());
    let mut sound = None;
    let mut block = Vec::with_capacity(BLOCK_BYTES);
    let mut next = Some(0u64);
    while let Some(block_at) = next {
        block.clear();
        log.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut block)?;
        next = (block.len() == BLOCK_BYTES).then(|| block_at.saturating_add(BLOCK_BYTES as u64));
        let stop = walk.through(block_at, &block);
        let in_log = |at: usize| block_at.saturating_add(at as u64);
        found.recycled = found.recycled.or(stop.filter(|at| is_recycled(&block, *at)).map(in_log));
        let mut rest = 0..block.len();
        if found.broken.is_none() {
            let Some(at) = stop else { continue };
            rest.start = at.saturating_add(1);
            let record_at = if walk.goes_on { walk.record_at } else { in_log(at) };
            sound = walk.batch;
            found.broken = Some(Break { at: in_log(at), record_at, behind: 0 });
        }
        if let Some(broken) = &mut found.broken {
            let begins = |at: &usize| {
                let follows = |next: &Record| next.may_begin_at(*at) && next.may_hold(content, in_log(*at), sound);
                Record::at(&block, *at).is_some_and(|next| follows(&next) && next.is_sound())
            };
            let lacking = enough.saturating_sub(broken.behind);
            broken.behind = broken.behind.saturating_add(rest.filter(begins).take(lacking).count());
        }
    }
    Ok(found)
}

/// Whether a header is there, also one of a record that does not end, and says such a kind.
fn is_recycled(block: &[u8], at: usize) -> bool {
    let header = block.get(at..).and_then(<[u8]>::first_chunk::<HEADER_BYTES>);
    header.is_some_and(|[.., kind]| RECYCLED.contains(kind))
}

/// A way through the sound records of a log.
#[derive(Default)]
struct Walk {
    /// Where the record begins that was passed last.
    record_at: u64,
    /// Whether another part of it must follow.
    goes_on: bool,
    /// The last batch that was passed, by what stands where a batch has its number.
    batch: Option<Batch>,
}

/// A batch in a log.
#[derive(Debug, Clone, Copy)]
struct Batch {
    at: u64,
    /// Of its first row.
    number: u64,
}

impl Walk {
    /// Goes through a block. Ends at the first place of it where there is no sound record.
    fn through(&mut self, block_at: u64, block: &[u8]) -> Option<usize> {
        let mut at = 0usize;
        while at < block.len() && BLOCK_BYTES.saturating_sub(at) >= HEADER_BYTES {
            let Some(record) = Record::at(block, at).filter(Record::is_sound) else { return Some(at) };
            if record.begins() {
                self.record_at = block_at.saturating_add(at as u64);
                let batch = record.batch().map(|(number, _)| Batch { at: self.record_at, number });
                self.batch = batch.or(self.batch);
            }
            self.goes_on = matches!(record.kind, FIRST | MIDDLE);
            at = at.saturating_add(HEADER_BYTES).saturating_add(record.content.len());
        }
        None
    }
}

/// A record of a log, as its header says.
pub(super) struct Record<'a> {
    checksum: u32,
    kind: u8,
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

    /// Whether a record can begin here: a whole one, or a part that ends with its block.
    fn may_begin_at(&self, at: usize) -> bool {
        match self.kind {
            WHOLE => true,
            FIRST => at.saturating_add(HEADER_BYTES).saturating_add(self.content.len()) == BLOCK_BYTES,
            _ => false,
        }
    }

    /// Whether this can be such content, at this byte of a log, with that sound batch before it.
    ///
    /// Each row takes a number and more than a byte: numbers run no faster than the log, but for
    /// [`NUMBERS_BETWEEN_MAX`].
    fn may_hold(&self, content: Content, at: u64, sound: Option<Batch>) -> bool {
        match (content, self.batch()) {
            (Content::Edits, _) => !self.content.is_empty(),
            (Content::Batches, None) => self.kind == FIRST,
            (Content::Batches, Some((number, rows))) => {
                let steps_max = |sound: Batch| at.saturating_sub(sound.at).saturating_add(NUMBERS_BETWEEN_MAX);
                let steps = |sound: Batch| number.checked_sub(sound.number).filter(|steps| *steps > 0);
                let follows = |sound| steps(sound).is_some_and(|steps| steps <= steps_max(sound));
                rows > 0 && sound.is_none_or(follows)
            }
        }
    }

    /// The number and the count with which a batch begins.
    fn batch(&self) -> Option<(u64, u32)> {
        let (number, rest) = self.content.split_first_chunk::<8>()?;
        let (rows, _) = rest.split_first_chunk::<4>()?;
        Some((u64::from_le_bytes(*number), u32::from_le_bytes(*rows)))
    }

    pub(super) fn is_sound(&self) -> bool {
        // of such a kind, RocksDB does not come to the checksum
        !RECYCLED.contains(&self.kind) && checksum(self.checked) == self.checksum
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

    /// Damages what begins at a header.
    pub(in super::super) type Damage = fn(&mut [u8]);

    /// A log as RocksDB writes it, and where each record begins.
    pub(in super::super) fn log(sizes: &[usize]) -> (Vec<u8>, Vec<usize>) {
        let mut log = Vec::new();
        let begins = sizes.iter().zip(1..).map(|(size, number)| write(&mut log, &batch(number, *size)));
        let begins = begins.collect();
        (log, begins)
    }

    /// So many bytes, which begin as a batch of one row does.
    pub(in super::super) fn batch(number: u8, size: usize) -> Vec<u8> {
        let mut batch = [&u64::from(number).to_le_bytes()[..], &[1, 0, 0, 0], &vec![number; size]].concat();
        batch.truncate(size);
        batch
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
    fn a_kind_that_is_never_written_is_found_in_every_block() {
        let found = |log: &[u8]| look_through(log, Content::Batches, 1).unwrap().recycled;
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

    #[test]
    fn a_kind_that_is_never_written_matters_where_rocksdb_comes_to_it() {
        let (whole, _) = log(&[100, 200, 40_000]);
        let headers = headers(&whole);
        let recycled_behind = |broken: usize, at: usize| {
            let mut log = whole.clone();
            log[headers[broken] + HEADER_BYTES] ^= 1;
            log[headers[at] + HEADER_BYTES - 1] = RECYCLED[0];
            look_through(&log[..], Content::Batches, 1).unwrap().recycled
        };
        assert_eq!(recycled_behind(0, 1), None, "the rest of a block is passed over");
        assert_eq!(recycled_behind(1, 0), Some(0));
        assert_eq!(recycled_behind(0, 3), Some(BLOCK_BYTES as u64), "the next block is not");
    }

    #[test]
    fn the_first_break_is_found_with_what_begins_behind_it() {
        let (whole, begins) = log(&[300, 40_000, 12, 70_000, 20, 30]);
        assert_eq!(look_through(&whole[..], Content::Batches, 9).unwrap(), Found::default());
        let headers = headers(&whole);
        assert!(headers.len() > begins.len() + 2);
        for header in headers {
            let record_at = *begins.iter().rfind(|begin| **begin <= header).unwrap();
            let behind = begins.iter().filter(|begin| **begin > header).count();
            // a higher length, another kind, no header, another byte
            let breaks: [Damage; 4] = [|at| at[5] |= 0x80, |at| at[6] ^= 0x40, |at| at[..7].fill(0), |at| at[8] ^= 1];
            for damage in breaks {
                let mut broken = whole.clone();
                damage(&mut broken[header..]);
                for enough in [1, 2, 9] {
                    let found = look_through(&broken[..], Content::Batches, enough).unwrap().broken.unwrap();
                    let expected = (header as u64, record_at as u64, behind.min(enough));
                    assert_eq!((found.at, found.record_at, found.behind), expected);
                }
            }
        }
    }
}
