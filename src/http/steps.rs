//! Steps of the feed that several readers take: most readers stand at the end of the journal, and want the same next
//! events at the same moment. One of them looks, the others get a copy.

use super::pool::NoAnswer;
use super::shared::Shared;
use crate::api::{Lane, Problem, Streaming};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// After this long, a reader that found no thread tries again.
const RETRY: Duration = Duration::from_millis(50);
/// An entry has its number before it is durable: a reader that knows of one looks again this much later.
const NOT_DURABLE_YET: Duration = Duration::from_millis(5);
/// Each open stream adds so much to the time between two looks. 10,000 readers look once a second, and leave the
/// processors to the commands.
const FOR_EACH_STREAM: Duration = Duration::from_micros(100);
/// Steps that are kept.
const KEPT_MAX: usize = 32;

/// Events with their ids.
pub(super) type Events = Arc<[(String, String)]>;

/// What a look came to: the events, if there are any, and where the reader stands then.
#[derive(Clone)]
struct Found {
    events: Option<Events>,
    next: Streaming,
    at: Instant,
}

/// Steps that were taken lately, by place, kinds and token. What follows a place never changes; that nothing follows is
/// true for a moment only.
#[derive(Default)]
pub(super) struct Steps(Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<Option<Found>>>>>);

impl Steps {
    fn of(&self, key: String) -> Arc<tokio::sync::Mutex<Option<Found>>> {
        let mut kept = self.0.lock();
        if kept.len() >= KEPT_MAX && !kept.contains_key(&key) {
            kept.clear();
        }
        kept.entry(key).or_default().clone()
    }
}

/// How long a reader waits that knows of an entry which is not durable yet.
pub(super) fn look_again(shared: &Shared) -> Duration {
    let streams = u32::try_from(shared.metrics.streams.get()).unwrap_or_default();
    NOT_DURABLE_YET.saturating_add(FOR_EACH_STREAM.saturating_mul(streams))
}

/// The next events of a reader: taken from another one's look, or looked for on a thread for reports.
pub(super) async fn next(shared: &Arc<Shared>, streaming: Streaming) -> Result<(Option<Events>, Streaming), Problem> {
    let cell = shared.steps.of(streaming.key());
    // IMPORTANT: held while somebody looks: the others wait for what is found, and do not look themselves
    let mut slot = cell.lock().await;
    let lasts = look_again(shared) / 2;
    if let Some(found) = slot.as_ref().filter(|found| found.events.is_some() || found.at.elapsed() < lasts) {
        return Ok((found.events.clone(), found.next.clone()));
    }
    loop {
        let (api, mut own) = (shared.api.clone(), streaming.clone());
        let looked = shared.pool(Lane::Reports).run(move || api.follow(&mut own).map(|events| (events, own))).await;
        match looked {
            Ok(looked) => {
                let (events, next) = looked?;
                let found = Found { events: events.map(Into::into), next, at: Instant::now() };
                *slot = Some(found.clone());
                return Ok((found.events, found.next));
            }
            Err(NoAnswer::Full) => sleep(RETRY).await,
            Err(NoAnswer::Panicked) => return Err(Problem::new("internal", "the server failed; see its log")),
        }
    }
}
