//! The server: sockets, timeouts, queues, streams, TLS and metrics around [`crate::api::Api`]. What a call means is not
//! known here.

mod body;
mod console;
mod feed;
mod guard;
mod listen;
mod metrics;
mod pace;
mod pool;
mod pools;
mod reply;
mod service;
mod settings;
mod shared;
mod stalled;
mod steps;
mod tls;

pub use listen::{Server, Stop};
pub use settings::{Settings, Transport};
pub use tls::Certificates;
