//! The answers: pure functions of a snapshot and a range.

mod audit;
mod expiring;
mod filter;
mod history;
mod liability;
mod outstanding;
mod range;
pub mod revenue;
mod snapshot_view;
mod sources;
mod statement;
mod unbooked;

pub use audit::{AuditClock, AuditId, AuditKind, AuditLine, AuditPage, AuditQuery, AuditReader, Fate, audit};
pub use expiring::{ExpiringRow, expiry_curve};
pub use filter::{Filter, Grouping, Series};
pub use liability::{Bucket, By, Liability, LiabilityRow, liability};
pub use outstanding::{AsOf, CohortRow, OutstandingRow, cohort, outstanding};
pub use range::Preset;
pub use sources::{SourceDay, source_report};
pub use statement::{Change, StatementLine};
