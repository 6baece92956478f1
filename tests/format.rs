//! The bytes that are stored, pinned: a change of any of them is a change of the format, which needs a new version.
//! What cannot be read is an error, never a panic. And the way out of the encoding crate, proven with another one.

use crate::model::history::next;
use accruedb::domain::*;
use accruedb::engine::{ClockSource, Engine, EngineOptions};
use accruedb::storage::keys::{DueKey, Key};
use accruedb::storage::memory::MemoryStore;
use accruedb::storage::record::{self, Record};
use accruedb::storage::{
    Appended, Blocks, Catalog, Corrections, Items, JournalRecord, Members, Partners, Read, Requests, Run, Store, Table,
    TotalsByDay, codec,
};
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::ops::ControlFlow;
use std::sync::Arc;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn encoded(value: &impl serde::Serialize) -> String {
    let mut to = Vec::new();
    codec::encode(value, &mut to).unwrap();
    hex(&to)
}

fn item() -> Item {
    Item {
        granted: Points(1000),
        remaining: Points(70),
        held: Points(0),
        redeemed: Points(600),
        expired: Points(30),
        cancelled: Points(200),
        repaid: Points(100),
        claimed: Points(50),
        absorbed: Points(25),
        available_from: at("2026-01-02T03:04:05.678Z"),
        expires_at: Some(at("2027-01-02T03:04:05.678Z")),
        source: Some(SourceId(300)),
        partner: None,
    }
}

fn totals() -> Totals {
    Totals { issued: 1 << 100, redeemed: -5, expired: 251, cancelled: 0, repaid: 70_000 }
}

fn account() -> Account {
    let position =
        ItemPosition::new(UseOrder::EarliestExpiry, item().expires_at, ItemId { sequence: Sequence(300), place: 2 });
    Account { available: Points(70), lifetime: Points(800), first_open: position, ..Account::new(PointTypeId(2)) }
}

fn member() -> Member {
    Member { accounts: [account()].into(), next_due: item().expires_at, ..Member::new(at("2026-01-01T00:00:00Z")) }
}

fn partner() -> Partner {
    let terms = PartnerTerms {
        billing: Billing::PostPaid,
        rates: [(PointTypeId(2), "1/3".parse().unwrap())].into(),
        rounding: Rounding::Up,
        order: BlockOrder::Created,
    };
    let open = vec![BlockId(1), BlockId(70_000)];
    Partner { terms: Arc::new(terms), open: open.into(), remaining: Points(9), debited: Points(-1), next_due: None }
}

fn block() -> Block {
    Block {
        status: BlockStatus::Approved,
        purchased: Points(5000),
        remaining: Points(4000),
        debited: Points(900),
        expired: Points(100),
        starts_at: at("1969-12-31T23:59:59Z"),
        expires_at: None,
        unit_price: "0.25".parse().unwrap(),
        created: Sequence(6),
    }
}

fn program() -> Program {
    let point_type = PointType {
        class: PointClass::Qualifying,
        order: UseOrder::FirstIn,
        expiry: Expiry::After(Span { count: 18, unit: Unit::Months }),
        negative_balance: NegativeBalance::Refused,
    };
    Program {
        zone: "Europe/Vienna".parse().unwrap(),
        enrolment: Enrolment::OnFirstAccrual,
        never_usable: NeverUsable::Allow,
        point_types_max: 8,
        point_types: [(PointTypeId(2), point_type)].into(),
    }
}

fn command() -> Command {
    let award = Award { start: Start::After(Span::days(3)), ..Award::new(PointTypeId(2), Points(1000)) };
    let accrue = Accrue { member: MemberId(4711), partner: Some(PartnerId(7)), awards: vec![award] };
    Command::new(ProgramId(1), RequestId(1 << 70), accrue).at(at("2026-01-02T00:00:00Z")).reference("order 5")
}

fn outcome() -> Outcome {
    let part = ItemPart {
        item: ItemId { sequence: Sequence::OWN, place: 0 },
        point_type: PointTypeId(2),
        points: Points(10),
        remaining: Points(990),
        expires_at: None,
        effective_at: at("2026-01-05T00:00:00Z"),
    };
    Outcome::Done { legs: vec![Leg::Repaid(part)], balances: vec![account().balance()] }
}

fn pinned<T>(name: &str, value: &T, golden: &str)
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug,
{
    assert_eq!(encoded(value), golden, "bytes of {name}");
    assert_eq!(codec::decode::<T>(&bytes(golden), name).as_ref(), Ok(value), "{name}");
}

