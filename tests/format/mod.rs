//! The bytes that are stored, pinned: a change of any of them is a change of the format, which needs a new version.
//! What cannot be read is an error, never a panic. And the way out of the encoding crate, proven with another one.
//!
//! Format 2 and rules 1 are open until they are released: until then a changed shape is pinned anew, with the reason.

mod damage;
mod history;
mod journal;
mod keys;
mod numbers;
mod records;
mod sizes;
mod versions;

use accruedb::domain::*;
use accruedb::storage::codec;
use std::fmt::Debug;
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

fn pinned<T>(name: &str, value: &T, golden: &str)
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug,
{
    assert_eq!(encoded(value), golden, "bytes of {name}");
    assert_eq!(codec::decode::<T>(&bytes(golden), name).as_ref(), Ok(value), "{name}");
}

fn item_id(sequence: u64, place: u16) -> ItemId {
    ItemId { sequence: Sequence(sequence), place }
}

fn item() -> Item {
    let mut sums = PointSums::NONE;
    for (state, points) in [
        (PointState::Matured, 70),
        (PointState::Redeemed, 600),
        (PointState::Expired, 30),
        (PointState::Cancelled, 200),
        (PointState::MadeUp, 100),
    ] {
        *sums.get_mut(state) = Points(points);
    }
    Item {
        granted: Points(1000),
        sums,
        claimed: Points(50),
        absorbed: Points(25),
        source: Some(SourceId(300)),
        subtype: SubtypeId(7),
        origin: Some(item_id(300, 2)),
        ..Item::new(at("2026-01-02T03:04:05.678Z"), Some(at("2027-01-02T03:04:05.678Z")))
    }
}

fn totals() -> Totals {
    let mut totals = Totals::NONE;
    (totals.issued, totals.moved_in) = (1 << 100, 9);
    for (state, points) in [(PointState::Redeemed, -5), (PointState::Expired, 251), (PointState::Fee, 70_000)] {
        totals.add_gone(state, points);
    }
    totals
}

fn position() -> ItemPosition {
    ItemPosition::new(UseOrder::EarliestExpiry, item().expires_at, item_id(300, 2))
}

fn account() -> Account {
    let mut account = Account { lifetime: Points(800), first_open: position(), ..Account::new(PointTypeId(2)) };
    *account.sums.get_mut(PointState::Matured) = Points(70);
    *account.sums.get_mut(PointState::MadeUp) = Points(1);
    account
}

fn member() -> Member {
    Member { accounts: [account()].into(), next_due: item().expires_at, ..Member::new(at("2026-01-01T00:00:00Z")) }
}

fn partner() -> Partner {
    Partner {
        last_sequence: Sequence(300),
        open: [BlockId(1), BlockId(70_000)].into_iter().collect(),
        open_blocks: 2,
        usable: Points(9),
        reserve: Points(7),
        waiting: Points(5),
        pending: Points(3),
        debited: Points(-1),
        next_due: None,
        last_bought: Some(BlockId(70_000)),
        own_blocks: 1,
        is_on_reserve: true,
        bills: 2,
        is_billing: false,
        billed_until: None,
    }
}

fn block() -> Block {
    let mut sums = BlockSums::NONE;
    for (state, points) in [(BlockState::Remaining, 4000), (BlockState::Debited, 900), (BlockState::Expired, 100)] {
        *sums.get_mut(state) = Points(points);
    }
    Block {
        kind: BlockKind::Reserve,
        status: BlockStatus::Approved,
        purchased: Points(5000),
        credited: Points(0),
        sums,
        starts_at: at("1969-12-31T23:59:59Z"),
        expires_at: None,
        unit_price: "0.25".parse().unwrap(),
        created: Sequence(6),
    }
}

fn claim() -> Claim {
    let part = ClaimPart { position: position(), points: Points(3), state: PointState::Repaid };
    Claim { position: position(), absorbed: Points(1), debt: Points(2), repaid: vec![part] }
}

fn hold() -> Hold {
    Hold {
        member: MemberId(4711),
        parts: vec![HoldPart { point_type: PointTypeId(2), position: position(), points: Points(3) }],
        points: Points(5),
        captured: Points(2),
        times_out_at: item().expires_at,
    }
}

fn program() -> Definition {
    Definition::Program(ProgramSettings {
        name: "Miles".into(),
        zone: "Europe/Vienna".parse().unwrap(),
        enrolment: Enrolment::OnFirstAccrual,
        never_usable: NeverUsable::Allow,
        point_types_max: 8,
        block_warning_days: 30,
        item_warning_days: 7,
        status: ProgramStatus::Active,
        on_closing: OnClosing::Expire,
        require_source: SourceRule::Required,
    })
}

fn point_type() -> Definition {
    Definition::PointType(Box::new(PointType {
        name: "base".into(),
        label: "Points".into(),
        class: PointClass::Qualifying,
        order: UseOrder::FirstIn,
        expiry: Expiry::After(Span { count: 18, unit: Unit::Months }),
        negative_balance: NegativeBalance::Refused,
        ..PointType::default()
    }))
}

fn command() -> Command {
    let award = Award { start: Start::After(Span::days(3)), ..Award::new(PointTypeId(2), Points(1000)) };
    let accrue = Accrue { member: MemberId(4711), partner: Some(PartnerId(7)), awards: vec![award] };
    Command::new(ProgramId(1), RequestId(1 << 70), accrue).at(at("2026-01-02T00:00:00Z")).reference("order 5")
}

fn moved() -> Leg {
    Leg::Moved {
        member: MemberId::OWN,
        item: ItemId { sequence: Sequence::OWN, place: 0 },
        point_type: PointTypeId(2),
        from: PointState::Matured,
        to: PointState::Repaid,
        points: Points(10),
        remaining: Points(990),
        expires_at: None,
        effective_at: at("2026-01-05T00:00:00Z"),
        source: Some(SourceId(3)),
        subtype: SubtypeId(7),
    }
}

fn outcome() -> Outcome {
    Outcome::Done { legs: vec![moved()], balances: vec![account().balance(MemberId::OWN, PointClass::Redeemable)] }
}

fn links() -> [Link; 2] {
    let partner = Subject::Partner(PartnerId(7));
    [
        Link { subject: Subject::Member(MemberId::OWN), previous: Sequence(40) },
        Link { subject: partner, previous: Sequence(0) },
    ]
}

/// An entry's bytes.
fn entry() -> Vec<u8> {
    let (recorded_at, actor) = (at("2026-01-02T03:04:05.678Z"), &Actor::new("cli:anna").unwrap());
    let new = accruedb::storage::record::NewEntry {
        recorded_at,
        actor,
        links: &links(),
        command: &command(),
        commitment: Some([9; 32]),
        outcome: &outcome(),
    };
    let mut entry = Vec::new();
    accruedb::storage::record::encode_entry(&new, &mut entry).unwrap();
    entry
}
