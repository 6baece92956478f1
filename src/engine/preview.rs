//! What a command would do now: decided like any other, and dropped.

use super::core::{Core, repeated};
use super::error::{Error, ExecuteError};
use crate::domain::{Command, Outcome, Own, Receipt, Rejection, Sequence, Timestamp, own_ids};
use crate::machine::{Effects, Undecided, check, lock_set, preview};

/// What a preview comes to.
enum Preview {
    Would(Result<(Outcome, Timestamp), Rejection>),
    Did(Result<Receipt, Rejection>),
}

impl Core {
    /// The receipt or the refusal that a command would have now.
    pub(super) fn preview(&self, command: &Command) -> Result<Receipt, ExecuteError> {
        check(command)?;
        let now = self.clock.peek(command.transaction_at);
        let names = {
            let catalog = self.catalog.read();
            lock_set(command, catalog.programs.get(&command.program))
        };
        let seen = self.look(names, |locked| {
            let mut effects = Effects::default();
            match preview(locked, command, now, &mut effects) {
                Ok(()) => {
                    let own = own_ids(Sequence(0), command, &effects.links);
                    let mut outcome = effects.take_outcome();
                    outcome.fill(&own);
                    Ok(Preview::Would(Ok((outcome, now))))
                }
                Err(Undecided::Refused(rejection)) => Ok(Preview::Would(Err(rejection))),
                Err(Undecided::Repeated(entry)) => {
                    let answer = repeated(locked, *entry).map_err(|error| crate::domain::Fault::corrupt(error.what))?;
                    Ok(Preview::Did(answer.outcome))
                }
                Err(undecided) => Err(undecided),
            }
        })?;
        match seen {
            Preview::Would(Ok((outcome, recorded_at))) => Ok(receipt(outcome, recorded_at)?),
            Preview::Would(Err(rejection)) | Preview::Did(Err(rejection)) => Err(rejection.into()),
            Preview::Did(Ok(receipt)) => Ok(receipt),
        }
    }
}

fn receipt(outcome: Outcome, recorded_at: Timestamp) -> Result<Receipt, Error> {
    match outcome {
        Outcome::Done { legs, balances } => {
            Ok(Receipt { sequence: Sequence(0), recorded_at, replayed: false, legs, balances, cancelled: Vec::new() })
        }
        Outcome::Refused(rejection) => Err(Error::corrupt(format!("a preview was recorded: {rejection}"))),
    }
}
