//! Reading rows through the layers: active delta, frozen delta, tables; the newest of each key, in order.

use super::changed::Changed;
use super::delta::{Delta, Shard};
use crate::domain::Fault;
use crate::storage::Table;
use crate::storage::rows::Rows;
use std::iter::Peekable;
use std::ops::Range;

/// Rows of a table, in order.
pub(super) type Found<T> = Vec<(<T as Table>::Key, <T as Table>::Value)>;

/// Up to `limit` rows with keys in `range`.
pub(super) fn rows<T: Table>(
    shard: &mut Shard,
    pick: impl Fn(&mut Delta) -> &mut Changed<T>,
    stored: Rows<'_, T>,
    range: Range<T::Key>,
    limit: usize,
) -> Result<Found<T>, Fault> {
    let mut frozen = shard.frozen.as_ref().map(|frozen| frozen.lock());
    let frozen = frozen.as_deref_mut().map(|frozen| pick(frozen).range(range.clone())).into_iter().flatten();
    let active = pick(&mut shard.active).range(range.clone());
    merged::<T>(active, frozen, stored, limit)
}

fn merged<'a, T: Table>(
    active: impl Iterator<Item = ChangedRow<'a, T>>,
    frozen: impl Iterator<Item = ChangedRow<'a, T>>,
    stored: Rows<'_, T>,
    limit: usize,
) -> Result<Found<T>, Fault>
where
    T::Key: 'a,
    T::Value: 'a,
{
    let (mut active, mut frozen, mut stored) = (active.peekable(), frozen.peekable(), stored.peekable());
    let mut rows = Vec::with_capacity(limit.min(64));
    while rows.len() < limit {
        if let Some(Err(_)) = stored.peek() {
            return Err(stored.next().and_then(Result::err).unwrap_or_else(|| Fault::io("a scan broke off")));
        }
        let stored_key = stored.peek().and_then(|row| row.as_ref().ok()).map(|(key, _)| *key);
        let heads = [active.peek().map(|(key, _)| **key), frozen.peek().map(|(key, _)| **key), stored_key];
        let Some(key) = heads.into_iter().flatten().min() else { break };
        // every layer steps past the key; the newest that has it wins
        let newest = step(&mut active, &key);
        let newer = step(&mut frozen, &key);
        let oldest = stored.next_if(|row| matches!(row, Ok((stored, _)) if *stored == key));
        let value = match newest.or(newer) {
            Some(changed) => changed,
            None => oldest.and_then(Result::ok).map(|(_, value)| value),
        };
        rows.extend(value.map(|value| (key, value)));
    }
    Ok(rows)
}

/// A row of a delta; `None` where it is deleted.
type ChangedRow<'a, T> = (&'a <T as Table>::Key, &'a Option<<T as Table>::Value>);

/// The layer's value of `key`, if the layer has it: then it steps past it.
fn step<'a, K: Ord + 'a, V: Clone + 'a>(
    layer: &mut Peekable<impl Iterator<Item = (&'a K, &'a Option<V>)>>,
    key: &K,
) -> Option<Option<V>> {
    layer.next_if(|(head, _)| *head == key).map(|(_, value)| value.clone())
}
