//! Sums by day, source and point type: reports without scanning.

use super::{Day, PointTypeId, Points, ProgramId, SourceId};
use serde::{Deserialize, Serialize};

/// What a [`Totals`] row sums up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TotalsKey {
    /// The program.
    pub program: ProgramId,
    /// The UTC day on which it was recorded.
    pub day: Day,
    /// What the points come from; 0 where no source was given.
    pub source: SourceId,
    /// The kind of points.
    pub point_type: PointTypeId,
}

/// Points by what happened to them. Each is net: a cancelled redemption lowers `redeemed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Totals {
    /// Granted.
    pub issued: Points,
    /// Redeemed.
    pub redeemed: Points,
    /// Expired.
    pub expired: Points,
    /// Taken back by cancelled accruals.
    pub cancelled: Points,
    /// Gone into debts of cancelled accruals.
    pub repaid: Points,
}

impl Totals {
    /// Adds another row to this one. `None` where a sum does not fit; then nothing was added.
    #[must_use]
    pub fn plus(&self, other: &Totals) -> Option<Totals> {
        Some(Totals {
            issued: self.issued.plus(other.issued)?,
            redeemed: self.redeemed.plus(other.redeemed)?,
            expired: self.expired.plus(other.expired)?,
            cancelled: self.cancelled.plus(other.cancelled)?,
            repaid: self.repaid.plus(other.repaid)?,
        })
    }

    /// What is still owed of the points: issued and neither redeemed, expired, cancelled nor repaid.
    #[must_use]
    pub fn outstanding(&self) -> i128 {
        let gone: i128 = [self.redeemed, self.expired, self.cancelled, self.repaid].into_iter().sum();
        i128::from(self.issued.0).saturating_sub(gone)
    }
}
