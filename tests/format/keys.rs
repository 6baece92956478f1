//! The bytes of keys, and their order.

use super::damage::random;
use super::*;
use crate::model::rng::next;
use accruedb::storage::keys::{DueKey, Key};

#[test]
fn the_bytes_of_keys_are_pinned() {
    let (program, member, partner, request) = (ProgramId(1), MemberId(2), PartnerId(3), RequestId(2));
    let account = AccountKey { program, member, point_type: PointTypeId(4) };
    let id = item_id(6, 7);
    let position = ItemPosition::at(at("1970-01-01T00:00:00.005Z"), id);
    let due_at = at("1970-01-01T00:00:00.008Z");
    let (p, m) = ("00000001", "00000000000000000000000000000002");
    let due = |subject| hex(&DueKey { program, due_at, subject }.to_bytes());
    let instant = (1u64 << 63) + 8;
    let (source, point_type, subtype) = (SourceId(5), PointTypeId(4), SubtypeId(6));
    for (key, golden) in [
        (hex(&program.to_bytes()), p.to_owned()),
        (hex(&MemberKey { program, member }.to_bytes()), format!("{p}{m}")),
        (hex(&PartnerKey { program, partner }.to_bytes()), format!("{p}00000003")),
        (hex(&SourceKey { program, source }.to_bytes()), format!("{p}00000005")),
        (hex(&BlockKey { program, partner, block: BlockId(9) }.to_bytes()), format!("{p}00000003{:016x}", 9)),
        (hex(&ItemKey { account, position }.to_bytes()), format!("{p}{m}0004{:016x}{:016x}0007", (1u64 << 63) + 5, 6)),
        (hex(&RequestKey { program, request }.to_bytes()), format!("{p}{m}")),
        (
            hex(&ClaimKey { account, item: id, sequence: Sequence(8) }.to_bytes()),
            format!("{p}{m}0004{:016x}0007{:016x}", 6, 8),
        ),
        (hex(&HoldTimeoutKey { program, member, at: due_at, request }.to_bytes()), format!("{p}{m}{instant:016x}{m}")),
        (hex(&CatalogKey { program, kind: 1, id: 4, version: 2 }.to_bytes()), format!("{p}010000000400000002")),
        (due(Subject::Member(member)), format!("{p}{instant:016x}00{m}")),
        (due(Subject::Partner(partner)), format!("{p}{instant:016x}01{:032x}", 3)),
        (due(Subject::Source(source)), format!("{p}{instant:016x}02{:032x}", 5)),
        (due(Subject::Program), format!("{p}{instant:016x}03{:032x}", 0)),
        (
            hex(&MarkKey { program, mark: Mark::Source(source), segment: 7 }.to_bytes()),
            format!("{p}00{:08x}{:016x}", 5, 7),
        ),
        (
            hex(&MarkKey { program, mark: Mark::Happened(Day(-1)), segment: 7 }.to_bytes()),
            format!("{p}047fffffff{:016x}", 7),
        ),
        (
            hex(&TotalsKey { program, day: Day(-1), utc_day: Day(0), source, point_type, subtype }.to_bytes()),
            format!("{p}7fffffff800000000000000500040006"),
        ),
        (hex(&Sequence(6).to_bytes()), format!("{:016x}", 6)),
    ] {
        assert_eq!(key, golden);
    }
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
    check_keys::<SourceKey>(state, 8);
    check_keys::<BlockKey>(state, 16);
    check_keys::<ItemKey>(state, 40);
    check_keys::<RequestKey>(state, 20);
    check_keys::<ClaimKey>(state, 40);
    check_keys::<HoldTimeoutKey>(state, 44);
    check_keys::<CatalogKey>(state, 13);
    check_keys::<DueKey>(state, 29);
    check_keys::<TotalsKey>(state, 20);
    check_keys::<Sequence>(state, 8);
    check_keys::<Day>(state, 4);
}
