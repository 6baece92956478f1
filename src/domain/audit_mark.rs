//! Where the index of the audit log has entries.
//!
//! A [`Mark`] says what an entry is about: points of a source, a type, a subtype, a type of transaction, or a day on
//! which something happened that was recorded at another time. For each mark the index keeps the numbers of the entries,
//! in segments of 65,536 of them, so that a page of what is rare reads no others.

use super::own::names_no_entry;
use super::{
    AuditKind, Command, Day, InventoryChange, Leg, PointState, PointTypeId, ProgramId, Sequence, SourceId, SubtypeId,
    Timestamp,
};
use serde::{Deserialize, Serialize};

impl Serialize for AuditKind {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl AuditKind {
    /// What a leg of a verb's entry is. `None` where it is not about a member's points or a source.
    #[must_use]
    pub fn of(verb: &str, leg: &Leg) -> Option<AuditKind> {
        Some(match leg {
            Leg::Granted { .. } => granted(verb),
            Leg::Moved { from, to, .. } => moved(verb, *from, *to),
            Leg::Owed { .. } | Leg::Forgiven { .. } | Leg::Absorbed { .. } => AuditKind::Debt,
            Leg::Merged { .. } => AuditKind::Transfer,
            Leg::Inventory { change: InventoryChange::Drawn | InventoryChange::Returned, .. } => return None,
            Leg::Inventory { .. } => AuditKind::Inventory,
            Leg::SourceStatus { .. } => AuditKind::Status,
            Leg::Clipped { .. }
            | Leg::ExpiringSoon { .. }
            | Leg::Withheld { .. }
            | Leg::Extended { .. }
            | Leg::TierChanged { .. }
            | Leg::Charge { .. }
            | Leg::Event { .. }
            | Leg::Billed { .. }
            | Leg::BillClosed { .. }
            | Leg::FeeCharged { .. }
            | Leg::FeeRefunded { .. }
            | Leg::NotAwarded { .. }
            | Leg::Spent { .. }
            | Leg::NotSpent { .. }
            | Leg::RefundAsked { .. }
            | Leg::RefundAnswered { .. }
            | Leg::Posted { .. }
            | Leg::Settled { .. }
            | Leg::InventoryLow { .. }
            | Leg::Block { .. }
            | Leg::Charged { .. }
            | Leg::Credited { .. } => return None,
        })
    }
}

fn granted(verb: &str) -> AuditKind {
    match verb {
        "transfer" => AuditKind::Transfer,
        "adjust" => AuditKind::Adjustment,
        "book_due" => AuditKind::RollOver,
        "cancel" => AuditKind::Cancellation,
        _ => AuditKind::Issuance,
    }
}

fn moved(verb: &str, from: PointState, to: PointState) -> AuditKind {
    match (from, to) {
        (PointState::Repaid | PointState::MadeUp, _) => AuditKind::Repayment,
        (PointState::Held, PointState::Matured | PointState::Future) => AuditKind::Release,
        (PointState::Future, PointState::Matured) => AuditKind::Maturing,
        (_, PointState::Repaid | PointState::MadeUp | PointState::Expired | PointState::Held) => to.shown_as(),
        _ if verb == "cancel" => AuditKind::Cancellation,
        _ => to.shown_as(),
    }
}

/// What the index of the audit log finds entries by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// Points of a source, or its inventory or status; 0: points without one.
    Source(SourceId),
    /// Points of a type.
    PointType(PointTypeId),
    /// Points of a subtype; 0: of none.
    Subtype(SubtypeId),
    /// A type of transaction.
    Kind(AuditKind),
    /// The day (UTC) on which something happened that was not recorded within [`PROMPT_SECONDS`]: what was recorded at
    /// once is found by the time of its record.
    Happened(Day),
}

/// What is recorded so many seconds before or after it happened, at most, has no mark for its day.
pub const PROMPT_SECONDS: i64 = 10;

/// Flips the sign of a day's number, so that later days have higher numbers.
const DAY_SIGN: u32 = 1 << 31;