const ITEM: &str = "fbd0078c00fbb0043cfb9001c86432fd5c1e53f93603000001fd5c76b5a84503000001fb2c0100";
const TOTALS: &str = "fe0000000000000000000000002000000009fbf60100fce0220200";
const ENTRY: &str = "fd5c1e53f9360300002901fe0000000000000000400000000000000001fd000802f83603000001076f72646572203506fb671201070102fbd007000203000000010600000214fbbc0700fd0030e8163703000001028c00000000fb4006";

#[test]
fn the_bytes_of_records_are_pinned() {
    pinned("item", &item(), ITEM);
    pinned("totals", &totals(), TOTALS);
    pinned(
        "member",
        &member(),
        "fd0050b5ed360300000101fd5c76b5a84503000001028c00000000fb4006000000000000fd2ebb5ad4a2010080fb2d0102",
    );
    pinned("partner", &partner(), "010102010302020201fc70110100120100");
    pinned("block", &block(), "01fb1027fb401ffb0807c8fbcf0700010407");
    pinned("program", &program(), "0d4575726f70652f5669656e6e610101080102010103120201");
    pinned("correction", &Correction { cancelled: vec![Points(0), Points(300)] }, "0200fb5802");
    pinned("sequence", &Sequence(300), "fb2d01");
    pinned("sequence of the entry itself", &Sequence::OWN, "00");
    pinned("refusal", &Outcome::Refused(Rejection::CancelExceeds { left: Points(3) }), "011606");
}

/// Which number stands for which variant of a stored enum: a variant that has none here does not compile. Numbers are
/// never given to another.
macro_rules! numbers {
    ($type:ident { $($number:literal $variant:ident $(($($body:tt)*))? $({$($field:tt)*})?),+ $(,)? }) => {
        let number = |value: &$type| match value { $($type::$variant { .. } => $number,)+ };
        for value in [$($type::$variant $(($($body)*))? $({$($field)*})?),+] {
            pinned_number(&value, number(&value));
        }
    };
}

fn pinned_number<T>(value: &T, number: u8)
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug,
{
    let stored = encoded(value);
    assert!(stored.starts_with(&hex(&[number])), "{value:?} is stored as {stored}, its number is {number}");
    assert_eq!(codec::decode::<T>(&bytes(&stored), "a variant").as_ref(), Ok(value));
}

#[test]
fn the_numbers_of_actions_are_pinned() {
    let (partner, block, member) = (PartnerId(7), BlockId(1), MemberId(4711));
    let (points, starts_at, expires, unit_price) = (Points(1), None, Expiry::Never, None);
    numbers!(Action {
        0 CreateProgram(CreateProgram::default()),
        1 CreatePointType(CreatePointType::default()),
        2 CreatePartner(CreatePartner::default()),
        3 PurchaseBlock(PurchaseBlock { partner, block, points, starts_at, expires, unit_price }),
        4 ApproveBlock(ApproveBlock { partner, block }),
        5 Enrol(Enrol { member }),
        6 Accrue(Accrue { member, partner: None, awards: vec![Award::new(PointTypeId(2), points)] }),
        7 Redeem(Redeem { member, point_type: PointTypeId(2), points }),
        8 Cancel(Cancel { request: RequestId(1), amount: CancelAmount::Whole }),
        9 BookDue(BookDue { subject: Subject::Member(member), limit: 1 }),
    });
    numbers!(CancelAmount { 0 Whole, 1 Points(points), 2 Award { place: 3, points } });
    numbers!(Subject { 0 Member(member), 1 Partner(partner) });
    let (instant, span) = (at("2026-01-05T00:00:00Z"), Span::days(3));
    numbers!(Start { 0 Transaction, 1 At(instant), 2 After(span) });
    numbers!(Expiry { 0 Never, 1 At(instant), 2 On("2026-01-31".parse().unwrap()), 3 After(span) });
    numbers!(Unit { 0 Days, 1 Weeks, 2 Months, 3 Years });
}

#[test]
fn the_numbers_of_settings_are_pinned() {
    numbers!(Enrolment { 0 Explicit, 1 OnFirstAccrual });
    numbers!(NeverUsable { 0 Refuse, 1 Allow });
    numbers!(PointClass { 0 Redeemable, 1 Qualifying });
    numbers!(UseOrder { 0 EarliestExpiry, 1 FirstIn });
    numbers!(NegativeBalance { 0 Allowed, 1 Refused });
    numbers!(Billing { 0 Prepaid, 1 PostPaid });
    numbers!(Rounding { 0 HalfUp, 1 Down, 2 Up });
    numbers!(BlockOrder { 0 EarliestExpiry, 1 EarliestStart, 2 Created });
    numbers!(BlockStatus { 0 Pending, 1 Approved });
}

