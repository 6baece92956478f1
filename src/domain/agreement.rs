//! Participation agreements: the rules between the platform and a partner, or a group of partners (rules C05 to C72).

use super::tagged::tagged;
use super::{Date, OfferId, Points, Rate, SchemeId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Whether something is in force (rules C14, C62).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LifeCycle {
    /// In force.
    #[default]
    Effective,
    /// Not in force.
    NotEffective,
}

impl LifeCycle {
    /// Whether it is in force.
    #[must_use]
    pub const fn is_effective(self) -> bool {
        matches!(self, LifeCycle::Effective)
    }
}

/// The agreement of a partner or of a group. A group's has no switches for owners, no separate minimum and maximum, no
/// automatic spending, no reduction method and no sign-up rules (rule C70). What a partner's agreement leaves open is as
/// its group's says (rules C07, C08).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Agreement {
    /// Its number within the program, given once (rule C60).
    pub number: u32,
    /// Whether it is in force (rules C14, C62).
    pub life_cycle: LifeCycle,
    /// What people say of it (rules C15, C63).
    pub description: Box<str>,
    /// Which members are rewarded.
    pub award: AwardRules,
    /// Which members spend, and how much.
    pub spend: SpendRules,
    /// How instant and automatic spends are handled (rule C37b).
    pub reduction: Reduction,
    /// Whom the merchant may sign up.
    pub sign_up: SignUpRules,
    /// The contribution rules (rules C48 to C59, C69).
    pub rules: Vec<ContributionRule>,
}

tagged! {
    /// Which schemes are meant (rules C19, C45, C65).
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub enum SchemeChoice {
        /// All of them.
        #[default]
        0 All "all",
        /// These only.
        1 Specific "specific" (schemes: BTreeSet<SchemeId>),
    }
}

impl SchemeChoice {
    /// Whether a scheme is among them.
    #[must_use]
    pub fn contains(&self, scheme: SchemeId) -> bool {
        match self {
            SchemeChoice::All => true,
            SchemeChoice::Specific(schemes) => schemes.contains(&scheme),
        }
    }
}

/// Which members a merchant rewards.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct AwardRules {
    /// Rewards members whom its own group owns (rule C16). Default: yes.
    pub own_group: Option<bool>,
    /// Rewards members whom a collaborating group owns (rule C17). Default: yes.
    pub collaborating: Option<bool>,
    /// Refuses events of members who take part in none of its schemes (rules C18, C64). Default: no.
    pub block_without_scheme: Option<bool>,
    /// The schemes that it awards in (rules C19, C65). Default: all.
    pub schemes: Option<SchemeChoice>,
}

/// How much may be spent at a time, in minor units; both ends are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SpendRange {
    /// At least this (rule C23). Default: no bound.
    pub from: Option<Points>,
    /// At most this (rule C24). Default: no bound.
    pub to: Option<Points>,
}

tagged! {
    /// How much may be spent at a time.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum SpendRanges {
        /// The same in all schemes (rule C26).
        0 Single "single" (range: SpendRange),
        /// By scheme, where the award rules name specific schemes (rule C25).
        1 PerScheme "per_scheme" (ranges: BTreeMap<SchemeId, SpendRange>),
    }
}

/// Which members spend at a merchant, and how much.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SpendRules {
    /// Takes spends of members whom its own group owns (rule C20). Default: yes.
    pub own_group: Option<bool>,
    /// Takes spends of members whom a collaborating group owns (rule C21). Default: yes.
    pub collaborating: Option<bool>,
    /// Refuses spends of members who take part in none of its schemes (rules C22, C66). Default: no.
    pub block_without_scheme: Option<bool>,
    /// How much at a time (rules C23 to C26, C67, C68). Default: no bounds.
    pub range: Option<SpendRanges>,
    /// The least of any spend (rule C27), in minor units. Default: none.
    pub minimum: Option<Points>,
    /// The most of any spend (rule C28), in minor units. Default: none.
    pub maximum: Option<Points>,
    /// Whether purchases draw on the wallet; the member has to allow it, too (rules C30, C31). Default: no.
    pub automatic: Option<bool>,
    /// How much an automatic spend may be (rule C29). Default: as `range` says.
    pub automatic_range: Option<SpendRange>,
}

/// What a generated document is filled with by default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct DocumentDefaults {
    /// Its type. Of a refund: a refund transaction type of the refund setup.
    pub document_type: Box<str>,
    /// The product of its lines.
    pub product: Box<str>,
    /// Its category.
    pub category: Box<str>,
    /// Its notes.
    pub notes: Box<str>,
}

tagged! {
    /// How instant and automatic spends are handled (rule C37b).
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub enum Reduction {
        /// A discount at the point of sale: the merchant is credited at settlement (rule C38).
        #[default]
        0 FrontEnd "front_end",
        /// The member pays in full and is refunded through a payment gateway (rule C39).
        1 BackEnd "back_end" {
            /// The refund method of the setup.
            method: Box<str>,
            /// What the member's credit note is filled with (rule C40).
            credit_note: DocumentDefaults,
            /// What the refund is filled with (rule C41).
            refund: DocumentDefaults,
        },
    }
}

/// Whom a merchant may sign up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SignUpRules {
    /// New members (rule C42). Default: yes.
    pub new_members: Option<bool>,
    /// Members of its own group, to new schemes (rule C43). Default: yes.
    pub own_group: Option<bool>,
    /// Members of collaborating groups, to new schemes (rule C44). Default: yes.
    pub collaborating: Option<bool>,
    /// To these schemes (rules C45 to C47). Default: all.
    pub schemes: Option<SchemeChoice>,
}

/// Which of several contribution rules goes first (rule C53).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Last.
    Low,
    /// Unless another is said.
    #[default]
    Normal,
    /// Before those.
    Medium,
    /// First.
    High,
}

impl Priority {
    /// The priority as one word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Priority::Low => "low",
            Priority::Normal => "normal",
            Priority::Medium => "medium",
            Priority::High => "high",
        }
    }
}

/// How much of an award the partner contributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct ContributionRule {
    /// Its number within the program; of equal priorities the lowest applies (rule C53).
    pub number: u32,
    /// Made from the number (rule C51).
    pub name: Box<str>,
    /// Percent of the award, 0 to 100 (rule C52).
    pub percentage: Rate,
    /// Which rule goes first.
    pub priority: Priority,
    /// The offers that it is for (rule C54). Empty: all.
    pub offers: BTreeSet<OfferId>,
    /// The payment medium brands that it is for (rule C55). Empty: all.
    pub brands: BTreeSet<Box<str>>,
    /// The payment medium types that it is for (rule C56). Empty: all.
    pub mediums: BTreeSet<Box<str>>,
    /// Percentages of periods (rules C58, C59). They do not overlap.
    pub periods: Vec<PeriodContribution>,
}

/// How much of the awards of a period the partner contributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PeriodContribution {
    /// Its first day, in the program's zone.
    pub from: Date,
    /// Its last day.
    pub to: Date,
    /// Percent of the award, 0 to 100.
    pub percentage: Rate,
}
