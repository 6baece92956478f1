//! Reading rows through the layers: active delta, frozen delta, tables; the newest of each key, in order.

use super::delta::Shard;
use super::pending::PendingRow;
use crate::domain::Fault;
use crate::domain::tables::Table;
use crate::storage::rows::Rows;
use std::iter::Peekable;
use std::ops::Range;

/// Rows of a table, in order.
pub(super) type Found<T> = Vec<(<T as Table>::Key, <T as Table>::Value)>;

/// Up to `limit` rows with keys in `range`.
pub(super) fn rows<T: Table>(
    shard: &mut Shard,
    stored: Rows<'_, T>,
    range: &Range<T::Key>,
    limit: usize,
) -> Result<Found<T>, Fault> {
    let mut frozen = shard.frozen.as_ref().map(|frozen| frozen.lock());
    let frozen = frozen.as_deref_mut().map(|frozen| frozen.rows(T::ID).range::<T>(range)).into_iter().flatten();
    let active = shard.active.rows(T::ID).range::<T>(range);
    let (mut active, mut frozen, mut stored) = (active.peekable(), frozen.peekable(), stored.peekable());
    let mut rows = Vec::with_capacity(limit.min(64));
    while rows.len() < limit {
        let heads = [first::<T, _>(&mut active)?, first::<T, _>(&mut frozen)?, first_stored(&mut stored)?];
        let Some(key) = heads.into_iter().flatten().min() else { break };
        // every layer steps past the key; the newest that has it wins
        let newest = step::<T, _>(&mut active, &key);
        let newer = step::<T, _>(&mut frozen, &key);
        let oldest = stored.next_if(|row| matches!(row, Ok((stored, _)) if *stored == key));
        let value = match newest.or(newer) {
            Some(changed) => changed,
            None => oldest.and_then(Result::ok).map(|(_, value)| value),
        };
        rows.extend(value.map(|value| (key, value)));
    }
    Ok(rows)
}

/// The key that a layer of changed rows comes to next.
fn first<T: Table, I: Iterator<Item = Result<PendingRow<T>, Fault>>>(
    layer: &mut Peekable<I>,
) -> Result<Option<T::Key>, Fault> {
    match layer.peek() {
        Some(Ok((key, _))) => Ok(Some(*key)),
        Some(Err(fault)) => Err(fault.clone()),
        None => Ok(None),
    }
}

/// The key that the tables come to next.
fn first_stored<T: Table>(layer: &mut Peekable<Rows<'_, T>>) -> Result<Option<T::Key>, Fault> {
    match layer.peek() {
        Some(Ok((key, _))) => Ok(Some(*key)),
        Some(Err(fault)) => Err(fault.clone()),
        None => Ok(None),
    }
}

/// The layer's value of `key`, if the layer has it: then it steps past it.
fn step<T: Table, I: Iterator<Item = Result<PendingRow<T>, Fault>>>(
    layer: &mut Peekable<I>,
    key: &T::Key,
) -> Option<Option<T::Value>> {
    let row = layer.next_if(|row| matches!(row, Ok((head, _)) if head == key));
    row.and_then(Result::ok).map(|(_, value)| value)
}
