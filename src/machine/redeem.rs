//! Redeeming: points of a type, from the items next in order (rules D21 to D25).

use super::case::Case;
use super::changes::Changes;
use super::ledger::Pot;
use super::take::{Taking, take_in_order};
use super::view::{Halt, View};
use crate::domain::{PointClass, Points, Redeem, Rejection};

pub(super) fn redeem<V: View>(case: &Case<'_, V>, body: &Redeem, changes: &mut Changes) -> Result<(), Halt> {
    let key = case.member_key(body.member);
    let point_type = case.point_type(body.point_type)?;
    let mut member = case.member(key)?.ok_or(Rejection::MemberUnknown)?;
    if point_type.class != PointClass::Redeemable {
        return Err(Rejection::NotRedeemable { point_type: body.point_type }.into());
    }
    let available = member.account(body.point_type).map_or(Points::ZERO, |account| account.balance().available);
    if body.points > available {
        let short = Points(body.points.0.saturating_sub(available.0));
        return Err(Rejection::InsufficientPoints { point_type: body.point_type, available, short }.into());
    }

    let account = member.account_mut(body.point_type);
    let taking = Taking { key: key.account(body.point_type), points: body.points, into: Pot::Redeemed };
    take_in_order(case, taking, account, changes)?;
    changes.balances.push(account.balance());
    changes.put_member(key, member);
    Ok(())
}
