//! Creating a source (rules E20, E32, E92).

use super::restrict_source::check_restriction;
use super::{amount_or_none, check_types};
use crate::domain::{
    CreateSource, Definition, Inventory, InventoryChange, Limit, Points, Program, Rejection, Sequence, Source,
    SourceStatus, SourceTerms, Subject,
};
use crate::machine::draft::Draft;
use crate::machine::effects::At;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};

impl Rule for CreateSource {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::source("source", self.source)?;
        validate::name("name", &self.name)?;
        amount_or_none("low_at", self.low_at)?;
        amount_or_none("inventory", self.inventory)?;
        for (restriction, place) in self.restrictions.iter().zip(0usize..) {
            check_restriction(&format!("restrictions[{place}]"), restriction)?;
            let number = restriction.restriction;
            if self.restrictions.iter().take(place).any(|other| other.restriction == number) {
                return Err(wrong(format!("restrictions[{place}].restriction"), format!("{number} is there twice")));
            }
        }
        Ok(())
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Source(self.source));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let program = draft.program()?;
        let source = self.source;
        let all = || program.point_types.keys().copied().collect();
        let point_types = self.point_types.clone().unwrap_or_else(all);
        if program.source(source).is_some() {
            return Err(Rejection::SourceExists { source }.into());
        }
        check_types(draft, source, &point_types)?;

        let limit = |restriction| Limit { restriction, version: 1, since: draft.now };
        let mut limits: Vec<Limit> = self.restrictions.iter().copied().map(limit).collect();
        limits.sort_by_key(|limit| limit.restriction.restriction);
        let terms = SourceTerms {
            name: self.name.clone(),
            point_types,
            counting: self.counting,
            beyond: self.beyond,
            low_at: self.low_at,
            limits,
            is_recorded: self.inventory.is_some(),
        };
        draft.define(source.0, 1, Definition::Source(terms));
        let inventory = self.inventory.map(|_| Inventory::default());
        let record = Source { last_sequence: Sequence(0), status: SourceStatus::Active, inventory };
        let key = draft.source_key(source);
        let at = draft.effects.sources.create(key, record);
        draft.link_source(at);
        draft.set_inventory(at, self.inventory)
    }
}

impl<V: View> Draft<'_, V> {
    /// Fills an inventory that is there and empty.
    pub(super) fn set_inventory(&mut self, at: At<Source>, points: Option<Points>) -> Result<(), Undecided> {
        match points {
            Some(points) => self.change_inventory(at, InventoryChange::Set, points),
            None => Ok(()),
        }
    }
}
