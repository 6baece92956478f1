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
    /// Why points were given: a reason for reports, with no effect of its own (rule D13).
    SubtypeId, u16
);
narrow_id!(
    /// A block of points that a partner bought; unique within the partner.
    BlockId, u64
);
narrow_id!(
    /// A reward scheme that partners share.
    SchemeId, u32
);
narrow_id!(
    /// A reward offer of a scheme.
    OfferId, u32
);
narrow_id!(
    /// A group of partners.
    GroupId, u32
);
narrow_id!(
    /// A merchant that a partner represents.
    MerchantId, u32
);
narrow_id!(
    /// A receivable; unique with its owner.
    ReceivableId, u32
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

/// Whose lock, chain of entries and due row something has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A member: the items.
    Member(super::MemberId),
    /// A partner: the blocks.
    Partner(PartnerId),
    /// A source: inventory and limits.
    Source(SourceId),
    /// The program itself: settlement runs.
    Program,
}

impl Subject {
    /// The kind as one word.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Subject::Member(_) => "member",
            Subject::Partner(_) => "partner",
            Subject::Source(_) => "source",
            Subject::Program => "program",
        }
    }

    /// The member, if it is one.
    #[must_use]
    pub fn member(&self) -> Option<super::MemberId> {
        match self {
            Subject::Member(member) => Some(*member),
            Subject::Partner(_) | Subject::Source(_) | Subject::Program => None,
        }
    }

    /// The kind's number and the id, as they are stored.
    #[must_use]
    pub fn to_raw(self) -> (u8, u128) {
        match self {
            Subject::Member(member) => (0, member.0),
            Subject::Partner(partner) => (1, partner.0.into()),
            Subject::Source(source) => (2, source.0.into()),
            Subject::Program => (3, 0),
        }
    }

    /// The subject that is stored as this.
    #[must_use]
    pub fn from_raw(kind: u8, id: u128) -> Option<Subject> {
        match kind {
            0 => Some(Subject::Member(super::MemberId(id))),
            1 => u32::try_from(id).ok().map(|id| Subject::Partner(PartnerId(id))),
            2 => u32::try_from(id).ok().map(|id| Subject::Source(SourceId(id))),
            3 => (id == 0).then_some(Subject::Program),
            _ => None,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Member(member) => write!(f, "member {member}"),
            Subject::Partner(partner) => write!(f, "partner {partner}"),
            Subject::Source(source) => write!(f, "source {source}"),
            Subject::Program => f.write_str("program"),
        }
    }
}

/// In JSON `{"kind": "member", "id": "M1"}`.
impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let (kind, id) = self.to_raw();
        if !serializer.is_human_readable() {
            return (kind, id).serialize(serializer);
        }
        let mut to = serializer.serialize_struct("Subject", 2)?;
        to.serialize_field("kind", self.code())?;
        to.serialize_field("id", &super::MemberId(id))?;
        to.end()
    }
}

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Subject, D::Error> {
        use serde::de::Error;

        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Shown {
            kind: String,
            id: super::MemberId,
        }

        let (kind, id) = if deserializer.is_human_readable() {
            let Shown { kind, id } = Shown::deserialize(deserializer)?;
            let kinds = ["member", "partner", "source", "program"];
            let number = kinds.iter().position(|known| *known == kind);
            (number.unwrap_or(usize::MAX) as u8, id.0)
        } else {
            <(u8, u128)>::deserialize(deserializer)?
        };
        Subject::from_raw(kind, id).ok_or_else(|| D::Error::custom("no such kind of subject, or no such id of it"))
    }
}

#[cfg(feature = "cli")]
impl schemars::JsonSchema for Subject {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Subject".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let id = generator.subschema_for::<super::MemberId>();
        schemars::json_schema!({
            "type": "object",
            "properties": { "kind": { "type": "string", "enum": ["member", "partner", "source", "program"] }, "id": id },
            "required": ["kind", "id"],
            "additionalProperties": false
        })
    }
}

/// What a lock is taken for: a subject of a program, or a request id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LockName {
    /// A request id, and what was cancelled of its transaction.
    Request(RequestKey),
    /// A subject, and everything that it owns.
    Subject(ProgramId, Subject),
}

impl LockName {
    /// The same as two numbers, which are compared at once: kind and program, and the id.
    #[must_use]
    pub fn raw(&self) -> (u64, u128) {
        match self {
            LockName::Request(RequestKey { program, request }) => (0xFF << 32 | u64::from(program.0), request.0),
            LockName::Subject(program, subject) => {
                let (kind, id) = subject.to_raw();
                (u64::from(kind) << 32 | u64::from(program.0), id)
            }
        }
    }

    /// The program it belongs to.
    #[must_use]
    pub fn program(&self) -> ProgramId {
        match self {
            LockName::Request(key) => key.program,
            LockName::Subject(program, _) => *program,
        }
    }
}

impl fmt::Display for LockName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LockName::Request(RequestKey { program, request }) => write!(f, "program {program}, request {request}"),
            LockName::Subject(program, subject) => write!(f, "program {program}, {subject}"),
        }
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

/// A source of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceKey {
    /// The program.
    pub program: ProgramId,
    /// The source.
    pub source: SourceId,
}

/// A claim on an account: the item whose spent points were claimed, and the entry that claimed them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimKey {
    /// Whose it is.
    pub account: AccountKey,
    /// The item of the cancelled accrual.
    pub item: ItemId,
    /// The entry that cancelled it.
    pub sequence: Sequence,
}

/// An item that went elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForwardKey {
    /// Whose it is.
    pub account: AccountKey,
    /// The item.
    pub item: ItemId,
}

/// A member of a household.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HouseholdKey {
    /// The household.
    pub household: MemberKey,
    /// Who belongs to it.
    pub member: super::MemberId,
}

/// A merge of two members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MergeKey {
    /// Who stayed.
    pub into: MemberKey,
    /// Who was merged into that member.
    pub other: super::MemberId,
}

/// A hold that is still open, in the order in which a member's holds time out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HoldTimeoutKey {
    /// The program.
    pub program: ProgramId,
    /// Whose points are held.
    pub member: super::MemberId,
    /// When it times out.
    pub at: super::Timestamp,
    /// The request that made it.
    pub request: super::RequestId,
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

impl MemberKey {
    /// What its lock is taken by.
    #[must_use]
    pub fn lock(&self) -> LockName {
        LockName::Subject(self.program, Subject::Member(self.member))
    }
}

impl SourceKey {
    /// What its lock is taken by.
    #[must_use]
    pub fn lock(&self) -> LockName {
        LockName::Subject(self.program, Subject::Source(self.source))
    }
}

impl PartnerKey {
    /// What its lock is taken by.
    #[must_use]
    pub fn lock(&self) -> LockName {
        LockName::Subject(self.program, Subject::Partner(self.partner))
    }

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
