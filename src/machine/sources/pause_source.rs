//! Pausing a source (rules E23, E24).

use crate::domain::{PauseSource, Program, SourceStatus, Subject};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for PauseSource {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::source("source", self.source)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Source(self.source));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let known = draft.active_source(self.source)?;

        draft.record_source(&known, true);
        draft.set_status(known.at, SourceStatus::Paused);
        Ok(())
    }
}
