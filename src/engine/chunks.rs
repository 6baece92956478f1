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

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.pieces.iter().take(self.used).flatten()
    }

    /// The element, in a list that is sorted by `key`.
    pub(super) fn search<K: Ord>(&self, wanted: &K, key: impl Fn(&T) -> &K) -> Option<&T> {
        let used = self.pieces.get(..self.used)?;
        let piece = used.partition_point(|piece| piece.last().is_some_and(|last| key(last) < wanted));
        let piece = used.get(piece)?;
        piece.get(piece.binary_search_by_key(&wanted, &key).ok()?)
    }

    /// Takes everything out.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = T> {
        let used = std::mem::take(&mut self.used);
        self.pieces.iter_mut().take(used).flat_map(|piece| piece.drain(..))
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
        for round in 0..3 {
            assert_eq!((list.last(), list.iter().next()), (None, None));
            for number in 0..2_000u32 {
                assert_eq!(list.search(&number, |n| n), None);
                list.push(number);
                assert_eq!(list.last(), Some(&number));
            }
            assert!(list.iter().copied().eq(0..2_000));
            assert!((0..2_000).all(|number| list.search(&number, |n| n) == Some(&number)));
            assert_eq!(list.pieces.len(), 4);
            if round == 0 { assert!(list.drain().eq(0..2_000)) } else { list.clear() }
        }
    }
}
