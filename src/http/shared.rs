//! What all requests share, and what every answer needs: a thread to be made on, and its headers.

use super::guard::Hosts;
use super::metrics::Metrics;
use super::pace::Pace;
use super::pool::NoAnswer;
use super::pools::Pools;
use super::reply::Reply;
use super::settings::Settings;
use super::steps::Steps;
use crate::api::{self, Api, Lane, Problem};
use crate::console::Console;
use crate::domain::{Sequence, Timestamp};
use hyper::Response;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::watch;

/// Each reader that waits adds so much to the time between two looks. 10,000 of them look once in two to four seconds, and
/// leave the processors to the commands.
const FOR_EACH_STREAM: Duration = Duration::from_micros(200);
/// So many readers are told of news at once; more of them look by themselves, after so many different spans.
const SPANS: u32 = 64;

/// What all requests share.
pub(super) struct Shared {
    pub(super) api: Arc<Api>,
    pub(super) console: Arc<Console>,
    pub(super) settings: Settings,
    pub(super) hosts: Hosts,
    pub(super) pools: Arc<Pools>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) pace: Pace,
    pub(super) steps: Steps,
    /// How far the journal is durable, told now and then.
    pub(super) news: watch::Receiver<Sequence>,
    /// Becomes true when the server stops.
    pub(super) stop: watch::Receiver<bool>,
}

impl Shared {
    /// How long it takes until the next end of the journal is told, where many wait for it.
    pub(super) fn between_news(&self) -> Duration {
        FOR_EACH_STREAM.saturating_mul(u32::try_from(self.metrics.streams.get()).unwrap_or_default())
    }

    /// How long one of many readers of the feed waits between two looks; nothing where they are few, and can all be told
    /// at once.
    pub(super) fn own_pause(&self, number: i64) -> Option<Duration> {
        let are_many = self.metrics.streams.get() > i64::from(SPANS);
        are_many.then(|| self.between_news().saturating_add(own_span(self.between_news(), number)))
    }
}

/// Some of a span, at most all of it, and another part for most readers: so that what each does once in a while is not done
/// by all of them at once.
pub(super) fn own_span(span: Duration, number: i64) -> Duration {
    let own = u32::try_from(number.rem_euclid(i64::from(SPANS))).unwrap_or_default();
    span.saturating_mul(own).checked_div(SPANS).unwrap_or(span)
}

/// Returns when the server stops.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // where nobody can stop it any more, the server is gone
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Begins some work on a thread, and does the rest of it without one: refused at once where there is no room, given up
/// where it takes too long.
pub(super) async fn done<F>(
    shared: &Arc<Shared>,
    lane: Lane,
    begin: impl FnOnce() -> F + Send + 'static,
) -> Result<F::Output, Problem>
where
    F: Future<Output: Send> + Send + 'static,
{
    let limit = match lane {
        Lane::Commands | Lane::Batches | Lane::LookUps => shared.settings.call_timeout,
        Lane::Reports => shared.settings.call_timeout.saturating_mul(10),
    };
    let whole = async {
        let _place = shared.pools.place(lane).ok_or(NoAnswer::Full)?;
        shared.pools.of(lane).run(begin).await
    };
    match tokio::time::timeout(limit, whole).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(NoAnswer::Full)) => Err(Problem::new("busy", "as much work waits as may wait; nothing was done")),
        Ok(Err(NoAnswer::Panicked)) => {
            tracing::error!("a call panicked");
            Err(Problem::new("internal", "the server failed; see its log"))
        }
        Err(_) => Err(Problem::new("closing", "it takes too long; it may be done: ask again with the same key")),
    }
}

/// A whole response, with the headers that all of the API's have.
pub(super) fn whole(answer: api::Response) -> Response<Reply> {
    let mut response = Response::new(Reply::whole(answer.body));
    *response.status_mut() = hyper::StatusCode::from_u16(answer.status).unwrap_or_default();
    let headers = response.headers_mut();
    let policy = match answer.media_type {
        // a picture brings its own style
        "image/svg+xml" => "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
        _ => "default-src 'none'; frame-ancestors 'none'",
    };
    let of_all = [
        (header::CONTENT_TYPE, answer.media_type),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    headers.extend(of_all.map(|(name, value)| (name, HeaderValue::from_static(value))));
    for (name, value) in &answer.headers {
        put(headers, name, value);
    }
    response
}

/// Sets a header; one that cannot be a header's text is left out.
pub(super) fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// The system's time: for tokens and budgets.
pub(super) fn system_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).ok().and_then(Timestamp::from_ms).unwrap_or(Timestamp::MAX)
}
