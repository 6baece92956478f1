//! The values of every table: arbitrary bytes are read or refused, without a panic and without much memory; what was
//! read, and what is drawn, is the same after it was written and read again.
#![no_main]

#[path = "allocations.rs"]
mod allocations;

use accruedb::domain::*;
use accruedb::storage::{
    Blocks, Catalog, Claims, Corrections, Due, Expiries, Future, HoldTimeouts, Holds, Items, Members, Partners,
    Requests, Table, TotalsByDay, rows,
};
use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use std::fmt::Debug;

#[global_allocator]
static ALLOCATIONS: allocations::Allocations = allocations::Allocations;

/// What the readers of a few kilobytes may ask for in one piece; and for a text, as zeros to be filled: the longest
/// record there can be.
const PIECE_MAX: usize = 2 << 20;
const ZEROS_MAX: usize = 64 << 20;

fn any<'a, T: Arbitrary<'a>>(from: &mut Unstructured<'a>) -> Result<T> {
    from.arbitrary()
}

fn points(from: &mut Unstructured<'_>) -> Result<Points> {
    any(from).map(Points)
}

fn instant(from: &mut Unstructured<'_>) -> Result<Timestamp> {
    let ms = from.int_in_range(Timestamp::MIN.ms()..=Timestamp::MAX.ms())?;
    Timestamp::from_ms(ms).ok_or(arbitrary::Error::IncorrectFormat)
}

fn perhaps<T>(from: &mut Unstructured<'_>, draw: impl Fn(&mut Unstructured<'_>) -> Result<T>) -> Result<Option<T>> {
    if any(from)? { draw(from).map(Some) } else { Ok(None) }
}

fn several<T>(from: &mut Unstructured<'_>, draw: impl Fn(&mut Unstructured<'_>) -> Result<T>) -> Result<Vec<T>> {
    (0..from.int_in_range(0..=20)?).map(|_| draw(from)).collect()
}

fn rate(from: &mut Unstructured<'_>) -> Result<Rate> {
    Rate::new(any(from)?, any(from)?).ok_or(arbitrary::Error::IncorrectFormat)
}

fn item_id(from: &mut Unstructured<'_>) -> Result<ItemId> {
    Ok(ItemId { sequence: Sequence(any(from)?), place: any(from)? })
}

fn position(from: &mut Unstructured<'_>) -> Result<ItemPosition> {
    Ok(ItemPosition { order: any(from)?, id: item_id(from)? })
}

fn state(from: &mut Unstructured<'_>) -> Result<PointState> {
    from.choose(&PointState::ALL).copied()
}

fn item(from: &mut Unstructured<'_>) -> Result<Item> {
    let mut sums = PointSums::NONE;
    for _ in 0..from.int_in_range(0..=4)? {
        *sums.get_mut(state(from)?) = points(from)?;
    }
    Ok(Item {
        granted: points(from)?,
        sums,
        claimed: points(from)?,
        absorbed: points(from)?,
        available_from: instant(from)?,
        expires_at: perhaps(from, instant)?,
        source: perhaps(from, |from| any(from).map(SourceId))?,
        partner: perhaps(from, |from| any(from).map(PartnerId))?,
        subtype: SubtypeId(any(from)?),
        issued_at: perhaps(from, instant)?,
        origin: perhaps(from, item_id)?,
        more: perhaps(from, |from| Ok(ItemMore { policy: any(from)?, adjusted: any(from)? }))?,
    })
}

fn account(from: &mut Unstructured<'_>) -> Result<Account> {
    let mut account = Account {
        granted: points(from)?,
        debt: points(from)?,
        lifetime: points(from)?,
        absorbed: points(from)?,
        first_open: position(from)?,
        ..Account::new(PointTypeId(any(from)?))
    };
    for _ in 0..from.int_in_range(0..=4)? {
        *account.sums.get_mut(state(from)?) = points(from)?;
    }
    Ok(account)
}

fn member(from: &mut Unstructured<'_>) -> Result<Member> {
    let (last_sequence, next_due) = (Sequence(any(from)?), perhaps(from, instant)?);
    Ok(Member {
        last_sequence,
        next_due,
        accounts: several(from, account)?.into_iter().collect(),
        ..Member::new(instant(from)?)
    })
}

fn kind(from: &mut Unstructured<'_>) -> Result<BlockKind> {
    from.choose(&[BlockKind::Regular, BlockKind::Auto, BlockKind::Reserve]).copied()
}

