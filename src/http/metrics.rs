//! Counters for Prometheus. Those of the engine are read when somebody asks for them.

use super::pools::Pools;
use crate::api::{Api, Lane};
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

/// The kinds of work, as the names of counters have them.
const LANES: [(Lane, &str); 4] =
    [(Lane::Commands, "commands"), (Lane::Batches, "batches"), (Lane::LookUps, "look_ups"), (Lane::Reports, "reports")];

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
    lanes: [(Lane, Gauge, Gauge); 4],
    in_flight: Gauge,
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
            lanes: LANES.map(|(lane, _)| (lane, Gauge::default(), Gauge::default())),
            in_flight: Gauge::default(),
            entries: Gauge::default(),
            bytes: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("requests", "Requests answered", metrics.requests.clone());
        registry.register_with_unit("request", "Time to the answer", Unit::Seconds, metrics.seconds.clone());
        registry.register_with_unit("refused", "Time to a 503", Unit::Seconds, metrics.refused.clone());
        registry.register("connections", "Open connections", metrics.connections.clone());
        registry.register(
            "feed_streams",
            "Readers of the feed who wait: open streams, and calls for a page to come",
            metrics.streams.clone(),
        );
        let refused = metrics.refused_connections.clone();
        registry.register("connections_refused", "Connections over the limit", refused);
        for ((_, name), (_, queued, working)) in LANES.iter().zip(&metrics.lanes) {
            registry.register(format!("{name}_queued"), "Calls that wait for a thread", queued.clone());
            registry.register(format!("{name}_working"), "Threads that work", working.clone());
        }
        let in_flight = metrics.in_flight.clone();
        registry.register("commands_in_flight", "Commands that were taken and are not answered", in_flight);
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
    fn text(&self, api: &Api, pools: &Pools) -> String {
        let set = |gauge: &Gauge, value: u64| gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        for (lane, queued, working) in &self.lanes {
            set(queued, pools.of(*lane).waiting() as u64);
            set(working, pools.of(*lane).busy() as u64);
        }
        set(&self.in_flight, pools.in_flight() as u64);
        set(&self.entries, api.last_sequence().0);
        set(&self.bytes, api.size_bytes().unwrap_or_default());
        let mut text = String::new();
        // a string takes everything
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// Makes `/metrics` answer with these counters, as long as the server is there.
pub(super) fn publish(api: &Arc<Api>, metrics: &Arc<Metrics>, pools: &Arc<Pools>) {
    let of = (Arc::downgrade(api), Arc::downgrade(metrics), Arc::downgrade(pools));
    api.measure(Arc::new(move || {
        let (api, metrics, pools) = &of;
        let all = Weak::upgrade(api).zip(metrics.upgrade()).zip(pools.upgrade());
        all.map(|((api, metrics), pools)| metrics.text(&api, &pools)).unwrap_or_default()
    }));
}
