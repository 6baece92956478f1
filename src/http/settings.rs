//! What a server is told when it starts, with its limits.

use std::net::SocketAddr;
use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

/// How the way to the server is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    /// Plain HTTP: on loopback, or behind a proxy that ends TLS.
    Plain {
        /// Whether a proxy stands before the server: cookies are then for HTTPS only.
        behind_proxy: bool,
    },
    /// TLS, with a chain of certificates and its key, both PEM.
    Tls {
        /// The file of the certificates.
        certificates: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
}

/// What a server is told when it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where it listens. Port 0 is any that is free.
    pub listen: SocketAddr,
    /// Names that the header `Host` may have, besides those of loopback and the address itself.
    pub hosts: Vec<String>,
    /// How the way is protected.
    pub transport: Transport,
    /// Connections at once, at most. More are answered 503 and closed. Default: 10,000.
    pub connections_max: u32,
    /// Threads that decide commands. They keep a processor busy, and do not wait until a command is durable. Default: 2,
    /// or as many as there are processors.
    pub command_threads: usize,
    /// Commands at once, at most, from when they are taken until they are answered; more are answered 503. Default:
    /// 1,024.
    pub commands_max: usize,
    /// Threads for batches. Each holds one until it is durable; they share the journal's writes. Default: 64.
    pub batch_threads: usize,
    /// Threads for look-ups. They keep a processor busy: more of them than processors wait for each other's time. Default:
    /// 4, or as many as there are processors.
    pub look_up_threads: usize,
    /// Threads for reports, scans and the feed. Default: 4.
    pub report_threads: usize,
    /// Calls that wait for a thread, at most, for each of the four kinds; more are answered 503. Default: 1,024.
    pub queue_max: usize,
    /// How long the head of a request may take, and how long an idle connection is kept. Default: 10 s.
    pub head_timeout: Duration,
    /// How long the body of a request may take, and how long a reader may take nothing. Default: 30 s.
    pub body_timeout: Duration,
    /// How long a command may take until its caller is told to ask again. Default: 60 s; ten times that for reports.
    pub call_timeout: Duration,
    /// How long a stream of the feed is silent before it says that it lives, at most. Default: 15 s.
    pub heartbeat: Duration,
    /// How long a stopping server waits for what it took. Default: 30 s.
    pub drain_timeout: Duration,
}

impl Settings {
    /// The defaults, for an address.
    #[must_use]
    pub fn new(listen: SocketAddr) -> Settings {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        Settings {
            listen,
            hosts: Vec::new(),
            transport: Transport::Plain { behind_proxy: false },
            connections_max: 10_000,
            command_threads: processors.max(2),
            commands_max: 1_024,
            batch_threads: 64,
            look_up_threads: processors.max(4),
            report_threads: 4,
            queue_max: 1_024,
            head_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            call_timeout: Duration::from_secs(60),
            heartbeat: Duration::from_secs(15),
            drain_timeout: Duration::from_secs(30),
        }
    }

    /// Refuses what would be open to others: another address than loopback needs TLS, or a proxy that has it.
    ///
    /// Errors: a text that says what is missing.
    pub fn check(&self) -> Result<(), String> {
        if self.listen.ip().is_loopback() || self.transport != (Transport::Plain { behind_proxy: false }) {
            return Ok(());
        }
        Err(format!(
            "{} is not loopback: give --tls-cert and --tls-key, or --behind-proxy where a proxy ends TLS",
            self.listen.ip()
        ))
    }

    /// Whether callers come over HTTPS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.transport != (Transport::Plain { behind_proxy: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_addresses_need_protection() {
        let settings = |listen: &str, transport| Settings { transport, ..Settings::new(listen.parse().unwrap()) };
        let plain = Transport::Plain { behind_proxy: false };
        for loopback in ["127.0.0.1:80", "[::1]:80"] {
            assert_eq!(settings(loopback, plain.clone()).check(), Ok(()));
        }
        for open in ["0.0.0.0:80", "[::]:80", "192.0.2.1:80"] {
            assert!(settings(open, plain.clone()).check().is_err());
            assert_eq!(settings(open, Transport::Plain { behind_proxy: true }).check(), Ok(()));
        }
    }
}
