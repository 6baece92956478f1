//! Changing a point type: a new version of it (rules E16, E17). What was granted keeps its expiry.

use super::point_types;
use crate::domain::{Definition, EditPointType, PointType, PointTypeId, Program, Rejection, TypeStatus, Versions};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for EditPointType {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        validate::id("point_type", self.point_type.0.into())?;
        point_types::check(&self.of(PointType::default()))
    }

    fn names(&self, _: Option<&Program>, _: &mut LockSet) {}

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let (program, id) = (draft.program()?, self.point_type);
        let unknown = Rejection::PointTypeUnknown { point_type: id };
        let versions = program.point_types.get(&id).ok_or(unknown)?;
        let before = versions.current();
        let activates = self.status == Some(TypeStatus::Active);
        if before.status == TypeStatus::Inactive && !(activates && self.changes_status_only()) {
            return Err(Rejection::PointTypeInactive { point_type: id }.into());
        }
        let point_type = self.of(before.clone()).set_at(draft.now);
        point_types::fits_in(program, id, &point_type)?;

        draft.define(
            id.0.into(),
            Versions::number(versions).saturating_add(1),
            Definition::PointType(Box::new(point_type)),
        );
        Ok(())
    }
}

impl EditPointType {
    fn changes_status_only(&self) -> bool {
        let (point_type, status) = (self.point_type, self.status);
        *self == EditPointType { point_type, status, ..EditPointType::default() }
    }

    /// The type with what is changed.
    fn of(&self, before: PointType) -> PointType {
        let no_type = |id: PointTypeId| (id != PointTypeId(0)).then_some(id);
        PointType {
            name: self.name.clone().unwrap_or(before.name),
            label: self.label.clone().unwrap_or(before.label),
            class: before.class,
            order: before.order,
            expiry: self.expiry.unwrap_or(before.expiry),
            negative_balance: self.negative_balance.unwrap_or(before.negative_balance),
            negative_limit: self.negative_limit.as_deref().copied().unwrap_or(before.negative_limit),
            overdraft: self.overdraft.as_deref().cloned().unwrap_or(before.overdraft),
            maximum: self.maximum.unwrap_or(before.maximum),
            scale: self.scale.unwrap_or(before.scale),
            currency: self.currency.clone().unwrap_or(before.currency),
            status: self.status.unwrap_or(before.status),
            is_default: self.is_default.unwrap_or(before.is_default),
            inactivity: self.inactivity.as_deref().cloned().unwrap_or(before.inactivity),
            rollover: self.rollover.map_or(before.rollover, no_type),
            held_expiry: self.held_expiry.unwrap_or(before.held_expiry),
            since: before.since,
        }
    }
}
