//! The accept loop: connections with timeouts and a cap, and an end in good order.

use super::guard::Hosts;
use super::metrics::{Metrics, publish};
use super::pace::Pace;
use super::pools::Pools;
use super::service;
use super::settings::Settings;
use super::shared::{Shared, stopped};
use super::stalled::Unstalled;
use super::steps::Steps;
use super::tls::Certificates;
use crate::api::Api;
use crate::console::Console;
use crate::domain::Sequence;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// How often the journal is looked at for the readers of the feed.
const NEWS_EVERY: Duration = Duration::from_millis(10);
/// Bytes of a request's head, at most.
const HEAD_BYTES_MAX: usize = 32 << 10;
/// Headers of a request, at most.
const HEADERS_MAX: usize = 64;

/// Stops a server.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    /// The server takes no new connections, answers what it took, and ends.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

/// A server that listens.
pub struct Server {
    listener: TcpListener,
    bound: SocketAddr,
    certificates: Arc<Certificates>,
    shared: Arc<Shared>,
    stop: Stop,
    news: watch::Sender<Sequence>,
}

impl Server {
    /// Binds the address and starts the threads. `console` shows the pages.
    ///
    /// Errors: a text that says what does not do: a setting, a certificate, the address.
    pub async fn bind(api: Arc<Api>, console: Console, settings: Settings) -> Result<Server, String> {
        settings.check()?;
        let certificates = Arc::new(Certificates::new(&settings.transport)?);
        let listener = TcpListener::bind(settings.listen).await;
        let listener = listener.map_err(|error| format!("cannot listen on {}: {error}", settings.listen))?;
        let bound = listener.local_addr().map_err(|error| error.to_string())?;
        let pools = Arc::new(Pools::new(&settings).map_err(|error| format!("no threads: {error}"))?);
        let metrics = Arc::new(Metrics::new());
        publish(&api, &metrics, &pools);
        let (stop, stopped) = watch::channel(false);
        let (news, newest) = watch::channel(api.durable_sequence());
        let hosts = Hosts::new(&settings, bound);
        let (console, pace) = (Arc::new(console), Pace::default());
        let shared = Shared {
            api,
            console,
            settings,
            hosts,
            pools,
            metrics,
            pace,
            steps: Steps::default(),
            news: newest,
            stop: stopped,
        };
        Ok(Server { listener, bound, certificates, shared: Arc::new(shared), stop: Stop(Arc::new(stop)), news })
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.bound
    }

    /// What stops it.
    #[must_use]
    pub fn stopper(&self) -> Stop {
        self.stop.clone()
    }

    /// Its certificates, which can be read again.
    #[must_use]
    pub fn certificates(&self) -> Arc<Certificates> {
        self.certificates.clone()
    }

    /// Serves until it is stopped, then answers what it took, for a while. Returns whether all of it was answered.
    pub async fn run(self) -> bool {
        let Server { listener, certificates, shared, news, .. } = self;
        let most = shared.settings.connections_max;
        let places = Arc::new(Semaphore::new(most as usize));
        let watcher = tokio::spawn(watch_journal(shared.clone(), news));
        let mut stop = shared.stop.clone();
        loop {
            let (stream, peer) = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // out of file descriptors, or the caller is gone: either passes
                        tracing::warn!("cannot accept: {error}");
                        sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                },
                () = stopped(&mut stop) => break,
            };
            let Ok(place) = places.clone().try_acquire_owned() else {
                shared.metrics.refused_connections.inc();
                tokio::spawn(refuse(stream));
                continue;
            };
            let (shared, tls) = (shared.clone(), certificates.acceptor());
            tokio::spawn(async move {
                let _place = place;
                shared.metrics.connections.inc();
                connection(&shared, tls, stream, peer).await;
                shared.metrics.connections.dec();
            });
        }
        drop(listener);
        shared.api.stop_taking();
        let all = timeout(shared.settings.drain_timeout, places.acquire_many(most)).await;
        watcher.abort();
        matches!(all, Ok(Ok(_)))
    }
}

/// Tells the readers of the feed when the journal has grown; the more there are, the less often.
async fn watch_journal(shared: Arc<Shared>, news: watch::Sender<Sequence>) {
    loop {
        sleep(shared.between_news().max(NEWS_EVERY)).await;
        let last = shared.api.durable_sequence();
        news.send_if_modified(|known| std::mem::replace(known, last) != last);
    }
}

async fn connection(shared: &Arc<Shared>, tls: Option<TlsAcceptor>, stream: TcpStream, peer: SocketAddr) {
    // answers are small: they must not wait for the other side's acknowledgement
    let _ = stream.set_nodelay(true);
    let stream = Unstalled::new(stream, shared.settings.body_timeout);
    match tls {
        None => speak(shared, stream, peer).await,
        Some(tls) => match timeout(shared.settings.head_timeout, tls.accept(stream)).await {
            Ok(Ok(stream)) => speak(shared, stream, peer).await,
            Ok(Err(error)) => tracing::debug!(%peer, "no TLS: {error}"),
            Err(_) => tracing::debug!(%peer, "no TLS in time"),
        },
    }
}

/// Speaks HTTP/1.1 on a connection until it ends, or the server does.
async fn speak<S>(shared: &Arc<Shared>, stream: S, peer: SocketAddr)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let own = shared.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let shared = own.clone();
        async move { Ok::<_, Infallible>(service::answer(shared, peer, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.settings.head_timeout)
        .max_headers(HEADERS_MAX)
        .max_header_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let mut stop = shared.stop.clone();
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopped(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, "connection: {error}");
    }
}

/// Answers a connection that has no place, without reading from it.
async fn refuse(mut stream: TcpStream) {
    const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\n\
                          connection: close\r\n\r\n";
    let answer = async { stream.write_all(BUSY).await.and(stream.shutdown().await) };
    // whoever does not take even that is cut off
    let _ = timeout(Duration::from_secs(1), answer).await;
}
