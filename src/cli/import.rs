//! `accruedb import`: purchases in a CSV file become accruals.

use super::database::{self, Clock, Database, system_now};
use super::input::{Input, unreadable};
use super::output::{Exit, Failure, Output};
use super::posting::{Answer, Earning, IN_FLIGHT_MAX, Latency, RedeemRule, post};
use super::purchases::{self, BadLine, Column, Layout, Purchase, Purchases};
use super::request_ids;
use super::table::grouped;
use crate::domain::{
    AHEAD_HOURS_MAX, Action, Award, Billing, Command, CreatePartner, CreatePointType, CreateProgram, Enrolment, Expiry,
    Leg, NeverUsable, PartnerId, PartnerKey, PointTypeId, Points, Program, ProgramId, Rate, Receipt, Rejection, Span,
    Zone,
};
use crate::engine::{Engine, ExecuteError};
use serde::Serialize;
use serde_json::json;
use std::io::Read;
use std::path::PathBuf;

/// Imports purchases from a CSV file: each line is an accrual of points per unit of money, half away from zero.
///
/// Each line's request id is derived from the file's name (without its folders), the line's number and its text: after
/// a crash the same file can be imported again, and nothing happens twice. Bad and refused lines are named on standard
/// error with their number and column; the others are imported. A line is one purchase: as many columns as the first
/// line has, and no cell with a line break in it.
///
/// Time is that of the purchases (`--clock commands`), which are taken in the order of their dates: points expire
/// between them as they would have. With `--clock system` they are late postings, recorded now.
///
/// Exit codes: 0 done, 1 some lines were bad or refused, or a set-up command was, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb import purchases.csv --db shop --create --expire-days 180 \\\n    \
    --customer-column customer_id --date-column date --amount-column dollars \\\n    \
    --points-per-unit 10 --redeem-at 500")]
pub(super) struct Args {
    /// The file; - is the standard input. Its first line names the columns.
    file: PathBuf,
    #[command(flatten)]
    database: Database,
    /// The name to derive request ids from. Default: the file's; a pipe has none.
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    name: Option<String>,
    /// The column of the member's id, by name or by number from 1.
    #[arg(long, value_name = "COLUMN", default_value = "customer_id")]
    customer_column: Column,
    /// The column of the date.
    #[arg(long, value_name = "COLUMN", default_value = "date")]
    date_column: Column,
    /// The column of the amount of money.
    #[arg(long, value_name = "COLUMN", default_value = "amount")]
    amount_column: Column,
    /// The column of the source's number, if there is one.
    #[arg(long, value_name = "COLUMN")]
    source_column: Option<Column>,
    /// How dates are written, as in strftime, like %d.%m.%Y. Default: 1997-01-31, or an instant in RFC 3339.
    #[arg(long, value_name = "FORMAT")]
    date_format: Option<String>,
    /// What separates the columns.
    #[arg(long, value_name = "CHARACTER", default_value = ",", value_parser = delimiter)]
    delimiter: u8,
    /// Take purchases that are dated more than 24 hours ahead of the system's clock. On the commands' clock they move
    /// the database's time there, and it never goes back; without this, such a line is bad.
    #[arg(long)]
    allow_future: bool,
    /// The program.
    #[arg(long, default_value_t = 1)]
    program: u32,
    /// The kind of points.
    #[arg(long, default_value_t = 1)]
    point_type: u16,
    /// Who pays. Default: the host.
    #[arg(long)]
    partner: Option<u32>,
    /// Points for one unit of money, as a decimal or a fraction.
    #[arg(long, value_name = "RATE")]
    points_per_unit: Rate,
    /// Redeem this many points whenever a member has them: at the end of a day on the file's clock.
    #[arg(long, value_name = "POINTS", value_parser = clap::value_parser!(i64).range(1..))]
    redeem_at: Option<i64>,
    /// Create what is missing: the program (members enrol with their first accrual), the point type, and the partner
    /// (post-paid, one for one). What is there must be as the options say it.
    #[arg(long)]
    create: bool,
    /// With --create: points expire this many days after the purchase. Default: never.
    #[arg(long, value_name = "DAYS", requires = "create", value_parser = clap::value_parser!(u16).range(1..=36_500))]
    expire_days: Option<u16>,
    /// With --create: the program's time zone. Default: UTC.
    #[arg(long, requires = "create")]
    zone: Option<Zone>,
}

impl Args {
    fn clock(&self) -> Clock {
        self.database.clock(Clock::Commands)
    }

    /// Refuses settings that are not those of the program and its point type: nothing would come of them.
    fn check(&self, program: &Program) -> Result<(), Failure> {
        if let Some(zone) = self.zone.as_ref().filter(|zone| **zone != program.zone) {
            let id = self.program;
            return Err(Failure::Usage(format!("--zone is {zone}, but program {id} is there, in {}", program.zone)));
        }
        let expiry = self.expire_days.map(|days| Expiry::After(Span::days(days)));
        let known = program.point_types.get(&PointTypeId(self.point_type)).map(|known| known.expiry);
        match expiry.zip(known) {
            Some((asked, known)) if asked != known => Err(Failure::Usage(format!(
                "points of --expire-days expire {}, but point type {} is there, and its points expire {}",
                words(asked),
                self.point_type,
                words(known)
            ))),
            _ => Ok(()),
        }
    }

