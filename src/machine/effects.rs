//! What a decision changes: records, rows, sums, legs, balances. Nothing has happened until they are applied; a rule
//! that refuses half-way leaves effects without a meaning, which are dropped.
//!
//! Reads of the same decision see them. The memory is used again from one decision to the next.

use super::sum_part::{SumPart, count};
use crate::domain::tables::{
    BillLines, Bills, BlockTurns, Charges, Claims, Corrections, Due, Expiries, Fees, Forwards, Future, HoldTimeouts,
    Holds, HouseholdMembers, Items, Lines, Merges, Months, OpenBlocks, Participants, PartnerCredits, Postings,
    Receivables, Refunds, RowTable, Runs, RunsDue, SourceCounts, Table, Unbilled, Unsettled,
};
use crate::domain::{
    Balance, Block, BlockKey, CatalogKey, CohortKey, CountKey, Counted, Definition, ExpiringKey, Figure, Item, ItemKey,
    Leg, Link, Links, Member, MemberKey, Outcome, Own, OwnIds, Partner, PartnerKey, Source, SourceKey, TextKey,
    Timestamp, TotalsKey,
};
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut, Range};

/// The effects of one command.
#[derive(Debug, Default)]
pub struct Effects {
    /// New versions of definitions.
    pub definitions: Vec<(CatalogKey, Definition)>,
    /// Members that were loaded, changed or not.
    pub members: Records<MemberKey, Member>,
    /// Partners, likewise.
    pub partners: Records<PartnerKey, Partner>,
    /// Blocks, likewise.
    pub blocks: Records<BlockKey, Block>,
    /// Sources, likewise.
    pub sources: Records<SourceKey, Source>,
    /// Rows of the other tables.
    pub rows: RowEffects,
    /// Amounts to add to the totals.
    pub totals: Vec<SumPart<TotalsKey>>,
    /// Amounts to add to the cohorts.
    pub cohorts: Vec<SumPart<CohortKey>>,
    /// Points to add to those that expire on a day.
    pub expiring: Vec<(ExpiringKey, i128)>,
    /// What happened to which item or block.
    pub legs: Vec<Leg>,
    /// The members' balances after it.
    pub balances: Vec<Balance>,
    /// The chains that the entry is in.
    pub links: Links,
    /// Texts that go.
    pub erased: Vec<TextKey>,
}

impl Effects {
    /// Forgets everything, and keeps the memory for the next decision.
    pub fn clear(&mut self) {
        let Effects {
            definitions,
            members,
            partners,
            blocks,
            sources,
            rows,
            totals,
            cohorts,
            expiring,
            legs,
            balances,
            links,
            erased,
        } = self;
        definitions.clear();
        members.clear();
        partners.clear();
        blocks.clear();
        sources.clear();
        rows.clear();
        totals.clear();
        cohorts.clear();
        expiring.clear();
        legs.clear();
        balances.clear();
        links.clear();
        erased.clear();
    }

    /// Puts the entry's own number and member wherever they are named.
    pub fn fill(&mut self, own: &OwnIds) {
        let Effects {
            definitions,
            members,
            partners,
            blocks,
            sources,
            rows,
            totals: _,
            cohorts: _,
            expiring: _,
            legs,
            balances,
            links,
            erased: _,
        } = self;
        definitions.iter_mut().for_each(|(_, definition)| definition.fill(own));
        members.fill(own);
        partners.fill(own);
        blocks.fill(own);
        sources.fill(own);
        rows.fill(own);
        legs.iter_mut().for_each(|leg| leg.fill(own));
        balances.iter_mut().for_each(|balance| balance.fill(own));
        links.iter_mut().for_each(|link| link.fill(own));
    }

    /// What the journal records of it.
    #[must_use]
    pub fn take_outcome(&mut self) -> Outcome {
        Outcome::Done { legs: std::mem::take(&mut self.legs), balances: std::mem::take(&mut self.balances) }
    }

