//! The delta: what changed since the last checkpoint, in memory, typed. And the shard that holds it: a lock's worth
//! of the state.
//!
//! A row is looked for in the active delta, then in the frozen one (which a checkpoint is writing), then in the
//! tables: newest first. Members, partners and blocks are [`Resident`]: there the newest is the one in memory. What
//! changed is never dropped before its checkpoint is complete.

use super::changed::{Changed, UsedRequests};
use super::resident::Resident;
use crate::domain::{
    Block, BlockKey, Correction, CorrectionKey, Member, MemberKey, Partner, PartnerKey, RequestKey, Sequence, Totals,
    TotalsKey,
};
use crate::storage::{Due, Expiries, Future, Items};
use hashbrown::HashMap;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Changed rows of one shard.
#[derive(Debug, Default)]
pub(super) struct Delta {
    pub(super) requests: UsedRequests,
    pub(super) items: Changed<Items>,
    pub(super) future: Changed<Future>,
    pub(super) expiries: Changed<Expiries>,
    pub(super) due: Changed<Due>,
    pub(super) corrections: BTreeMap<CorrectionKey, Correction>,
    pub(super) totals: HashMap<TotalsKey, Totals>,
}

impl Delta {
    /// Forgets everything, and keeps the memory: new memory is dearer than what is written into it.
    fn clear(&mut self) {
        self.requests.clear();
        self.items.clear();
        self.future.clear();
        self.expiries.clear();
        self.due.clear();
        self.corrections.clear();
        self.totals.clear();
    }
}

/// One lock's worth of members, partners and requests.
#[derive(Debug)]
pub(super) struct Shard {
    pub(super) active: Delta,
    /// Its lock is taken after the shard's.
    pub(super) frozen: Option<Arc<Mutex<Delta>>>,
    spare: Delta,
    pub(super) members: Resident<MemberKey, Member>,
    pub(super) partners: Resident<PartnerKey, Partner>,
    pub(super) blocks: Resident<BlockKey, Block>,
    /// No request id after this one was ever used. Ids that follow time are therefore never looked up.
    newest_request: Option<RequestKey>,
}

/// Partners, and blocks, that each shard keeps though they have not changed.
const PARTNERS_KEPT: usize = 256;
const BLOCKS_KEPT: usize = 1024;

impl Shard {
    pub(super) fn new(members_kept: usize, newest_request: Option<RequestKey>) -> Shard {
        Shard {
            active: Delta::default(),
            frozen: None,
            spare: Delta::default(),
            members: Resident::new(members_kept),
            partners: Resident::new(PARTNERS_KEPT),
            blocks: Resident::new(BLOCKS_KEPT),
            newest_request,
        }
    }

    /// Freezes what changed so far, for a checkpoint.
    pub(super) fn freeze(&mut self) -> Arc<Mutex<Delta>> {
        let next = std::mem::take(&mut self.spare);
        let frozen = Arc::new(Mutex::new(std::mem::replace(&mut self.active, next)));
        self.frozen = Some(frozen.clone());
        self.members.freeze();
        self.partners.freeze();
        self.blocks.freeze();
        frozen
    }

    /// What was frozen is in the tables now.
    pub(super) fn thaw(&mut self) {
        self.members.thaw();
        self.partners.thaw();
        self.blocks.thaw();
        if let Some(mut delta) = self.frozen.take().and_then(Arc::into_inner).map(Mutex::into_inner) {
            delta.clear();
            self.spare = delta;
        }
    }

    /// Marks a request id as used.
    pub(super) fn use_request(&mut self, key: RequestKey, sequence: Sequence) {
        self.active.requests.put(key, sequence);
        self.newest_request = self.newest_request.max(Some(key));
    }

    /// Whether a request id may have been used.
    pub(super) fn may_be_used(&self, request: &RequestKey) -> bool {
        self.newest_request.is_some_and(|newest| *request <= newest)
    }

    /// What `pick` finds in the changed rows, the newest first.
    pub(super) fn changed<R>(&self, pick: impl Fn(&Delta) -> Option<R>) -> Option<R> {
        pick(&self.active).or_else(|| self.frozen.as_deref().and_then(|frozen| pick(&frozen.lock())))
    }
}
