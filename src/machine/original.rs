//! The transaction that a cancellation names: what it did, and what was cancelled of it before.

use super::case::Case;
use super::changes::fits;
use super::view::View;
use crate::domain::{Correction, CorrectionKey, Entry, Fault, Leg, Outcome, Points, Rejection, Sequence};

/// The transaction that is cancelled, and what was cancelled of it before.
pub(super) struct Original {
    pub(super) key: CorrectionKey,
    pub(super) entry: Entry,
    pub(super) correction: Correction,
}

impl Original {
    pub(super) fn read<V: View>(case: &Case<'_, V>, sequence: Sequence) -> Result<Original, Fault> {
        let key = CorrectionKey { program: case.command.program, sequence };
        let entry = case.view.entry(sequence)?;
        let correction = case.view.correction(key)?.unwrap_or_default();
        Ok(Original { key, entry, correction })
    }

    pub(super) fn legs(&self) -> &[Leg] {
        match &self.entry.outcome {
            Outcome::Done { legs, .. } => legs,
            Outcome::Refused(_) => &[],
        }
    }

    /// Points cancelled so far, of the award (of the redemption) at `place`.
    pub(super) fn cancelled(&self, place: u16) -> Points {
        self.correction.cancelled.get(usize::from(place)).copied().unwrap_or_default()
    }
}

/// Adds points to what is cancelled at `place`.
pub(super) fn record(correction: &mut Correction, place: u16, points: Points) -> Result<(), Rejection> {
    let place = usize::from(place);
    if correction.cancelled.len() <= place {
        correction.cancelled.resize(place.saturating_add(1), Points::ZERO);
    }
    if let Some(sum) = correction.cancelled.get_mut(place) {
        *sum = fits(sum.plus(points))?;
    }
    Ok(())
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
