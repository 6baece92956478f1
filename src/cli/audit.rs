//! `accruedb audit`: the audit log of points, as a table, CSV or JSON Lines.

use super::database::{Database, OneProgram};
use super::export::{Cell, csv_line};
use super::output::{Exit, Failure, Output};
use super::table::TextTable;
use crate::domain::{Date, MemberId, PointTypeId, ProgramId, SourceId, SubtypeId, Timestamp, Zone};
use crate::look::EngineAudit;
use crate::report::{AuditClock, AuditId, AuditKind, AuditLine, AuditQuery, Preset, audit};

/// Shows what happened to points, newest first: every issue, redemption, expiry, transfer, cancellation.
///
/// Days are UTC. What became of added points so far stands beside them. With `--json` one object a line; with `--csv` all
/// lines that match, for a spreadsheet: texts that it would run as a formula are quoted.
///
/// Exit codes: 0 done, 1 no such program, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb audit --db shop --source 5 --range last-30-days --csv")]
pub(super) struct Args {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    program: OneProgram,
    /// A range by name: last-7-days, last-30-days, last-month, this-month.
    #[arg(long, value_name = "RANGE", conflicts_with_all = ["from", "to"])]
    range: Option<String>,
    /// The first day (UTC).
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// The last day (UTC).
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// Days are those on which it happened, not those on which it was recorded.
    #[arg(long)]
    occurred: bool,
    /// Only points of this type; may be given several times.
    #[arg(long)]
    point_type: Vec<u16>,
    /// Only points of this source; 0: those without one. May be given several times.
    #[arg(long)]
    source: Vec<u32>,
    /// Only points of this subtype; may be given several times.
    #[arg(long)]
    subtype: Vec<u16>,
    /// Only this type of transaction, like issuance or redemption. May be given several times.
    #[arg(long = "type", value_name = "TYPE")]
    kind: Vec<String>,
    /// Only points of this member.
    #[arg(long)]
    member: Option<MemberId>,
    /// Only with this reference.
    #[arg(long)]
    reference: Option<String>,
    /// Only lines that hold this text somewhere.
    #[arg(long)]
    text: Option<String>,
    /// At most this many lines; 0: all.
    #[arg(long, default_value_t = 100)]
    limit: usize,
    /// Only lines before this one, as the end of the page before tells it.
    #[arg(long, value_name = "LINE")]
    before: Option<String>,
    /// Comma-separated values.
    #[arg(long)]
    csv: bool,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let engine = args.database.open_to_look(output)?;
    let program = args.program.of(&engine)?;
    if let Some(missing) = program.missing() {
        output.line(missing)?;
        return Ok(Exit::Refused);
    }
    let mut query = AuditQuery { before: args.before()?, ..args.query(program.id, engine.now())? };
    let mut left = if args.limit == 0 { usize::MAX } else { args.limit };
    let mut table = TextTable::new(&HEAD.map(|(name, _)| name)).may_drop(&MAY_GO);
    if args.csv {
        output.raw(&csv_line(HEAD.iter().map(|(_, name)| Cell::Text((*name).into()))))?;
    }
    while left > 0 && !output.is_closed() {
        query.limit = left.min(1_000);
        let page = audit(&EngineAudit::new(&engine), &query)?;
        left = left.saturating_sub(page.lines.len());
        for line in &page.lines {
            match (args.csv, output.is_json()) {
                (true, _) => output.raw(&csv_line(cells(line)))?,
                (false, true) => output.json_line(line)?,
                (false, false) => table.row(cells(line).map(|cell| cell.shown())),
            }
        }
        query.before = page.next;
        if page.next.is_none() {
            break;
        }
    }
    if !args.csv {
        output.table(&table)?;
        if let Some(next) = query.before {
            output.line(format!("(older ones: --before {next})"))?;
        }
    }
    Ok(Exit::Done)
}

impl Args {
    fn before(&self) -> Result<Option<AuditId>, Failure> {
        self.before.as_deref().map(|text| read("--before", text)).transpose()
    }

