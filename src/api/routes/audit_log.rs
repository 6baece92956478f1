//! The audit log of points: a line for each thing that happened to members' points or to a source (rules E35 to E49).

use super::super::call::{Answer, Call, Format, Page};
use super::super::context::Context;
use super::super::params::{Kind, Param};
use super::super::problem::Problem;
use super::super::route::{Route, Shape};
use super::super::views::value;
use super::catalog;
use crate::domain::{Date, MemberId, PointTypeId, Points, SourceId, SubtypeId, Timestamp, Zone};
use crate::look::EngineAudit;
use crate::report::{AuditClock, AuditId, AuditLine, AuditQuery, Fate, Preset, audit};
use schemars::JsonSchema;
use serde::Serialize;
use std::ops::Range;

/// Entries that one call looks at, at most: a page may be short, and then goes on at its cursor.
const LOOKED_AT_MAX: usize = 20_000;

const FILTERS: &[Param] = &[
    Param::new("from", Kind::Date, "The first day (UTC)."),
    Param::new("to", Kind::Date, "The last day (UTC)."),
    Param::new(
        "range",
        Kind::Word(&["last-7-days", "last-30-days", "last-month", "this-month"]),
        "Days by a name, in place of `from` and `to`.",
    ),
    Param::new(
        "clock",
        Kind::Word(&["recorded", "occurred"]),
        "Whether days are those on which it was recorded, or on which it happened. Default: recorded.",
    ),
    Param::new("point_type", Kind::Numbers(u16::MAX as u64), "Only points of these types (rule E37)."),
    Param::new(
        "source",
        Kind::Numbers(u32::MAX as u64),
        "Only points of these sources, and what was done to these; 0: those without one (rule E38).",
    ),
    Param::new("subtype", Kind::Numbers(u16::MAX as u64), "Only points of these subtypes (rule D14)."),
    Param::new("type", Kind::Words, "Only these types of transactions, as `issuance,redemption` (rule E39)."),
    Param::new("member", Kind::Id, "Only points of this member (rule E40)."),
    Param::new("reference", Kind::Text, "Only with this reference (rule E41)."),
    Param::new("text", Kind::Text, "Only lines that hold this text somewhere, in any case (rule E42)."),
    Param::new("limit", Kind::Limit, "Rows of the page, at most."),
    Param::new("cursor", Kind::Cursor, "Where the page begins: `next` of the page before."),
];

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route::get("/v1/programs/{program}/reports/audit", "report_audit", Shape::Page(|g| g.subschema_for::<LineRow>()), report_audit)
        .with(FILTERS).also_as(&[Format::Csv, Format::JsonLines]).long()
        .about("The audit log of points, the newest first, with what became of added points so far. A page may be short where filters leave out much: go on at its cursor until there is none (rules E35 to E49)."),
];

/// A line of the audit log.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditLine")]
struct LineRow {
    /// Its number: the entry, and the leg's place in it.
    id: String,
    /// When it happened: the instant of an expiry, else that of the transaction, as it was given.
    occurred_at: Timestamp,
    /// When it was recorded.
    recorded_at: Timestamp,
    /// The type of the transaction.
    transaction_type: &'static str,
    /// The same, for people.
    reference_type: &'static str,
    /// Whose points.
    member: Option<MemberId>,
    point_type: Option<PointTypeId>,
    source: Option<SourceId>,
    subtype: Option<SubtypeId>,
    /// The point item: the accrual's entry and the award's place in it.
    item: Option<String>,
    /// How many more points the account (for an inventory, the source) has; less than 0: how many fewer.
    modification: i64,
    /// How many more points the member owes.
    debt: i64,
    /// Of added points: redeemed, gone into a debt, or kept as a fee.
    amount_spent: Option<Points>,
    /// Of added points: expired.
    amount_expired: Option<Points>,
    /// Of added points: taken back by a cancellation or an adjustment.
    amount_cancelled: Option<Points>,
    /// Of added points: gone to another member or another account.
    amount_moved: Option<Points>,
    /// Of added points: left, waiting, or set aside.
    left: Option<Points>,
    /// The caller's own text.
    reference: Option<Box<str>>,
    /// The id of the token that asked; null where the command came another way.
    actor: Option<Box<str>>,
    /// What was asked, in one word.
    verb: &'static str,
}

