//! Releasing: held points go back to their items; what expired meanwhile expires at once.

use crate::domain::{Program, Release};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for Release {
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
        draft.release_held(&mut open, points)?;
        draft.put_hold(open);
        draft.tell_balances_of(owner, &parts)
    }
}
