//! The state that the rules see, from a snapshot of the tables alone: nothing moves, and nothing can be changed.

use crate::domain::{
    AccountKey, Block, BlockKey, Correction, CorrectionKey, Entry, Fault, Item, ItemKey, ItemPosition, Member,
    MemberKey, Partner, PartnerKey, Program, ProgramId, RequestKey, Sequence,
};
use crate::machine::View;
use crate::storage::keys::Key;
use crate::storage::record;
use crate::storage::rows::{self, Rows};
use crate::storage::{Blocks, Catalog, Corrections, Expiries, Future, Items, Members, Partners, Read, Requests, Table};

/// Rows read at first in one go.
const CHUNK: usize = 32;

/// One program in a snapshot.
pub(super) struct Still<'a> {
    read: &'a dyn Read,
    id: ProgramId,
    program: Program,
}

impl<'a> Still<'a> {
    /// `None` where there is no such program.
    pub(super) fn of(read: &'a dyn Read, id: ProgramId) -> Result<Option<Still<'a>>, Fault> {
        Ok(rows::get::<Catalog>(read, &id)?.map(|program| Still { read, id, program }))
    }

    fn placed<T: Table<Key = ItemKey>>(
        &self,
        account: AccountKey,
        from: ItemPosition,
        limit: usize,
    ) -> Result<Vec<(ItemPosition, T::Value)>, Fault> {
        let key = |position| ItemKey { account, position }.to_bytes();
        let rows = Rows::<T>::between(self.read, key(from), key(ItemPosition::LAST), limit.min(CHUNK));
        rows.take(limit).map(|row| row.map(|(key, value)| (key.position, value))).collect()
    }
}

impl View for Still<'_> {
    fn program(&self, id: ProgramId) -> Option<&Program> {
        (id == self.id).then_some(&self.program)
    }

    fn member(&self, key: MemberKey) -> Result<Option<Member>, Fault> {
        rows::get::<Members>(self.read, &key)
    }

    fn partner(&self, key: PartnerKey) -> Result<Option<Partner>, Fault> {
        rows::get::<Partners>(self.read, &key)
    }

    fn block(&self, key: BlockKey) -> Result<Option<Block>, Fault> {
        rows::get::<Blocks>(self.read, &key)
    }

    fn item(&self, key: ItemKey) -> Result<Option<Item>, Fault> {
        rows::get::<Items>(self.read, &key)
    }

    fn items(&self, account: AccountKey, from: ItemPosition, limit: usize) -> Result<Vec<(ItemPosition, Item)>, Fault> {
        self.placed::<Items>(account, from, limit)
    }

    fn future(
        &self,
        account: AccountKey,
        from: ItemPosition,
        limit: usize,
    ) -> Result<Vec<(ItemPosition, Item)>, Fault> {
        self.placed::<Future>(account, from, limit)
    }

    fn expiries(&self, account: AccountKey, from: ItemPosition, limit: usize) -> Result<Vec<ItemPosition>, Fault> {
        Ok(self.placed::<Expiries>(account, from, limit)?.into_iter().map(|(position, ())| position).collect())
    }

    fn request(&self, key: RequestKey) -> Result<Option<Sequence>, Fault> {
        rows::get::<Requests>(self.read, &key)
    }

    fn entry(&self, sequence: Sequence) -> Result<Entry, Fault> {
        record::entry(self.read, sequence)
    }

    fn correction(&self, key: CorrectionKey) -> Result<Option<Correction>, Fault> {
        rows::get::<Corrections>(self.read, &key)
    }
}
