//! The integration tests, as one binary: RocksDB links slowly.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "tests may"
)]

mod engine;
#[cfg(feature = "cli")]
mod scenarios;