#[test]
fn the_numbers_of_legs_are_pinned() {
    let (partner, block, point_type) = (PartnerId(7), BlockId(1), PointTypeId(2));
    let (points, remaining, expired, rate, place) = (Points(10), Points(990), Points(0), Rate::ONE, 3);
    let (available_from, expires_at, source) = (at("2026-01-05T00:00:00Z"), None, None);
    let (item, effective_at) = (ItemId { sequence: Sequence::OWN, place }, available_from);
    let part = ItemPart { item, point_type, points, remaining, expires_at, effective_at };
    numbers!(Leg {
        0 Granted { item, point_type, points, available_from, expires_at, source },
        1 Debited { place, block, points, rate, remaining },
        2 Charged { place, partner, points, rate },
        3 Redeemed(part),
        4 Returned(part),
        5 Cancelled(part),
        6 Repaid(part),
        7 Expired(part),
        8 Lapsed(part),
        9 Matured(part),
        10 Owed { point_type, points },
        11 Absorbed { point_type, points },
        12 Restored { block, points, expired },
        13 Credited { partner, points },
        14 BlockExpired { block, points },
    });
    numbers!(Outcome {
        0 Done { legs: vec![Leg::Redeemed(part)], balances: Vec::new() },
        1 Refused(Rejection::Overflow),
    });
}

#[test]
fn the_numbers_of_refusals_are_pinned() {
    let (partner, block, point_type, place) = (PartnerId(7), BlockId(1), PointTypeId(2), 3);
    let (available, short, left) = (Points(10), Points(5), Points(3));
    let (available_from, expires_at) = (at("2026-01-05T00:00:00Z"), at("2026-01-02T00:00:00Z"));
    numbers!(Rejection {
        0 RequestIdReused { first: Sequence(6) },
        1 ProgramUnknown,
        2 ProgramExists,
        3 TransactionAhead { latest: expires_at },
        4 PointTypeUnknown { point_type },
        5 PointTypeExists { point_type },
        6 PointTypeLimit { limit: 8 },
        7 PartnerUnknown { partner },
        8 PartnerExists { partner },
        9 PartnerPostPaid { partner },
        10 BlockUnknown { block },
        11 BlockExists { block },
        12 BlockNotPending { block },
        13 BlockExpired { block, expires_at },
        14 BlockLimit { limit: 1000 },
        15 MemberUnknown,
        16 MemberExists,
        17 NotRedeemable { point_type },
        18 NeverUsable { place, available_from, expires_at },
        19 TransactionUnknown,
        20 NotCancellable,
        21 AwardUnknown { awards: 2 },
        22 CancelExceeds { left },
        23 InsufficientPartnerPoints { partner, available, short },
        24 InsufficientPoints { point_type, available, short },
        25 TooManyItems { limit: 10_000 },
        26 Overflow,
    });
}

#[test]
fn the_bytes_of_a_journal_record_are_pinned() {
    let mut entry = Vec::new();
    let recorded_at = at("2026-01-02T03:04:05.678Z");
    record::encode_entry(recorded_at, Sequence(40), &command(), &outcome(), &mut entry).unwrap();
    assert_eq!(hex(&entry), ENTRY);
    let mut bytes = Vec::new();
    record::begin(&mut bytes);
    record::push(&entry, &mut bytes);
    record::push(&entry, &mut bytes);
    let record = record::finish(bytes, [7; 32], Sequence(41), 2);
    let header = "07".repeat(32) + "2900000000000000" + "02000000";
    let length = hex(&u32::try_from(entry.len()).unwrap().to_le_bytes());
    assert_eq!(hex(&record.bytes), format!("{header}{length}{ENTRY}{length}{ENTRY}"));
    assert_eq!((record.first, record.last), (Sequence(41), Sequence(42)));
    let read = Record::read(Sequence(41), &record.bytes).unwrap();
    let second = read.entries(Sequence(42)).next().unwrap().unwrap();
    assert_eq!((second.sequence, second.previous, &second.command), (Sequence(42), Sequence(40), &command()));
    let Outcome::Done { legs, .. } = second.outcome else { panic!("it was done") };
    let Leg::Repaid(part) = legs[0] else { panic!("it repaid") };
    assert_eq!(part.item.sequence, Sequence(42), "its own number is filled in");
}

