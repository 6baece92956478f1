//! Stretches of an account's order of use in which no item is open: the walk of a redemption jumps over them.
//!
//! A new item often comes before items that are used up already: points of a short promotion among points of a year. Without
//! this, each redemption would walk over all of those between.

use super::{ItemPosition, Own, OwnIds};
use serde::{Deserialize, Serialize};

/// Most stretches that an account remembers. Beyond that the last one is forgotten, and walked over.
const SKIPS_MAX: usize = 16;

/// Stretches without an open item, in order, none touching another; most accounts have none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
#[expect(clippy::box_collection, reason = "most accounts have none: 8 bytes instead of 24")]
pub struct Skips(Option<Box<Vec<Skip>>>);

/// From a place on, before another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Skip {
    from: ItemPosition,
    to: ItemPosition,
}

impl Skips {
    /// The first place from `position` on at which an item may be open.
    #[must_use]
    pub fn past(&self, position: ItemPosition) -> ItemPosition {
        let skip = self.iter().find(|skip| skip.from <= position && position < skip.to);
        skip.map_or(position, |skip| skip.to)
    }

    /// No item between two places is open.
    pub(super) fn add(&mut self, from: ItemPosition, to: ItemPosition) {
        if from >= to {
            return;
        }
        let skips = self.0.get_or_insert_default();
        let mut all = Skip { from, to };
        skips.retain(|known| {
            let apart = known.to < all.from || all.to < known.from;
            if !apart {
                all = Skip { from: all.from.min(known.from), to: all.to.max(known.to) };
            }
            apart
        });
        let at = skips.partition_point(|known| known.from < all.from);
        skips.insert(at, all);
        skips.truncate(SKIPS_MAX);
    }

    /// An item at a place is open.
    pub(super) fn open(&mut self, position: ItemPosition) {
        let Some(skips) = &mut self.0 else { return };
        let Some(at) = skips.iter().position(|skip| skip.from <= position && position < skip.to) else { return };
        let Skip { from, to } = skips.remove(at);
        self.add(from, position);
        self.add(position.successor(), to);
    }

    /// The walk begins at a place: stretches before it are of no use.
    pub(super) fn begin_at(&mut self, position: ItemPosition) {
        if let Some(skips) = &mut self.0 {
            skips.retain(|skip| position < skip.to);
            if skips.is_empty() {
                self.0 = None;
            }
        }
    }

    fn iter(&self) -> impl Iterator<Item = &Skip> {
        self.0.iter().flat_map(|skips| skips.iter())
    }
}

impl Own for Skips {
    fn fill(&mut self, own: &OwnIds) {
        for Skip { from, to } in self.0.iter_mut().flat_map(|skips| skips.iter_mut()) {
            from.fill(own);
            to.fill(own);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ItemId, Sequence};
    use std::collections::BTreeSet;

    fn place(order: u64) -> ItemPosition {
        ItemPosition { order, id: ItemId { sequence: Sequence(1), place: 0 } }
    }

    /// Whatever is opened and closed: no open item is jumped over, and what is jumped over is closed.
    #[test]
    fn nothing_open_is_jumped_over() {
        let (mut skips, mut open) = (Skips::default(), BTreeSet::new());
        let mut draw = 7u64;
        for round in 0..20_000 {
            draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (what, at, width) = (draw >> 62, draw >> 40 & 0x3F, draw >> 20 & 7);
            match what {
                0 => {
                    open.insert(at);
                    skips.open(place(at));
                }
                1 => drop(open.remove(&at)),
                2 if open.range(at..at + width).next().is_none() => skips.add(place(at), place(at + width)),
                _ => {
                    let past = skips.past(place(at)).order;
                    assert!(open.range(at..past).next().is_none(), "round {round}: {at} to {past}");
                }
            }
        }
    }

    #[test]
    fn stretches_that_touch_are_one() {
        let mut skips = Skips::default();
        skips.add(place(1), place(5));
        skips.add(place(5), place(9));
        skips.add(place(3), place(4));
        assert_eq!(skips.past(place(2)), place(9));
        skips.open(place(6));
        assert_eq!(skips.past(place(2)), place(6));
        assert_eq!(skips.past(place(7)), place(9));
        skips.begin_at(place(9));
        assert_eq!(skips, Skips::default());
    }
}
