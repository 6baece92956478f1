//! Commands in somebody's name.

use super::core::Core;
use super::error::ExecuteError;
use super::ticket::Ticket;
use crate::domain::{Actor, Command, Receipt};
use std::sync::{Arc, LazyLock};

/// Whose commands have no name.
pub(super) static NOBODY: LazyLock<Actor> = LazyLock::new(Actor::default);

/// An engine used in somebody's name.
#[derive(Debug)]
pub struct By<'a> {
    core: &'a Arc<Core>,
    actor: Actor,
}

impl<'a> By<'a> {
    pub(super) fn new(core: &'a Arc<Core>, actor: Actor) -> By<'a> {
        By { core, actor }
    }

    /// As [`Engine::execute`](super::Engine::execute).
    pub fn execute(&self, command: &Command) -> Result<Receipt, ExecuteError> {
        execute(self.core, &self.actor, command)
    }

    /// As [`Engine::submit`](super::Engine::submit).
    pub fn submit(&self, command: &Command) -> Ticket {
        submit(self.core, &self.actor, command)
    }

    /// As [`Engine::submit_batch`](super::Engine::submit_batch).
    pub fn submit_batch(&self, commands: &[Command]) -> Vec<Ticket> {
        submit_batch(self.core, &self.actor, commands)
    }

    /// As [`Engine::execute_batch`](super::Engine::execute_batch).
    pub fn execute_batch(&self, commands: &[Command]) -> Vec<Result<Receipt, ExecuteError>> {
        self.submit_batch(commands).into_iter().map(Ticket::wait).collect()
    }
}

pub(super) fn execute(core: &Core, actor: &Actor, command: &Command) -> Result<Receipt, ExecuteError> {
    let answer = core.enter(command, actor)?;
    core.state.journal.wait(answer.sequence)?;
    Ok(answer.outcome?)
}

pub(super) fn submit(core: &Arc<Core>, actor: &Actor, command: &Command) -> Ticket {
    let entered = core.enter(command, actor);
    core.state.journal.nudge();
    Ticket::new(core, entered)
}

pub(super) fn submit_batch(core: &Arc<Core>, actor: &Actor, commands: &[Command]) -> Vec<Ticket> {
    let entered = core.enter_all(commands, actor);
    core.state.journal.nudge();
    entered.into_iter().map(|answer| Ticket::new(core, answer)).collect()
}
