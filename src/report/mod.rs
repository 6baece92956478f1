//! The answers: pure functions of a snapshot and a range.

mod liability;
pub mod settlement;
mod snapshot_view;
mod statement;

pub use liability::{Bucket, By, Liability, LiabilityRow, liability};
pub use statement::{Change, StatementLine};
