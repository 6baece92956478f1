//! Accruing: one transaction, one point item for each award, paid for by the partner (rules D18 to D20, A01 to A08).

use super::awards::{tell_balances, waits_until};
use super::cancel_accrual::cancel;
use super::ledger::Open;
use crate::domain::{
    AWARDS_MAX, Accrue, Activity, Award, CancelAmount, Enrolment, Expiry, Item, ItemId, ItemKey, ItemPosition, Member,
    NeverUsable, PointType, Points, Program, Rate, Rejection, Sequence, Start, Subject, Timestamp,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::due;
use crate::machine::effects::At;
use crate::machine::original::Original;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::sources;
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};
use smallvec::SmallVec;

impl Rule for Accrue {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)?;
        if let Some(partner) = self.partner {
            validate::partner("partner", partner)?;
        }
        check_awards(&self.awards)
    }

    fn names(&self, program: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
        if let Some(partner) = self.partner {
            names.subject(Subject::Partner(partner));
        }
        if let Some(program) = program {
            sources::name(program, &self.awards, names);
        }
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let accrue = &*fits(self.computed())?;
        check_types(accrue, draft)?;
        let payer = self.partner.map(|partner| draft.partner(partner)).transpose()?;
        give(accrue, draft, |draft, awards| payer.map_or(Ok(()), |payer| draft.debit(payer, awards)))
    }

    fn cancel<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        original: &Original,
        amount: CancelAmount,
    ) -> Result<(), Undecided> {
        let payer = self.partner.map(|partner| draft.partner(partner)).transpose()?;
        cancel(self, draft, original, amount, |draft, part| {
            payer.map_or(Ok(()), |payer| draft.restore(payer, self, original, part))
        })
    }
}

/// Checks the awards of an accrual.
pub(super) fn check_awards(awards: &[Award]) -> Result<(), Malformed> {
    if awards.is_empty() || awards.len() > AWARDS_MAX {
        return Err(wrong("awards", format!("{} awards; between 1 and {AWARDS_MAX}", awards.len())));
    }
    awards.iter().enumerate().try_for_each(|(place, award)| {
        check_award(award).map_err(|malformed| malformed.within(format_args!("awards[{place}]")))
    })
}

/// Refuses awards of types that members may not earn, or of unknown subtypes.
pub(super) fn check_types<V: View>(accrue: &Accrue, draft: &Draft<'_, V>) -> Result<(), Undecided> {
    for award in &accrue.awards {
        draft.usable_type(award.point_type)?;
        draft.subtype(award.subtype)?;
    }
    Ok(())
}

/// Gives the member the points, and lets `pay` take what they cost.
pub(super) fn give<V: View>(
    accrue: &Accrue,
    draft: &mut Draft<'_, V>,
    pay: impl FnOnce(&mut Draft<'_, V>, &[Award]) -> Result<(), Undecided>,
) -> Result<(), Undecided> {
    let member = match draft.member(accrue.member)? {
        Some(member) => member,
        None if draft.settings()?.enrolment == Enrolment::OnFirstAccrual => draft.create_member(accrue.member),
        None => return Err(Rejection::MemberUnknown.into()),
    };
    draft.check_earns(member)?;

    let mut issue = draft.plan_issue(accrue.member, &accrue.awards)?;

    // room for the common case: an account for each award
    draft.effects.make_room(issue.legs(), accrue.awards.len());
    draft.link_member(member);
    let mut unfit: SmallVec<[(u16, Points); 1]> = SmallVec::new();
    for (award, place) in issue.awards().iter().zip(0..u16::MAX) {
        let given = grant(draft, accrue, (award, place), member)?;
        if given < award.points {
            unfit.push((place, given));
        }
    }
    unfit.into_iter().for_each(|(place, given)| issue.give(place, given));
    pay(draft, issue.awards())?;
    draft.issue(issue)?;
    draft.note_activity(member, Activity::Accrue)?;
    // points that were granted too late for use are gone before anybody is told of them
    if draft.effects.members[member].is_due(draft.now) {
        let booked = due::book_member(draft, member, draft.now, AWARDS_MAX)?;
        tell_balances(draft, accrue, member)?;
        let others = booked.into_iter().filter(|of| accrue.awards.iter().all(|award| award.point_type != *of));
        return others.into_iter().try_for_each(|of| draft.tell_balance(member, of));
    }
    tell_balances(draft, accrue, member)
}

fn check_award(award: &Award) -> Result<(), Malformed> {
    match award.spend {
        None => validate::amount("points", award.points)?,
        Some(_) if award.points != Points::ZERO => return Err(wrong("points", "either points, or what was spent")),
        Some(spend) if spend.step == Some(Rate::ZERO) => return Err(wrong("spend.step", "must be more than 0")),
        Some(_) => {}
    }
    if let Some(source) = award.source {
        validate::source("source", source)?;
    }
    if let Start::After(after) = award.start {
        validate::span("start", after)?;
    }
    award.expires.map_or(Ok(()), |expires| validate::expiry("expires", expires))
}

/// Sets how many points an award gave.
pub(in crate::machine) fn clip(awards: &mut [Award], place: u16, given: Points) {
    if let Some(award) = awards.get_mut(usize::from(place)) {
        award.points = given;
    }
}

/// Grants the points of one award. Returns how many: fewer where the account would have more than it may.
pub(in crate::machine) fn grant<V: View>(
    draft: &mut Draft<'_, V>,
    accrue: &Accrue,
    (award, place): (&Award, u16),
    owner: At<Member>,
) -> Result<Points, Undecided> {
    if !award.points.is_positive() {
        return Ok(Points::ZERO);
    }
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

    let points = draft.fit(owner, (award.point_type, place), award.points)?;
    if !points.is_positive() {
        return Ok(points);
    }
    let id = ItemId { sequence: Sequence::OWN, place };
    let waits = !point_type.class.is_qualifying() && (available_from > draft.now || never_usable.is_some());
    let position = match waits {
        true => ItemPosition::at(waits_until(available_from, expires_at, draft.now), id),
        false => ItemPosition::new(point_type.order, expires_at, id),
    };
    let account = draft.effects.members.key(owner).account(award.point_type);
    let (source, partner, subtype) = (award.source, accrue.partner, draft.subtype(award.subtype)?);
    let issued_at = (available_from != draft.now).then_some(draft.now);
    let more = draft.pin(&account);
    let item = Item { source, partner, subtype, issued_at, more, ..Item::new(available_from, expires_at) };
    let mut open = Open { owner, key: ItemKey { account, position }, waits, item };
    draft.grant(&mut open, points)?;
    let booked = draft.effects.members[owner].account_mut(award.point_type);
    booked.lifetime = fits(booked.lifetime.plus(points))?;
    // points that are never usable pay no debt
    if !waits && never_usable.is_none() && point_type.class.is_redeemable() {
        draft.settle_debt(&mut open, points)?;
    }
    draft.put_item(&open)?;
    if point_type.class.is_qualifying() {
        draft.qualify(owner, &open, points)?;
    }
    Ok(points)
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
