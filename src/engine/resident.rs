//! The records of one table that are in memory: those that changed and are not in the tables yet, and as many others
//! as may stay. One look-up finds a record, whichever it is.
//!
//! A checkpoint freezes what changed: from then on the frozen values are those of that moment, also where a record
//! changes again before the checkpoint has collected it. What changed leaves memory only when its checkpoint is done.

use crate::domain::Fault;
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use std::hash::{BuildHasher, Hash};

/// Counts freezes: a change belongs to the number of freezes before it.
type Epoch = u64;

#[derive(Debug)]
pub(super) struct Resident<K, V> {
    /// From a key's hash to the record's place among the slots.
    places: HashTable<Place>,
    hasher: DefaultHashBuilder,
    slots: Vec<Slot<K, V>>,
    /// How many records may be here that have not changed.
    unchanged_max: usize,
    /// Where the search for one that may leave goes on.
    hand: usize,
    epoch: Epoch,
    /// Changes of this epoch and before are in the tables.
    applied: Epoch,
    /// Slots that changed since the last freeze, and those that a checkpoint is writing.
    changed: Vec<u32>,
    frozen: Vec<u32>,
    collected: bool,
    /// Frozen values of records that changed again before they were collected.
    before: HashMap<u32, V>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    hash: u64,
    slot: u32,
}

#[derive(Debug)]
struct Slot<K, V> {
    changed_in: Epoch,
    used: bool,
    key: K,
    value: V,
}

/// Slots that the search looks at. Where all of them changed, it gives up and memory grows.
const LOOKS_MAX: usize = 64;

impl<K: Copy + Eq + Hash, V: Clone> Resident<K, V> {
    /// Room for so many records that have not changed.
    pub(super) fn new(unchanged_max: usize) -> Resident<K, V> {
        Resident {
            places: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            slots: Vec::new(),
            unchanged_max: unchanged_max.max(1),
            hand: 0,
            epoch: 1,
            applied: 0,
            changed: Vec::new(),
            frozen: Vec::new(),
            collected: true,
            before: HashMap::new(),
        }
    }

    fn find(&self, hash: u64, key: &K) -> Option<u32> {
        let is_it = |place: &Place| {
            place.hash == hash && self.slots.get(place.slot as usize).is_some_and(|slot| slot.key == *key)
        };
        self.places.find(hash, is_it).map(|place| place.slot)
    }

    /// The record, if it is here.
    pub(super) fn get(&mut self, key: &K) -> Option<&V> {
        let slot = self.find(self.hasher.hash_one(key), key)?;
        let slot = self.slots.get_mut(slot as usize)?;
        slot.used = true;
        Some(&slot.value)
    }

    /// Keeps a record as the tables have it. It stays at least until the next one is kept.
    pub(super) fn keep(&mut self, key: K, value: V) {
        self.insert(self.hasher.hash_one(key), Slot { changed_in: 0, used: false, key, value });
    }

    /// Puts a changed record. Returns the one before, if it was here.
    pub(super) fn put(&mut self, key: K, value: V) -> Option<V> {
        let hash = self.hasher.hash_one(key);
        let Some(place) = self.find(hash, &key) else {
            let place = self.insert(hash, Slot { changed_in: self.epoch, used: false, key, value });
            self.changed.push(place);
            return None;
        };
        let slot = self.slots.get_mut(place as usize)?;
        slot.used = true;
        let before = std::mem::replace(&mut slot.value, value);
        let changed_in = std::mem::replace(&mut slot.changed_in, self.epoch);
        if changed_in != self.epoch {
            self.changed.push(place);
            if !self.collected && changed_in > self.applied {
                self.before.insert(place, before.clone());
            }
        }
        Some(before)
    }

    fn insert(&mut self, hash: u64, new: Slot<K, V>) -> u32 {
        let place = match self.evict() {
            Some(place) => place,
            None => u32::try_from(self.slots.len()).unwrap_or(u32::MAX),
        };
        match self.slots.get_mut(place as usize) {
            Some(slot) => *slot = new,
            None => self.slots.push(new),
        }
        self.places.insert_unique(hash, Place { hash, slot: place }, |place| place.hash);
        place
    }

