//! An item goes over to another member whole: with its id, its place, its points in all states.

use crate::domain::tables::{Expiries, Forwards, Future, Items};
use crate::domain::{Fault, Forward, ForwardKey, ItemKey, ItemPosition, Member};
use crate::machine::draft::Draft;
use crate::machine::effects::At;
use crate::machine::points::ledger::{Open, add, take};
use crate::machine::view::{Undecided, View};

impl<V: View> Draft<'_, V> {
    /// Moves an item to another member's account of the same type. Debts and lifetime sums are the caller's.
    /// Where the item leaves a trace, whoever looks for it at its old place finds it.
    pub(super) fn carry(&mut self, open: Open, to: At<Member>, trace: bool) -> Result<(), Undecided> {
        let (from, point_type) = (open.key.account, open.key.account.point_type);
        let fewer = || Fault::broken(from.owner().lock(), "its account has fewer points than its item");
        let account = self.effects.members[open.owner].account_mut(point_type);
        for (state, points) in open.item.sums.iter() {
            take(account.sums.get_mut(state), points).ok_or_else(fewer)?;
        }
        take(&mut account.granted, open.item.granted).ok_or_else(fewer)?;
        take(&mut account.absorbed, open.item.absorbed).ok_or_else(fewer)?;
        let account = self.effects.members[to].account_mut(point_type);
        for (state, points) in open.item.sums.iter() {
            add(account.sums.get_mut(state), points)?;
        }
        add(&mut account.granted, open.item.granted)?;
        add(&mut account.absorbed, open.item.absorbed)?;

        match open.waits {
            true => self.put::<Future>(open.key, None),
            false => self.put::<Items>(open.key, None),
        }
        if let (true, true, Some(expiry)) = (open.key.position.is_first_in(), open.item.is_open(), open.item.expires_at)
        {
            let position = ItemPosition::at(expiry, open.id());
            self.put::<Expiries>(ItemKey { account: from, position }, None);
        }
        let account = self.effects.members.key(to).account(point_type);
        let key = ForwardKey { account: from, item: open.id() };
        if let Some(forward) = self.row::<Forwards>(&key)? {
            self.put::<Forwards>(key, None);
            self.put::<Forwards>(ForwardKey { account, ..key }, Some(forward));
        }
        let moved = Open { owner: to, key: ItemKey { account, position: open.key.position }, ..open };
        self.put_item(&moved)?;
        if trace {
            let member = Some(self.effects.members.key(to).member);
            self.put::<Forwards>(key, Some(Forward { member, ..Forward::default() }));
        }
        Ok(())
    }
}
