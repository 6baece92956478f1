//! Versions of a definition: what was made under one finds it again.

use super::Timestamp;

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

    /// The newest version that a condition holds for, with its number.
    #[must_use]
    pub fn newest_where(&self, holds: impl Fn(&T) -> bool) -> Option<(u32, &T)> {
        if holds(&self.current) {
            return Some((self.number(), &self.current));
        }
        let found = self.older.iter().zip(1u32..).filter(|(version, _)| holds(version)).last();
        found.map(|(version, number)| (number, version))
    }

    /// All versions, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.older.iter().chain(std::iter::once(&self.current))
    }

    /// The newest version that was set before an instant, with its number: something that is due is under the
    /// definitions of its own instant, whenever it is booked. The first version where all are newer.
    #[must_use]
    pub fn in_force(&self, at: Timestamp, since: impl Fn(&T) -> Timestamp) -> (u32, &T) {
        if since(&self.current) < at {
            return (self.number(), &self.current);
        }
        let numbered = self.iter().zip(1u32..);
        let known = numbered.filter(|(version, _)| since(version) < at).last();
        known
            .or_else(|| self.iter().zip(1u32..).next())
            .map_or((1, &self.current), |(version, number)| (number, version))
    }

    /// Adds the next version.
    pub fn push(&mut self, definition: T) {
        self.older.push(std::mem::replace(&mut self.current, definition));
    }
}
