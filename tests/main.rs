//! All integration tests, in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "fixtures are trusted, and a test may panic"
)]

#[cfg(feature = "cli")]
mod cli;
mod conformance;
mod engine;
#[cfg(feature = "rocksdb")]
mod rocks_store;
#[cfg(feature = "cli")]
mod scenarios;
mod tidy;