impl Leg {
    /// When it happened: the instant of an expiry, else that of the transaction, as it was given.
    #[must_use]
    pub fn happened_at(&self, command: &Command, recorded_at: Timestamp) -> Timestamp {
        match *self {
            Leg::Moved { effective_at, .. } if effective_at < recorded_at => effective_at,
            _ => command.transaction_at.unwrap_or(recorded_at),
        }
    }
}

impl Mark {
    /// Its kind and its id, as they are stored.
    #[must_use]
    pub fn to_raw(self) -> (u8, u32) {
        match self {
            Mark::Source(SourceId(id)) => (0, id),
            Mark::PointType(PointTypeId(id)) => (1, id.into()),
            Mark::Subtype(SubtypeId(id)) => (2, id.into()),
            Mark::Kind(kind) => (3, kind as u32),
            Mark::Happened(Day(day)) => (4, day.cast_unsigned() ^ DAY_SIGN),
        }
    }

    /// The mark of a kind and an id, as [`Mark::to_raw`] gives them.
    #[must_use]
    pub fn from_raw(kind: u8, id: u32) -> Option<Mark> {
        match kind {
            0 => Some(Mark::Source(SourceId(id))),
            1 => Some(Mark::PointType(PointTypeId(u16::try_from(id).ok()?))),
            2 => Some(Mark::Subtype(SubtypeId(u16::try_from(id).ok()?))),
            3 => AuditKind::ALL.get(usize::try_from(id).ok()?).copied().map(Mark::Kind),
            4 => Some(Mark::Happened(Day((id ^ DAY_SIGN).cast_signed()))),
            _ => None,
        }
    }

    /// Gives the marks of a command that was done to `each`, some of them several times.
    pub fn each(command: &Command, recorded_at: Timestamp, legs: &[Leg], mut each: impl FnMut(Mark)) {
        let verb = command.action.verb();
        for leg in legs {
            let Some(kind) = AuditKind::of(verb, leg) else { continue };
            each(Mark::Kind(kind));
            Mark::each_of_points(leg, &mut each);
            let happened_at = leg.happened_at(command, recorded_at);
            if happened_at.ms().abs_diff(recorded_at.ms()) > PROMPT_SECONDS.unsigned_abs().saturating_mul(1000) {
                each(Mark::Happened(happened_at.day()));
            }
        }
    }

    /// Gives the marks of a leg's points to `each`.
    fn each_of_points(leg: &Leg, each: &mut impl FnMut(Mark)) {
        let (point_type, source, subtype) = match *leg {
            Leg::Granted { point_type, source, subtype, .. } | Leg::Moved { point_type, source, subtype, .. } => {
                (Some(point_type), source, Some(subtype))
            }
            Leg::Inventory { source, .. } | Leg::SourceStatus { source, .. } => (None, Some(source), None),
            Leg::Owed { point_type, .. }
            | Leg::Forgiven { point_type, .. }
            | Leg::Absorbed { point_type, .. }
            | Leg::Merged { point_type, .. } => (Some(point_type), None, None),
            _ => return,
        };
        each(Mark::Source(source.unwrap_or_default()));
        point_type.map(Mark::PointType).into_iter().for_each(&mut *each);
        subtype.map(Mark::Subtype).into_iter().for_each(each);
    }
}

/// A row of the index: some of the entries with a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarkKey {
    /// The program.
    pub program: ProgramId,
    /// What they are about.
    pub mark: Mark,
    /// Which entries: the number of an entry, less its last 16 bits.
    pub segment: u64,
}

impl MarkKey {
    /// The row that an entry is in.
    #[must_use]
    pub fn of(program: ProgramId, mark: Mark, sequence: Sequence) -> MarkKey {
        MarkKey { program, mark, segment: sequence.0 >> 16 }
    }
}

/// The last 16 bits of the numbers of some entries of a segment: in runs, each with how many are left out before it, and
/// how many follow its first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Marked {
    runs: Vec<(u16, u16)>,
}

names_no_entry!(MarkKey, Marked);

