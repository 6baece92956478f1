//! A write-back cache of the records of one table: changed records stay until their checkpoint is done, unchanged ones up
//! to a limit. One look-up either way.
//!
//! A checkpoint freezes what changed: from then on the frozen values are those of that moment, also where a record
//! changes again before the checkpoint has collected it. What changed leaves memory only when its checkpoint is done.

use super::filter::Filter;
use super::sync::{Mutant, planted};
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use std::hash::{BuildHasher, Hash};

/// Counts freezes: a change belongs to the number of freezes before it.
pub(super) type CacheEpoch = u32;

#[derive(Debug)]
pub(super) struct RecordCache<K, V> {
    slots: HashTable<Slot<K, V>>,
    hasher: DefaultHashBuilder,
    /// Which records the table may hold, here or not.
    stored: Filter,
    /// How many records may be here that have not changed.
    unchanged_max: usize,
    /// Where the search for one that may leave goes on.
    hand: usize,
    epoch: CacheEpoch,
    /// Changes of this epoch and before are in the tables.
    applied: CacheEpoch,
    /// Changes of a later epoch are among those that changed since the last freeze.
    counted: CacheEpoch,
    /// How many changed since the last freeze, and how many a checkpoint is writing.
    changed: usize,
    frozen: usize,
    collected: bool,
    /// Frozen values of records that changed again before they were collected.
    before: HashMap<K, V>,
}

#[derive(Debug)]
struct Slot<K, V> {
    key: K,
    changed_in: CacheEpoch,
    used: bool,
    value: V,
}

/// How many records eviction examines before it gives up; if all of them have changed, the cache grows.
const LOOKS_MAX: usize = 64;

impl<K: Copy + Eq + Hash, V: Clone> RecordCache<K, V> {
    /// Room for so many records that have not changed, before a table whose keys the filter knows.
    pub(super) fn new(unchanged_max: usize, stored: Filter) -> RecordCache<K, V> {
        RecordCache {
            slots: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            stored,
            unchanged_max: unchanged_max.max(1),
            hand: 0,
            epoch: 1,
            applied: 0,
            counted: 0,
            changed: 0,
            frozen: 0,
            collected: true,
            before: HashMap::new(),
        }
    }

    /// The record, if it is here.
    pub(super) fn get(&mut self, key: &K) -> Option<&V> {
        self.get_mut(key).map(|value| &*value)
    }

    /// The record, if it is here, without counting as a use.
    pub(super) fn peek(&self, key: &K) -> Option<&V> {
        self.slots.find(self.hasher.hash_one(key), |slot| slot.key == *key).map(|slot| &slot.value)
    }