    /// Makes room for so many legs and balances where there are none yet: exactly, as they are kept with the answer.
    pub(super) fn make_room(&mut self, legs: usize, balances: usize) {
        // cheaper than to let an empty list grow
        if self.legs.capacity() == 0 {
            self.legs = Vec::with_capacity(legs);
        }
        if self.balances.capacity() == 0 {
            self.balances = Vec::with_capacity(balances);
        }
    }

    /// Counts points in a sum of a day, source and point type.
    pub(super) fn count(&mut self, key: TotalsKey, figure: Figure, points: i128) {
        count(&mut self.totals, SumPart { key, figure, points });
    }

    /// Counts what became of points that were issued on a day.
    pub(super) fn count_cohort(&mut self, key: CohortKey, figure: Figure, points: i128) {
        count(&mut self.cohorts, SumPart { key, figure, points });
    }

    /// The points that expire on a day, to add to.
    pub(super) fn expiring_mut(&mut self, key: ExpiringKey) -> &mut i128 {
        sum_of(&mut self.expiring, key)
    }

    /// Puts the entry into a chain, once.
    pub(super) fn link(&mut self, link: Link) {
        if self.links.iter().all(|known| known.subject != link.subject) {
            self.links.push(link);
        }
    }
}

/// The sum of a key, made where there is none yet.
fn sum_of<K: Eq, V: Default>(sums: &mut Vec<(K, V)>, key: K) -> &mut V {
    let at = sums.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
        sums.push((key, V::default()));
        sums.len().saturating_sub(1)
    });
    #[expect(clippy::indexing_slicing, reason = "the line above found or made it")]
    &mut sums[at].1
}

/// The place of a record among those of one decision.
#[derive(Debug)]
pub struct At<V>(usize, PhantomData<V>);

impl<V> Clone for At<V> {
    fn clone(&self) -> At<V> {
        *self
    }
}

impl<V> Copy for At<V> {}

impl<V> PartialEq for At<V> {
    fn eq(&self, other: &At<V>) -> bool {
        self.0 == other.0
    }
}

/// Records of one kind: loaded once, found by key or place. Those that were borrowed to be changed are written.
#[derive(Debug)]
pub struct Records<K, V>(Vec<Loaded<K, V>>);

#[derive(Debug)]
struct Loaded<K, V> {
    key: K,
    value: V,
    is_changed: bool,
    /// When it was due as it was loaded.
    due: Option<Timestamp>,
}

impl<K, V> Default for Records<K, V> {
    fn default() -> Records<K, V> {
        Records(Vec::new())
    }
}

impl<K: Copy + Eq, V> Records<K, V> {
    pub(super) fn find(&self, key: &K) -> Option<At<V>> {
        self.0.iter().position(|loaded| loaded.key == *key).map(|at| At(at, PhantomData))
    }

    /// Adds a record that is as the view has it.
    pub(super) fn load(&mut self, key: K, value: V) -> At<V> {
        self.load_due(key, value, None)
    }

    /// The same, of one that is due at an instant: its row among the due ones is known by that, even where the record
    /// itself has left memory before it is written.
    pub(super) fn load_due(&mut self, key: K, value: V, due: Option<Timestamp>) -> At<V> {
        self.0.push(Loaded { key, value, is_changed: false, due });
        At(self.0.len().saturating_sub(1), PhantomData)
    }

    /// Adds a record that is new.
    pub(super) fn create(&mut self, key: K, value: V) -> At<V> {
        self.0.push(Loaded { key, value, is_changed: true, due: None });
        At(self.0.len().saturating_sub(1), PhantomData)
    }

    pub(super) fn key(&self, at: At<V>) -> K {
        #[expect(clippy::indexing_slicing, reason = "a place comes from these records")]
        self.0[at.0].key
    }

    /// The changed records, with their keys.
    pub fn changed(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().filter(|loaded| loaded.is_changed).map(|loaded| (&loaded.key, &loaded.value))
    }

