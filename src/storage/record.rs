//! The bytes of a journal record: some entries in a row, chained to the record before by its hash.
//!
//! | bytes | what |
//! |---|---|
//! | 32 | hash of the record before, zeros in the first |
//! | 8 | number of the first entry, little-endian |
//! | 4 | how many entries |
//! | 2 | the format |
//! | 2 | the version of the rules that decided the entries |
//! | each | length of the entry 4, the entry: recorded_at, actor, links, command, outcome; of a reference its commitment |
//!
//! The hash of a record is the BLAKE3 of all its bytes.

use super::{ChainHash, JournalRecord, Read, codec, format};
use crate::domain::{
    Action, Actor, Command, Commitment, Entry, Fault, Link, Links, Outcome, Own, ProgramId, RequestId, Sequence,
    TextKey, Timestamp, opened, own_ids,
};
use crate::machine::{OLDEST_RULES, RULES};
use serde::{Deserialize, Serialize};

const HEADER_BYTES: usize = 48;

#[derive(Serialize)]
struct StoredRef<'a> {
    recorded_at: Timestamp,
    actor: &'a Actor,
    links: &'a [Link],
    program: ProgramId,
    request_id: RequestId,
    transaction_at: Option<Timestamp>,
    commitment: Option<Commitment>,
    action: &'a Action,
    outcome: &'a Outcome,
}

#[derive(Deserialize)]
struct Stored {
    recorded_at: Timestamp,
    actor: Actor,
    links: Vec<Link>,
    program: ProgramId,
    request_id: RequestId,
    transaction_at: Option<Timestamp>,
    commitment: Option<Commitment>,
    action: Action,
    outcome: Outcome,
}

/// What is known of an entry before it has its number.
#[derive(Debug, Clone, Copy)]
pub struct NewEntry<'a> {
    /// When it was decided.
    pub recorded_at: Timestamp,
    /// Who asked.
    pub actor: &'a Actor,
    /// The chains that it is in.
    pub links: &'a [Link],
    /// What was asked.
    pub command: &'a Command,
    /// What is written of the command's reference.
    pub commitment: Option<Commitment>,
    /// What became of it.
    pub outcome: &'a Outcome,
}

/// Appends an entry's bytes, without its length and number, to `to`.
pub fn encode_entry(entry: &NewEntry<'_>, to: &mut Vec<u8>) -> Result<(), Fault> {
    let NewEntry { recorded_at, actor, links, command, commitment, outcome } = *entry;
    let Command { program, request_id, transaction_at, reference: _, action, long_ids: _ } = command;
    let (program, request_id, transaction_at) = (*program, *request_id, *transaction_at);
    let stored =
        StoredRef { recorded_at, actor, links, program, request_id, transaction_at, commitment, action, outcome };
    codec::encode(&stored, to)
}

/// Begins a record: room for its header.
pub fn begin(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().saturating_add(HEADER_BYTES), 0);
}

/// Adds an entry to a record that was begun.
pub fn push(entry: &[u8], bytes: &mut Vec<u8>) {
    let length = u32::try_from(entry.len()).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(entry);
}

/// Completes a record: fills in its header and hashes it.
#[must_use]
pub fn finish(mut bytes: Vec<u8>, previous: ChainHash, first: Sequence, count: u32) -> JournalRecord {
    let header = previous.into_iter().chain(first.0.to_le_bytes()).chain(count.to_le_bytes());
    let header = header.chain((format::CURRENT as u16).to_le_bytes()).chain(RULES.to_le_bytes());
    for (to, from) in bytes.iter_mut().zip(header) {
        *to = from;
    }
    let hash = *blake3::hash(&bytes).as_bytes();
    let last = Sequence(first.0.saturating_add(u64::from(count)).saturating_sub(1));
    JournalRecord { first, last, hash, bytes }
}

/// A record that was read back.
#[derive(Debug)]
pub struct Record<'a> {
    /// Hash of the record before.
    pub previous: ChainHash,
    /// Number of the first entry.
    pub first: Sequence,
    /// How many entries.
    pub count: u32,
    /// The version of the rules that decided them.
    pub rules: u16,
    entries: &'a [u8],
    bytes: &'a [u8],
}

