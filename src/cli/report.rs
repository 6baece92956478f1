//! `accruedb report`: reports about sources: what is owed, what became of it, by day, what expires, deferred revenue. As
//! a table, as comma-separated values, or as one JSON object. A chart takes the same [`Sheet`].

use super::database::{Database, OneProgram};
use super::export::{Cell, csv_line};
use super::output::{Exit, Failure, Output};
use super::report_chart::Drawn;
use super::sheet::Sheet;
use super::table::TextTable;
use crate::chart::Form;
use crate::domain::{
    Date, Day, PointState, PointTypeId, Program, ProgramId, SourceId, SubtypeId, Timestamp, Totals, Zone,
};
use crate::engine::{Engine, Error};
use crate::report::{
    AsOf, CohortRow, Filter, Grouping, Preset, Series, SourceDay, cohort, expiry_curve, outstanding, revenue,
    source_report,
};
use crate::storage::Read;
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// Shows a report about points by their sources. Days are those of the program's zone, which the head names.
///
/// What has expired or matured until then is in it, booked or not.
///
/// Exit codes: 0 done, 1 no such program, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb report source --db shop --range last-month --csv")]
pub(super) struct Args {
    /// Which.
    #[arg(value_enum)]
    kind: Kind,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    program: OneProgram,
    /// A range by name: last-7-days, last-30-days, last-month, this-month.
    #[arg(long, value_name = "RANGE", conflicts_with_all = ["from", "to"])]
    range: Option<String>,
    /// The first day.
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// The last day.
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// As of the end of a day, or of an instant: the report as it was then. Default: now.
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
    /// Only points of this source; 0: those without one. May be given several times.
    #[arg(long)]
    source: Vec<u32>,
    /// Only points of this type. May be given several times.
    #[arg(long)]
    point_type: Vec<u16>,
    /// Only points of this subtype. May be given several times.
    #[arg(long)]
    subtype: Vec<u16>,
    /// A line for each subtype.
    #[arg(long)]
    by_subtype: bool,
    /// For deferred: what a point is worth, in the smallest unit of money, per thousand points.
    #[arg(long, default_value_t = 1000)]
    value: u32,
    /// For deferred: how many of a thousand points are expected to be redeemed. Default: as many as of those whose fate
    /// is settled.
    #[arg(long)]
    redeemed_per_mille: Option<u16>,
    /// Comma-separated values.
    #[arg(long)]
    csv: bool,
    /// Also draws the report into a file, as SVG.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Bars instead of a table.
    #[arg(long, conflicts_with = "csv")]
    chart: bool,
}

/// A report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// Points owed, by source.
    Liability,
    /// What became of the points that were issued in the range, by source.
    Cohort,
    /// Issued, redeemed, expired by day; daily and summed up.
    Source,
    /// Points that expire, by day.
    Expiry,
    /// Revenue that was deferred for the points issued in the range, by source.
    Deferred,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let engine = args.database.open_to_look(output)?;
    args.database.remark_on_time(&engine, output)?;
    let chosen = args.program.of(&engine)?;
    let Some(program) = chosen.program() else {
        output.line(chosen.missing().unwrap_or_default())?;
        return Ok(Exit::Refused);
    };
    let asked = args.asked((chosen.id, program), engine.now())?;
    let sheet = asked.sheet(args, &engine)?;
    let zone = program.settings.zone.name();
    let drawn = args.drawn(format!("as of {}, days of {zone}", asked.now));
    if let Some(to) = &args.svg {
        drawn.write(&sheet, to)?;
    }
    if args.csv {
        output.raw(&csv_line(sheet.columns.iter().map(|name| Cell::Text((*name).into()))))?;
        return sheet.rows.into_iter().try_for_each(|row| output.raw(&csv_line(row))).map(|()| Exit::Done);
    }
    output.object(&json!({ "program": chosen.id, "zone": zone, "rows": objects(&sheet) }))?;
    output.line(format!("program {}, days of {zone}", chosen.id))?;
    if args.chart {
        drawn.show(&sheet, output)?;
        return Ok(Exit::Done);
    }
    let mut table = TextTable::new(&sheet.columns);
    sheet.rows.iter().for_each(|row| table.row(row.iter().map(Cell::shown)));
    output.table(&table)?;
    Ok(Exit::Done)
}

