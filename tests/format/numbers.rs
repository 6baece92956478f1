//! The numbers of stored variants: each belongs to one variant for ever.
//!
//! A new verb, leg, refusal, state or definition gets a line here; an old number never another meaning.

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

#[test]
fn the_numbers_of_verbs_are_pinned() {
    let (partner, block, member, hold) = (PartnerId(7), BlockId(1), MemberId(4711), RequestId(5));
    let (points, starts_at, expires, unit_price) = (Points(1), None, Expiry::Never, None);
    let point_type = PointTypeId(2);
    let verbs: [(u16, Action); 15] = [
        (0, CreateProgram::default().into()),
        (1, CreatePointType::default().into()),
        (2, CreatePartner::default().into()),
        (3, PurchaseBlock { partner, block, points, starts_at, expires, unit_price }.into()),
        (4, ApproveBlock { partner, block }.into()),
        (5, Enrol { member }.into()),
        (6, Accrue { member, partner: None, awards: vec![Award::new(point_type, points)] }.into()),
        (7, Redeem { member, point_type, points }.into()),
        (8, Cancel { request: RequestId(1), amount: CancelAmount::Whole }.into()),
        (9, BookDue { subject: Subject::Member(member), limit: 1 }.into()),
        (10, Transfer { member, to: MemberId(1), point_type, points, fee: Points(0) }.into()),
        (11, HoldPoints { member, point_type, points, times_out: expires }.into()),
        (12, Capture { hold, points: Some(points) }.into()),
        (13, Release { hold, points: None }.into()),
        (14, Erase { transaction: Some(hold), id: None }.into()),
    ];
    for (number, action) in &verbs {
        pinned_number(action, *number);
    }
    let pinned: BTreeSet<&str> = verbs.iter().map(|(_, action)| action.verb()).collect();
    let all: BTreeSet<&str> = Action::VERBS.iter().copied().collect();
    assert_eq!(pinned, all, "every verb has its number here");
    numbers!(CancelAmount { 0 Whole, 1 Points(points), 2 Award { place: 3, points } });
    numbers!(Subject { 0 Member(member), 1 Partner(partner), 2 Source(SourceId(5)), 3 Program });
    let (instant, span) = (at("2026-01-05T00:00:00Z"), Span::days(3));
    numbers!(Start { 0 Transaction, 1 At(instant), 2 After(span) });
    numbers!(Expiry { 0 Never, 1 At(instant), 2 On("2026-01-31".parse().unwrap()), 3 After(span) });
    numbers!(Unit { 0 Days, 1 Weeks, 2 Months, 3 Years });
}

#[test]
fn the_numbers_of_settings_are_pinned() {
    numbers!(Enrolment { 0 Explicit, 1 OnFirstAccrual });
    numbers!(NeverUsable { 0 Refuse, 1 Allow });
    numbers!(PointClass { 0 Redeemable, 1 Qualifying, 2 Both });
    numbers!(UseOrder { 0 EarliestExpiry, 1 FirstIn });
    numbers!(NegativeBalance { 0 Allowed, 1 Refused });
    numbers!(Billing { 0 Prepaid, 1 PostPaid });
    numbers!(Rounding { 0 HalfUp, 1 Down, 2 Up });
    numbers!(BlockOrder { 0 EarliestExpiry, 1 EarliestStart, 2 Created });
    numbers!(BlockStatus { 0 Pending, 1 Approved });
    let (Definition::Program(settings), Definition::PointType(point_type)) = (program(), point_type()) else {
        panic!("as they are made");
    };
    numbers!(Definition { 0 Program(settings.clone()), 1 PointType(point_type.clone()) });
}

#[test]
fn the_numbers_of_states_are_pinned() {
    let states = [
        "matured",
        "future",
        "held",
        "redeemed",
        "expired",
        "cancelled",
        "repaid",
        "transferred",
        "adjusted",
        "rolled_over",
        "fee",
        "made_up",
    ];
    assert_eq!(PointState::ALL.map(PointState::code), states);
    for (state, number) in PointState::ALL.into_iter().zip(0..) {
        pinned_number(&state, number);
    }
    let states = ["remaining", "debited", "expired", "fee", "adjusted"];
    assert_eq!(BlockState::ALL.map(BlockState::code), states);
    for (state, number) in BlockState::ALL.into_iter().zip(0..) {
        pinned_number(&state, number);
    }
}