    /// Makes lines bad that would move the database's time ahead of the system's: it never goes back.
    fn drop_future(&self, purchases: &mut Purchases) {
        let latest = system_now().saturating_add_hours(AHEAD_HOURS_MAX);
        let ahead = purchases.good.extract_if(.., |purchase| !self.allow_future && purchase.at > latest);
        purchases.bad.extend(ahead.map(|purchase| BadLine {
            line: purchase.line,
            column: Some(self.date_column.to_string()),
            problem: format!("{} is ahead of the system's clock; --allow-future takes it all the same", purchase.at),
        }));
    }
}

/// When points expire.
fn words(expiry: Expiry) -> String {
    match expiry {
        Expiry::Never => "never".to_owned(),
        Expiry::At(instant) => format!("at {instant}"),
        Expiry::On(date) => format!("on {date}"),
        Expiry::After(Span { count, unit }) => format!("after {count} {}", format!("{unit:?}").to_lowercase()),
    }
}

/// A line that the rules refuse.
#[derive(Debug, Serialize)]
struct RefusedLine {
    line: u64,
    refused: Rejection,
}

/// What became of the lines.
#[derive(Debug, Default, Serialize)]
struct Summary {
    purchases: u64,
    accrued: u64,
    points: i128,
    replayed: u64,
    without_points: u64,
    redemptions: u64,
    refused: Vec<RefusedLine>,
    bad: Vec<BadLine>,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let Input { mut bytes, name, .. } = Input::open(&args.file, args.name.as_deref())?;
    if name.is_empty() {
        return Err(Failure::Usage("a pipe has no name to derive request ids from: give --name".to_owned()));
    }
    let mut file = Vec::new();
    bytes.read_to_end(&mut file).map_err(|error| unreadable(&args.file, error))?;
    purchases::check_head(&file, &name, &layout(args)).map_err(Failure::Usage)?;
    if !args.create && !database::exists(&args.database.db)? {
        let db = args.database.db.display();
        return Err(Failure::Usage(format!("there is no database in {db}; --create makes one")));
    }
    let engine = args.database.open(args.clock(), output)?;
    let program = engine.programs()?.remove(&ProgramId(args.program));
    if let Some(program) = &program {
        args.check(program)?;
    }
    let zone = program.map(|program| program.zone).or_else(|| args.zone.clone()).unwrap_or_default();
    let mut purchases = purchases::read(&file, &name, &layout(args), &zone).map_err(Failure::Usage)?;
    if args.clock() == Clock::Commands {
        args.drop_future(&mut purchases);
        purchases.good.sort_by_key(|purchase| (purchase.at, purchase.line));
    }
    if args.create {
        create(args, &engine, &name, purchases.good.first())?;
    }
    let mut latency = Latency::new()?;
    let mut summary = Summary { bad: purchases.bad, ..Summary::default() };
    import(args, &engine, &purchases.good, &mut latency, &mut summary, output)?;
    engine.close()?;
    summary.bad.sort_by_key(|bad| bad.line);
    tell(&summary, &latency, &name, output)?;
    Ok(Exit::all(summary.bad.is_empty() && summary.refused.is_empty()))
}

fn layout(args: &Args) -> Layout {
    Layout {
        customer: args.customer_column.clone(),
        date: args.date_column.clone(),
        amount: args.amount_column.clone(),
        source: args.source_column.clone(),
        date_format: args.date_format.clone(),
        delimiter: args.delimiter,
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() => Ok(*byte),
        _ => Err("one ASCII character, like ; or ,".into()),
    }
}

/// Creates what is missing, dated with the first purchase.
fn create(args: &Args, engine: &Engine, name: &str, first: Option<&Purchase>) -> Result<(), Failure> {
    let id = ProgramId(args.program);
    let point_type = PointTypeId(args.point_type);
    let known = engine.programs()?.remove(&id);
    let mut missing: Vec<Action> = Vec::new();
    if known.is_none() {
        // posted late, points may have expired before they come: they are granted, and lapse
        let never_usable = if args.clock() == Clock::System { NeverUsable::Allow } else { NeverUsable::Refuse };
        let (zone, enrolment) = (args.zone.clone().unwrap_or_default(), Enrolment::OnFirstAccrual);
        missing.push(CreateProgram { zone, enrolment, never_usable, ..CreateProgram::default() }.into());
    }
    if known.is_none_or(|program| !program.point_types.contains_key(&point_type)) {
        let expiry = args.expire_days.map_or(Expiry::Never, |days| Expiry::After(Span::days(days)));
        missing.push(CreatePointType { point_type, expiry, ..CreatePointType::default() }.into());
    }
    if let Some(partner) = args.partner.map(PartnerId)
        && engine.partner(PartnerKey { program: id, partner })?.is_none()
    {
        let rates = [(point_type, Rate::ONE)].into();
        let billing = Billing::PostPaid;
        missing.push(CreatePartner { partner, billing, rates, ..CreatePartner::default() }.into());
    }
    for action in missing {
        let what = crate::report::verb(&action);
        let key = [args.program, u32::from(args.point_type), args.partner.unwrap_or_default()].map(u32::to_le_bytes);
        let request = request_ids::derived(&[b"create", name.as_bytes(), what.as_bytes(), key.as_flattened()]);
        let command = Command { transaction_at: first.map(|first| first.at), ..Command::new(id, request, action) };
        engine.execute(&command).map_err(|error| match error {
            ExecuteError::Refused(rejection) => Failure::Refused(format!("{what} is refused: {rejection}")),
            failed @ ExecuteError::Failed(_) => failed.into(),
        })?;
    }
    Ok(())
}

