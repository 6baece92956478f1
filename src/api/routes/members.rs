//! Members: balances, items, statements.

use super::super::call::{Answer, Call, Format, Page};
use super::super::context::Context;
use super::super::lists;
use super::super::params::{Kind, Param};
use super::super::problem::Problem;
use super::super::route::{Route, Shape};
use super::super::views::{self, ItemRow, StatementRow, value};
use super::catalog;
use crate::domain::{Balance, ItemId, ItemPosition, MemberId, PointTypeId, Rejection, Sequence, Subject, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

const PAGED: &[Param] = &[
    Param::new("limit", Kind::Limit, "Rows of the page, at most."),
    Param::new("cursor", Kind::Cursor, "Where the page begins: `next` of the page before."),
];
const AS_OF: &[Param] = &[
    Param::new("as_of", Kind::Moment, "The balances of this instant. Default: now."),
    Param::new(
        "clock",
        Kind::Word(&["recorded", "occurred"]),
        "Whether `as_of` is about when something was recorded, so that the balances are those that were shown then; or \
         about when it happened, as each transaction says it. Default: recorded.",
    ),
];
const ITEMS: &[Param] = &[
    Param::new("point_type", Kind::Number(u16::MAX as u64), "Of which point type. Default: 1."),
    Param::new(
        "state",
        Kind::Word(&["open", "future", "all"]),
        "`open`: what is left to use, in the order of use (rule D22); `future`: what has not matured; `all`: the matured \
         ones, used-up and expired ones too. Default: open.",
    ),
    Param::new("limit", Kind::Limit, "Rows of the page, at most."),
    Param::new("cursor", Kind::Cursor, "Where the page begins: `next` of the page before."),
];
const TABLE: &[Format] = &[Format::Csv, Format::JsonLines];

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route::get("/v1/programs/{program}/members", "list_members", Shape::Page(|g| g.subschema_for::<MemberRow>()), list_members)
        .with(PAGED).also_as(TABLE).long()
        .about("The members of a program, in the order of their ids' bits."),
    Route::get("/v1/programs/{program}/members/{member}", "get_member", Shape::Object(|g| g.subschema_for::<MemberView>()), get_member)
        .with(AS_OF)
        .about("A member's balances, one for each point type the member ever had (rules D28, D29, D31)."),
    Route::get("/v1/programs/{program}/members/{member}/items", "list_items", Shape::Page(|g| g.subschema_for::<ItemRow>()), list_items)
        .with(ITEMS).also_as(TABLE)
        .about("The items of a member's account."),
    Route::get("/v1/programs/{program}/members/{member}/statement", "get_statement", Shape::Page(|g| g.subschema_for::<StatementRow>()), get_statement)
        .with(PAGED).also_as(TABLE)
        .about("What happened to a member's points, the newest first. `limit` counts entries; one may have several rows, or none."),
];

/// A member of a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MemberRow")]
struct MemberRow {
    member: MemberId,
}

/// A member with balances.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Member")]
struct MemberView {
    member: MemberId,
    /// The instant at which the balances are so.
    as_of: Timestamp,
    balances: Vec<Balance>,
}

fn list_members(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let limit = call.limit()?;
    catalog::program(context, call)?;
    let mut members = lists::members(&context.engine, call.program()?, call.cursor()?, limit.saturating_add(1))?;
    let more = members.len() > limit;
    members.truncate(limit);
    let next = members.last().copied().filter(|_| more);
    let rows = members.into_iter().map(|member| value(&MemberRow { member })).collect();
    Ok(Answer::Page(Box::new(Page { columns: &["member"], rows, next: call.next(next), ..Page::default() })))
}

fn get_member(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let key = call.member()?;
    catalog::program(context, call)?;
    let as_of = call.query::<Timestamp>("as_of")?;
    let by_transaction = call.query.get("clock").is_some_and(|clock| clock == "occurred");
    let balances = match as_of {
        _ if by_transaction => {
            let at = as_of.unwrap_or_else(|| context.engine.now());
            context.engine.balances_by_transaction(key, at)?
        }
        Some(at) => context.engine.balances_as_of(key, at)?,
        None => context.engine.balances(key)?,
    };
    let balances = balances.ok_or_else(|| Problem::from(Rejection::MemberUnknown))?;
    let as_of = as_of.unwrap_or_else(|| context.engine.now());
    Ok(Answer::Object(value(&MemberView { member: key.member, as_of, balances })))
}

/// A place among items, as a cursor tells it.
struct Place(ItemPosition);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ItemPosition { order, id: ItemId { sequence, place } } = self.0;
        write!(f, "{order}.{sequence}.{place}")
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Place, ()> {
        let mut parts = text.split('.');
        let mut part = || parts.next().and_then(|part| part.parse::<u64>().ok()).ok_or(());
        let (order, sequence, place) = (part()?, Sequence(part()?), u16::try_from(part()?).map_err(drop)?);
        Ok(Place(ItemPosition { order, id: ItemId { sequence, place } }))
    }
}

/// Items that one call looks at, at most: a page may be short, and then goes on at its cursor.
const LOOKED_AT_MAX: usize = 10_000;

fn list_items(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let key = call.member()?;
    let limit = call.limit()?;
    let account = key.account(call.query::<u16>("point_type")?.map_or(PointTypeId(1), PointTypeId));
    if context.engine.balances(key)?.is_none() {
        return Err(Rejection::MemberUnknown.into());
    }
    let state = call.query.get("state").map_or("open", String::as_str);
    let mut from = call.cursor::<Place>()?.map_or(ItemPosition::FIRST, |place| place.0);
    let now = context.engine.now();
    let shown = |(position, item): &(ItemPosition, _)| ItemRow::new(position.id, item, now);
    let (mut rows, mut next, mut looked_at) = (Vec::new(), None, 0usize);
    if state == "future" {
        let future = context.engine.items(account, ItemPosition::LAST, limit)?.future;
        rows.extend(future.iter().map(shown).map(|row| value(&row)));
    } else {
        while rows.len() < limit && looked_at < LOOKED_AT_MAX {
            let page = context.engine.items(account, from, limit)?.matured;
            looked_at = looked_at.saturating_add(page.len());
            next = page.last().filter(|_| page.len() == limit).map(|(last, _)| last.successor());
            for placed in &page {
                let row = shown(placed);
                if state == "all" || row.state == "open" {
                    rows.push(value(&row));
                }
                if rows.len() == limit {
                    next = Some(placed.0.successor());
                    break;
                }
            }
            let Some(further) = next else { break };
            from = further;
        }
    }
    let next = call.next(next.map(Place));
    Ok(Answer::Page(Box::new(Page { columns: views::ITEM, rows, next, ..Page::default() })))
}

fn get_statement(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let key = call.member()?;
    let from = call.cursor::<u64>()?.map(Sequence);
    let entries = context.engine.statement(key, from, call.limit()?)?;
    let entries = entries.ok_or_else(|| Problem::from(Rejection::MemberUnknown))?;
    let next = entries
        .last()
        .and_then(|last| last.previous_of(Subject::Member(key.member)))
        .filter(|previous| *previous != Sequence(0));
    let rows =
        entries.into_iter().flat_map(|entry| views::statement(entry, key.member)).map(|row| value(&row)).collect();
    Ok(Answer::Page(Box::new(Page { columns: views::STATEMENT, rows, next: call.next(next), ..Page::default() })))
}
