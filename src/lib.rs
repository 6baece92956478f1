//! AccrueDB: an embedded storage engine for loyalty points.
#![doc = include_str!("../README.md")]

#[cfg(feature = "cli")]
pub mod cli;
pub mod docs;
pub mod domain;
pub mod engine;
pub mod machine;
pub mod report;
pub mod storage;