    /// Takes the changed records out, each with when it was due before.
    pub fn drain_changed(&mut self) -> impl Iterator<Item = (K, V, Option<Timestamp>)> + '_ {
        self.0.drain(..).filter(|loaded| loaded.is_changed).map(|loaded| (loaded.key, loaded.value, loaded.due))
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

impl<K, V: Own> Records<K, V> {
    fn fill(&mut self, own: &OwnIds) {
        self.0.iter_mut().filter(|loaded| loaded.is_changed).for_each(|loaded| loaded.value.fill(own));
    }
}

impl<K, V> Index<At<V>> for Records<K, V> {
    type Output = V;

    fn index(&self, at: At<V>) -> &V {
        #[expect(clippy::indexing_slicing, reason = "a place comes from these records")]
        &self.0[at.0].value
    }
}

impl<K, V> IndexMut<At<V>> for Records<K, V> {
    fn index_mut(&mut self, at: At<V>) -> &mut V {
        #[expect(clippy::indexing_slicing, reason = "a place comes from these records")]
        let loaded = &mut self.0[at.0];
        loaded.is_changed = true;
        &mut loaded.value
    }
}

/// Rows of one table that were written: `None` where one is deleted. Few are found by looking at each, many by an index.
#[derive(Debug)]
pub struct Written<T: Table> {
    rows: Vec<(T::Key, Option<T::Value>)>,
    index: BTreeMap<T::Key, usize>,
}

/// So many rows are found without an index.
const UNINDEXED_MAX: usize = 8;

impl<T: Table> Default for Written<T> {
    fn default() -> Written<T> {
        Written { rows: Vec::new(), index: BTreeMap::new() }
    }
}

impl<T: Table> Written<T> {
    fn find(&self, key: &T::Key) -> Option<usize> {
        match self.index.is_empty() {
            true => self.rows.iter().position(|(known, _)| known == key),
            false => self.index.get(key).copied(),
        }
    }

    /// The row of a key, if it was written.
    pub(super) fn get(&self, key: &T::Key) -> Option<&Option<T::Value>> {
        self.rows.get(self.find(key)?).map(|(_, row)| row)
    }

    pub(super) fn put(&mut self, key: T::Key, row: Option<T::Value>) {
        if let Some(slot) = self.find(&key).and_then(|at| self.rows.get_mut(at)) {
            slot.1 = row;
            return;
        }
        if self.rows.len() == UNINDEXED_MAX {
            self.index = self.rows.iter().zip(0..).map(|((key, _), at)| (*key, at)).collect();
        }
        if self.rows.len() >= UNINDEXED_MAX {
            self.index.insert(key, self.rows.len());
        }
        self.rows.push((key, row));
    }

    /// The written rows of a range, in order.
    pub(super) fn range(&self, range: &Range<T::Key>) -> Vec<(T::Key, &Option<T::Value>)> {
        if self.index.is_empty() {
            let mut rows: Vec<_> =
                self.rows.iter().filter(|(key, _)| range.contains(key)).map(|(key, row)| (*key, row)).collect();
            rows.sort_unstable_by_key(|(key, _)| *key);
            return rows;
        }
        let places = self.index.range(range.clone());
        places.filter_map(|(key, at)| Some((*key, &self.rows.get(*at)?.1))).collect()
    }

    /// Whether no row was written.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows that were written, as they came first.
    pub fn iter(&self) -> impl Iterator<Item = (&T::Key, &Option<T::Value>)> {
        self.rows.iter().map(|(key, row)| (key, row))
    }

    /// How many rows were written.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Takes the rows out.
    pub fn drain(&mut self) -> impl Iterator<Item = (T::Key, Option<T::Value>)> + '_ {
        if !self.index.is_empty() {
            self.index.clear();
        }
        self.rows.drain(..)
    }

    fn clear(&mut self) {
        self.rows.clear();
        if !self.index.is_empty() {
            self.index.clear();
        }
    }

    fn fill(&mut self, own: &OwnIds) {
        for (key, row) in &mut self.rows {
            key.fill(own);
            row.fill(own);
        }
    }
}

