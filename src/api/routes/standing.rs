//! What a member is beside the balances: status, tier, household, points on hold; and the program's tiers.

use super::super::call::{Answer, Call, Format, Page};
use super::super::context::Context;
use super::super::params::{Kind, Param};
use super::super::problem::Problem;
use super::super::route::{Route, Shape};
use super::super::views::value;
use super::catalog;
use crate::domain::tables::Holds;
use crate::domain::{
    Action, Balance, Entry, Hold, Ladder, MemberId, MemberStatus, Outcome, Points, Rejection, RequestId, RequestKey,
    Sequence, Subject, TierId, Timestamp, Versions,
};
use crate::engine::Error;
use crate::storage::rows;
use schemars::JsonSchema;
use serde::Serialize;

const PAGED: &[Param] = &[
    Param::new("limit", Kind::Limit, "Rows of the page, at most."),
    Param::new("cursor", Kind::Cursor, "Where the page begins: `next` of the page before."),
];
const TABLE: &[Format] = &[Format::Csv, Format::JsonLines];
/// Entries that are read in one go.
const CHUNK: usize = 256;

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route::get("/v1/programs/{program}/tiers", "get_tiers", Shape::Object(|g| g.subschema_for::<Ladder>()), get_tiers)
        .about("The tiers of a program, the lowest first, and in which time points count (rules D07, D34)."),
    Route::get("/v1/programs/{program}/members/{member}/standing", "get_standing", Shape::Object(|g| g.subschema_for::<Standing>()), get_standing)
        .about("A member's status, tier and household, as of now (rules D34, D36)."),
    Route::get("/v1/programs/{program}/members/{member}/holds", "list_holds", Shape::Page(|g| g.subschema_for::<HoldRow>()), list_holds)
        .with(PAGED).also_as(TABLE)
        .about("A member's points on hold, the newest first. Those of a member who was merged into this one are found there."),
    Route::get("/v1/programs/{program}/members/{member}/household", "get_household", Shape::Object(|g| g.subschema_for::<Household>()), get_household)
        .long()
        .about("The members of a household, and what they have together (rule D36)."),
];

/// A member without the points.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Standing")]
struct Standing {
    member: MemberId,
    enrolled_at: Timestamp,
    status: MemberStatus,
    tier: Option<TierId>,
    tier_name: Option<Box<str>>,
    tier_since: Option<Timestamp>,
    /// When the tier is evaluated again.
    tier_until: Option<Timestamp>,
    /// Whether it is a household.
    is_household: bool,
    /// The household that the member belongs to.
    household: Option<MemberId>,
    /// When that is over; null: it has no end.
    household_until: Option<Timestamp>,
    /// Whether qualifying points count for the household (rule D40).
    rolls_up: bool,
    /// The member into whom this one was merged.
    merged_into: Option<MemberId>,
}

/// Points on hold.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Hold")]
struct HoldRow {
    /// The request that set them aside.
    hold: RequestId,
    /// Set aside at first.
    points: Points,
    /// Redeemed of them.
    captured: Points,
    /// Still on hold.
    held: Points,
    /// When they are given back; null: never by itself.
    times_out_at: Option<Timestamp>,
}

impl HoldRow {
    fn new(hold: RequestId, of: &Hold) -> HoldRow {
        let (points, captured, held) = (of.points, of.captured, of.held());
        HoldRow { hold, points, captured, held, times_out_at: of.times_out_at }
    }
}

/// A household.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Household")]
struct Household {
    household: MemberId,
    members: Vec<MemberId>,
    /// What they and the household have together, by point type.
    balances: Vec<Balance>,
}

fn get_tiers(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let program = catalog::program(context, call)?;
    let ladder = program.ladder.as_ref().map(Versions::current);
    ladder
        .map(|ladder| Answer::Object(value(ladder)))
        .ok_or_else(|| Problem::new("not_found", "the program has no tiers"))
}