    /// The record, if it is here, for changes that no checkpoint has to know.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let slot = self.slots.find_mut(self.hasher.hash_one(key), |slot| slot.key == *key)?;
        slot.used = true;
        Some(&mut slot.value)
    }

    /// Whether the tables may hold the record, if it is not here.
    pub(super) fn may_be_stored(&self, key: &K) -> bool {
        self.stored.may_hold(self.hasher.hash_one(key))
    }

    /// Caches an unchanged record. It is not evicted before the next insertion.
    pub(super) fn keep(&mut self, key: K, value: V) {
        self.insert(self.hasher.hash_one(key), Slot { key, changed_in: 0, used: false, value });
    }

    /// Puts a changed record.
    pub(super) fn put(&mut self, key: K, value: V) {
        let hash = self.hasher.hash_one(key);
        let Some(slot) = self.slots.find_mut(hash, |slot| slot.key == key) else {
            self.changed = self.changed.saturating_add(1);
            self.stored.add(hash);
            self.insert(hash, Slot { key, changed_in: self.epoch, used: false, value });
            return;
        };
        slot.used = true;
        let changed_in = std::mem::replace(&mut slot.changed_in, self.epoch);
        if changed_in <= self.counted {
            self.changed = self.changed.saturating_add(1);
            if !self.collected && changed_in > self.applied && !planted(Mutant::BeforeNotKept) {
                self.before.insert(key, slot.value.clone());
            }
        }
        slot.value = value;
    }

    fn insert(&mut self, hash: u64, slot: Slot<K, V>) {
        self.evict();
        let hasher = &self.hasher;
        self.slots.insert_unique(hash, slot, |slot| hasher.hash_one(slot.key));
    }

    /// Takes out a record that has not changed, if there are as many as may be.
    fn evict(&mut self) {
        let changed = self.changed.saturating_add(self.frozen);
        if self.slots.len().saturating_sub(changed) >= self.unchanged_max {
            self.evict_one();
        }
    }

    /// Takes out a record that has not changed, rather one that was not used since the search last came by.
    pub(super) fn evict_one(&mut self) -> Option<V> {
        if self.slots.is_empty() {
            return None;
        }
        let mut leaves = None;
        let mut looks = 0;
        while looks < LOOKS_MAX {
            let place = self.hand;
            self.hand = place.saturating_add(1).checked_rem(self.slots.num_buckets()).unwrap_or_default();
            let Some(slot) = self.slots.get_bucket_mut(place) else { continue };
            looks = looks.saturating_add(1);
            if slot.changed_in > self.applied {
                continue;
            }
            leaves = Some(place);
            if !std::mem::take(&mut slot.used) {
                break;
            }
        }
        let entry = leaves.and_then(|place| self.slots.get_bucket_entry(place).ok())?;
        Some(entry.remove().0.value)
    }

    /// Changes of this epoch and before are in the tables.
    pub(super) fn applied(&self) -> CacheEpoch {
        self.applied
    }

    /// The records that are not in the tables yet, as they are now.
    pub(super) fn changed(&self) -> impl Iterator<Item = (&K, &V)> {
        let changed = self.slots.iter().filter(|slot| slot.changed_in > self.applied);
        changed.map(|slot| (&slot.key, &slot.value))
    }

    /// Freezes what changed so far.
    pub(super) fn freeze(&mut self) {
        self.frozen = std::mem::take(&mut self.changed);
        self.counted = self.epoch;
        self.epoch = self.epoch.saturating_add(1);
        self.collected = false;
    }

    /// Gives the frozen records to `each`, as they were when they were frozen. Goes through all records in their
    /// order in memory: that is faster than to look up those that changed.
    pub(super) fn collect(&mut self, mut each: impl FnMut(&K, &V)) {
        for slot in self.slots.iter().filter(|slot| slot.changed_in > self.applied) {
            if let Some(value) = self.as_frozen(slot) {
                each(&slot.key, value);
            }
        }
        self.collected = true;
        self.before.clear();
    }

    /// The frozen records, as they were when they were frozen, in no order.
    pub(super) fn frozen(&self) -> impl Iterator<Item = (&K, &V)> {
        let changed = self.slots.iter().filter(|slot| slot.changed_in > self.applied);
        changed.filter_map(|slot| Some((&slot.key, self.as_frozen(slot)?)))
    }

    /// A record as it was when it was frozen, if it had changed by then.
    pub(super) fn frozen_value(&self, key: &K) -> Option<&V> {
        let slot = self.slots.find(self.hasher.hash_one(key), |slot| slot.key == *key)?;
        self.as_frozen(slot).filter(|_| slot.changed_in > self.applied)
    }

    fn as_frozen<'a>(&'a self, slot: &'a Slot<K, V>) -> Option<&'a V> {
        if slot.changed_in < self.epoch { Some(&slot.value) } else { self.before.get(&slot.key) }
    }

    /// What was frozen was not collected, and is changed as before.
    pub(super) fn melt(&mut self) {
        let again = self.before.len();
        self.changed = self.changed.saturating_add(std::mem::take(&mut self.frozen)).saturating_sub(again);
        self.counted = self.applied;
        self.collected = true;
        self.before.clear();
    }

    /// What was frozen is in the tables now.
    pub(super) fn thaw(&mut self) {
        self.frozen = 0;
        self.applied = self.epoch.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn collected(record_cache: &mut RecordCache<u32, u32>) -> BTreeMap<u32, u32> {
        let mut rows = BTreeMap::new();
        let mut each = |key: &u32, value: &u32| {
            assert_eq!(rows.insert(*key, *value), None, "{key} comes once");
        };
        record_cache.collect(&mut each);
        rows
    }

    #[test]
    fn keeps_what_is_used_and_stays_within_its_bound() {
        let mut record_cache = RecordCache::new(100, Filter::unknowing());
        for key in 0..10_000u32 {
            record_cache.keep(key, key);
            assert!(record_cache.slots.iter().any(|slot| slot.key == key), "the newest stays");
            // only this one is used: where all were, any of them may leave
            assert_eq!(record_cache.get(&0), Some(&0), "after {key}");
            assert!(record_cache.slots.len() <= 100);
        }
        assert_eq!(record_cache.get(&1), None);
    }

    #[test]
    fn what_changed_stays_until_its_checkpoint_is_done() {
        let mut record_cache = RecordCache::new(2, Filter::unknowing());
        (0..50u32).for_each(|key| record_cache.put(key, key));
        record_cache.freeze();
        (50..1000u32).for_each(|key| record_cache.keep(key, key));
        assert!((0..50u32).all(|key| record_cache.get(&key) == Some(&key)));
        assert_eq!(collected(&mut record_cache), (0..50).map(|key| (key, key)).collect());
        (1000..2000u32).for_each(|key| record_cache.keep(key, key));
        assert!((0..50u32).all(|key| record_cache.get(&key) == Some(&key)), "collected is not in the tables yet");
        record_cache.thaw();
        (2000..9000u32).for_each(|key| record_cache.keep(key, key));
        assert!((0..50u32).all(|key| record_cache.get(&key).is_none()));
    }

    #[test]
    fn a_checkpoint_gets_the_values_of_its_moment() {
        let mut record_cache = RecordCache::new(10, Filter::of_nothing(1 << 20));
        record_cache.put(1, 10);
        record_cache.put(2, 20);
        record_cache.keep(3, 30);
        record_cache.freeze();
        record_cache.put(1, 11);
        record_cache.put(1, 12);
        record_cache.put(3, 31);
        assert_eq!(collected(&mut record_cache), [(1, 10), (2, 20)].into());
        record_cache.put(2, 21);
        record_cache.thaw();
        record_cache.freeze();
        assert_eq!(collected(&mut record_cache), [(1, 12), (2, 21), (3, 31)].into());
        assert_eq!(record_cache.get(&1), Some(&12));
        assert!([1, 2].iter().all(|key| record_cache.may_be_stored(key)) && !record_cache.may_be_stored(&7));
    }
}
