//! Qualifying points count toward a tier, and roll up to the household of the member (rules D26, D35, D40, D41).

use crate::domain::{Granted, Item, ItemId, ItemKey, ItemPosition, Leg, Member, Membership, PointTypeId, Points};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::original::Original;
use crate::machine::points::ledger::Open;
use crate::machine::points::policy::SpentPart;
use crate::machine::view::{Undecided, View};

/// Items that rolled up have places from here on.
const ROLLED_UP: u16 = 0x4000;

impl<V: View> Draft<'_, V> {
    /// Qualifying points were granted to a member.
    pub(in crate::machine) fn qualify(
        &mut self,
        owner: At<Member>,
        open: &Open,
        points: Points,
    ) -> Result<(), Undecided> {
        let day = self.transaction_at.day_in(&self.settings()?.zone);
        let point_type = open.key.account.point_type;
        self.count(owner, (point_type, day), points)?;
        self.promote(owner)?;
        if self.type_of(&open.key.account)?.class.is_redeemable() {
            // the member spends them: the household must not spend them again
            return Ok(());
        }
        let more = self.effects.members[owner].more.as_ref();
        let membership = more.and_then(|more| more.membership).filter(|membership| self.rolls_up(membership));
        let Some(membership) = membership else { return Ok(()) };

        let household = self.known_member(membership.household)?;
        self.link_member(household);
        let account = self.effects.members.key(household).account(point_type);
        let id = ItemId { place: open.id().place | ROLLED_UP, ..open.id() };
        let Item { source, partner, subtype, available_from, expires_at, .. } = open.item;
        let (issued_at, origin) = (Some(open.item.issued_at()), Some(open.id()));
        let item = Item { source, partner, subtype, issued_at, origin, ..Item::new(available_from, expires_at) };
        let position = ItemPosition::new(self.type_of(&account)?.order, expires_at, id);
        let mut rolled = Open { owner: household, key: ItemKey { account, position }, waits: false, item };
        self.grant(&mut rolled, points)?;
        let booked = self.effects.members[household].account_mut(point_type);
        booked.lifetime = fits(booked.lifetime.plus(points))?;
        self.put_item(&rolled)?;
        self.count(household, (point_type, day), points)?;
        self.promote(household)?;
        self.tell_household(household, point_type)
    }

    /// Puts the household's balance into the receipt, once: of several awards the last one tells it.
    fn tell_household(&mut self, household: At<Member>, point_type: PointTypeId) -> Result<(), Undecided> {
        let member = self.shown_member(household);
        self.effects.balances.retain(|told| (told.member, told.point_type) != (member, point_type));
        self.tell_balance(household, point_type)
    }

    fn rolls_up(&self, membership: &Membership) -> bool {
        membership.rolls_up && membership.ends_at.is_none_or(|end| self.transaction_at < end && self.now < end)
    }

    /// Qualifying points of an award are taken back: they count no more, and leave the household, too. Returns what was
    /// spent there of what they rolled over into: it has to be claimed.
    pub(in crate::machine) fn disqualify(
        &mut self,
        owner: At<Member>,
        (original, place): (&Original, u16),
        points: Points,
    ) -> Result<Vec<SpentPart>, Undecided> {
        let none = Vec::new;
        let Some(point_type) = original.granted_at(place).map(|granted| granted.point_type) else { return Ok(none()) };
        if !self.point_type(point_type)?.class.is_qualifying() {
            return Ok(none());
        }
        let when = original.entry.command.transaction_at.unwrap_or(original.entry.recorded_at);
        let day = when.day_in(&self.settings()?.zone);
        let less = fits(points.negated())?;
        self.count(owner, (point_type, day), less)?;
        let Some(rolled) = original.granted_at(place | ROLLED_UP) else { return Ok(none()) };

        let household = self.known_member(rolled.member)?;
        self.link_member(household);
        let account = self.effects.members.key(household).account(point_type);
        let mut open = self.named_item(household, account, rolled.position(self.type_of(&account)?.order))?;
        let spent = self.take_back(&mut open, original.cancelled(place), points)?;
        let booked = self.effects.members[household].account_mut(point_type);
        booked.lifetime = fits(booked.lifetime.minus(points))?;
        self.count(household, (point_type, day), less)?;
        self.tell_household(household, point_type)?;
        Ok(spent)
    }
}

impl Original {
    /// The item at a place among those that it granted.
    pub(in crate::machine) fn granted_at(&self, place: u16) -> Option<Granted> {
        self.legs().iter().filter_map(Leg::granted).find(|granted| granted.item.place == place)
    }
}
