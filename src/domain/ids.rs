//! Ids: who and what a command is about. All are chosen by the caller, but for the numbers the journal gives.
//!
//! Members and requests carry 128 bits, so that a platform's own keys fit without a mapping table; how text is
//! packed into them is in [`super::wide_id`].

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

macro_rules! narrow_id {
    ($(#[$doc:meta])* $name:ident, $raw:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub $raw);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

narrow_id!(
    /// A loyalty program.
    ProgramId, u32
);
narrow_id!(
    /// A partner of a program: the one who pays for points.
    PartnerId, u32
);
narrow_id!(
    /// What points come from: a promotion, an offer, a campaign.
    SourceId, u32
);
narrow_id!(
    /// A kind of points of a program.
    PointTypeId, u16
);
narrow_id!(
    /// A block of points that a partner bought; unique within the partner.
    BlockId, u64
);
/// The place of an entry in the journal: 1, 2, 3, ... without holes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Sequence(pub u64);

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Stored one higher, so that [`Sequence::OWN`] takes a single byte.
impl Serialize for Sequence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = if serializer.is_human_readable() { self.0 } else { self.0.wrapping_add(1) };
        serializer.serialize_u64(raw)
    }
}

impl<'de> Deserialize<'de> for Sequence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Sequence, D::Error> {
        let human = deserializer.is_human_readable();
        let raw = u64::deserialize(deserializer)?;
        Ok(Sequence(if human { raw } else { raw.wrapping_sub(1) }))
    }
}

impl Sequence {
    /// Stands for the number that the entry being decided will get; replaced when it joins the journal.
    pub const OWN: Sequence = Sequence(u64::MAX);

    /// The number after this one.
    #[must_use]
    pub fn next(self) -> Sequence {
        Sequence(self.0.saturating_add(1))
    }

    /// This number, or `own` where this is [`Sequence::OWN`].
    #[must_use]
    pub fn or_own(self, own: Sequence) -> Sequence {
        if self == Sequence::OWN { own } else { self }
    }
}

/// A point item: the accrual that granted it and its place among that accrual's awards, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ItemId {
    /// Number of the accrual's journal entry.
    pub sequence: Sequence,
    /// Which of the accrual's awards, from 0.
    pub place: u16,
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.sequence, self.place)
    }
}

/// A member of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberKey {
    /// The program.
    pub program: ProgramId,
    /// The member.
    pub member: super::MemberId,
}

/// A member's account: the points of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountKey {
    /// The program.
    pub program: ProgramId,
    /// The member.
    pub member: super::MemberId,
    /// The point type.
    pub point_type: PointTypeId,
}

/// A partner of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartnerKey {
    /// The program.
    pub program: ProgramId,
    /// The partner.
    pub partner: PartnerId,
}

/// A partner's block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockKey {
    /// The program.
    pub program: ProgramId,
    /// The partner.
    pub partner: PartnerId,
    /// The block.
    pub block: BlockId,
}

/// A request of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestKey {
    /// The program.
    pub program: ProgramId,
    /// The request.
    pub request: super::RequestId,
}

/// A transaction that was cancelled, in whole or in part: the number of its entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CorrectionKey {
    /// The program.
    pub program: ProgramId,
    /// The entry that was cancelled.
    pub sequence: Sequence,
}

impl AccountKey {
    /// The member that owns the account.
    #[must_use]
    pub fn owner(&self) -> MemberKey {
        MemberKey { program: self.program, member: self.member }
    }
}

impl MemberKey {
    /// The member's account of a point type.
    #[must_use]
    pub fn account(&self, point_type: PointTypeId) -> AccountKey {
        AccountKey { program: self.program, member: self.member, point_type }
    }
}

impl PartnerKey {
    /// One of the partner's blocks.
    #[must_use]
    pub fn block(&self, block: BlockId) -> BlockKey {
        BlockKey { program: self.program, partner: self.partner, block }
    }
}

impl BlockKey {
    /// The partner that owns the block.
    #[must_use]
    pub fn owner(&self) -> PartnerKey {
        PartnerKey { program: self.program, partner: self.partner }
    }
}