/// Each row as an object. A sum beyond 64 bits is a text.
fn objects(sheet: &Sheet) -> Vec<Value> {
    let value = |cell: &Cell| match cell {
        Cell::Text(text) => json!(text),
        Cell::Number(number) | Cell::Signed(number) => {
            i64::try_from(*number).map_or_else(|_| json!(number.to_string()), |number| json!(number))
        }
    };
    let object = |row: &Vec<Cell>| {
        let fields = sheet.columns.iter().zip(row).map(|(name, cell)| ((*name).to_owned(), value(cell)));
        Value::Object(fields.collect::<Map<String, Value>>())
    };
    sheet.rows.iter().map(object).collect()
}

/// What is asked for, read.
struct Asked {
    program: ProgramId,
    now: Timestamp,
    from: Option<Day>,
    to: Option<Day>,
    as_of: AsOf,
    filter: Filter,
    grouping: Grouping,
}

impl Args {
    /// How the report is drawn.
    fn drawn(&self, dated: String) -> Drawn<'static> {
        let (title, axis, series, figures, form): (_, _, _, &[&str], _) = match self.kind {
            Kind::Liability => ("Points owed", "source", Some("point type"), &["owed"], Form::StackedBars),
            Kind::Cohort => ("Points issued", "source", None, &["issued", "redeemed", "expired", "left"], Form::Bars),
            Kind::Source => {
                let sums = &["issued, summed up", "redeemed, summed up", "expired, summed up"];
                ("Issued, redeemed, expired", "day", None, sums, Form::Steps)
            }
            Kind::Expiry => ("Points that expire", "day", Some("point type"), &["expires"], Form::StackedBars),
            Kind::Deferred => ("Deferred revenue", "source", None, &["recognised", "liability"], Form::StackedBars),
        };
        Drawn { title, dated, axis, series, figures, form }
    }

    fn asked(&self, (id, program): (ProgramId, &Program), now: Timestamp) -> Result<Asked, Failure> {
        let zone = &program.settings.zone;
        let day = |date: Option<Date>| date.and_then(|date| date.start(&Zone::UTC)).map(Timestamp::day);
        let (mut from, mut to) = (day(self.from), day(self.to));
        if let Some(name) = &self.range {
            let preset: Preset = name.parse().map_err(|what| Failure::Usage(format!("--range {name:?}: {what}")))?;
            let range = preset.range(now, zone);
            (from, to) = (Some(range.start.day_in(zone)), Some(range.end.last_day_before(zone)));
        }
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            return Err(Failure::Usage("--from is after --to".into()));
        }
        let (as_of, now) = match &self.as_of {
            None => (AsOf::At(now), now),
            Some(text) => {
                let date = text.parse::<Date>().ok();
                // points that can be used until midnight have expired by then
                let at_end = date.and_then(|date| date.end(zone));
                let by_day = day(date).map(AsOf::Day).zip(at_end);
                let instant = text.parse::<Timestamp>().ok().map(|at| (AsOf::At(at), at));
                let wrong = || Failure::Usage(format!("--as-of {text:?}: neither a date nor an instant"));
                let (as_of, at) = instant.or(by_day).ok_or_else(wrong)?;
                (as_of, at.min(now))
            }
        };
        let filter = Filter {
            sources: self.source.iter().copied().map(SourceId).collect(),
            point_types: self.point_type.iter().copied().map(PointTypeId).collect(),
            subtypes: self.subtype.iter().copied().map(SubtypeId).collect(),
        };
        let grouping = if self.by_subtype { Grouping::Subtype } else { Grouping::SourceAndType };
        Ok(Asked { program: id, now, from, to, as_of, filter, grouping })
    }
}

impl Asked {
    fn sheet(&self, args: &Args, engine: &Engine) -> Result<Sheet, Failure> {
        let sheet = engine.with_snapshot(|read| match args.kind {
            Kind::Liability => self.liability(read),
            Kind::Cohort => self.cohorts(read).map(|rows| cohort_sheet(&rows)),
            Kind::Source => self.by_day(read),
            Kind::Expiry => self.expiry(read),
            Kind::Deferred => self.cohorts(read).map(|rows| deferred_sheet(&rows, args)),
        })?;
        Ok(sheet.map_err(Error::from)?)
    }

    fn liability(&self, read: &dyn Read) -> Result<Sheet, crate::domain::Fault> {
        let kinds = (&self.filter, self.grouping);
        let rows = outstanding(read, self.now, (self.program, self.as_of), kinds)?;
        let rows = rows.iter().map(|row| series_cells(row.series).chain([Cell::Number(row.points)]).collect());
        Ok(Sheet { columns: vec!["source", "point type", "subtype", "owed"], rows: rows.collect() })
    }

