//! A kind of points: what the catalog says of it.

use super::tagged::tagged;
use super::{Expiry, Inactivity, PointTypeId, Points, Rate, Rounding, TierId, Timestamp};
use serde::{Deserialize, Serialize};

/// Whether points of a type are for spending or for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PointClass {
    /// Members redeem them (rule D27).
    #[default]
    Redeemable,
    /// They count toward a tier: neither redeemed nor transferred, at once in the balance (rules D26, D31, D55).
    Qualifying,
    /// Members redeem them, and they count as long as they are not spent (rule E04).
    Both,
}

impl PointClass {
    /// Whether members redeem them.
    #[must_use]
    pub const fn is_redeemable(self) -> bool {
        matches!(self, PointClass::Redeemable | PointClass::Both)
    }

    /// Whether they count toward a tier.
    #[must_use]
    pub const fn is_qualifying(self) -> bool {
        matches!(self, PointClass::Qualifying | PointClass::Both)
    }
}

/// Which points of an account go first (rule D22). Ties: the order in which they were issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UseOrder {
    /// Closest to expiring first; points without expiry last.
    #[default]
    EarliestExpiry,
    /// In the order in which they were issued.
    FirstIn,
}

/// Whether an account may owe points after a cancellation (rules E64 to E66).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NegativeBalance {
    /// What was already spent becomes a debt, which the next points repay.
    #[default]
    Allowed,
    /// The balance stops at 0; the host absorbs the shortfall.
    Refused,
}

/// Whether accounts of a type are in use (rules E10, E11, E17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TypeStatus {
    /// Members earn and spend.
    #[default]
    Active,
    /// Nobody earns or spends; items keep expiring. It can only be activated again.
    Inactive,
}

/// What becomes of held points whose item expires meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HeldExpiry {
    /// They stay held; what is released after the expiry expires at once.
    #[default]
    Honour,
    /// They expire at their instant, and the hold shrinks.
    Expire,
}

tagged! {
    /// How far below zero cancellations and returns may take a balance (rule E66). Beyond it, the host bears the rest. A
    /// percentage is one of the balance before, of nothing where that is a debt; it is rounded down.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum NegativeLimit {
        /// Any number of points.
        #[default]
        0 Unlimited "unlimited",
        /// So many points.
        1 Absolute "absolute" (points: Points),
        /// So many hundredths of the balance before.
        2 Percent "percent" (percent: Rate),
        /// The larger of both.
        3 Max "max" {
            /// So many points.
            points: Points,
            /// So many hundredths of the balance before.
            percent: Rate,
        },
        /// The smaller of both.
        4 Min "min" {
            /// So many points.
            points: Points,
            /// So many hundredths of the balance before.
            percent: Rate,
        },
    }
}

/// So many hundredths of an amount, rounded down; of a negative amount, nothing. `None` where it does not fit.
#[must_use]
pub fn percent_of(percent: Rate, amount: Points) -> Option<Points> {
    let rate = Rate::new(1, 100)?.times(&percent)?;
    rate.of(amount.max(Points::ZERO), Rounding::Down)
}

impl NegativeLimit {
    /// How many points may be owed in all, where the balance before was `balance`. `None` where it does not fit.
    #[must_use]
    pub fn of(self, balance: Points) -> Option<Points> {
        match self {
            NegativeLimit::Unlimited => Some(Points(i64::MAX)),
            NegativeLimit::Absolute(points) => Some(points),
            NegativeLimit::Percent(percent) => percent_of(percent, balance),
            NegativeLimit::Max { points, percent } => percent_of(percent, balance).map(|part| part.max(points)),
            NegativeLimit::Min { points, percent } => percent_of(percent, balance).map(|part| part.min(points)),
        }
    }
}

tagged! {
    /// Whether a redemption may take more than there is (rules D09, D11).
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub enum Overdraft {
        /// It may not.
        #[default]
        0 Refused "refused",
        /// Every member may owe up to so many points.
        1 All "all" (points: Points),
        /// Members of these tiers may.
        2 Tiers "tiers" {
            /// How many points they may owe.
            points: Points,
            /// The tiers.
            tiers: Vec<TierId>,
        },
    }
}

impl Overdraft {
    /// How many points a member of a tier may owe.
    #[must_use]
    pub fn of(&self, tier: Option<TierId>) -> Points {
        match self {
            Overdraft::Refused => Points::ZERO,
            Overdraft::All(points) => *points,
            Overdraft::Tiers { points, tiers } => match tier {
                Some(tier) if tiers.contains(&tier) => *points,
                _ => Points::ZERO,
            },
        }
    }
}

tagged! {
    /// How many points an account may have (rule E67): available, future and held ones, less its debt.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum Maximum {
        /// Any number.
        #[default]
        0 Unlimited "unlimited",
        /// An accrual that would go beyond is refused.
        1 Reject "reject" (points: Points),
        /// What goes beyond is lost, and the receipt says how much.
        2 Clip "clip" (points: Points),
    }
}

/// A kind of points.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct PointType {
    /// What people in the company call it (rule E09): no balance and no receipt shows it.
    pub name: Box<str>,
    /// What balances show: accounts of the same label are summed up (rules E03, E61).
    pub label: Box<str>,
    /// For spending or for counting.
    pub class: PointClass,
    /// Which points go first.
    pub order: UseOrder,
    /// When they expire, unless the award says otherwise.
    pub expiry: Expiry,
    /// Whether an account may owe points after a cancellation.
    pub negative_balance: NegativeBalance,
    /// How many.
    pub negative_limit: NegativeLimit,
    /// Whether a redemption may take more than there is.
    pub overdraft: Overdraft,
    /// How many points an account may have.
    pub maximum: Maximum,
    /// Decimal places with which people are shown amounts, 0 to 4. Arithmetic never sees it.
    pub scale: u8,
    /// For points that are money: the ISO 4217 code of the currency. Empty where they are not.
    pub currency: Box<str>,
    /// Whether accounts are in use.
    pub status: TypeStatus,
    /// Whether a redemption that names no type spends them (rules E12, E62).
    pub is_default: bool,
    /// What becomes of points when their member does nothing.
    pub inactivity: Inactivity,
    /// The type into which its points go on when they expire (rule E77).
    pub rollover: Option<PointTypeId>,
    /// What becomes of held points whose item expires.
    pub held_expiry: HeldExpiry,
    /// When this version was set.
    pub since: Timestamp,
}

impl PointType {
    /// The same type as it is set at an instant: evaluations are counted from then, unless something else was said.
    #[must_use]
    pub fn set_at(self, now: Timestamp) -> PointType {
        PointType { expiry: self.expiry.set_at(now), inactivity: self.inactivity.set_at(now), since: now, ..self }
    }

    /// Whether its items remember under which version they were granted: what becomes of them depends on it.
    #[must_use]
    pub fn has_policy(&self) -> bool {
        self.rollover.is_some() || self.inactivity != Inactivity::Ignored
    }

    /// Whether accounts of this type may owe points.
    #[must_use]
    pub fn may_owe(&self) -> bool {
        self.negative_balance == NegativeBalance::Allowed || self.overdraft != Overdraft::Refused
    }
}
