//! Pending rows: those of one table, of one shard, that changed since the last checkpoint. Each is encoded once, when it
//! is put: they are a checkpoint's run in the making. Appended unsorted, indexed lazily on the first read: most are never
//! read before a checkpoint writes them.

use super::chunks::Chunks;
use super::places::Places;
use crate::domain::keys::Key;
use crate::domain::tables::Table;
use crate::domain::{Fault, RequestKey, Sequence};
use crate::storage::rows;
use crate::storage::{Requests, RowBuffer, Run};
use hashbrown::HashMap;
use std::ops::Range;

/// Changed rows of one table.
#[derive(Debug, Default)]
pub(super) struct PendingRows {
    /// In the order in which they came; the last of a key counts.
    rows: RowBuffer,
    places: Places,
}

/// A row with its key; without a value, it is deleted.
pub(super) type PendingRow<T> = (<T as Table>::Key, Option<<T as Table>::Value>);

/// The bytes of a row: its key, and its value unless it is deleted.
type EncodedRow<'a> = (&'a [u8], Option<&'a [u8]>);

impl PendingRows {
    pub(super) fn put<T: Table>(&mut self, key: &T::Key, value: Option<&T::Value>) -> Result<(), Fault> {
        self.rows.push::<T>(key, value)
    }

    /// Those of a range, in order.
    pub(super) fn range<T: Table>(
        &mut self,
        range: &Range<T::Key>,
    ) -> impl Iterator<Item = Result<PendingRow<T>, Fault>> + use<'_, T> {
        let [from, to] = [&range.start, &range.end].map(Key::to_bytes);
        self.between(&from, &to).map(decode::<T>)
    }

    /// Those with `from <= key < to`, as bytes, in order.
    pub(super) fn between<'a>(&'a mut self, from: &[u8], to: &[u8]) -> impl Iterator<Item = EncodedRow<'a>> + use<'a> {
        let rows = &self.rows;
        self.places.range(rows, from, to).filter_map(|place| rows.get(place))
    }

    /// The row of a key, as bytes, if it changed; `None` inside where it is deleted.
    pub(super) fn find(&mut self, key: &[u8]) -> Option<Option<&[u8]>> {
        if self.rows.is_empty() {
            return None;
        }
        let place = self.places.find(&self.rows, key)?;
        self.rows.get(place).map(|(_, value)| value)
    }

    /// Adds those that came after these.
    pub(super) fn append(&mut self, newer: &PendingRows) {
        self.rows.append(&newer.rows);
    }

    /// The row of a key, if it changed; `None` inside where it is deleted.
    pub(super) fn get<T: Table>(&mut self, key: &T::Key) -> Result<Option<Option<T::Value>>, Fault> {
        if self.rows.is_empty() {
            return Ok(None);
        }
        let place = self.places.find(&self.rows, &key.to_bytes());
        let row = place.and_then(|place| self.rows.get(place));
        row.map(|row| decode::<T>(row).map(|(_, value)| value)).transpose()
    }

    /// Adds them to a checkpoint's run.
    pub(super) fn write(&self, run: &mut Run) {
        run.append(&self.rows);
    }

    /// Forgets them, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.places.clear();
    }
}

fn decode<T: Table>((key, value): (&[u8], Option<&[u8]>)) -> Result<PendingRow<T>, Fault> {
    let damaged = || Fault::corrupt(format!("table {}: a pending row's key is none of it", T::ID.name()));
    let key = T::Key::from_bytes(key).ok_or_else(damaged)?;
    Ok((key, value.map(rows::decode::<T>).transpose()?))
}

/// Request ids that were used. Those of most callers follow time: then they come in order, and need no hashing.
#[derive(Debug, Default)]
pub(super) struct UsedRequests {
    ascending: Chunks<(RequestKey, Sequence)>,
    others: HashMap<RequestKey, Sequence>,
}

impl UsedRequests {
    /// Adds one. Returns whether it came in order.
    pub(super) fn put(&mut self, key: RequestKey, sequence: Sequence) -> bool {
        let in_order = self.ascending.last().is_none_or(|(last, _)| *last < key);
        if in_order {
            self.ascending.push((key, sequence));
        } else {
            self.others.insert(key, sequence);
        }
        in_order
    }

