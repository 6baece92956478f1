//! Counters for Prometheus. Those of the engine are read when somebody asks for them.

use super::pool::Pool;
use crate::api::Api;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// Which route, and with which status.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Outcome {
    route: &'static str,
    status: u16,
}

/// Which route.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Of {
    route: &'static str,
}

/// The counters of a server.
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<Outcome, Counter>,
    seconds: Family<Of, Histogram, fn() -> Histogram>,
    /// How long a caller waited to be told that the server has too much work.
    refused: Histogram,
    pub(super) connections: Gauge,
    pub(super) streams: Gauge,
    pub(super) refused_connections: Counter,
    queued: [Gauge; 3],
    working: [Gauge; 3],
    entries: Gauge,
    bytes: Gauge,
}

fn histogram() -> Histogram {
    Histogram::new([0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0])
}

impl Metrics {
    pub(super) fn new() -> Metrics {
        let mut metrics = Metrics {
            registry: Registry::with_prefix("accruedb"),
            requests: Family::default(),
            seconds: Family::new_with_constructor(histogram),
            refused: histogram(),
            connections: Gauge::default(),
            streams: Gauge::default(),
            refused_connections: Counter::default(),
            queued: Default::default(),
            working: Default::default(),
            entries: Gauge::default(),
            bytes: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("requests", "Requests answered", metrics.requests.clone());
        registry.register_with_unit("request", "Time to the answer", Unit::Seconds, metrics.seconds.clone());
        registry.register_with_unit("refused", "Time to a 503", Unit::Seconds, metrics.refused.clone());
        registry.register("connections", "Open connections", metrics.connections.clone());
        registry.register("feed_streams", "Open streams of the feed", metrics.streams.clone());
        let refused = metrics.refused_connections.clone();
        registry.register("connections_refused", "Connections over the limit", refused);
        for (at, lane) in ["commands", "look_ups", "reports"].into_iter().enumerate() {
            let (Some(queued), Some(working)) = (metrics.queued.get(at), metrics.working.get(at)) else { continue };
            registry.register(format!("{lane}_queued"), "Calls that wait for a thread", queued.clone());
            registry.register(format!("{lane}_working"), "Threads that work", working.clone());
        }
        registry.register("journal_entries", "Number of the newest entry", metrics.entries.clone());
        registry.register_with_unit("database_size", "What the database takes", Unit::Bytes, metrics.bytes.clone());
        metrics
    }

    /// Counts an answer.
    pub(super) fn answered(&self, route: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&Outcome { route, status }).inc();
        self.seconds.get_or_create(&Of { route }).observe(took.as_secs_f64());
        if status == 503 {
            self.refused.observe(took.as_secs_f64());
        }
    }

    /// The text for Prometheus.
    fn text(&self, api: &Api, pools: [&Pool; 3]) -> String {
        let set = |gauge: &Gauge, value: u64| gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        for ((queued, working), pool) in self.queued.iter().zip(&self.working).zip(pools) {
            set(queued, pool.waiting() as u64);
            set(working, pool.busy() as u64);
        }
        set(&self.entries, api.last_sequence().0);
        set(&self.bytes, api.size_bytes().unwrap_or_default());
        let mut text = String::new();
        // a string takes everything
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// Makes `/metrics` answer with these counters, as long as the server is there.
pub(super) fn publish(api: &Arc<Api>, metrics: &Arc<Metrics>, pools: &Arc<[Pool; 3]>) {
    let of = (Arc::downgrade(api), Arc::downgrade(metrics), Arc::downgrade(pools));
    api.measure(Arc::new(move || {
        let (api, metrics, pools) = &of;
        let all = Weak::upgrade(api).zip(metrics.upgrade()).zip(pools.upgrade());
        all.map(|((api, metrics), pools)| metrics.text(&api, pools.each_ref())).unwrap_or_default()
    }));
}
