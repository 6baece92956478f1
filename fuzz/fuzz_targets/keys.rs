//! Keys, from bytes and from values: the round trip is exact, and the order of bytes is the order of values.
#![no_main]

use accruedb::domain::*;
use accruedb::storage::keys::{DueKey, KEY_BYTES_MAX, Key};
use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use std::fmt::Debug;

fn any<'a, T: Arbitrary<'a>>(from: &mut Unstructured<'a>) -> Result<T> {
    from.arbitrary()
}

fn program(from: &mut Unstructured<'_>) -> Result<ProgramId> {
    any(from).map(ProgramId)
}

fn member(from: &mut Unstructured<'_>) -> Result<MemberId> {
    any(from).map(MemberId)
}

fn partner(from: &mut Unstructured<'_>) -> Result<PartnerId> {
    any(from).map(PartnerId)
}

fn instant(from: &mut Unstructured<'_>) -> Result<Timestamp> {
    let ms = from.int_in_range(Timestamp::MIN.ms()..=Timestamp::MAX.ms())?;
    Timestamp::from_ms(ms).ok_or(arbitrary::Error::IncorrectFormat)
}

fn item(from: &mut Unstructured<'_>) -> Result<ItemId> {
    Ok(ItemId { sequence: Sequence(any(from)?), place: any(from)? })
}

fn position(from: &mut Unstructured<'_>) -> Result<ItemPosition> {
    Ok(ItemPosition { order: any(from)?, id: item(from)? })
}

fn subject(from: &mut Unstructured<'_>) -> Result<Subject> {
    Ok(match from.int_in_range(0..=3)? {
        0 => Subject::Member(member(from)?),
        1 => Subject::Partner(partner(from)?),
        2 => Subject::Source(SourceId(any(from)?)),
        _ => Subject::Program,
    })
}

fn account(from: &mut Unstructured<'_>) -> Result<AccountKey> {
    Ok(AccountKey { program: program(from)?, member: member(from)?, point_type: PointTypeId(any(from)?) })
}

/// Two keys with their bytes: as wide, and in the same order.
fn compare<K: Key + Debug>((left, left_bytes): (K, &[u8]), (right, right_bytes): (K, &[u8])) {
    assert_eq!(left.cmp(&right), left_bytes.cmp(right_bytes), "{left:?} and {right:?}");
    assert_eq!(left_bytes.len(), right_bytes.len(), "{left:?} and {right:?}");
    assert!(left_bytes.len() <= KEY_BYTES_MAX, "{left:?}");
}

fn check<K: Key + Debug>(bytes: &[u8], draw: impl Fn(&mut Unstructured<'_>) -> Result<K>) {
    // two keys that may stand in the bytes as they are
    let (left, right) = bytes.split_at(bytes.len() / 2);
    let [read_left, read_right] = [left, right].map(|half| {
        let key = K::from_bytes(half)?;
        assert_eq!(key.to_bytes(), half, "{key:?}");
        Some((key, half))
    });
    if let (Some(left), Some(right)) = (read_left, read_right) {
        compare(left, right);
    }
    // two keys of values drawn from the bytes
    let mut from = Unstructured::new(bytes);
    let (Ok(left), Ok(right)) = (draw(&mut from), draw(&mut from)) else { return };
    let [left, right] = [left, right].map(|key| (key, key.to_bytes()));
    compare((left.0, &left.1), (right.0, &right.1));
    for (key, bytes) in [left, right] {
        assert_eq!(K::from_bytes(&bytes), Some(key));
        let longer = [bytes.as_slice(), &[0]].concat();
        assert_eq!(K::from_bytes(&longer), None, "a byte behind {key:?}");
        assert_eq!(K::from_bytes(&bytes[1..]), None, "a byte less than {key:?}");
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    match kind % 19 {
        0 => check(bytes, program),
        1 => check(bytes, |from| Ok(MemberKey { program: program(from)?, member: member(from)? })),
        2 => check(bytes, |from| Ok(PartnerKey { program: program(from)?, partner: partner(from)? })),
        3 => check(bytes, |from| {
            Ok(BlockKey { program: program(from)?, partner: partner(from)?, block: BlockId(any(from)?) })
        }),
        4 => check(bytes, account),
        5 => check(bytes, |from| Ok(ItemKey { account: account(from)?, position: position(from)? })),
        6 => check(bytes, |from| Ok(RequestKey { program: program(from)?, request: RequestId(any(from)?) })),
        7 => check(bytes, |from| {
            Ok(ClaimKey { account: account(from)?, item: item(from)?, sequence: Sequence(any(from)?) })
        }),
        8 => {
            check(bytes, |from| Ok(DueKey { program: program(from)?, due_at: instant(from)?, subject: subject(from)? }))
        }
        9 => check(bytes, |from| {
            let (program, day, utc_day) = (program(from)?, Day(any(from)?), Day(any(from)?));
            let (source, point_type, subtype) = (SourceId(any(from)?), PointTypeId(any(from)?), SubtypeId(any(from)?));
            Ok(TotalsKey { program, day, utc_day, source, point_type, subtype })
        }),
        10 => check(bytes, |from| any(from).map(Sequence)),
        11 => check(bytes, |from| any(from).map(Day)),
        12 => check(bytes, instant),
        13 => check(bytes, subject),
        14 => check(bytes, position),
        15 => check(bytes, |from| {
            let (program, member, at) = (program(from)?, member(from)?, instant(from)?);
            Ok(HoldTimeoutKey { program, member, at, request: RequestId(any(from)?) })
        }),
        16 => check(bytes, |from| {
            Ok(CatalogKey { program: program(from)?, kind: any(from)?, id: any(from)?, version: any(from)? })
        }),
        17 => check(bytes, |from| Ok(SourceKey { program: program(from)?, source: SourceId(any(from)?) })),
        _ => check(bytes, member),
    }
});
