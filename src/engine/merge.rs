//! Reading rows through the layers: active delta, frozen delta, tables; the newest of each key, in order.

use super::delta::{Delta, Shard};
use crate::domain::Fault;
use crate::storage::Table;
use crate::storage::rows::Rows;
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::Range;

/// A table's changed rows in a delta.
pub(super) type Changed<T> = BTreeMap<<T as Table>::Key, Option<<T as Table>::Value>>;

/// Rows of a table, in order.
pub(super) type Found<T> = Vec<(<T as Table>::Key, <T as Table>::Value)>;

/// Up to `limit` rows with keys in `range`.
pub(super) fn rows<T: Table>(
    shard: &Shard,
    pick: impl Fn(&Delta) -> &Changed<T>,
    stored: Rows<'_, T>,
    range: Range<T::Key>,
    limit: usize,
) -> Result<Found<T>, Fault> {
    let mut active = pick(&shard.active).range(range.clone()).peekable();
    let mut frozen = shard.frozen.as_deref().map(|delta| pick(delta).range(range)).into_iter().flatten().peekable();
    let mut stored = stored.peekable();
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

/// The layer's value of `key`, if the layer has it: then it steps past it.
fn step<'a, K: Ord + 'a, V: Clone + 'a>(
    layer: &mut Peekable<impl Iterator<Item = (&'a K, &'a Option<V>)>>,
    key: &K,
) -> Option<Option<V>> {
    layer.next_if(|(head, _)| *head == key).map(|(_, value)| value.clone())
}
