//! AccrueDB: an embedded storage engine for loyalty points.

#[cfg(feature = "cli")]
pub mod cli;
pub mod domain;
pub mod engine;
pub mod machine;
pub mod report;
pub mod storage;
