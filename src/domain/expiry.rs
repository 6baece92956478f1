//! When points expire: what a point type or an award says, and the instant that follows from it.

use super::tagged::tagged;
use super::{Date, Span, Timestamp, Zone};

tagged! {
    /// When points expire.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum Expiry {
        /// Never (rule D42).
        #[default]
        0 Never "never",
        /// From this instant on they are not usable (rule D48).
        1 At "at" (instant: Timestamp),
        /// With the end of this day in the program's zone.
        2 On "on" (date: Date),
        /// This long after the transaction that granted them (rule D44).
        3 After "after" (span: Span),
    }
}

impl Expiry {
    /// The instant for points granted by a transaction at `granted_at`. `Some(None)` is never, `None` is an instant
    /// past the year 9999.
    #[must_use]
    pub fn resolve(self, granted_at: Timestamp, zone: &Zone) -> Option<Option<Timestamp>> {
        match self {
            Expiry::Never => Some(None),
            Expiry::At(instant) => Some(Some(instant)),
            Expiry::On(date) => date.end(zone).map(Some),
            Expiry::After(span) => span.after(granted_at, zone).map(Some),
        }
    }
}