#[rustfmt::skip]
const LINE: &[&str] = &["id", "occurred_at", "recorded_at", "transaction_type", "reference_type", "member", "point_type", "source", "subtype", "item", "modification", "debt", "amount_spent", "amount_expired", "amount_cancelled", "amount_moved", "left", "reference", "actor", "verb"];

impl From<AuditLine> for LineRow {
    fn from(line: AuditLine) -> LineRow {
        let of = |pick: fn(&Fate) -> Points| line.fate.as_ref().map(pick);
        LineRow {
            id: line.id.to_string(),
            occurred_at: line.occurred_at,
            recorded_at: line.recorded_at,
            transaction_type: line.transaction_type.code(),
            reference_type: line.reference_type,
            member: line.member,
            point_type: line.point_type,
            source: line.source,
            subtype: line.subtype,
            item: line.item.map(|item| item.to_string()),
            modification: line.modification,
            debt: line.debt,
            amount_spent: of(|fate| fate.amount_spent),
            amount_expired: of(|fate| fate.amount_expired),
            amount_cancelled: of(|fate| fate.amount_cancelled),
            amount_moved: of(|fate| fate.amount_moved),
            left: of(|fate| fate.left),
            reference: line.reference,
            actor: Some(line.actor).filter(|actor| !actor.is_empty()),
            verb: line.verb,
        }
    }
}

/// The instants between which lines are asked for: days of UTC.
fn during(call: &Call, now: Timestamp) -> Result<Range<Option<Timestamp>>, Problem> {
    if let Some(name) = call.query.get("range") {
        let preset: Preset = name.parse().map_err(|what| Problem::parameter("range", what))?;
        let range = preset.range(now, &Zone::UTC);
        return Ok(Some(range.start)..Some(range.end));
    }
    let edge = |name, edge: fn(Date, &Zone) -> Option<Timestamp>| -> Result<_, Problem> {
        let Some(date) = call.query::<Date>(name)? else { return Ok(None) };
        edge(date, &Zone::UTC).map(Some).ok_or_else(|| Problem::parameter(name, "out of range"))
    };
    Ok(edge("from", Date::start)?..edge("to", Date::end)?)
}

fn report_audit(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    catalog::program(context, call)?;
    let engine = &context.engine;
    let range = during(call, engine.now())?;
    let before = call.cursor::<AuditId>()?;
    if before.is_some_and(|before| before.sequence > engine.last_sequence().next()) {
        return Err(Problem::new("invalid_cursor", "the cursor is of another database").with("parameter", "cursor"));
    }
    let query = AuditQuery {
        from: range.start,
        to: range.end,
        clock: match call.query.get("clock").is_some_and(|clock| clock == "occurred") {
            true => AuditClock::Occurred,
            false => AuditClock::Recorded,
        },
        point_types: call.listed("point_type")?.into_iter().map(PointTypeId).collect(),
        sources: call.listed("source")?.into_iter().map(SourceId).collect(),
        subtypes: call.listed("subtype")?.into_iter().map(SubtypeId).collect(),
        kinds: call.listed("type")?,
        member: call.query("member")?,
        reference: call.query.get("reference").map(|text| text.as_str().into()),
        text: call.query.get("text").map(|text| text.as_str().into()),
        before,
        limit: call.limit()?,
        entries_max: LOOKED_AT_MAX,
        ..AuditQuery::of(call.program()?)
    };
    let page = audit(&EngineAudit::new(engine), &query)?;
    let rows = page.lines.into_iter().map(|line| value(&LineRow::from(line))).collect();
    Ok(Answer::Page(Box::new(Page { columns: LINE, rows, next: call.next(page.next), ..Page::default() })))
}
