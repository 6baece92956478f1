//! The numbers of every listed variant that is stored: for the test that pins them.

use super::tagged::Tagged;
use super::{
    Action, BillUntil, BlockState, CancelAmount, Definition, Evaluation, Expiry, FeeAmount, Inactivity, Leg, Maximum,
    NegativeLimit, Overdraft, PointState, PostingCause, QualifyingPeriod, Reduction, Rejection, RuleOwner,
    ScheduledFee, SchemeChoice, SpendRanges, Start, Window, tables::TableId,
};

/// A kind of stored thing, a number that is stored for it, and the word that people read.
pub type StoredNumber = (&'static str, u16, &'static str);

fn listed<T: Tagged>(what: &'static str) -> impl Iterator<Item = StoredNumber> {
    let numbered = move |word: &&'static str| T::number_of(word).map(|number| (what, number, *word));
    T::KINDS.iter().filter_map(numbered)
}

/// Every number that is stored for a variant of a listed enum, and the shape of every table.
#[doc(hidden)]
#[must_use]
pub fn stored_numbers() -> Vec<StoredNumber> {
    let verbs = (0..=u16::MAX).filter_map(|number| Action::verb_of(number).map(|word| ("verb", number, word)));
    let points = PointState::ALL.into_iter().map(|state| ("point_state", state as u16, state.code()));
    let blocks = BlockState::ALL.into_iter().map(|state| ("block_state", state as u16, state.code()));
    let tables = TableId::ALL.into_iter().map(|table| ("table_shape", u16::from(table.shape()), table.name()));
    verbs
        .chain(points)
        .chain(blocks)
        .chain(tables)
        .chain(listed::<BillUntil>("bill_until"))
        .chain(listed::<CancelAmount>("cancel_amount"))
        .chain(listed::<Definition>("definition"))
        .chain(listed::<Evaluation>("evaluation"))
        .chain(listed::<Expiry>("expiry"))
        .chain(listed::<FeeAmount>("fee_amount"))
        .chain(listed::<Inactivity>("inactivity"))
        .chain(listed::<Leg>("leg"))
        .chain(listed::<Maximum>("maximum"))
        .chain(listed::<NegativeLimit>("negative_limit"))
        .chain(listed::<Overdraft>("overdraft"))
        .chain(listed::<PostingCause>("posting_cause"))
        .chain(listed::<QualifyingPeriod>("qualifying_period"))
        .chain(listed::<Reduction>("reduction"))
        .chain(listed::<Rejection>("refusal"))
        .chain(listed::<RuleOwner>("rule_owner"))
        .chain(listed::<ScheduledFee>("scheduled_fee"))
        .chain(listed::<SchemeChoice>("scheme_choice"))
        .chain(listed::<SpendRanges>("spend_ranges"))
        .chain(listed::<Start>("start"))
        .chain(listed::<Window>("window"))
        .collect()
}
