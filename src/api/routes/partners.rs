//! Partners and their blocks.

use super::super::call::{Answer, Call, Format, Page};
use super::super::context::Context;
use super::super::lists;
use super::super::params::{Kind, Param};
use super::super::problem::Problem;
use super::super::route::{Route, Shape};
use super::super::views::{self, BlockRow, PartnerRow, value};
use super::catalog;
use crate::domain::{BlockId, PartnerId, Rejection};
use crate::engine::PartnerState;
use std::ops::Bound;

const PAGED: &[Param] = &[
    Param::new("limit", Kind::Limit, "Rows of the page, at most."),
    Param::new("cursor", Kind::Cursor, "Where the page begins: `next` of the page before."),
];
const TABLE: &[Format] = &[Format::Csv, Format::JsonLines];

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route::get("/v1/programs/{program}/partners", "list_partners", Shape::Page(|g| g.subschema_for::<PartnerRow>()), list_partners)
        .with(PAGED).also_as(TABLE).long()
        .about("The partners of a program, by id, as booked."),
    Route::get("/v1/programs/{program}/partners/{partner}", "get_partner", Shape::Object(|g| g.subschema_for::<PartnerRow>()), get_partner)
        .about("A partner, as of now (rules A05, A12)."),
    Route::get("/v1/programs/{program}/partners/{partner}/blocks", "list_blocks", Shape::Page(|g| g.subschema_for::<BlockRow>()), list_blocks)
        .with(PAGED).also_as(TABLE)
        .about("A partner's blocks, open and past, by id (rules A33, A34)."),
];

fn list_partners(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let limit = call.limit()?;
    catalog::program(context, call)?;
    let after = call.cursor::<u32>()?.map(PartnerId);
    let mut partners = lists::partners(&context.engine, call.program()?, after, limit.saturating_add(1))?;
    let more = partners.len() > limit;
    partners.truncate(limit);
    let next = partners.last().map(|(partner, _)| partner.0).filter(|_| more);
    Ok(Answer::Page(Box::new(Page {
        columns: &["partner", "billing", "remaining", "debited", "open_blocks", "rates", "rounding", "order"],
        rows: partners.into_iter().map(|(id, partner)| value(&PartnerRow::new(id, &partner, None))).collect(),
        next: call.next(next),
        ..Page::default()
    })))
}

fn partner(context: &Context, call: &Call) -> Result<PartnerState, Problem> {
    let key = call.partner()?;
    let partner = context.engine.partner(key)?;
    partner.ok_or_else(|| Rejection::PartnerUnknown { partner: key.partner }.into())
}

fn get_partner(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    catalog::program(context, call)?;
    let PartnerState { partner, balance, .. } = partner(context, call)?;
    Ok(Answer::Object(value(&PartnerRow::new(call.partner()?.partner, &partner, Some(balance)))))
}

fn list_blocks(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let limit = call.limit()?;
    catalog::program(context, call)?;
    let after = call.cursor::<u64>()?.map(BlockId).map_or(Bound::Unbounded, Bound::Excluded);
    let blocks = partner(context, call)?.blocks;
    let page: Vec<_> = blocks.range((after, Bound::Unbounded)).take(limit.saturating_add(1)).collect();
    let next = page.get(limit).and(limit.checked_sub(1)).and_then(|last| page.get(last)).map(|(id, _)| id.0);
    let now = context.engine.now();
    let rows = page.into_iter().take(limit).map(|(id, block)| value(&BlockRow::new(*id, block, now))).collect();
    Ok(Answer::Page(Box::new(Page { columns: views::BLOCK, rows, next: call.next(next), ..Page::default() })))
}
