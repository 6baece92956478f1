//! A member's tier, and the qualifying points that lead to one.

use super::{Day, PointTypeId, Points, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A step of a program's ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct TierId(pub u16);

impl fmt::Display for TierId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A member's tier, and how long it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierState {
    /// The tier.
    pub tier: TierId,
    /// Since when the member has it.
    pub since: Timestamp,
    /// When it is evaluated again.
    pub until: Timestamp,
}

/// Qualifying points of one day of the program's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Qualified {
    /// The kind of points.
    pub point_type: PointTypeId,
    /// The day.
    pub day: Day,
    /// How many, less those that were cancelled.
    pub points: Points,
}
