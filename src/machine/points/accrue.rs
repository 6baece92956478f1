//! Accruing: one transaction, one point item for each award, paid for by the partner (rules D18 to D20, A01 to A08).

use super::ledger::Open;
use crate::domain::{
    AWARDS_MAX, Accrue, Award, CancelAmount, Enrolment, Expiry, Item, ItemId, ItemKey, ItemPosition, Member,
    NeverUsable, PointType, Program, Rejection, Sequence, Start, Subject, Timestamp,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::due;
use crate::machine::effects::At;
use crate::machine::original::Original;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};

impl Rule for Accrue {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)?;
        if let Some(partner) = self.partner {
            validate::partner("partner", partner)?;
        }
        if self.awards.is_empty() || self.awards.len() > AWARDS_MAX {
            return Err(wrong("awards", format!("{} awards; between 1 and {AWARDS_MAX}", self.awards.len())));
        }
        self.awards.iter().zip(0..).try_for_each(|(award, place)| check_award(award, place))
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
        if let Some(partner) = self.partner {
            names.subject(Subject::Partner(partner));
        }
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        for award in &self.awards {
            draft.point_type(award.point_type)?;
        }
        let payer = self.partner.map(|partner| draft.partner(partner)).transpose()?;
        let member = match draft.member(self.member)? {
            Some(member) => member,
            None if draft.settings()?.enrolment == Enrolment::OnFirstAccrual => draft.create_member(self.member),
            None => return Err(Rejection::MemberUnknown.into()),
        };

        // room for the common case: a leg for each award and one for the block that pays, one account
        draft.effects.legs.reserve_exact(self.awards.len().saturating_mul(2));
        draft.effects.balances.reserve_exact(1);
        draft.link_member(member);
        for (award, place) in self.awards.iter().zip(0..u16::MAX) {
            grant(draft, self, (award, place), member)?;
        }
        if let Some(payer) = payer {
            draft.debit(payer, &self.awards)?;
        }
        // points that were granted too late for use are gone before anybody is told of them
        if draft.effects.members[member].is_due(draft.now) {
            due::book_member(draft, member, draft.now, AWARDS_MAX)?;
        }
        tell_balances(draft, self, member)
    }

    fn cancel<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        original: &Original,
        amount: CancelAmount,
    ) -> Result<(), Undecided> {
        super::cancel_accrual::cancel(self, draft, original, amount)
    }
}

fn check_award(award: &Award, place: usize) -> Result<(), Malformed> {
    let within = |field: &str| format!("awards[{place}].{field}");
    validate::amount(&within("points"), award.points)?;
    if let Some(source) = award.source {
        validate::source(&within("source"), source)?;
    }
    if let Start::After(after) = award.start {
        validate::span(&within("start"), after)?;
    }
    award.expires.map_or(Ok(()), |expires| validate::expiry(&within("expires"), expires))
}

/// Puts the balances of all accounts that an accrual touches into the receipt, in the order of their types.
pub(in crate::machine) fn tell_balances<V: View>(
    draft: &mut Draft<'_, V>,
    accrue: &Accrue,
    member: At<Member>,
) -> Result<(), Undecided> {
    for at in 0..draft.effects.members[member].accounts.len() {
        let account = draft.effects.members[member].accounts.get(at);
        let Some(point_type) = account.map(|account| account.point_type) else { continue };
        if accrue.awards.iter().any(|award| award.point_type == point_type) {
            draft.tell_balance(member, point_type)?;
        }
    }
    Ok(())
}

/// Grants the points of one award.
pub(in crate::machine) fn grant<V: View>(
    draft: &mut Draft<'_, V>,
    accrue: &Accrue,
    (award, place): (&Award, u16),
    owner: At<Member>,
) -> Result<(), Undecided> {
    let point_type = draft.point_type(award.point_type)?;
    let available_from = available_from(draft, award, point_type)?;
    let expiry = award.expires.filter(|_| may_expire(point_type)).unwrap_or(point_type.expiry);
    let expires_at = fits(expiry.resolve(draft.transaction_at, &draft.settings()?.zone))?;
    let never_usable = expires_at.filter(|expiry| *expiry <= available_from);
    if let Some(expires_at) = never_usable
        && draft.settings()?.never_usable == NeverUsable::Refuse
    {
        return Err(Rejection::NeverUsable { place, available_from, expires_at }.into());
    }

    let id = ItemId { sequence: Sequence::OWN, place };
    let waits = !point_type.class.is_qualifying() && (available_from > draft.now || never_usable.is_some());
    let position = match waits {
        true => ItemPosition::at(waits_until(available_from, expires_at, draft.now), id),
        false => ItemPosition::new(point_type.order, expires_at, id),
    };
    let account = draft.effects.members.key(owner).account(award.point_type);
    let (source, partner, subtype) = (award.source, accrue.partner, award.subtype);
    let item = Item { source, partner, subtype, ..Item::new(available_from, expires_at) };
    let mut open = Open { owner, key: ItemKey { account, position }, waits, item };
    draft.grant(&mut open, award.points)?;
    let booked = draft.effects.members[owner].account_mut(award.point_type);
    booked.lifetime = fits(booked.lifetime.plus(award.points))?;
    if !waits && point_type.class.is_redeemable() {
        draft.settle_debt(&mut open, award.points)?;
    }
    draft.put_item(&open);
    Ok(())
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
    point_type.class.is_redeemable() || point_type.expiry != Expiry::Never
}

/// When the award's points become available (rules D49, D50, D55, D59).
fn available_from<V: View>(
    draft: &Draft<'_, V>,
    award: &Award,
    point_type: &PointType,
) -> Result<Timestamp, Rejection> {
    let start = match award.start {
        _ if point_type.class.is_qualifying() => draft.now,
        Start::Transaction => draft.transaction_at,
        Start::At(instant) => instant,
        Start::After(span) => fits(span.after(draft.transaction_at, &draft.settings()?.zone))?,
    };
    Ok(start.max(draft.now))
}
