//! Creating a subtype (rules D13 to D16).

use crate::domain::{CreateSubtype, Definition, Program, Rejection, Subtype};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for CreateSubtype {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::id("subtype", self.subtype.0.into())?;
        validate::name("name", &self.name)
    }

    fn names(&self, _: Option<&Program>, _: &mut LockSet) {}

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let program = draft.program()?;
        if program.subtypes.contains_key(&self.subtype) {
            return Err(Rejection::SubtypeExists { subtype: self.subtype }.into());
        }

        let is_default = self.is_default || program.subtypes.is_empty();
        let before = program.subtypes.get(&program.default_subtype).filter(|_| is_default);
        if let Some(before) = before {
            let subtype = Subtype { is_default: false, ..before.current().clone() };
            let version = before.number().saturating_add(1);
            draft.define(program.default_subtype.0.into(), version, Definition::Subtype(subtype));
        }
        let subtype = Subtype { name: self.name.clone(), is_default };
        draft.define(self.subtype.0.into(), 1, Definition::Subtype(subtype));
        Ok(())
    }
}
