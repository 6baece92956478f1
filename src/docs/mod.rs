//! Pages about the whole, rendered with the library's documentation. No code.

#[doc = include_str!("architecture.md")]
pub mod architecture {}
#[doc = include_str!("operations.md")]
pub mod operations {}
#[doc = include_str!("performance.md")]
pub mod performance {}
#[doc = include_str!("promises.md")]
pub mod promises {}
#[doc = include_str!("scenarios.md")]
pub mod scenarios {}
#[doc = include_str!("server.md")]
pub mod server {}
