//! Texts that callers wrote, on their way beside the journal: references, each with a salt of its own, and long ids.
//!
//! The only file of the core that asks for randomness: a text that was erased must not be guessable from what its entry
//! keeps of it.

use super::error::Error;
use super::state::State;
use super::sync::thread_local;
use crate::domain::{
    Command, Commitment, Fault, LongId, MemberId, Outcome, ProgramId, RequestId, SALT_BYTES, Sequence, TextKey,
    commitment, stored,
};
use crate::storage::{TextChange, codec};
use std::cell::RefCell;

/// The texts of one command.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// What the entry holds of the reference.
    pub(super) commitment: Option<Commitment>,
    reference: Option<Vec<u8>>,
    ids: Vec<TextChange>,
}

/// Random bytes, drawn once for a thread, and how many salts were made of them.
#[derive(Default)]
struct Salts {
    seed: Option<[u8; 32]>,
    count: u64,
}

thread_local! {
    static SALTS: RefCell<Salts> = RefCell::default();
}

impl Texts {
    /// The texts of a command; mostly none.
    pub(super) fn of(command: &Command) -> Result<Texts, Error> {
        let mut texts = Texts::default();
        if let Some(reference) = &command.reference {
            let salt = salt()?;
            texts.commitment = Some(commitment(&salt, reference));
            texts.reference = Some(stored(&salt, reference));
        }
        if !command.long_ids.is_empty() {
            check_long_ids(command)?;
            let kept = |long: &LongId| TextChange {
                key: TextKey::Id(long.id().0),
                value: Some(long.text().as_bytes().to_vec()),
            };
            texts.ids = command.long_ids.iter().map(kept).collect();
        }
        Ok(texts)
    }

    /// What is written, and erased, together with an entry.
    pub(super) fn changes(
        &self,
        command: &Command,
        sequence: Sequence,
        erased: &[TextKey],
    ) -> impl Iterator<Item = TextChange> {
        let reference = self.reference.clone();
        let reference = reference.map(|value| TextChange { key: TextKey::Reference(sequence), value: Some(value) });
        let index = command.reference.as_deref().filter(|_| self.reference.is_some());
        let index = index.map(|text| TextKey::referred(command.program, text, sequence));
        let reference = reference.into_iter().chain(index.map(|key| TextChange { key, value: Some(Vec::new()) }));
        let gone = erased.iter().map(|key| TextChange { key: *key, value: None });
        reference.chain(self.ids.iter().cloned()).chain(gone)
    }

    /// Whether nothing is written or erased.
    pub(super) fn is_empty(&self, erased: &[TextKey]) -> bool {
        self.reference.is_none() && self.ids.is_empty() && erased.is_empty()
    }
}

/// What goes with erased texts: where the index of references names them. They are in the store: the texts of an entry
/// are written with it.
pub(super) fn index_of_erased(state: &State, program: ProgramId, erased: &[TextKey]) -> Result<Vec<TextKey>, Error> {
    let mut found = Vec::new();
    for key in erased {
        let TextKey::Reference(sequence) = *key else { continue };
        // IMPORTANT: one that is not written yet would not be found, and its place in the index would stay
        state.journal.wait(sequence)?;
        let stored = state.history.text(*key)?;
        let text = stored.as_deref().and_then(|stored| stored.get(SALT_BYTES..));
        let text = text.map(String::from_utf8_lossy);
        found.extend(text.map(|text| TextKey::referred(program, &text, sequence)));
    }
    Ok(found)
}

/// A salt that nobody can guess: made of random bytes and a number that is never used twice.
fn salt() -> Result<[u8; SALT_BYTES], Fault> {
    SALTS.with(|salts| {
        let mut salts = salts.borrow_mut();
        let seed = match salts.seed {
            Some(seed) => seed,
            None => {
                let mut seed = [0u8; 32];
                getrandom::fill(&mut seed).map_err(|error| Fault::io(format!("no random bytes: {error}")))?;
                *salts.seed.insert(seed)
            }
        };
        salts.count = salts.count.wrapping_add(1);
        let hash = blake3::keyed_hash(&seed, &salts.count.to_le_bytes());
        Ok(hash.as_bytes().first_chunk().copied().unwrap_or_default())
    })
}

/// Refuses a long id that the command does not name.
fn check_long_ids(command: &Command) -> Result<(), Error> {
    let mut body = Vec::new();
    codec::encode(&command.action, &mut body)?;
    for long in &command.long_ids {
        let MemberId(id) = long.id();
        let in_body = body.windows(16).any(|window| window == id.to_le_bytes());
        if !in_body && command.request_id != RequestId(id) {
            return Err(Error::invalid(format!("long_ids: {:?} is the text of no id of the command", long.text())));
        }
    }
    Ok(())
}

/// Whether an entry erases something: then the store has to let go of it for good.
pub(super) fn erases(outcome: &Outcome, erased: &[TextKey]) -> bool {
    matches!(outcome, Outcome::Done { .. }) && !erased.is_empty()
}
