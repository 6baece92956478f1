//! Creating a program, its point types, its partners.

use super::case::{Case, dated};
use super::changes::Changes;
use super::view::{Halt, View};
use crate::domain::{
    Command, CreatePartner, CreatePointType, CreateProgram, POINT_TYPES_DEFAULT, Partner, PartnerKey, PartnerTerms,
    PointType, Points, Program, Rejection, Timestamp,
};
use smallvec::SmallVec;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn create_program(
    view: &impl View,
    command: &Command,
    body: &CreateProgram,
    now: Timestamp,
    changes: &mut Changes,
) -> Result<(), Halt> {
    if view.program(command.program).is_some() {
        return Err(Rejection::ProgramExists.into());
    }
    dated(command, now)?;

    let program = Program {
        zone: body.zone.clone(),
        enrolment: body.enrolment,
        never_usable: body.never_usable,
        point_types_max: body.point_types_max.unwrap_or(POINT_TYPES_DEFAULT),
        point_types: BTreeMap::new(),
    };
    changes.program = Some((command.program, program));
    Ok(())
}

/// Rules D02 to D06.
pub(super) fn create_point_type<V: View>(
    case: &Case<'_, V>,
    body: &CreatePointType,
    changes: &mut Changes,
) -> Result<(), Halt> {
    let limit = case.program.point_types_max;
    if case.program.point_types.contains_key(&body.point_type) {
        return Err(Rejection::PointTypeExists { point_type: body.point_type }.into());
    }
    if case.program.point_types.len() >= usize::from(limit) {
        return Err(Rejection::PointTypeLimit { limit }.into());
    }

    let mut program = case.program.clone();
    let point_type = PointType {
        class: body.class,
        order: body.order,
        expiry: body.expiry,
        negative_balance: body.negative_balance,
    };
    program.point_types.insert(body.point_type, point_type);
    changes.program = Some((case.command.program, program));
    Ok(())
}

/// Rules A09, A25, A03, A04.
pub(super) fn create_partner<V: View>(
    case: &Case<'_, V>,
    body: &CreatePartner,
    changes: &mut Changes,
) -> Result<(), Halt> {
    for point_type in body.rates.keys() {
        case.point_type(*point_type)?;
    }
    let key = PartnerKey { program: case.command.program, partner: body.partner };
    if case.view.partner(key)?.is_some() {
        return Err(Rejection::PartnerExists { partner: body.partner }.into());
    }

    let terms =
        PartnerTerms { billing: body.billing, rates: body.rates.clone(), rounding: body.rounding, order: body.order };
    let partner = Partner {
        terms: Arc::new(terms),
        open: SmallVec::new(),
        remaining: Points::ZERO,
        debited: Points::ZERO,
        next_due: None,
    };
    changes.partner = Some((key, partner));
    Ok(())
}
