//! Adding, changing and deleting the restrictions of an active source (rules E93 to E98).

use crate::domain::{
    Limit, Program, Rejection, RestrictSource, Restriction, SourceTerms, Subject, UnrestrictSource, Window,
};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};

/// Checks what a restriction says.
pub(super) fn check_restriction(field: &str, restriction: &Restriction) -> Result<(), Malformed> {
    if restriction.restriction == 0 {
        return Err(wrong(format!("{field}.restriction"), "must not be 0"));
    }
    validate::amount(&format!("{field}.max"), restriction.max)?;
    match restriction.window {
        Window::Calendar(_) => Ok(()),
        Window::Sliding(span) => validate::span(&format!("{field}.window.span"), span),
    }
}

impl Rule for RestrictSource {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::source("source", self.source)?;
        check_restriction("restriction", &self.restriction)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Source(self.source));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let known = draft.active_source(self.source)?;

        let restriction = self.restriction;
        let mut limit = Limit { restriction, version: known.version.saturating_add(1), since: draft.now };
        let mut terms: SourceTerms = known.terms.clone();
        let place = terms.limits.iter().position(|old| old.restriction.restriction == restriction.restriction);
        match place.and_then(|place| terms.limits.get_mut(place)) {
            Some(old) => {
                if (old.restriction.per, old.restriction.window) == (restriction.per, restriction.window) {
                    (limit.version, limit.since) = (old.version, old.since);
                }
                *old = limit;
            }
            None => terms.limits.push(limit),
        }
        terms.limits.sort_by_key(|limit| limit.restriction.restriction);
        draft.redefine_source(&known, terms);
        draft.link_source(known.at);
        Ok(())
    }
}

impl Rule for UnrestrictSource {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::source("source", self.source)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Source(self.source));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let (source, restriction) = (self.source, self.restriction);
        let known = draft.active_source(source)?;
        let mut terms = known.terms.clone();
        terms.limits.retain(|limit| limit.restriction.restriction != restriction);
        if terms.limits.len() == known.terms.limits.len() {
            return Err(Rejection::RestrictionUnknown { source, restriction }.into());
        }

        draft.redefine_source(&known, terms);
        draft.link_source(known.at);
        Ok(())
    }
}
