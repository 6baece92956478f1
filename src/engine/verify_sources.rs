//! The part of the audit that is about sources: terms, records and what the journal tells of inventories.

use super::error::Error;
use super::findings::Findings;
use super::recover::stored_programs;
use crate::domain::{Entry, Inventory, InventoryChange, Leg, SourceKey, SourceStatus};
use crate::machine::laws;
use crate::storage::rows::Rows;
use crate::storage::{Read, Sources};
use std::collections::BTreeMap;

/// What the journal says of inventories.
pub(super) type Inventories = BTreeMap<SourceKey, Inventory>;

/// Counts what an entry did to inventories.
pub(super) fn count_inventories(entry: &Entry, inventories: &mut Inventories) {
    for (source, change, points) in entry.legs().iter().filter_map(Leg::inventory) {
        let key = SourceKey { program: entry.command.program, source };
        let inventory = inventories.entry(key).or_default();
        let (sum, points) = match change {
            InventoryChange::Set | InventoryChange::Modified => (&mut inventory.given, points.0),
            InventoryChange::Drawn | InventoryChange::Returned => (&mut inventory.issued, points.0.saturating_neg()),
            InventoryChange::Expired => (&mut inventory.expired, points.0.saturating_neg()),
        };
        sum.0 = sum.0.saturating_add(points);
    }
}

/// Each source has terms and a record; its inventory is what the journal tells; its record is read where it must be.
pub(super) fn audit_sources(read: &dyn Read, told: Option<Inventories>, findings: &mut Findings) -> Result<(), Error> {
    let programs = stored_programs(read)?;
    let mut found = 0usize;
    for row in Rows::<Sources>::all(read) {
        let (key, source) = row?;
        let place = || format!("program {}, source {}", key.program, key.source);
        findings.add(place, laws::source(&source));
        let Some(terms) = programs.get(&key.program).and_then(|program| program.source(key.source)) else {
            findings.add(place, ["has no terms".to_owned()]);
            continue;
        };
        found = found.saturating_add(1);
        let must_be_read = source.inventory.is_some() || source.status != SourceStatus::Active;
        findings.add(place, (must_be_read != terms.is_recorded).then(|| "is wrongly read or not".to_owned()));
        let inventory = source.inventory.unwrap_or_default();
        let told = told.as_ref().map(|told| told.get(&key).copied().unwrap_or_default());
        let differs = told.filter(|told| *told != inventory);
        findings.add(place, differs.map(|told| format!("inventory {inventory:?} where the journal tells {told:?}")));
    }
    let terms = programs.values().fold(0usize, |sum, program| sum.saturating_add(program.sources.len()));
    findings.add(|| "table sources".into(), (found != terms).then(|| format!("{found} records of {terms} sources")));
    Ok(())
}
