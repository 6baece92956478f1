//! Telling of points that are about to expire: in time, once. A member is told as the day begins that lies the program's
//! `item_warning_days` before the last day on which the points are good; of an account and a day all together. Points
//! that become available later are told of then. Points that are given, moved or returned later are not: that very
//! command says when they expire.

use super::ledger::{Open, add};
use crate::domain::{ItemKey, ItemPosition, Leg, Member, PointState, PointTypeId, Points, Timestamp, UseOrder};
use crate::machine::draft::Draft;
use crate::machine::effects::At;
use crate::machine::view::{Undecided, View};

impl<V: View> Draft<'_, V> {
    /// When to tell of points that expire at an instant, if at all.
    pub(in crate::machine) fn warned_at(&self, expires_at: Timestamp) -> Result<Option<Timestamp>, Undecided> {
        let settings = self.settings()?;
        let days = settings.item_warning_days;
        Ok((days > 0).then(|| expires_at.warned_at(days, &settings.zone)))
    }

    /// Makes sure that the member is told of an item that has come to its place. Returns whether it is too late for that.
    pub(in crate::machine) fn plan_warning(&mut self, open: &Open) -> Result<bool, Undecided> {
        let Some(expires_at) = open.item.expires_at else { return Ok(false) };
        let Some(warned_at) = self.warned_at(expires_at)? else { return Ok(false) };
        let is_late = if self.is_booking { warned_at < self.at } else { warned_at <= self.now };
        let member = &mut self.effects.members[open.owner];
        match is_late {
            // of all that comes before it the member was told
            true => {
                let place = ItemPosition::at(expires_at, open.id());
                member.warn_to(open.key.account.point_type, place.successor());
            }
            false => member.due_by(warned_at),
        }
        Ok(is_late)
    }

    /// An item is about to expire: `key` has its place in the order of expiry.
    pub(in crate::machine) fn warn(&mut self, owner: At<Member>, key: ItemKey) -> Result<(), Undecided> {
        let ItemKey { account, position } = key;
        self.effects.members[owner].warn_to(account.point_type, position.successor());
        let position = match self.type_of(&account)?.order {
            UseOrder::EarliestExpiry => position,
            UseOrder::FirstIn => ItemPosition { order: 0, ..position },
        };
        let item = self.item(&ItemKey { account, position })?;
        let left = item.and_then(|item| Some((item.expires_at?, item.sums.get(PointState::Matured))));
        let Some((expires_at, points)) = left else { return Ok(()) };
        self.tell_expiring((owner, account.point_type), points, expires_at)
    }

    /// Tells of points that are about to expire, together with others of that day.
    pub(in crate::machine) fn tell_expiring(
        &mut self,
        (owner, point_type): (At<Member>, PointTypeId),
        points: Points,
        expires_at: Timestamp,
    ) -> Result<(), Undecided> {
        if !points.is_positive() {
            return Ok(());
        }
        let member = self.shown_member(owner);
        let zone = &self.settings()?.zone;
        if let Some(Leg::ExpiringSoon { member: of, point_type: kind, points: sum, first_expires_at: first }) =
            self.effects.legs.last_mut()
            && (*of, *kind) == (member, point_type)
            && first.last_day_before(zone) == expires_at.last_day_before(zone)
        {
            return add(sum, points);
        }
        self.effects.legs.push(Leg::ExpiringSoon { member, point_type, points, first_expires_at: expires_at });
        Ok(())
    }
}
