//! Changed rows of one table, of one shard: taken down as they come, sorted only when somebody asks for some of them.
//! Most are never asked for before a checkpoint writes them.

use super::chunks::Chunks;
use crate::domain::{Fault, RequestKey, Sequence};
use crate::storage::{Requests, Run, Table};
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::fmt::{self, Debug};

/// Changed rows; `None` deletes the row.
pub(super) struct Changed<T: Table> {
    /// Newer than those that are sorted; the last of a key counts.
    recent: Chunks<(T::Key, Option<T::Value>)>,
    sorted: Sorted<T>,
}

/// Changed rows in order.
pub(super) type Sorted<T> = BTreeMap<<T as Table>::Key, Option<<T as Table>::Value>>;

impl<T: Table> Changed<T> {
    pub(super) fn put(&mut self, key: T::Key, value: Option<T::Value>) {
        self.recent.push((key, value));
    }

    /// All of them, in order.
    pub(super) fn sorted(&mut self) -> &Sorted<T> {
        self.sorted.extend(self.recent.drain());
        &self.sorted
    }

    /// Adds them to a checkpoint's run.
    pub(super) fn write(&self, run: &mut Run) -> Result<(), Fault> {
        let recent = self.recent.iter().map(|(key, value)| (key, value));
        self.sorted.iter().chain(recent).try_for_each(|(key, value)| run.push::<T>(key, value.as_ref()))
    }

    /// Forgets them, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.recent.clear();
        self.sorted.clear();
    }
}

impl<T: Table> Default for Changed<T> {
    fn default() -> Changed<T> {
        Changed { recent: Chunks::default(), sorted: BTreeMap::new() }
    }
}

impl<T: Table> Debug for Changed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(T::ID.name()).field("recent", &self.recent.iter().count()).field("sorted", &self.sorted.len()).finish()
    }
}

/// Request ids that were used. Those of most callers follow time: then they come in order, and need no hashing.
#[derive(Debug, Default)]
pub(super) struct UsedRequests {
    ascending: Chunks<(RequestKey, Sequence)>,
    others: HashMap<RequestKey, Sequence>,
}

impl UsedRequests {
    pub(super) fn put(&mut self, key: RequestKey, sequence: Sequence) {
        if self.ascending.last().is_none_or(|(last, _)| *last < key) {
            self.ascending.push((key, sequence));
        } else {
            self.others.insert(key, sequence);
        }
    }

    pub(super) fn get(&self, key: &RequestKey) -> Option<Sequence> {
        let found = self.ascending.search(key, |(known, _)| known).map(|(_, sequence)| *sequence);
        found.or_else(|| self.others.get(key).copied())
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &RequestKey> {
        self.ascending.iter().map(|(key, _)| key).chain(self.others.keys())
    }

    pub(super) fn write(&self, run: &mut Run) -> Result<(), Fault> {
        let ascending = self.ascending.iter().map(|(key, sequence)| (key, sequence));
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
            used.put(key(id), Sequence(sequence));
        }
        for (id, sequence) in ids.into_iter().zip(1..) {
            assert_eq!(used.get(&key(id)), Some(Sequence(sequence)));
        }
        assert_eq!((used.ascending.iter().count(), used.others.len()), (4, 3));
    }

    #[test]
    fn the_newest_change_of_a_row_counts() {
        let key = |id: u128| RequestKey { program: ProgramId(1), request: RequestId(id) };
        let mut changed = Changed::<Requests>::default();
        changed.put(key(2), Some(Sequence(1)));
        changed.put(key(1), Some(Sequence(2)));
        assert_eq!(changed.sorted().len(), 2);
        changed.put(key(2), None);
        let mut run = Run::new(Requests::ID);
        changed.write(&mut run).unwrap();
        let deletes: Vec<bool> = run.rows().map(|(_, value)| value.is_none()).collect();
        assert_eq!(deletes, [false, true], "in order, each key once");
        assert_eq!(changed.sorted().get(&key(2)), Some(&None));
    }
}
