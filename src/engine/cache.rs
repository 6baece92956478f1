//! A bounded cache of records as the tables hold them, in two generations: when the young one is full it becomes the
//! old one, and the old one goes.

use hashbrown::HashMap;
use std::hash::Hash;

#[derive(Debug)]
pub(super) struct Cache<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    generation_max: usize,
}

impl<K: Eq + Hash, V> Cache<K, V> {
    /// A cache of at most `max` records.
    pub(super) fn new(max: usize) -> Cache<K, V> {
        Cache { young: HashMap::new(), old: HashMap::new(), generation_max: max.div_ceil(2) }
    }

    /// The record, kept for longer now that it was used.
    pub(super) fn get(&mut self, key: &K) -> Option<&V> {
        if !self.young.contains_key(key) {
            let (key, value) = self.old.remove_entry(key)?;
            self.put(key, value);
        }
        self.peek(key)
    }

    /// The record, if it is here.
    pub(super) fn peek(&self, key: &K) -> Option<&V> {
        self.young.get(key).or_else(|| self.old.get(key))
    }

    pub(super) fn put(&mut self, key: K, value: V) {
        if self.young.len() >= self.generation_max {
            self.old = std::mem::take(&mut self.young);
        }
        self.old.remove(&key);
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_used_and_stays_within_its_bound() {
        let mut cache = Cache::new(100);
        for key in 0..10_000u32 {
            cache.put(key, key);
            assert_eq!(cache.get(&0).copied(), Some(0), "after {key}");
            assert!(cache.young.len() + cache.old.len() <= 101);
        }
        assert_eq!(cache.peek(&1), None);
    }

    #[test]
    fn the_newest_value_is_shown() {
        let mut cache = Cache::new(2);
        cache.put(1, "old");
        cache.put(2, "other");
        cache.put(1, "new");
        assert_eq!(cache.get(&1), Some(&"new"));
    }
}
