//! Making a paused or archived source active again (rules E25, E34).

use crate::domain::{Points, Program, Rejection, ResumeSource, SourceStatus, Subject};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for ResumeSource {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::source("source", self.source)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Source(self.source));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let known = draft.known_source(self.source)?;
        let source = &draft.effects.sources[known.at];
        if source.status == SourceStatus::Active {
            return Err(Rejection::SourceActive { source: self.source }.into());
        }
        let inventory = source.inventory;
        if inventory.is_some_and(|inventory| inventory.left() == Points::ZERO) {
            return Err(Rejection::InventoryEmpty { source: self.source }.into());
        }

        draft.record_source(&known, inventory.is_some());
        draft.set_status(known.at, SourceStatus::Active);
        Ok(())
    }
}
