//! Schemes and offers that partners share, the partners' groups, and what is set up for settlement: definitions.

use super::agreement::{Agreement, LifeCycle};
use super::{GroupId, MerchantId, OfferId, PartnerId, Rounding, SchemeId, Versions};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A reward scheme, which partners share (rule C01).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Scheme {
    /// What people call it.
    pub name: Box<str>,
    /// Whether it is in force.
    pub life_cycle: LifeCycle,
    /// The partners that it is accessible to (rule C47). `None`: all.
    pub accessible_to: Option<BTreeSet<PartnerId>>,
}

impl Scheme {
    /// Whether a partner may use it now.
    #[must_use]
    pub fn is_open_to(&self, partner: PartnerId) -> bool {
        self.life_cycle.is_effective() && self.is_accessible_to(partner)
    }

    /// Whether it is accessible to a partner.
    #[must_use]
    pub fn is_accessible_to(&self, partner: PartnerId) -> bool {
        self.accessible_to.as_ref().is_none_or(|partners| partners.contains(&partner))
    }
}

/// The classification of an offer. Partners take part in the eleven that need a customer event (rules C09, C10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OfferClass {
    /// Just Money.
    JustMoney,
    /// Reward Achievement.
    RewardAchievement,
    /// Reward Behavior.
    RewardBehavior,
    /// Reward Financial Achievement.
    RewardFinancialAchievement,
    /// Reward Loyalty, Transaction Amount Based.
    RewardLoyaltyTransactionAmountBased,
    /// Reward Loyalty, Transaction Number Based.
    RewardLoyaltyTransactionNumberBased,
    /// Reward Loyalty, Item Quantity Based.
    RewardLoyaltyItemQuantityBased,
    /// Reward Referrals.
    RewardReferrals,
    /// Utilise Free Capacity.
    UtiliseFreeCapacity,
    /// Increase Revenue, Product Based.
    IncreaseRevenueProductBased,
    /// Increase Revenue, Transaction Based.
    IncreaseRevenueTransactionBased,
    /// Any other classification: it needs no customer event, and no partner takes part.
    WithoutEvent,
}

impl OfferClass {
    /// Whether partners may take part in offers of this classification (rule C09).
    #[must_use]
    pub const fn admits_partners(self) -> bool {
        !matches!(self, OfferClass::WithoutEvent)
    }

    /// Whether awards of this classification are settled, and contribution rules may name its offers (rules C57, C77).
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(
            self,
            OfferClass::UtiliseFreeCapacity
                | OfferClass::IncreaseRevenueProductBased
                | OfferClass::IncreaseRevenueTransactionBased
        )
    }
}

/// How the award of an offer is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SpendMethod {
    /// It goes into the member's wallet.
    #[default]
    Wallet,
    /// It is deducted from the very purchase that gave it, whatever merchant and member have set (rule C36).
    SpendInstantly,
}

/// What an offer's award is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AwardBasis {
    /// One purchase.
    #[default]
    Purchase,
    /// Several purchases together: such awards are not settled (rule C78).
    Accumulation,
}

/// A reward offer of a scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Offer {
    /// What people call it.
    pub name: Box<str>,
    /// Whether it is in force.
    pub life_cycle: LifeCycle,
    /// The scheme that it belongs to.
    pub scheme: SchemeId,
    /// Its classification.
    pub class: OfferClass,
    /// How its award is spent.
    pub spend_method: SpendMethod,
    /// What its award is for.
    pub basis: AwardBasis,
}

impl Offer {
    /// Whether its awards are settled (rules C77, C78).
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.class.is_settled() && self.basis == AwardBasis::Purchase
    }
}

/// A group of partners (rule C72).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct PartnerGroup {
    /// What people call it.
    pub name: Box<str>,
    /// The groups whose members its partners may reward and serve (rule C111).
    pub collaborating: BTreeSet<GroupId>,
}

/// The unit that a partner is: it represents one merchant, and may belong to a group (rules C11, C71).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct PartnerUnit {
    /// The merchant that it represents.
    pub merchant: Option<MerchantId>,
    /// The group that it belongs to.
    pub group: Option<GroupId>,
}

/// What is set for settlement (rules C73, C79).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct SettlementSettings {
    /// How a contribution is rounded to whole minor units.
    pub rounding: Rounding,
}

/// What must be set up so that members are refunded through a payment gateway (rule C107).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RefundSetup {
    /// The refund methods.
    pub methods: BTreeSet<Box<str>>,
    /// The refund transaction types, each with the methods that it allows.
    pub types: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
    /// The providers (payment gateways), each with the methods that it takes.
    pub providers: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
    /// The providers with an automatic payment run.
    pub payment_runs: BTreeSet<Box<str>>,
}

/// The definitions that settlement needs. A program without agreements has none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SettlementCatalog {
    /// Schemes.
    pub schemes: BTreeMap<SchemeId, Versions<Scheme>>,
    /// Offers.
    pub offers: BTreeMap<OfferId, Versions<Offer>>,
    /// Partner groups.
    pub groups: BTreeMap<GroupId, Versions<PartnerGroup>>,
    /// Partners as units.
    pub units: BTreeMap<PartnerId, Versions<PartnerUnit>>,
    /// Agreements of partners.
    pub agreements: BTreeMap<PartnerId, Versions<Agreement>>,
    /// Agreements of groups.
    pub group_agreements: BTreeMap<GroupId, Versions<Agreement>>,
    /// What is set for settlement.
    pub settings: Option<Versions<SettlementSettings>>,
    /// What is set up for refunds.
    pub refunds: Option<Versions<RefundSetup>>,
}

impl SettlementCatalog {
    /// The newest version of a scheme.
    #[must_use]
    pub fn scheme(&self, id: SchemeId) -> Option<&Scheme> {
        self.schemes.get(&id).map(Versions::current)
    }

    /// The newest version of an offer.
    #[must_use]
    pub fn offer(&self, id: OfferId) -> Option<&Offer> {
        self.offers.get(&id).map(Versions::current)
    }

    /// The newest version of a group.
    #[must_use]
    pub fn group(&self, id: GroupId) -> Option<&PartnerGroup> {
        self.groups.get(&id).map(Versions::current)
    }

    /// A partner as a unit.
    #[must_use]
    pub fn unit(&self, id: PartnerId) -> Option<&PartnerUnit> {
        self.units.get(&id).map(Versions::current)
    }

    /// The newest version of a partner's agreement.
    #[must_use]
    pub fn agreement(&self, id: PartnerId) -> Option<&Agreement> {
        self.agreements.get(&id).map(Versions::current)
    }

    /// The newest version of the agreement of a group, if it is in force (rule C62).
    #[must_use]
    pub fn group_agreement(&self, id: GroupId) -> Option<&Agreement> {
        let agreement = self.group_agreements.get(&id).map(Versions::current);
        agreement.filter(|agreement| agreement.life_cycle.is_effective())
    }
}