    pub(super) fn get(&self, key: &RequestKey) -> Option<Sequence> {
        self.get_in_order(key).or_else(|| self.others.get(key).copied())
    }

    /// Looks for one that did not come in order, so that its place is near.
    pub(super) fn touch(&self, key: &RequestKey) -> bool {
        self.others.contains_key(key)
    }

    /// Only among those that came in order.
    pub(super) fn get_in_order(&self, key: &RequestKey) -> Option<Sequence> {
        self.ascending.search(key, |(known, _)| known).map(|(_, sequence)| *sequence)
    }

    /// Those that came in order.
    pub(super) fn in_order(&self) -> impl Iterator<Item = &RequestKey> {
        self.ascending.iter_from(0).map(|(_, (key, _))| key)
    }

    /// All of them, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&RequestKey, &Sequence)> {
        let ascending = self.ascending.iter_from(0).map(|(_, (key, sequence))| (key, sequence));
        ascending.chain(&self.others)
    }

    /// Adds those that came out of order to a checkpoint's run, or that come before `paged`.
    pub(super) fn write(&self, run: &mut Run, paged: Option<RequestKey>) -> Result<(), Fault> {
        let early = self.ascending.iter_from(0).map(|(_, (key, sequence))| (key, sequence));
        let early = early.take_while(|(key, _)| paged.is_some_and(|paged| **key <= paged));
        early.chain(&self.others).try_for_each(|(key, sequence)| run.push::<Requests>(key, Some(sequence)))
    }

    /// Adds the others to those that come into pages.
    pub(super) fn gather(&self, paged: Option<RequestKey>, to: &mut Vec<(RequestKey, Sequence)>) {
        let ascending = self.ascending.iter_from(0).map(|(_, request)| *request);
        to.extend(ascending.skip_while(|(key, _)| paged.is_some_and(|paged| *key <= paged)));
    }

    pub(super) fn clear(&mut self) {
        self.ascending.clear();
        self.others.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ProgramId, RequestId};

    #[test]
    fn used_requests_are_found_in_whatever_order_they_came() {
        let key = |id: u128| RequestKey { program: ProgramId(1), request: RequestId(id) };
        let mut used = UsedRequests::default();
        let ids = [5, 6, 9, 7, 1, 10, 8];
        for (id, sequence) in ids.into_iter().zip(1..) {
            assert_eq!(used.get(&key(id)), None);
            assert_eq!(used.put(key(id), Sequence(sequence)), ![7, 1, 8].contains(&id));
        }
        for (id, sequence) in ids.into_iter().zip(1..) {
            assert_eq!(used.get(&key(id)), Some(Sequence(sequence)));
        }
        assert_eq!((used.ascending.len(), used.others.len()), (4, 3));
    }

    #[test]
    fn the_newest_change_of_a_row_counts() {
        let key = |id: u128| RequestKey { program: ProgramId(1), request: RequestId(id) };
        let mut pending = PendingRows::default();
        pending.put::<Requests>(&key(2), Some(&Sequence(1))).unwrap();
        pending.put::<Requests>(&key(1), Some(&Sequence(2))).unwrap();
        let all = key(0)..key(9);
        let found = |pending: &mut PendingRows| -> Vec<RequestKey> {
            pending.range::<Requests>(&all).map(|row| row.unwrap().0).collect()
        };
        assert_eq!(found(&mut pending), [key(1), key(2)]);
        pending.put::<Requests>(&key(2), None).unwrap();
        let mut run = Run::new(Requests::ID);
        pending.write(&mut run);
        let deletes: Vec<bool> = run.rows().map(|(_, value)| value.is_none()).collect();
        assert_eq!(deletes, [false, true], "in order, each key once");
        assert_eq!(pending.get::<Requests>(&key(2)).unwrap(), Some(None));
        assert_eq!(pending.get::<Requests>(&key(3)).unwrap(), None);
        assert_eq!(found(&mut pending).len(), 2);
    }
}
