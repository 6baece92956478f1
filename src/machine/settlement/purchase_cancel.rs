//! Cancelling a purchase: its spends come back to their items, its award is taken back as that of any accrual, and what
//! was settled or refunded for it is turned round (rules C92b, C92c).

use super::event::{AWARD, INSTANT, SPENT};
use super::receivable::NewPosting;
use crate::domain::tables::Refunds;
use crate::domain::{
    CancelAmount, Leg, Member, PointState, Points, PostingCause, PostingKind, RecordPurchase, ReductionMethod,
    RefundKey, RefundState, Rejection, SpendWay, Subject,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::original::Original;
use crate::machine::points::cancel_accrual::take_back;
use crate::machine::view::{Undecided, View};

/// Cancels all of it, or some of the award.
pub(super) fn cancel<V: View>(
    purchase: &RecordPurchase,
    draft: &mut Draft<'_, V>,
    original: &Original,
    amount: CancelAmount,
) -> Result<(), Undecided> {
    let payer = draft.partner(purchase.partner)?;
    let member = draft.known_member(original.receiver(purchase.member))?;
    let award_left = fits(original.awarded(AWARD).minus(original.cancelled(AWARD)))?;
    let spent = fits(i64::try_from(spends(original).map(|(.., amount)| amount).sum::<i128>()).ok())?;
    let spent_left = fits(Points(spent).minus(original.cancelled(INSTANT)))?;
    let (award_part, spent_part) = match amount {
        CancelAmount::Whole => (award_left, spent_left),
        CancelAmount::Points(points) | CancelAmount::Award { place: AWARD, points } => (points, Points::ZERO),
        CancelAmount::Award { .. } => return Err(Rejection::AwardUnknown { awards: 1 }.into()),
    };
    let is_nothing = !award_part.is_positive() && !spent_part.is_positive();
    if is_nothing || award_part > award_left {
        return Err(Rejection::CancelExceeds { left: award_left }.into());
    }

    draft.link_member(member);
    draft.correct(original, &[(AWARD, award_part), (INSTANT, spent_part)])?;
    if spent_part.is_positive() {
        return_spends(draft, purchase, original, member)?;
    }
    if award_part.is_positive() {
        let claims = take_back(draft, original, (AWARD, award_part), member)?;
        draft.disqualify(member, (original, AWARD), award_part)?;
        for (key, points) in claims {
            let owner = draft.known_member(key.account.member)?;
            let open = draft.named_item(owner, key.account, key.position)?;
            draft.claim(open, points)?;
        }
        draft.restore(payer, &purchase.as_accrual(), original, (AWARD, award_part))?;
        draft.cancel_event(purchase.partner, &original.entry, AWARD, award_part)?;
    }
    draft.tell_balance(member, purchase.point_type)?;
    draft.tell_strayed()
}

/// The spends of a purchase: their places, where the discount was given, how much.
fn spends(original: &Original) -> impl Iterator<Item = (u16, ReductionMethod, Points)> + '_ {
    original.legs().iter().filter_map(|leg| match *leg {
        Leg::Spent { way: SpendWay::Instantly, reduction, amount, .. } => Some((INSTANT, reduction, amount)),
        Leg::Spent { way: SpendWay::Automatic, reduction, amount, .. } => Some((SPENT, reduction, amount)),
        _ => None,
    })
}

/// All spends of the purchase come back, what was taken last first.
fn return_spends<V: View>(
    draft: &mut Draft<'_, V>,
    purchase: &RecordPurchase,
    original: &Original,
    member: At<Member>,
) -> Result<(), Undecided> {
    let taken = original.legs().iter().rev().filter_map(Leg::moved).filter(|part| part.to == PointState::Redeemed);
    for part in taken {
        let account = draft.effects.members.key(member).account(part.point_type);
        let position = part.position(draft.type_of(&account)?.order);
        let open = draft.named_item(member, account, position)?;
        draft.come_back(open, PointState::Redeemed, part.points)?;
    }
    for (place, reduction, amount) in spends(original) {
        match reduction {
            ReductionMethod::FrontEnd => draft.cancel_event(purchase.partner, &original.entry, place, amount)?,
            ReductionMethod::BackEnd => end_refund(draft, purchase, original, (place, amount))?,
        }
    }
    Ok(())
}

/// The member's credit is taken back. A refund that the gateway has not made is not asked for any more; one that it made
/// is owed by the member.
fn end_refund<V: View>(
    draft: &mut Draft<'_, V>,
    purchase: &RecordPurchase,
    original: &Original,
    (place, amount): (u16, Points),
) -> Result<(), Undecided> {
    let (partner, member) = (purchase.partner, purchase.member);
    let key = RefundKey { program: draft.id, sequence: original.entry.sequence, place, member };
    if let Some(mut refund) = draft.row::<Refunds>(&key)?.filter(|refund| refund.state == RefundState::Pending) {
        refund.state = RefundState::Cancelled;
        draft.put::<Refunds>(key, Some(refund));
        draft.effects.legs.push(Leg::RefundAnswered { state: RefundState::Cancelled, amount });
    }
    let (owner, cause) = (Subject::Member(member), PostingCause::Refund { partner });
    draft.post(NewPosting { owner, kind: PostingKind::Debit, amount, cause, document: None })?;
    Ok(())
}
