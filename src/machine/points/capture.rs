//! Capturing: held points are redeemed. Cancelling a capture is cancelling a redemption.

use super::ledger::Movement;
use super::redeem::cancel_spending;
use crate::domain::tables::Holds;
use crate::domain::{Activity, CancelAmount, Capture, Fault, Leg, PointState, Points, Program};
use crate::machine::draft::{Draft, fits};
use crate::machine::original::Original;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for Capture {
    fn check(&self) -> Result<(), Malformed> {
        validate::request("hold", self.hold)?;
        self.points.map_or(Ok(()), |points| validate::amount("points", points))
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.request(self.hold);
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let mut open = draft.hold(self.hold)?;
        let points = draft.held(&open, self.points)?;

        let (owner, parts) = (open.owner, open.hold.parts.clone());
        draft.link_member(owner);
        draft.take_held(&mut open, points, |draft, open, part| {
            let account = draft.effects.members.key(open.owner).account(part.point_type);
            let mut item = draft.named_item(open.owner, account, part.position)?;
            let (from, to, at) = (PointState::Held, PointState::Redeemed, draft.now);
            draft.shift(&mut item, Movement { from, to, points: part.points, at })?;
            draft.put_item(&item)?;
            Ok(())
        })?;
        open.hold.captured = fits(open.hold.captured.plus(points))?;
        draft.put_hold(open);
        draft.note_activity(owner, Activity::Redeem)?;
        draft.tell_balances_of(owner, &parts)
    }

    fn cancel<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        original: &Original,
        amount: CancelAmount,
    ) -> Result<(), Undecided> {
        let key = draft.request_key(self.hold);
        let missing = || Fault::corrupt(format!("entry {}: its hold is not there", original.entry.sequence));
        let hold = draft.row::<Holds>(&key)?.ok_or_else(missing)?;
        cancel_spending(draft, original, hold.member, captured(original), amount)
    }
}

/// How many points a capture redeemed.
fn captured(original: &Original) -> Points {
    let redeemed = original.legs().iter().filter_map(Leg::moved).filter(|part| part.to == PointState::Redeemed);
    Points(redeemed.fold(0, |sum, part| sum.saturating_add(part.points.0)))
}
