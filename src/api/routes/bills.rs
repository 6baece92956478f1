//! What a partner is charged: bills with their lines, fees with their refunds, charges for blocks; and its statement.

use super::super::call::{Answer, Call, Format, Page};
use super::super::context::Context;
use super::super::cursor::{Row, split};
use super::super::params::{Kind, Param};
use super::super::problem::Problem;
use super::super::route::{Route, Shape};
use super::super::views::value;
use super::catalog;
use crate::domain::{
    Bill, BillKey, BillLine, BillLineKey, BlockId, Charge, ChargeCause, ChargeKey, Currency, Date, FeeKey, MemberId,
    PartnerKey, Points, Rate, Rejection, RequestId, Sequence, Timestamp, Zone,
};
use crate::engine::Error;
use crate::report::{self, FeeUnit, PartnerLine};
use schemars::JsonSchema;
use serde::Serialize;

const PAGED: &[Param] = &[
    Param::new("limit", Kind::Limit, "Rows of the page, at most."),
    Param::new("cursor", Kind::Cursor, "Where the page begins: `next` of the page before."),
];
const FEES: &[Param] = &[
    Param::new("from", Kind::Date, "Only what happened on this day or later, in the program's zone."),
    Param::new("to", Kind::Date, "Only what happened on this day or before."),
    Param::new("unit", Kind::Word(&["points", "money"]), "Only fees in this unit. Default: all."),
    Param::new("limit", Kind::Limit, "Fees that the page looks at, at most; each may have two rows, or none."),
    Param::new("cursor", Kind::Cursor, "Where the page begins: `next` of the page before."),
];
const TABLE: &[Format] = &[Format::Csv, Format::JsonLines];

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route::get("/v1/programs/{program}/partners/{partner}/bills", "list_bills", Shape::Page(|g| g.subschema_for::<BillRow>()), list_bills)
        .with(PAGED).also_as(TABLE)
        .about("A partner's bills, by number (rules A26 to A29)."),
    Route::get("/v1/programs/{program}/partners/{partner}/bills/{bill}", "get_bill", Shape::Object(|g| g.subschema_for::<BillRow>()), get_bill)
        .about("A bill of a partner."),
    Route::get("/v1/programs/{program}/partners/{partner}/bills/{bill}/lines", "list_bill_lines", Shape::Page(|g| g.subschema_for::<LineRow>()), list_bill_lines)
        .with(PAGED).also_as(TABLE)
        .about("The lines of a bill, by the time of the transactions (rule A27)."),
    Route::get("/v1/programs/{program}/partners/{partner}/fees", "list_fees", Shape::Page(|g| g.subschema_for::<FeeRow>()), list_fees)
        .with(FEES).also_as(TABLE)
        .about("A partner's fees, each with its refund behind it (rules B05, B08, B41)."),
    Route::get("/v1/programs/{program}/partners/{partner}/charges", "list_charges", Shape::Page(|g| g.subschema_for::<ChargeRow>()), list_charges)
        .with(PAGED).also_as(TABLE)
        .about("What a prepaid partner is charged for its blocks, in the order in which it was (rules A17, A18, A23)."),
    Route::get("/v1/programs/{program}/partners/{partner}/statement", "get_partner_statement", Shape::Page(|g| g.subschema_for::<StatementRow>()), get_partner_statement)
        .with(PAGED).also_as(TABLE)
        .about("The commands about a partner, the newest first: purchases, adjustments, fees, bills (rules B25, B35)."),
];

/// A bill.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Bill")]
struct BillRow {
    /// Its number, from 1.
    bill: u32,
    /// The request that opened it.
    request_id: RequestId,
    /// The cut-off of the bill before.
    from: Option<Timestamp>,
    /// Its own cut-off.
    until: Timestamp,
    /// `open` while it is being made, then `closed`.
    state: &'static str,
    lines: u64,
    /// Partner points owed, exactly; below 0 where more was cancelled than given.
    points_exact: String,
    /// What it comes to, by currency: `12.5 EUR`.
    amount: String,
    /// The entry that opened it.
    opened: Sequence,
    /// The entry that closed it.
    closed: Option<Sequence>,
    /// What is owed under each version of the terms.
    parts: Vec<PartRow>,
}

/// What a bill says of one version of the terms.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BillPart")]
struct PartRow {
    /// The version.
    terms: u32,
    points: Points,
    /// What a point costs.
    price: Rate,
    currency: Currency,
}

const BILL: &[&str] = &["bill", "from", "until", "state", "lines", "points_exact", "amount", "request_id"];

