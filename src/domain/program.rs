//! A program and its point types: what the catalog holds.

use super::tagged::tagged;
use super::{Date, PointTypeId, SettlementCatalog, Span, Timestamp, Versions, Zone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whether members must be enrolled before they earn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Enrolment {
    /// A command names members that were enrolled before; any other is refused.
    #[default]
    Explicit,
    /// A member's first accrual enrols the member.
    OnFirstAccrual,
}

/// What happens to points that would expire before they can be used (rules D57, D58).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NeverUsable {
    /// The accrual is refused.
    #[default]
    Refuse,
    /// The points are granted, and go from future to expired without having been available.
    Allow,
}

/// What is set for a whole program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct ProgramSettings {
    /// What people call it. Lists are sorted by it.
    pub name: Box<str>,
    /// The zone in which its calendar rules are computed.
    pub zone: Zone,
    /// How members come into being.
    pub enrolment: Enrolment,
    /// What happens to points that can never be used.
    pub never_usable: NeverUsable,
    /// How many point types it may have (rule D06).
    pub point_types_max: u16,
}

/// A loyalty program with its definitions, all versions of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// What is set for the whole of it.
    pub settings: ProgramSettings,
    /// Its point types.
    pub point_types: BTreeMap<PointTypeId, Versions<PointType>>,
    /// What settlement needs: schemes, offers, agreements.
    pub settlement: SettlementCatalog,
}

impl Program {
    /// A program without definitions.
    #[must_use]
    pub fn new(settings: ProgramSettings) -> Program {
        Program { settings, point_types: BTreeMap::new(), settlement: SettlementCatalog::default() }
    }

    /// The newest version of a point type.
    #[must_use]
    pub fn point_type(&self, id: PointTypeId) -> Option<&PointType> {
        self.point_types.get(&id).map(Versions::current)
    }
}

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

tagged! {
    /// When points expire.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum Expiry {
        /// Never (rule D42).
        #[default]
        0 Never "never",
        /// From this instant on they are not usable (rule D48).
        1 At "at" (instant: Timestamp),
        /// With the end of this day in the program's zone.
        2 On "on" (date: Date),
        /// This long after the transaction that granted them (rule D44).
        3 After "after" (span: Span),
    }
}

impl Expiry {
    /// The instant for points granted by a transaction at `granted_at`. `Some(None)` is never, `None` is an instant
    /// past the year 9999.
    #[must_use]
    pub fn resolve(self, granted_at: Timestamp, zone: &Zone) -> Option<Option<Timestamp>> {
        match self {
            Expiry::Never => Some(None),
            Expiry::At(instant) => Some(Some(instant)),
            Expiry::On(date) => date.end(zone).map(Some),
            Expiry::After(span) => span.after(granted_at, zone).map(Some),
        }
    }
}

/// A kind of points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Whether an account may owe points.
    pub negative_balance: NegativeBalance,
}
