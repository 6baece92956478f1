//! The delta: what changed since the last checkpoint, in memory, typed. And the shard that holds it: a lock's worth
//! of the state.
//!
//! A row is looked for in the active delta, then in the frozen one (which a checkpoint is writing), then in the
//! tables: newest first. Members, partners, blocks and sources are in a [`RecordCache`]: there the newest is the one in memory. What
//! changed is never dropped before its checkpoint is complete.

use super::filter::Filter;
use super::next_items::NextItems;
use super::pending::{PendingRows, UsedRequests};
use super::pending_marks::PendingMarks;
use super::record_cache::RecordCache;
use super::sync::Mutex;
use crate::domain::{
    Block, BlockKey, CohortKey, CountKey, Counted, ExpiringKey, Fault, LockName, Member, MemberKey, Partner,
    PartnerKey, RequestKey, Sequence, Source, SourceKey, Subject, Sum, Totals, TotalsKey,
};
use crate::storage::{Table, TableId};
use hashbrown::{DefaultHashBuilder, HashMap};
use std::hash::BuildHasher;
use std::sync::Arc;

/// Changed rows of one shard.
#[derive(Debug)]
pub(super) struct Delta {
    pub(super) requests: UsedRequests,
    /// By the number of their table; those of records stay empty.
    rows: [PendingRows; TableId::ALL.len()],
    pub(super) totals: HashMap<TotalsKey, Totals>,
    pub(super) cohorts: HashMap<CohortKey, Totals>,
    pub(super) expiring: HashMap<ExpiringKey, i128>,
    /// What the entries are about.
    pub(super) marks: PendingMarks,
}

impl Default for Delta {
    fn default() -> Delta {
        let rows = std::array::from_fn(|_| PendingRows::default());
        Delta {
            requests: UsedRequests::default(),
            rows,
            totals: HashMap::new(),
            cohorts: HashMap::new(),
            expiring: HashMap::new(),
            marks: PendingMarks::default(),
        }
    }
}

impl Delta {
    /// The changed rows of a table.
    pub(super) fn rows(&mut self, table: TableId) -> &mut PendingRows {
        #[expect(clippy::indexing_slicing, reason = "a table's number is its place")]
        &mut self.rows[table as usize]
    }

    /// Takes in what changed after all of this.
    fn absorb(&mut self, newer: &Delta) {
        self.rows.iter_mut().zip(&newer.rows).for_each(|(rows, newer)| rows.append(newer));
        newer.totals.iter().for_each(|(key, part)| self.totals.entry(*key).or_default().gather(part));
        newer.cohorts.iter().for_each(|(key, part)| self.cohorts.entry(*key).or_default().gather(part));
        newer.expiring.iter().for_each(|(key, part)| self.expiring.entry(*key).or_default().gather(part));
        self.marks.absorb(&newer.marks);
    }

    /// Forgets everything, and keeps the memory: new memory is dearer than what is written into it.
    pub(super) fn clear(&mut self) {
        self.requests.clear();
        self.rows.iter_mut().for_each(PendingRows::clear);
        self.totals.clear();
        self.cohorts.clear();
        self.expiring.clear();
        self.marks.clear();
    }
}

/// One lock's worth of members, partners and requests.
#[derive(Debug)]
pub(super) struct Shard {
    pub(super) active: Delta,
    /// Its lock is taken after the shard's.
    pub(super) frozen: Option<Arc<Mutex<Delta>>>,
    spare: Delta,
    pub(super) members: RecordCache<MemberKey, Member>,
    pub(super) partners: RecordCache<PartnerKey, Partner>,
    pub(super) blocks: RecordCache<BlockKey, Block>,
    pub(super) sources: RecordCache<SourceKey, Source>,
    /// What the limits of sources have counted.
    pub(super) counts: RecordCache<CountKey, Counted>,
    pub(super) next_items: NextItems,
    /// No request id after this one was ever used. Ids that follow time are therefore never looked up.
    newest_request: Option<RequestKey>,
    /// Which request ids the table may hold, and those that were used since, unless they came in order.
    known_requests: Filter,
    hasher: DefaultHashBuilder,
}

/// What memory knows of a request id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    New,
    Used(Sequence),
    /// Only the table tells.
    PerhapsStored,
}

/// What a shard has to know of the tables when the engine is opened.
#[derive(Debug)]
pub(super) struct Tables {
    /// The last request id.
    pub(super) newest_request: Option<RequestKey>,
    /// Those without a row.
    pub(super) empty: Vec<TableId>,
    /// How much memory each filter may take.
    pub(super) filter_bytes: usize,
}

impl Tables {
    /// Of request ids, which are in two tables.
    fn request_filter(&self) -> Filter {
        match self.newest_request {
            None => Filter::of_nothing(self.filter_bytes),
            Some(_) => Filter::unknowing(),
        }
    }

    fn filter(&self, table: TableId) -> Filter {
        match self.empty.contains(&table) {
            true => Filter::of_nothing(self.filter_bytes),
            false => Filter::unknowing(),
        }
    }
}

/// Partners, blocks and sources that each shard keeps though they have not changed.
const PARTNERS_KEPT: usize = 256;
const BLOCKS_KEPT: usize = 1024;
const SOURCES_KEPT: usize = 256;
/// Counts of limits that are kept though they have not changed, for each member that is: one for each limit of each source
/// that gave to the member.
const COUNTS_KEPT: usize = 4;
/// Next items that are kept for each member that is.
const NEXT_ITEMS_KEPT: usize = 1;

