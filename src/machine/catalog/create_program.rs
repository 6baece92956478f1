//! Creating a program.

use crate::domain::{
    CreateProgram, Definition, POINT_TYPES_DEFAULT, POINT_TYPES_MAX, Program, ProgramSettings, WARNING_DAYS_MAX,
};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};

impl Rule for CreateProgram {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::name("name", &self.name)?;
        check_days("block_warning_days", self.block_warning_days)?;
        check_days("item_warning_days", self.item_warning_days)?;
        match self.point_types_max {
            Some(max) if max == 0 || max > POINT_TYPES_MAX => {
                Err(wrong("point_types_max", format!("{max}; between 1 and {POINT_TYPES_MAX}")))
            }
            _ => Ok(()),
        }
    }

    fn names(&self, _: Option<&Program>, _: &mut LockSet) {}

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let settings = ProgramSettings {
            name: self.name.clone(),
            zone: self.zone.clone(),
            enrolment: self.enrolment,
            never_usable: self.never_usable,
            require_source: self.require_source,
            point_types_max: self.point_types_max.unwrap_or(POINT_TYPES_DEFAULT),
            block_warning_days: self.block_warning_days,
            item_warning_days: self.item_warning_days,
            status: self.status,
            on_closing: self.on_closing,
        };
        draft.define(0, 1, Definition::Program(settings));
        Ok(())
    }
}

fn check_days(field: &str, days: u16) -> Result<(), Malformed> {
    match days > WARNING_DAYS_MAX {
        true => Err(wrong(field, format!("{days}; at most {WARNING_DAYS_MAX}"))),
        false => Ok(()),
    }
}
