//! The delta: what changed since the last checkpoint, in memory, typed. And the shard that holds it: a lock's worth
//! of the state.
//!
//! A record is looked for in the active delta, then in the frozen one (which a checkpoint is writing), then in the
//! cache, then in the tables: newest first. What changed is never dropped before its checkpoint is complete.

use super::cache::Cache;
use crate::domain::{
    Block, BlockKey, Correction, CorrectionKey, Item, ItemKey, Member, MemberKey, Partner, PartnerKey, RequestKey,
    Sequence, Totals, TotalsKey,
};
use crate::storage::keys::DueKey;
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Changed records of one shard. `None` in a table of rows deletes the row.
#[derive(Debug, Default)]
pub(super) struct Delta {
    pub(super) members: HashMap<MemberKey, Member>,
    pub(super) requests: HashMap<RequestKey, Sequence>,
    pub(super) partners: BTreeMap<PartnerKey, Partner>,
    pub(super) blocks: BTreeMap<BlockKey, Block>,
    pub(super) items: BTreeMap<ItemKey, Option<Item>>,
    pub(super) future: BTreeMap<ItemKey, Option<Item>>,
    pub(super) expiries: BTreeMap<ItemKey, Option<()>>,
    pub(super) corrections: BTreeMap<CorrectionKey, Correction>,
    pub(super) due: BTreeMap<DueKey, Option<()>>,
    pub(super) totals: HashMap<TotalsKey, Totals>,
}

/// One lock's worth of members, partners and requests.
#[derive(Debug)]
pub(super) struct Shard {
    pub(super) active: Delta,
    pub(super) frozen: Option<Arc<Delta>>,
    pub(super) members: Cache<MemberKey, Member>,
    pub(super) partners: Cache<PartnerKey, Partner>,
    pub(super) blocks: Cache<BlockKey, Block>,
    /// No request id after this one is in the tables. Ids that follow time are therefore never looked up there.
    requests_max: Option<RequestKey>,
}

/// Partners, and blocks, that each shard keeps in its cache.
const PARTNERS_CACHED: usize = 256;
const BLOCKS_CACHED: usize = 1024;

impl Shard {
    pub(super) fn new(members_cached: usize, requests_max: Option<RequestKey>) -> Shard {
        Shard {
            active: Delta::default(),
            frozen: None,
            members: Cache::new(members_cached),
            partners: Cache::new(PARTNERS_CACHED),
            blocks: Cache::new(BLOCKS_CACHED),
            requests_max,
        }
    }

    /// Freezes what changed so far, for a checkpoint.
    pub(super) fn freeze(&mut self) -> Arc<Delta> {
        let frozen = Arc::new(std::mem::take(&mut self.active));
        self.frozen = Some(frozen.clone());
        frozen
    }

    /// The frozen delta is in the tables now: its records move into the cache.
    pub(super) fn thaw(&mut self) {
        let Some(delta) = self.frozen.take().and_then(Arc::into_inner) else { return };
        self.requests_max = delta.requests.keys().copied().chain(self.requests_max).max();
        for (key, member) in delta.members {
            self.members.put(key, member);
        }
        for (key, partner) in delta.partners {
            self.partners.put(key, partner);
        }
        for (key, block) in delta.blocks {
            self.blocks.put(key, block);
        }
    }

    /// Whether the tables may hold a request id.
    pub(super) fn may_hold(&self, request: &RequestKey) -> bool {
        self.requests_max.is_some_and(|max| *request <= max)
    }

    /// The changed record that `pick` finds, the newest first.
    pub(super) fn changed<'a, T>(&'a self, pick: impl Fn(&'a Delta) -> Option<&'a T>) -> Option<&'a T> {
        pick(&self.active).or_else(|| self.frozen.as_deref().and_then(pick))
    }
}
