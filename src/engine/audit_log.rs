//! What the audit log asks of an engine: which entries are about what, and these entries.

use super::error::Error;
use super::handle::Engine;
use super::recover;
use crate::domain::{Entry, Mark, ProgramId, Sequence, TextKey};
use std::ops::RangeInclusive;

impl Engine {
    /// Up to `limit` numbers of entries with a mark of these ranges, up to a number, the newest first and none left out
    /// in between: from the index of the audit log.
    pub fn marked(
        &self,
        program: ProgramId,
        marks: &[RangeInclusive<Mark>],
        (up_to, limit): (Sequence, usize),
    ) -> Result<Vec<Sequence>, Error> {
        self.core.marked(program, marks, (up_to, limit))
    }

    /// Up to `limit` numbers of entries with a reference, up to a number, the newest first: from the index
    /// of references. An erased one is in it no more.
    pub fn referred(
        &self,
        program: ProgramId,
        reference: &str,
        (up_to, limit): (Sequence, usize),
    ) -> Result<Vec<Sequence>, Error> {
        let up_to = up_to.min(self.core.state.journal.last());
        self.core.state.journal.wait(up_to)?;
        Ok(self.core.state.history.referred(TextKey::referred(program, reference, up_to), limit)?)
    }

    /// The entries of these numbers, which are in descending order, in the same order.
    pub fn entries(&self, sequences: &[Sequence]) -> Result<Vec<Entry>, Error> {
        recover::those(&self.core, sequences)
    }
}
