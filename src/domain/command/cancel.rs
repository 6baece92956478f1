//! Cancelling a transaction.

use crate::domain::tagged::tagged;
use crate::domain::{Points, RequestId};
use serde::{Deserialize, Serialize};

/// Undoes an accrual, a redemption, a capture or a transfer (rule D45). The original stays; this is a transaction of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// The request id of the transaction.
    pub request: RequestId,
    /// How much of it.
    #[serde(default)]
    pub amount: CancelAmount,
}

tagged! {
    /// How much of a transaction is cancelled.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum CancelAmount {
        /// All that is not cancelled yet.
        #[default]
        0 Whole "whole",
        /// This many points of a redemption, or of an accrual with a single award.
        1 Points "points" (points: Points),
        /// This many points of one award of an accrual, by its place from 0.
        2 Award "award" {
            /// The award's place.
            place: u16,
            /// How many points of it.
            points: Points,
        },
    }
}
