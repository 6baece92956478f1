//! Tables of sums: what the shards gathered since the last checkpoint is added to what a table holds, when a checkpoint
//! writes it and when a report looks at both.

use super::delta::Delta;
use super::error::Error;
use super::findings::Findings;
use super::sync::Mutex;
use crate::domain::keys::Key;
use crate::domain::{Fault, Rollup, Sum};
use crate::storage::rows::{self, Rows};
use crate::storage::{
    Cohorts, CohortsByMonth, Expiring, Read, Run, Table, TableId, TotalsByDay, TotalsByMonth, TotalsBySource,
    TotalsByType,
};
use hashbrown::HashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::Arc;

/// Parts of sums, by their encoded keys.
pub(super) type Parts = BTreeMap<Vec<u8>, Vec<u8>>;

/// Changed rows of all shards.
type Deltas = [Arc<Mutex<Delta>>];

/// A stored sum with a part added; `None` where nothing is left.
type Added = fn(&[u8], &[u8]) -> Result<Option<Vec<u8>>, Fault>;

/// What is done with a table of sums, whichever it is.
#[derive(Clone, Copy)]
pub(super) struct Summed {
    /// What the shards gathered, encoded.
    pub(super) parts: fn(&Deltas) -> Result<Parts, Fault>,
    /// A stored sum with a part added; `None` where nothing is left.
    pub(super) added: Added,
    /// Writes what the shards gathered, added to what the table holds.
    pub(super) write: fn(&Deltas, &dyn Read, &mut Run) -> Result<(), Fault>,
}

/// How a table of sums is handled, if it is one.
pub(super) fn summed(table: TableId) -> Option<Summed> {
    match table {
        TableId::TotalsByDay => Some(Summed::of::<TotalsByDay>()),
        TableId::Cohorts => Some(Summed::of::<Cohorts>()),
        TableId::Expiring => Some(Summed::of::<Expiring>()),
        TableId::TotalsByMonth => Some(Summed::of::<TotalsByMonth>()),
        TableId::CohortsByMonth => Some(Summed::of::<CohortsByMonth>()),
        TableId::TotalsByType => Some(Summed::of::<TotalsByType>()),
        TableId::TotalsBySource => Some(Summed::of::<TotalsBySource>()),
        _ => None,
    }
}

/// A table of sums: what of it is in a delta.
trait Gathered: Table<Value: Sum> {
    fn gather(delta: &Delta, into: &mut BTreeMap<Self::Key, Self::Value>);
}

/// Tables that the delta has as they are.
macro_rules! gathered {
    ($($table:ident: $field:ident;)*) => {
        $(impl Gathered for $table {
            fn gather(delta: &Delta, into: &mut BTreeMap<Self::Key, Self::Value>) {
                add(&delta.$field, |key| *key, into);
            }
        })*
    };
}

/// Tables that add up one of those.
macro_rules! rolled_up {
    ($($table:ident: $field:ident;)*) => {
        $(impl Gathered for $table {
            fn gather(delta: &Delta, into: &mut BTreeMap<Self::Key, Self::Value>) {
                add(&delta.$field, <$table as Rollup>::row_of, into);
            }
        })*
    };
}

gathered!(TotalsByDay: totals; Cohorts: cohorts; Expiring: expiring;);
rolled_up!(TotalsByMonth: totals; CohortsByMonth: cohorts; TotalsByType: totals; TotalsBySource: totals;);

fn add<K, R: Ord, V: Sum>(parts: &HashMap<K, V>, row_of: impl Fn(&K) -> R, into: &mut BTreeMap<R, V>) {
    for (key, part) in parts {
        into.entry(row_of(key)).or_default().gather(part);
    }
}

fn gather<T: Gathered>(deltas: &Deltas) -> BTreeMap<T::Key, T::Value> {
    let mut sums = BTreeMap::new();
    deltas.iter().for_each(|delta| T::gather(&delta.lock(), &mut sums));
    sums
}

fn encoded<T: Table>(value: &T::Value) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    rows::encode::<T>(value, &mut bytes)?;
    Ok(bytes)
}

impl Summed {
    fn of<T: Gathered>() -> Summed {
        Summed { parts: parts::<T>, added: added::<T>, write: write::<T> }
    }
}

fn parts<T: Gathered>(deltas: &Deltas) -> Result<Parts, Fault> {
    // a part that is nothing changes no row, and makes none
    let sums = gather::<T>(deltas).into_iter().filter(|(_, part)| !part.is_nothing());
    sums.map(|(key, part)| Ok((key.to_bytes(), encoded::<T>(&part)?))).collect()
}

fn added<T: Gathered>(stored: &[u8], part: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
    let mut sum = rows::decode::<T>(stored)?;
    sum.gather(&rows::decode::<T>(part)?);
    if sum.is_nothing() { Ok(None) } else { encoded::<T>(&sum).map(Some) }
}

fn write<T: Gathered>(deltas: &Deltas, stored: &dyn Read, run: &mut Run) -> Result<(), Fault> {
    /// Rows that are looked up in one go.
    const CHUNK: usize = 4096;
    let mut sums = gather::<T>(deltas).into_iter().peekable();
    while sums.peek().is_some() {
        let (keys, parts): (Vec<T::Key>, Vec<T::Value>) = sums.by_ref().take(CHUNK).unzip();
        let before = rows::get_many::<T>(stored, &keys)?;
        for ((key, mut sum), before) in keys.iter().zip(parts).zip(before) {
            if let Some(before) = before {
                sum.gather(&before);
            }
            run.push::<T>(key, Some(&sum).filter(|sum| !sum.is_nothing()))?;
        }
    }
    Ok(())
}

/// What a table that adds up another has to hold.
fn sums_of<T: Rollup>(read: &dyn Read) -> Result<BTreeMap<T::Key, T::Value>, Fault> {
    let mut sums: BTreeMap<T::Key, T::Value> = BTreeMap::new();
    for row in Rows::<T::Of>::all(read) {
        let (key, part) = row?;
        sums.entry(T::row_of(&key)).or_default().gather(&part);
    }
    Ok(sums)
}

/// Sums that are kept once more equal those that they add up.
pub(super) fn audit(read: &dyn Read, findings: &mut Findings) -> Result<(), Error> {
    audit_table::<TotalsByMonth>(read, findings)?;
    audit_table::<CohortsByMonth>(read, findings)?;
    audit_table::<TotalsByType>(read, findings)?;
    audit_table::<TotalsBySource>(read, findings)
}

fn audit_table<T: Rollup>(read: &dyn Read, findings: &mut Findings) -> Result<(), Error>
where
    T::Key: Debug,
    T::Value: PartialEq + Debug,
{
    let counted = sums_of::<T>(read)?;
    let stored: BTreeMap<T::Key, T::Value> = Rows::<T>::all(read).collect::<Result<_, Fault>>()?;
    let keys: BTreeSet<&T::Key> = stored.keys().chain(counted.keys()).collect();
    for key in keys {
        let [stored, counted] = [&stored, &counted].map(|of| of.get(key).copied().unwrap_or_default());
        let place = || format!("table {}, {key:?}", T::ID.name());
        findings.add(place, (stored != counted).then(|| format!("{stored:?} where the days have {counted:?}")));
    }
    Ok(())
}
