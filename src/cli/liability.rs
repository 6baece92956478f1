//! `accruedb liability`: what members are owed, by day, month or source.

use super::database::{Database, OneProgram};
use super::output::{Exit, Failure, Output};
use super::table::{TextTable, grouped};
use crate::domain::{Date, Day, PointState, PointTypeId, ProgramId, SourceId, Zone};
use crate::report::{Bucket, By, Liability, LiabilityRow, liability};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// Shows the points that members are owed, and what happened to them.
///
/// What has expired or matured until now is in them, booked or not.
///
/// Exit codes: 0 done, 1 no such program, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb liability --db shop --by month --from 1997-01-01 --to 1997-12-31")]
pub(super) struct Args {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    program: OneProgram,
    /// What a line is about.
    #[arg(long, value_enum, default_value_t)]
    by: Grouping,
    /// The first day, in the program's zone.
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// The last day, in the program's zone.
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// Only points of this source; 0: those without one.
    #[arg(long)]
    source: Option<u32>,
    /// Only points of this type.
    #[arg(long)]
    point_type: Option<u16>,
}

/// What a line of the report is about.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum Grouping {
    Day,
    #[default]
    Month,
    Source,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let mut query = Liability {
        program: ProgramId(0),
        from: args.from.map(|date| day("--from", date)).transpose()?,
        to: args.to.map(|date| day("--to", date)).transpose()?,
        source: args.source.map(SourceId),
        point_type: args.point_type.map(PointTypeId),
        by: match args.by {
            Grouping::Day => By::Day,
            Grouping::Month => By::Month,
            Grouping::Source => By::Source,
        },
    };
    if let (Some(from), Some(to)) = (query.from, query.to)
        && from > to
    {
        return Err(Failure::Usage("--from is after --to".into()));
    }
    let engine = args.database.open_to_look(output)?;
    let program = args.program.of(&engine)?;
    query.program = program.id;
    args.database.remark_on_time(&engine, output)?;
    let programs = engine.programs()?;
    let zone = programs.get(&query.program).map(|program| program.settings.zone.name().to_owned());
    let object = |rows: &[LiabilityRow]| Report {
        program: query.program,
        zone: zone.as_deref(),
        by: word(query.by),
        rows: to_json(rows, query.by),
    };
    if let Some(why) = program.missing() {
        output.object(&object(&[]))?;
        output.line(why)?;
        return Ok(Exit::Refused);
    }
    let rows =
        engine.with_snapshot(|read| liability(read, engine.now(), &query))?.map_err(crate::engine::Error::from)?;
    output.object(&object(&rows))?;
    if let Some(zone) = &zone {
        output.line(format!("program {}, days of {zone}", query.program))?;
    }
    output.table(&table(&rows, query.by))?;
    Ok(Exit::Done)
}

fn day(option: &str, date: Date) -> Result<Day, Failure> {
    let start = date.start(&Zone::UTC).ok_or_else(|| Failure::Usage(format!("{option}: {date} is out of range")))?;
    Ok(start.day())
}

fn word(by: By) -> &'static str {
    match by {
        By::Day => "day",
        By::Month => "month",
        By::Source => "source",
    }
}

/// The report as an object. Its sums may be longer than the numbers of a JSON value in memory: it is written directly.
#[derive(Serialize)]
struct Report<'a> {
    program: ProgramId,
    zone: Option<&'a str>,
    by: &'static str,
    rows: Vec<RowObject>,
}

/// A row as an object, with its day, month or source.
pub(super) struct RowObject(By, LiabilityRow);

impl Serialize for RowObject {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let RowObject(by, LiabilityRow { bucket, point_type, moved, outstanding }) = self;
        let mut object = to.serialize_map(None)?;
        match bucket {
            // a number, as commands have it
            Bucket::Source(source) => object.serialize_entry(word(*by), source)?,
            Bucket::Day(_) | Bucket::Month(..) => object.serialize_entry(word(*by), &bucket.to_string())?,
        }
        object.serialize_entry("point_type", point_type)?;
        for (name, points) in moved.figures().chain([("outstanding", *outstanding)]) {
            object.serialize_entry(name, &points)?;
        }
        object.end()
    }
}

pub(super) fn to_json(rows: &[LiabilityRow], by: By) -> Vec<RowObject> {
    rows.iter().map(|row| RowObject(by, *row)).collect()
}

/// The rows as a table with a bar for what is owed.
pub(super) fn table(rows: &[LiabilityRow], by: By) -> TextTable {
    let head = [word(by), "point type", "issued", "redeemed", "expired", "cancelled", "repaid", "other", "owed"];
    let mut table = TextTable::new(&head).may_drop(&["other", "repaid", "cancelled"]);
    for row in rows {
        let moved = row.moved;
        let [redeemed, expired, cancelled] =
            [PointState::Redeemed, PointState::Expired, PointState::Cancelled].map(|state| moved.gone(state));
        let repaid = moved.gone(PointState::Repaid).saturating_add(moved.gone(PointState::MadeUp));
        // what came in or went otherwise: by transfers, by hand, into another type
        let told = [redeemed, expired, cancelled, repaid].into_iter().fold(moved.issued, i128::saturating_sub);
        let other = moved.outstanding().saturating_sub(told);
        let amounts = [moved.issued, redeemed, expired, cancelled, repaid, other, row.outstanding];
        let amounts = amounts.map(|points: i128| grouped(points));
        let names = [row.bucket.to_string(), row.point_type.to_string()];
        table.row_with_bar(names.into_iter().chain(amounts), row.outstanding);
    }
    table
}