fn terms(from: &mut Unstructured<'_>) -> Result<PartnerTerms> {
    let rates = several(from, |from| Ok((PointTypeId(any(from)?), rate(from)?)))?;
    let auto_creation = |from: &mut Unstructured<'_>| {
        let (size, unit_price, expires) = (points(from)?, rate(from)?, expiry(from)?);
        Ok(AutoCreation { size, unit_price, expires, reorder_limit: points(from)? })
    };
    let fee = |from: &mut Unstructured<'_>| {
        let amount = match any(from)? {
            true => ScheduledFee::Points(points(from)?),
            false => ScheduledFee::Money(rate(from)?),
        };
        Ok((name(from)?, amount))
    };
    Ok(PartnerTerms {
        name: name(from)?,
        billing: *from.choose(&[Billing::Prepaid, Billing::PostPaid])?,
        rates: rates.into_iter().collect(),
        rounding: *from.choose(&[Rounding::HalfUp, Rounding::Down, Rounding::Up])?,
        order: *from.choose(&[BlockOrder::EarliestExpiry, BlockOrder::EarliestStart, BlockOrder::Created])?,
        low_balance: perhaps(from, points)?,
        auto_creation: perhaps(from, auto_creation)?,
        due_block: perhaps(from, |from| Ok(DueBlock { points: points(from)?, unit_price: rate(from)? }))?,
        price: rate(from)?,
        currency: Currency::default(),
        credit_cap: *from.choose(&[CreditCap::None, CreditCap::Available])?,
        fees: several(from, fee)?.into_iter().collect(),
        since: Sequence(any(from)?),
    })
}

fn partner(from: &mut Unstructured<'_>) -> Result<Partner> {
    Ok(Partner {
        last_sequence: Sequence(any(from)?),
        open: several(from, |from| any(from).map(BlockId))?.into_iter().collect(),
        open_blocks: any(from)?,
        usable: points(from)?,
        reserve: points(from)?,
        waiting: points(from)?,
        pending: points(from)?,
        debited: points(from)?,
        next_due: perhaps(from, instant)?,
        last_bought: perhaps(from, |from| any(from).map(BlockId))?,
        own_blocks: any(from)?,
        is_on_reserve: any(from)?,
        bills: any(from)?,
        is_billing: any(from)?,
        billed_until: perhaps(from, instant)?,
    })
}

fn block(from: &mut Unstructured<'_>) -> Result<Block> {
    let mut sums = BlockSums::NONE;
    for _ in 0..from.int_in_range(0..=3)? {
        *sums.get_mut(*from.choose(&BlockState::ALL)?) = points(from)?;
    }
    Ok(Block {
        kind: kind(from)?,
        status: *from.choose(&[
            BlockStatus::Pending,
            BlockStatus::Approved,
            BlockStatus::Rejected,
            BlockStatus::Cancelled,
        ])?,
        purchased: points(from)?,
        credited: points(from)?,
        sums,
        starts_at: instant(from)?,
        expires_at: perhaps(from, instant)?,
        unit_price: rate(from)?,
        created: Sequence(any(from)?),
    })
}

fn expiry(from: &mut Unstructured<'_>) -> Result<Expiry> {
    Ok(match from.int_in_range(0..=3)? {
        0 => Expiry::Never,
        1 => Expiry::At(instant(from)?),
        2 => Expiry::On(Day(from.int_in_range(-700_000..=2_900_000)?).date()),
        _ => {
            let unit = *from.choose(&[Unit::Days, Unit::Weeks, Unit::Months, Unit::Years])?;
            Expiry::After(Span { count: any(from)?, unit })
        }
    })
}

fn name(from: &mut Unstructured<'_>) -> Result<Box<str>> {
    Ok(any::<&str>(from)?.into())
}

fn definition(from: &mut Unstructured<'_>) -> Result<Definition> {
    if any(from)? {
        return terms(from).map(Definition::Partner);
    }
    if any(from)? {
        return Ok(Definition::PointType(Box::new(PointType {
            name: name(from)?,
            label: name(from)?,
            class: *from.choose(&[PointClass::Redeemable, PointClass::Qualifying, PointClass::Both])?,
            order: *from.choose(&[UseOrder::EarliestExpiry, UseOrder::FirstIn])?,
            expiry: expiry(from)?,
            negative_balance: *from.choose(&[NegativeBalance::Allowed, NegativeBalance::Refused])?,
            maximum: if any(from)? { Maximum::Unlimited } else { Maximum::Clip(points(from)?) },
            scale: any(from)?,
            currency: name(from)?,
            is_default: any(from)?,
            rollover: perhaps(from, |from| any(from).map(PointTypeId))?,
            held_expiry: *from.choose(&[HeldExpiry::Honour, HeldExpiry::Expire])?,
            since: instant(from)?,
            ..PointType::default()
        })));
    }
    let zone = *from.choose(&["UTC", "Europe/Vienna", "America/St_Johns", "Pacific/Apia"])?;
    Ok(Definition::Program(ProgramSettings {
        name: name(from)?,
        zone: zone.parse().map_err(|_| arbitrary::Error::IncorrectFormat)?,
        enrolment: *from.choose(&[Enrolment::Explicit, Enrolment::OnFirstAccrual])?,
        never_usable: *from.choose(&[NeverUsable::Refuse, NeverUsable::Allow])?,
        point_types_max: any(from)?,
        block_warning_days: any(from)?,
        item_warning_days: any(from)?,
        status: *from.choose(&[ProgramStatus::Active, ProgramStatus::Draft])?,
        on_closing: *from.choose(&[OnClosing::Keep, OnClosing::Expire])?,
        require_source: *from.choose(&[SourceRule::Optional, SourceRule::Required])?,
    }))
}

