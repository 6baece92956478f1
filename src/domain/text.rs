//! Texts that callers wrote: references, and ids of more than 15 characters. They may be personal, so they are kept outside of
//! the hash chain, where they can be erased: the entry holds a commitment to its text, and nothing else of it.

use super::{ProgramId, Sequence};
use std::cmp::Reverse;

/// Bytes of random salt that keep a commitment from being guessed once its text is erased.
pub const SALT_BYTES: usize = 16;

/// A hash over a salt and a text.
pub type Commitment = [u8; 32];

/// Where a text is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextKey {
    /// The reference of an entry.
    Reference(Sequence),
    /// A long id, by the number that stands for it.
    Id(u128),
    /// That an entry has a reference with this hash: nothing but its place is kept. The newest entry comes first.
    Referred(ProgramId, u128, Reverse<Sequence>),
}

impl TextKey {
    /// The key's bytes: kind 1, then sequence 8, or id 16, or program 4, hash 16, sequence 8 (its bits flipped).
    #[must_use]
    pub fn to_bytes(self) -> Vec<u8> {
        match self {
            TextKey::Reference(sequence) => [&[0], sequence.0.to_be_bytes().as_slice()].concat(),
            TextKey::Id(id) => [&[1], id.to_be_bytes().as_slice()].concat(),
            TextKey::Referred(program, hash, Reverse(sequence)) => {
                let newest = (!sequence.0).to_be_bytes();
                [&[2], program.0.to_be_bytes().as_slice(), &hash.to_be_bytes(), &newest].concat()
            }
        }
    }

    /// Where the index of references has an entry with this one. It is written and erased with the text itself.
    #[must_use]
    pub fn referred(program: ProgramId, reference: &str, sequence: Sequence) -> TextKey {
        let hash = blake3::hash(reference.as_bytes());
        let hash = hash.as_bytes().first_chunk().copied().map_or(0, u128::from_be_bytes);
        TextKey::Referred(program, hash, Reverse(sequence))
    }

    /// The entry that a key of the index of references names.
    #[must_use]
    pub fn referring(bytes: &[u8]) -> Option<Sequence> {
        let (_, newest) = bytes.split_last_chunk::<8>().filter(|(rest, _)| rest.len() == 21)?;
        Some(Sequence(!u64::from_be_bytes(*newest)))
    }
}

/// What an entry holds of a text.
#[must_use]
pub fn commitment(salt: &[u8; SALT_BYTES], text: &str) -> Commitment {
    let mut hasher = blake3::Hasher::new();
    hasher.update(salt);
    hasher.update(text.as_bytes());
    *hasher.finalize().as_bytes()
}

/// A text as it is stored: its salt, then the text.
#[must_use]
pub fn stored(salt: &[u8; SALT_BYTES], text: &str) -> Vec<u8> {
    [salt.as_slice(), text.as_bytes()].concat()
}

/// The text that is stored, if it is the one that was committed to.
#[must_use]
pub fn opened(stored: &[u8], committed: &Commitment) -> Option<Box<str>> {
    let (salt, text) = stored.split_first_chunk::<SALT_BYTES>()?;
    let text = std::str::from_utf8(text).ok()?;
    (commitment(salt, text) == *committed).then(|| text.into())
}
