//! A program and its point types: what the catalog holds.

use super::{
    Ladder, PartnerId, PartnerTerms, PointType, PointTypeId, SettlementCatalog, SourceId, SourceTerms, SubtypeId,
    Versions, Zone,
};
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

/// Whether a program gives points (rule D17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProgramStatus {
    /// Members earn and spend.
    #[default]
    Active,
    /// It is being set up: nobody earns or spends until it is activated, which needs a default subtype.
    Draft,
}

/// What becomes of the points of a member who is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OnClosing {
    /// They stay, and keep expiring; a member who is opened again has what is left of them.
    #[default]
    Keep,
    /// Those that can be used, or could later, expire at once.
    Expire,
}

/// Whether awards must name a source (rule E05).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SourceRule {
    /// An award may name none, or one that is no source of the program: a label for reports.
    #[default]
    Optional,
    /// An award that names no source of the program is refused.
    Required,
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
    /// How many days before its expiry a block is about to expire; 0: nobody is told.
    pub block_warning_days: u16,
    /// How many days before the last one on which they are good a member's points are about to expire; 0: nobody is
    /// told.
    pub item_warning_days: u16,
    /// Whether members earn and spend.
    pub status: ProgramStatus,
    /// What becomes of the points of members who are closed.
    pub on_closing: OnClosing,
    /// Whether every award must name a source of the program (rule E05).
    pub require_source: SourceRule,
}

/// Why points are given: administrative, for reports (rules D13 to D16).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Subtype {
    /// What people call it.
    pub name: Box<str>,
    /// Whether it is that of awards that name none.
    pub is_default: bool,
}

/// A loyalty program with its definitions, all versions of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// What is set for the whole of it.
    pub settings: ProgramSettings,
    /// Its point types.
    pub point_types: BTreeMap<PointTypeId, Versions<PointType>>,
    /// The terms of its partners.
    pub partners: BTreeMap<PartnerId, Versions<PartnerTerms>>,
    /// Its subtypes. Without any, awards may name any number.
    pub subtypes: BTreeMap<SubtypeId, Versions<Subtype>>,
    /// The subtype of awards that name none (rule D16); 0 while the program has none.
    pub default_subtype: SubtypeId,
    /// The ladder of its tiers.
    pub ladder: Option<Versions<Ladder>>,
    /// Its sources.
    pub sources: BTreeMap<SourceId, Versions<SourceTerms>>,
    /// What settlement needs: schemes, offers, agreements.
    pub settlement: SettlementCatalog,
}

impl Program {
    /// A program without definitions.
    #[must_use]
    pub fn new(settings: ProgramSettings) -> Program {
        Program {
            settings,
            point_types: BTreeMap::new(),
            partners: BTreeMap::new(),
            subtypes: BTreeMap::new(),
            default_subtype: SubtypeId(0),
            ladder: None,
            sources: BTreeMap::new(),
            settlement: SettlementCatalog::default(),
        }
    }

    /// The newest version of a point type.
    #[must_use]
    pub fn point_type(&self, id: PointTypeId) -> Option<&PointType> {
        self.point_types.get(&id).map(Versions::current)
    }

    /// The newest terms of a partner.
    #[must_use]
    pub fn terms(&self, id: PartnerId) -> Option<&PartnerTerms> {
        self.partners.get(&id).map(Versions::current)
    }

    /// The point types that a redemption spends which names none (rule E12), in the order of their ids.
    pub fn default_types(&self) -> impl Iterator<Item = (PointTypeId, &PointType)> {
        let all = self.point_types.iter().map(|(id, versions)| (*id, versions.current()));
        all.filter(|(_, point_type)| point_type.is_default)
    }

    /// The newest terms of a source.
    #[must_use]
    pub fn source(&self, id: SourceId) -> Option<&SourceTerms> {
        self.sources.get(&id).map(Versions::current)
    }

    /// The sources whose name holds a text, in any case, sorted by name (rule E18).
    #[must_use]
    pub fn sources_by_name(&self, part: &str) -> Vec<(SourceId, &SourceTerms)> {
        let part = part.to_lowercase();
        let all = self.sources.iter().map(|(id, versions)| (*id, versions.current()));
        let mut found: Vec<_> = all.filter(|(_, terms)| terms.name.to_lowercase().contains(&part)).collect();
        found.sort_by_cached_key(|(id, terms)| (terms.name.to_lowercase(), *id));
        found
    }

    /// The sources that may give points of a type (rules E13 to E15, E31).
    pub fn sources_of(&self, point_type: PointTypeId) -> impl Iterator<Item = SourceId> + '_ {
        let all = self.sources.iter().filter(move |(_, terms)| terms.current().point_types.contains(&point_type));
        all.map(|(id, _)| *id)
    }
}
