//! Members themselves: households, status, adjustments, merging.

use crate::domain::{Date, Expiry, MemberId, MemberStatus, PointTypeId, Points, SubtypeId};
use serde::{Deserialize, Serialize};

fn yes() -> bool {
    true
}

/// Enrols a household: a member to whom the qualifying points of others roll up (rule D35).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EnrolHousehold {
    /// The household.
    pub member: MemberId,
}

/// A member becomes one of a household (rules D35 to D38).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct JoinHousehold {
    /// Who joins.
    pub member: MemberId,
    /// The household.
    pub household: MemberId,
    /// Whether the member's qualifying points roll up (rule D40). Default: they do.
    #[serde(default = "yes")]
    pub rolls_up: bool,
    /// The last day of it, in the program's zone (rule D41). Default: it has no end.
    #[serde(default)]
    pub ends_on: Option<Date>,
}

/// Changes how a member belongs to a household (rules D40, D41). What is not named stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EditMembership {
    /// Whose membership.
    pub member: MemberId,
    /// Whether qualifying points roll up from now on.
    #[serde(default)]
    pub rolls_up: Option<bool>,
    /// The last day of it, in the program's zone.
    #[serde(default)]
    pub ends_on: Option<Date>,
}

/// A member leaves the household (rule D39). What rolled up stays there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LeaveHousehold {
    /// Who leaves.
    pub member: MemberId,
}

/// Lets a member earn and spend, or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetMemberStatus {
    /// Who.
    pub member: MemberId,
    /// What the member may do from now on.
    pub status: MemberStatus,
    /// Why, up to 128 bytes.
    pub reason: Box<str>,
}

/// Gives a member points, or takes some, by hand. It is neither an issue nor a redemption in any report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AdjustPoints {
    /// Whose points.
    pub member: MemberId,
    /// The kind of points.
    pub point_type: PointTypeId,
    /// How many: more than 0 are given, less than 0 are taken, from the items next in order.
    pub points: Points,
    /// When given points expire; a span counts from the transaction. Default: as the point type says.
    #[serde(default)]
    pub expires: Option<Expiry>,
    /// Why they are given, for reports. Default: the program's default subtype.
    #[serde(default)]
    pub subtype: SubtypeId,
    /// Why, up to 128 bytes.
    pub reason: Box<str>,
}

/// Two members become one: the items of the other go over whole, with their ids. The other's id leads to the member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MergeMembers {
    /// Who stays.
    pub member: MemberId,
    /// Who becomes part of the member: a second account, or a guest.
    pub other: MemberId,
    /// Why, up to 128 bytes.
    pub reason: Box<str>,
}

/// Makes a merge undone: the other gets the items back that came with the merge, with what is left of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UnmergeMembers {
    /// Who stayed.
    pub member: MemberId,
    /// Who was merged into the member.
    pub other: MemberId,
    /// Why, up to 128 bytes.
    pub reason: Box<str>,
}
