//! Keys: fixed width, big-endian, so that the order of bytes is the order of values.
//!
//! | key | bytes |
//! |---|---|
//! | [`ProgramId`] | program 4 |
//! | [`MemberKey`] | program 4, member 16 |
//! | [`PartnerKey`] | program 4, partner 4 |
//! | [`BlockKey`] | program 4, partner 4, block 8 |
//! | [`ItemKey`] | program 4, member 16, point type 2, order 8, sequence 8, place 2 |
//! | [`RequestKey`] | program 4, request 16 |
//! | [`ClaimKey`] | program 4, member 16, point type 2, item 10, sequence 8 |
//! | [`ForwardKey`] | program 4, member 16, point type 2, item 10 |
//! | [`HouseholdKey`] | program 4, household 16, member 16 |
//! | [`MergeKey`] | program 4, member 16, other member 16 |
//! | [`HoldTimeoutKey`] | program 4, member 16, instant 8, request 16 |
//! | [`OpenBlockKey`] | program 4, partner 4, class 1, rank 8, sequence 8, block 8 |
//! | [`BlockTurnKey`] | program 4, partner 4, instant 8, turn 1, block 8 |
//! | [`ChargeKey`] | program 4, partner 4, sequence 8, place 2 |
//! | [`FeeKey`] | program 4, partner 4, sequence 8 |
//! | [`UnbilledKey`] | program 4, partner 4, instant 8, sequence 8, place 2 |
//! | [`BillKey`] | program 4, partner 4, number 4 |
//! | [`BillLineKey`] | program 4, partner 4, number 4, instant 8, sequence 8, place 2 |
//! | [`CatalogKey`] | program 4, kind 1, id 4, version 4 |
//! | [`DueKey`] | program 4, instant 8, kind 1, id 16 |
//! | [`TotalsKey`] | program 4, day 4 (sign bit flipped), UTC day 4 (likewise), source 4, point type 2, subtype 2 |
//! | [`SourceKey`] | program 4, source 4 |
//! | [`CountKey`] | program 4, source 4, restriction 2, version 4, member 16 |
//! | [`CohortKey`] | program 4, day 4 (sign bit flipped), source 4, point type 2, subtype 2 |
//! | [`SourceDayKey`] | program 4, source 4, day 4 (sign bit flipped), point type 2, subtype 2 |
//! | [`ExpiringKey`] | program 4, day 4 (sign bit flipped), point type 2, source 4 |
//! | [`MarkKey`] | program 4, kind 1, id 4, segment 8 |
//! | [`OwnerKey`] | program 4, owner 17 |
//! | [`PostingKey`] | program 4, owner 17, receivable 4, sequence 8, place 2 |
//! | [`RefundKey`] | program 4, sequence 8, place 2, member 16 |
//! | [`MonthKey`] | program 4, partner 4, month 4 |
//! | [`EventKey`] | program 4, partner 4, instant 8, sequence 8, place 2 |
//! | [`LineKey`], [`PartnerCreditKey`] | program 4, partner 4, sequence 8, place 2 |
//! | [`RunKey`] | program 4, run 16, number 4 |
//! | [`RunDueKey`] | program 4, instant 8, run 16, number 4 |
//! | [`Sequence`] | sequence 8 |

use super::{
    AccountKey, BillKey, BillLineKey, BlockId, BlockKey, BlockTurn, BlockTurnKey, CatalogKey, ChargeKey, ClaimKey,
    CohortKey, CountKey, Day, EventKey, ExpiringKey, FeeKey, ForwardKey, HoldTimeoutKey, HouseholdKey, ItemId, ItemKey,
    ItemPosition, LineKey, Mark, MarkKey, MemberId, MemberKey, MergeKey, MonthKey, OpenBlockKey, OwnerKey,
    PartnerCreditKey, PartnerId, PartnerKey, PointTypeId, PostingKey, ProgramId, ReceivableId, RefundKey, RequestId,
    RequestKey, RunDueKey, RunKey, Sequence, SourceDayKey, SourceId, SourceKey, Subject, SubtypeId, Timestamp,
    TotalsKey, UnbilledKey,
};
use std::ops::Range;

/// The longest key of any table, in bytes.
pub const KEY_BYTES_MAX: usize = 44;

/// A table's key.
pub trait Key: Copy + Ord {
    /// Appends the key's bytes to `to`.
    fn write(&self, to: &mut Vec<u8>);
    /// Reads a key. `None` where the bytes are none of it.
    fn read(from: &mut Bytes<'_>) -> Option<Self>;

    /// The key's bytes.
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(KEY_BYTES_MAX);
        self.write(&mut bytes);
        bytes
    }

    /// The key that all of `bytes` are.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut from = Bytes(bytes);
        Self::read(&mut from).filter(|_| from.0.is_empty())
    }
}

/// Bytes that are read from the front.
#[derive(Debug)]
pub struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk::<N>()?;
        self.0 = tail;
        Some(*head)
    }
}

macro_rules! integer_key {
    ($($name:ident: $raw:ty),* $(,)?) => {
        $(impl Key for $name {
            fn write(&self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.0.to_be_bytes());
            }

            fn read(from: &mut Bytes<'_>) -> Option<Self> {
                from.take().map(|bytes| $name(<$raw>::from_be_bytes(bytes)))
            }
        })*
    };
}