#[test]
fn the_bytes_of_keys_are_pinned() {
    let (program, member, partner) = (ProgramId(1), MemberId(2), PartnerId(3));
    let account = AccountKey { program, member, point_type: PointTypeId(4) };
    let position = ItemPosition::at(at("1970-01-01T00:00:00.005Z"), ItemId { sequence: Sequence(6), place: 7 });
    let due_at = at("1970-01-01T00:00:00.008Z");
    let (p, m) = ("00000001", "00000000000000000000000000000002");
    for (key, golden) in [
        (hex(&program.to_bytes()), p.to_owned()),
        (hex(&MemberKey { program, member }.to_bytes()), format!("{p}{m}")),
        (hex(&PartnerKey { program, partner }.to_bytes()), format!("{p}00000003")),
        (hex(&BlockKey { program, partner, block: BlockId(9) }.to_bytes()), format!("{p}00000003{:016x}", 9)),
        (hex(&ItemKey { account, position }.to_bytes()), format!("{p}{m}0004{:016x}{:016x}0007", (1u64 << 63) + 5, 6)),
        (hex(&RequestKey { program, request: RequestId(2) }.to_bytes()), format!("{p}{m}")),
        (hex(&CorrectionKey { program, sequence: Sequence(6) }.to_bytes()), format!("{p}{:016x}", 6)),
        (
            hex(&DueKey { program, due_at, subject: Subject::Member(member) }.to_bytes()),
            format!("{p}{:016x}00{m}", (1u64 << 63) + 8),
        ),
        (
            hex(&DueKey { program, due_at, subject: Subject::Partner(partner) }.to_bytes()),
            format!("{p}{:016x}01{:032x}", (1u64 << 63) + 8, 3),
        ),
        (
            hex(&TotalsKey { program, day: Day(-1), source: SourceId(5), point_type: PointTypeId(4) }.to_bytes()),
            format!("{p}7fffffff000000050004"),
        ),
        (hex(&Sequence(6).to_bytes()), format!("{:016x}", 6)),
    ] {
        assert_eq!(key, golden);
    }
}

fn award(point_type: u16, points: i64) -> Award {
    Award::new(PointTypeId(point_type), Points(points))
}

fn accrue(member: u128, partner: Option<u32>, awards: &[Award]) -> Action {
    Accrue { member: MemberId(member), partner: partner.map(PartnerId), awards: awards.to_vec() }.into()
}

fn redeem(member: u128, point_type: u16, points: i64) -> Action {
    Redeem { member: MemberId(member), point_type: PointTypeId(point_type), points: Points(points) }.into()
}

fn cancel(request: u128, amount: CancelAmount) -> Action {
    Cancel { request: RequestId(request), amount }.into()
}

fn purchase(partner: u32, block: u64, points: i64, expires: Expiry) -> PurchaseBlock {
    let (partner, block, points) = (PartnerId(partner), BlockId(block), Points(points));
    PurchaseBlock { partner, block, points, starts_at: None, expires, unit_price: None }
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
    let vienna = CreateProgram { zone, enrolment, never_usable, point_types_max: None };
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
        // what fell due meanwhile is booked: of the partner, then of the member
        (53, 1, "2026-03-01", accrue(1, Some(1), &[award(1, 3)])),
        (54, 1, "2026-03-01", redeem(2, 2, 2)),
        (55, 1, "2026-03-01", cancel(26, whole())),
        (56, 1, "2026-03-01", cancel(14, whole())),
    ]
}

fn commands() -> Vec<Command> {
    let command = |(request, program, date, action): Row| {
        Command::new(ProgramId(program), RequestId(request), action).at(at(&format!("{date}T12:00:00Z")))
    };
    history().into_iter().map(command).collect()
}

const JOURNAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/journal_1.hex");

fn open(store: &Arc<MemoryStore>) -> Engine {
    let options = EngineOptions { clock: ClockSource::Commands, ..EngineOptions::default() };
    Engine::open_store(store.clone(), options).unwrap()
}

/// Makes the golden journal: a line for each record, then the digest of the state.
fn write_journal() {
    let store = Arc::new(MemoryStore::new());
    let engine = open(&store);
    for command in commands() {
        let _ = engine.execute(&command);
    }
    let mut text = String::new();
    let mut line = |_: &[u8], bytes: &[u8]| {
        text += &format!("{}\n", hex(bytes));
        Ok(ControlFlow::Continue(()))
    };
    store.journal(Sequence(1), &mut line).unwrap();
    std::fs::write(JOURNAL, text + &engine.digest().unwrap() + "\n").unwrap();
}

