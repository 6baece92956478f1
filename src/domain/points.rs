//! Points: whole numbers, checked. There is no float anywhere near an amount.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::iter::Sum;

/// A number of points (or of a partner's points). Arithmetic is checked: a sum that does not fit is `None`, which
/// a rule turns into a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Points(pub i64);

impl Points {
    /// No points.
    pub const ZERO: Points = Points(0);

    /// The sum, unless it does not fit.
    #[must_use]
    pub fn plus(self, other: Points) -> Option<Points> {
        self.0.checked_add(other.0).map(Points)
    }

    /// The difference, unless it does not fit.
    #[must_use]
    pub fn minus(self, other: Points) -> Option<Points> {
        self.0.checked_sub(other.0).map(Points)
    }

    /// The same number with the other sign, unless it does not fit.
    #[must_use]
    pub fn negated(self) -> Option<Points> {
        self.0.checked_neg().map(Points)
    }

    /// Whether this is more than nothing.
    #[must_use]
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A sum of many amounts, wide enough for any number of them.
impl Sum<Points> for i128 {
    fn sum<I: Iterator<Item = Points>>(amounts: I) -> i128 {
        amounts.fold(0, |sum, points| sum.saturating_add(i128::from(points.0)))
    }
}
