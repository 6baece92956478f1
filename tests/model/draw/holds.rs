//! Holds, and what becomes of them, drawn.

use super::Draw;
use accruedb::domain::*;

impl Draw<'_> {
    pub(super) fn hold(&mut self, member: MemberId) -> Action {
        let times_out = if self.rng.one_in(3) { Expiry::Never } else { self.expiry() };
        HoldPoints { member, point_type: self.spent_kind(), points: self.points(), times_out }.into()
    }

    /// A hold: mostly a recent one.
    pub(super) fn held(&mut self) -> RequestId {
        let sent = self.sent.iter().rev().filter(|sent| matches!(sent.action, Action::HoldPoints(_)));
        let holds: Vec<RequestId> = sent.map(|sent| sent.request_id).take(6).collect();
        match holds.as_slice() {
            [_, ..] if !self.rng.one_in(24) => *self.rng.pick(&holds),
            _ => RequestId(u128::from(self.rng.below(1_000)) + 1),
        }
    }

    /// How much of a hold.
    pub(super) fn part(&mut self) -> Option<Points> {
        if self.rng.one_in(2) { Some(self.points()) } else { None }
    }
}
