//! The motion: threads, locks, the journal's group commit, checkpoints, recovery, and the public [`Engine`].

mod checkpoint;
mod checkpointer;
mod chunks;
mod clock;
mod core;
mod delta;
mod error;
mod filter;
mod findings;
mod handle;
mod journal;
mod locks;
mod merge;
mod next_items;
mod options;
mod pending;
mod prepare;
mod profile;
mod read;
mod record_cache;
mod recover;
#[cfg(all(test, shuttle))]
mod schedules;
mod settlement_audit;
mod state;
mod sweeper;
mod sync;
mod ticket;
mod unwind;
mod verify;

pub use error::{ClosedReason, Error, ErrorKind, ExecuteError};
pub use handle::{AccountItems, By, Engine, PartnerState};
pub use options::{ClockSource, EngineOptions, OnProgress, Progress};
pub use profile::{Step, StepTime};
pub use ticket::{Pending, Ticket};
pub use verify::Audit;
