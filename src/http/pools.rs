//! The threads of a server, a pool for each kind of work; and how many commands may be on their way at once.

use super::pool::Pool;
use super::settings::Settings;
use crate::api::Lane;
use tokio::sync::{Semaphore, SemaphorePermit};

/// The pools, and the places of commands.
#[derive(Debug)]
pub(super) struct Pools {
    commands: Pool,
    batches: Pool,
    look_ups: Pool,
    reports: Pool,
    /// A command has a place until it is answered: it has a thread only until it is submitted.
    places: Semaphore,
    places_max: usize,
}

/// The right of a call to be done now.
pub(super) type Place<'a> = Option<SemaphorePermit<'a>>;

impl Pools {
    pub(super) fn new(settings: &Settings) -> std::io::Result<Pools> {
        let most = settings.queue_max;
        Ok(Pools {
            commands: Pool::new("command", settings.command_threads, most)?,
            batches: Pool::new("batch", settings.batch_threads, most)?,
            look_ups: Pool::new("look-up", settings.look_up_threads, most)?,
            reports: Pool::new("report", settings.report_threads, most)?,
            places: Semaphore::new(settings.commands_max),
            places_max: settings.commands_max,
        })
    }

    /// The threads for a kind of work.
    pub(super) fn of(&self, lane: Lane) -> &Pool {
        match lane {
            Lane::Commands => &self.commands,
            Lane::Batches => &self.batches,
            Lane::LookUps => &self.look_ups,
            Lane::Reports => &self.reports,
        }
    }

    /// A place for a call, unless all are taken. Whoever holds a thread for as long as it takes needs none.
    pub(super) fn place(&self, lane: Lane) -> Option<Place<'_>> {
        match lane {
            Lane::Commands => self.places.try_acquire().ok().map(Some),
            Lane::Batches | Lane::LookUps | Lane::Reports => Some(None),
        }
    }

    /// Commands that were taken and are not answered.
    pub(super) fn in_flight(&self) -> usize {
        self.places_max.saturating_sub(self.places.available_permits())
    }
}
