//! Editing an active source (rules E32, E33).

use super::{amount_or_none, check_types};
use crate::domain::{EditSource, Program, SourceTerms, Subject};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for EditSource {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::source("source", self.source)?;
        self.name.as_ref().map_or(Ok(()), |name| validate::name("name", name))?;
        amount_or_none("low_at", self.low_at)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Source(self.source));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let known = draft.known_source(self.source)?;
        if let Some(point_types) = &self.point_types {
            check_types(draft, self.source, point_types)?;
        }
        draft.check_active(&known)?;

        let terms = known.terms.clone();
        let terms = SourceTerms {
            name: self.name.clone().unwrap_or(terms.name),
            point_types: self.point_types.clone().unwrap_or(terms.point_types),
            beyond: self.beyond.unwrap_or(terms.beyond),
            low_at: self.low_at.or(terms.low_at),
            ..terms
        };
        draft.redefine_source(&known, terms);
        draft.link_source(known.at);
        Ok(())
    }
}
