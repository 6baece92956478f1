//! What has expired or matured until an instant, and is not booked yet: a report shows it as if it were.

use super::snapshot_view::SnapshotView;
use crate::domain::keys::{DueKey, Key};
use crate::domain::{CohortKey, ExpiringKey, Fault, ProgramId, Programs, Subject, Timestamp, Totals, TotalsKey};
use crate::machine::{SumPart, Undecided, would_book};
use crate::storage::rows::Rows;
use crate::storage::{Due, Read};

/// What a booking would add to sums.
#[derive(Debug, Default)]
pub(super) struct Unbooked {
    pub(super) totals: Vec<(TotalsKey, Totals)>,
    pub(super) cohorts: Vec<(CohortKey, Totals)>,
    pub(super) expiring: Vec<(ExpiringKey, i128)>,
}

/// Reads what is due in a program at an instant: members are looked at only where something is.
pub(super) fn unbooked(read: &dyn Read, program: ProgramId, at: Timestamp) -> Result<Unbooked, Fault> {
    let mut found = Unbooked::default();
    let view = SnapshotView::of(read)?;
    let due = DueKey::until(program, at);
    for row in Rows::<Due>::between(read, due.start.to_bytes(), due.end.to_bytes(), 1024) {
        let (DueKey { subject, .. }, ()) = row?;
        let booked =
            would_book(&view, program, subject, at, u32::MAX).map_err(|undecided| unread(undecided, subject))?;
        found.totals.extend(booked.totals.iter().map(SumPart::alone));
        found.cohorts.extend(booked.cohorts.iter().map(SumPart::alone));
        found.expiring.extend(booked.expiring);
    }
    Ok(found)
}

/// The programs in a snapshot.
pub(super) fn programs(read: &dyn Read) -> Result<Programs, Fault> {
    SnapshotView::of(read).map(SnapshotView::into_programs)
}

/// Why a snapshot does not tell what is due.
fn unread(undecided: Undecided, subject: Subject) -> Fault {
    match undecided {
        Undecided::Faulted(fault) => fault,
        undecided => Fault::corrupt(format!("what is due of {subject} cannot be told: {undecided:?}")),
    }
}
