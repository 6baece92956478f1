//! Lists of what a database holds, by cursor: the only place of the command line that reads tables.

use super::output::Failure;
use crate::domain::{
    BlockId, BlockKey, BlockStatus, Fault, MemberId, MemberKey, Partner, PartnerId, PartnerKey, Points, ProgramId,
    SourceId, Timestamp,
};
use crate::engine::{Engine, Error};
use crate::storage::keys::{KEY_BYTES_MAX, Key};
use crate::storage::rows::Rows;
use crate::storage::{Blocks, Members, Read, TableId, TotalsByMonth};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// Rows read at first in one go.
const CHUNK: usize = 256;

/// Calls `each` with the members of a program behind `after`, in the order of their ids, until it says to stop.
///
/// The members are those of one snapshot.
pub(super) fn each_member(
    engine: &Engine,
    program: ProgramId,
    after: Option<MemberId>,
    mut each: impl FnMut(MemberId) -> Result<ControlFlow<()>, Failure>,
) -> Result<(), Failure> {
    engine.with_snapshot(|read| {
        let after = after.map(|member| MemberKey { program, member });
        for row in Rows::<Members>::between(read, behind(&program, after.as_ref()), end_of(&program), CHUNK) {
            let (key, _) = row.map_err(Error::from)?;
            if each(key.member)?.is_break() {
                break;
            }
        }
        Ok(())
    })?
}

/// Up to `limit` partners of a program behind `after`, in the order of their ids.
pub(super) fn partners(
    engine: &Engine,
    program: ProgramId,
    after: Option<PartnerId>,
    limit: usize,
) -> Result<Vec<(PartnerId, Partner)>, Failure> {
    let from = after.map_or(Some(0), |after| after.0.checked_add(1));
    Ok(from.map_or(Ok(Vec::new()), |from| engine.partners(program, PartnerId(from), limit))?)
}

/// The sources of a program that points were ever given from.
pub(super) fn sources(engine: &Engine, program: ProgramId) -> Result<BTreeSet<SourceId>, Failure> {
    engine.with_snapshot(|read| {
        let sources = Rows::<TotalsByMonth>::under(read, &program).map(|row| row.map(|(key, _)| key.source));
        let all: BTreeSet<SourceId> = sources.collect::<Result<_, _>>().map_err(Error::from)?;
        Ok(all.into_iter().filter(|source| *source != SourceId(0)).collect())
    })?
}

/// How much a program has of each.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub(super) struct Counts {
    pub(super) members: u64,
    pub(super) items: u64,
    pub(super) partners: u64,
    pub(super) blocks: u64,
}

/// Counts rows: takes time in proportion to them, some millions a second.
pub(super) fn counts(engine: &Engine, program: ProgramId) -> Result<Counts, Failure> {
    engine.with_snapshot(|read| {
        let count = |table| count(read, table, program);
        Ok(Counts {
            members: count(TableId::Members)?,
            items: count(TableId::Items)?.saturating_add(count(TableId::Future)?),
            partners: count(TableId::Partners)?,
            blocks: count(TableId::Blocks)?,
        })
    })?
}

fn count(read: &dyn Read, table: TableId, program: ProgramId) -> Result<u64, Failure> {
    let mut rows = 0u64;
    let counted = read.scan(table, &program.to_bytes(), &end_of(&program), &mut |_, _| {
        rows = rows.saturating_add(1);
        Ok(ControlFlow::Continue(()))
    });
    counted.map_err(Error::from)?;
    Ok(rows)
}

/// Where the rows of a program begin that come after a key; all of them, where there is none.
fn behind(program: &ProgramId, after: Option<&impl Key>) -> Vec<u8> {
    let Some(after) = after else { return program.to_bytes() };
    let mut from = after.to_bytes();
    // the least that is greater
    from.push(0);
    from
}

fn end_of(program: &ProgramId) -> Vec<u8> {
    let mut to = program.to_bytes();
    to.resize(KEY_BYTES_MAX.saturating_add(1), 0xFF);
    to
}

/// Blocks that have expired with points left, and for which that is not booked yet: with the instant at which they did,
/// the newest first. A partner's balance has it in it already.
pub(super) fn expired_blocks(
    read: &dyn Read,
    key: PartnerKey,
    now: Timestamp,
) -> Result<Vec<(BlockId, Timestamp, Points)>, Fault> {
    let [first, last] = [BlockId(0), BlockId(u64::MAX)].map(|block| key.block(block).to_bytes());
    let mut expired = Vec::new();
    for row in Rows::<Blocks>::between(read, first, last, CHUNK) {
        let (BlockKey { block: id, .. }, block) = row?;
        let expired_at = block.expires_at.filter(|_| block.status == BlockStatus::Approved && block.is_expired(now));
        expired.extend(expired_at.filter(|_| block.remaining().is_positive()).map(|at| (id, at, block.remaining())));
    }
    expired.sort_by_key(|(id, at, _)| std::cmp::Reverse((*at, *id)));
    Ok(expired)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Command, CreatePartner, CreateProgram, Enrol, RequestId};
    use crate::engine::EngineOptions;
    use crate::storage::memory::MemoryStore;
    use std::sync::Arc;

    /// Programs 1 to 3, each with members 1 to 5 and 256, and as many partners.
    fn neighbours() -> Engine {
        let engine = Engine::open_store(Arc::new(MemoryStore::new()), EngineOptions::default()).unwrap();
        let mut requests = 1..;
        let mut execute = |program, action: crate::domain::Action| {
            let request = RequestId(requests.next().unwrap());
            engine.execute(&Command::new(ProgramId(program), request, action)).unwrap();
        };
        for program in 1..=3 {
            execute(program, CreateProgram::default().into());
            for id in [1, 2, 3, 4, 5, 256] {
                execute(program, Enrol { member: MemberId(id.into()) }.into());
                execute(program, CreatePartner { partner: PartnerId(id), ..CreatePartner::default() }.into());
            }
        }
        engine
    }

    #[test]
    fn pages_follow_each_other_and_stay_in_their_program() {
        let engine = neighbours();
        let members = |after: Option<u128>, limit: usize| {
            let mut found = Vec::new();
            each_member(&engine, ProgramId(2), after.map(MemberId), |member| {
                found.push(member.0);
                Ok(if found.len() == limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            })
            .unwrap();
            found
        };
        assert_eq!(members(None, 99), [1, 2, 3, 4, 5, 256]);
        assert_eq!((members(None, 2), members(Some(2), 2), members(Some(5), 9)), (vec![1, 2], vec![3, 4], vec![256]));
        assert_eq!((members(Some(100), 9), members(Some(256), 9)), (vec![256], vec![]));
        let partners = |after: Option<u32>, limit| {
            let found = partners(&engine, ProgramId(2), after.map(PartnerId), limit).unwrap();
            found.into_iter().map(|(partner, _)| partner.0).collect::<Vec<u32>>()
        };
        assert_eq!((partners(None, 3), partners(Some(3), 9)), (vec![1, 2, 3], vec![4, 5, 256]));
        let counts = counts(&engine, ProgramId(2)).unwrap();
        assert_eq!(counts, Counts { members: 6, partners: 6, items: 0, blocks: 0 });
    }
}
