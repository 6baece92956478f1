//! Tiers: the ladder of a program, what a member's tier is and how long.

use super::{PointTypeId, Points, Span};
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

/// So many qualifying points of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// The kind of points.
    pub point_type: PointTypeId,
    /// How many, more than 0.
    pub points: Points,
}

/// One tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Its id.
    pub tier: TierId,
    /// What people call it. Default: nothing.
    #[serde(default)]
    pub name: Box<str>,
    /// Any one of these is enough (rule D07).
    pub any_of: Vec<Threshold>,
}

super::tagged::tagged! {
    /// In which time points count toward a tier (rule D34), in days of the program's zone.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum QualifyingPeriod {
        /// In the calendar year. A tier lasts to the end of the next one.
        #[default]
        0 CalendarYear "calendar_year",
        /// In the year from a member's enrolment, and from each anniversary of it. A tier lasts to the end of the next.
        1 Anniversary "anniversary",
        /// In the time before, of this length. A tier lasts as long.
        2 Rolling "rolling" (span: Span),
    }
}

/// A program's tiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Ladder {
    /// From the lowest to the highest.
    pub tiers: Vec<Tier>,
    /// In which time points count.
    pub period: QualifyingPeriod,
}
