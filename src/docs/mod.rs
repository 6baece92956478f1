//! Pages about the whole, rendered with the library's documentation. No code.

#[doc = include_str!("architecture.md")]
pub mod architecture {}
/// Complete programs around an engine. The tests compile and run them as they stand here.
pub mod examples {
    #[doc = concat!("One engine, several threads.\n\n```rust,ignore\n", include_str!("examples/threads.rs"), "```")]
    pub mod threads {}
    #[doc = concat!("An asynchronous program.\n\n```rust,ignore\n", include_str!("examples/tokio.rs"), "```")]
    pub mod tokio {}
    #[doc = concat!("A small service over TCP.\n\n```rust,ignore\n", include_str!("examples/service.rs"), "```")]
    pub mod service {}
}
#[doc = include_str!("import.md")]
pub mod import {}
#[doc = include_str!("operations.md")]
pub mod operations {}
#[doc = include_str!("performance.md")]
pub mod performance {}
#[doc = include_str!("promises.md")]
pub mod promises {}
#[doc = include_str!("running.md")]
pub mod running {}
#[doc = include_str!("scenarios.md")]
pub mod scenarios {}
#[doc = include_str!("server.md")]
pub mod server {}
