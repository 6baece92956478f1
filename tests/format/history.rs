//! What the golden journal was made of.

use super::at;
use accruedb::domain::*;

fn award(point_type: u16, points: i64) -> Award {
    Award::new(PointTypeId(point_type), Points(points))
}

fn accrue(member: u128, partner: Option<u32>, awards: &[Award]) -> Action {
    Accrue { member: MemberId(member), partner: partner.map(PartnerId), awards: awards.to_vec() }.into()
}

fn redeem(member: u128, point_type: u16, points: i64) -> Action {
    Redeem { member: MemberId(member), point_type: PointTypeId(point_type), points: Points(points) }.into()
}

fn transfer(member: u128, to: u128, points: i64, fee: i64) -> Action {
    let (member, to, point_type) = (MemberId(member), MemberId(to), PointTypeId(1));
    Transfer { member, to, point_type, points: Points(points), fee: Points(fee) }.into()
}

fn hold(member: u128, points: i64, times_out: Expiry) -> Action {
    let (member, point_type, points) = (MemberId(member), PointTypeId(1), Points(points));
    HoldPoints { member, point_type, points, times_out }.into()
}

fn capture(hold: u128, points: Option<i64>) -> Action {
    Capture { hold: RequestId(hold), points: points.map(Points) }.into()
}

fn release(hold: u128, points: Option<i64>) -> Action {
    Release { hold: RequestId(hold), points: points.map(Points) }.into()
}

fn cancel(request: u128, amount: CancelAmount) -> Action {
    Cancel { request: RequestId(request), amount }.into()
}

fn purchase(partner: u32, block: u64, points: i64, expires: Expiry) -> PurchaseBlock {
    let (partner, block, points) = (PartnerId(partner), BlockId(block), Points(points));
    PurchaseBlock { partner, block, points, expires, ..PurchaseBlock::default() }
}

fn approve(partner: u32, block: u64) -> Action {
    ApproveBlock { partner: PartnerId(partner), block: BlockId(block) }.into()
}

fn point_type(id: u16, expiry: Expiry) -> CreatePointType {
    CreatePointType { point_type: PointTypeId(id), expiry, ..CreatePointType::default() }
}

fn create_partner(id: u32) -> CreatePartner {
    CreatePartner { partner: PartnerId(id), ..CreatePartner::default() }
}

