//! What refusals of settlement name: what is not set up, or not in force.

use serde::{Deserialize, Serialize};

/// What has to be set up first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Setup {
    /// The settlement settings.
    SettlementSettings,
    /// A refund setup.
    RefundSetup,
    /// The refund method.
    RefundMethod,
    /// The refund transaction type, with the method allowed.
    RefundType,
    /// A provider with the refund method.
    RefundProvider,
    /// An automatic payment run of such a provider.
    PaymentRun,
}

/// A kind of definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A merchant: a partner with an agreement.
    Merchant,
    /// A scheme.
    Scheme,
    /// An offer.
    Offer,
}
