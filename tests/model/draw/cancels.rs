//! Cancellations, drawn.

use super::Draw;
use accruedb::domain::*;

impl Draw<'_> {
    /// A request to cancel: mostly a recent one that can be.
    pub(super) fn request(&mut self) -> RequestId {
        let recent = self.sent.len().saturating_sub(if self.rng.one_in(4) { usize::MAX } else { 16 });
        let cancels = |sent: &&Command| {
            use Action::{Accrue, AccrueShared, Capture, CreditMember, RecordPurchase, Redeem, SpendAt, Transfer};
            let of_merchants = matches!(sent.action, RecordPurchase(_) | SpendAt(_) | CreditMember(_));
            let given = matches!(sent.action, Accrue(_) | AccrueShared(_));
            of_merchants || given || matches!(sent.action, Redeem(_) | Transfer(_) | Capture(_))
        };
        let any = self.rng.one_in(8);
        let sent: Vec<&Command> = self.sent[recent..].iter().filter(|sent| any || cancels(sent)).collect();
        match sent.as_slice() {
            [_, ..] if !self.rng.one_in(24) => self.rng.pick(&sent).request_id,
            _ => RequestId(u128::from(self.rng.below(1_000))),
        }
    }

    pub(super) fn amount(&mut self) -> CancelAmount {
        match self.rng.below(4) {
            0 => CancelAmount::Points(self.points()),
            1 => CancelAmount::Award { place: self.rng.below(3) as u16, points: self.points() },
            _ => CancelAmount::Whole,
        }
    }
}
