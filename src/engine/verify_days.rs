//! The part of the audit that is about sums by day: cohorts and expiries, counted afresh from the items.

use super::error::Error;
use super::findings::Findings;
use crate::domain::{
    CohortKey, Entry, ExpiringKey, Item, ItemKey, ItemPosting, Leg, Programs, Totals, TotalsKey, Zone,
};
use crate::machine::laws;
use crate::storage::rows::Rows;
use crate::storage::{Cohorts, Expiring, Read, TotalsByDay};
use std::collections::{BTreeMap, BTreeSet};

/// What the journal says: the totals, counted afresh from the legs of all entries (the audit log).
#[derive(Default)]
pub(super) struct ToldTotals {
    programs: Programs,
    totals: BTreeMap<TotalsKey, Totals>,
}

impl ToldTotals {
    pub(super) fn new(programs: Programs) -> ToldTotals {
        ToldTotals { programs, totals: BTreeMap::new() }
    }

    /// Counts what an entry tells.
    pub(super) fn count(&mut self, entry: &Entry) {
        let program = entry.command.program;
        let Some(zone) = self.programs.get(&program).map(|program| &program.settings.zone) else { return };
        for posting in entry.legs().iter().filter_map(Leg::posting) {
            let [day, utc_day] = [zone, &Zone::UTC].map(|zone| posting.day(entry.recorded_at, zone));
            let ItemPosting { point_type, points, movement, source, subtype, .. } = posting;
            let key = TotalsKey { program, day, utc_day, source, point_type, subtype };
            let (sum, points) = (self.totals.entry(key).or_default(), i128::from(points.0));
            match movement {
                None => sum.issued = sum.issued.saturating_add(points),
                Some((from, to, _)) => {
                    sum.add_gone(from, points.saturating_neg());
                    sum.add_gone(to, points);
                }
            }
        }
    }

    /// Totals, day by day, equal what the journal tells.
    pub(super) fn audit(&self, read: &dyn Read, findings: &mut Findings) -> Result<(), Error> {
        let mut recorded: BTreeMap<TotalsKey, Totals> = BTreeMap::new();
        for row in Rows::<TotalsByDay>::all(read) {
            let (key, totals) = row?;
            recorded.insert(key, totals.given_together());
        }
        let keys: BTreeSet<&TotalsKey> = recorded.keys().chain(self.totals.keys()).collect();
        for key in keys {
            let [recorded, told] = [&recorded, &self.totals].map(|of| of.get(key).copied().unwrap_or_default());
            let TotalsKey { program, day, source, point_type, .. } = key;
            let place = || format!("program {program}, source {source}, point type {point_type}, day {day}");
            let broken = (recorded != told).then(|| format!("totals say {recorded:?}, the journal {told:?}"));
            findings.add(place, broken);
        }
        Ok(())
    }
}

/// What the items say.
#[derive(Default)]
pub(super) struct DaySums {
    cohorts: BTreeMap<CohortKey, Totals>,
    expiring: BTreeMap<ExpiringKey, i128>,
}

impl DaySums {
    pub(super) fn add(&mut self, key: ItemKey, item: &Item, zone: &Zone) {
        let (program, point_type) = (key.account.program, key.account.point_type);
        let (source, subtype) = (item.source.unwrap_or_default(), item.subtype);
        let day = item.issued_at().day_in(zone);
        let cohort = CohortKey { program, day, source, point_type, subtype };
        self.cohorts.entry(cohort).or_default().add(&laws::totals_of(item));
        if let Some(expires_at) = item.expires_at {
            let owned = item.sums.iter().filter(|(state, _)| state.is_owned());
            let left = owned.fold(0i128, |sum, (_, points)| sum.saturating_add(points.0.into()));
            let day = expires_at.last_day_before(zone);
            let sum = self.expiring.entry(ExpiringKey { program, day, point_type, source }).or_default();
            *sum = sum.saturating_add(left);
        }
    }

    /// Cohorts: how many were issued is in the totals of the day, what became of them in a table of its own.
    pub(super) fn audit(&self, read: &dyn Read, findings: &mut Findings) -> Result<(), Error> {
        let mut recorded: BTreeMap<CohortKey, Totals> = BTreeMap::new();
        for row in Rows::<TotalsByDay>::all(read) {
            let (TotalsKey { program, day, source, point_type, subtype, .. }, totals) = row?;
            let key = CohortKey { program, day, source, point_type, subtype };
            let cohort = recorded.entry(key).or_default();
            cohort.add(&totals.issued_only());
        }
        for row in Rows::<Cohorts>::all(read) {
            let (key, totals) = row?;
            recorded.entry(key).or_default().add(&totals);
        }
        let keys: BTreeSet<&CohortKey> = recorded.keys().chain(self.cohorts.keys()).collect();
        for key in keys {
            let [recorded, counted] = [&recorded, &self.cohorts].map(|of| of.get(key).copied().unwrap_or_default());
            let CohortKey { program, day, source, point_type, .. } = key;
            let place = || format!("program {program}, source {source}, point type {point_type}, issued on {day}");
            findings.add(place, laws::totals(&recorded, &counted));
        }
        let mut stored: BTreeMap<ExpiringKey, i128> = BTreeMap::new();
        for row in Rows::<Expiring>::all(read) {
            let (key, points) = row?;
            stored.insert(key, points);
        }
        let keys: BTreeSet<&ExpiringKey> = stored.keys().chain(self.expiring.keys()).collect();
        for key in keys {
            let [stored, counted] = [&stored, &self.expiring].map(|of| of.get(key).copied().unwrap_or_default());
            let ExpiringKey { program, day, point_type, source } = key;
            let place = || format!("program {program}, source {source}, point type {point_type}, expires on {day}");
            let broken = (stored != counted).then(|| format!("{stored} points where the items have {counted}"));
            findings.add(place, broken);
        }
        Ok(())
    }
}