/// A journal that was written in format 1 is read, and done again, as it was. A new format gets a journal of its own:
/// `ACCRUEDB_WRITE_JOURNAL=1 cargo test --release journal_of_format` writes one.
#[test]
fn a_journal_of_format_1_is_done_again_as_it_was() {
    if std::env::var("ACCRUEDB_WRITE_JOURNAL").is_ok() {
        write_journal();
    }
    let text = std::fs::read_to_string(JOURNAL).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (digest, lines) = lines.split_last().unwrap();
    let record = |line: &&str| {
        let bytes = bytes(line);
        let first = Sequence(u64::from_le_bytes(bytes[32..40].try_into().unwrap()));
        let record = Record::read(first, &bytes).unwrap();
        JournalRecord { first, last: record.last(), hash: record.hash(), bytes: bytes.clone() }
    };
    let records: Vec<JournalRecord> = lines.iter().map(record).collect();
    let store = Arc::new(MemoryStore::new());
    let epoch = store.claim().unwrap().epoch;
    assert_eq!(store.append(epoch, &records), Appended::Durable);

    let engine = open(&store);
    let entries = engine.journal(Sequence(1), usize::MAX).unwrap();
    let (own, callers): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().partition(|entry| matches!(entry.command.action, Action::BookDue(_)));
    assert!(callers.iter().map(|entry| &entry.command).eq(&commands()), "the commands are those of the history");
    assert!(own.len() >= 2, "{own:?}");
    let (mut legs, mut refusals) = (BTreeSet::new(), BTreeSet::new());
    for entry in &entries {
        match &entry.outcome {
            Outcome::Done { legs: done, .. } => legs.extend(done.iter().map(|leg| encoded(leg)[..2].to_owned())),
            Outcome::Refused(rejection) => {
                refusals.insert(rejection.code());
            }
        }
    }
    assert_eq!(legs.len(), 15, "every leg: {legs:?}");
    // what depends on a clock, or takes a thousand blocks or ten thousand items, is not among them
    assert_eq!(refusals.len(), 27 - 3, "{refusals:?}");
    let audit = engine.verify(Some(Arc::new(MemoryStore::new()))).unwrap();
    assert_eq!(audit.violations, Vec::<String>::new());
    assert_eq!(audit.digest, *digest);
}

/// The way out of the crate that encodes: another one, maintained, reads the same bytes (field after field, integers
/// of variable width, little-endian, signed ones zigzag, an `Option` by one byte, a variant by its number).
#[test]
fn another_crate_reads_the_golden_bytes() {
    let config = wincode::config::Configuration::default().with_varint_encoding();
    type StoredItem = ([i64; 9], i64, Option<i64>, Option<u32>, Option<u32>);
    let read: StoredItem = wincode::config::deserialize_exact(&bytes(ITEM), config).unwrap();
    let expected = item();
    let until = expected.expires_at.map(Timestamp::ms);
    assert_eq!(read, ([1000, 70, 0, 600, 30, 200, 100, 50, 25], expected.available_from.ms(), until, Some(300), None));

    let read: (i128, i128, i128, i128, i128) = wincode::config::deserialize_exact(&bytes(TOTALS), config).unwrap();
    assert_eq!(read, (1 << 100, -5, 251, 0, 70_000));

    // recorded_at, previous + 1; program, request, transaction_at, reference; accrue: member, partner, awards
    type Head = (i64, u64, u32, u128, Option<i64>, Option<String>);
    type Body = (u8, u128, Option<u32>, u8);
    let read: (Head, Body) = wincode::config::deserialize(&bytes(ENTRY), config).unwrap();
    let (recorded_at, dated) = (at("2026-01-02T03:04:05.678Z").ms(), at("2026-01-02T00:00:00Z").ms());
    assert_eq!(read.0, (recorded_at, 41, 1, 1 << 70, Some(dated), Some("order 5".to_owned())));
    assert_eq!(read.1, (6, 4711, Some(7), 1));
}

/// Bytes that look random, of some length up to `max`; small numbers and extremes are frequent.
fn random(state: &mut u64, max: usize) -> Vec<u8> {
    let length = next(state) as usize % (max + 1);
    let byte = |state: &mut u64| match next(state) {
        n if n % 4 == 0 => 0,
        n if n % 4 == 1 => 250 + (n >> 8) as u8 % 6,
        n => (n >> 8) as u8,
    };
    (0..length).map(|_| byte(state)).collect()
}

