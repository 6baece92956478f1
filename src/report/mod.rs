//! The answers: pure functions of a snapshot and a range.

mod audit;
mod liability;
mod range;
mod snapshot_view;
mod statement;

pub use audit::{AuditClock, AuditId, AuditKind, AuditLine, AuditPage, AuditQuery, AuditReader, Fate, audit};
pub use liability::{Bucket, By, Liability, LiabilityRow, liability};
pub use range::Preset;
pub use statement::{Change, StatementLine};
