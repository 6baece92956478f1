//! What holds for a point type, new or changed: its own settings, and those beside the other types of the program.

use crate::domain::{
    Inactivity, Maximum, NegativeLimit, Overdraft, PointType, PointTypeId, Points, Program, Rejection,
};
use crate::machine::validate::{self, Malformed, wrong};

/// Most decimal places with which amounts are shown.
const SCALE_MAX: u8 = 4;

/// Checks the settings of a point type by themselves.
pub(super) fn check(point_type: &PointType) -> Result<(), Malformed> {
    validate::name("name", &point_type.name)?;
    validate::name("label", &point_type.label)?;
    validate::expiry("expiry", point_type.expiry)?;
    if point_type.scale > SCALE_MAX {
        return Err(wrong("scale", format!("{}; at most {SCALE_MAX}", point_type.scale)));
    }
    let code = &point_type.currency;
    if !code.is_empty() && (code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase())) {
        return Err(wrong("currency", "expected three capital letters, like EUR"));
    }
    if let Inactivity::Expires { period, evaluated, .. } = &point_type.inactivity {
        validate::span("inactivity.period", *period)?;
        if let Some(evaluated) = evaluated {
            validate::evaluation("inactivity.evaluated", *evaluated)?;
        }
    }
    match point_type.negative_limit {
        NegativeLimit::Absolute(points) | NegativeLimit::Max { points, .. } | NegativeLimit::Min { points, .. } => {
            not_negative("negative_limit.points", points)?;
        }
        NegativeLimit::Unlimited | NegativeLimit::Percent(_) => {}
    }
    match point_type.overdraft {
        Overdraft::All(points) | Overdraft::Tiers { points, .. } => validate::amount("overdraft.points", points)?,
        Overdraft::Refused => {}
    }
    match point_type.maximum {
        Maximum::Reject(points) | Maximum::Clip(points) => validate::amount("maximum.points", points),
        Maximum::Unlimited => Ok(()),
    }
}

fn not_negative(field: &str, points: Points) -> Result<(), Malformed> {
    match points >= Points::ZERO {
        true => Ok(()),
        false => Err(wrong(field, format!("{points}; must not be less than 0"))),
    }
}

/// Refuses what does not go with the other types of the program.
pub(super) fn fits_in(program: &Program, id: PointTypeId, point_type: &PointType) -> Result<(), Rejection> {
    if point_type.is_default {
        if !point_type.class.is_redeemable() {
            return Err(Rejection::NotRedeemable { point_type: id });
        }
        let mut others = program.default_types().filter(|(other, _)| *other != id);
        if let Some((other, _)) = others.find(|(_, other)| other.order != point_type.order) {
            return Err(Rejection::MixedOrder { point_type: other });
        }
    }
    let mut next = point_type.rollover;
    while let Some(target) = next {
        if target == id {
            return Err(Rejection::RolloverCycle { point_type: id });
        }
        let known = program.point_type(target).ok_or(Rejection::PointTypeUnknown { point_type: target })?;
        next = known.rollover;
    }
    Ok(())
}
