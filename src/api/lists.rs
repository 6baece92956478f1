//! Lists of members and partners, from the tables. They wait for a checkpoint, as every report does; an engine that
//! lists by itself takes their place.

use crate::domain::{MemberId, MemberKey, Partner, PartnerId, PartnerKey, ProgramId};
use crate::engine::{Engine, Error};
use crate::storage::keys::Key;
use crate::storage::rows::Rows;
use crate::storage::{Members, Partners, Table};

/// Up to `limit` members after `after`, by id.
pub(crate) fn members(
    engine: &Engine,
    program: ProgramId,
    after: Option<MemberId>,
    limit: usize,
) -> Result<Vec<MemberId>, Error> {
    let key = |member| MemberKey { program, member };
    let rows = list::<Members>(engine, after.map(key), key(MemberId(0)), key(MemberId(u128::MAX)), limit)?;
    Ok(rows.into_iter().map(|(key, _)| key.member).collect())
}

/// Up to `limit` partners after `after`, by id.
pub(crate) fn partners(
    engine: &Engine,
    program: ProgramId,
    after: Option<PartnerId>,
    limit: usize,
) -> Result<Vec<(PartnerId, Partner)>, Error> {
    let key = |partner| PartnerKey { program, partner };
    let rows = list::<Partners>(engine, after.map(key), key(PartnerId(0)), key(PartnerId(u32::MAX)), limit)?;
    Ok(rows.into_iter().map(|(key, partner)| (key.partner, partner)).collect())
}

type Row<T> = (<T as Table>::Key, <T as Table>::Value);

fn list<T: Table>(
    engine: &Engine,
    after: Option<T::Key>,
    first: T::Key,
    last: T::Key,
    limit: usize,
) -> Result<Vec<Row<T>>, Error> {
    let end = |key: T::Key| {
        let mut bytes = key.to_bytes();
        bytes.push(0);
        bytes
    };
    let (from, to) = (after.map_or_else(|| first.to_bytes(), end), end(last));
    let rows = engine.with_snapshot(|read| Rows::<T>::between(read, from, to, limit).take(limit).collect())?;
    let rows: Result<Vec<Row<T>>, crate::domain::Fault> = rows;
    Ok(rows?)
}
