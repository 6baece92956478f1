//! Programs and their point types.

use super::super::call::{Answer, Call, Format, Page};
use super::super::context::Context;
use super::super::params::{Kind, Param};
use super::super::problem::Problem;
use super::super::route::{Bounded, Route, Shape};
use super::super::views::{PointTypeRow, ProgramRow, value};
use crate::domain::{PointTypeId, Program, Rejection};
use std::ops::Bound;

const PAGED: &[Param] = &[
    Param::new("limit", Kind::Limit, "Rows of the page, at most."),
    Param::new("cursor", Kind::Cursor, "Where the page begins: `next` of the page before."),
];
const TABLE: &[Format] = &[Format::Csv, Format::JsonLines];

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route::get("/v1/programs", "list_programs", Shape::Page(|g| g.subschema_for::<ProgramRow>()), list_programs)
        .with(PAGED).also_as(TABLE).of_program(Bounded::Fits).of_partner(Bounded::Fits)
        .about("The programs that the token sees, by id."),
    Route::get("/v1/programs/{program}", "get_program", Shape::Object(|g| g.subschema_for::<ProgramRow>()), get_program)
        .of_partner(Bounded::Fits)
        .about("A program: its zone, its rules, its limits."),
    Route::get("/v1/programs/{program}/point-types", "list_point_types", Shape::Page(|g| g.subschema_for::<PointTypeRow>()), list_point_types)
        .with(PAGED).also_as(TABLE).of_partner(Bounded::Fits)
        .about("The point types of a program, by id (rules D02 to D06)."),
    Route::get("/v1/programs/{program}/point-types/{point_type}", "get_point_type", Shape::Object(|g| g.subschema_for::<PointTypeRow>()), get_point_type)
        .of_partner(Bounded::Fits)
        .about("A point type with all that is set of it."),
];

/// The program of the path.
pub(super) fn program(context: &Context, call: &Call) -> Result<Program, Problem> {
    let id = call.program()?;
    let program = context.engine.programs()?.remove(&id);
    program.ok_or_else(|| Rejection::ProgramUnknown.into())
}

fn list_programs(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let limit = call.limit()?;
    let after = call.cursor::<u32>()?.map(crate::domain::ProgramId).map_or(Bound::Unbounded, Bound::Excluded);
    let programs = context.engine.programs()?;
    let sees = |id| call.token.as_deref().is_some_and(|token| token.sees(id));
    let seen = programs.range((after, Bound::Unbounded)).filter(|(id, _)| sees(**id));
    let page: Vec<_> = seen.take(limit.saturating_add(1)).collect();
    let next = page.get(limit).and(limit.checked_sub(1)).and_then(|last| page.get(last)).map(|(id, _)| id.0);
    let rows = page.iter().take(limit).map(|(id, program)| value(&ProgramRow::from((**id, *program))));
    Ok(Answer::Page(Box::new(Page {
        columns: &["program", "zone", "enrolment", "never_usable", "point_types", "point_types_max"],
        rows: rows.collect(),
        next: call.next(next),
        ..Page::default()
    })))
}

fn get_program(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    Ok(Answer::Object(value(&ProgramRow::from((call.program()?, &program(context, call)?)))))
}

fn list_point_types(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let limit = call.limit()?;
    let after = call.cursor::<u16>()?.map(crate::domain::PointTypeId).map_or(Bound::Unbounded, Bound::Excluded);
    let program = program(context, call)?;
    let page: Vec<_> = program.point_types.range((after, Bound::Unbounded)).take(limit.saturating_add(1)).collect();
    let next = page.get(limit).and(limit.checked_sub(1)).and_then(|last| page.get(last)).map(|(id, _)| id.0);
    Ok(Answer::Page(Box::new(Page {
        columns: &["point_type", "name", "class", "order", "expiry", "negative_balance"],
        rows: page
            .into_iter()
            .take(limit)
            .map(|(id, versions)| value(&PointTypeRow { point_type: *id, settings: versions.current().clone() }))
            .collect(),
        next: call.next(next),
        ..Page::default()
    })))
}

/// A point type.
pub(super) fn get_point_type(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let point_type = call.number("point_type").map(PointTypeId)?;
    let unknown = || Problem::from(Rejection::PointTypeUnknown { point_type });
    let settings = program(context, call)?.point_type(point_type).cloned().ok_or_else(unknown)?;
    Ok(Answer::Object(value(&PointTypeRow { point_type, settings })))
}
