//! What can be set when an engine is opened, with defaults and limits.

use super::error::Error;
use crate::domain::Actor;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Where time comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClockSource {
    /// The system's clock. It never goes back: while the system's is behind, time stands still.
    #[default]
    System,
    /// The commands' own `transaction_at`: history is lived through again, as an import does. Time is that of the
    /// latest command; it never goes back, and does not move by itself. The first command of all must have one.
    Commands,
}

/// What long work reports, about once a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub task: &'static str,
    /// How much of it is done.
    pub done: u64,
    /// How much there is, where that is known.
    pub total: Option<u64>,
}

/// Called with the progress of long work.
pub type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// Options of an [`super::Engine`]. Start from `EngineOptions::default()`.
#[derive(Clone)]
pub struct EngineOptions {
    /// Where time comes from. Default: the system's clock.
    pub clock: ClockSource,
    /// Locks that members, partners and requests are spread over: 1 to 1,024. Default: 64. Changes no result.
    pub shards: u16,
    /// A checkpoint begins when this many changes have gathered, each entry and each item that it changes being one:
    /// 1 to `delta_changes_max`. Default: 2,000,000, about 250 bytes of memory each.
    pub checkpoint_changes: u32,
    /// Commands wait when this many changes are not in the tables yet: 1 to 100,000,000, at least
    /// `checkpoint_changes`. Default: 5,000,000.
    pub delta_changes_max: u32,
    /// Members kept in memory that have not changed since the last checkpoint; and for one account in 64 of them, its
    /// next items, and four counts of sources' limits a member, where sources have limits. Those that changed are kept on top of this number, until their checkpoint is done. Default: 1,000,000,
    /// about 450 bytes each.
    pub cache_members: u32,
    /// Memory for each of the four filters that spare looking for what is new: of members, request ids, partners and
    /// blocks, about 1.6 bytes for each of them. One that would need more is given up. They know a database that was
    /// new when it was opened. Default: 128 MiB, for 80 million.
    pub filter_bytes: u64,
    /// Memory for blocks read from the tables. Default: 256 MiB.
    pub cache_bytes: u64,
    /// Commands wait when this many bytes of the journal are not durable yet: 1 MiB to 1 GiB. Default: 64 MiB.
    pub journal_bytes_max: u32,
    /// Journal writes after which the guard file is brought up to date: 1 to 65,536. A tail of the journal that is
    /// lost by damage is noticed if it is older than that; with 1, always, for one more sync a write. Default: 64.
    pub guard_every: u32,
    /// Commands after which it is brought up to date, too: 1 to 10,000,000. A write may hold thousands of them. Default:
    /// 32,768.
    pub guard_every_commands: u32,
    /// How long after a write it is brought up to date at the latest, also where no further one comes: 1 millisecond to
    /// 1 day. Default: 500 milliseconds.
    pub guard_after: Duration,
    /// How often what is due is looked for, on the system's clock. `None`: only when it is used, or by
    /// [`super::Engine::book_due`]. At least 1 millisecond. Default: 1 second.
    pub sweep_every: Option<Duration>,
    /// Most items that one booking of due points touches: 1 to 10,000. Default: 1,000.
    pub book_items_max: u32,
    /// Whether each decision is held against the laws before it is applied: for tests, simulation and fuzzing. A
    /// decision that breaks one is refused as `Corrupt`, and its subject takes no more commands. Default: no, but in
    /// builds with debug assertions.
    pub check_laws: bool,
    /// Who the entries of the sweeper say asked. Default: `sweep`.
    pub sweep_actor: Actor,
    /// Whether the time of each step is measured, for [`super::Engine::profile`]: a few per cent slower. Default: no.
    pub profile: bool,
    /// Called while opening or verifying takes long. Default: nobody.
    pub on_progress: Option<OnProgress>,
}

impl Default for EngineOptions {
    fn default() -> EngineOptions {
        EngineOptions {
            clock: ClockSource::System,
            shards: 64,
            checkpoint_changes: 2_000_000,
            delta_changes_max: 5_000_000,
            cache_members: 1_000_000,
            filter_bytes: 128 << 20,
            cache_bytes: 256 << 20,
            journal_bytes_max: 64 << 20,
            guard_every: 64,
            guard_every_commands: 32_768,
            guard_after: Duration::from_millis(500),
            sweep_every: Some(Duration::from_secs(1)),
            book_items_max: 1_000,
            check_laws: cfg!(debug_assertions),
            sweep_actor: Actor::new("sweep").unwrap_or_default(),
            profile: false,
            on_progress: None,
        }
    }
}

impl fmt::Debug for EngineOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineOptions")
            .field("clock", &self.clock)
            .field("shards", &self.shards)
            .field("checkpoint_changes", &self.checkpoint_changes)
            .field("delta_changes_max", &self.delta_changes_max)
            .field("cache_members", &self.cache_members)
            .field("filter_bytes", &self.filter_bytes)
            .field("cache_bytes", &self.cache_bytes)
            .field("journal_bytes_max", &self.journal_bytes_max)
            .field("guard_every", &self.guard_every)
            .field("guard_every_commands", &self.guard_every_commands)
            .field("guard_after", &self.guard_after)
            .field("sweep_every", &self.sweep_every)
            .field("book_items_max", &self.book_items_max)
            .field("check_laws", &self.check_laws)
            .field("sweep_actor", &self.sweep_actor)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

impl EngineOptions {
    /// Checks that every option is within its limits.
    pub fn check(&self) -> Result<(), Error> {
        let within = |name: &str, value: u64, min: u64, max: u64| {
            if (min..=max).contains(&value) {
                return Ok(());
            }
            Err(Error::invalid(format!("option {name} is {value}; it must be between {min} and {max}")))
        };
        within("shards", self.shards.into(), 1, 1024)?;
        within("checkpoint_changes", self.checkpoint_changes.into(), 1, self.delta_changes_max.into())?;
        within("delta_changes_max", self.delta_changes_max.into(), 1, 100_000_000)?;
        within("journal_bytes_max", self.journal_bytes_max.into(), 1 << 20, 1 << 30)?;
        within("guard_every", self.guard_every.into(), 1, 65_536)?;
        within("guard_every_commands", self.guard_every_commands.into(), 1, 10_000_000)?;
        let guard_after_ms = u64::try_from(self.guard_after.as_millis()).unwrap_or(u64::MAX);
        within("guard_after (ms)", guard_after_ms, 1, 86_400_000)?;
        within("book_items_max", self.book_items_max.into(), 1, 10_000)?;
        let sweep_us = self.sweep_every.map_or(1_000, |every| every.as_micros());
        within("sweep_every (us)", u64::try_from(sweep_us).unwrap_or(u64::MAX), 1_000, u64::MAX)
    }
}
