//! The state that the rules see, from a snapshot of the tables alone: nothing moves, and nothing can be changed.

use crate::domain::keys::Key;
use crate::domain::tables::RowTable;
use crate::domain::{
    Block, BlockKey, CountKey, Counted, Entry, Fault, ItemKey, Member, MemberKey, Partner, PartnerKey, Program,
    ProgramId, Programs, RequestKey, Sequence, Source, SourceKey,
};
use crate::machine::{FoundRows, Undecided, View};
use crate::storage::record;
use crate::storage::rows::{self, Rows};
use crate::storage::{Blocks, Catalog, Items, Members, Partners, Read, SourceCounts, Sources, requests};
use std::ops::Range;

/// Rows read at first in one go.
const CHUNK: usize = 32;

/// The programs in a snapshot, and all that they have.
pub(super) struct SnapshotView<'a> {
    read: &'a dyn Read,
    programs: Programs,
}

impl<'a> SnapshotView<'a> {
    pub(super) fn of(read: &'a dyn Read) -> Result<SnapshotView<'a>, Fault> {
        Ok(SnapshotView { read, programs: programs(read)? })
    }
}

/// The programs in a snapshot.
pub(super) fn programs(read: &dyn Read) -> Result<Programs, Fault> {
    let mut programs = Programs::new();
    for row in Rows::<Catalog>::all(read) {
        let (key, definition) = row?;
        if !definition.enter(&key, &mut programs) {
            return Err(Fault::corrupt(format!("table catalog: {key:?} belongs to no program")));
        }
    }
    Ok(programs)
}

impl SnapshotView<'_> {
    /// The programs alone.
    pub(super) fn into_programs(self) -> Programs {
        self.programs
    }
}

impl View for SnapshotView<'_> {
    fn program(&self, id: ProgramId) -> Option<&Program> {
        self.programs.get(&id)
    }

    fn member(&self, key: MemberKey) -> Result<Option<Member>, Undecided> {
        Ok(rows::get::<Members>(self.read, &key)?)
    }

    fn partner(&self, key: PartnerKey) -> Result<Option<Partner>, Undecided> {
        Ok(rows::get::<Partners>(self.read, &key)?)
    }

    fn block(&self, key: BlockKey) -> Result<Option<Block>, Undecided> {
        Ok(rows::get::<Blocks>(self.read, &key)?)
    }

    fn source(&self, key: SourceKey) -> Result<Option<Source>, Undecided> {
        Ok(rows::get::<Sources>(self.read, &key)?)
    }

    fn count(&self, key: CountKey) -> Result<Option<Counted>, Undecided> {
        Ok(rows::get::<SourceCounts>(self.read, &key)?)
    }

    fn row<T: RowTable>(&self, key: &T::Key) -> Result<Option<T::Value>, Undecided> {
        Ok(rows::get::<T>(self.read, key)?)
    }

    fn rows<T: RowTable>(&self, range: Range<T::Key>, limit: usize) -> Result<FoundRows<T>, Undecided> {
        let rows = Rows::<T>::between(self.read, range.start.to_bytes(), range.end.to_bytes(), limit.min(CHUNK));
        Ok(rows.take(limit).collect::<Result<_, Fault>>()?)
    }

    fn items(&self, range: Range<ItemKey>, limit: usize) -> Result<FoundRows<Items>, Undecided> {
        self.rows::<Items>(range, limit)
    }

    fn request(&self, key: RequestKey) -> Result<Option<Sequence>, Undecided> {
        Ok(requests::find(self.read, &key)?)
    }

    fn entry(&self, sequence: Sequence) -> Result<Entry, Undecided> {
        Ok(record::entry(self.read, sequence)?)
    }
}