integer_key!(
    ProgramId: u32,
    PartnerId: u32,
    SourceId: u32,
    ReceivableId: u32,
    PointTypeId: u16,
    SubtypeId: u16,
    BlockId: u64,
    Sequence: u64,
    MemberId: u128,
    RequestId: u128,
);

impl Key for u64 {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.to_be_bytes());
    }

    fn read(from: &mut Bytes<'_>) -> Option<Self> {
        from.take().map(u64::from_be_bytes)
    }
}

impl Key for u16 {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.to_be_bytes());
    }

    fn read(from: &mut Bytes<'_>) -> Option<Self> {
        from.take().map(u16::from_be_bytes)
    }
}

impl Key for Day {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&(self.0.cast_unsigned() ^ (1 << 31)).to_be_bytes());
    }

    fn read(from: &mut Bytes<'_>) -> Option<Self> {
        from.take().map(|bytes| Day((u32::from_be_bytes(bytes) ^ (1 << 31)).cast_signed()))
    }
}

impl Key for Timestamp {
    fn write(&self, to: &mut Vec<u8>) {
        self.order().write(to);
    }

    fn read(from: &mut Bytes<'_>) -> Option<Self> {
        Timestamp::from_order(u64::read(from)?)
    }
}

impl Key for u8 {
    fn write(&self, to: &mut Vec<u8>) {
        to.push(*self);
    }

    fn read(from: &mut Bytes<'_>) -> Option<Self> {
        from.take().map(u8::from_be_bytes)
    }
}

impl Key for u32 {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.to_be_bytes());
    }

    fn read(from: &mut Bytes<'_>) -> Option<Self> {
        from.take().map(u32::from_be_bytes)
    }
}

impl Key for BlockTurn {
    fn write(&self, to: &mut Vec<u8>) {
        to.push(*self as u8);
    }

    fn read(from: &mut Bytes<'_>) -> Option<Self> {
        let [number] = from.take()?;
        BlockTurn::ALL.get(usize::from(number)).copied()
    }
}

impl Key for Subject {
    fn write(&self, to: &mut Vec<u8>) {
        let (kind, id) = self.to_raw();
        to.push(kind);
        to.extend_from_slice(&id.to_be_bytes());
    }

    fn read(from: &mut Bytes<'_>) -> Option<Self> {
        let [kind] = from.take()?;
        Subject::from_raw(kind, MemberId::read(from)?.0)
    }
}

impl Key for Mark {
    fn write(&self, to: &mut Vec<u8>) {
        let (kind, id) = self.to_raw();
        to.push(kind);
        id.write(to);
    }

    fn read(from: &mut Bytes<'_>) -> Option<Self> {
        let [kind] = from.take()?;
        Mark::from_raw(kind, u32::read(from)?)
    }
}

/// The next instant at which something of a subject is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DueKey {
    /// The program.
    pub program: ProgramId,
    /// The instant.
    pub due_at: Timestamp,
    /// Whose.
    pub subject: Subject,
}

impl DueKey {
    /// The keys of everything in a program that is due at `now` or before.
    #[must_use]
    pub fn until(program: ProgramId, now: Timestamp) -> Range<DueKey> {
        let first = |due_at| DueKey { program, due_at, subject: Subject::Member(MemberId(0)) };
        first(Timestamp::MIN)..first(now.successor())
    }
}

/// A key that is its fields in a row.
macro_rules! field_key {
    ($($name:ident { $($field:ident),* }),* $(,)?) => {
        $(impl Key for $name {
            fn write(&self, to: &mut Vec<u8>) {
                $(self.$field.write(to);)*
            }

            fn read(from: &mut Bytes<'_>) -> Option<Self> {
                Some($name { $($field: Key::read(from)?),* })
            }
        })*
    };
}

field_key!(
    MemberKey { program, member },
    PartnerKey { program, partner },
    BlockKey { program, partner, block },
    AccountKey { program, member, point_type },
    ItemId { sequence, place },
    ItemPosition { order, id },
    ItemKey { account, position },
    RequestKey { program, request },
    SourceKey { program, source },
    ClaimKey { account, item, sequence },
    ForwardKey { account, item },
    HouseholdKey { household, member },
    MergeKey { into, other },
    HoldTimeoutKey { program, member, at, request },
    OpenBlockKey { partner, class, rank, created, block },
    BlockTurnKey { partner, at, turn, block },
    ChargeKey { partner, sequence, place },
    FeeKey { partner, sequence },
    UnbilledKey { partner, at, sequence, place },
    BillKey { partner, number },
    BillLineKey { bill, at, sequence, place },
    CatalogKey { program, kind, id, version },
    DueKey { program, due_at, subject },
    CountKey { program, source, restriction, version, member },
    CohortKey { program, day, source, point_type, subtype },
    SourceDayKey { program, source, day, point_type, subtype },
    ExpiringKey { program, day, point_type, source },
    MarkKey { program, mark, segment },
    OwnerKey { program, owner },
    PostingKey { owner, receivable, sequence, place },
    RefundKey { program, sequence, place, member },
    MonthKey { program, partner, month },
    PartnerCreditKey { program, partner, sequence, place },
    EventKey { program, partner, at, sequence, place },
    LineKey { program, partner, sequence, place },
    RunKey { program, run, number },
    RunDueKey { program, at, run, number },
    TotalsKey { program, day, utc_day, source, point_type, subtype },
);
