//! AccrueDB: an embedded storage engine for loyalty points.
#![doc = include_str!("../README.md")]

#[cfg(feature = "server")]
pub mod api;
#[cfg(any(feature = "cli", feature = "server"))]
pub mod chart;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "server")]
pub mod console;
pub mod docs;
pub mod domain;
pub mod engine;
#[cfg(feature = "server")]
pub mod http;
pub mod machine;
pub mod report;
pub mod storage;
