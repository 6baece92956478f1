//! What became of a command that was done: the receipt.

use super::{Balance, Leg, Points, Sequence, Timestamp};
use serde::{Deserialize, Serialize};

/// A command was done, and is durable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Receipt {
    /// The number of its journal entry.
    pub sequence: Sequence,
    /// When the engine recorded it.
    pub recorded_at: Timestamp,
    /// Whether this answers a repeated request: the receipt is that of the first.
    pub replayed: bool,
    /// What happened to which item or block.
    pub legs: Vec<Leg>,
    /// The members' balances after it, of the point types it touched.
    pub balances: Vec<Balance>,
    /// On a repeated request: what was cancelled of it since, by the award's place for an accrual, else in one figure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cancelled: Vec<Points>,
}
