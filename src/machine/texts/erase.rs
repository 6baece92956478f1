//! Erasing a text. The machine sees no text: it says which one goes, by its place.

use crate::domain::{Erase, Program, Rejection, Subject, TextKey};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};

impl Rule for Erase {
    fn check(&self) -> Result<(), Malformed> {
        match (self.transaction, self.id) {
            (Some(transaction), None) => validate::request("transaction", transaction),
            (None, Some(id)) => validate::member("id", id),
            (None, None) => Err(wrong("transaction", "missing; name a transaction or an id")),
            (Some(_), Some(_)) => Err(wrong("id", "name a transaction or an id, not both")),
        }
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        self.transaction.into_iter().for_each(|transaction| names.request(transaction));
        self.id.into_iter().for_each(|id| names.subject(Subject::Member(id)));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let erased = match (self.transaction, self.id) {
            (Some(transaction), _) => {
                let key = draft.request_key(transaction);
                TextKey::Reference(draft.view.request(key)?.ok_or(Rejection::TransactionUnknown)?)
            }
            (None, Some(id)) => TextKey::Id(id.0),
            (None, None) => return Ok(()),
        };

        draft.effects.erased.push(erased);
        if let Some(id) = self.id
            && let Some(member) = draft.member_as_booked(id)?
        {
            draft.link_member(member);
        }
        Ok(())
    }
}
