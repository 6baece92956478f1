//! Where the row of a key is among pending rows.
//!
//! Nearly every look is for rows of one owner: they are in one group, found by a hash, and chained from the newest to the
//! oldest. So to give a row its place costs no comparison of keys. A group that gets long is put in order once somebody
//! looks, and then kept so.

use crate::storage::RowBuffer;
use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};
use smallvec::SmallVec;
use std::collections::{BTreeMap, btree_map};
use std::hash::BuildHasher;
use std::ops::Bound;

/// A key's bytes.
type KeyBytes = SmallVec<[u8; 64]>;

/// Places by key, in order.
type Ordered = BTreeMap<KeyBytes, usize>;

/// So many first bytes of a key say whose row it is: the program, and a member or a request.
const GROUP_BYTES: usize = 20;
/// A longer chain is put in order.
const CHAIN_MAX: usize = 32;
/// Before the oldest row of a group.
const NONE: usize = usize::MAX;

/// The places of rows in their groups.
#[derive(Debug, Default)]
pub(super) struct Places {
    groups: HashTable<Group>,
    hasher: DefaultHashBuilder,
    /// For each row, the one before it in its group: so many rows have their place.
    before: Vec<usize>,
    /// All places in order, of so many rows: for looks that are for no single group.
    ordered: Ordered,
    in_order: usize,
}

/// Rows whose keys begin alike; by chance there may be others among them.
#[derive(Debug)]
struct Group {
    hash: u64,
    newest: usize,
    rows: usize,
    ordered: Option<Box<Ordered>>,
}

/// Places in the order of their keys.
pub(super) enum InOrder<'a> {
    Few(smallvec::IntoIter<[usize; 8]>),
    Many(btree_map::Range<'a, KeyBytes, usize>),
}

impl Iterator for InOrder<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        match self {
            InOrder::Few(places) => places.next(),
            InOrder::Many(places) => places.next().map(|(_, place)| *place),
        }
    }
}

impl Places {
    /// The newest row of a key.
    pub(super) fn find(&mut self, rows: &RowBuffer, key: &[u8]) -> Option<usize> {
        self.arrange(rows, key);
        let group = self.group(key)?;
        match &group.ordered {
            Some(ordered) => ordered.get(key).copied(),
            None => chain(&self.before, group.newest).find(|place| rows.key_of(*place) == key),
        }
    }

    /// The newest rows of keys with `from <= key < to`.
    pub(super) fn range(&mut self, rows: &RowBuffer, from: &[u8], to: &[u8]) -> InOrder<'_> {
        let mut few: SmallVec<[usize; 8]> = SmallVec::new();
        if from < to && owner(from) != owner(to) {
            return InOrder::Many(self.ordered(rows).range::<[u8], _>(between(from, to)));
        }
        self.arrange(rows, from);
        let group = self.group(from).filter(|_| from < to);
        if let Some(Group { ordered: Some(ordered), .. }) = group {
            return InOrder::Many(ordered.range::<[u8], _>(between(from, to)));
        }
        if let Some(group) = group {
            let is_within = |place: &usize| (from..to).contains(&rows.key_of(*place));
            few.extend(chain(&self.before, group.newest).filter(is_within));
        }
        // the sort is stable: of one key the newest comes first, and stays
        few.sort_by(|one, other| rows.key_of(*one).cmp(rows.key_of(*other)));
        few.dedup_by(|older, newest| rows.key_of(*older) == rows.key_of(*newest));
        InOrder::Few(few.into_iter())
    }

    /// Forgets them, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.groups.clear();
        self.before.clear();
        self.ordered.clear();
        self.in_order = 0;
    }

    /// Gives a place to rows that came since somebody looked.
    fn place(&mut self, rows: &RowBuffer) {
        for place in self.before.len()..rows.len() {
            let key = rows.key_of(place);
            let hash = self.hasher.hash_one(owner(key));
            match self.groups.entry(hash, |group| group.hash == hash, |group| group.hash) {
                Entry::Occupied(mut entry) => {
                    let group = entry.get_mut();
                    self.before.push(std::mem::replace(&mut group.newest, place));
                    group.rows = group.rows.saturating_add(1);
                    if let Some(ordered) = &mut group.ordered {
                        ordered.insert(KeyBytes::from_slice(key), place);
                    }
                }
                Entry::Vacant(entry) => {
                    self.before.push(NONE);
                    entry.insert(Group { hash, newest: place, rows: 1, ordered: None });
                }
            }
        }
    }

    /// Gives all rows their place, and brings the group of a key into order if it is long.
    fn arrange(&mut self, rows: &RowBuffer, key: &[u8]) {
        self.place(rows);
        let hash = self.hasher.hash_one(owner(key));
        let Some(group) = self.groups.find_mut(hash, |group| group.hash == hash) else { return };
        if group.ordered.is_none() && group.rows > CHAIN_MAX {
            let mut ordered = Ordered::new();
            for place in chain(&self.before, group.newest) {
                ordered.entry(KeyBytes::from_slice(rows.key_of(place))).or_insert(place);
            }
            group.ordered = Some(Box::new(ordered));
        }
    }

    fn group(&self, key: &[u8]) -> Option<&Group> {
        let hash = self.hasher.hash_one(owner(key));
        self.groups.find(hash, |group| group.hash == hash)
    }

    /// All places, in order.
    fn ordered(&mut self, rows: &RowBuffer) -> &Ordered {
        for place in self.in_order..rows.len() {
            self.ordered.insert(KeyBytes::from_slice(rows.key_of(place)), place);
        }
        self.in_order = rows.len();
        &self.ordered
    }
}

