//! A list that grows by pieces: what is in it never moves, and its memory is used again.

/// Elements of a piece.
const PIECE: usize = 512;

/// A list in pieces.
#[derive(Debug)]
pub(super) struct Chunks<T> {
    pieces: Vec<Vec<T>>,
    /// How many pieces are in use; those behind them are empty.
    used: usize,
}

impl<T> Default for Chunks<T> {
    fn default() -> Chunks<T> {
        Chunks { pieces: Vec::new(), used: 0 }
    }
}

impl<T> Chunks<T> {
    pub(super) fn push(&mut self, element: T) {
        if self.pieces.get(..self.used).and_then(<[_]>::last).is_none_or(|piece| piece.len() >= PIECE) {
            if self.used >= self.pieces.len() {
                // the first piece grows from nothing: most lists stay short
                let capacity = if self.used == 0 { 0 } else { PIECE };
                self.pieces.push(Vec::with_capacity(capacity));
            }
            self.used = self.used.saturating_add(1);
        }
        if let Some(piece) = self.pieces.get_mut(self.used.saturating_sub(1)) {
            piece.push(element);
        }
    }

    pub(super) fn last(&self) -> Option<&T> {
        self.pieces.get(self.used.checked_sub(1)?)?.last()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let full = self.used.saturating_sub(1).saturating_mul(PIECE);
        full.saturating_add(self.pieces.get(self.used.saturating_sub(1)).map_or(0, Vec::len))
    }

    #[cfg(test)]
    fn get(&self, place: usize) -> Option<&T> {
        self.pieces.get(place / PIECE)?.get(place % PIECE)
    }

    /// The elements from a place on, with their places.
    pub(super) fn iter_from(&self, place: usize) -> impl Iterator<Item = (usize, &T)> {
        let pieces = self.pieces.get(place / PIECE..self.used).unwrap_or_default();
        (place..).zip(pieces.iter().flatten().skip(place % PIECE))
    }

    /// The element, in a list that is sorted by `key`.
    pub(super) fn search<K: Ord>(&self, wanted: &K, key: impl Fn(&T) -> &K) -> Option<&T> {
        let used = self.pieces.get(..self.used)?;
        let piece = used.partition_point(|piece| piece.last().is_some_and(|last| key(last) < wanted));
        let piece = used.get(piece)?;
        piece.get(piece.binary_search_by_key(&wanted, &key).ok()?)
    }

    /// Forgets everything, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.pieces.iter_mut().for_each(Vec::clear);
        self.used = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_in_pieces_is_a_list() {
        let mut list = Chunks::default();
        for _ in 0..3 {
            assert_eq!((list.last(), list.len(), list.iter_from(0).next()), (None, 0, None));
            for number in 0..2_000u32 {
                assert_eq!(list.search(&number, |n| n), None);
                list.push(number);
                assert_eq!(list.last(), Some(&number));
            }
            for from in [0, 1, 511, 512, 513, 1_999, 2_000, 5_000] {
                assert!(
                    list.iter_from(from)
                        .map(|(place, number)| (place, *number as usize))
                        .eq((from..2_000).map(|n| (n, n)))
                );
            }
            assert_eq!((list.len(), list.get(777), list.get(2_000)), (2_000, Some(&777), None));
            assert!((0..2_000).all(|number| list.search(&number, |n| n) == Some(&number)));
            assert_eq!(list.pieces.len(), 4);
            list.clear();
        }
    }
}
