//! A journal entry: a command, when it was decided, and what became of it.

use super::{Balance, Command, Leg, Receipt, Rejection, Sequence, Timestamp};
use serde::{Deserialize, Serialize};

/// One entry of the journal. Deciding its command on the state left by the entries before it, at `recorded_at`,
/// gives its outcome again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Entry {
    /// Its number.
    pub sequence: Sequence,
    /// When it was decided.
    pub recorded_at: Timestamp,
    /// The entry before it of the same member; 0 where there is none.
    pub previous: Sequence,
    /// What was asked.
    pub command: Command,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Done {
        /// What happened to which item or block.
        legs: Vec<Leg>,
        /// The member's balances after it, of the point types it touched.
        balances: Vec<Balance>,
    },
    /// It was refused; nothing changed.
    Refused(Rejection),
}

impl Entry {
    /// The answer that the caller gets, or got.
    pub fn answer(self, replayed: bool) -> Result<Receipt, Rejection> {
        match self.outcome {
            Outcome::Done { legs, balances } => {
                Ok(Receipt { sequence: self.sequence, recorded_at: self.recorded_at, replayed, legs, balances })
            }
            Outcome::Refused(rejection) => Err(rejection),
        }
    }
}

/// How much of a transaction was cancelled so far: by award for an accrual, in one figure for a redemption.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Correction {
    /// Points cancelled, by the award's place.
    pub cancelled: Vec<super::Points>,
}
