//! Steps of the feed that several readers take: most readers stand at one of the last ends of the journal that all were
//! told of, and want what came up to the next one. One of them looks, the others get a copy.

use super::pool::{NoAnswer, Pool};
use crate::api::{Api, Problem, Streaming};
use crate::domain::Sequence;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// After this long, a reader that found no thread tries again.
const RETRY: Duration = Duration::from_millis(50);
/// Steps that are kept.
const KEPT_MAX: usize = 64;

/// Events with their ids.
pub(super) type Events = Arc<[(String, String)]>;

/// What a look came to: the events, if there are any, and where the reader stands then.
type Found = (Option<Events>, Streaming);

/// Steps that were taken lately, by place, kinds, token, and the entry up to which somebody looked: what is between two
/// entries never changes.
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

    /// The next events of a reader: taken from another one's look, or looked for on a thread of `pool`.
    pub(super) async fn next(
        &self,
        api: &Arc<Api>,
        pool: &Pool,
        streaming: Streaming,
        up_to: Sequence,
    ) -> Result<Found, Problem> {
        let cell = self.of(streaming.key(up_to));
        // IMPORTANT: held while somebody looks: the others wait for what is found, and do not look themselves
        let mut slot = cell.lock().await;
        if let Some(found) = slot.as_ref() {
            return Ok(found.clone());
        }
        loop {
            let (api, mut own) = (api.clone(), streaming.clone());
            match pool.run(move || ready(api.follow(&mut own, up_to).map(|events| (events, own)))).await {
                Ok(looked) => {
                    let (events, next) = looked?;
                    return Ok(slot.insert((events.map(Into::into), next)).clone());
                }
                Err(NoAnswer::Full) => sleep(RETRY).await,
                Err(NoAnswer::Panicked) => return Err(Problem::new("internal", "the server failed; see its log")),
            }
        }
    }
}
