//! The audit of the texts: each is the one that its entry committed to; one that is missing was erased by a command.

use crate::domain::{Action, Entry, Erase, Fault, Outcome, RequestKey, Sequence, TextKey, opened};
use crate::storage::{Read, requests};
use std::collections::BTreeSet;

/// References that are missing, and those that commands erased, found on a walk over the journal.
#[derive(Debug, Default)]
pub(super) struct TextAudit {
    missing: BTreeSet<Sequence>,
    erased: BTreeSet<Sequence>,
}

impl TextAudit {
    /// Looks at the text of an entry. Returns what is wrong with it.
    pub(super) fn look(&mut self, read: &dyn Read, entry: &Entry) -> Result<Option<String>, Fault> {
        if let (Action::Erase(Erase { transaction: Some(request), .. }), Outcome::Done { .. }) =
            (&entry.command.action, &entry.outcome)
        {
            let key = RequestKey { program: entry.command.program, request: *request };
            self.erased.extend(requests::find(read, &key)?);
        }
        let Some(commitment) = &entry.commitment else { return Ok(None) };
        match read.text(TextKey::Reference(entry.sequence))? {
            Some(stored) => {
                let Some(text) = opened(&stored, commitment) else {
                    return Ok(Some("its reference is not the one that it committed to".to_owned()));
                };
                let key = TextKey::referred(entry.command.program, &text, entry.sequence);
                let is_indexed = read.referred(key, 1)?.first() == Some(&entry.sequence);
                Ok((!is_indexed).then(|| "the index of references does not have it".to_owned()))
            }
            None => {
                self.missing.insert(entry.sequence);
                Ok(None)
            }
        }
    }

    /// The entries whose reference is missing though nobody erased it.
    pub(super) fn lost(&self) -> impl Iterator<Item = Sequence> + '_ {
        self.missing.difference(&self.erased).copied()
    }
}
