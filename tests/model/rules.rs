//! What the model's program has defined: its settings, every version of its point types and of its tiers.

use super::calendar;
use accruedb::domain::*;
use std::collections::{BTreeMap, BTreeSet};

/// One version of a point type.
#[derive(Debug, Clone)]
pub(crate) struct Kind {
    pub(super) spec: CreatePointType,
    pub(super) inactive: bool,
    since: Timestamp,
}

impl Kind {
    fn set(mut spec: CreatePointType, inactive: bool, since: Timestamp) -> Kind {
        if let Expiry::Rolling { since: from, .. } = &mut spec.expiry {
            from.get_or_insert(since);
        }
        if let Inactivity::Expires { since: from, .. } = &mut *spec.inactivity {
            from.get_or_insert(since);
        }
        Kind { spec, inactive, since }
    }

    fn has_policy(&self) -> bool {
        self.spec.rollover.is_some() || *self.spec.inactivity != Inactivity::Ignored
    }

    pub(super) fn is_redeemable(&self) -> bool {
        self.spec.class != PointClass::Qualifying
    }

    pub(super) fn is_qualifying(&self) -> bool {
        self.spec.class != PointClass::Redeemable
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    pub(super) program: Option<CreateProgram>,
    pub(super) types: BTreeMap<PointTypeId, Vec<Kind>>,
    subtypes: BTreeSet<SubtypeId>,
    /// That of awards that name none; 0 while there is none.
    default_subtype: SubtypeId,
    ladders: Vec<(DefineTiers, Timestamp)>,
}

/// The newest version that was set before an instant, else the first.
fn in_force<T>(versions: &[T], at: Timestamp, since: impl Fn(&T) -> Timestamp) -> Option<(u32, &T)> {
    let numbered = || versions.iter().zip(1u32..).map(|(version, number)| (number, version));
    numbered().filter(|(_, version)| since(version) < at).last().or_else(|| numbered().next())
}

impl Rules {
    pub(super) fn zone(&self) -> Zone {
        self.program.as_ref().map_or(Zone::UTC, |program| program.zone.clone())
    }

    /// The newest version of a type.
    pub(super) fn kind(&self, point_type: PointTypeId) -> Result<&Kind, Rejection> {
        let known = self.types.get(&point_type).and_then(|versions| versions.last());
        known.ok_or(Rejection::PointTypeUnknown { point_type })
    }

    /// The same, of a type that members may earn and spend.
    pub(super) fn usable(&self, point_type: PointTypeId) -> Result<&Kind, Rejection> {
        if self.program.as_ref().is_some_and(|program| program.status == ProgramStatus::Draft) {
            return Err(Rejection::ProgramDraft);
        }
        let kind = self.kind(point_type)?;
        if kind.inactive { Err(Rejection::PointTypeInactive { point_type }) } else { Ok(kind) }
    }

    pub(super) fn version(&self, point_type: PointTypeId, number: u32) -> &CreatePointType {
        &self.types[&point_type][number as usize - 1].spec
    }

    pub(super) fn in_force(&self, point_type: PointTypeId, at: Timestamp) -> (u32, &Kind) {
        in_force(&self.types[&point_type], at, |kind| kind.since).expect("it has a first version")
    }

    /// Under which version's policy an item is that is granted now; 0 without one.
    pub(super) fn pin(&self, point_type: PointTypeId) -> u32 {
        let versions = &self.types[&point_type];
        if versions.last().is_some_and(Kind::has_policy) { versions.len() as u32 } else { 0 }
    }

    pub(super) fn pin_of(&self, point_type: PointTypeId, (number, kind): (u32, &Kind)) -> u32 {
        assert!(self.types.contains_key(&point_type));
        if kind.has_policy() { number } else { 0 }
    }

    /// The types that a redemption spends which names none.
    pub(super) fn defaults(&self) -> Vec<PointTypeId> {
        let current = self.types.iter().filter_map(|(id, versions)| Some((*id, versions.last()?)));
        current.filter(|(_, kind)| kind.spec.is_default && !kind.inactive).map(|(id, _)| id).collect()
    }

    /// The types that a command spends: the one that it names, or the default ones.
    pub(super) fn spends(&self, named: PointTypeId) -> Result<Vec<PointTypeId>, Rejection> {
        if named == PointTypeId(0) {
            let types = self.defaults();
            let first = types.first().ok_or(Rejection::NoDefaultType)?;
            return self.usable(*first).map(|_| types.clone());
        }
        self.usable(named).map(|_| vec![named])
    }

    /// The subtype of an award.
    pub(super) fn subtype(&self, named: SubtypeId) -> Result<SubtypeId, Rejection> {
        match named {
            SubtypeId(0) => Ok(self.default_subtype),
            subtype if !self.subtypes.is_empty() && !self.subtypes.contains(&subtype) => {
                Err(Rejection::SubtypeUnknown { subtype })
            }
            subtype => Ok(subtype),
        }
    }

