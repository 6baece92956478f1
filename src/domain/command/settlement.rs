//! Schemes, offers, groups, agreements; what is set up for settlement and refunds.

use crate::domain::{
    AwardBasis, AwardRules, GroupId, LifeCycle, MemberId, MerchantId, OfferClass, OfferId, PartnerId,
    PeriodContribution, Priority, Rate, ReceivableId, Reduction, RefundSetup, Rounding, SchemeId, SignUpRules,
    SpendMethod, SpendRules, Standing,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Defines a scheme, or its next version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetScheme {
    /// Its id.
    pub scheme: SchemeId,
    /// What people call it. Default: nothing.
    #[serde(default)]
    pub name: Box<str>,
    /// Whether it is in force. Default: effective.
    #[serde(default)]
    pub life_cycle: LifeCycle,
    /// The partners that it is accessible to (rule C47). Default: all.
    #[serde(default)]
    pub accessible_to: Option<BTreeSet<PartnerId>>,
}

/// Defines an offer, or its next version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetOffer {
    /// Its id.
    pub offer: OfferId,
    /// The scheme that it belongs to.
    pub scheme: SchemeId,
    /// Its classification (rule C10).
    pub class: OfferClass,
    /// What people call it. Default: nothing.
    #[serde(default)]
    pub name: Box<str>,
    /// Whether it is in force. Default: effective.
    #[serde(default)]
    pub life_cycle: LifeCycle,
    /// How its award is spent (rule C36). Default: it goes into the wallet.
    #[serde(default)]
    pub spend_method: SpendMethod,
    /// What its award is for (rule C78). Default: one purchase.
    #[serde(default)]
    pub basis: AwardBasis,
}

/// Defines a partner group, or its next version (rules C72, C111).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetGroup {
    /// Its id.
    pub group: GroupId,
    /// What people call it. Default: nothing.
    #[serde(default)]
    pub name: Box<str>,
    /// The groups whose members its partners may reward and serve. Default: none.
    #[serde(default)]
    pub collaborating: BTreeSet<GroupId>,
}

/// Makes a partner a unit, which takes part in settlement (rules C11, C71). Once it has a group, only `switch_group`
/// moves it (rule C13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetUnit {
    /// The partner.
    pub partner: PartnerId,
    /// The merchant that it represents, once and for all. Default: none yet.
    #[serde(default)]
    pub merchant: Option<MerchantId>,
    /// The group that it belongs to. Default: none yet.
    #[serde(default)]
    pub group: Option<GroupId>,
}

/// Makes the agreement of a partner or of a group, or its next version. The contribution rules are left as they are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SetAgreement {
    /// The partner, where it is a partner's.
    pub partner: Option<PartnerId>,
    /// The group, where it is a group's.
    pub group: Option<GroupId>,
    /// The version that it takes the place of; without it, there is none yet (rule C61).
    pub replaces: Option<u32>,
    /// Whether it is in force. Default: effective.
    pub life_cycle: LifeCycle,
    /// What people say of it.
    pub description: Box<str>,
    /// Which members are rewarded.
    pub award: Box<AwardRules>,
    /// Which members spend, and how much.
    pub spend: Box<SpendRules>,
    /// How instant and automatic spends are handled. Default: at the point of sale. Not of a group.
    pub reduction: Box<Reduction>,
    /// Whom the merchant may sign up. Not of a group.
    pub sign_up: Option<Box<SignUpRules>>,
    /// The partner's own receivable that becomes its primary one (rule C12). Default: the one that is; where there is
    /// none, number 1 is made.
    pub receivable: Option<ReceivableId>,
}

/// A contribution rule as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewContributionRule {
    /// The number of a rule that the agreement has: it is changed. Default: it is a new one.
    #[serde(default)]
    pub number: Option<u32>,
    /// Percent of the award, 0 to 100 (rule C52).
    pub percentage: Rate,
    /// Which rule goes first (rule C53). Default: normal.
    #[serde(default)]
    pub priority: Priority,
    /// The offers that it is for (rules C54, C57). Default: all.
    #[serde(default)]
    pub offers: BTreeSet<OfferId>,
    /// The payment medium brands that it is for (rule C55). Default: all.
    #[serde(default)]
    pub brands: BTreeSet<Box<str>>,
    /// The payment medium types that it is for (rule C56). Default: all.
    #[serde(default)]
    pub mediums: BTreeSet<Box<str>>,
    /// Percentages of periods (rules C58, C59). Default: none.
    #[serde(default)]
    pub periods: Vec<PeriodContribution>,
}

/// Sets the contribution rules of agreements: these, and no others (rules C04, C48 to C59, C69).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetContributionRules {
    /// Of these partners.
    #[serde(default)]
    pub partners: BTreeSet<PartnerId>,
    /// And of these groups.
    #[serde(default)]
    pub groups: BTreeSet<GroupId>,
    /// The rules, up to 100.
    pub rules: Vec<NewContributionRule>,
}

/// What becomes of a contribution rule of the group that is left (rule C96).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RuleTransfer {
    /// It is the merchant's from now on, and no longer the group's.
    Move,
    /// It is in both agreements.
    Copy,
}

/// A rule of the group that is left, and what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TransferredRule {
    /// The rule's number.
    pub rule: u32,
    /// Moved or copied.
    pub transfer: RuleTransfer,
}

/// Moves merchants to another group (rules C93 to C97).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SwitchGroup {
    /// These merchants, all of one group.
    #[serde(default)]
    pub partners: BTreeSet<PartnerId>,
    /// Or all merchants of this group.
    #[serde(default)]
    pub from: Option<GroupId>,
    /// The group that they join.
    pub to: GroupId,
    /// Rules of the group that is left which become the merchants' own.
    #[serde(default)]
    pub rules: Vec<TransferredRule>,
}

/// Sets up settlement (rules C73, C79).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SetSettlement {
    /// How a contribution is rounded to whole minor units. Default: half up.
    pub rounding: Rounding,
}

/// Sets up refunds through payment gateways (rule C107): all of it at once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SetRefunds {
    /// Methods, types, providers and payment runs.
    pub setup: Box<RefundSetup>,
}

/// Opens a receivable of a partner or of a member, or makes one primary (rules C12, C112).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenReceivable {
    /// The partner that owns it.
    #[serde(default)]
    pub partner: Option<PartnerId>,
    /// The member who owns it.
    #[serde(default)]
    pub member: Option<MemberId>,
    /// Its id, unique with its owner.
    pub receivable: ReceivableId,
    /// Whether settlement posts to it. A second primary one is refused (rule C112). Default: other.
    #[serde(default)]
    pub standing: Standing,
}

/// Says how a member is paid (rule C108). The command's `reference` identifies the member with the provider; no record
/// repeats that text, so that it can be erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetPaymentPreference {
    /// Who owns the receivable.
    pub member: MemberId,
    /// The provider: a payment gateway of the refund setup.
    pub provider: Box<str>,
    /// The account. Default: the primary one.
    #[serde(default)]
    pub receivable: Option<ReceivableId>,
}