/// A command: its request id, the program, the date, what is done.
type Row = (u128, u32, &'static str, Action);

/// What the golden journal was made of: every action, every leg, nearly every refusal.
#[rustfmt::skip]
fn history() -> Vec<Row> {
    let (never, whole) = (Expiry::Never, || CancelAmount::Whole);
    let some = |points| CancelAmount::Points(Points(points));
    let after = |count, unit| Expiry::After(Span { count, unit });
    let (enrolment, never_usable) = (Enrolment::OnFirstAccrual, NeverUsable::Allow);
    let zone = "Europe/Vienna".parse().unwrap();
    let vienna = CreateProgram { zone, enrolment, never_usable, ..CreateProgram::default() };
    let (order, negative_balance) = (UseOrder::FirstIn, NegativeBalance::Refused);
    let first_in = CreatePointType { order, negative_balance, ..point_type(2, never) };
    let tier = CreatePointType { class: PointClass::Qualifying, ..point_type(3, after(1, Unit::Years)) };
    let rates = [(PointTypeId(1), "1/3".parse().unwrap()), (PointTypeId(2), Rate::ONE)].into();
    let prepaid = CreatePartner { rates, rounding: Rounding::Up, ..create_partner(1) };
    let rates = [(PointTypeId(1), "0.5".parse().unwrap())].into();
    let (billing, order) = (Billing::PostPaid, BlockOrder::Created);
    let post_paid = CreatePartner { billing, rates, order, ..create_partner(2) };
    let unit_price = Some("0.25".parse().unwrap());
    let short = PurchaseBlock { unit_price, ..purchase(1, 1, 100, after(2, Unit::Weeks)) };
    let starts_at = Some(at("2026-01-01T00:00:00Z"));
    let long = PurchaseBlock { starts_at, ..purchase(1, 2, 50, Expiry::On("2026-06-30".parse().unwrap())) };
    let sourced = Award { source: Some(SourceId(5)), ..award(1, 30) };
    let late = Award { start: Start::After(Span::days(3)), ..award(2, 8) };
    let until = |day: &str| Expiry::At(at(&format!("{day}T00:00:00Z")));
    let start = Start::At(at("2026-01-12T00:00:00Z"));
    let lapses = Award { start, expires: Some(until("2026-01-05")), ..award(2, 9) };
    let brief = Award { expires: Some(until("2026-01-20")), ..award(1, 6) };
    let past = Award { expires: Some(until("2025-12-31")), ..award(1, 1) };
    let one_type = CreateProgram { point_types_max: Some(1), ..CreateProgram::default() };
    let member = MemberId(1);
    vec![
        (1, 1, "2026-01-01", vienna.into()),
        (2, 1, "2026-01-01", point_type(1, after(30, Unit::Days)).into()),
        (3, 1, "2026-01-01", first_in.into()),
        (4, 1, "2026-01-01", tier.into()),
        (5, 1, "2026-01-01", prepaid.into()),
        (6, 1, "2026-01-01", post_paid.into()),
        (7, 1, "2026-01-01", short.into()),
        (8, 1, "2026-01-01", approve(1, 1)),
        (9, 1, "2026-01-01", long.into()),
        (10, 1, "2026-01-01", approve(1, 2)),
        (11, 1, "2026-01-01", Enrol { member }.into()),
        // spent, given back in part, taken back, made up for by other points
        (12, 1, "2026-01-02", accrue(1, Some(1), &[sourced, award(3, 7)])),
        (13, 1, "2026-01-02", accrue(1, Some(2), &[award(1, 20)])),
        (14, 1, "2026-01-02", redeem(1, 1, 25)),
        (15, 1, "2026-01-02", cancel(14, some(5))),
        (16, 1, "2026-01-02", cancel(12, whole())),
        // owed, repaid, borne by the host
        (17, 1, "2026-01-02", accrue(1, None, &[award(1, 15)])),
        (18, 1, "2026-01-02", redeem(1, 1, 15)),
        (19, 1, "2026-01-02", cancel(17, whole())),
        (20, 1, "2026-01-02", accrue(1, None, &[award(1, 10)])),
        (21, 1, "2026-01-02", cancel(13, CancelAmount::Award { place: 0, points: Points(8) })),
        (22, 1, "2026-01-02", accrue(2, None, &[award(2, 10)])),
        (23, 1, "2026-01-02", redeem(2, 2, 10)),
        (24, 1, "2026-01-02", cancel(22, whole())),
        (57, 1, "2026-01-02", cancel(23, whole())),
        // what is to mature, lapse and expire
        (25, 1, "2026-01-02", accrue(2, None, &[late, lapses])),
        (26, 1, "2026-01-02", accrue(2, Some(1), &[brief])),
        // refused
        (26, 1, "2026-01-03", redeem(2, 1, 1)),
        (27, 9, "2026-01-03", Enrol { member }.into()),
        (28, 1, "2026-01-03", CreateProgram::default().into()),
        (29, 1, "2026-01-03", redeem(1, 9, 1)),
        (30, 1, "2026-01-03", point_type(1, never).into()),
        (31, 2, "2026-01-03", one_type.into()),
        (32, 2, "2026-01-03", point_type(1, never).into()),
        (33, 2, "2026-01-03", point_type(2, never).into()),
        (34, 1, "2026-01-03", accrue(1, Some(9), &[award(1, 1)])),
        (35, 1, "2026-01-03", create_partner(1).into()),
        (36, 1, "2026-01-03", purchase(2, 1, 1, never).into()),
        (37, 1, "2026-01-03", approve(1, 9)),
        (38, 1, "2026-01-03", purchase(1, 1, 1, never).into()),
        (39, 1, "2026-01-03", approve(1, 1)),
        (40, 1, "2026-01-03", purchase(1, 3, 1, until("2025-12-31")).into()),
        (41, 1, "2026-01-03", redeem(9, 1, 1)),
        (42, 1, "2026-01-03", Enrol { member }.into()),
        (43, 1, "2026-01-03", redeem(1, 3, 1)),
        (44, 2, "2026-01-03", Enrol { member }.into()),
        (45, 2, "2026-01-03", accrue(1, None, &[past])),
        (46, 1, "2026-01-03", cancel(999, whole())),
        (47, 1, "2026-01-03", cancel(1, whole())),
        (48, 1, "2026-01-03", cancel(25, some(1))),
        (49, 1, "2026-01-03", cancel(22, some(1))),
        (50, 1, "2026-01-03", accrue(1, Some(1), &[award(2, 1000)])),
        (51, 1, "2026-01-03", redeem(1, 1, 100)),
        (52, 1, "2026-01-03", accrue(3, None, &[award(2, i64::MAX), award(2, i64::MAX)])),
        // to another member, with a fee, and what is left of it back again; what was spent of it is owed
        (60, 1, "2026-01-04", accrue(4, None, &[award(1, 60), award(2, 10)])),
        (61, 1, "2026-01-04", transfer(4, 5, 20, 2)),
        (62, 1, "2026-01-04", redeem(5, 1, 15)),
        (63, 1, "2026-01-04", cancel(61, some(4))),
        (64, 1, "2026-01-04", cancel(61, whole())),
        // set aside; some of it is captured, some of that given back, some released; the rest times out
        (65, 1, "2026-01-04", hold(4, 12, after(2, Unit::Days))),
        (66, 1, "2026-01-04", capture(65, Some(5))),
        (67, 1, "2026-01-04", cancel(66, some(2))),
        (68, 1, "2026-01-04", release(65, Some(3))),
        (69, 1, "2026-01-07", redeem(4, 1, 1)),
        // one who made up for spent points of another accrual gets his own back
        (70, 1, "2026-01-08", accrue(6, None, &[award(1, 10)])),
        (71, 1, "2026-01-08", redeem(6, 1, 10)),
        (72, 1, "2026-01-08", accrue(6, None, &[award(1, 6)])),
        (73, 1, "2026-01-08", cancel(70, whole())),
        (74, 1, "2026-01-08", accrue(6, None, &[award(1, 9)])),
        (75, 1, "2026-01-08", cancel(71, whole())),
        (80, 1, "2026-01-08", Erase { transaction: Some(RequestId(75)), id: None }.into()),
        // refused
        (76, 1, "2026-01-08", capture(999, None)),
        (77, 1, "2026-01-08", release(65, None)),
        (78, 1, "2026-01-08", hold(4, 1, until("2026-01-05"))),
        (79, 1, "2026-01-08", transfer(4, 4, 1, 0)),
        // what fell due meanwhile is booked: of the partner, then of the member
        (53, 1, "2026-03-01", accrue(1, Some(1), &[award(1, 3)])),
        (54, 1, "2026-03-01", redeem(2, 2, 2)),
        (55, 1, "2026-03-01", cancel(26, whole())),
        (56, 1, "2026-03-01", cancel(14, whole())),
    ]
}

pub(super) fn commands() -> Vec<Command> {
    let command = |(request, program, date, action): Row| {
        Command::new(ProgramId(program), RequestId(request), action).at(at(&format!("{date}T12:00:00Z")))
    };
    history().into_iter().map(command).collect()
}