fn get_standing(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let program = catalog::program(context, call)?;
    let key = call.member()?;
    let of = context.engine.member(key)?.ok_or_else(|| Problem::from(Rejection::MemberUnknown))?;
    let named = |tier: TierId| {
        let tiers = &program.ladder.as_ref()?.current().tiers;
        tiers.iter().find(|known| known.tier == tier).map(|known| known.name.clone())
    };
    Ok(Answer::Object(value(&Standing {
        member: key.member,
        enrolled_at: of.enrolled_at,
        status: of.status,
        tier: of.tier.map(|state| state.tier),
        tier_name: of.tier.and_then(|state| named(state.tier)),
        tier_since: of.tier.map(|state| state.since),
        tier_until: of.tier.map(|state| state.until),
        is_household: of.is_household,
        household: of.membership.map(|membership| membership.household),
        household_until: of.membership.and_then(|membership| membership.ends_at),
        rolls_up: of.membership.is_some_and(|membership| membership.rolls_up),
        merged_into: of.merged_into,
    })))
}

/// Entries of a member that one call looks at, at most: a page may be short, and then goes on at its cursor.
const LOOKED_AT_MAX: usize = 10_000;

/// The holds of a member are found among the member's own entries, the newest first: there is no table of them.
fn list_holds(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let (key, limit) = (call.member()?, call.limit()?);
    let unknown = || Problem::from(Rejection::MemberUnknown);
    let balances = context.engine.balances(key)?.ok_or_else(unknown)?;
    let mut from = call.cursor::<u64>()?.map(Sequence);
    // whoever begins at the newest entry has seen all holds once their sum is found
    let held = balances.iter().map(|balance| i128::from(balance.held.0)).fold(0, i128::saturating_add);
    let mut left = if from.is_none() { held } else { i128::MAX };
    let (mut shown, mut looked_at, now) = (Vec::new(), 0usize, context.engine.now());
    let mut next = None;
    'walk: while left > 0 {
        let entries = context.engine.statement(key, from, CHUNK)?.ok_or_else(unknown)?;
        next = None;
        for entry in &entries {
            let previous = entry.previous_of(Subject::Member(key.member)).filter(|previous| *previous != Sequence(0));
            if let Some((request, hold)) = hold_of(context, entry)?
                && hold.times_out_at.is_none_or(|at| at > now)
                && hold.held().is_positive()
            {
                left = left.saturating_sub(hold.held().0.into());
                shown.push(value(&HoldRow::new(request, &hold)));
            }
            looked_at = looked_at.saturating_add(1);
            next = previous;
            if left <= 0 || shown.len() == limit || looked_at >= LOOKED_AT_MAX {
                break 'walk;
            }
        }
        let Some(further) = next else { break };
        from = Some(further);
    }
    let next = call.next(next.filter(|_| left > 0));
    let columns = &["hold", "points", "captured", "held", "times_out_at"];
    Ok(Answer::Page(Box::new(Page { columns, rows: shown, next, ..Page::default() })))
}

/// The hold that an entry made.
fn hold_of(context: &Context, entry: &Entry) -> Result<Option<(RequestId, Hold)>, Problem> {
    if !matches!(entry.command.action, Action::HoldPoints(_)) || matches!(entry.outcome, Outcome::Refused(_)) {
        return Ok(None);
    }
    let request = entry.command.request_id;
    let key = RequestKey { program: entry.command.program, request };
    let hold = context.engine.with_snapshot(|read| rows::get::<Holds>(read, &key))?.map_err(Error::from)?;
    Ok(hold.map(|hold| (request, hold)))
}

fn get_household(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    catalog::program(context, call)?;
    let key = call.member()?;
    let of = context.engine.household(key)?.ok_or_else(|| Problem::new("not_found", "there is no such household"))?;
    Ok(Answer::Object(value(&Household { household: key.member, members: of.members, balances: of.balances })))
}
