//! How long a partner's blocks last, if it goes on as in the last days.

use crate::domain::{PartnerKey, Timestamp};
use crate::engine::{Engine, Error};
use crate::report::{self, RunOut};

/// When each of a partner's open blocks will end, in the order of debit, at the rate of the last `days` days. Nothing where
/// nothing was used in them. Reads the journal from its beginning.
pub fn forecast(engine: &Engine, partner: PartnerKey, days: u16) -> Result<Vec<RunOut>, Error> {
    let now = engine.now();
    let from = now.saturating_add_hours(i64::from(days).saturating_mul(-24));
    let lines = engine.with_snapshot(|read| report::partner_use(read, partner, (from, Timestamp::MAX)))??;
    let taken = lines.iter().map(|line| line.taken).fold(0, i128::saturating_add);
    let open = engine.open_blocks(partner, usize::MAX)?;
    Ok(report::forecast(&open, now, (taken, now.ms().saturating_sub(from.ms()))))
}
