//! Lists of members and partners, by id.

use crate::domain::{MemberId, Partner, PartnerId, ProgramId};
use crate::engine::{Engine, Error};

/// Up to `limit` members after `after`.
pub(crate) fn members(
    engine: &Engine,
    program: ProgramId,
    after: Option<MemberId>,
    limit: usize,
) -> Result<Vec<MemberId>, Error> {
    let from = after.map_or(Some(0), |after| after.0.checked_add(1));
    from.map_or(Ok(Vec::new()), |from| engine.members(program, MemberId(from), limit))
}

/// Up to `limit` partners after `after`.
pub(crate) fn partners(
    engine: &Engine,
    program: ProgramId,
    after: Option<PartnerId>,
    limit: usize,
) -> Result<Vec<(PartnerId, Partner)>, Error> {
    let from = after.map_or(Some(0), |after| after.0.checked_add(1));
    from.map_or(Ok(Vec::new()), |from| engine.partners(program, PartnerId(from), limit))
}
