//! Activating a program: members earn and spend from then on (rule D17).

use crate::domain::{ActivateProgram, Definition, Program, ProgramSettings, ProgramStatus, Rejection};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::Malformed;
use crate::machine::view::{Undecided, View};

impl Rule for ActivateProgram {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        Ok(())
    }

    fn names(&self, _: Option<&Program>, _: &mut LockSet) {}

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let program = draft.program()?;
        if program.settings.status == ProgramStatus::Active {
            return Err(Rejection::ProgramActive.into());
        }
        if program.subtypes.is_empty() {
            return Err(Rejection::NoSubtype.into());
        }

        let settings = ProgramSettings { status: ProgramStatus::Active, ..program.settings.clone() };
        draft.define(0, 2, Definition::Program(settings));
        Ok(())
    }
}
