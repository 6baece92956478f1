//! How long a partner's blocks last, if it goes on as in the last days.

use super::audit::EngineAudit;
use crate::domain::{PartnerKey, Sequence, Timestamp};
use crate::engine::{Engine, Error};
use crate::report::{self, RunOut, UseLine, UseQuery};
use std::ops::Range;

/// Lines that are read at once.
const PAGE: usize = 1_000;

/// The last so many days, up to now and beyond: a transaction may be dated ahead of the clock.
fn last(engine: &Engine, days: u16) -> Range<Timestamp> {
    engine.now().saturating_add_hours(i64::from(days).saturating_mul(-24))..Timestamp::MAX
}

/// How many entries were recorded in a range of times: what a look at it reads, nearly.
pub fn entries_during(engine: &Engine, during: &Range<Timestamp>) -> Result<u64, Error> {
    report::entries_of(&EngineAudit::new(engine), during, engine.last_sequence())
}

/// How many entries [`forecast`] reads.
pub fn forecast_entries(engine: &Engine, days: u16) -> Result<u64, Error> {
    entries_during(engine, &last(engine, days))
}

/// When each of a partner's open blocks will end, in the order of debit, at the rate of the last `days` days. Nothing where
/// nothing was used in them. Reads the entries of these days.
pub fn forecast(engine: &Engine, partner: PartnerKey, days: u16) -> Result<Vec<RunOut>, Error> {
    let (now, during) = (engine.now(), last(engine, days));
    let window_ms = now.ms().saturating_sub(during.start.ms());
    let mut taken = 0i128;
    each_use(engine, partner, during, &mut |line| taken = taken.saturating_add(line.taken))?;
    let open = engine.open_blocks(partner, usize::MAX)?;
    Ok(report::forecast(&open, now, (taken, window_ms)))
}

/// All accruals that a partner pays for, and their cancellations, of a range of times, in the order of the journal. Reads
/// the entries of these times.
pub fn uses_during(engine: &Engine, partner: PartnerKey, during: Range<Timestamp>) -> Result<Vec<UseLine>, Error> {
    let mut lines = Vec::new();
    each_use(engine, partner, during, &mut |line| lines.push(line))?;
    lines.reverse();
    Ok(lines)
}

/// Gives all accruals that a partner pays for, and their cancellations, of a range of times to `each`, the newest first.
pub fn each_use(
    engine: &Engine,
    partner: PartnerKey,
    during: Range<Timestamp>,
    each: &mut dyn FnMut(UseLine),
) -> Result<(), Error> {
    let programs = engine.programs()?;
    let mut query = UseQuery { partner, during, agrees: None, before: None, limit: PAGE, entries_max: usize::MAX };
    loop {
        let page = report::uses(&EngineAudit::new(engine), &programs, &query)?;
        page.lines.into_iter().for_each(&mut *each);
        let Some(next) = page.next.filter(|next| *next > Sequence(1)) else { return Ok(()) };
        query.before = Some(next);
    }
}
