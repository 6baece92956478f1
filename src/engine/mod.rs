//! The motion: threads, locks, the journal's group commit, checkpoints, recovery, and the public [`Engine`].

mod answer;
mod audit_log;
mod audit_partners;
mod audit_texts;
mod checkpoint;
mod checkpointer;
mod chunks;
mod clock;
mod core;
mod delta;
mod error;
mod feed;
mod filter;
mod findings;
mod handle;
mod id_texts;
mod journal;
mod lists;
mod locks;
mod marks;
mod measure;
mod members;
mod merge;
mod metrics;
mod next_items;
mod options;
mod past;
mod pending;
mod prepare;
mod prepared;
mod preview;
mod profile;
mod read;
mod read_partners;
#[cfg(feature = "rocksdb")]
mod reader;
mod record_cache;
mod recover;
#[cfg(all(test, shuttle))]
mod schedules;
mod settlement_audit;
mod state;
mod sweeper;
mod sync;
mod texts;
mod ticket;
mod unwind;
mod verify;
mod verify_days;
mod verify_marks;
mod verify_sources;
mod view;
mod what_if;

pub use error::{ClosedReason, Error, ErrorKind, ExecuteError};
pub use feed::{Feed, FeedFilter};
pub use handle::{AccountItems, By, Engine, PartnerState, SourceState};
pub use id_texts::IdTexts;
pub use members::{HouseholdState, MemberState};
pub use metrics::{Distribution, Metrics};
pub use options::{ClockSource, EngineOptions, OnProgress, Progress};
pub use profile::{Step, StepTime};
#[cfg(feature = "rocksdb")]
pub use reader::Reader;
pub use ticket::{Pending, Ticket};
pub use verify::Audit;
pub use what_if::WhatIf;
