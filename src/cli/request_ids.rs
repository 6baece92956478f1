//! Request ids that a file's lines get where they name none: the same line gets the same id again, so that a file can
//! be sent again after a crash.

use crate::domain::RequestId;

/// The id that a list of texts stands for: the first 128 bits of their BLAKE3 hash.
pub(super) fn derived(parts: &[&[u8]]) -> RequestId {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    of_hash(&hasher.finalize())
}

/// The id of a line of a file: of the file's name, the line's number, and its text.
pub(super) fn of_line(file: &str, line: u64, text: &[u8]) -> RequestId {
    derived(&[b"line", file.as_bytes(), &line.to_le_bytes(), text])
}

/// The ids of a file's rows: those of [`of_line`], whose text is the cells with a separator between them. All that is
/// hashed is put together in the same room, as most rows are too short for anything else to be quick.
#[derive(Debug, Clone)]
pub(super) struct RowIds {
    bytes: Vec<u8>,
    /// Bytes that all rows begin with.
    head: usize,
}

impl RowIds {
    pub(super) fn of(file: &str) -> RowIds {
        let mut bytes = Vec::new();
        for part in [b"line", file.as_bytes()] {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend(part);
        }
        bytes.extend((size_of::<u64>() as u64).to_le_bytes());
        RowIds { head: bytes.len(), bytes }
    }

    /// The id of a row.
    pub(super) fn row<'c>(&mut self, line: u64, cells: impl Iterator<Item = &'c [u8]>) -> RequestId {
        const SEPARATOR: u8 = 0x1F;
        self.bytes.truncate(self.head);
        self.bytes.extend(line.to_le_bytes());
        let length_at = self.bytes.len();
        self.bytes.extend([0; size_of::<u64>()]);
        let text_at = self.bytes.len();
        for (place, cell) in cells.enumerate() {
            if place > 0 {
                self.bytes.push(SEPARATOR);
            }
            self.bytes.extend_from_slice(cell);
        }
        let length = self.bytes.len().saturating_sub(text_at) as u64;
        if let Some(room) = self.bytes.get_mut(length_at..text_at) {
            room.copy_from_slice(&length.to_le_bytes());
        }
        of_hash(&blake3::hash(&self.bytes))
    }
}

fn of_hash(hash: &blake3::Hash) -> RequestId {
    let head = hash.as_bytes().first_chunk::<16>().copied().unwrap_or_default();
    // 0 is the engine's own
    RequestId(u128::from_be_bytes(head).max(1))
}

/// The id of a command that follows from another, such as the redemption after an accrual.
pub(super) fn following(cause: RequestId, what: &str) -> RequestId {
    derived(&[b"following", &cause.0.to_le_bytes(), what.as_bytes()])
}

/// The id that a caller's own text is; one that is derived from it where it is too long, or has blanks.
pub(super) fn of_text(text: &str) -> RequestId {
    let own = text.parse().ok().filter(|id: &RequestId| id.0 != 0);
    own.unwrap_or_else(|| derived(&[b"text", text.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_the_ids_of_their_lines() {
        let mut rows = RowIds::of("sold.csv");
        for cells in [&["17", "2026-03-01", "29.33"][..], &["", "", ""], &["", "x"], &["x"], &[], &["a"; 900]] {
            let cells: Vec<&[u8]> = cells.iter().map(|cell| cell.as_bytes()).collect();
            for line in [1, 2, u64::MAX] {
                let id = rows.row(line, cells.iter().copied());
                assert_eq!(id, of_line("sold.csv", line, &cells.join(&0x1F)));
            }
        }
    }
}
