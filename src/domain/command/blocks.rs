//! A partner's blocks: bought, approved, rejected, cancelled.

use crate::domain::{BlockId, BlockKind, Expiry, PartnerId, Points, Rate, Timestamp};
use serde::{Deserialize, Serialize};

/// Records that a partner bought a block (rules A10, B12), or that the host set up a reserve block for it (rule A13).
/// It is usable once approved.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PurchaseBlock {
    /// The buyer.
    pub partner: PartnerId,
    /// The block's id, unique within the partner, below 2 to the 52nd: from there on ids are the engine's own.
    pub block: BlockId,
    /// Regular or reserve. Default: regular.
    #[serde(default)]
    pub block_kind: BlockKind,
    /// How many points, more than 0.
    pub points: Points,
    /// When its validity starts. Default: the transaction's time.
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
    /// When it expires; a span counts from the transaction, not from `starts_at`. Default: never.
    #[serde(default)]
    pub expires: Expiry,
    /// What a point costs, in the currency of the partner's terms (rule B15). Default: 0.
    #[serde(default)]
    pub unit_price: Option<Rate>,
}

/// A command whose body is a partner's block.
macro_rules! of_block {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// The buyer.
            pub partner: PartnerId,
            /// The block.
            pub block: BlockId,
        }
    };
}

of_block! {
    /// Makes a bought block usable (rules A31, A32). A regular block is charged for with this (rule B10), a reserve block
    /// only as far as it is used (rule A35).
    ApproveBlock
}

of_block! {
    /// Decides that a bought block is not approved (rule A32).
    RejectBlock
}

of_block! {
    /// Takes a block back: what is left of it is gone, and a regular block's charge is lowered by as much.
    CancelBlock
}