impl Shard {
    pub(super) fn new(members_kept: usize, tables: &Tables) -> Shard {
        Shard {
            active: Delta::default(),
            frozen: None,
            spare: Delta::default(),
            members: RecordCache::new(members_kept, tables.filter(TableId::Members)),
            partners: RecordCache::new(PARTNERS_KEPT, tables.filter(TableId::Partners)),
            blocks: RecordCache::new(BLOCKS_KEPT, tables.filter(TableId::Blocks)),
            sources: RecordCache::new(SOURCES_KEPT, tables.filter(TableId::Sources)),
            counts: RecordCache::new(members_kept.saturating_mul(COUNTS_KEPT), tables.filter(TableId::SourceCounts)),
            next_items: NextItems::of(members_kept.saturating_mul(NEXT_ITEMS_KEPT)),
            newest_request: tables.newest_request,
            known_requests: tables.request_filter(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// Has what a decision will look for brought from memory, all at once: one after the other, it would wait for each.
    /// Returns a member who may be in the tables only.
    pub(super) fn touch(&self, name: &LockName) -> Option<MemberKey> {
        match name {
            LockName::Subject(program, Subject::Member(member)) => {
                let key = MemberKey { program: *program, member: *member };
                let is_here = std::hint::black_box(self.members.peek(&key).is_some());
                return (!is_here && self.members.may_be_stored(&key)).then_some(key);
            }
            // one that comes in order is looked for nowhere
            LockName::Request(key) if self.newest_request.is_some_and(|newest| *key < newest) => {
                std::hint::black_box(self.active.requests.touch(key));
                std::hint::black_box(self.known_requests.may_hold(self.hasher.hash_one(key)));
            }
            _ => {}
        }
        None
    }

    /// Freezes what changed so far, for a checkpoint.
    pub(super) fn freeze(&mut self) -> Arc<Mutex<Delta>> {
        let next = std::mem::take(&mut self.spare);
        let frozen = Arc::new(Mutex::new(std::mem::replace(&mut self.active, next)));
        self.frozen = Some(frozen.clone());
        self.members.freeze();
        self.partners.freeze();
        self.blocks.freeze();
        self.sources.freeze();
        self.counts.freeze();
        frozen
    }

    /// Request ids that came in order are in the tables now.
    pub(super) fn know(&mut self, requests: &[RequestKey]) {
        requests.iter().for_each(|key| self.known_requests.add(self.hasher.hash_one(key)));
    }

    /// What was frozen is in the tables now, and its request ids are known. Returns it.
    pub(super) fn thaw(&mut self) -> Option<Delta> {
        self.members.thaw();
        self.partners.thaw();
        self.blocks.thaw();
        self.sources.thaw();
        self.counts.thaw();
        self.frozen.take().and_then(Arc::into_inner).map(Mutex::into_inner)
    }

    /// Takes memory back, to be used again.
    pub(super) fn keep_memory(&mut self, delta: Delta) {
        self.spare = delta;
    }

    /// Nothing was written of what is frozen: it is changed as before, and what changed since comes after it.
    pub(super) fn melt(&mut self) {
        self.members.melt();
        self.partners.melt();
        self.blocks.melt();
        self.sources.melt();
        self.counts.melt();
        let Some(frozen) = self.frozen.take() else { return };
        let mut whole = std::mem::take(&mut *frozen.lock());
        whole.absorb(&self.active);
        for (key, sequence) in self.active.requests.iter() {
            if !whole.requests.put(*key, *sequence) {
                self.known_requests.add(self.hasher.hash_one(key));
            }
        }
        self.active.clear();
        self.spare = std::mem::replace(&mut self.active, whole);
    }

    /// Marks a request id as used.
    pub(super) fn use_request(&mut self, key: RequestKey, sequence: Sequence) {
        if !self.active.requests.put(key, sequence) {
            self.known_requests.add(self.hasher.hash_one(key));
        }
        self.newest_request = self.newest_request.max(Some(key));
    }

    /// What is known of a request id without the table.
    pub(super) fn known_request(&self, key: &RequestKey) -> Known {
        if self.newest_request.is_none_or(|newest| *key > newest) {
            return Known::New;
        }
        let may_hold = self.known_requests.may_hold(self.hasher.hash_one(key));
        let used = match may_hold {
            true => self.changed(|delta| delta.requests.get(key)),
            false => self.changed(|delta| delta.requests.get_in_order(key)),
        };
        match used {
            Some(sequence) => Known::Used(sequence),
            None if may_hold => Known::PerhapsStored,
            None => Known::New,
        }
    }

    /// What `pick` finds in the changed rows, the newest first.
    fn changed<R>(&self, pick: impl Fn(&Delta) -> Option<R>) -> Option<R> {
        pick(&self.active).or_else(|| self.frozen.as_deref().and_then(|frozen| pick(&frozen.lock())))
    }

    /// A row that changed, the newest first; `None` inside where it is deleted.
    pub(super) fn changed_row<T: Table>(&mut self, key: &T::Key) -> Result<Option<Option<T::Value>>, Fault> {
        if let Some(row) = self.active.rows(T::ID).get::<T>(key)? {
            return Ok(Some(row));
        }
        self.frozen.as_deref().map_or(Ok(None), |frozen| frozen.lock().rows(T::ID).get::<T>(key))
    }
}