    fn cohorts(&self, read: &dyn Read) -> Result<Vec<CohortRow>, crate::domain::Fault> {
        cohort(read, self.now, (self.program, self.from, self.to), (&self.filter, self.grouping))
    }

    fn by_day(&self, read: &dyn Read) -> Result<Sheet, crate::domain::Fault> {
        source_report(read, self.now, (self.program, self.from, self.to), &self.filter).map(|days| by_day_sheet(&days))
    }

    fn expiry(&self, read: &dyn Read) -> Result<Sheet, crate::domain::Fault> {
        let rows = expiry_curve(read, self.now, (self.program, self.to), &self.filter)?;
        let rows = rows.iter().map(|row| {
            let names = [row.day.to_string(), row.source.to_string(), row.point_type.to_string()];
            names.into_iter().map(Cell::Text).chain([Cell::Number(row.points)]).collect()
        });
        Ok(Sheet { columns: vec!["day", "source", "point type", "expires"], rows: rows.collect() })
    }
}

/// What happened by day: daily, and summed up (rule E56).
pub(super) fn by_day_sheet(days: &[SourceDay]) -> Sheet {
    let rows = days.iter().map(|day| {
        let cells = [Cell::Text(day.day.to_string())].into_iter().chain(issued_redeemed_expired(&day.daily));
        cells.chain(issued_redeemed_expired(&day.cumulative)).chain(adjusted(&day.daily)).collect()
    });
    let columns = vec![
        "day",
        "issued",
        "redeemed",
        "expired",
        "issued, summed up",
        "redeemed, summed up",
        "expired, summed up",
        "adjusted in",
        "adjusted out",
    ];
    Sheet { columns, rows: rows.collect() }
}

fn series_cells(series: Series) -> impl Iterator<Item = Cell> {
    let names = [series.source.to_string(), series.point_type.to_string(), series.subtype.to_string()];
    names.into_iter().map(Cell::Text)
}

fn issued_redeemed_expired(totals: &Totals) -> impl Iterator<Item = Cell> + use<> {
    let [redeemed, expired] = [PointState::Redeemed, PointState::Expired].map(|state| totals.gone(state));
    [totals.issued, redeemed, expired].map(Cell::Number).into_iter()
}

/// Points that were given by hand, and those that were taken.
fn adjusted(totals: &Totals) -> [Cell; 2] {
    [totals.adjusted_in, totals.gone(PointState::Adjusted)].map(Cell::Number)
}

fn cohort_sheet(rows: &[CohortRow]) -> Sheet {
    let mut columns = vec!["source", "point type", "subtype"];
    columns.extend(Totals::NONE.figures().map(|(name, _)| name));
    columns.push("left");
    let row = |row: &CohortRow| {
        let figures = row.fate.figures().map(|(_, points)| points).chain([row.left()]);
        series_cells(row.series).chain(figures.map(Cell::Number)).collect()
    };
    Sheet { columns, rows: rows.iter().map(row).collect() }
}

/// Deferred revenue: the value of what was issued and not taken back, and how much of it has become revenue.
fn deferred_sheet(rows: &[CohortRow], args: &Args) -> Sheet {
    let columns = vec![
        "source",
        "point type",
        "subtype",
        "issued",
        "redeemed",
        "expected",
        "deferred",
        "recognised",
        "liability",
    ];
    let cells = |row: &CohortRow| -> Option<Vec<Cell>> {
        let [redeemed, expired, cancelled] =
            [PointState::Redeemed, PointState::Expired, PointState::Cancelled].map(|state| row.fate.gone(state));
        let issued = row.fate.issued.checked_sub(cancelled)?;
        let learned = || revenue::redeemed_per_mille(redeemed, expired).unwrap_or(1000);
        let per_mille = args.redeemed_per_mille.map_or_else(learned, i128::from);
        let expected = revenue::expected_redemptions(issued, redeemed, per_mille)?;
        let deferred = revenue::worth(issued, args.value.into())?;
        let recognised = revenue::recognised(deferred, redeemed, expected).unwrap_or(0);
        let figures = [issued, redeemed, expected, deferred, recognised, deferred.checked_sub(recognised)?];
        Some(series_cells(row.series).chain(figures.map(Cell::Number)).collect())
    };
    Sheet { columns, rows: rows.iter().filter_map(cells).collect() }
}