fn bill_row(key: BillKey, bill: &Bill) -> BillRow {
    let part = |part: &crate::domain::BillPart| {
        let crate::domain::BillPart { terms, points, price, currency } = *part;
        PartRow { terms, points, price, currency }
    };
    BillRow {
        bill: key.number,
        request_id: bill.request,
        from: bill.from,
        until: bill.until,
        state: if bill.closed.is_some() { "closed" } else { "open" },
        lines: bill.lines,
        points_exact: bill.points().to_string(),
        amount: report::bill_amount(bill),
        opened: bill.opened,
        closed: bill.closed,
        parts: bill.parts.iter().map(part).collect(),
    }
}

/// A line of a bill.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BillLine")]
struct LineRow {
    /// The entry that gave the points, or took them back.
    sequence: Sequence,
    /// The award's place in it.
    place: u16,
    transaction_at: Timestamp,
    member: MemberId,
    /// Partner points owed; below 0 where they were cancelled.
    points: Points,
    /// The version of the terms whose price counts.
    terms: u32,
    /// The entry that was cancelled.
    cancels: Option<Sequence>,
}

const LINE: &[&str] = &["sequence", "place", "transaction_at", "member", "points", "terms", "cancels"];

fn line_row(key: BillLineKey, line: BillLine) -> LineRow {
    LineRow {
        sequence: key.sequence,
        place: key.place,
        transaction_at: key.at,
        member: line.member,
        points: line.points,
        terms: line.terms,
        cancels: Some(line.cancels).filter(|cancels| *cancels != Sequence(0)),
    }
}

/// A fee, or the refund of one.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Fee")]
struct FeeRow {
    /// `fee` or `refund`.
    kind: &'static str,
    /// The entry that recorded it.
    sequence: Sequence,
    request_id: RequestId,
    transaction_at: Timestamp,
    /// The block that paid, or took the points back.
    block: Option<BlockId>,
    /// What the partner pays; below 0 where it gets them back. 0 where the fee is in money.
    points: Points,
    /// Money: of a fee what the partner pays, of a refund what it gets back.
    amount: Rate,
    currency: Currency,
    /// The description of a fee, the reason of a refund.
    text: Box<str>,
    /// The entry of its refund, or of the fee that it refunds.
    linked: Option<Sequence>,
    /// The request of the transaction that a fee is about.
    concerns: Option<RequestId>,
}

const FEE: &[&str] = &[
    "kind",
    "sequence",
    "request_id",
    "transaction_at",
    "block",
    "points",
    "amount",
    "currency",
    "text",
    "linked",
    "concerns",
];

impl From<report::FeeLine> for FeeRow {
    fn from(line: report::FeeLine) -> FeeRow {
        let report::FeeLine {
            kind,
            sequence,
            request,
            transaction_at,
            block,
            points,
            amount,
            currency,
            text,
            linked,
            concerns,
        } = line;
        let request_id = request;
        FeeRow { kind, sequence, request_id, transaction_at, block, points, amount, currency, text, linked, concerns }
    }
}

/// What a prepaid partner is charged.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Charge")]
struct ChargeRow {
    sequence: Sequence,
    /// Its place in the entry.
    place: u16,
    cause: ChargeCause,
    block: BlockId,
    points: Points,
    unit_price: Rate,
    currency: Currency,
    recorded_at: Timestamp,
}

const CHARGE: &[&str] = &["sequence", "place", "cause", "block", "points", "unit_price", "currency", "recorded_at"];

fn charge_row(key: ChargeKey, charge: Charge) -> ChargeRow {
    let Charge { cause, block, points, unit_price, currency, recorded_at } = charge;
    ChargeRow { sequence: key.sequence, place: key.place, cause, block, points, unit_price, currency, recorded_at }
}

/// A line of a partner's statement.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PartnerStatementLine")]
struct StatementRow {
    sequence: Sequence,
    request_id: RequestId,
    recorded_at: Timestamp,
    transaction_at: Option<Timestamp>,
    /// What was done, in one word.
    kind: &'static str,
    /// `purchase`, `adjustment`, `fee`, `refund`, `bill`, or another (rule B18).
    transaction_type: &'static str,
    block: Option<BlockId>,
    /// How many more points its approved blocks hold, or less; exactly.
    points_exact: String,
    /// Description or reason.
    text: Option<Box<str>>,
    /// Why nothing was done.
    refused: Option<Rejection>,
}

const STATEMENT: &[&str] = &[
    "sequence",
    "recorded_at",
    "transaction_at",
    "kind",
    "transaction_type",
    "block",
    "points_exact",
    "text",
    "request_id",
];

impl From<PartnerLine> for StatementRow {
    fn from(line: PartnerLine) -> StatementRow {
        StatementRow {
            sequence: line.sequence,
            request_id: line.request,
            recorded_at: line.recorded_at,
            transaction_at: line.transaction_at,
            kind: line.verb,
            transaction_type: line.transaction_type,
            block: line.block,
            points_exact: line.points.to_string(),
            text: line.text,
            refused: line.refused,
        }
    }
}

