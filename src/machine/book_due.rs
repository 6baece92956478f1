//! Booking what has expired or matured: it gets entries of its own in the journal. Balances and redemptions see it at
//! its instant, booked or not (decisions D46 to D48). A bounded number of items at a time.

use super::changes::{Changes, fits};
use super::ledger::{Ledger, Pot, add, take};
use super::view::{Halt, View};
use crate::domain::{
    Account, BookDue, Fault, Item, ItemKey, ItemPosition, Leg, Member, MemberKey, PartnerKey, PointType, Program,
    ProgramId, Rejection, Subject, Timestamp, UseOrder,
};
use smallvec::SmallVec;

/// Items read in one go.
const CHUNK: usize = 256;

pub(super) fn book_due(
    view: &impl View,
    program: ProgramId,
    body: &BookDue,
    now: Timestamp,
    changes: &mut Changes,
) -> Result<(), Halt> {
    let limit = usize::try_from(body.limit).unwrap_or(usize::MAX);
    match body.subject {
        Subject::Member(member) => book_member(view, MemberKey { program, member }, limit, now, changes),
        Subject::Partner(partner) => book_partner(view, PartnerKey { program, partner }, now, changes),
    }
}

/// What a booking works on.
struct Booking<'a, V> {
    view: &'a V,
    program: &'a Program,
    key: MemberKey,
    now: Timestamp,
    /// The member's next due instant before the booking.
    due: Option<Timestamp>,
    /// How many more items may be booked.
    left: usize,
    changes: &'a mut Changes,
}

fn book_member(
    view: &impl View,
    key: MemberKey,
    limit: usize,
    now: Timestamp,
    changes: &mut Changes,
) -> Result<(), Halt> {
    let program = view.program(key.program).ok_or(Rejection::ProgramUnknown)?;
    let mut member = view.member(key)?.filter(|member| member.is_due(now)).ok_or(Halt::NothingDue)?;
    let mut booking = Booking { view, program, key, now, due: member.next_due, left: limit, changes };
    let mut next_due: Option<Timestamp> = None;
    for account in &mut member.accounts {
        let point_type = booking.point_type(account)?;
        let legs = booking.changes.legs.len();
        booking.mature(point_type, account)?;
        booking.expire(point_type, account)?;
        next_due = next_due.into_iter().chain(booking.next_due(point_type, account)?).min();
        if booking.changes.legs.len() > legs {
            booking.changes.balances.push(account.balance());
        }
    }
    changes.put_member(key, Member { next_due, ..member });
    Ok(())
}

