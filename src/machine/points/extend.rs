//! Extending and reinstating items: by a command with a reason, an item expires at another instant, and what has expired
//! of it comes back. It keeps its id; where its place in the order of use changes, a row leads from the old place to it.

use super::ledger::Open;
use crate::domain::tables::{Expiries, Forwards, Items};
use crate::domain::{
    Expiry, ExtendItems, ForwardKey, ItemId, ItemKey, ItemPosition, Leg, Member, MemberId, PointState, PointTypeId,
    Points, Program, ReinstateItems, Rejection, Sequence, Subject, Timestamp, UseOrder,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};
use std::collections::BTreeSet;

/// Most items of one command.
const ITEMS_MAX: usize = 1_000;

impl Rule for ExtendItems {
    fn check(&self) -> Result<(), Malformed> {
        check(self.member, &self.items, self.expires, &self.reason)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let (owner, found) = find_all(draft, self.member, &self.items)?;
        if let Some(open) = found.iter().find(|open| !open.item.is_open()) {
            return Err(Rejection::ItemClosed { sequence: open.id().sequence, place: open.id().place }.into());
        }
        let expires_at = expiry(draft, self.expires)?;

        draft.link_member(owner);
        let mut types = BTreeSet::new();
        for mut open in found {
            draft.extend(&mut open, expires_at)?;
            types.insert(open.key.account.point_type);
        }
        types.into_iter().try_for_each(|point_type: PointTypeId| draft.tell_balance(owner, point_type))
    }
}

impl Rule for ReinstateItems {
    fn check(&self) -> Result<(), Malformed> {
        check(self.member, &self.items, self.expires, &self.reason)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let (owner, found) = find_all(draft, self.member, &self.items)?;
        let expired = |open: &Open| open.item.sums.get(PointState::Expired);
        if let Some(open) = found.iter().find(|open| !expired(open).is_positive()) {
            return Err(Rejection::ItemNotExpired { sequence: open.id().sequence, place: open.id().place }.into());
        }
        let expires_at = expiry(draft, self.expires)?;

        draft.link_member(owner);
        let mut types = BTreeSet::new();
        for mut open in found {
            // points that were gone before they could be used are usable now
            open.item.available_from = open.item.available_from.min(draft.now);
            draft.extend(&mut open, expires_at)?;
            let points = expired(&open);
            draft.come_back(open, PointState::Expired, points)?;
            types.insert(open.key.account.point_type);
        }
        types.into_iter().try_for_each(|point_type: PointTypeId| draft.tell_balance(owner, point_type))
    }
}

fn check(member: MemberId, items: &[ItemId], expires: Expiry, reason: &str) -> Result<(), Malformed> {
    validate::member("member", member)?;
    validate::expiry("expires", expires)?;
    validate::reason("reason", reason)?;
    if items.is_empty() || items.len() > ITEMS_MAX {
        return Err(wrong("items", format!("{} items; between 1 and {ITEMS_MAX}", items.len())));
    }
    match items.iter().collect::<BTreeSet<_>>().len() == items.len() {
        true => Ok(()),
        false => Err(wrong("items", "an item is there twice")),
    }
}

fn find_all<V: View>(
    draft: &mut Draft<'_, V>,
    member: MemberId,
    items: &[ItemId],
) -> Result<(At<Member>, Vec<Open>), Undecided> {
    let owner = draft.known_member(member)?;
    let mut found = Vec::with_capacity(items.len());
    for item in items {
        found.push(draft.item_of(owner, *item)?);
    }
    Ok((owner, found))
}

/// When the items expire from now on.
fn expiry<V: View>(draft: &Draft<'_, V>, expires: Expiry) -> Result<Option<Timestamp>, Undecided> {
    let expires_at = fits(expires.resolve(draft.now, &draft.settings()?.zone))?;
    match expires_at {
        Some(expires_at) if expires_at <= draft.now => Err(Rejection::ExpiryOver { expires_at }.into()),
        expires_at => Ok(expires_at),
    }
}

impl<V: View> Draft<'_, V> {
    /// A matured item of a member, by its id: the entry that granted it says where it stood.
    fn item_of(&mut self, owner: At<Member>, item: ItemId) -> Result<Open, Undecided> {
        let ItemId { sequence, place } = item;
        let unknown = || Rejection::ItemUnknown { sequence, place };
        let last = self.effects.members[owner].last_sequence;
        if sequence == Sequence(0) || sequence > last {
            return Err(unknown().into());
        }
        let entry = self.entry(sequence)?;
        let of_program = entry.command.program == self.id;
        let granted = entry.legs().iter().filter_map(Leg::granted).find(|granted| of_program && granted.item == item);
        let granted = granted.ok_or_else(unknown)?;
        let account = self.effects.members.key(owner).account(granted.point_type);
        let order = self.point_type(granted.point_type)?.order;
        let found = self.find_item(owner, account, granted.position(order))?;
        Ok(found.filter(|open| open.owner == owner).ok_or_else(unknown)?)
    }

    /// An item expires at another instant, and stands where that puts it.
    fn extend(&mut self, open: &mut Open, expires_at: Option<Timestamp>) -> Result<(), Undecided> {
        let (key, before) = (open.key, open.item.expires_at);
        let order = self.type_of(&key.account)?.order;
        let position = ItemPosition::new(order, expires_at, open.id());
        // the row of an instant that stays is written with the item
        if let (UseOrder::FirstIn, Some(before)) = (order, before.filter(|before| Some(*before) != expires_at)) {
            let position = ItemPosition::at(before, open.id());
            self.put::<Expiries>(ItemKey { position, ..key }, None);
        }
        if position != key.position {
            self.put::<Items>(key, None);
            let row = ForwardKey { account: key.account, item: open.id() };
            let mut forward = self.row::<Forwards>(&row)?.unwrap_or_default();
            forward.moved_to = Some(position);
            self.put::<Forwards>(row, Some(forward));
        }
        open.key.position = position;
        let owned = i128::from(open.item.remaining().0.saturating_add(open.item.sums.get(PointState::Held).0));
        self.count_expiring(&key.account, &open.item, owned.saturating_neg())?;
        open.item.expires_at = expires_at;
        self.count_expiring(&key.account, &open.item, owned)?;
        self.put_item(open)?;
        if open.item.sums.get(PointState::Held).is_positive() {
            self.expect_expiry(open.owner, (open.id(), before), expires_at)?;
        }
        self.effects.legs.push(Leg::Extended {
            member: self.shown_member(open.owner),
            item: open.id(),
            point_type: key.account.point_type,
            points: Points(open.item.remaining().0),
            before,
            expires_at,
        });
        Ok(())
    }
}
