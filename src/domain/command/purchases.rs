//! What members do at partners: sign up, buy, spend; and what becomes of refunds.

use crate::domain::{
    Expiry, GroupId, MemberId, OfferId, PartnerId, PointTypeId, Points, RequestId, RunCriteria, SchemeId, Span,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Makes a member a participant, or changes that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetParticipant {
    /// The member.
    pub member: MemberId,
    /// The group that owns the member. Default: none.
    #[serde(default)]
    pub group: Option<GroupId>,
    /// The schemes in which the member takes part. Default: none.
    #[serde(default)]
    pub schemes: BTreeSet<SchemeId>,
    /// Whether purchases may draw on the wallet (rule C30). Default: no.
    #[serde(default)]
    pub automatic_spending: bool,
}

/// A merchant signs a member up to schemes (rules C42 to C47). A member who is no participant yet becomes one, owned by
/// the merchant's group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    /// The member.
    pub member: MemberId,
    /// The merchant.
    pub partner: PartnerId,
    /// The schemes, one at least.
    pub schemes: BTreeSet<SchemeId>,
}

/// A purchase at a merchant, and the award that an offer gives for it. It is awarded, left without an award, or refused
/// (rules C14 to C19, C64, C65). Instant and automatic spends are part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordPurchase {
    /// Who buys.
    pub member: MemberId,
    /// Where.
    pub partner: PartnerId,
    /// What it costs, in minor units, more than 0.
    pub amount: Points,
    /// The wallet: a point type for spending.
    pub point_type: PointTypeId,
    /// The offer that gives the award.
    pub offer: OfferId,
    /// The award, in minor units, more than 0.
    pub award: Points,
    /// When the award expires. Default: as the point type says.
    #[serde(default)]
    pub expires: Option<Expiry>,
    /// The brand of the payment medium. Default: unknown.
    #[serde(default)]
    pub brand: Option<Box<str>>,
    /// The type of the payment medium. Default: unknown.
    #[serde(default)]
    pub medium: Option<Box<str>>,
}

/// A merchant submits a spend on a member's behalf (rules C20 to C28, C66 to C68).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SpendAt {
    /// Who spends.
    pub member: MemberId,
    /// Where.
    pub partner: PartnerId,
    /// The wallet.
    pub point_type: PointTypeId,
    /// How much, in minor units, more than 0.
    pub points: Points,
    /// The scheme; needed where the amounts depend on it (rule C25).
    #[serde(default)]
    pub scheme: Option<SchemeId>,
}

/// Credits a member's receivable with an award where the wallet could not be used (rule C105). The award is consumed; the
/// merchant, whom the member pays in full, gets no credit note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreditMember {
    /// Who is credited.
    pub member: MemberId,
    /// Where the member spent.
    pub partner: PartnerId,
    /// The wallet.
    pub point_type: PointTypeId,
    /// How much, in minor units, more than 0.
    pub points: Points,
}

/// What a payment gateway answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GatewayAnswer {
    /// It paid.
    Ok,
    /// It could not pay.
    Failed,
}

/// Records what a payment gateway answered to a request for a refund, once (rule C110).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeRefund {
    /// The request id of the purchase.
    pub purchase: RequestId,
    /// The spend's place in it: 1 the instant one, 2 the automatic one.
    pub place: u16,
    /// What the gateway answered.
    pub answer: GatewayAnswer,
}

/// Defines a settlement run: a draft (rule C80). Its request id names it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CreateRun {
    /// Which events it settles (rules C81 to C85).
    pub criteria: RunCriteria,
    /// How long after it the next one is, in the program's zone. Default: it runs once.
    pub every: Option<Span>,
}

/// Saves a draft, so that it can be submitted (rule C80).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SaveRun {
    /// The run.
    pub run: RequestId,
}

/// Submits a saved run (rule C80): it is executed at its instant by the sweeper, in bounded steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SubmitRun {
    /// The run.
    pub run: RequestId,
    /// When. Default: at once.
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
}
