//! Sources: their terms, their inventory, and how much of them an accrual may give. An accrual reads a source's record
//! only where its terms say so ([`SourceTerms::is_guarded`]): any other takes no lock of a source and looks nothing up.

mod archive_source;
mod create_source;
mod edit_source;
mod inventory;
mod issue;
mod pause_source;
mod restrict_source;
mod resume_source;

use super::draft::{Draft, fits};
use super::effects::At;
use super::validate::{Malformed, wrong};
use super::view::{Undecided, View};
use crate::domain::{
    Definition, Fault, InventoryChange, Leg, Link, PointTypeId, Points, Rejection, Sequence, Source, SourceId,
    SourceKey, SourceStatus, SourceTerms, Subject, Versions,
};
pub(super) use issue::name;
use std::collections::BTreeSet;

/// A source that a command is about.
#[derive(Clone, Copy)]
struct Known<'a> {
    at: At<Source>,
    id: SourceId,
    terms: &'a SourceTerms,
    /// The number of the terms' version.
    version: u32,
}

impl<'a, V: View> Draft<'a, V> {
    fn source_key(&self, source: SourceId) -> SourceKey {
        SourceKey { program: self.id, source }
    }

    /// The terms of a source, with the number of their version.
    fn source_terms(&self, source: SourceId) -> Result<(&'a SourceTerms, u32), Rejection> {
        let versions = self.program()?.sources.get(&source).ok_or(Rejection::SourceUnknown { source })?;
        Ok((Versions::current(versions), versions.number()))
    }

    /// The record of a source that has terms: it has to be there.
    fn source_record(&mut self, source: SourceId) -> Result<At<Source>, Undecided> {
        let key = self.source_key(source);
        if let Some(at) = self.effects.sources.find(&key) {
            return Ok(at);
        }
        let missing = || Fault::broken(key.lock(), "it has terms, and no record");
        let record = self.view.source(key)?.ok_or_else(missing)?;
        Ok(self.effects.sources.load(key, record))
    }

    /// A source that has to be there.
    fn known_source(&mut self, id: SourceId) -> Result<Known<'a>, Undecided> {
        let (terms, version) = self.source_terms(id)?;
        Ok(Known { at: self.source_record(id)?, id, terms, version })
    }

    /// A source that has to be active: only then its terms change (rules E22, E33).
    fn active_source(&mut self, id: SourceId) -> Result<Known<'a>, Undecided> {
        let known = self.known_source(id)?;
        self.check_active(&known)?;
        Ok(known)
    }

    fn check_active(&self, known: &Known<'_>) -> Result<(), Rejection> {
        let source = known.id;
        match self.effects.sources[known.at].status {
            SourceStatus::Active => Ok(()),
            SourceStatus::Paused | SourceStatus::Exhausted => Err(Rejection::SourcePaused { source }),
            SourceStatus::Archived => Err(Rejection::SourceArchived { source }),
        }
    }

    /// Defines the next version of a source's terms.
    fn redefine_source(&mut self, known: &Known<'_>, terms: SourceTerms) {
        self.define(known.id.0, known.version.saturating_add(1), Definition::Source(terms));
    }

    /// Whether accruals have to read the record from now on: a new version of the terms where that changes.
    fn record_source(&mut self, known: &Known<'_>, is_recorded: bool) {
        if known.terms.is_recorded != is_recorded {
            self.redefine_source(known, SourceTerms { is_recorded, ..known.terms.clone() });
        }
    }

    /// Makes this the newest entry in the chain of commands about a source.
    fn link_source(&mut self, at: At<Source>) {
        let subject = Subject::Source(self.effects.sources.key(at).source);
        let source = &mut self.effects.sources[at];
        let previous = std::mem::replace(&mut source.last_sequence, Sequence::OWN);
        if previous != Sequence::OWN {
            self.effects.link(Link { subject, previous });
        }
    }

    /// Gives a source another status, and tells it (rule E27).
    fn set_status(&mut self, at: At<Source>, status: SourceStatus) {
        let source = self.effects.sources.key(at).source;
        self.link_source(at);
        self.effects.sources[at].status = status;
        self.effects.legs.push(Leg::SourceStatus { source, status });
    }

    /// Changes an inventory that is there, and tells it; an active source whose inventory is 0 then pauses in the same
    /// commit (rule E99).
    fn change_inventory(&mut self, at: At<Source>, change: InventoryChange, points: Points) -> Result<(), Undecided> {
        let key = self.effects.sources.key(at);
        let source = &mut self.effects.sources[at];
        let Some(inventory) = &mut source.inventory else {
            return Err(Fault::broken(key.lock(), "it has no inventory to change").into());
        };
        let negated = fits(points.negated())?;
        let sum = match change {
            InventoryChange::Set | InventoryChange::Modified => (&mut inventory.given, points),
            InventoryChange::Drawn | InventoryChange::Returned => (&mut inventory.issued, negated),
            InventoryChange::Expired => (&mut inventory.expired, negated),
        };
        *sum.0 = fits(sum.0.plus(sum.1))?;
        let left = inventory.left();
        let status = source.status;
        self.effects.legs.push(Leg::Inventory { source: key.source, change, points, left });
        if status == SourceStatus::Active && left == Points::ZERO {
            self.set_status(at, SourceStatus::Exhausted);
        }
        Ok(())
    }
}

/// Checks that point types are those of the program, and one at least (rule E90).
fn check_types<V: View>(
    draft: &Draft<'_, V>,
    source: SourceId,
    point_types: &BTreeSet<PointTypeId>,
) -> Result<(), Rejection> {
    for point_type in point_types {
        draft.point_type(*point_type)?;
    }
    if point_types.is_empty() { Err(Rejection::SourceWithoutTypes { source }) } else { Ok(()) }
}

/// An amount of nothing or more.
fn amount_or_none(field: &str, points: Option<Points>) -> Result<(), Malformed> {
    match points {
        Some(points) if points < Points::ZERO => Err(wrong(field, format!("{points}; must not be less than 0"))),
        _ => Ok(()),
    }
}
