//! A filter in memory before a table: which keys it does not hold. So a key that is new costs no look-up on disk.
//!
//! It knows every key of a table that was empty when the engine was opened. Of others it knows nothing, since reading
//! them all would make opening as slow as the database is large: the tables' own filters serve then.

/// Keys that may be in a table: a Bloom filter in blocks of a cache line, which grows by layers.
#[derive(Debug)]
pub(super) struct Filter {
    layers: Vec<Layer>,
    /// `None`: any key may be there.
    bytes_max: Option<usize>,
}

#[derive(Debug)]
struct Layer {
    blocks: Vec<[u64; BLOCK_WORDS]>,
    /// How many more keys it takes.
    room: usize,
}

const BLOCK_WORDS: usize = 8;
const BLOCK_BYTES: usize = 64;
/// Keys in a block of 512 bits: 12.8 bits a key, about one key in 200 is taken for known though it is not.
const BLOCK_KEYS: usize = 40;
const PROBES: u32 = 6;
/// Blocks of the first layer; each further one has twice as many.
const BLOCKS_FIRST: usize = 64;

impl Filter {
    /// A filter for a table that holds nothing yet. It gives up when it would take more memory than this.
    pub(super) fn of_nothing(bytes_max: usize) -> Filter {
        Filter { layers: Vec::new(), bytes_max: Some(bytes_max) }
    }

    /// A filter that knows nothing.
    pub(super) fn unknowing() -> Filter {
        Filter { layers: Vec::new(), bytes_max: None }
    }

    /// Whether the key with this hash may be there.
    pub(super) fn may_hold(&self, hash: u64) -> bool {
        self.bytes_max.is_none() || self.layers.iter().any(|layer| layer.may_hold(hash))
    }

    /// Takes down the hash of a key.
    pub(super) fn add(&mut self, hash: u64) {
        let Some(bytes_max) = self.bytes_max else { return };
        if self.layers.last().is_none_or(|layer| layer.room == 0) {
            let blocks = self.layers.last().map_or(BLOCKS_FIRST, |layer| layer.blocks.len().saturating_mul(2));
            let taken: usize = self.layers.iter().map(|layer| layer.blocks.len()).sum();
            if taken.saturating_add(blocks).saturating_mul(BLOCK_BYTES) > bytes_max {
                *self = Filter::unknowing();
                return;
            }
            let room = blocks.saturating_mul(BLOCK_KEYS);
            self.layers.push(Layer { blocks: vec![[0; BLOCK_WORDS]; blocks], room });
        }
        if let Some(layer) = self.layers.last_mut() {
            layer.add(hash);
        }
    }
}

impl Layer {
    /// The block of a hash: its upper half, scaled to the number of blocks.
    fn block(&self, hash: u64) -> usize {
        ((hash >> 32).saturating_mul(self.blocks.len() as u64) >> 32) as usize
    }

    fn may_hold(&self, hash: u64) -> bool {
        let block = self.blocks.get(self.block(hash));
        block.is_some_and(|block| bits(hash).all(|(word, bit)| block.get(word).is_some_and(|word| word & bit != 0)))
    }

    fn add(&mut self, hash: u64) {
        let block = self.block(hash);
        let Some(block) = self.blocks.get_mut(block) else { return };
        for (word, bit) in bits(hash) {
            if let Some(word) = block.get_mut(word) {
                *word |= bit;
            }
        }
        self.room = self.room.saturating_sub(1);
    }
}

/// The bits of a hash within its block: word and mask.
fn bits(hash: u64) -> impl Iterator<Item = (usize, u64)> {
    let mixed = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (0..PROBES).map(move |probe| {
        let bits = mixed >> probe.saturating_mul(9);
        ((bits & 7) as usize, 1 << (bits >> 3 & 63))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashbrown::DefaultHashBuilder;
    use std::hash::BuildHasher;

    /// Miri takes a thousand times as long.
    const KEYS: u32 = if cfg!(miri) { 1_000 } else { 100_000 };

    #[test]
    fn what_was_added_may_be_there_and_little_else() {
        let hasher = DefaultHashBuilder::default();
        let mut filter = Filter::of_nothing(1 << 20);
        assert!(!filter.may_hold(hasher.hash_one(0)));
        (0..KEYS).for_each(|key| filter.add(hasher.hash_one(key)));
        assert!((0..KEYS).all(|key| filter.may_hold(hasher.hash_one(key))));
        let mistaken = (KEYS..2 * KEYS).filter(|key| filter.may_hold(hasher.hash_one(key))).count();
        assert!(mistaken < KEYS as usize * 3 / 100, "{mistaken} of {KEYS}");
    }

    #[test]
    fn a_filter_without_room_knows_nothing() {
        let mut filter = Filter::of_nothing(64 << 10);
        (0..100_000).for_each(|hash| filter.add(hash << 20));
        assert!(filter.layers.is_empty() && filter.may_hold(1));
        assert!(Filter::unknowing().may_hold(1));
    }
}
