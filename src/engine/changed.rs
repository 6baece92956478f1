//! Changed rows of one table, of one shard: taken down as they come, sorted only when somebody asks for some of them.
//! Most are never asked for before a checkpoint writes them.

use super::chunks::Chunks;
use crate::domain::{Fault, RequestKey, Sequence};
use crate::storage::{Requests, Run, Table};
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::ops::Range;

/// Changed rows; `None` deletes the row.
pub(super) struct Changed<T: Table> {
    /// In the order in which they came; the last of a key counts.
    rows: Chunks<(T::Key, Option<T::Value>)>,
    /// Where the row of a key is.
    places: BTreeMap<T::Key, usize>,
    /// So many rows have their place.
    placed: usize,
}

impl<T: Table> Changed<T> {
    pub(super) fn put(&mut self, key: T::Key, value: Option<T::Value>) {
        self.rows.push((key, value));
    }

    /// Sorts those that came since somebody asked.
    fn sort(&mut self) {
        for (place, (key, _)) in self.rows.iter_from(self.placed) {
            self.places.insert(*key, place);
        }
        self.placed = self.rows.len();
    }

    /// Those of a range, in order.
    pub(super) fn range(&mut self, range: Range<T::Key>) -> impl Iterator<Item = (&T::Key, &Option<T::Value>)> {
        self.sort();
        let rows = &self.rows;
        self.places.range(range).filter_map(|(key, place)| Some((key, &rows.get(*place)?.1)))
    }

    /// The row of a key, if it changed.
    pub(super) fn get(&mut self, key: &T::Key) -> Option<&Option<T::Value>> {
        self.sort();
        self.rows.get(*self.places.get(key)?).map(|(_, row)| row)
    }

    /// Adds them to a checkpoint's run.
    pub(super) fn write(&self, run: &mut Run) -> Result<(), Fault> {
        self.rows.iter_from(0).try_for_each(|(_, (key, value))| run.push::<T>(key, value.as_ref()))
    }

    /// Forgets them, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.places.clear();
        self.placed = 0;
    }
}

impl<T: Table> Default for Changed<T> {
    fn default() -> Changed<T> {
        Changed { rows: Chunks::default(), places: BTreeMap::new(), placed: 0 }
    }
}

impl<T: Table> Debug for Changed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(T::ID.name()).field("rows", &self.rows.len()).field("placed", &self.placed).finish()
    }
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

    /// Only among those that came in order.
    pub(super) fn get_in_order(&self, key: &RequestKey) -> Option<Sequence> {
        self.ascending.search(key, |(known, _)| known).map(|(_, sequence)| *sequence)
    }

    /// Those that came in order.
    pub(super) fn in_order(&self) -> impl Iterator<Item = &RequestKey> {
        self.ascending.iter_from(0).map(|(_, (key, _))| key)
    }

    pub(super) fn write(&self, run: &mut Run) -> Result<(), Fault> {
        let ascending = self.ascending.iter_from(0).map(|(_, (key, sequence))| (key, sequence));
        ascending.chain(&self.others).try_for_each(|(key, sequence)| run.push::<Requests>(key, Some(sequence)))
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
        let mut changed = Changed::<Requests>::default();
        changed.put(key(2), Some(Sequence(1)));
        changed.put(key(1), Some(Sequence(2)));
        let all = key(0)..key(9);
        assert!(changed.range(all.clone()).map(|(key, _)| *key).eq([key(1), key(2)]));
        changed.put(key(2), None);
        let mut run = Run::new(Requests::ID);
        changed.write(&mut run).unwrap();
        let deletes: Vec<bool> = run.rows().map(|(_, value)| value.is_none()).collect();
        assert_eq!(deletes, [false, true], "in order, each key once");
        assert_eq!(changed.get(&key(2)), Some(&None));
        assert_eq!(changed.range(all).count(), 2);
    }
}
