//! Steps of the feed that several readers take: most readers stand at the end of the journal, and want the same next
//! events at the same moment. One of them looks, the others get a copy.

use super::pool::{NoAnswer, Pool};
use crate::api::{Api, Problem, Streaming};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// After this long, a reader that found no thread tries again.
const RETRY: Duration = Duration::from_millis(50);
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

impl Steps {
    /// The next events of a reader: taken from another one's look, or looked for on a thread of `pool`. That there are
    /// none is believed for as long as `lasts`.
    pub(super) async fn next(
        &self,
        api: &Arc<Api>,
        pool: &Pool,
        lasts: Duration,
        streaming: Streaming,
    ) -> Result<(Option<Events>, Streaming), Problem> {
        let cell = self.of(streaming.key());
        // IMPORTANT: held while somebody looks: the others wait for what is found, and do not look themselves
        let mut slot = cell.lock().await;
        if let Some(found) = slot.as_ref().filter(|found| found.events.is_some() || found.at.elapsed() < lasts) {
            return Ok((found.events.clone(), found.next.clone()));
        }
        loop {
            let (api, mut own) = (api.clone(), streaming.clone());
            match pool.run(move || ready(api.follow(&mut own).map(|events| (events, own)))).await {
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
}
