//! Versions of a definition: what was made under one finds it again.

/// All versions of one definition. The first has number 1; what was made under one keeps its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions<T> {
    older: Vec<T>,
    current: T,
}

impl<T> Versions<T> {
    /// A definition's first version.
    #[must_use]
    pub fn first(definition: T) -> Versions<T> {
        Versions { older: Vec::new(), current: definition }
    }

    /// The newest version.
    #[must_use]
    pub fn current(&self) -> &T {
        &self.current
    }

    /// The number of the newest version.
    #[must_use]
    pub fn number(&self) -> u32 {
        u32::try_from(self.older.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// A version by its number.
    #[must_use]
    pub fn version(&self, number: u32) -> Option<&T> {
        match number {
            number if number == self.number() => Some(&self.current),
            number => self.older.get(usize::try_from(number).ok()?.checked_sub(1)?),
        }
    }

    /// All versions, the oldest first.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.older.iter().chain([&self.current])
    }

    /// Adds the next version.
    pub fn push(&mut self, definition: T) {
        self.older.push(std::mem::replace(&mut self.current, definition));
    }
}
