//! The values of every table: arbitrary bytes are read or refused, without a panic and without much memory; what was
//! read, and what is drawn, is the same after it was written and read again.
#![no_main]

#[path = "allocations.rs"]
mod allocations;

use accruedb::domain::*;
use accruedb::storage::{
    Blocks, Catalog, Corrections, Due, Expiries, Future, Items, Members, Partners, Requests, Table, TotalsByDay, codec,
};
use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use std::fmt::Debug;
use std::sync::Arc;

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

fn position(from: &mut Unstructured<'_>) -> Result<ItemPosition> {
    let id = ItemId { sequence: Sequence(any(from)?), place: any(from)? };
    Ok(ItemPosition { order: any(from)?, id })
}

fn item(from: &mut Unstructured<'_>) -> Result<Item> {
    Ok(Item {
        granted: points(from)?,
        remaining: points(from)?,
        held: points(from)?,
        redeemed: points(from)?,
        expired: points(from)?,
        cancelled: points(from)?,
        repaid: points(from)?,
        claimed: points(from)?,
        absorbed: points(from)?,
        available_from: instant(from)?,
        expires_at: perhaps(from, instant)?,
        source: perhaps(from, |from| any(from).map(SourceId))?,
        partner: perhaps(from, |from| any(from).map(PartnerId))?,
    })
}

fn account(from: &mut Unstructured<'_>) -> Result<Account> {
    Ok(Account {
        available: points(from)?,
        qualifying: points(from)?,
        future: points(from)?,
        held: points(from)?,
        debt: points(from)?,
        lifetime: points(from)?,
        granted: points(from)?,
        redeemed: points(from)?,
        expired: points(from)?,
        cancelled: points(from)?,
        repaid: points(from)?,
        absorbed: points(from)?,
        first_open: position(from)?,
        ..Account::new(PointTypeId(any(from)?))
    })
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

fn partner(from: &mut Unstructured<'_>) -> Result<Partner> {
    let rates = several(from, |from| Ok((PointTypeId(any(from)?), rate(from)?)))?;
    let terms = PartnerTerms {
        billing: *from.choose(&[Billing::Prepaid, Billing::PostPaid])?,
        rates: rates.into_iter().collect(),
        rounding: *from.choose(&[Rounding::HalfUp, Rounding::Down, Rounding::Up])?,
        order: *from.choose(&[BlockOrder::EarliestExpiry, BlockOrder::EarliestStart, BlockOrder::Created])?,
    };
    let open = several(from, |from| any(from).map(BlockId))?.into_iter().collect();
    let (remaining, debited, next_due) = (points(from)?, points(from)?, perhaps(from, instant)?);
    Ok(Partner { terms: Arc::new(terms), open, remaining, debited, next_due })
}

fn block(from: &mut Unstructured<'_>) -> Result<Block> {
    Ok(Block {
        status: *from.choose(&[BlockStatus::Pending, BlockStatus::Approved])?,
        purchased: points(from)?,
        remaining: points(from)?,
        debited: points(from)?,
        expired: points(from)?,
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

fn program(from: &mut Unstructured<'_>) -> Result<Program> {
    let zone = *from.choose(&["UTC", "Europe/Vienna", "America/St_Johns", "Pacific/Apia"])?;
    let point_types = several(from, |from| {
        let point_type = PointType {
            class: *from.choose(&[PointClass::Redeemable, PointClass::Qualifying])?,
            order: *from.choose(&[UseOrder::EarliestExpiry, UseOrder::FirstIn])?,
            expiry: expiry(from)?,
            negative_balance: *from.choose(&[NegativeBalance::Allowed, NegativeBalance::Refused])?,
        };
        Ok((PointTypeId(any(from)?), point_type))
    })?;
    Ok(Program {
        zone: zone.parse().map_err(|_| arbitrary::Error::IncorrectFormat)?,
        enrolment: *from.choose(&[Enrolment::Explicit, Enrolment::OnFirstAccrual])?,
        never_usable: *from.choose(&[NeverUsable::Refuse, NeverUsable::Allow])?,
        point_types_max: any(from)?,
        point_types: point_types.into_iter().collect(),
    })
}

fn totals(from: &mut Unstructured<'_>) -> Result<Totals> {
    let [issued, redeemed, expired] = [any(from)?, any(from)?, any(from)?];
    Ok(Totals { issued, redeemed, expired, cancelled: any(from)?, repaid: any(from)? })
}

/// Written, read, and written again. Gives the bytes.
fn round_trip<V: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug>(value: &V) -> Vec<u8> {
    let mut bytes = Vec::new();
    codec::encode(value, &mut bytes).expect("every value can be written");
    assert_eq!(codec::decode::<V>(&bytes, "what was written").as_ref(), Ok(value));
    bytes
}

fn check<T: Table>(bytes: &[u8], draw: impl Fn(&mut Unstructured<'_>) -> Result<T::Value>)
where
    T::Value: PartialEq + Debug,
{
    let (largest, zeros, read) = allocations::largest(|| codec::decode::<T::Value>(bytes, "bytes"));
    assert!(largest <= PIECE_MAX && zeros <= ZEROS_MAX, "{} bytes took {largest}, {zeros} zeros", bytes.len());
    if let Ok(value) = read {
        round_trip(&value);
    }
    let mut from = Unstructured::new(bytes);
    let Ok(value) = draw(&mut from) else { return };
    let mut written = round_trip(&value);
    let cut = written.len().saturating_sub(1).min(from.int_in_range(0..=1000).unwrap_or_default());
    if cut < written.len() {
        assert!(codec::decode::<T::Value>(&written[..cut], "cut").is_err(), "cut at {cut}: {value:?}");
    }
    written.push(0);
    assert!(codec::decode::<T::Value>(&written, "longer").is_err(), "a byte behind {value:?}");
}

fuzz_target!(|bytes: &[u8]| {
    let Some((table, bytes)) = bytes.split_first() else { return };
    match table % 11 {
        0 => check::<Catalog>(bytes, program),
        1 => check::<Members>(bytes, member),
        2 => check::<Partners>(bytes, partner),
        3 => check::<Blocks>(bytes, block),
        4 => check::<Items>(bytes, item),
        5 => check::<Future>(bytes, item),
        6 => check::<Expiries>(bytes, |_| Ok(())),
        7 => check::<Requests>(bytes, |from| any(from).map(Sequence)),
        8 => check::<Corrections>(bytes, |from| Ok(Correction { cancelled: several(from, points)? })),
        9 => check::<Due>(bytes, |_| Ok(())),
        _ => check::<TotalsByDay>(bytes, totals),
    }
});
