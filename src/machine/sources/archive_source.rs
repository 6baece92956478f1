//! Archiving a paused source: what is left of its inventory expires; members keep their points (rules E26, E28 to E30).

use crate::domain::{ArchiveSource, InventoryChange, Points, Program, Rejection, SourceStatus, Subject};
use crate::machine::draft::{Draft, fits};
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for ArchiveSource {
    fn check(&self) -> Result<(), Malformed> {
        validate::source("source", self.source)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Source(self.source));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let source = self.source;
        let known = draft.known_source(source)?;
        let record = &draft.effects.sources[known.at];
        let left = record.inventory.map_or(Points::ZERO, |inventory| inventory.left());
        match record.status {
            SourceStatus::Active => return Err(Rejection::SourceActive { source }.into()),
            SourceStatus::Archived => return Err(Rejection::SourceArchived { source }.into()),
            SourceStatus::Paused | SourceStatus::Exhausted if !self.confirm => {
                return Err(Rejection::NeedsConfirm { source, left }.into());
            }
            SourceStatus::Paused | SourceStatus::Exhausted => {}
        }

        draft.set_status(known.at, SourceStatus::Archived);
        if left.is_positive() {
            draft.change_inventory(known.at, InventoryChange::Expired, fits(left.negated())?)?;
        }
        Ok(())
    }
}
