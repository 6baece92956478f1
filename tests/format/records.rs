//! The bytes of records and of journal records, and another crate that reads them.

use super::*;
use accruedb::storage::record::{self, Record};

pub(super) const ITEM: &str =
    "fbd007fb39088cfbb0043cfb9001c86432fd5c1e53f93603000001fd5c76b5a84503000001fb2c0100070001fb2d010200";
pub(super) const TOTALS: &str = "fe000000000000000000000000200000001200fb180409fbf601fce0220200";
pub(super) const ENTRY: &str = "fd5c1e53f93603000008636c693a616e6e610200002901070101fe0000000000000000400000000000000001fd000802f83603000001090909090909090909090909090909090909090909090909090909090909090906fb671201070102fbd0070000000203000000010100000002000614fbbc0700fd0030e816370300000103070100028c00000000fb4006";

#[test]
fn the_bytes_of_records_are_pinned() {
    pinned("item", &item(), ITEM);
    pinned("totals", &totals(), TOTALS);
    pinned(
        "member",
        &member(),
        "fd0050b5ed360300000101fd5c76b5a845030000010200fb01088c0200fb400600fd2ebb5ad4a2010080fb2d0102000000",
    );
    pinned("partner", &partner(), "fb2d010201fc7011010002120e0a06010001fc701101000101020000");
    pinned("block", &block(), "0201fb10270007fb401ffb0807c8fbcf0700010407");
    pinned("claim", &claim(), "fd2ebb5ad4a2010080fb2d0102020401fd2ebb5ad4a2010080fb2d01020606");
    pinned("hold", &hold(), "fb67120102fd2ebb5ad4a2010080fb2d0102060a0401fd5c76b5a845030000");
    pinned("program", &program(), "00054d696c65730d4575726f70652f5669656e6e610101081e07000101");
    pinned("point type", &point_type(), "01046261736506506f696e74730101031202010000000000000000000000");
    pinned("correction", &Correction { cancelled: vec![Points(0), Points(300)] }, "0200fb5802");
    pinned("sequence", &Sequence(300), "fb2d01");
    pinned("sequence of the entry itself", &Sequence::OWN, "00");
    pinned("refusal", &Outcome::Refused(Rejection::CancelExceeds { left: Points(3) }), "011606");
}

#[test]
fn the_bytes_of_a_journal_record_are_pinned() {
    let entry = entry();
    assert_eq!(hex(&entry), ENTRY);
    let mut bytes = Vec::new();
    record::begin(&mut bytes);
    record::push(&entry, &mut bytes);
    record::push(&entry, &mut bytes);
    let record = record::finish(bytes, [7; 32], Sequence(41), 2);
    // the record before, the first entry, how many; format 2, rules 1
    let header = "07".repeat(32) + "2900000000000000" + "02000000" + "0200" + "0100";
    let length = hex(&u32::try_from(entry.len()).unwrap().to_le_bytes());
    assert_eq!(hex(&record.bytes), format!("{header}{length}{ENTRY}{length}{ENTRY}"));
    assert_eq!((record.first, record.last), (Sequence(41), Sequence(42)));
    let read = Record::read(Sequence(41), &record.bytes).unwrap();
    let second = read.entries(Sequence(42)).next().unwrap().unwrap();
    assert_eq!(
        (second.sequence, second.actor.name(), &second.command),
        (Sequence(42), "cli:anna", &Command { reference: None, ..command() })
    );
    let member = Subject::Member(MemberId(4711));
    assert_eq!(second.previous_of(member), Some(Sequence(40)), "its member is filled in");
    let Outcome::Done { legs, balances } = second.outcome else { panic!("it was done") };
    let moved = legs[0].moved().unwrap();
    assert_eq!((moved.item.sequence, moved.member), (Sequence(42), MemberId(4711)), "its own number is filled in");
    assert_eq!(balances[0].member, MemberId(4711));
}

/// The way out of the crate that encodes: another one, maintained, reads the same bytes (field after field, integers
/// of variable width, little-endian, signed ones zigzag, an `Option` by one byte, a variant by its number).
#[test]
fn another_crate_reads_the_golden_bytes() {
    let config = wincode::config::Configuration::default().with_varint_encoding();
    // granted; which sums there are, and these; claimed, absorbed; times; source, partner, subtype; issued at; origin; what
    // few items have, of which this one has nothing
    type Sums = (u32, i64, i64, i64, i64, i64);
    type Names = (Option<u32>, Option<u32>, u16);
    type StoredItem = (i64, Sums, i64, i64, i64, Option<i64>, Names, Option<i64>, Option<(u64, u16)>, Option<u8>);
    let read: StoredItem = wincode::config::deserialize_exact(&bytes(ITEM), config).unwrap();
    let expected = item();
    let until = expected.expires_at.map(Timestamp::ms);
    let sums = (0b1000_0011_1001, 70, 600, 30, 200, 100);
    let from = expected.available_from.ms();
    // a sequence is stored plus one
    assert_eq!(read, (1000, sums, 50, 25, from, until, (Some(300), None, 7), None, Some((301, 2)), None));

    let read: (i128, i128, i128, u32, i128, i128, i128) =
        wincode::config::deserialize_exact(&bytes(TOTALS), config).unwrap();
    assert_eq!(read, (1 << 100, 9, 0, 0b100_0001_1000, -5, 251, 70_000));

    // recorded_at, actor, two links: subject, previous + 1; program, request, transaction_at, what is held of the reference; the verb's
    // number: member, partner, awards
    type Links = (u8, (u8, u128, u64), (u8, u128, u64));
    type Head = (i64, String, Links, u32, u128, Option<i64>, Option<[u8; 32]>);
    type Body = (u8, u128, Option<u32>, u8);
    let read: (Head, Body) = wincode::config::deserialize(&bytes(ENTRY), config).unwrap();
    let (recorded_at, dated) = (at("2026-01-02T03:04:05.678Z").ms(), at("2026-01-02T00:00:00Z").ms());
    let links = (2, (0, 0, 41), (1, 7, 1));
    let head = (recorded_at, "cli:anna".to_owned(), links, 1, 1 << 70, Some(dated), Some([9; 32]));
    assert_eq!(read.0, head);
    assert_eq!(read.1, (6, 4711, Some(7), 1));
}
