//! Points that a decision adds to one sum of a row of sums: a row of them all would be moved about for one of them.

use crate::domain::{Figure, Totals};

/// Points to be added to one sum of a row.
#[derive(Debug, Clone, Copy)]
pub struct SumPart<K> {
    /// The row.
    pub key: K,
    /// The sum.
    pub figure: Figure,
    /// Points, negative where they are taken away.
    pub points: i128,
}

impl<K: Copy> SumPart<K> {
    /// The row with these points alone.
    #[must_use]
    pub fn alone(&self) -> (K, Totals) {
        let mut totals = Totals::NONE;
        totals.count(self.figure, self.points);
        (self.key, totals)
    }
}

/// How far back a sum is looked for that is counted once more: what a command counts again was counted just before.
const PARTS_BACK: usize = 4;

/// Adds to a sum that was just counted, or counts another one.
pub(super) fn count<K: Eq>(parts: &mut Vec<SumPart<K>>, new: SumPart<K>) {
    let mut last = parts.iter_mut().rev().take(PARTS_BACK);
    match last.find(|known| known.figure == new.figure && known.key == new.key) {
        Some(known) => known.points = known.points.saturating_add(new.points),
        None => parts.push(new),
    }
}
