//! The integration tests, as one binary: RocksDB links slowly.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "fixtures are trusted, and a test may panic"
)]

mod broken;
#[cfg(feature = "cli")]
mod cli;
mod cold;
mod concurrency;
mod conformance;
mod drain;
mod engine;
#[cfg(feature = "rocksdb")]
mod examples;
mod faults;
mod feed;
mod format;
mod model;
mod partner_use;
mod proof;
#[cfg(all(feature = "rocksdb", feature = "cli"))]
mod proof_disk;
#[cfg(feature = "rocksdb")]
mod reader;
mod reports;
mod retries;
#[cfg(feature = "rocksdb")]
mod rocks_store;
#[cfg(feature = "cli")]
mod scenarios;
#[cfg(feature = "server")]
mod server;
mod simulation;
mod sources;
mod statements;
mod stress;
mod sums;
mod tickets;
mod tidy;