#[test]
fn the_numbers_of_legs_are_pinned() {
    let (partner, block, point_type, member) = (PartnerId(7), BlockId(1), PointTypeId(2), MemberId(4711));
    let (points, remaining, rate, place) = (Points(10), Points(990), Rate::ONE, 3);
    let (available_from, expires_at, source) = (at("2026-01-05T00:00:00Z"), None, None);
    let (item, effective_at) = (ItemId { sequence: Sequence::OWN, place }, available_from);
    let (from, to) = (PointState::Future, PointState::Matured);
    let (left, paid) = (Some(BlockState::Remaining), Some(BlockState::Debited));
    numbers!(Leg {
        0 Granted { member, item, point_type, points, available_from, expires_at, source },
        1 Moved { member, item, point_type, from, to, points, remaining, expires_at, effective_at },
        2 Owed { member, point_type, points },
        3 Absorbed { member, point_type, points },
        4 Block { partner, block, from: left, to: paid, points, remaining, place: Some(place), rate: Some(rate) },
        5 Charged { partner, place, points, rate },
        6 Credited { partner, points },
    });
    numbers!(Outcome {
        0 Done { legs: vec![Leg::Owed { member, point_type, points }], balances: Vec::new() },
        1 Refused(Rejection::Overflow),
    });
}

#[test]
fn the_numbers_of_refusals_are_pinned() {
    let (partner, block, point_type, place) = (PartnerId(7), BlockId(1), PointTypeId(2), 3);
    let (available, left) = (Points(10), Points(3));
    let (available_from, expires_at) = (at("2026-01-05T00:00:00Z"), at("2026-01-02T00:00:00Z"));
    let refusals = [
        (0, Rejection::RequestIdReused { first: Sequence(6) }),
        (1, Rejection::ProgramUnknown),
        (2, Rejection::ProgramExists),
        (3, Rejection::TransactionAhead { latest: expires_at }),
        (4, Rejection::PointTypeUnknown { point_type }),
        (5, Rejection::PointTypeExists { point_type }),
        (6, Rejection::PointTypeLimit { limit: 8 }),
        (7, Rejection::PartnerUnknown { partner }),
        (8, Rejection::PartnerExists { partner }),
        (9, Rejection::PartnerPostPaid { partner }),
        (10, Rejection::BlockUnknown { block }),
        (11, Rejection::BlockExists { block }),
        (12, Rejection::BlockNotPending { block }),
        (13, Rejection::BlockExpired { block, expires_at }),
        (14, Rejection::BlockLimit { limit: 1000 }),
        (15, Rejection::MemberUnknown),
        (16, Rejection::MemberExists),
        (17, Rejection::NotRedeemable { point_type }),
        (18, Rejection::NeverUsable { place, available_from, expires_at }),
        (19, Rejection::TransactionUnknown),
        (20, Rejection::NotCancellable),
        (21, Rejection::AwardUnknown { awards: 2 }),
        (22, Rejection::CancelExceeds { left }),
        (23, Rejection::InsufficientPartnerPoints { partner, available, short: Points(5) }),
        (24, Rejection::InsufficientPoints { point_type, available, short: 5 }),
        (25, Rejection::TooManyItems { limit: 10_000, points: Points(7) }),
        (26, Rejection::Overflow),
        (27, Rejection::HoldUnknown),
        (28, Rejection::HoldExceeds { left }),
        (29, Rejection::SameMember),
        (30, Rejection::HoldOver { times_out_at: expires_at }),
    ];
    for (number, rejection) in &refusals {
        pinned_number(rejection, *number);
    }
    let pinned: BTreeSet<&str> = refusals.iter().map(|(_, rejection)| rejection.code()).collect();
    let all: BTreeSet<&str> = Rejection::CODES.iter().copied().collect();
    assert_eq!(pinned, all, "every refusal has its number here");
}
