//! The transaction that a cancellation names: what it did, and what was cancelled of it before.

use super::draft::{Draft, fits};
use super::view::{Undecided, View};
use crate::domain::tables::Corrections;
use crate::domain::{
    CancelAmount, Correction, Entry, Fault, Leg, MemberId, PointState, Points, Rejection, RequestId, RequestKey,
    Sequence,
};

/// The transaction that is cancelled, and what was cancelled of it before.
pub(super) struct Original {
    key: RequestKey,
    pub(super) entry: Entry,
    correction: Correction,
}

impl Original {
    pub(super) fn read<V: View>(
        draft: &Draft<'_, V>,
        request: RequestId,
        sequence: Sequence,
    ) -> Result<Original, Undecided> {
        let key = draft.request_key(request);
        let entry = draft.entry(sequence)?;
        if (entry.command.program, entry.command.request_id) != (key.program, key.request) {
            let what = format!("request {request}: entry {sequence} is of request {}", entry.command.request_id);
            return Err(Fault::corrupt(what).into());
        }
        let correction = draft.row::<Corrections>(&key)?.unwrap_or_default();
        Ok(Original { key, entry, correction })
    }

    pub(super) fn legs(&self) -> &[Leg] {
        self.entry.legs()
    }

    /// Who got its items; `named` where it has none. The command may name one who had been merged then.
    pub(super) fn receiver(&self, named: MemberId) -> MemberId {
        self.legs().iter().find_map(Leg::granted).map_or(named, |granted| granted.member)
    }

    /// Whose points it took; `named` where it took none.
    pub(super) fn giver(&self, named: MemberId) -> MemberId {
        let taken =
            |leg: &Leg| leg.moved().filter(|part| part.from == PointState::Matured || part.from == PointState::Held);
        let taken = self.legs().iter().find_map(taken).map(|part| part.member);
        let owes = |leg: &Leg| if let Leg::Owed { member, .. } = *leg { Some(member) } else { None };
        taken.or_else(|| self.legs().iter().find_map(owes)).unwrap_or(named)
    }

    /// Points that the award at `place` gave: fewer than it names where it was clipped.
    pub(super) fn awarded(&self, place: u16) -> Points {
        let granted = self.legs().iter().filter_map(Leg::granted).find(|granted| granted.item.place == place);
        granted.map_or(Points::ZERO, |granted| granted.points)
    }

    /// Points cancelled so far, of the award at `place`; of anything but an accrual at place 0.
    pub(super) fn cancelled(&self, place: u16) -> Points {
        self.correction.cancelled.get(usize::from(place)).copied().unwrap_or_default()
    }

    /// How many of `points` in one figure are to be cancelled.
    pub(super) fn amount(&self, points: Points, amount: CancelAmount) -> Result<Points, Undecided> {
        let exceeds = || Fault::corrupt(format!("entry {}: more was cancelled than done", self.entry.sequence));
        let left = points.minus(self.cancelled(0)).filter(|left| *left >= Points::ZERO).ok_or_else(exceeds)?;
        match amount {
            CancelAmount::Whole if left.is_positive() => Ok(left),
            CancelAmount::Points(points) if points <= left => Ok(points),
            CancelAmount::Award { .. } => Err(Rejection::AwardUnknown { awards: 0 }.into()),
            CancelAmount::Whole | CancelAmount::Points(_) => Err(Rejection::CancelExceeds { left }.into()),
        }
    }
}

impl<V: View> Draft<'_, V> {
    /// Records what is cancelled now, by place.
    pub(super) fn correct(&mut self, original: &Original, parts: &[(u16, Points)]) -> Result<(), Undecided> {
        let mut correction = original.correction.clone();
        // up to the last that something was cancelled of
        for (place, points) in parts.iter().filter(|(_, points)| *points != Points::ZERO) {
            let place = usize::from(*place);
            if correction.cancelled.len() <= place {
                correction.cancelled.resize(place.saturating_add(1), Points::ZERO);
            }
            if let Some(sum) = correction.cancelled.get_mut(place) {
                *sum = fits(sum.plus(*points))?;
            }
        }
        self.put::<Corrections>(original.key, Some(correction));
        Ok(())
    }
}

/// The part of each of `amounts`, laid end to end, that lies between `from` and `to`.
pub(super) fn slices(amounts: impl Iterator<Item = Points>, from: Points, to: Points) -> impl Iterator<Item = Points> {
    let mut start = 0i64;
    amounts.map(move |amount| {
        let end = start.saturating_add(amount.0);
        let part = end.min(to.0).saturating_sub(start.max(from.0)).max(0);
        start = end;
        Points(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_cut_where_they_are_told() {
        let cut = |from, to| slices([3, 4, 5].map(Points).into_iter(), Points(from), Points(to)).map(|p| p.0).collect();
        let cases: [(i64, i64, [i64; 3]); 5] =
            [(0, 12, [3, 4, 5]), (0, 2, [2, 0, 0]), (2, 8, [1, 4, 1]), (7, 12, [0, 0, 5]), (5, 5, [0, 0, 0])];
        for (from, to, expected) in cases {
            let got: Vec<i64> = cut(from, to);
            assert_eq!(got, expected, "{from}..{to}");
        }
    }
}
