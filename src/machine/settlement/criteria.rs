//! Which events a run takes, and when: shared by runs, previews, reports and audits (rules C81 to C85, C98).

use crate::domain::keys::DueKey;
use crate::domain::{Date, Event, EventKey, EventKind, RunCriteria, RunDueKey, Subject, Timestamp, Zone};

/// The number of a month: years times 12, and the month from 0.
#[must_use]
pub fn month_of(date: Date) -> u32 {
    let months = i32::from(date.year()).saturating_mul(12).saturating_add(i32::from(date.month()).saturating_sub(1));
    u32::try_from(months).unwrap_or(0)
}

/// Whether a run takes an event (rules C81 to C85). `as_of` is when the run began.
#[must_use]
pub fn is_taken(criteria: &RunCriteria, key: &EventKey, event: &Event, as_of: Timestamp, zone: &Zone) -> bool {
    let schemes = &criteria.schemes;
    let of_scheme = schemes.is_empty() || event.scheme.is_some_and(|scheme| schemes.contains(&scheme));
    let is_known = event.recorded_at <= as_of;
    if !of_scheme || !is_known || !criteria.settlement_type.takes(event.kind) {
        return false;
    }
    // spends, and cancellations of what was settled, are not delayed
    let Some(days) = criteria.days_ago.filter(|_| event.kind == EventKind::Purchase) else { return true };
    let age = i64::from(as_of.day_in(zone).0).saturating_sub(key.at.day_in(zone).0.into());
    age >= i64::from(days)
}

/// The row of a program among the due ones, for an instant: for audits.
#[must_use]
pub fn due_row(due: &RunDueKey) -> DueKey {
    DueKey { program: due.program, due_at: due.at, subject: Subject::Program }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_each_other() {
        let month = |text: &str| month_of(text.parse().unwrap());
        assert_eq!(month("2026-01-01"), 2026 * 12);
        assert_eq!(month("2026-12-31"), 2026 * 12 + 11);
        assert_eq!(month("2027-01-01"), month("2026-12-31") + 1);
    }
}