/// The partner of the path, if there is one.
fn partner(context: &Context, call: &Call) -> Result<PartnerKey, Problem> {
    let program = catalog::program(context, call)?;
    let key = call.partner()?;
    let unknown = || Problem::from(Rejection::PartnerUnknown { partner: key.partner });
    program.terms(key.partner).map(|_| key).ok_or_else(unknown)
}

/// The rows of the page that a call asks for, and one more where there is a next page.
fn asked<K: crate::domain::keys::Key>(call: &Call) -> Result<report::Page<K>, Problem> {
    let from = call.cursor::<Row<K>>()?.map(|row| row.0);
    Ok(report::Page { from, limit: call.limit()?.saturating_add(1) })
}

fn list_bills(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let (key, page) = (partner(context, call)?, asked(call)?);
    let mut bills = context.engine.with_snapshot(|read| report::bills(read, key, page))?.map_err(Error::from)?;
    let next = call.next(split(&mut bills, call.limit()?));
    let rows = bills.iter().map(|(key, bill)| value(&bill_row(*key, bill))).collect();
    Ok(Answer::Page(Box::new(Page { columns: BILL, rows, next, ..Page::default() })))
}

/// The bill of the path, if there is one.
fn bill(context: &Context, call: &Call) -> Result<(BillKey, Bill), Problem> {
    let key = BillKey { partner: partner(context, call)?, number: call.number("bill")? };
    let page = report::Page { from: Some(key), limit: 1 };
    let found = context.engine.with_snapshot(|read| report::bills(read, key.partner, page))?.map_err(Error::from)?;
    let found = found.into_iter().find(|(found, _)| *found == key);
    found.ok_or_else(|| Problem::new("not_found", "the partner has no bill of this number"))
}

fn get_bill(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let (key, bill) = bill(context, call)?;
    Ok(Answer::Object(value(&bill_row(key, &bill))))
}

fn list_bill_lines(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let ((key, _), page) = (bill(context, call)?, asked(call)?);
    let mut lines = context.engine.with_snapshot(|read| report::bill_lines(read, key, page))?.map_err(Error::from)?;
    let next = call.next(split(&mut lines, call.limit()?));
    let rows = lines.into_iter().map(|(key, line)| value(&line_row(key, line))).collect();
    Ok(Answer::Page(Box::new(Page { columns: LINE, rows, next, ..Page::default() })))
}

/// The instants of the days that a call names, in a zone.
pub(super) fn during(call: &Call, zone: &Zone) -> Result<(Timestamp, Timestamp), Problem> {
    let from = call.query::<Date>("from")?.and_then(|from| from.start(zone)).unwrap_or(Timestamp::MIN);
    let to = call.query::<Date>("to")?.and_then(|to| to.end(zone)).unwrap_or(Timestamp::MAX);
    if from > to { Err(Problem::parameter("from", "after `to`")) } else { Ok((from, to)) }
}

fn list_fees(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let key = partner(context, call)?;
    let range = during(call, &catalog::program(context, call)?.settings.zone)?;
    let unit = match call.query.get("unit").map(String::as_str) {
        Some("points") => FeeUnit::Points,
        Some("money") => FeeUnit::Money,
        _ => FeeUnit::Any,
    };
    let page = report::Page { from: call.cursor::<Row<FeeKey>>()?.map(|row| row.0), limit: call.limit()? };
    let look = context.engine.with_snapshot(|read| report::fees(read, key, range, unit, page))?;
    let (lines, next) = look.map_err(Error::from)?;
    let rows = lines.into_iter().map(|line| value(&FeeRow::from(line))).collect();
    Ok(Answer::Page(Box::new(Page { columns: FEE, rows, next: call.next(next.map(Row)), ..Page::default() })))
}

fn list_charges(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let (key, page) = (partner(context, call)?, asked(call)?);
    let mut charges = context.engine.with_snapshot(|read| report::charges(read, key, page))?.map_err(Error::from)?;
    let next = call.next(split(&mut charges, call.limit()?));
    let rows = charges.into_iter().map(|(key, charge)| value(&charge_row(key, charge))).collect();
    Ok(Answer::Page(Box::new(Page { columns: CHARGE, rows, next, ..Page::default() })))
}

fn get_partner_statement(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let key = partner(context, call)?;
    let from = call.cursor::<u64>()?.map(Sequence);
    let entries = context.engine.partner_statement(key, from, call.limit()?)?.unwrap_or_default();
    let previous = |last: &crate::domain::Entry| last.previous_of(crate::domain::Subject::Partner(key.partner));
    let next = entries.last().and_then(previous).filter(|previous| *previous != Sequence(0));
    let lines = entries.into_iter().map(|entry| StatementRow::from(PartnerLine::of(entry, key.partner)));
    let rows = lines.map(|line| value(&line)).collect();
    Ok(Answer::Page(Box::new(Page { columns: STATEMENT, rows, next: call.next(next), ..Page::default() })))
}
