//! Defining a program and its point types.

use crate::domain::{Enrolment, Expiry, NegativeBalance, NeverUsable, PointClass, PointTypeId, UseOrder, Zone};
use serde::{Deserialize, Serialize};

/// Creates the program that the command names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CreateProgram {
    /// What people call it. Default: nothing.
    pub name: Box<str>,
    /// IANA time zone of its calendar rules. Default: UTC.
    pub zone: Zone,
    /// How members come into being. Default: by `Enrol` only.
    pub enrolment: Enrolment,
    /// What happens to points that would expire before they can be used. Default: the accrual is refused.
    pub never_usable: NeverUsable,
    /// How many point types it may have, up to 256. Default: 8 (rule D06).
    pub point_types_max: Option<u16>,
    /// How many days before its expiry a partner's block with points left is about to expire, up to 3,660. Default: 0,
    /// nobody is told.
    pub block_warning_days: u16,
}

/// Creates a point type (rules D02, D03, D04, D06).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreatePointType {
    /// Its id.
    pub point_type: PointTypeId,
    /// What people in the company call it (rule E09). Default: nothing.
    #[serde(default)]
    pub name: Box<str>,
    /// What balances show; accounts of the same label are summed up (rule E61). Default: nothing.
    #[serde(default)]
    pub label: Box<str>,
    /// For spending or for counting. Default: for spending.
    #[serde(default)]
    pub class: PointClass,
    /// Which points go first (rule D22). Default: those that expire first.
    #[serde(default)]
    pub order: UseOrder,
    /// When points of this type expire, unless an award says otherwise. Default: never.
    #[serde(default)]
    pub expiry: Expiry,
    /// Whether an account may owe points after a cancellation (rule E66). Default: it may.
    #[serde(default)]
    pub negative_balance: NegativeBalance,
}
