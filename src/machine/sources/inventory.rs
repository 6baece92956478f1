//! Setting an inventory once, and modifying it from then on (rules E99, E101, E102).

use crate::domain::{Inventory, InventoryChange, ModifyInventory, Points, Program, Rejection, SetInventory, Subject};
use crate::machine::draft::{Draft, fits};
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};

impl Rule for SetInventory {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::source("source", self.source)?;
        super::amount_or_none("points", Some(self.points))
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Source(self.source));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let known = draft.known_source(self.source)?;
        if draft.effects.sources[known.at].inventory.is_some() {
            return Err(Rejection::InventoryExists { source: self.source }.into());
        }

        draft.record_source(&known, true);
        draft.link_source(known.at);
        draft.effects.sources[known.at].inventory = Some(Inventory::default());
        draft.set_inventory(known.at, Some(self.points))
    }
}

impl Rule for ModifyInventory {
    fn check(&self) -> Result<(), Malformed> {
        validate::source("source", self.source)?;
        if self.points == Points::ZERO { Err(wrong("points", "0; must be more or less than 0")) } else { Ok(()) }
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Source(self.source));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let source = self.source;
        let known = draft.known_source(source)?;
        let record = &draft.effects.sources[known.at];
        let left = record.inventory.ok_or(Rejection::InventoryUnset { source })?.left();
        if fits(left.plus(self.points))? < Points::ZERO {
            return Err(Rejection::InventoryExceeded { source, left }.into());
        }

        draft.link_source(known.at);
        draft.change_inventory(known.at, InventoryChange::Modified, self.points)
    }
}