impl<'a, V: View> Booking<'a, V> {
    fn point_type(&self, account: &Account) -> Result<&'a PointType, Rejection> {
        let point_type = account.point_type;
        self.program.point_types.get(&point_type).ok_or(Rejection::PointTypeUnknown { point_type })
    }

    /// Future items whose time has come become available, or expire where their expiry came first (rule D58).
    fn mature(&mut self, point_type: &PointType, account: &mut Account) -> Result<(), Halt> {
        let key = self.key.account(account.point_type);
        let mut from = ItemPosition::FIRST;
        while self.left > 0 {
            let due = self.view.future(key, from, self.left.min(CHUNK))?;
            let Some((last, _)) = due.last() else { break };
            from = last.successor();
            for (position, item) in due {
                if position.order > self.now.order() {
                    return Ok(());
                }
                self.left = self.left.saturating_sub(1);
                self.mature_item(point_type, account, (position, item))?;
            }
        }
        Ok(())
    }

    fn mature_item(
        &mut self,
        point_type: &PointType,
        account: &mut Account,
        (position, mut item): (ItemPosition, Item),
    ) -> Result<(), Halt> {
        let key = self.key.account(account.point_type);
        let id = position.id;
        let mut ledger = Ledger { key, id, account, item: &mut item, changes: self.changes };
        let points = ledger.item.remaining;
        let until = Timestamp::from_order(position.order).unwrap_or(self.now);
        let lapses = ledger.item.expires_at.is_some_and(|expiry| expiry <= ledger.item.available_from);
        if lapses {
            ledger.shift(Pot::Future, Pot::Expired, points, until)?;
            let part = ledger.part(points, until);
            ledger.changes.legs.push(Leg::Lapsed(part));
        } else {
            ledger.free(Pot::Future, points, until)?;
            let part = ledger.part(points, until);
            ledger.changes.legs.push(Leg::Matured(part));
        }
        self.changes.future.push((ItemKey { account: key, position }, None));
        let position = ItemPosition::new(point_type.order, item.expires_at, id);
        if item.remaining.is_positive() {
            account.open_at(position);
        }
        self.changes.items.push((ItemKey { account: key, position }, item));
        Ok(())
    }

    /// Open items past their expiry expire.
    fn expire(&mut self, point_type: &PointType, account: &mut Account) -> Result<(), Halt> {
        let key = self.key.account(account.point_type);
        // an item that matured in this very booking may have expired since; the view does not show it yet
        for at in 0..self.changes.items.len() {
            let Some((item_key, item)) = self.changes.items.get(at).copied() else { continue };
            if item_key.account == key && item.is_expired(self.now) && item.remaining.is_positive() {
                let item = self.expire_item(point_type, account, (item_key.position, item))?;
                if let Some(slot) = self.changes.items.get_mut(at) {
                    slot.1 = item;
                }
            }
        }
        match point_type.order {
            UseOrder::EarliestExpiry => self.expire_in_order(point_type, account),
            UseOrder::FirstIn => self.expire_first_in(point_type, account),
        }
    }

    /// Items of an account in the order of issue: those that the index of expiries names up to now.
    fn expire_first_in(&mut self, point_type: &PointType, account: &mut Account) -> Result<(), Halt> {
        let key = self.key.account(account.point_type);
        let mut from = ItemPosition::FIRST;
        while self.left > 0 {
            let expiries = self.view.expiries(key, from, self.left.min(CHUNK))?;
            let Some(last) = expiries.last() else { break };
            from = last.successor();
            for ItemPosition { order, id } in expiries {
                if order > self.now.order() {
                    return Ok(());
                }
                let position = ItemPosition { order: 0, id };
                let item_key = ItemKey { account: key, position };
                let missing = || Fault::corrupt(format!("expiry of item {id} that is not there"));
                let item = self.view.item(item_key)?.ok_or_else(missing)?;
                self.left = self.left.saturating_sub(1);
                let item = self.expire_item(point_type, account, (position, item))?;
                self.changes.items.push((item_key, item));
            }
        }
        Ok(())
    }

    /// Items of an account in the order of expiry: those from the first open one up to now.
    fn expire_in_order(&mut self, point_type: &PointType, account: &mut Account) -> Result<(), Halt> {
        let key = self.key.account(account.point_type);
        let mut from = account.first_open;
        while self.left > 0 {
            let items = self.view.items(key, from, self.left.min(CHUNK))?;
            let Some((last, _)) = items.last() else { break };
            from = last.successor();
            for (position, item) in items {
                if position.order > self.now.order() {
                    return Ok(());
                }
                account.first_open = account.first_open.max(position.successor());
                if item.remaining.is_positive() {
                    self.left = self.left.saturating_sub(1);
                    let item = self.expire_item(point_type, account, (position, item))?;
                    self.changes.items.push((ItemKey { account: key, position }, item));
                }
            }
        }
        Ok(())
    }

    fn expire_item(
        &mut self,
        point_type: &PointType,
        account: &mut Account,
        (position, mut item): (ItemPosition, Item),
    ) -> Result<Item, Halt> {
        let key = self.key.account(account.point_type);
        // not before it was granted, which is when a qualifying item is available from
        let expired_at = item.expires_at.unwrap_or(self.now).max(item.available_from);
        let mut ledger = Ledger { key, id: position.id, account, item: &mut item, changes: self.changes };
        let points = ledger.item.remaining;
        ledger.shift(Pot::matured(point_type.class), Pot::Expired, points, expired_at)?;
        let part = ledger.part(points, expired_at);
        self.changes.legs.push(Leg::Expired(part));
        Ok(item)
    }

    /// The next instant at which something of the account matures or expires, after this booking.
    fn next_due(&self, point_type: &PointType, account: &Account) -> Result<Option<Timestamp>, Halt> {
        let key = self.key.account(account.point_type);
        if self.left == 0 {
            // what is left over may have been due as early as what was booked
            return Ok(self.due);
        }
        let after_now = ItemPosition::after(self.now);
        let future = self.view.future(key, after_now, 1)?.first().map(|(position, _)| *position);
        let expiring = match point_type.order {
            UseOrder::EarliestExpiry => self.first_open(account)?,
            UseOrder::FirstIn => self.view.expiries(key, after_now, 1)?.first().copied(),
        };
        let matured = self
            .changes
            .items
            .iter()
            .filter(|(item_key, item)| item_key.account == key && item.remaining.is_positive());
        let expiring = expiring.and_then(|position| Timestamp::from_order(position.order));
        let future = future.and_then(|position| Timestamp::from_order(position.order));
        Ok(matured.filter_map(|(_, item)| item.expires_at).chain(expiring).chain(future).min())
    }

    /// The first item of the account, in order of expiry, that has points left after this booking.
    fn first_open(&self, account: &Account) -> Result<Option<ItemPosition>, Halt> {
        let mut from = account.first_open.max(ItemPosition { order: self.now.order(), ..ItemPosition::LAST });
        loop {
            let items = self.view.items(self.key.account(account.point_type), from, CHUNK)?;
            if let Some((position, _)) = items.iter().find(|(_, item)| item.remaining.is_positive()) {
                return Ok(Some(*position));
            }
            match items.last() {
                Some((last, _)) => from = last.successor(),
                None => return Ok(None),
            }
        }
    }
}

/// Open blocks past their expiry expire; a partner's open blocks are few, so all of them at once.
fn book_partner(view: &impl View, key: PartnerKey, now: Timestamp, changes: &mut Changes) -> Result<(), Halt> {
    let mut partner = view.partner(key)?.filter(|partner| partner.is_due(now)).ok_or(Halt::NothingDue)?;
    let mut next_due: Option<Timestamp> = None;
    let mut open = SmallVec::new();
    for id in std::mem::take(&mut partner.open) {
        let block_key = key.block(id);
        let mut block = super::blocks::known_block(view, block_key)?;
        if !block.is_expired(now) {
            next_due = next_due.into_iter().chain(block.expires_at).min();
            open.push(id);
            continue;
        }
        let points = block.remaining;
        take(&mut block.remaining, points)?;
        add(&mut block.expired, points)?;
        partner.remaining = fits(partner.remaining.minus(points))?;
        changes.legs.push(Leg::BlockExpired { block: id, points });
        changes.blocks.push((block_key, block));
    }
    partner.open = open;
    partner.next_due = next_due;
    changes.partner = Some((key, partner));
    Ok(())
}
