//! A partner's blocks: bought, approved.

use crate::domain::{BlockId, Expiry, PartnerId, Points, Rate, Timestamp};
use serde::{Deserialize, Serialize};

/// Records that a partner bought a block (rules A10, B12). It is usable once approved.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PurchaseBlock {
    /// The buyer.
    pub partner: PartnerId,
    /// The block's id, unique within the partner.
    pub block: BlockId,
    /// How many points, more than 0.
    pub points: Points,
    /// When its validity starts. Default: the transaction's time.
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
    /// When it expires; a span counts from the transaction, not from `starts_at`. Default: never.
    #[serde(default)]
    pub expires: Expiry,
    /// What a point costs, for the record, in whatever unit of money the caller uses: nothing is computed with it (rule
    /// B15). Default: 0.
    #[serde(default)]
    pub unit_price: Option<Rate>,
}

/// Makes a bought block usable (rules A31, A32).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ApproveBlock {
    /// The buyer.
    pub partner: PartnerId,
    /// The block.
    pub block: BlockId,
}
