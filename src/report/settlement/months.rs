//! Settlements by unit and month, for the charts of twelve months (rules C98 to C100): read from sums, not from postings.

use crate::domain::keys::Key;
use crate::domain::tables::Months;
use crate::domain::{Date, Fault, MonthKey, MonthSums, PartnerId, ProgramId};
use crate::machine::settlement::month_of;
use crate::storage::Read;
use crate::storage::rows::Rows;
use std::collections::BTreeMap;

/// Months of a chart.
pub const MONTHS: u32 = 12;

/// What settlement posted to a partner's primary receivable in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthRow {
    /// The partner.
    pub partner: PartnerId,
    /// Years times 12, and the month from 0.
    pub month: u32,
    /// Debits and credits.
    pub sums: MonthSums,
}

impl MonthRow {
    /// The settlement amount: debits less credits (rule C99).
    #[must_use]
    pub fn amount(&self) -> i128 {
        i128::from(self.sums.debits.0).saturating_sub(self.sums.credits.0.into())
    }

    /// The month as `2026-03`.
    #[must_use]
    pub fn month_text(&self) -> String {
        let (year, month) = (self.month.checked_div(12).unwrap_or(0), self.month.checked_rem(12).unwrap_or(0));
        format!("{year:04}-{:02}", month.saturating_add(1))
    }
}

/// The settlements of the twelve months that end with that of `last`: of one partner, each month a row, also where nothing
/// was settled; or of all partners that have any, each partner and month a row.
pub fn months(
    read: &dyn Read,
    program: ProgramId,
    partner: Option<PartnerId>,
    last: Date,
) -> Result<Vec<MonthRow>, Fault> {
    let last = month_of(last);
    let first = last.saturating_sub(MONTHS.saturating_sub(1));
    let mut found: BTreeMap<(PartnerId, u32), MonthSums> = BTreeMap::new();
    let (mut from, mut to) = (program.to_bytes(), program.to_bytes());
    match partner {
        Some(partner) => {
            from = MonthKey { program, partner, month: first }.to_bytes();
            to = MonthKey { program, partner, month: last.saturating_add(1) }.to_bytes();
        }
        None => to.resize(crate::domain::keys::KEY_BYTES_MAX.saturating_add(1), 0xFF),
    }
    for row in Rows::<Months>::between(read, from, to, 64) {
        let (key, sums) = row?;
        if (first..=last).contains(&key.month) {
            found.insert((key.partner, key.month), sums);
        }
    }
    let mut partners: Vec<PartnerId> = found.keys().map(|(partner, _)| *partner).chain(partner).collect();
    partners.sort_unstable();
    partners.dedup();
    let of = |partner: PartnerId, month: u32| {
        let sums = found.get(&(partner, month)).copied().unwrap_or_default();
        MonthRow { partner, month, sums }
    };
    Ok(partners
        .into_iter()
        .flat_map(|partner| (first..=last).map(move |month| (partner, month)))
        .map(|(p, m)| of(p, m))
        .collect())
}
