//! The answers: pure functions of a snapshot and a range.

mod liability;
mod statement;
mod snapshot_view;

pub use liability::{Bucket, By, Liability, LiabilityRow, liability};
pub use statement::{Change, StatementLine};
