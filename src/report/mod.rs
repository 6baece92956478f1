//! The answers: pure functions of a snapshot and a range.

mod catalog;
mod expiring;
mod liability;
mod snapshot_view;
mod statement;

pub use catalog::{LabelBalance, by_label, point_types};
pub use expiring::{Expiring, ExpiringPage, expiring, expiring_of};
pub use liability::{Bucket, By, Liability, LiabilityRow, liability};
pub use statement::{Change, StatementLine, TierChange};