/// Accrues and redeems, some purchases at a time.
fn import(
    args: &Args,
    engine: &Engine,
    purchases: &[Purchase],
    latency: &mut Latency,
    summary: &mut Summary,
    output: &Output,
) -> Result<(), Failure> {
    let (program, point_type) = (ProgramId(args.program), PointTypeId(args.point_type));
    let partner = args.partner.map(PartnerId);
    let earning = Earning { program, point_type, partner, points_per_unit: args.points_per_unit };
    let rule = args.redeem_at.map(|points| RedeemRule { program, point_type, points: Points(points) });
    let by_day = rule.is_some() && args.clock() == Clock::Commands;
    let bar = output.bar("importing", Some(purchases.len() as u64));
    for part in purchases.chunk_by(|a, b| !by_day || a.at.day() == b.at.day()) {
        for window in part.chunks(IN_FLIGHT_MAX) {
            let (lines, commands) = accruals(args, &earning, window, summary);
            let answers = post(engine, &commands, latency)?;
            lines.iter().zip(&answers).for_each(|(line, answer)| summary.count(*line, answer));
            if let Some(rule) = &rule {
                let redeemed = rule.redeem(engine, rule.earners(&commands, &answers), &mut Latency::new()?)?;
                let is_new = |answer: &&Answer| matches!(answer, Answer::Done(Receipt { replayed: false, .. }));
                summary.redemptions = summary.redemptions.saturating_add(redeemed.iter().filter(is_new).count() as u64);
            }
            bar.inc(window.len() as u64);
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// The accruals of some purchases, with their lines. Those that give no point are only counted.
fn accruals(args: &Args, earning: &Earning, window: &[Purchase], summary: &mut Summary) -> (Vec<u64>, Vec<Command>) {
    let mut commands = Vec::new();
    for purchase in window {
        match earning.points(purchase.amount) {
            Some(Points(0)) => summary.without_points = summary.without_points.saturating_add(1),
            Some(points) => {
                let award = Award { source: purchase.source, ..Award::new(earning.point_type, points) };
                let accrual = earning.accrual(purchase.customer, award, purchase.request, purchase.at);
                commands.push((purchase.line, accrual.reference(format!("line {}", purchase.line))));
            }
            None => summary.bad.push(BadLine {
                line: purchase.line,
                column: Some(args.amount_column.to_string()),
                problem: format!("{} gives more points than there can be", purchase.amount_text),
            }),
        }
    }
    summary.purchases = summary.purchases.saturating_add(window.len() as u64);
    commands.into_iter().unzip()
}

impl Summary {
    fn count(&mut self, line: u64, answer: &Answer) {
        match answer {
            Answer::Done(Receipt { replayed: true, .. }) => self.replayed = self.replayed.saturating_add(1),
            Answer::Done(receipt) => {
                self.accrued = self.accrued.saturating_add(1);
                let granted = receipt.legs.iter().map(|leg| match leg {
                    Leg::Granted { points, .. } => *points,
                    _ => Points::ZERO,
                });
                self.points = self.points.saturating_add(granted.sum());
            }
            Answer::Refused(rejection) => self.refused.push(RefusedLine { line, refused: *rejection }),
        }
    }
}

fn tell(summary: &Summary, latency: &Latency, name: &str, output: &mut Output) -> Result<(), Failure> {
    for bad in &summary.bad {
        output.remark(format!("{name}, {bad}"));
    }
    for RefusedLine { line, refused } in &summary.refused {
        output.remark(format!("{name}, line {line}: refused: {refused}"));
    }
    output.object(&json!({ "file": name, "summary": summary, "speed": latency.to_json() }))?;
    let counts = [
        ("purchases read", summary.purchases),
        ("accrued", summary.accrued),
        ("done before", summary.replayed),
        ("too small for a point", summary.without_points),
        ("redemptions", summary.redemptions),
        ("refused lines", summary.refused.len() as u64),
        ("bad lines", summary.bad.len() as u64),
    ];
    for (what, count) in counts {
        output.line(format!("{what:22}{:>12}", grouped(count)))?;
    }
    output.line(format!("{:22}{:>12}", "points given", grouped(summary.points)))?;
    output.line(latency.line())
}
