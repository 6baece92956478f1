//! The programs under `src/docs/examples`: they compile and run as they are shown.

#[cfg(feature = "cli")]
#[path = "../src/docs/examples/service.rs"]
mod service;
#[path = "../src/docs/examples/threads.rs"]
mod threads;
#[cfg(feature = "server")]
#[path = "../src/docs/examples/tokio.rs"]
mod tokio;
