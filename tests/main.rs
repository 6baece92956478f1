//! The integration tests, as one binary: RocksDB links slowly.

mod engine;
mod scenarios;
