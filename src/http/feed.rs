//! The feed as a stream (SSE, JSON Lines), and waiting for its next event. A reader that waits holds no thread and no
//! queue: it reads the journal from its own place on.

use super::reply::Reply;
use super::shared::{Shared, own_span, put, stopped};
use super::steps::Events;
use crate::api::{Admitted, Lane, Problem, Streaming};
use crate::domain::Sequence;
use hyper::Response;
use hyper::body::Bytes;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

/// Pieces that wait for a slow reader, at most.
const PIECES_MAX: usize = 4;

/// How events are written into a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    ServerSent,
    Lines,
}

/// The stream that a call for the feed asks for; none where it is another call, or a page is asked for. For a page, this
/// waits as long as the call says.
pub(super) async fn wanted(shared: &Arc<Shared>, admitted: &mut Admitted) -> Result<Option<Response<Reply>>, Problem> {
    if admitted.route.id != "get_feed" {
        return Ok(None);
    }
    let accept = admitted.call.accept();
    let form = match accept {
        accept if accept.contains("text/event-stream") => Form::ServerSent,
        accept if accept.contains("application/x-ndjson") => Form::Lines,
        _ => {
            wait(shared, admitted).await?;
            return Ok(None);
        }
    };
    let streaming = shared.api.stream(&mut admitted.call)?;
    let (pieces, reader) = mpsc::channel(PIECES_MAX);
    tokio::spawn(follow(shared.clone(), streaming, form, pieces));
    let mut response = Response::new(Reply::Stream(reader));
    let headers = response.headers_mut();
    let media_type = if form == Form::ServerSent { "text/event-stream" } else { "application/x-ndjson" };
    put(headers, "content-type", media_type);
    put(headers, "cache-control", "no-store");
    put(headers, "x-content-type-options", "nosniff");
    // a proxy that gathers pieces would keep events from their reader
    put(headers, "x-accel-buffering", "no");
    Ok(Some(response))
}

/// Waits for the next event, as long as the call says.
async fn wait(shared: &Arc<Shared>, admitted: &mut Admitted) -> Result<(), Problem> {
    let seconds = admitted.call.wait_seconds()?;
    if seconds == 0 {
        return Ok(());
    }
    let now = Instant::now();
    let until = now.checked_add(Duration::from_secs(seconds)).unwrap_or(now);
    let mut streaming = shared.api.stream(&mut admitted.call)?;
    let (mut waiting, mut stop) = (Waiting::new(shared), shared.stop.clone());
    loop {
        let up_to = *waiting.news.borrow_and_update();
        match step(shared, streaming, up_to).await? {
            (Some(_), _) => return Ok(()),
            (None, same) => streaming = same,
        }
        let changed = async {
            tokio::select! {
                is_new = waiting.for_news() => is_new,
                () = stopped(&mut stop) => false,
            }
        };
        if !timeout_at(until, changed).await.unwrap_or(false) {
            return Ok(());
        }
    }
}

/// Someone who waits for events. The more there are of them, the less often each looks.
struct Waiting<'a> {
    shared: &'a Shared,
    number: i64,
    news: watch::Receiver<Sequence>,
}

impl Waiting<'_> {
    fn new(shared: &Shared) -> Waiting<'_> {
        Waiting { shared, number: shared.metrics.streams.inc(), news: shared.news.clone() }
    }

    /// Waits until the journal has grown. False where it will not any more.
    async fn for_news(&mut self) -> bool {
        // IMPORTANT: many are not told at once: to wake them all takes longer than a command may
        while let Some(pause) = self.shared.own_pause(self.number) {
            sleep(pause).await;
            match self.news.has_changed() {
                Ok(false) => {}
                changed => return changed.is_ok(),
            }
        }
        self.news.changed().await.is_ok()
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.shared.metrics.streams.dec();
    }
}

/// Sends events as they come, until the reader is gone or the server stops.
async fn follow(shared: Arc<Shared>, mut streaming: Streaming, form: Form, pieces: mpsc::Sender<Bytes>) {
    let (mut waiting, mut stop) = (Waiting::new(&shared), shared.stop.clone());
    // those that came together are heard of at other instants
    let longest = shared.settings.heartbeat;
    let silent_max = longest.saturating_sub(own_span(longest.div_f32(2.0), waiting.number));
    let mut sent = Instant::now();
    while !*stop.borrow() {
        let up_to = *waiting.news.borrow_and_update();
        let Ok((events, next)) = step(&shared, streaming, up_to).await else { break };
        streaming = next;
        if let Some(events) = events {
            let piece: String = events.iter().map(|(id, event)| written(form, id, event)).collect();
            if !piece.is_empty() {
                if pieces.send(piece.into()).await.is_err() {
                    break;
                }
                sent = Instant::now();
            }
            continue;
        }
        tokio::select! {
            is_new = waiting.for_news() => {
                if !is_new {
                    break;
                }
            }
            () = stopped(&mut stop) => break,
            () = pieces.closed() => break,
            // whatever happens that this reader does not want to know
            () = sleep_until(sent.checked_add(silent_max).unwrap_or(sent)) => {
                let beat: &[u8] = if form == Form::ServerSent { b":\n\n" } else { b"\n" };
                if pieces.send(Bytes::from_static(beat)).await.is_err() {
                    break;
                }
                sent = Instant::now();
            }
        }
    }
}

/// The next events of a reader, up to an entry.
async fn step(shared: &Shared, streaming: Streaming, up_to: Sequence) -> Result<(Option<Events>, Streaming), Problem> {
    shared.steps.next(&shared.api, shared.pools.of(Lane::Reports), streaming, up_to).await
}

fn written(form: Form, id: &str, event: &str) -> String {
    match form {
        // JSON has no line breaks outside of its texts, and none in them
        Form::ServerSent => format!("id: {id}\ndata: {event}\n\n"),
        Form::Lines => format!("{event}\n"),
    }
}
