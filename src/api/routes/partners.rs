//! Partners and their blocks.

use super::super::call::{Answer, Call, Format, Page};
use super::super::context::Context;
use super::super::lists;
use super::super::params::{Kind, Param};
use super::super::problem::Problem;
use super::super::route::{Route, Shape};
use super::super::views::{self, BlockRow, PartnerRow, value};
use super::catalog;
use crate::domain::{BlockId, Partner, PartnerId, PartnerKey, PartnerTerms, Rejection};

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
    Route::get("/v1/programs/{program}/partners/{partner}/terms", "get_partner_terms", Shape::Object(|g| g.subschema_for::<PartnerTerms>()), get_terms)
        .about("A partner's terms, whole: what an edit of the partner says anew."),
    Route::get("/v1/programs/{program}/partners/{partner}/blocks", "list_blocks", Shape::Page(|g| g.subschema_for::<BlockRow>()), list_blocks)
        .with(PAGED).also_as(TABLE)
        .about("A partner's blocks, open and past, by id (rules A33, A34)."),
];

fn list_partners(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let limit = call.limit()?;
    let program = catalog::program(context, call)?;
    let after = call.cursor::<u32>()?.map(PartnerId);
    let mut partners = lists::partners(&context.engine, call.program()?, after, limit.saturating_add(1))?;
    let more = partners.len() > limit;
    partners.truncate(limit);
    let next = partners.last().map(|(partner, _)| partner.0).filter(|_| more);
    let row = |(id, partner): (PartnerId, Partner)| Some(value(&PartnerRow::new(id, program.terms(id)?, &partner)));
    Ok(Answer::Page(Box::new(Page {
        columns: &[
            "partner",
            "name",
            "billing",
            "balance",
            "reserve",
            "debited",
            "open_blocks",
            "low_balance",
            "is_low",
            "rates",
            "rounding",
            "order",
        ],
        rows: partners.into_iter().filter_map(row).collect(),
        next: call.next(next),
        ..Page::default()
    })))
}

fn unknown(key: PartnerKey) -> Problem {
    Rejection::PartnerUnknown { partner: key.partner }.into()
}

fn get_partner(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let program = catalog::program(context, call)?;
    let key = call.partner()?;
    let partner = context.engine.partner_record(key)?.ok_or_else(|| unknown(key))?;
    let terms = program.terms(key.partner).ok_or_else(|| unknown(key))?;
    Ok(Answer::Object(value(&PartnerRow::new(key.partner, terms, &partner))))
}

fn list_blocks(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let limit = call.limit()?;
    catalog::program(context, call)?;
    let key = call.partner()?;
    let from = call.cursor::<u64>()?.map_or(BlockId(0), |after| BlockId(after.saturating_add(1)));
    let page = context.engine.blocks(key, from, limit.saturating_add(1))?.ok_or_else(|| unknown(key))?;
    let next = page.keys().nth(limit).and(limit.checked_sub(1)).and_then(|last| page.keys().nth(last)).map(|id| id.0);
    let now = context.engine.now();
    let rows = page.iter().take(limit).map(|(id, block)| value(&BlockRow::new(*id, block, now))).collect();
    Ok(Answer::Page(Box::new(Page { columns: views::BLOCK, rows, next: call.next(next), ..Page::default() })))
}

/// A partner's terms.
pub(super) fn get_terms(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let key = call.partner()?;
    let program = catalog::program(context, call)?;
    program.terms(key.partner).map(|terms| Answer::Object(value(terms))).ok_or_else(|| unknown(key))
}