/// The rows of a group from its newest on.
fn chain(before: &[usize], newest: usize) -> impl Iterator<Item = usize> + '_ {
    std::iter::successors(Some(newest), |place| before.get(*place).copied().filter(|place| *place != NONE))
}

/// Whose row a key is.
fn owner(key: &[u8]) -> &[u8] {
    key.get(..GROUP_BYTES).unwrap_or(key)
}

fn between<'a>(from: &'a [u8], to: &'a [u8]) -> (Bound<&'a [u8]>, Bound<&'a [u8]>) {
    (Bound::Included(from), Bound::Excluded(to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::keys::Key;
    use crate::domain::tables::Items;
    use crate::domain::{AccountKey, ItemId, ItemKey, ItemPosition, MemberId, PointTypeId, ProgramId, Sequence};

    /// Whatever came in whatever order: what is found is what a map of all keys has.
    #[test]
    fn finds_what_a_map_of_all_keys_has() {
        let account =
            |member| AccountKey { program: ProgramId(1), member: MemberId(member), point_type: PointTypeId(1) };
        let position = |order| ItemPosition { order, id: ItemId { sequence: Sequence(1), place: 0 } };
        let (mut rows, mut places) = (RowBuffer::default(), Places::default());
        let mut all: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        let mut draw = 1u64;
        for round in 0..6_000 {
            draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // few orders: keys come again; the first member's chain gets long
            let [member, order] = [(draw >> 60).saturating_sub(10), draw >> 40 & 63];
            let key = ItemKey { account: account(member.into()), position: position(order) };
            if round % 3 > 0 {
                all.insert(key.to_bytes(), rows.len());
                rows.push::<Items>(&key, None).unwrap();
                continue;
            }
            assert_eq!(places.find(&rows, &key.to_bytes()), all.get(&key.to_bytes()).copied(), "round {round}");
            let ends = [key.account, account(u128::from(member) + u128::from(round % 2 == 0))];
            let end = ItemKey { account: ends[1], position: position(order + 20) };
            let (from, to) = (key.to_bytes(), end.to_bytes());
            let has: Vec<usize> = all.range(from.clone()..to.clone()).map(|(_, place)| *place).collect();
            assert_eq!(places.range(&rows, &from, &to).collect::<Vec<_>>(), has, "round {round}");
        }
        assert!(places.groups.iter().any(|group| group.ordered.is_some()));
        assert!(places.range(&rows, &[1], &[1]).next().is_none() && places.range(&rows, &[2], &[1]).next().is_none());
        places.clear();
        assert_eq!(places.find(&RowBuffer::default(), &[1]), None);
    }
}