/// A table of rows that rules write: where its rows are among the effects.
pub(super) trait Effect: RowTable {
    fn of(rows: &RowEffects) -> &Written<Self>
    where
        Self: Sized;
    fn of_mut(rows: &mut RowEffects) -> &mut Written<Self>
    where
        Self: Sized;
}

/// Someone who takes written rows, table by table.
pub trait RowSink {
    /// What may go wrong.
    type Error;

    /// Takes an item; `None` deletes its row.
    fn item(&mut self, key: ItemKey, item: Option<Item>) -> Result<(), Self::Error>;

    /// Takes what a limit has counted.
    fn count(&mut self, key: CountKey, counted: Counted) -> Result<(), Self::Error>;

    /// Takes a row of another table; `None` deletes it.
    fn row<T: RowTable>(&mut self, key: T::Key, value: Option<T::Value>) -> Result<(), Self::Error>;
}

macro_rules! row_effects {
    ($($field:ident: $table:ident),* $(,)?) => {
        /// The written rows of each table.
        #[derive(Debug, Default)]
        pub struct RowEffects {
            /// The tables that were written since the last clearing, but for items, by the bits of their numbers: most
            /// commands write none of them, and then pay for none.
            written: u64,
            /// Items that have matured.
            pub items: Written<Items>,
            $(#[doc = concat!("Rows of [`", stringify!($table), "`].")] pub $field: Written<$table>,)*
        }

        impl RowEffects {
            fn clear(&mut self) {
                self.items.clear();
                if self.written != 0 {
                    $(if self.written & (1 << $table::ID as u32) != 0 { self.$field.clear() })*
                    self.written = 0;
                }
            }

            fn fill(&mut self, own: &OwnIds) {
                self.items.fill(own);
                if self.written != 0 {
                    $(if self.written & (1 << $table::ID as u32) != 0 { self.$field.fill(own) })*
                }
            }

            /// How many rows were written.
            #[must_use]
            pub fn len(&self) -> usize {
                if self.written == 0 {
                    return self.items.len();
                }
                [self.items.len(), $(self.$field.len()),*].into_iter().fold(0, usize::saturating_add)
            }

            /// Whether no row was written.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Gives every row to a sink.
            pub fn drain<S: RowSink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
                for (key, item) in self.items.drain() {
                    sink.item(key, item)?;
                }
                if self.written != 0 {
                    // a count may come to nothing; it is not deleted
                    for (key, counted) in self.source_counts.drain() {
                        sink.count(key, counted.unwrap_or_default())?;
                    }
                    $(if self.written & (1 << $table::ID as u32) != 0 {
                        self.$field.drain().try_for_each(|(key, value)| sink.row::<$table>(key, value))?;
                    })*
                }
                Ok(())
            }
        }

        impl Effect for Items {
            fn of(rows: &RowEffects) -> &Written<Items> {
                &rows.items
            }

            fn of_mut(rows: &mut RowEffects) -> &mut Written<Items> {
                &mut rows.items
            }
        }

        $(impl Effect for $table {
            fn of(rows: &RowEffects) -> &Written<$table> {
                &rows.$field
            }

            fn of_mut(rows: &mut RowEffects) -> &mut Written<$table> {
                rows.written |= 1 << $table::ID as u32;
                &mut rows.$field
            }
        })*
    };
}

row_effects!(
    bill_lines: BillLines,
    bills: Bills,
    block_turns: BlockTurns,
    charges: Charges,
    claims: Claims,
    corrections: Corrections,
    due: Due,
    expiries: Expiries,
    fees: Fees,
    forwards: Forwards,
    future: Future,
    hold_timeouts: HoldTimeouts,
    holds: Holds,
    household_members: HouseholdMembers,
    lines: Lines,
    merges: Merges,
    months: Months,
    open_blocks: OpenBlocks,
    participants: Participants,
    partner_credits: PartnerCredits,
    postings: Postings,
    receivables: Receivables,
    refunds: Refunds,
    runs: Runs,
    runs_due: RunsDue,
    source_counts: SourceCounts,
    unbilled: Unbilled,
    unsettled: Unsettled,
);
