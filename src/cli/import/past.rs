//! A member's earlier accruals, from which a refund takes back. The only place of an import that reads
//! entries of the journal.

use crate::cli::output::Failure;
use crate::domain::{
    Accrue, Action, Cancel, CancelAmount, Command, Entry, MemberId, MemberKey, Outcome, PointTypeId, Points, ProgramId,
    RequestId, RequestKey, Sequence, Subject, Timestamp,
};
use crate::engine::Engine;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Entries of a member that are looked at, for one look-up.
const ENTRIES_MAX: usize = 10_000;
const PAGE: usize = 64;

/// An accrual, with what was cancelled of it since.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) request: RequestId,
    pub(super) member: MemberId,
    pub(super) at: Timestamp,
    awards: Vec<(PointTypeId, Points)>,
    cancelled: Cancelled,
}

/// Points cancelled of an accrual, by the award's place.
#[derive(Debug, Clone, Default)]
struct Cancelled {
    whole: bool,
    by_place: BTreeMap<u16, i64>,
}

impl Given {
    /// Points of all awards together.
    pub(super) fn points(&self) -> Points {
        Points(self.awards.iter().map(|(_, points)| points.0).fold(0, i64::saturating_add))
    }

    /// The awards of a type of which points can still be taken back, by their place, with what is left of each.
    pub(super) fn left(&self, point_type: PointTypeId) -> Vec<(u16, Points)> {
        let awards = (0..).zip(&self.awards).filter(|(_, (of, _))| *of == point_type);
        let left = awards.map(|(place, (_, points))| (place, Points(self.left_at(place, *points))));
        left.filter(|(_, left)| left.is_positive()).collect()
    }

    /// All points that can still be taken back.
    pub(super) fn left_in_all(&self) -> Points {
        let left = (0..).zip(&self.awards).map(|(place, (_, points))| self.left_at(place, *points));
        Points(left.fold(0, i64::saturating_add))
    }

    /// How a command names so many points of an award.
    pub(super) fn amount(&self, place: u16, points: Points) -> CancelAmount {
        if self.awards.len() == 1 { CancelAmount::Points(points) } else { CancelAmount::Award { place, points } }
    }

    /// The points of the first award that were taken back.
    pub(super) fn taken_of_first(&self) -> Points {
        let first = self.awards.first().map_or(0, |(_, points)| points.0);
        Points(first.saturating_sub(self.left_at(0, Points(first))))
    }

    fn left_at(&self, place: u16, points: Points) -> i64 {
        match self.cancelled.whole {
            true => 0,
            false => points.0.saturating_sub(self.cancelled.by_place.get(&place).copied().unwrap_or_default()).max(0),
        }
    }
}

/// The program that an import's members are in.
#[derive(Clone, Copy)]
pub(super) struct Past<'a> {
    pub(super) engine: &'a Engine,
    pub(super) program: ProgramId,
}

impl Past<'_> {
    /// The accrual that used a request id.
    pub(super) fn given(self, request: RequestId) -> Result<Option<Given>, Failure> {
        let Some(entry) = self.engine.transaction(RequestKey { program: self.program, request })? else {
            return Ok(None);
        };
        let Action::Accrue(Accrue { member, .. }) = entry.command.action else { return Ok(None) };
        let is_meant = |given: &Given| given.request == request;
        let found = self
            .walk(member, |given| if is_meant(given) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })?;
        // too far back to be walked to: the engine knows what was cancelled of it, and refuses what is too much
        Ok(found.or_else(|| given(entry, member, &mut BTreeMap::new())))
    }

    /// A cancellation that was done before, and the points that it took where it names them.
    pub(super) fn cancelled(self, request: RequestId) -> Result<Option<(Command, Points)>, Failure> {
        let Some(entry) = self.engine.transaction(RequestKey { program: self.program, request })? else {
            return Ok(None);
        };
        let Action::Cancel(Cancel { amount, .. }) = &entry.command.action else { return Ok(None) };
        let points = match amount {
            CancelAmount::Points(points) | CancelAmount::Award { points, .. } => *points,
            CancelAmount::Whole => Points::ZERO,
        };
        Ok(Some((entry.command, points)))
    }

    /// Whether a request was done before.
    pub(super) fn is_done(self, request: RequestId) -> Result<bool, Failure> {
        Ok(self.engine.transaction(RequestKey { program: self.program, request })?.is_some())
    }

    /// When the program began, where its creation is dated and is among the first entries of the journal: a program that
    /// was made today may get a history of years.
    pub(super) fn program_began(self) -> Result<Option<Timestamp>, Failure> {
        let first = self.engine.journal(Sequence(1), 1_000)?;
        let created = first.into_iter().find(|entry| {
            entry.command.program == self.program && matches!(entry.command.action, Action::CreateProgram(_))
        });
        Ok(created.and_then(|entry| entry.command.transaction_at))
    }

    /// The first accrual at which `look` stops, from the member's newest on.
    pub(super) fn walk(
        self,
        member: MemberId,
        mut look: impl FnMut(&Given) -> ControlFlow<()>,
    ) -> Result<Option<Given>, Failure> {
        let key = MemberKey { program: self.program, member };
        let mut cancelled: BTreeMap<RequestId, Cancelled> = BTreeMap::new();
        let (mut from, mut seen) = (None, 0_usize);
        while seen < ENTRIES_MAX {
            let Some(page) = self.engine.statement(key, from, PAGE)? else { return Ok(None) };
            let previous = page.last().and_then(|last| last.previous_of(Subject::Member(member)));
            let previous = previous.filter(|previous| *previous != Sequence(0));
            seen = seen.saturating_add(page.len());
            for entry in page {
                let Some(given) = given(entry, member, &mut cancelled) else { continue };
                if look(&given).is_break() {
                    return Ok(Some(given));
                }
            }
            match previous {
                None => return Ok(None),
                previous => from = previous,
            }
        }
        Ok(None)
    }
}

/// The accrual that an entry is; a cancellation is kept for the accrual, which comes later on the way back.
fn given(entry: Entry, member: MemberId, cancelled: &mut BTreeMap<RequestId, Cancelled>) -> Option<Given> {
    if !matches!(entry.outcome, Outcome::Done { .. }) {
        return None;
    }
    let at = entry.command.transaction_at.unwrap_or(entry.recorded_at);
    match entry.command.action {
        Action::Accrue(body) => {
            let request = entry.command.request_id;
            let awards = body.awards.iter().map(|award| (award.point_type, award.points)).collect();
            let cancelled = cancelled.remove(&request).unwrap_or_default();
            Some(Given { request, member, at, awards, cancelled })
        }
        Action::Cancel(Cancel { request, amount }) => {
            let of = cancelled.entry(request).or_default();
            let (place, points) = match amount {
                CancelAmount::Whole => {
                    of.whole = true;
                    return None;
                }
                CancelAmount::Points(points) => (0, points),
                CancelAmount::Award { place, points } => (place, points),
            };
            let sum = of.by_place.entry(place).or_default();
            *sum = sum.saturating_add(points.0);
            None
        }
        _ => None,
    }
}
