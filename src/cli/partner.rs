//! `accruedb partner`: what a partner has, what it is charged and billed, what members got for it; and making a bill.

use super::database::{Database, OneProgram};
use super::listing::Listing;
use super::lists;
use super::output::{Exit, Failure, Output};
use super::request_ids;
use super::table::or_dash;
use crate::domain::{
    BillKey, BillPartner, BillUntil, BlockId, Command, ContinueBill, Date, Fault, OWN_BLOCKS_FROM, Partner, PartnerId,
    PartnerKey, Points, Rate, Rejection, RequestId, Sequence, Timestamp, Zone,
};
use crate::engine::{Engine, Error, ExecuteError};
use crate::look;
use crate::report::{self, FeeUnit, Money, Page, PartnerLine, UseLine};
use crate::storage::Read;
use serde_json::{Value, json};

/// Shows what a partner has, what it is charged and billed, and what members got for it; or makes a bill.
///
/// Exit codes: 0 done, 1 no such partner, or refused, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  accruedb partner fees 1 --db shop --unit money --csv\n  accruedb partner bill 1 --db \
                        shop --month 2026-01-01\n  accruedb partner reconcile 1 --db shop --from 2026-01-01 --to 2026-01-31"
)]
pub(super) struct Args {
    /// What to show.
    #[arg(value_enum)]
    what: What,
    /// The partner.
    partner: u32,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    program: OneProgram,
    /// The first day, in the program's zone.
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// The last day.
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// Only fees in this unit.
    #[arg(long, value_enum)]
    unit: Option<Unit>,
    /// The bill whose lines are shown. Default: the last one.
    #[arg(long, value_name = "NUMBER")]
    number: Option<u32>,
    /// A forecast goes on at the rate of so many days.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3660))]
    days: u16,
    /// At most this many lines of a statement.
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// As comma-separated values.
    #[arg(long)]
    csv: bool,
    /// Bill until the end of this day, in the program's zone.
    #[arg(long, value_name = "DATE", group = "until")]
    day: Option<Date>,
    /// Bill until the end of the week of this day.
    #[arg(long, value_name = "DATE", group = "until")]
    week: Option<Date>,
    /// Bill until the end of the month of this day.
    #[arg(long, value_name = "DATE", group = "until")]
    month: Option<Date>,
    /// The request id of a bill. Default: one that follows from its cut-off.
    #[arg(long, value_name = "ID")]
    request: Option<RequestId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// Usable, reserve, waiting and pending points.
    Balance,
    /// Commands about it, newest first.
    Statement,
    /// Point block purchases.
    Purchases,
    Charges,
    Fees,
    Bills,
    /// Lines of one bill.
    BillLines,
    /// Points given and taken by month.
    Usage,
    /// When its blocks will end.
    Forecast,
    /// Both sides of each accrual.
    Reconcile,
    /// Makes a bill, or goes on with one.
    Bill,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Unit {
    Points,
    Money,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let writes = args.what == What::Bill;
    let engine =
        if writes { args.database.open_existing_to_write(output)? } else { args.database.open_to_look(output)? };
    let program = args.program.of(&engine)?;
    let key = PartnerKey { program: program.id, partner: PartnerId(args.partner) };
    let Some(record) = engine.partner_record(key)? else {
        output.object(&json!({ "partner": args.partner, "known": false }))?;
        let why = program.missing().map_or_else(String::new, |why| format!(": {why}"));
        output.line(format!("no partner {}{why}", args.partner))?;
        return Ok(Exit::Refused);
    };
    let zone = program.zone();
    let listing = match args.what {
        What::Bill => return bill(args, &engine, key, output),
        What::Balance => {
            let head = ["balance", "usable", "reserve", "waiting", "pending", "debited", "open blocks"];
            let mut listing = Listing::new(&head);
            let Partner { usable, reserve, waiting, pending, debited, .. } = record;
            let sums = [record.balance(), usable, reserve, waiting, pending, debited];
            listing.row(sums.iter().map(|points| json!(points)).chain([json!(record.open_blocks)]).collect());
            listing
        }
        What::Statement => statement(&engine, key, args.limit)?,
        What::Purchases => purchases(&engine, key)?,
        What::Forecast => forecast(&engine, key, args.days)?,
        What::Charges => looked(&engine, |read| charges(read, key))?,
        What::Bills => looked(&engine, |read| bills(read, key))?,
        What::BillLines => {
            let number = args.number.unwrap_or(record.bills);
            looked(&engine, |read| bill_lines(read, BillKey { partner: key, number }))?
        }
        What::Fees => {
            let unit = match args.unit {
                None => FeeUnit::Any,
                Some(Unit::Points) => FeeUnit::Points,
                Some(Unit::Money) => FeeUnit::Money,
            };
            looked(&engine, |read| fees(read, key, range(args, &zone), unit))?
        }
        What::Usage => usage(&uses(&engine, key, range(args, &zone))?, &zone),
        What::Reconcile => reconcile(uses(&engine, key, range(args, &zone))?),
    };
    listing.show(args.csv, output)?;
    let disagree = args.what == What::Reconcile && listing.has("agrees", "no");
    Ok(Exit::all(!disagree))
}

/// Looks at a snapshot.
fn looked<R>(engine: &Engine, at: impl FnOnce(&dyn Read) -> Result<R, Fault>) -> Result<R, Failure> {
    Ok(engine.with_snapshot(at)?.map_err(Error::from)?)
}

/// From the first instant of the first day to the end of the last.
fn range(args: &Args, zone: &Zone) -> (Timestamp, Timestamp) {
    let from = args.from.and_then(|date| date.start(zone)).unwrap_or(Timestamp::MIN);
    let to = args.to.and_then(|date| date.end(zone)).unwrap_or(Timestamp::MAX);
    (from, to)
}

/// What a point costs, as a decimal where there is one.
fn price(unit_price: Rate) -> Value {
    json!(Money::of(Points(1), unit_price).to_string())
}

fn block_cell(block: Option<BlockId>) -> String {
    or_dash(block)
}

fn statement(engine: &Engine, key: PartnerKey, limit: usize) -> Result<Listing, Failure> {
    let mut listing = Listing::new(&["entry", "recorded", "type", "what", "block", "points", "text"]);
    let now = engine.now();
    for (block, expired_at, points) in looked(engine, |read| lists::expired_blocks(read, key, now))? {
        let cells = ["-", &expired_at.to_string(), "due", "expired", &block.to_string(), &format!("-{points}"), ""];
        let object = json!({
            "sequence": null, "recorded_at": expired_at, "verb": "expired", "transaction_type": "due", "block": block,
            "points": points.0.saturating_neg(),
        });
        listing.object(cells.map(str::to_owned).to_vec(), &object);
    }
    for entry in engine.partner_statement(key, None, limit)?.unwrap_or_default() {
        let line = PartnerLine::of(entry, key.partner);
        let cells = vec![
            line.sequence.to_string(),
            line.recorded_at.to_string(),
            line.transaction_type.to_owned(),
            line.verb.to_owned(),
            block_cell(line.block),
            if line.points > 0 { format!("+{}", line.points) } else { line.points.to_string() },
            line.text.as_deref().unwrap_or_default().to_owned(),
        ];
        listing.object(cells, &line);
    }
    Ok(listing)
}

/// Blocks that were bought, or set up as a reserve, in the order in which they were (rule A30).
fn purchases(engine: &Engine, key: PartnerKey) -> Result<Listing, Failure> {
    let now = engine.now();
    let blocks = engine.blocks(key, BlockId(0), usize::MAX)?.unwrap_or_default();
    let mut bought: Vec<_> = blocks.into_iter().filter(|(id, _)| id.0 < OWN_BLOCKS_FROM).collect();
    bought.sort_by_key(|(_, block)| block.created);
    let mut listing = Listing::new(&["block", "state", "points", "left", "price", "starts", "expires"]);
    for (id, block) in bought {
        listing.row(vec![
            json!(id),
            json!(super::blocks::state_of(&block, now)),
            json!(block.purchased),
            json!(block.remaining()),
            price(block.unit_price),
            json!(block.starts_at),
            json!(block.expires_at),
        ]);
    }
    Ok(listing)
}

fn charges(read: &dyn Read, key: PartnerKey) -> Result<Listing, Fault> {
    let mut listing = Listing::new(&["charge", "cause", "block", "points", "price", "amount", "currency", "recorded"]);
    for (id, charge) in report::charges(read, key, Page::ALL)? {
        // what is given back is owed no more
        let points = if charge.cause.is_credit() { Points(charge.points.0.saturating_neg()) } else { charge.points };
        listing.row(vec![
            json!(format!("{}.{}", id.sequence, id.place)),
            json!(charge.cause),
            json!(charge.block),
            json!(charge.points),
            price(charge.unit_price),
            json!(Money::of(points, charge.unit_price).to_string()),
            json!(charge.currency),
            json!(charge.recorded_at),
        ]);
    }
    Ok(listing)
}

fn fees(read: &dyn Read, key: PartnerKey, range: (Timestamp, Timestamp), unit: FeeUnit) -> Result<Listing, Fault> {
    let head = ["kind", "entry", "request", "transaction", "block", "points", "amount", "currency", "linked", "text"];
    let mut listing = Listing::new(&head);
    for line in report::fees(read, key, range, unit, Page::ALL)?.0 {
        let cells = vec![
            line.kind.to_owned(),
            line.sequence.to_string(),
            line.request.to_string(),
            line.transaction_at.to_string(),
            block_cell(line.block),
            line.points.to_string(),
            line.amount.to_string(),
            line.currency.to_string(),
            or_dash(line.linked),
            line.text.to_string(),
        ];
        listing.object(cells, &line);
    }
    Ok(listing)
}

fn bills(read: &dyn Read, key: PartnerKey) -> Result<Listing, Fault> {
    let mut listing = Listing::new(&["bill", "until", "lines", "points", "owed", "state", "request"]);
    for (id, bill) in report::bills(read, key, Page::ALL)? {
        listing.row(vec![
            json!(id.number),
            json!(bill.until),
            json!(bill.lines),
            serde_json::to_value(bill.points()).unwrap_or_default(),
            json!(report::bill_amount(&bill)),
            json!(if bill.closed.is_some() { "closed" } else { "open" }),
            json!(bill.request),
        ]);
    }
    Ok(listing)
}

fn bill_lines(read: &dyn Read, key: BillKey) -> Result<Listing, Fault> {
    let mut listing = Listing::new(&["transaction", "entry", "award", "member", "points", "terms", "cancels"]);
    for (id, line) in report::bill_lines(read, key, Page::ALL)? {
        listing.row(vec![
            json!(id.at),
            json!(id.sequence),
            json!(id.place),
            json!(line.member),
            json!(line.points),
            json!(line.terms),
            if line.cancels == Sequence(0) { Value::Null } else { json!(line.cancels) },
        ]);
    }
    Ok(listing)
}

/// What members got for a partner's points. Of a range of days its own entries are read; of all days the journal, once
/// and forwards: so it needs not look up what was cancelled before.
fn uses(engine: &Engine, key: PartnerKey, (from, to): (Timestamp, Timestamp)) -> Result<Vec<UseLine>, Failure> {
    match (from, to) {
        (Timestamp::MIN, Timestamp::MAX) => looked(engine, |read| report::partner_use(read, key, (from, to))),
        _ => Ok(look::uses_during(engine, key, from..to)?),
    }
}

fn usage(lines: &[UseLine], zone: &Zone) -> Listing {
    let mut listing = Listing::new(&["month", "lines", "given", "taken"]);
    for month in report::by_month(lines, zone) {
        let cells = vec![
            format!("{:04}-{:02}", month.year, month.month),
            month.lines.to_string(),
            month.given.to_string(),
            month.taken.to_string(),
        ];
        listing.object(cells, &month);
    }
    listing
}

fn reconcile(lines: Vec<UseLine>) -> Listing {
    let mut listing = Listing::new(&["entry", "request", "member", "transaction", "given", "owed", "taken", "agrees"]);
    for line in lines {
        let cells = vec![
            line.sequence.to_string(),
            line.request.to_string(),
            line.member.to_string(),
            line.transaction_at.to_string(),
            line.given.to_string(),
            line.owed.to_string(),
            line.taken.to_string(),
            if line.agrees() { "yes" } else { "no" }.to_owned(),
        ];
        let mut object = serde_json::to_value(line).unwrap_or_default();
        if let Some(fields) = object.as_object_mut() {
            fields.insert("agrees".to_owned(), json!(line.agrees()));
        }
        listing.object(cells, &object);
    }
    listing
}

fn forecast(engine: &Engine, key: PartnerKey, days: u16) -> Result<Listing, Failure> {
    let mut listing = Listing::new(&["block", "left", "ends", "lost"]);
    for end in look::forecast(engine, key, days)? {
        let cells =
            vec![end.block.to_string(), end.remaining.to_string(), end.ends_at.to_string(), end.lost.to_string()];
        listing.object(cells, &end);
    }
    Ok(listing)
}

/// Makes a bill, step by step; goes on with one that was not finished.
fn bill(args: &Args, engine: &Engine, key: PartnerKey, output: &mut Output) -> Result<Exit, Failure> {
    let until = match (args.day, args.week, args.month) {
        (Some(date), _, _) => BillUntil::Day(date),
        (_, Some(date), _) => BillUntil::Week(date),
        (_, _, Some(date)) => BillUntil::Month(date),
        (None, None, None) => return Err(Failure::Usage("--day, --week or --month: say until when".into())),
    };
    let text = format!("{until:?}");
    let id = key.partner.0.to_le_bytes();
    let request = args.request.unwrap_or_else(|| request_ids::derived(&[b"bill", &id, text.as_bytes()]));
    let body = BillPartner { partner: key.partner, until, lines_max: None };
    let command = Command::new(key.program, request, body);
    match engine.execute(&command) {
        // the one before it comes first
        Err(ExecuteError::Refused(Rejection::BillOpen { .. })) => {
            finish_bill(engine, key)?;
            engine.execute(&command)?;
        }
        done => drop(done?),
    }
    finish_bill(engine, key)?;
    looked(engine, |read| bills(read, key))?.last().show(args.csv, output)?;
    Ok(Exit::Done)
}

/// Makes the steps of an open bill until it is whole.
fn finish_bill(engine: &Engine, key: PartnerKey) -> Result<(), Failure> {
    while engine.partner_record(key)?.is_some_and(|record| record.is_billing) {
        let step = ContinueBill { partner: key.partner, lines_max: None };
        let (id, last) = (key.partner.0.to_le_bytes(), engine.last_sequence().0.to_le_bytes());
        let request = request_ids::derived(&[b"bill step", &id, &last]);
        engine.execute(&Command::new(key.program, request, step))?;
    }
    Ok(())
}