/// What bytes can be read as keys is written as the same bytes; the order of bytes is the order of keys.
fn check_keys<K: Key + Debug>(state: &mut u64, length: usize) {
    let mut read = 0;
    let mut last: Option<(K, Vec<u8>)> = None;
    for _ in 0..3000 {
        let mut bytes = random(state, 44);
        if next(state).is_multiple_of(2) {
            bytes.resize(length, 0x80);
        }
        let Some(key) = K::from_bytes(&bytes) else { continue };
        assert_eq!(key.to_bytes(), bytes, "{key:?}");
        if let Some((other, of)) = &last {
            assert_eq!(key.cmp(other), bytes.cmp(of), "{key:?} and {other:?}");
        }
        read += 1;
        last = Some((key, bytes));
    }
    assert!(read > 50 || length > 20, "only {read} keys");
}

#[test]
fn keys_keep_their_order_and_random_bytes_never_panic() {
    let state = &mut 5;
    check_keys::<ProgramId>(state, 4);
    check_keys::<MemberKey>(state, 20);
    check_keys::<PartnerKey>(state, 8);
    check_keys::<BlockKey>(state, 16);
    check_keys::<ItemKey>(state, 40);
    check_keys::<RequestKey>(state, 20);
    check_keys::<CorrectionKey>(state, 12);
    check_keys::<DueKey>(state, 29);
    check_keys::<TotalsKey>(state, 14);
    check_keys::<Sequence>(state, 8);
    check_keys::<Day>(state, 4);
}

/// Golden bytes with some of them changed, and bytes of no meaning at all.
fn damage<T: Table>(state: &mut u64, golden: &T::Value) {
    let mut whole = Vec::new();
    codec::encode(golden, &mut whole).unwrap();
    for _ in 0..3000 {
        let mut bytes = whole.clone();
        for _ in 0..=next(state) % 3 {
            let at = next(state) as usize % bytes.len();
            bytes.splice(at..(at + next(state) as usize % 3).min(bytes.len()), random(state, 9));
            bytes.push(0);
        }
        let _ = codec::decode::<T::Value>(&bytes, "damaged");
        let _ = codec::decode::<T::Value>(&random(state, 200), "random");
    }
}

#[test]
fn damaged_records_never_panic() {
    let state = &mut 6;
    damage::<Items>(state, &item());
    damage::<TotalsByDay>(state, &totals());
    damage::<Members>(state, &member());
    damage::<Partners>(state, &partner());
    damage::<Blocks>(state, &block());
    damage::<Catalog>(state, &program());
    damage::<Corrections>(state, &Correction::default());
    damage::<Requests>(state, &Sequence(1));
}

#[test]
fn damaged_journal_records_never_panic() {
    let state = &mut 7;
    let mut entry = Vec::new();
    record::encode_entry(at("2026-01-02T00:00:00Z"), Sequence(0), &command(), &outcome(), &mut entry).unwrap();
    for _ in 0..20_000 {
        let mut bytes = Vec::new();
        record::begin(&mut bytes);
        record::push(&entry, &mut bytes);
        let first = Sequence(if next(state).is_multiple_of(8) { u64::MAX - next(state) % 3 } else { 5 });
        let mut bytes = record::finish(bytes, [0; 32], first, 1 + next(state) as u32 % 3).bytes;
        for _ in 0..next(state) % 3 {
            let at = 40 + next(state) as usize % (bytes.len() - 40);
            bytes.splice(at..(at + next(state) as usize % 3).min(bytes.len()), random(state, 9));
            bytes.resize(bytes.len().max(60), 0);
        }
        if let Ok(record) = Record::read(first, &bytes) {
            let _ = (record.last(), record.hash(), record.entries(first).take(4).count());
        }
        let _ = Record::read(first, &random(state, 100));
    }
}

#[test]
fn a_run_gives_back_what_was_put_in() {
    let mut run = Run::new(Requests::ID);
    let key = |request| RequestKey { program: ProgramId(1), request: RequestId(request) };
    run.push::<Requests>(&key(1), Some(&Sequence(5))).unwrap();
    run.push::<Requests>(&key(2), None).unwrap();
    let rows: Vec<_> = run.rows().map(|(key, value)| (key.to_vec(), value.map(hex))).collect();
    assert_eq!(rows, [(key(1).to_bytes(), Some("06".to_owned())), (key(2).to_bytes(), None)]);
}
