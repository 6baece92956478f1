//! Sums by day, source and point type: reports without scanning.
//!
//! They are 128 bits wide, so that no number of amounts can overflow them.

use super::{Day, PointTypeId, ProgramId, SourceId};
use serde::{Deserialize, Serialize};

/// What a [`Totals`] row sums up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TotalsKey {
    /// The program.
    pub program: ProgramId,
    /// The UTC day on which it took effect: an expiry stands at its instant, whenever it was booked.
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
    pub issued: i128,
    /// Redeemed.
    pub redeemed: i128,
    /// Expired.
    pub expired: i128,
    /// Taken back by cancelled accruals.
    pub cancelled: i128,
    /// Gone into debts of cancelled accruals.
    pub repaid: i128,
}

impl Totals {
    /// Adds another row to this one.
    pub fn add(&mut self, other: &Totals) {
        self.issued = self.issued.saturating_add(other.issued);
        self.redeemed = self.redeemed.saturating_add(other.redeemed);
        self.expired = self.expired.saturating_add(other.expired);
        self.cancelled = self.cancelled.saturating_add(other.cancelled);
        self.repaid = self.repaid.saturating_add(other.repaid);
    }

    /// What is still owed of the points: issued and neither redeemed, expired, cancelled nor repaid.
    #[must_use]
    pub fn outstanding(&self) -> i128 {
        let gone = [self.redeemed, self.expired, self.cancelled, self.repaid];
        gone.into_iter().fold(self.issued, i128::saturating_sub)
    }
}