impl Marked {
    /// Those of some entries of one segment, in order, each once.
    #[must_use]
    pub fn of(sequences: impl IntoIterator<Item = Sequence>) -> Marked {
        let mut runs: Vec<(u16, u16)> = Vec::new();
        let mut next = 0u32;
        for sequence in sequences {
            let place = u32::from(sequence.0 as u16);
            match runs.last_mut().filter(|_| place == next) {
                Some((_, more)) => *more = more.saturating_add(1),
                None => runs.push((place.saturating_sub(next) as u16, 0)),
            }
            next = place.saturating_add(1);
        }
        Marked { runs }
    }

    /// The entries of a segment, in order.
    pub fn sequences(&self, segment: u64) -> impl Iterator<Item = Sequence> + '_ {
        let mut next = segment << 16;
        self.runs.iter().flat_map(move |(skipped, more)| {
            let first = next.saturating_add(u64::from(*skipped));
            next = first.saturating_add(u64::from(*more)).saturating_add(1);
            (first..next).map(Sequence)
        })
    }

    /// The newest entries of a segment up to a number, at most `limit` of them, in order.
    #[must_use]
    pub fn newest(&self, segment: u64, up_to: Sequence, limit: usize) -> Vec<Sequence> {
        let mut runs: Vec<(u64, u64)> = Vec::with_capacity(self.runs.len());
        let mut next = segment << 16;
        for (skipped, more) in &self.runs {
            let first = next.saturating_add(u64::from(*skipped));
            next = first.saturating_add(u64::from(*more)).saturating_add(1);
            runs.push((first, next));
        }
        let end = up_to.next().0;
        let newest = runs.into_iter().rev().flat_map(|(first, after)| (first..after.min(end)).rev());
        let mut found: Vec<Sequence> = newest.take(limit).map(Sequence).collect();
        found.reverse();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_the_entries_that_they_were_made_of() {
        let segment = 5u64 << 16;
        for places in [vec![], vec![0], vec![65_535], vec![1, 2, 3, 9, 10, 500, 65_535], (0..65_536).collect()] {
            let sequences: Vec<Sequence> = places.iter().map(|place| Sequence(segment + place)).collect();
            let marked = Marked::of(sequences.iter().copied());
            assert_eq!(marked.sequences(5).collect::<Vec<_>>(), sequences);
        }
        let all: Vec<Sequence> = (0..65_536).map(|place| Sequence(segment + place)).collect();
        assert_eq!(Marked::of(all).runs, [(0, 65_535)], "what is nearly everywhere takes no room");
    }

    #[test]
    fn the_newest_of_a_segment_are_the_last_of_all() {
        let segment = 5u64 << 16;
        let sequences: Vec<Sequence> =
            [1, 2, 3, 9, 10, 500, 65_535].iter().map(|place| Sequence(segment + place)).collect();
        let marked = Marked::of(sequences.iter().copied());
        for (up_to, limit) in [(0, 9), (2, 1), (9, 3), (11, 2), (65_535, 3), (65_535, 99), (70_000, 99)] {
            let until: Vec<Sequence> =
                sequences.iter().copied().filter(|entry| *entry <= Sequence(segment + up_to)).collect();
            let last = until[until.len().saturating_sub(limit)..].to_vec();
            assert_eq!(marked.newest(5, Sequence(segment + up_to), limit), last, "up to {up_to}, {limit}");
        }
        assert_eq!(marked.newest(5, Sequence(u64::MAX), 1), [Sequence(segment + 65_535)]);
    }

    #[test]
    fn marks_are_stored_as_numbers() {
        let kinds = AuditKind::ALL.iter().copied().map(Mark::Kind);
        let ids = [Mark::Source(SourceId(u32::MAX)), Mark::PointType(PointTypeId(7)), Mark::Subtype(SubtypeId(9))];
        let days = [i32::MIN, -1, 0, 1, 20_000, i32::MAX].map(|day| Mark::Happened(Day(day)));
        assert!(days.map(Mark::to_raw).is_sorted(), "later days have higher numbers");
        for mark in kinds.chain(ids).chain(days) {
            let (kind, id) = mark.to_raw();
            assert_eq!(Mark::from_raw(kind, id), Some(mark));
        }
        assert_eq!(Mark::from_raw(1, 70_000), None);
        assert_eq!(Mark::from_raw(3, 99), None);
    }
}