    pub(super) fn create_subtype(&mut self, body: &CreateSubtype) -> Result<(), Rejection> {
        if !self.subtypes.insert(body.subtype) {
            return Err(Rejection::SubtypeExists { subtype: body.subtype });
        }
        if body.is_default || self.subtypes.len() == 1 {
            self.default_subtype = body.subtype;
        }
        Ok(())
    }

    pub(super) fn activate(&mut self) -> Result<(), Rejection> {
        let program = self.program.as_mut().ok_or(Rejection::ProgramUnknown)?;
        match program.status {
            ProgramStatus::Active => Err(Rejection::ProgramActive),
            ProgramStatus::Draft if self.subtypes.is_empty() => Err(Rejection::NoSubtype),
            ProgramStatus::Draft => {
                program.status = ProgramStatus::Active;
                Ok(())
            }
        }
    }

    pub(super) fn tiers(&self) -> Option<&DefineTiers> {
        self.ladders.last().map(|(ladder, _)| ladder)
    }

    pub(super) fn tiers_in_force(&self, at: Timestamp) -> Option<&DefineTiers> {
        in_force(&self.ladders, at, |(_, since)| *since).map(|(_, (ladder, _))| ladder)
    }

    pub(super) fn create_point_type(&mut self, spec: &CreatePointType, now: Timestamp) -> Result<(), Rejection> {
        let point_type = spec.point_type;
        let limit = self.program.as_ref().and_then(|program| program.point_types_max).unwrap_or(8);
        if self.types.contains_key(&point_type) {
            return Err(Rejection::PointTypeExists { point_type });
        }
        if self.types.len() >= usize::from(limit) {
            return Err(Rejection::PointTypeLimit { limit });
        }
        let kind = Kind::set(spec.clone(), false, now);
        self.fits(&kind)?;
        self.types.insert(point_type, vec![kind]);
        Ok(())
    }

    /// Whether a type goes with the others.
    fn fits(&self, kind: &Kind) -> Result<(), Rejection> {
        let id = kind.spec.point_type;
        if kind.spec.is_default {
            if !kind.is_redeemable() {
                return Err(Rejection::NotRedeemable { point_type: id });
            }
            for (other, versions) in self.types.iter().filter(|(other, _)| **other != id) {
                let spec = &versions.last().expect("it has a first version").spec;
                if spec.is_default && spec.order != kind.spec.order {
                    return Err(Rejection::MixedOrder { point_type: *other });
                }
            }
        }
        let mut next = kind.spec.rollover;
        while let Some(target) = next {
            if target == id {
                return Err(Rejection::RolloverCycle { point_type: id });
            }
            next = self.kind(target)?.spec.rollover;
        }
        Ok(())
    }

    pub(super) fn edit_point_type(&mut self, edit: &EditPointType, now: Timestamp) -> Result<(), Rejection> {
        let point_type = edit.point_type;
        let before = self.kind(point_type)?;
        let activates = EditPointType { point_type, status: Some(TypeStatus::Active), ..EditPointType::default() };
        if before.inactive && *edit != activates {
            return Err(Rejection::PointTypeInactive { point_type });
        }
        let mut spec = before.spec.clone();
        let inactive = edit.status.map_or(before.inactive, |status| status == TypeStatus::Inactive);
        spec.expiry = edit.expiry.unwrap_or(spec.expiry);
        spec.maximum = edit.maximum.unwrap_or(spec.maximum);
        spec.is_default = edit.is_default.unwrap_or(spec.is_default);
        spec.negative_balance = edit.negative_balance.unwrap_or(spec.negative_balance);
        spec.held_expiry = edit.held_expiry.unwrap_or(spec.held_expiry);
        spec.negative_limit = edit.negative_limit.clone().unwrap_or(spec.negative_limit);
        spec.overdraft = edit.overdraft.clone().unwrap_or(spec.overdraft);
        spec.inactivity = edit.inactivity.clone().unwrap_or(spec.inactivity);
        spec.rollover = edit.rollover.map_or(spec.rollover, |target| Some(target).filter(|id| id.0 != 0));
        let kind = Kind::set(spec, inactive, now);
        self.fits(&kind)?;
        self.types.get_mut(&point_type).expect("it is there").push(kind);
        Ok(())
    }

    pub(super) fn define_tiers(&mut self, ladder: &DefineTiers, now: Timestamp) -> Result<(), Rejection> {
        for threshold in ladder.tiers.iter().flat_map(|tier| &tier.any_of) {
            if !self.kind(threshold.point_type)?.is_qualifying() {
                return Err(Rejection::NotQualifying { point_type: threshold.point_type });
            }
        }
        self.ladders.push((ladder.clone(), now));
        Ok(())
    }

    /// When something expires; too far away does not fit.
    pub(super) fn expiry(&self, expiry: Expiry, at: Timestamp) -> Result<Option<Timestamp>, Rejection> {
        calendar::expiry(expiry, at, &self.zone()).ok_or(Rejection::Overflow)
    }
}