fn claim(from: &mut Unstructured<'_>) -> Result<Claim> {
    let part = |from: &mut Unstructured<'_>| {
        Ok(ClaimPart { position: position(from)?, points: points(from)?, state: state(from)? })
    };
    let (position, absorbed, debt) = (position(from)?, points(from)?, points(from)?);
    Ok(Claim { position, absorbed, debt, repaid: several(from, part)? })
}

fn hold(from: &mut Unstructured<'_>) -> Result<Hold> {
    let part = |from: &mut Unstructured<'_>| {
        Ok(HoldPart { point_type: PointTypeId(any(from)?), position: position(from)?, points: points(from)? })
    };
    Ok(Hold {
        member: MemberId(any(from)?),
        parts: several(from, part)?,
        points: points(from)?,
        captured: points(from)?,
        times_out_at: perhaps(from, instant)?,
    })
}

fn totals(from: &mut Unstructured<'_>) -> Result<Totals> {
    let mut totals = Totals::NONE;
    (totals.issued, totals.moved_in) = (any(from)?, any(from)?);
    for _ in 0..from.int_in_range(0..=4)? {
        totals.add_gone(state(from)?, any(from)?);
    }
    Ok(totals)
}

/// Written, read, and written again. Gives the bytes.
fn round_trip<T: Table>(value: &T::Value) -> Vec<u8>
where
    T::Value: PartialEq + Debug,
{
    let mut bytes = Vec::new();
    rows::encode::<T>(value, &mut bytes).expect("every value can be written");
    assert_eq!(rows::decode::<T>(&bytes).as_ref(), Ok(value));
    bytes
}

fn check<T: Table>(bytes: &[u8], draw: impl Fn(&mut Unstructured<'_>) -> Result<T::Value>)
where
    T::Value: PartialEq + Debug,
{
    // most bytes would be of an unknown shape
    let row = [&[T::ID.shape()], bytes].concat();
    let (largest, zeros, read) = allocations::largest(|| rows::decode::<T>(&row));
    assert!(largest <= PIECE_MAX && zeros <= ZEROS_MAX, "{} bytes took {largest}, {zeros} zeros", bytes.len());
    if let Ok(value) = read {
        round_trip::<T>(&value);
    }
    let _ = rows::decode::<T>(bytes);
    let mut from = Unstructured::new(bytes);
    let Ok(value) = draw(&mut from) else { return };
    let mut written = round_trip::<T>(&value);
    let cut = written.len().saturating_sub(1).min(from.int_in_range(0..=1000).unwrap_or_default());
    if cut < written.len() {
        assert!(rows::decode::<T>(&written[..cut]).is_err(), "cut at {cut}: {value:?}");
    }
    written.push(0);
    assert!(rows::decode::<T>(&written).is_err(), "a byte behind {value:?}");
}

fuzz_target!(|bytes: &[u8]| {
    let Some((table, bytes)) = bytes.split_first() else { return };
    match table % 14 {
        0 => check::<Catalog>(bytes, definition),
        1 => check::<Members>(bytes, member),
        2 => check::<Partners>(bytes, partner),
        3 => check::<Blocks>(bytes, block),
        4 => check::<Items>(bytes, item),
        5 => check::<Future>(bytes, item),
        6 => check::<Expiries>(bytes, |_| Ok(())),
        7 => check::<Requests>(bytes, |from| any(from).map(Sequence)),
        8 => check::<Corrections>(bytes, |from| Ok(Correction { cancelled: several(from, points)? })),
        9 => check::<Due>(bytes, |_| Ok(())),
        10 => check::<Claims>(bytes, claim),
        11 => check::<Holds>(bytes, hold),
        12 => check::<HoldTimeouts>(bytes, |_| Ok(())),
        _ => check::<TotalsByDay>(bytes, totals),
    }
});
