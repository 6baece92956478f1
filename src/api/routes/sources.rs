//! Sources: what may give points, whether it does, and how many are left.

use super::super::call::{Answer, Call, Format, Page};
use super::super::context::Context;
use super::super::params::{Kind, Param};
use super::super::problem::Problem;
use super::super::route::{Route, Shape};
use super::super::views::{SOURCE, SourceRow, value};
use super::catalog;
use crate::domain::{Rejection, SourceId, SourceKey, SourceTerms};
use std::ops::Bound;

const PAGED: &[Param] = &[
    Param::new("limit", Kind::Limit, "Rows of the page, at most."),
    Param::new("cursor", Kind::Cursor, "Where the page begins: `next` of the page before."),
];
const TABLE: &[Format] = &[Format::Csv, Format::JsonLines];

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route::get("/v1/programs/{program}/sources", "list_sources", Shape::Page(|g| g.subschema_for::<SourceRow>()), list_sources)
        .with(PAGED).also_as(TABLE)
        .about("The sources of a program, by id, as of now (rule E89)."),
    Route::get("/v1/programs/{program}/sources/{source}", "get_source", Shape::Object(|g| g.subschema_for::<SourceRow>()), get_source)
        .about("A source: its point types, its status, its inventory, its restrictions (rule E89)."),
    Route::get("/v1/programs/{program}/sources/{source}/terms", "get_source_terms", Shape::Object(|g| g.subschema_for::<SourceTerms>()), get_terms)
        .about("What is set of a source: what an edit of it changes."),
];

fn row(context: &Context, key: SourceKey) -> Result<Option<SourceRow>, Problem> {
    let state = context.engine.source(key)?;
    Ok(state.map(|state| SourceRow::new(key.source, &state.terms, &state.source)))
}

fn list_sources(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let limit = call.limit()?;
    let program = call.program()?;
    let after = call.cursor::<u32>()?.map(SourceId).map_or(Bound::Unbounded, Bound::Excluded);
    let of = catalog::program(context, call)?;
    let ids: Vec<SourceId> =
        of.sources.range((after, Bound::Unbounded)).map(|(id, _)| *id).take(limit.saturating_add(1)).collect();
    let next = ids.get(limit).and(limit.checked_sub(1)).and_then(|last| ids.get(last)).map(|id| id.0);
    let mut rows = Vec::new();
    for source in ids.into_iter().take(limit) {
        rows.extend(row(context, SourceKey { program, source })?.map(|row| value(&row)));
    }
    Ok(Answer::Page(Box::new(Page { columns: SOURCE, rows, next: call.next(next), ..Page::default() })))
}

fn get_source(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    catalog::program(context, call)?;
    let key = SourceKey { program: call.program()?, source: call.number("source").map(SourceId)? };
    let row = row(context, key)?.ok_or_else(|| Problem::from(Rejection::SourceUnknown { source: key.source }))?;
    Ok(Answer::Object(value(&row)))
}

/// The terms of a source.
pub(super) fn get_terms(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let source = call.number("source").map(SourceId)?;
    let program = catalog::program(context, call)?;
    let terms = program.source(source).ok_or_else(|| Problem::from(Rejection::SourceUnknown { source }))?;
    Ok(Answer::Object(value(terms)))
}
