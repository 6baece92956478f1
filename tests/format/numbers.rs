//! The numbers of stored variants: each belongs to one variant for ever.
//!
//! Enums with a list of their own (verbs, legs, refusals, states, definitions) are pinned by a text file, a line for each
//! variant. The others have their numbers by their order; the fixtures here pin those.

use super::*;
use std::collections::BTreeSet;

/// Which number stands for which variant of a stored enum: a variant that has none here does not compile.
macro_rules! numbers {
    ($type:ident { $($number:literal $variant:ident $(($($body:tt)*))? $({$($field:tt)*})?),+ $(,)? }) => {
        let number = |value: &$type| match value { $($type::$variant { .. } => $number,)+ };
        for value in [$($type::$variant $(($($body)*))? $({$($field)*})?),+] {
            pinned_number(&value, number(&value));
        }
    };
}

fn pinned_number<T>(value: &T, number: u16)
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug,
{
    let stored = encoded(value);
    assert!(stored.starts_with(&encoded(&number)), "{value:?} is stored as {stored}, its number is {number}");
    assert_eq!(codec::decode::<T>(&bytes(&stored), "a variant").as_ref(), Ok(value));
}

const NUMBERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/format/numbers.txt");

/// The file is written again by `ACCRUEDB_WRITE_JOURNAL=1 cargo test numbers_of_listed`. A change of it other than new
/// lines is a change of the format.
#[test]
fn the_numbers_of_listed_variants_are_pinned() {
    let text: String =
        stored_numbers().iter().map(|(what, number, word)| format!("{what} {number} {word}\n")).collect();
    if std::env::var("ACCRUEDB_WRITE_JOURNAL").is_ok() {
        std::fs::write(NUMBERS, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(NUMBERS).unwrap());
}

/// All verbs, refusals and legs are in that list. A word has one number; a number has one word, but for the movements of
/// points, which share the two legs that tell of them, and for tables, whose shapes are counted each for itself.
#[test]
fn listed_numbers_are_complete_and_differ() {
    let stored = stored_numbers();
    let words = |of: &str| -> BTreeSet<&str> {
        stored.iter().filter(|(what, ..)| *what == of).map(|(.., word)| *word).collect()
    };
    assert_eq!(words("verb"), Action::VERBS.iter().copied().collect());
    assert_eq!(words("refusal"), Rejection::CODES.iter().copied().collect());
    let (mut seen_words, mut seen_numbers) = (BTreeSet::new(), BTreeSet::new());
    for (what, number, word) in stored {
        assert!(seen_words.insert((what, word)), "{what} {word} twice");
        let shared = what == "table_shape" || (what == "leg" && [1, 4].contains(&number));
        assert!(seen_numbers.insert((what, number)) || shared, "{what} {number} twice");
    }
}

/// What is listed is what is stored: for a value of some of the lists.
#[test]
fn listed_numbers_are_those_that_are_stored() {
    let (member, hold, points, point_type) = (MemberId(4711), RequestId(5), Points(1), PointTypeId(2));
    let stored = stored_numbers();
    let number = |what: &str, word: &str| {
        let found = stored.iter().find(|(kind, _, known)| (*kind, *known) == (what, word));
        found.unwrap_or_else(|| panic!("no {what} {word}")).1
    };
    let verbs: [Action; 15] = [
        CreateProgram::default().into(),
        CreatePointType::default().into(),
        CreatePartner::default().into(),
        PurchaseBlock::default().into(),
        ApproveBlock { partner: PartnerId(7), block: BlockId(1) }.into(),
        Enrol { member }.into(),
        Accrue { member, partner: None, awards: vec![Award::new(point_type, points)] }.into(),
        Redeem { member, point_type, points }.into(),
        Cancel { request: RequestId(1), amount: CancelAmount::Whole }.into(),
        BookDue { subject: Subject::Member(member), limit: 1 }.into(),
        Transfer { member, to: MemberId(1), point_type, points, fee: Points(0) }.into(),
        HoldPoints { member, point_type, points, times_out: Expiry::Never }.into(),
        Capture { hold, points: Some(points) }.into(),
        Release { hold, points: None }.into(),
        Erase { transaction: Some(hold), id: None }.into(),
    ];
    for action in verbs {
        pinned_number(&action, number("verb", action.verb()));
    }
    let legs = [Leg::Owed { member, point_type, points }, Leg::Absorbed { member, point_type, points }, moved()];
    for leg in legs {
        pinned_number(&leg, number("leg", leg.kind()));
    }
    let available = Points(10);
    let refusals = [
        Rejection::RequestIdReused { first: Sequence(6) },
        Rejection::ProgramUnknown,
        Rejection::PointTypeUnknown { point_type },
        Rejection::InsufficientPoints { point_type, available, short: 5 },
        Rejection::Overflow,
    ];
    for refusal in refusals {
        pinned_number(&refusal, number("refusal", refusal.code()));
    }
    for state in PointState::ALL {
        pinned_number(&state, number("point_state", state.code()));
    }
    for state in BlockState::ALL {
        pinned_number(&state, number("block_state", state.code()));
    }
    for definition in [program(), super::point_type()] {
        pinned_number(&definition, number("definition", definition.code()));
    }
    numbers!(Start { 0 Transaction, 1 At(at("2026-01-05T00:00:00Z")), 2 After(Span::days(3)) });
}

#[test]
fn the_numbers_of_unlisted_variants_are_pinned() {
    let (member, point_type, points) = (MemberId(4711), PointTypeId(2), Points(10));
    numbers!(Subject { 0 Member(member), 1 Partner(PartnerId(7)), 2 Source(SourceId(5)), 3 Program });
    numbers!(Outcome {
        0 Done { legs: vec![Leg::Owed { member, point_type, points }], balances: Vec::new() },
        1 Refused(Rejection::Overflow),
    });
    numbers!(Unit { 0 Days, 1 Weeks, 2 Months, 3 Years });
    numbers!(Enrolment { 0 Explicit, 1 OnFirstAccrual });
    numbers!(NeverUsable { 0 Refuse, 1 Allow });
    numbers!(ProgramStatus { 0 Active, 1 Draft });
    numbers!(OnClosing { 0 Keep, 1 Expire });
    numbers!(SourceRule { 0 Optional, 1 Required });
    numbers!(PointClass { 0 Redeemable, 1 Qualifying, 2 Both });
    numbers!(UseOrder { 0 EarliestExpiry, 1 FirstIn });
    numbers!(NegativeBalance { 0 Allowed, 1 Refused });
    numbers!(TypeStatus { 0 Active, 1 Inactive });
    numbers!(HeldExpiry { 0 Honour, 1 Expire });
    numbers!(MemberStatus { 0 Active, 1 Blocked, 2 Closed });
    numbers!(Billing { 0 Prepaid, 1 PostPaid });
    numbers!(Rounding { 0 HalfUp, 1 Down, 2 Up });
    numbers!(BlockOrder { 0 EarliestExpiry, 1 EarliestStart, 2 Created });
    numbers!(BlockKind { 0 Regular, 1 Auto, 2 Reserve });
    numbers!(BlockStatus { 0 Pending, 1 Approved, 2 Rejected, 3 Cancelled });
    numbers!(CreditCap { 0 None, 1 Available });
}

/// Those of sources, charges, tiers and several partners.
#[test]
fn the_numbers_of_more_unlisted_variants_are_pinned() {
    numbers!(LifeCycle { 0 Effective, 1 NotEffective });
    numbers!(Priority { 0 Low, 1 Normal, 2 Medium, 3 High });
    numbers!(ChargeCause {
        0 Purchase,
        1 AutoCreation,
        2 ReserveUsage,
        3 BlockPurchaseDue,
        4 ReserveReturned,
        5 PurchaseCancelled,
    });
    numbers!(PartnerEvent { 0 PointsLow, 1 ReserveTouched, 2 BlockExpiring });
    numbers!(Direction { 0 Debit, 1 Credit });
    numbers!(GatewayAnswer { 0 Ok, 1 Failed });
    numbers!(RuleTransfer { 0 Move, 1 Copy });
    numbers!(Weekday { 0 Monday, 1 Tuesday, 2 Wednesday, 3 Thursday, 4 Friday, 5 Saturday, 6 Sunday });
    numbers!(Period { 0 Month, 1 Quarter, 2 Year });
    numbers!(Activity { 0 Accrue, 1 Redeem, 2 Hold, 3 Transfer, 4 Adjust });
    numbers!(SpendWay { 0 Instantly, 1 Automatic, 2 Requested, 3 Credited });
    numbers!(ReductionMethod { 0 FrontEnd, 1 BackEnd });
    numbers!(Setup {
        0 SettlementSettings,
        1 RefundSetup,
        2 RefundMethod,
        3 RefundType,
        4 RefundProvider,
        5 PaymentRun,
    });
    numbers!(Kind { 0 Merchant, 1 Scheme, 2 Offer });
    numbers!(OfferClass {
        0 JustMoney,
        1 RewardAchievement,
        2 RewardBehavior,
        3 RewardFinancialAchievement,
        4 RewardLoyaltyTransactionAmountBased,
        5 RewardLoyaltyTransactionNumberBased,
        6 RewardLoyaltyItemQuantityBased,
        7 RewardReferrals,
        8 UtiliseFreeCapacity,
        9 IncreaseRevenueProductBased,
        10 IncreaseRevenueTransactionBased,
        11 WithoutEvent,
    });
    numbers!(SpendMethod { 0 Wallet, 1 SpendInstantly });
    numbers!(AwardBasis { 0 Purchase, 1 Accumulation });
    numbers!(Standing { 0 Primary, 1 Other });
    numbers!(PostingKind { 0 Invoice, 1 CreditNote, 2 Debit, 3 Credit });
    numbers!(RefundState { 0 Pending, 1 Settled, 2 Failed, 3 Cancelled });
    numbers!(EventKind { 0 Purchase, 1 Spend, 2 CancelledPurchase, 3 CancelledSpend });
    numbers!(RunState { 0 Draft, 1 Saved, 2 Submitted, 3 Completed });
    numbers!(SettlementType { 0 DebitAndCredit, 1 Debit, 2 Credit });
    numbers!(Beyond { 0 Reject, 1 Clip });
    numbers!(Counting { 0 EachAward, 1 Once });
    numbers!(LimitScope { 0 Member, 1 Source });
    numbers!(PauseReason { 0 Manual, 1 Inventory });
    numbers!(SourceStatus { 0 Active, 1 Paused, 2 Exhausted, 3 Archived });
    numbers!(InventoryChange { 0 Set, 1 Modified, 2 Drawn, 3 Returned, 4 Expired });
}
