//! What the caller of a command is told.

use crate::domain::{Outcome, Own, OwnIds, Receipt, Rejection, Sequence, Timestamp};

/// What became of a command, once its entry is durable.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) sequence: Sequence,
    pub(super) outcome: Result<Receipt, Rejection>,
}

impl Answer {
    /// Of an entry that was decided just now.
    pub(super) fn new(own: &OwnIds, recorded_at: Timestamp, mut outcome: Outcome) -> Answer {
        outcome.fill(own);
        let sequence = own.sequence;
        let outcome = match outcome {
            Outcome::Done { legs, balances } => {
                let (replayed, cancelled) = (false, Vec::new());
                Ok(Receipt { sequence, recorded_at, replayed, legs, balances, cancelled })
            }
            Outcome::Refused(rejection) => Err(rejection),
        };
        Answer { sequence, outcome }
    }
}
