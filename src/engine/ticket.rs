//! The answer to a command that was submitted: known at once, given out when it is durable.

use super::answer::Answer;
use super::core::Core;
use super::error::{Error, ErrorKind, ExecuteError};
use crate::domain::{Receipt, Sequence};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Something read, given out when it is durable: a reader is not shown what may be lost.
#[derive(Debug)]
#[must_use = "what was read is given out when it is durable"]
pub struct Pending<T> {
    core: Arc<Core>,
    sequence: Sequence,
    read: T,
}

impl<T> Pending<T> {
    pub(super) fn new(core: &Arc<Core>, (read, sequence): (T, Sequence)) -> Pending<T> {
        Pending { core: core.clone(), sequence, read }
    }

    /// Whether [`Pending::wait`] would return at once.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.core.state.journal.is_settled(self.sequence)
    }

    /// Waits until it is durable.
    pub fn wait(self) -> Result<T, Error> {
        self.core.state.journal.wait(self.sequence)?;
        Ok(self.read)
    }
}

/// A submitted command. Its effects are seen by the commands after it; its answer is given when it is durable.
///
/// A ticket that is dropped changes nothing: the command is done all the same. One that is kept keeps the database
/// locked, also after its engine is gone.
#[derive(Debug)]
#[must_use = "the command is durable only when its ticket says so"]
pub struct Ticket(State);

#[derive(Debug)]
enum State {
    Pending(Arc<Core>, Box<Answer>),
    Failed(ExecuteError),
}

impl Ticket {
    pub(super) fn new(core: &Arc<Core>, entered: Result<Answer, ExecuteError>) -> Ticket {
        match entered {
            Ok(answer) => Ticket(State::Pending(core.clone(), Box::new(answer))),
            Err(error) => Ticket(State::Failed(error)),
        }
    }

    /// The number of the command's entry; `None` where there is none, because the engine could not.
    #[must_use]
    pub fn sequence(&self) -> Option<Sequence> {
        match &self.0 {
            State::Pending(_, answer) => Some(answer.sequence),
            State::Failed(_) => None,
        }
    }

    /// Whether [`Ticket::wait`] would return at once.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        match &self.0 {
            State::Pending(core, answer) => core.state.journal.is_settled(answer.sequence),
            State::Failed(_) => true,
        }
    }

    /// Whether the command surely changes nothing: it is refused, malformed, or repeats one that was done before. This is
    /// known when it was submitted; whether one that changes something was done is known when it is answered.
    #[must_use]
    pub fn changes_nothing(&self) -> bool {
        match &self.0 {
            State::Pending(_, answer) => answer.outcome.as_ref().map_or(true, |receipt| receipt.replayed),
            State::Failed(ExecuteError::Refused(_)) => true,
            State::Failed(ExecuteError::Failed(error)) => {
                matches!(error.kind, ErrorKind::Invalid | ErrorKind::Unavailable)
            }
        }
    }

    /// What became of the command, once it is settled; it is given once.
    fn settled(&mut self) -> Result<Receipt, ExecuteError> {
        let gone = || State::Failed(Error::invalid("the ticket was answered before").into());
        Ticket(std::mem::replace(&mut self.0, gone())).wait()
    }

    /// Waits until the command is durable.
    pub fn wait(self) -> Result<Receipt, ExecuteError> {
        match self.0 {
            State::Pending(core, answer) => {
                core.state.journal.wait(answer.sequence)?;
                Ok(answer.outcome?)
            }
            State::Failed(error) => Err(error),
        }
    }
}

/// Ready when the command is durable, with any executor: no thread waits for it.
impl Future for Ticket {
    type Output = Result<Receipt, ExecuteError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let ticket = self.get_mut();
        let is_settled = match &ticket.0 {
            State::Pending(core, answer) => core.state.journal.wake_when_settled(answer.sequence, context.waker()),
            State::Failed(_) => true,
        };
        if is_settled { Poll::Ready(ticket.settled()) } else { Poll::Pending }
    }
}
