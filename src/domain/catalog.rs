//! The catalog: definitions as they are stored, each version a row of its own. What was made under a version finds it
//! again, whatever was defined since.

use super::tagged::tagged;
use super::{
    Ladder, Own, OwnIds, PartnerId, PartnerTerms, PointType, PointTypeId, Program, ProgramId, ProgramSettings, Subtype,
    SubtypeId, Versions,
};
use std::collections::BTreeMap;

/// One version of one definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CatalogKey {
    /// The program.
    pub program: ProgramId,
    /// The kind: [`Definition::number`].
    pub kind: u8,
    /// Its id within its kind; 0 for the program itself.
    pub id: u32,
    /// The version, counted from 1.
    pub version: u32,
}

tagged! {
    /// A definition of a program.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Definition {
        /// What is set for the whole program. It comes first among a program's rows.
        0 Program "program" (settings: ProgramSettings),
        /// A kind of points.
        1 PointType "point_type" (point_type: Box<PointType>),
        /// A reason for which points are given.
        10 Subtype "subtype" (subtype: Subtype),
        /// The tiers.
        11 Ladder "ladder" (ladder: Ladder),
        /// What a partner and the host agreed.
        30 Partner "partner" (terms: PartnerTerms),
    }
}

impl Own for CatalogKey {
    fn fill(&mut self, _: &OwnIds) {}
}

impl Own for Definition {
    fn fill(&mut self, own: &OwnIds) {
        match self {
            Definition::Program(_) | Definition::PointType(_) | Definition::Subtype(_) | Definition::Ladder(_) => {}
            Definition::Partner(terms) => terms.fill(own),
        }
    }
}

/// A program's definitions by id.
pub type Programs = BTreeMap<ProgramId, Program>;

impl Definition {
    /// The key of a version of this definition.
    #[must_use]
    pub fn key(&self, program: ProgramId, id: u32, version: u32) -> CatalogKey {
        CatalogKey { program, kind: self.number() as u8, id, version }
    }

    /// Enters the definition into the programs in memory, as their newest version. `false` where its program, or an
    /// id of its kind, is not there.
    pub fn enter(self, key: &CatalogKey, programs: &mut Programs) -> bool {
        if let Definition::Program(settings) = self {
            match programs.get_mut(&key.program) {
                Some(program) => program.settings = settings,
                None => drop(programs.insert(key.program, Program::new(settings))),
            }
            return true;
        }
        let Some(program) = programs.get_mut(&key.program) else { return false };
        match self {
            Definition::Program(_) => true,
            Definition::Partner(terms) => put(&mut program.partners, PartnerId(key.id), terms),
            Definition::PointType(definition) => match u16::try_from(key.id) {
                Ok(id) => put(&mut program.point_types, PointTypeId(id), *definition),
                Err(_) => false,
            },
            Definition::Subtype(definition) => {
                let Ok(id) = u16::try_from(key.id).map(SubtypeId) else { return false };
                if definition.is_default {
                    program.default_subtype = id;
                }
                put(&mut program.subtypes, id, definition)
            }
            Definition::Ladder(definition) => {
                match &mut program.ladder {
                    Some(versions) => versions.push(definition),
                    None => program.ladder = Some(Versions::first(definition)),
                }
                true
            }
        }
    }
}

fn put<K: Ord, T>(all: &mut BTreeMap<K, Versions<T>>, id: K, definition: T) -> bool {
    match all.get_mut(&id) {
        Some(versions) => versions.push(definition),
        None => drop(all.insert(id, Versions::first(definition))),
    }
    true
}
