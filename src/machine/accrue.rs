//! Accruing: one transaction, one point item for each award, paid for by the partner (rules D18 to D20, A01 to A08).

use super::blocks;
use super::case::Case;
use super::changes::{Changes, fits};
use super::ledger::{Ledger, Pot};
use super::view::{Halt, View};
use crate::domain::{
    Accrue, Award, Enrolment, Expiry, Item, ItemId, ItemKey, ItemPosition, Leg, Member, MemberKey, NeverUsable,
    PointClass, PointType, Rejection, Sequence, Start, Timestamp,
};

pub(super) fn accrue<V: View>(case: &Case<'_, V>, body: &Accrue, changes: &mut Changes) -> Result<(), Halt> {
    for award in &body.awards {
        case.point_type(award.point_type)?;
    }
    let payer = body.partner.map(|partner| blocks::payer(case, partner)).transpose()?;
    let key = case.member_key(body.member);
    let mut member = match case.member(key)? {
        Some(member) => member,
        None if case.program.enrolment == Enrolment::OnFirstAccrual => Member::new(case.now),
        None => return Err(Rejection::MemberUnknown.into()),
    };

    // room for the common case: a leg for each award and one for the block that pays, one account
    changes.legs.reserve_exact(body.awards.len().saturating_mul(2));
    changes.balances.reserve_exact(1);
    for (award, place) in body.awards.iter().zip(0..u16::MAX) {
        grant(case, body, (award, place), key, &mut member, changes)?;
    }
    if let Some(payer) = payer {
        blocks::debit(case, payer, &body.awards, changes)?;
    }
    for account in &member.accounts {
        if body.awards.iter().any(|award| award.point_type == account.point_type) {
            changes.balances.push(account.balance());
        }
    }
    changes.put_member(key, member);
    Ok(())
}

/// Grants the points of one award.
fn grant<V: View>(
    case: &Case<'_, V>,
    body: &Accrue,
    (award, place): (&Award, u16),
    key: MemberKey,
    member: &mut Member,
    changes: &mut Changes,
) -> Result<(), Halt> {
    let point_type = case.point_type(award.point_type)?;
    let available_from = available_from(case, award, point_type)?;
    let expiry = award.expires.filter(|_| may_expire(point_type)).unwrap_or(point_type.expiry);
    let expires_at = fits(expiry.resolve(case.transaction_at, &case.program.zone))?;
    let never_usable = expires_at.filter(|expiry| *expiry <= available_from);
    if let Some(expires_at) = never_usable
        && case.program.never_usable == NeverUsable::Refuse
    {
        return Err(Rejection::NeverUsable { place, available_from, expires_at }.into());
    }

    let id = ItemId { sequence: Sequence::OWN, place };
    let mut item = Item { source: award.source, partner: body.partner, ..Item::new(available_from, expires_at) };
    let account = member.account_mut(award.point_type);
    let mut ledger = Ledger { key: key.account(award.point_type), id, account, item: &mut item, changes };
    let matured = Pot::matured(point_type.class);
    let is_future = matured == Pot::Available && (available_from > case.now || never_usable.is_some());
    ledger.grant(if is_future { Pot::Future } else { matured }, award.points, case.now)?;
    ledger.changes.legs.push(Leg::Granted {
        item: id,
        point_type: award.point_type,
        points: award.points,
        available_from,
        expires_at,
        source: award.source,
    });
    if matured == Pot::Available && !is_future {
        ledger.free(Pot::Available, award.points, case.now)?;
    }
    let waits_until = is_future.then(|| waits_until(available_from, expires_at, case.now));
    place_item(point_type, waits_until, key, award, (id, item), member, changes);
    Ok(())
}

/// Puts a new item where it waits: with those that have matured, or with those that have not.
fn place_item(
    point_type: &PointType,
    waits_until: Option<Timestamp>,
    key: MemberKey,
    award: &Award,
    (id, item): (ItemId, Item),
    member: &mut Member,
    changes: &mut Changes,
) {
    let account = key.account(award.point_type);
    if let Some(waits_until) = waits_until {
        let position = ItemPosition::at(waits_until, id);
        changes.future.push((ItemKey { account, position }, Some(item)));
        member.due_by(waits_until);
        return;
    }
    let position = ItemPosition::new(point_type.order, item.expires_at, id);
    changes.items.push((ItemKey { account, position }, item));
    if item.remaining.is_positive() {
        member.account_mut(award.point_type).open_at(position);
        if let Some(expiry) = item.expires_at {
            member.due_by(expiry);
        }
    }
}

/// When an item that has not matured stops waiting: it matures, or expires before that; not before it was granted.
pub(super) fn waits_until(
    available_from: Timestamp,
    expires_at: Option<Timestamp>,
    granted_at: Timestamp,
) -> Timestamp {
    expires_at.map_or(available_from, |expiry| expiry.min(available_from)).max(granted_at)
}

/// Whether an award may have an expiry of its own: qualifying points expire only where their type says so (rule D33).
fn may_expire(point_type: &PointType) -> bool {
    point_type.class != PointClass::Qualifying || point_type.expiry != Expiry::Never
}

/// When the award's points become available (rules D49, D50, D55, D59).
fn available_from<V: View>(case: &Case<'_, V>, award: &Award, point_type: &PointType) -> Result<Timestamp, Rejection> {
    let start = match award.start {
        _ if point_type.class == PointClass::Qualifying => case.now,
        Start::Transaction => case.transaction_at,
        Start::At(instant) => instant,
        Start::After(span) => fits(span.after(case.transaction_at, &case.program.zone))?,
    };
    Ok(start.max(case.now))
}
