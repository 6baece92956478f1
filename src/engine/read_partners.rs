//! Reading partners: the record, its blocks, those that are open in the order of debit. As of now, booked or not.

use super::core::Core;
use super::error::Error;
use crate::domain::keys::Key;
use crate::domain::tables::OpenBlocks;
use crate::domain::{Block, BlockId, BlockKey, OpenBlockKey, Partner, PartnerKey, Subject};
use crate::machine::View;
use crate::storage::Blocks;
use crate::storage::rows::Rows;
use std::collections::BTreeMap;

/// Blocks read from the tables in one go.
const CHUNK: usize = 256;

/// A partner and some of its blocks.
type PartnerWithBlocks = (Partner, BTreeMap<BlockId, Block>);

impl Core {
    /// The partner, and up to `limit` of its blocks by id, from `from` on.
    pub(super) fn partner(
        &self,
        key: PartnerKey,
        from: BlockId,
        limit: usize,
    ) -> Result<Option<PartnerWithBlocks>, Error> {
        let now = self.clock.stamp(None);
        let seen = self.look_as_booked((key.program, Subject::Partner(key.partner)), now, |locked, booked| {
            let Some(mut partner) = locked.partner(key)? else { return Ok(None) };
            let mut blocks = BTreeMap::new();
            let own = |block| BlockKey { block, ..key.block(from) };
            let end = own(BlockId(u64::MAX)).to_bytes();
            let stored =
                Rows::<Blocks>::between(self.state.store.as_ref(), own(from).to_bytes(), end, limit.min(CHUNK));
            for row in stored.take(limit) {
                let (key, block) = row?;
                blocks.insert(key.block, block);
            }
            blocks.extend(locked.changed_blocks(key)?.into_iter().filter(|(id, _)| *id >= from));
            let changed = booked.blocks.changed().filter(|(key, _)| key.block >= from);
            // what is stored behind the page was not read: what changed there is of a later page
            blocks.extend(changed.map(|(key, block)| (key.block, block.clone())));
            let blocks = blocks.into_iter().take(limit).collect();
            if let Some((_, booked)) = booked.partners.changed().next() {
                partner = booked.clone();
            }
            Ok(Some((partner, blocks, self.state.journal.last())))
        })?;
        let Some((partner, blocks, last)) = seen else { return Ok(None) };
        self.state.journal.wait(last)?;
        Ok(Some((partner, blocks)))
    }

    /// The blocks that can be debited now, in the order of debit: up to `limit`.
    pub(super) fn open_blocks(&self, key: PartnerKey, limit: usize) -> Result<Vec<(BlockId, Block)>, Error> {
        let now = self.clock.stamp(None);
        let subject = (key.program, Subject::Partner(key.partner));
        let (blocks, last) = self.look_as_booked(subject, now, |locked, booked| {
            let changed = || booked.rows.open_blocks.iter();
            let all = OpenBlockKey::first(key)..OpenBlockKey::end(key);
            let known = locked.rows::<OpenBlocks>(all, limit.saturating_add(changed().count()))?;
            let mut open: BTreeMap<OpenBlockKey, bool> = known.into_iter().map(|(place, _)| (place, true)).collect();
            open.extend(changed().map(|(place, row)| (*place, row.is_some())));
            let mut blocks = Vec::new();
            for place in open.into_iter().filter(|(_, is_open)| *is_open).map(|(place, _)| place).take(limit) {
                let of = key.block(place.block);
                let as_booked =
                    booked.blocks.changed().find(|(known, _)| **known == of).map(|(_, block)| block.clone());
                let block = if as_booked.is_some() { as_booked } else { locked.block(of)? };
                blocks.extend(block.map(|block| (place.block, block)));
            }
            Ok((blocks, self.state.journal.last()))
        })?;
        self.state.journal.wait(last)?;
        Ok(blocks)
    }
}
