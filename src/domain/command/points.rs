//! A member's points: enrolled, accrued, redeemed, transferred.

use crate::domain::tagged::tagged;
use crate::domain::{
    Expiry, ItemId, MemberId, PartnerId, PointTypeId, Points, Rate, Rounding, Share, SourceId, Span, SubtypeId,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

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

/// Gives a member points that several partners fund, each by its share. All of them pay, or nothing is given.
///
/// The points of each award are split among the partners in the ratio of their parts, rounded so that they add up; each
/// pays for its own by its own terms. What is cancelled goes back to each partner's own blocks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AccrueShared {
    /// Who earns.
    pub member: MemberId,
    /// Who pays, and how much: 1 to 16 partners, each once. Items name the first as their partner.
    pub shares: Vec<Share>,
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
    /// How many, more than 0. 0 where `spend` says how they are computed.
    #[serde(default)]
    pub points: Points,
    /// What the member spent, and how many points that gives. Default: `points` says it.
    #[serde(default)]
    pub spend: Option<Spend>,
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

impl Accrue {
    /// The accrual with the points that the money of its awards gives. `None` where they do not fit.
    #[must_use]
    pub fn computed(&self) -> Option<Cow<'_, Accrue>> {
        if self.awards.iter().all(|award| award.spend.is_none()) {
            return Some(Cow::Borrowed(self));
        }
        let mut computed = self.clone();
        for award in &mut computed.awards {
            if let Some(spend) = &award.spend {
                award.points = spend.points()?;
            }
        }
        Some(Cow::Owned(computed))
    }
}

impl AccrueShared {
    /// What the member gets, as an accrual of the first partner.
    #[must_use]
    pub fn as_accrual(&self) -> Accrue {
        let partner = self.shares.first().map(|share| share.partner);
        Accrue { member: self.member, partner, awards: self.awards.clone() }
    }
}

impl Award {
    /// Points available at once, expiring as their type says.
    #[must_use]
    pub fn new(point_type: PointTypeId, points: Points) -> Award {
        Award {
            point_type,
            points,
            spend: None,
            source: None,
            subtype: SubtypeId(0),
            start: Start::Transaction,
            expires: None,
        }
    }
}

/// An amount of money, and how many points it gives; exact, and recorded with the award. It may give none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Spend {
    /// The amount, in whatever unit of money the program uses.
    pub amount: Rate,
    /// Points for each unit of money, or for each step.
    pub rate: Rate,
    /// Points are for each step of so much money: how often it goes into the amount is rounded, then come the points.
    /// Default: no steps, only the points are rounded.
    #[serde(default)]
    pub step: Option<Rate>,
    /// How it is rounded. Default: half up; `down` gives points for each full unit or step.
    #[serde(default)]
    pub rounding: Rounding,
}

impl Spend {
    /// How many points the amount gives. `None` where they do not fit.
    #[must_use]
    pub fn points(&self) -> Option<Points> {
        match &self.step {
            None => self.amount.times(&self.rate)?.whole(self.rounding),
            Some(step) => self.rate.of(self.amount.over(step)?.whole(self.rounding)?, self.rounding),
        }
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

/// Takes points from the items next in order (rules D21 to D25).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Redeem {
    /// Who redeems.
    pub member: MemberId,
    /// The kind of points. Default: 0, which is all default types of the program, in one order over all of them (rules
    /// E12, E62, E63).
    #[serde(default)]
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

/// Lets items expire at another instant, later or sooner. Their points keep everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExtendItems {
    /// Whose.
    pub member: MemberId,
    /// 1 to 1,000 items that have matured and have points left.
    pub items: Vec<ItemId>,
    /// When they expire from now on; a span counts from now.
    pub expires: Expiry,
    /// Why, up to 128 bytes.
    pub reason: Box<str>,
}

/// Gives what has expired of items back to the member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReinstateItems {
    /// Whose.
    pub member: MemberId,
    /// 1 to 1,000 items of which points have expired.
    pub items: Vec<ItemId>,
    /// When they expire from now on; a span counts from now.
    pub expires: Expiry,
    /// Why, up to 128 bytes.
    pub reason: Box<str>,
}
