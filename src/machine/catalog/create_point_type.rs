//! Creating a point type (rules D02 to D06).

use super::point_types;
use crate::domain::{
    CreatePointType, Definition, Inactivity, Overdraft, PointType, Program, Rejection, Timestamp, TypeStatus,
};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for CreatePointType {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::id("point_type", self.point_type.0.into())?;
        point_types::check(&self.definition())
    }

    fn names(&self, _: Option<&Program>, _: &mut LockSet) {}

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let program = draft.program()?;
        let limit = program.settings.point_types_max;
        if program.point_types.contains_key(&self.point_type) {
            return Err(Rejection::PointTypeExists { point_type: self.point_type }.into());
        }
        if program.point_types.len() >= usize::from(limit) {
            return Err(Rejection::PointTypeLimit { limit }.into());
        }
        let point_type = self.definition().set_at(draft.now);
        point_types::fits_in(program, self.point_type, &point_type)?;

        draft.define(self.point_type.0.into(), 1, Definition::PointType(Box::new(point_type)));
        Ok(())
    }
}

impl CreatePointType {
    fn definition(&self) -> PointType {
        PointType {
            name: self.name.clone(),
            label: self.label.clone(),
            class: self.class,
            order: self.order,
            expiry: self.expiry,
            negative_balance: self.negative_balance,
            negative_limit: *self.negative_limit,
            overdraft: Overdraft::clone(&self.overdraft),
            maximum: self.maximum,
            scale: self.scale,
            currency: self.currency.clone(),
            status: TypeStatus::Active,
            is_default: self.is_default,
            inactivity: Inactivity::clone(&self.inactivity),
            rollover: self.rollover,
            held_expiry: self.held_expiry,
            since: Timestamp::MIN,
        }
    }
}
