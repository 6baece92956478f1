//! Sources: created, edited, paused, archived; their inventory and their restrictions.

use crate::domain::{Beyond, Counting, PointTypeId, Points, Restriction, SourceId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Creates a source; it is active (rules E20, E92).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateSource {
    /// Its id.
    pub source: SourceId,
    /// What people in the company call it (rule E18). Default: nothing.
    #[serde(default)]
    pub name: Box<str>,
    /// The point types that it may give, at least one (rule E90). Default: all that the program has (rule E32).
    #[serde(default)]
    pub point_types: Option<BTreeSet<PointTypeId>>,
    /// How several awards of one accrual count (rule E91). Default: each.
    #[serde(default)]
    pub counting: Counting,
    /// What happens beyond its inventory or a limit (rules E95, E100). Default: the accrual is refused.
    #[serde(default)]
    pub beyond: Beyond,
    /// From this many points on the inventory is low. Default: it never is.
    #[serde(default)]
    pub low_at: Option<Points>,
    /// How many points it may give, 0 or more (rule E99). Default: any number.
    #[serde(default)]
    pub inventory: Option<Points>,
    /// How many in what time (rules E93 to E98). Default: any number.
    #[serde(default)]
    pub restrictions: Vec<Restriction>,
}

/// Changes the terms of an active source (rule E33). Fields that are not given stay.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EditSource {
    /// The source.
    pub source: SourceId,
    /// What people in the company call it.
    #[serde(default)]
    pub name: Option<Box<str>>,
    /// The point types that it may give, at least one.
    #[serde(default)]
    pub point_types: Option<BTreeSet<PointTypeId>>,
    /// What happens beyond its inventory or a limit.
    #[serde(default)]
    pub beyond: Option<Beyond>,
    /// From this many points on the inventory is low.
    #[serde(default)]
    pub low_at: Option<Points>,
}

/// Pauses an active source: it gives no points until it is resumed (rules E23, E24).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PauseSource {
    /// The source.
    pub source: SourceId,
}

/// Makes a paused or archived source active again, unless its inventory is 0 (rules E25, E34).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ResumeSource {
    /// The source.
    pub source: SourceId,
}

/// Puts a paused source away; what is left of its inventory expires (rules E26, E28 to E30).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ArchiveSource {
    /// The source.
    pub source: SourceId,
    /// Must be true: what is left of the inventory is lost.
    #[serde(default)]
    pub confirm: bool,
}

/// Sets the inventory of a source that has none (rule E99).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetInventory {
    /// The source.
    pub source: SourceId,
    /// How many points it may give from now on, 0 or more.
    pub points: Points,
}

/// Adds points to an inventory, or takes some out (rules E101, E102).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ModifyInventory {
    /// The source.
    pub source: SourceId,
    /// More than 0 to add, less than 0 to take out; not 0.
    pub points: Points,
}

/// Adds a restriction to an active source, or changes the one of its number (rule E94). One whose time or scope changes
/// begins to count anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RestrictSource {
    /// The source.
    pub source: SourceId,
    /// What it may give in what time.
    pub restriction: Restriction,
}

/// Deletes a restriction of an active source (rule E94).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UnrestrictSource {
    /// The source.
    pub source: SourceId,
    /// The number of the restriction.
    pub restriction: u16,
}
