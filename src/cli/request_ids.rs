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
    let head = hasher.finalize().as_bytes().first_chunk::<16>().copied().unwrap_or_default();
    // 0 is the engine's own
    RequestId(u128::from_be_bytes(head).max(1))
}

/// The id of a line of a file: of the file's name, the line's number, and its text.
pub(super) fn of_line(file: &str, line: u64, text: &[u8]) -> RequestId {
    derived(&[b"line", file.as_bytes(), &line.to_le_bytes(), text])
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
