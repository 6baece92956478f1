//! Defining a program, its point types, its partners.

use crate::domain::{
    Billing, BlockOrder, Enrolment, Expiry, NegativeBalance, NeverUsable, PartnerId, PointClass, PointTypeId, Rate,
    Rounding, SourceRule, UseOrder, Zone,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// Whether every award must name a source of the program. Default: it need not (rule E05).
    pub require_source: SourceRule,
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

/// Creates a partner.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreatePartner {
    /// Its id.
    pub partner: PartnerId,
    /// When it pays. Default: before, by blocks.
    #[serde(default)]
    pub billing: Billing,
    /// Partner points per member point, by point type; a type without a rate debits nothing (rule A03).
    /// Default: none, so that the partner pays nothing.
    #[serde(default)]
    pub rates: BTreeMap<PointTypeId, Rate>,
    /// How a debit is rounded (rule A04). Default: half up.
    #[serde(default)]
    pub rounding: Rounding,
    /// Which block is debited first (rule B13). Default: the one that expires first.
    #[serde(default)]
    pub order: BlockOrder,
}
