//! Defining a program and its point types.

use crate::domain::{
    Enrolment, Expiry, HeldExpiry, Inactivity, Maximum, NegativeBalance, NegativeLimit, NeverUsable, OnClosing,
    Overdraft, PointClass, PointTypeId, ProgramStatus, QualifyingPeriod, SourceRule, SubtypeId, Tier, TypeStatus,
    UseOrder, Zone,
};
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
    /// How many days before the last one on which they are good a member's points are about to expire, up to 3,660:
    /// that day's beginning in the program's zone is when the feed tells of them. Default: 0, nobody is told.
    pub item_warning_days: u16,
    /// Whether members earn and spend at once. Default: they do. A draft is activated later (rule D17).
    pub status: ProgramStatus,
    /// What becomes of the points of members who are closed. Default: they stay.
    pub on_closing: OnClosing,
    /// Whether every award must name a source of the program. Default: it need not (rule E05).
    #[serde(default)]
    pub require_source: SourceRule,
}

/// Lets members of a draft earn and spend. It needs a default subtype (rule D17).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ActivateProgram {}

/// Creates a subtype, for all point types of the program (rules D13 to D16). Once there is one, awards name known ones
/// only.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateSubtype {
    /// Its id.
    pub subtype: SubtypeId,
    /// What people call it. Default: nothing.
    #[serde(default)]
    pub name: Box<str>,
    /// Whether it is from now on that of awards that name none (rule D16). The first one always is.
    #[serde(default)]
    pub is_default: bool,
}

/// Defines the tiers, all of them at once; a later one replaces them. Members keep the tier they have until it is
/// evaluated again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DefineTiers {
    /// From the lowest to the highest, 1 to 16 of them.
    pub tiers: Vec<Tier>,
    /// In which time points count (rule D34). Default: the calendar year.
    #[serde(default)]
    pub period: QualifyingPeriod,
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
    /// How far below zero cancellations may take a balance (rule E66). Default: as far as they must.
    #[serde(default)]
    pub negative_limit: Box<NegativeLimit>,
    /// Whether a redemption may take more than there is (rule D09). Default: no.
    #[serde(default)]
    pub overdraft: Box<Overdraft>,
    /// How many points an account may have (rule E67). Default: any number.
    #[serde(default)]
    pub maximum: Maximum,
    /// Decimal places with which people are shown amounts, 0 to 4. Default: 0.
    #[serde(default)]
    pub scale: u8,
    /// For points that are money: the ISO 4217 code of the currency. Default: they are none.
    #[serde(default)]
    pub currency: Box<str>,
    /// Whether a redemption that names no type spends them (rule E12). Default: no.
    #[serde(default)]
    pub is_default: bool,
    /// What becomes of points when their member does nothing (rule E71). Default: nothing.
    #[serde(default)]
    pub inactivity: Box<Inactivity>,
    /// The type into which points go on when they expire (rule E77). Default: none.
    #[serde(default)]
    pub rollover: Option<PointTypeId>,
    /// What becomes of held points whose item expires. Default: they are as good as before.
    #[serde(default)]
    pub held_expiry: HeldExpiry,
}

/// Changes a point type (rule E16). What is not named stays. What was granted keeps its expiry.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct EditPointType {
    /// Its id.
    pub point_type: PointTypeId,
    /// What people in the company call it.
    pub name: Option<Box<str>>,
    /// What balances show.
    pub label: Option<Box<str>>,
    /// Whether accounts are in use. An inactive type can only be activated (rule E17).
    pub status: Option<TypeStatus>,
    /// When points expire that are granted from now on.
    pub expiry: Option<Expiry>,
    /// Whether an account may owe points after a cancellation.
    pub negative_balance: Option<NegativeBalance>,
    /// How far below zero cancellations may take a balance.
    pub negative_limit: Option<Box<NegativeLimit>>,
    /// Whether a redemption may take more than there is.
    pub overdraft: Option<Box<Overdraft>>,
    /// How many points an account may have.
    pub maximum: Option<Maximum>,
    /// Decimal places with which people are shown amounts.
    pub scale: Option<u8>,
    /// For points that are money: the currency.
    pub currency: Option<Box<str>>,
    /// Whether a redemption that names no type spends them.
    pub is_default: Option<bool>,
    /// What becomes of points that are granted from now on when their member does nothing.
    pub inactivity: Option<Box<Inactivity>>,
    /// The type into which points go on when they expire; 0: none.
    pub rollover: Option<PointTypeId>,
    /// What becomes of held points whose item expires.
    pub held_expiry: Option<HeldExpiry>,
}
