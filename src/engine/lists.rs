//! Lists by cursor: who is there, as the tables have it and as it changed since.

use super::core::Core;
use super::delta::Shard;
use super::error::Error;
use crate::domain::keys::Key;
use crate::domain::tables::Table;
use crate::domain::{BlockId, MemberId, MemberKey, Partner, PartnerId, PartnerKey, ProgramId};
use crate::storage::rows::Rows;
use crate::storage::{Members, Partners};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

impl Core {
    /// Up to `limit` members of a program from an id on.
    pub(super) fn members(&self, program: ProgramId, from: MemberId, limit: usize) -> Result<Vec<MemberId>, Error> {
        let key = |member| MemberKey { program, member };
        let range = key(from)..=key(MemberId(u128::MAX));
        let changed = |shard: &Shard| shard.members.changed().map(|(key, _)| *key).collect();
        let keys = self.list::<Members>(range, limit, changed)?;
        Ok(keys.into_iter().map(|key| key.member).collect())
    }

    /// Up to `limit` partners of a program from an id on, as of now.
    pub(super) fn partners(
        &self,
        program: ProgramId,
        from: PartnerId,
        limit: usize,
    ) -> Result<Vec<(PartnerId, Partner)>, Error> {
        let key = |partner| PartnerKey { program, partner };
        let range = key(from)..=key(PartnerId(u32::MAX));
        let changed = |shard: &Shard| shard.partners.changed().map(|(key, _)| *key).collect();
        let keys = self.list::<Partners>(range, limit, changed)?;
        let mut found = Vec::new();
        for key in keys {
            let known = self.partner(key, BlockId(u64::MAX), 0)?;
            found.extend(known.map(|(partner, _)| (key.partner, partner)));
        }
        Ok(found)
    }

    fn list<T: Table>(
        &self,
        range: RangeInclusive<T::Key>,
        limit: usize,
        changed: impl Fn(&Shard) -> Vec<T::Key>,
    ) -> Result<BTreeSet<T::Key>, Error> {
        let mut keys = BTreeSet::new();
        for shard in &self.state.shards {
            let changed = changed(&shard.lock());
            keys.extend(changed.into_iter().filter(|key| range.contains(key)));
        }
        // what is in memory is shown when it is durable
        let last = self.state.journal.last();
        let end = [range.end().to_bytes(), vec![0]].concat();
        let stored = Rows::<T>::between(self.state.store.as_ref(), range.start().to_bytes(), end, limit);
        for row in stored.take(limit) {
            keys.insert(row?.0);
        }
        while keys.len() > limit {
            keys.pop_last();
        }
        self.state.journal.wait(last)?;
        Ok(keys)
    }
}