impl<'a> Record<'a> {
    /// Reads a record's header; `key` is the number under which it is stored.
    pub fn read(key: Sequence, bytes: &'a [u8]) -> Result<Record<'a>, Fault> {
        let damaged = || Fault::corrupt(format!("journal record {key}: damaged header"));
        let (previous, rest) = bytes.split_first_chunk::<32>().ok_or_else(damaged)?;
        let (first, rest) = rest.split_first_chunk::<8>().ok_or_else(damaged)?;
        let (count, rest) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
        let (version, rest) = rest.split_first_chunk::<2>().ok_or_else(damaged)?;
        let (rules, entries) = rest.split_first_chunk::<2>().ok_or_else(damaged)?;
        let (version, rules) = (u16::from_le_bytes(*version), u16::from_le_bytes(*rules));
        if !format::is_read(version.into()) {
            let (oldest, current) = (format::OLDEST, format::CURRENT);
            let what = format!("journal record {key} has format {version}; this build reads {oldest} to {current}");
            return Err(Fault::corrupt(what));
        }
        if !(OLDEST_RULES..=RULES).contains(&rules) {
            let what = format!("journal record {key} has rules {rules}; this build knows {OLDEST_RULES} to {RULES}");
            return Err(Fault::corrupt(what));
        }
        let (first, count) = (Sequence(u64::from_le_bytes(*first)), u32::from_le_bytes(*count));
        if first != key || count == 0 || first.0.checked_add(count.into()).is_none() {
            return Err(damaged());
        }
        Ok(Record { previous: *previous, first, count, rules, entries, bytes })
    }

    /// Number of the last entry.
    #[must_use]
    pub fn last(&self) -> Sequence {
        Sequence(self.first.0.saturating_add(u64::from(self.count)).saturating_sub(1))
    }

    /// The record's hash.
    #[must_use]
    pub fn hash(&self) -> ChainHash {
        *blake3::hash(self.bytes).as_bytes()
    }

    /// The entries from number `from` on. Those before are skipped unread.
    pub fn entries(&self, from: Sequence) -> impl Iterator<Item = Result<Entry, Fault>> + use<'a> {
        self.those(move |sequence| sequence >= from)
    }

    /// The entries with wanted numbers. Others are skipped unread.
    pub fn those<W: Fn(Sequence) -> bool>(
        &self,
        is_wanted: W,
    ) -> impl Iterator<Item = Result<Entry, Fault>> + use<'a, W> {
        let mut rest = self.entries;
        let numbers = (self.first.0..).take(self.count as usize).map(Sequence);
        let entries = numbers.map(move |sequence| {
            let damaged = || Fault::corrupt(format!("journal entry {sequence}: damaged length"));
            let (length, after) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
            let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
            let (entry, after) = after.split_at_checked(length).ok_or_else(damaged)?;
            rest = after;
            if is_wanted(sequence) { decode_entry(sequence, entry).map(Some) } else { Ok(None) }
        });
        entries.filter_map(Result::transpose)
    }
}

/// An entry of a journal that has it.
pub fn entry(read: &dyn Read, sequence: Sequence) -> Result<Entry, Fault> {
    let missing = || Fault::corrupt(format!("journal entry {sequence} is not there"));
    let mut found = None;
    read.see_journal_record(sequence, &mut |first, bytes| {
        found = Record::read(first, bytes).map(|record| record.entries(sequence).next()).transpose();
    })?;
    with_reference(read, found.ok_or_else(missing)???)
}

fn decode_entry(sequence: Sequence, bytes: &[u8]) -> Result<Entry, Fault> {
    let stored: Stored = codec::decode(bytes, format_args!("journal entry {sequence}"))?;
    let Stored { recorded_at, actor, program, request_id, transaction_at, commitment, action, mut outcome, .. } =
        stored;
    let command = Command { transaction_at, ..Command::new(program, request_id, action) };
    let mut links = Links::from_vec(stored.links);
    let own = own_ids(sequence, &command, &links);
    links.iter_mut().for_each(|link| link.fill(&own));
    outcome.fill(&own);
    Ok(Entry { sequence, recorded_at, actor, links, command, commitment, outcome })
}

/// The same entry with its reference, unless that was erased.
pub fn with_reference(read: &dyn Read, mut entry: Entry) -> Result<Entry, Fault> {
    let Some(commitment) = &entry.commitment else { return Ok(entry) };
    if let Some(stored) = read.text(TextKey::Reference(entry.sequence))? {
        let changed = || Fault::corrupt(format!("journal entry {}: its reference was changed", entry.sequence));
        entry.command.reference = Some(opened(&stored, commitment).ok_or_else(changed)?);
    }
    Ok(entry)
}
