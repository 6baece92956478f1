//! The integration tests, as one binary: RocksDB links slowly.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "tests may"
)]

mod concurrency;
mod engine;
mod faults;
mod format;
mod model;
mod tidy;