    /// Takes out a record that has not changed, rather one that was not used since the search last came by, if there
    /// are as many as may be. Returns its slot.
    fn evict(&mut self) -> Option<u32> {
        let changed = self.changed.len().saturating_add(self.frozen.len());
        if self.slots.len().saturating_sub(changed) < self.unchanged_max {
            return None;
        }
        let mut leaves = None;
        for _ in 0..LOOKS_MAX {
            let place = self.hand;
            self.hand = place.saturating_add(1).checked_rem(self.slots.len()).unwrap_or_default();
            let slot = self.slots.get_mut(place)?;
            if slot.changed_in > self.applied {
                continue;
            }
            leaves = Some((u32::try_from(place).ok()?, self.hasher.hash_one(slot.key)));
            if !std::mem::take(&mut slot.used) {
                break;
            }
        }
        let (place, hash) = leaves?;
        self.places.find_entry(hash, |found| found.slot == place).ok()?.remove();
        Some(place)
    }

    /// The records that are not in the tables yet, as they are now. One that changed twice may come twice.
    pub(super) fn changed(&self) -> impl Iterator<Item = (&K, &V)> {
        let places = self.frozen.iter().chain(&self.changed);
        places.filter_map(|place| self.slots.get(*place as usize)).map(|slot| (&slot.key, &slot.value))
    }

    /// Freezes what changed so far.
    pub(super) fn freeze(&mut self) {
        self.frozen.clear();
        std::mem::swap(&mut self.frozen, &mut self.changed);
        self.epoch = self.epoch.saturating_add(1);
        self.collected = false;
    }

    /// Gives the frozen records to `each`, as they were when they were frozen.
    pub(super) fn collect(&mut self, mut each: impl FnMut(&K, &V) -> Result<(), Fault>) -> Result<(), Fault> {
        for place in &self.frozen {
            let Some(slot) = self.slots.get(*place as usize) else { continue };
            each(&slot.key, self.before.get(place).unwrap_or(&slot.value))?;
        }
        self.collected = true;
        self.before.clear();
        Ok(())
    }

    /// What was frozen is in the tables now.
    pub(super) fn thaw(&mut self) {
        self.frozen.clear();
        self.applied = self.epoch.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn collected(resident: &mut Resident<u32, u32>) -> BTreeMap<u32, u32> {
        let mut rows = BTreeMap::new();
        let mut each = |key: &u32, value: &u32| {
            assert_eq!(rows.insert(*key, *value), None, "{key} comes once");
            Ok(())
        };
        resident.collect(&mut each).unwrap();
        rows
    }

    #[test]
    fn keeps_what_is_used_and_stays_within_its_bound() {
        let mut resident = Resident::new(100);
        for key in 0..10_000u32 {
            resident.keep(key, key);
            assert_eq!(resident.get(&key), Some(&key), "the newest stays");
            assert_eq!(resident.get(&0), Some(&0), "after {key}");
            assert!(resident.slots.len() <= 100);
            assert_eq!(resident.places.len(), resident.slots.len());
        }
        assert_eq!(resident.get(&1), None);
    }

    #[test]
    fn what_changed_stays_until_its_checkpoint_is_done() {
        let mut resident = Resident::new(2);
        (0..50u32).for_each(|key| assert_eq!(resident.put(key, key), None));
        resident.freeze();
        (50..1000u32).for_each(|key| resident.keep(key, key));
        assert!((0..50u32).all(|key| resident.get(&key) == Some(&key)));
        assert_eq!(collected(&mut resident), (0..50).map(|key| (key, key)).collect());
        (1000..2000u32).for_each(|key| resident.keep(key, key));
        assert!((0..50u32).all(|key| resident.get(&key) == Some(&key)), "collected is not in the tables yet");
        resident.thaw();
        (2000..9000u32).for_each(|key| resident.keep(key, key));
        assert!((0..50u32).all(|key| resident.get(&key).is_none()));
    }

    #[test]
    fn a_checkpoint_gets_the_values_of_its_moment() {
        let mut resident = Resident::new(10);
        resident.put(1, 10);
        resident.put(2, 20);
        resident.keep(3, 30);
        resident.freeze();
        assert_eq!(resident.put(1, 11), Some(10));
        assert_eq!(resident.put(1, 12), Some(11));
        assert_eq!(resident.put(3, 31), Some(30));
        assert_eq!(collected(&mut resident), [(1, 10), (2, 20)].into());
        resident.put(2, 21);
        resident.thaw();
        resident.freeze();
        assert_eq!(collected(&mut resident), [(1, 12), (2, 21), (3, 31)].into());
        assert_eq!(resident.get(&1), Some(&12));
    }
}
