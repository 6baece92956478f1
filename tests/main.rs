//! The integration tests, as one binary: RocksDB links slowly.

mod engine;
#[cfg(feature = "cli")]
mod scenarios;
