//! Points set aside before a purchase is paid for: held, captured, released.

use crate::domain::{Expiry, MemberId, PointTypeId, Points, RequestId};
use serde::{Deserialize, Serialize};

/// Sets points aside, from the items next in order. Its request id names the hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HoldPoints {
    /// Whose points.
    pub member: MemberId,
    /// The kind of points: of a redeemable type. Default: 0, which is all default types of the program, in one order
    /// over all of them (rules E12, E62, E63).
    #[serde(default)]
    pub point_type: PointTypeId,
    /// How many, more than 0.
    pub points: Points,
    /// When what is still held is released by itself. Default: never.
    #[serde(default)]
    pub times_out: Expiry,
}

/// Redeems held points. A hold may be captured in parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Capture {
    /// The request id of the hold.
    pub hold: RequestId,
    /// How many, more than 0. Default: all that is still held.
    #[serde(default)]
    pub points: Option<Points>,
}

/// Gives held points back to the member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The request id of the hold.
    pub hold: RequestId,
    /// How many, more than 0. Default: all that is still held.
    #[serde(default)]
    pub points: Option<Points>,
}
