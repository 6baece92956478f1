//! Cancelling an accrual (rules D45, E64, E65): its points are taken back, first from what is left of its own items. What
//! expired is not taken again. The rest was spent: it is claimed. The partner's points go back to the blocks that paid.

use super::awards::{tell_balances, waits_until};
use super::ledger::{Movement, Open, missing};
use super::policy::SpentPart;
use crate::domain::tables::Future;
use crate::domain::{
    Accrue, CancelAmount, Fault, Granted, ItemKey, ItemPosition, Leg, Member, PointState, PointTypeId, Points,
    Rejection,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::original::Original;
use crate::machine::view::{Undecided, View};
use std::collections::BTreeSet;

/// Cancels some of what an accrual gave; `restore` gives each part back to those who paid for it.
pub(super) fn cancel<V: View>(
    accrue: &Accrue,
    draft: &mut Draft<'_, V>,
    original: &Original,
    amount: CancelAmount,
    restore: impl Fn(&mut Draft<'_, V>, (u16, Points)) -> Result<(), Undecided>,
) -> Result<(), Undecided> {
    let owner = draft.known_member(original.receiver(accrue.member))?;
    let parts = parts(accrue, original, amount)?;

    draft.link_member(owner);
    draft.correct(original, &parts)?;
    let mut claims: Vec<(ItemKey, Points)> = Vec::new();
    for part in &parts {
        claims.extend(take_back(draft, original, *part, owner)?);
        claims.extend(draft.disqualify(owner, (original, part.0), part.1)?);
    }
    for (key, points) in claims {
        let owner = draft.known_member(key.account.member)?;
        let open = draft.named_item(owner, key.account, key.position)?;
        draft.claim(open, points)?;
    }
    parts.iter().try_for_each(|part| restore(draft, *part))?;
    draft.give_back_to_sources(accrue, original, &parts)?;
    tell_balances(draft, accrue, owner)?;
    // points that went on into another account were taken back there
    let followed = draft.effects.legs.iter().filter_map(Leg::moved).map(|part| part.point_type);
    let followed: BTreeSet<PointTypeId> =
        followed.filter(|of| accrue.awards.iter().all(|award| award.point_type != *of)).collect();
    followed.into_iter().try_for_each(|of| draft.tell_balance(owner, of))?;
    draft.tell_strayed()
}

/// How many points of which award are cancelled.
fn parts(accrue: &Accrue, original: &Original, amount: CancelAmount) -> Result<Vec<(u16, Points)>, Rejection> {
    let awards = accrue.awards.len() as u16;
    let left = |place: u16| {
        if place >= awards {
            return Err(Rejection::AwardUnknown { awards });
        }
        fits(original.awarded(place).minus(original.cancelled(place)))
    };
    let some = |place: u16, points: Points| match left(place)? {
        rest if points <= rest => Ok(vec![(place, points)]),
        left => Err(Rejection::CancelExceeds { left }),
    };
    match amount {
        CancelAmount::Points(points) if awards == 1 => some(0, points),
        CancelAmount::Points(_) => Err(Rejection::AwardUnknown { awards }),
        CancelAmount::Award { place, points } => some(place, points),
        CancelAmount::Whole => {
            let mut parts = Vec::with_capacity(accrue.awards.len());
            for place in 0..awards {
                let rest = left(place)?;
                if rest.is_positive() {
                    parts.push((place, rest));
                }
            }
            if parts.is_empty() { Err(Rejection::CancelExceeds { left: Points::ZERO }) } else { Ok(parts) }
        }
    }
}

/// Takes back what is left of one award's item. Returns what was spent of the rest: it has to be claimed.
pub(in crate::machine) fn take_back<V: View>(
    draft: &mut Draft<'_, V>,
    original: &Original,
    (place, points): (u16, Points),
    owner: At<Member>,
) -> Result<Vec<SpentPart>, Undecided> {
    let granted = granted(original, place)?;
    let mut open = find(draft, original, &granted, owner)?;
    let account = draft.effects.members[open.owner].account_mut(granted.point_type);
    account.lifetime = fits(account.lifetime.minus(points))?;
    draft.take_back(&mut open, original.cancelled(place), points)
}

impl<V: View> Draft<'_, V> {
    /// Takes back points of an item whose transaction is cancelled: what is left of it; what expired of it counts as
    /// taken. Returns the rest, which was spent. `before` were cancelled of it earlier.
    pub(in crate::machine) fn take_back(
        &mut self,
        open: &mut Open,
        before: Points,
        points: Points,
    ) -> Result<Vec<SpentPart>, Undecided> {
        // what earlier cancellations counted against expired points: neither taken back nor claimed
        let taken_before = open.item.sums.get(PointState::Cancelled).0.saturating_add(open.item.claimed.0);
        let lapsed_before = before.0.saturating_sub(taken_before).max(0);
        let lapsed = Points(open.item.sums.get(PointState::Expired).0.saturating_sub(lapsed_before).max(0));

        let from_item = points.min(open.item.remaining());
        let (from, to, at) = (open.left_in(), PointState::Cancelled, self.at);
        self.shift(open, Movement { from, to, points: from_item, at })?;
        self.put_item(open)?;
        let rest = Points(points.0.saturating_sub(from_item.0));
        let claimed = Points(rest.0.saturating_sub(rest.min(lapsed).0));
        self.follow(open, claimed)
    }
}

/// What the accrual's receipt says of one award.
fn granted(original: &Original, place: u16) -> Result<Granted, Fault> {
    let granted = original.legs().iter().filter_map(Leg::granted).find(|granted| granted.item.place == place);
    granted.ok_or_else(|| Fault::corrupt(format!("entry {} names no item for award {place}", original.entry.sequence)))
}

/// Where the award's item is now: matured, or still waiting.
fn find<V: View>(
    draft: &mut Draft<'_, V>,
    original: &Original,
    granted: &Granted,
    owner: At<Member>,
) -> Result<Open, Undecided> {
    let account = draft.effects.members.key(owner).account(granted.point_type);
    let position = granted.position(draft.type_of(&account)?.order);
    if let Some(open) = draft.find_item(owner, account, position)? {
        return Ok(open);
    }
    let until = waits_until(granted.available_from, granted.expires_at, original.entry.recorded_at);
    let key = ItemKey { account, position: ItemPosition::at(until, granted.item) };
    let item = draft.row::<Future>(&key)?.ok_or_else(|| missing(&key))?;
    Ok(Open { owner, key, waits: true, item })
}
