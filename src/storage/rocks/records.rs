//! The records of RocksDB's logs, of the write-ahead log and of the manifest: their format, and where a log breaks.
//!
//! A log is a row of blocks. A record lies in one block, or in parts in several. A block's end that has no room for a
//! header stays empty.

use std::io::{self, Read};

pub(super) const BLOCK_BYTES: usize = 32 << 10;
pub(super) const HEADER_BYTES: usize = 7;
const WHOLE: u8 = 1;
const FIRST: u8 = 2;
const MIDDLE: u8 = 3;

/// The blocks of a log, each with the byte at which it begins. The last one may be short.
pub(super) fn blocks(mut log: impl Read) -> impl Iterator<Item = io::Result<(u64, Vec<u8>)>> {
    let mut next = Some(0u64);
    std::iter::from_fn(move || {
        let at = next?;
        let mut block = Vec::with_capacity(BLOCK_BYTES);
        let read = log.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut block);
        next = (block.len() == BLOCK_BYTES).then(|| at.saturating_add(BLOCK_BYTES as u64));
        Some(read.map(|_| (at, block)))
    })
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

/// The first broken place of a log. What begins behind it is counted up to `enough`.
pub(super) fn first_break(log: impl Read, enough: usize) -> io::Result<Option<Break>> {
    let mut walk = Walk::default();
    let mut found: Option<Break> = None;
    for block in blocks(log) {
        let (block_at, block) = block?;
        let mut rest = 0..block.len();
        if found.is_none() {
            let Some(at) = walk.through(block_at, &block) else { continue };
            rest.start = at.saturating_add(1);
            let at = block_at.saturating_add(at as u64);
            found = Some(Break { at, record_at: if walk.goes_on { walk.record_at } else { at }, behind: 0 });
        }
        if let Some(found) = &mut found {
            let begins = |at: &usize| Record::at(&block, *at).is_some_and(|next| next.begins() && next.is_sound());
            let lacking = enough.saturating_sub(found.behind);
            found.behind = found.behind.saturating_add(rest.filter(begins).take(lacking).count());
        }
    }
    Ok(found)
}

/// A way through the sound records of a log.
#[derive(Default)]
struct Walk {
    /// Where the record begins that was passed last.
    record_at: u64,
    /// Whether another part of it must follow.
    goes_on: bool,
}

impl Walk {
    /// Goes through a block. Ends at the first place of it where there is no sound record.
    fn through(&mut self, block_at: u64, block: &[u8]) -> Option<usize> {
        let mut at = 0usize;
        while at < block.len() && BLOCK_BYTES.saturating_sub(at) >= HEADER_BYTES {
            let Some(record) = Record::at(block, at).filter(Record::is_sound) else { return Some(at) };
            if record.begins() {
                self.record_at = block_at.saturating_add(at as u64);
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

    /// Damages what begins at a header.
    pub(in super::super) type Damage = fn(&mut [u8]);

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
    fn the_first_break_is_found_with_what_begins_behind_it() {
        let (whole, begins) = log(&[300, 40_000, 10, 70_000, 20, 30]);
        assert_eq!(first_break(&whole[..], 9).unwrap(), None);
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
                    let found = first_break(&broken[..], enough).unwrap().unwrap();
                    let expected = (header as u64, record_at as u64, behind.min(enough));
                    assert_eq!((found.at, found.record_at, found.behind), expected);
                }
            }
        }
    }
}