    fn query(&self, program: ProgramId, now: Timestamp) -> Result<AuditQuery, Failure> {
        let bound = |option: &str, at: Option<Timestamp>| {
            at.ok_or_else(|| Failure::Usage(format!("{option}: the date is out of range")))
        };
        let (mut from, mut to) = (None, None);
        if let Some(date) = self.from {
            from = Some(bound("--from", date.start(&Zone::UTC))?);
        }
        if let Some(date) = self.to {
            to = Some(bound("--to", date.end(&Zone::UTC))?);
        }
        if let Some(name) = &self.range {
            let range = read::<Preset>("--range", name)?.range(now, &Zone::UTC);
            (from, to) = (Some(range.start), Some(range.end));
        }
        let kinds: Result<Vec<AuditKind>, Failure> = self.kind.iter().map(|kind| read("--type", kind)).collect();
        Ok(AuditQuery {
            from,
            to,
            clock: if self.occurred { AuditClock::Occurred } else { AuditClock::Recorded },
            point_types: self.point_type.iter().copied().map(PointTypeId).collect(),
            sources: self.source.iter().copied().map(SourceId).collect(),
            subtypes: self.subtype.iter().copied().map(SubtypeId).collect(),
            kinds: kinds?,
            member: self.member,
            reference: self.reference.as_deref().map(Into::into),
            text: self.text.as_deref().map(Into::into),
            ..AuditQuery::of(program)
        })
    }
}

/// An option's value.
fn read<T: std::str::FromStr<Err = &'static str>>(option: &str, text: &str) -> Result<T, Failure> {
    text.parse().map_err(|what| Failure::Usage(format!("{option} {text:?}: {what}")))
}

/// Columns that go where the terminal is narrow, the least important first.
const MAY_GO: [&str; 13] = [
    "recorded",
    "actor",
    "subtype",
    "debt",
    "moved",
    "what",
    "cancelled",
    "expired",
    "spent",
    "left",
    "item",
    "source",
    "point type",
];

/// The columns: as a table has them, and as a file does.
const HEAD: [(&str, &str); 19] = [
    ("line", "audit_log_id"),
    ("occurred", "occurred_at"),
    ("recorded", "recorded_at"),
    ("type", "transaction_type"),
    ("what", "reference_type"),
    ("member", "user_id"),
    ("point type", "point_account"),
    ("source", "point_source"),
    ("subtype", "subtype"),
    ("item", "item"),
    ("points", "modification"),
    ("debt", "debt"),
    ("spent", "amount_spent"),
    ("expired", "amount_expired"),
    ("cancelled", "amount_cancelled"),
    ("moved", "amount_moved"),
    ("left", "left"),
    ("reference", "reference_id"),
    ("actor", "actor"),
];

fn cells(line: &AuditLine) -> impl Iterator<Item = Cell> {
    let text = |text: Option<String>| Cell::Text(text.unwrap_or_default());
    let fate = |pick: fn(&crate::report::Fate) -> i64| {
        line.fate.as_ref().map_or_else(|| Cell::Text(String::new()), |fate| Cell::Number(pick(fate).into()))
    };
    [
        Cell::Text(line.id.to_string()),
        Cell::Text(line.occurred_at.to_string()),
        Cell::Text(line.recorded_at.to_string()),
        Cell::Text(line.transaction_type.code().into()),
        Cell::Text(line.reference_type.into()),
        text(line.member.map(|id| id.to_string())),
        text(line.point_type.map(|id| id.to_string())),
        text(line.source.map(|id| id.to_string())),
        text(line.subtype.map(|id| id.to_string())),
        text(line.item.map(|id| id.to_string())),
        Cell::Signed(line.modification.into()),
        Cell::Signed(line.debt.into()),
        fate(|fate| fate.amount_spent.0),
        fate(|fate| fate.amount_expired.0),
        fate(|fate| fate.amount_cancelled.0),
        fate(|fate| fate.amount_moved.0),
        fate(|fate| fate.left.0),
        text(line.reference.as_deref().map(str::to_owned)),
        Cell::Text(line.actor.to_string()),
    ]
    .into_iter()
}
