//! The motion: threads, locks, the journal's group commit, checkpoints, recovery, and the public [`Engine`].

mod changed;
mod checkpoint;
mod checkpointer;
mod chunks;
mod clock;
mod core;
mod delta;
mod error;
mod filter;
mod handle;
mod heads;
mod journal;
mod locked;
mod merge;
mod options;
mod profile;
mod read;
#[cfg(feature = "rocksdb")]
mod reader;
mod recover;
mod resident;
#[cfg(all(test, shuttle))]
mod schedules;
mod state;
mod sweeper;
mod sync;
mod ticket;
mod unwind;
mod verify;

pub use error::{ClosedReason, Error, ErrorKind, ExecuteError};
pub use handle::{AccountItems, Engine, PartnerState};
pub use options::{ClockSource, EngineOptions, OnProgress, Progress};
pub use profile::{Step, StepTime};
#[cfg(feature = "rocksdb")]
pub use reader::Reader;
pub use ticket::{Pending, Ticket};
pub use verify::Audit;
