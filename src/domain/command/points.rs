//! A member's points: enrolled, accrued, redeemed, transferred.

use crate::domain::tagged::tagged;
use crate::domain::{Expiry, MemberId, PartnerId, PointTypeId, Points, SourceId, Span, SubtypeId, Timestamp};
use serde::{Deserialize, Serialize};

/// Enrols a member.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Enrol {
    /// The member.
    pub member: MemberId,
}

/// Gives a member points: one transaction, one point item for each award (rules D18 to D20).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Accrue {
    /// Who earns.
    pub member: MemberId,
    /// Who pays; without one, the host.
    #[serde(default)]
    pub partner: Option<PartnerId>,
    /// 1 to 64 awards; all are given, or none.
    pub awards: Vec<Award>,
}

/// The points of one promotion within an accrual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Award {
    /// The kind of points.
    pub point_type: PointTypeId,
    /// How many, more than 0.
    pub points: Points,
    /// The promotion that gives them.
    #[serde(default)]
    pub source: Option<SourceId>,
    /// Why they are given, for reports only (rule D13). Default: 0.
    #[serde(default)]
    pub subtype: SubtypeId,
    /// When they become available. Qualifying points always count at once (rule D55).
    #[serde(default)]
    pub start: Start,
    /// When they expire; a span counts from the transaction. Default: as the point type says. Qualifying points expire
    /// only where their type has an expiry (rule D33): where it has none, this is ignored.
    #[serde(default)]
    pub expires: Option<Expiry>,
}

impl Award {
    /// Points available at once, expiring as their type says.
    #[must_use]
    pub fn new(point_type: PointTypeId, points: Points) -> Award {
        Award { point_type, points, source: None, subtype: SubtypeId(0), start: Start::Transaction, expires: None }
    }
}

tagged! {
    /// When points become available (rules D49, D50, D56). An instant that is past counts as now (rule D59).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum Start {
        /// With the transaction.
        #[default]
        0 Transaction "transaction",
        /// At an instant.
        1 At "at" (instant: Timestamp),
        /// This long after the transaction.
        2 After "after" (span: Span),
    }
}

/// Takes points of one type, from the items next in order (rules D21 to D25).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Redeem {
    /// Who redeems.
    pub member: MemberId,
    /// The kind of points.
    pub point_type: PointTypeId,
    /// How many, more than 0.
    pub points: Points,
}

/// Moves points to another member, from the items next in order. They keep their expiry, source and partner.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// Who gives.
    pub member: MemberId,
    /// Who gets.
    pub to: MemberId,
    /// The kind of points: of a redeemable type.
    pub point_type: PointTypeId,
    /// How many, more than 0.
    pub points: Points,
    /// What the host keeps for it, on top, 0 or more. Default: 0.
    #[serde(default)]
    pub fee: Points,
}
