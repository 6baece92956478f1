//! `accruedb settlement`: receivables, lines, months, refunds and reports of several partners.

use super::database::{Clock, Database, OneProgram};
use super::export::{Cell, csv_line};
use super::output::{Exit, Failure, Output};
use super::settlement_chart;
use super::table::TextTable;
use crate::domain::{
    Date, EventKind, Fault, MemberId, OfferId, OwnerKey, PartnerId, PartnerKey, Posting, Program, ProgramId, RequestId,
    RuleOwner, SchemeId, Subject, Timestamp, Zone,
};
use crate::engine::{Engine, Error};
use crate::report::Page;
use crate::report::settlement::{self, AwardFilter, Dimension, LineRow, Measure, PreviewPage};
use crate::storage::Read;
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::ops::Range;
use std::path::PathBuf;

/// Shows settlements with partners: months, receivables, lines and why, refunds, reports. Amounts are whole minor units.
///
/// Exit codes: 0 done, 1 no such program or run, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb settlement months --db shop --until 2026-12-31 --format chart\n  \
    accruedb settlement months --db shop --until 2026-12-31 --format svg > y.svg\n  \
    accruedb settlement lines --db shop --partner 1 --format csv\n  \
    accruedb settlement report --db shop --by partner --by month --show events \\\n    \
    --show contribution")]
pub(super) struct Args {
    /// The database's directory. It has to be named, before or after the question.
    #[arg(long, value_name = "DIR", global = true)]
    db: Option<PathBuf>,
    /// Where time comes from. `system` is now; `commands` is the time of the newest entry. Default: system.
    #[arg(long, value_enum, value_name = "CLOCK", global = true)]
    clock: Option<Clock>,
    /// The program. Default: the only one there is.
    #[arg(long, value_name = "NUMBER", global = true)]
    program: Option<u32>,
    /// How the rows are shown; `--json` shows objects, one a line.
    #[arg(long, value_enum, default_value_t, global = true)]
    format: Format,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Columns for people.
    #[default]
    Table,
    /// Comma-separated values.
    Csv,
    /// Columns, and a bar for the last figure.
    Chart,
    /// A picture of months, the partners on top of each other (rule C100).
    Svg,
}

/// A time: from the first day to the last, in the program's zone.
#[derive(Debug, clap::Args)]
struct During {
    /// The first day.
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// The last day.
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Settlements by partner and month, of twelve months: debits less credits.
    Months {
        /// Of this partner; without it, of all.
        #[arg(long)]
        partner: Option<u32>,
        /// A day of the last month. Default: today.
        #[arg(long, value_name = "DATE")]
        until: Option<Date>,
    },
    /// The receivables of a partner or a member.
    Receivables {
        #[command(flatten)]
        owner: Owner,
    },
    /// Everything that was posted to the receivables of a partner or a member.
    Postings {
        #[command(flatten)]
        owner: Owner,
        #[command(flatten)]
        during: During,
    },
    /// The settlement report: what settlement posted to a partner's receivables.
    Settled {
        /// The partner.
        #[arg(long)]
        partner: u32,
        #[command(flatten)]
        during: During,
    },
    /// Settled events, each with the rule that was applied.
    Lines {
        /// Of this partner; without it, of all.
        #[arg(long)]
        partner: Option<u32>,
    },
    /// The lines that a run would write now; nothing is changed.
    Preview {
        /// The run's request id.
        run: RequestId,
    },
    /// The executions of a run.
    Run {
        /// The run's request id.
        run: RequestId,
    },
    /// Requests for refunds that wait for the payment gateway.
    Refunds {
        /// At most so many.
        #[arg(long, default_value_t = 1000)]
        limit: usize,
    },
    /// Credit notes that members got for spends at a partner.
    Credits {
        /// The partner.
        #[arg(long)]
        partner: u32,
        #[command(flatten)]
        during: During,
    },
    /// Awards and spends by criteria of your own, with the figures that you want.
    Report(Report),
}

/// Whose receivables.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Owner {
    /// A partner's.
    #[arg(long)]
    partner: Option<u32>,
    /// A member's.
    #[arg(long)]
    member: Option<MemberId>,
}

#[derive(Debug, clap::Args)]
struct Report {
    /// At this partner; may be given several times.
    #[arg(long)]
    partner: Vec<u32>,
    /// Of this scheme; may be given several times.
    #[arg(long)]
    scheme: Vec<u32>,
    /// Of this offer; may be given several times.
    #[arg(long)]
    offer: Vec<u32>,
    /// Of this kind: purchase, spend, cancelled_purchase, cancelled_spend; may be given several times.
    #[arg(long, value_parser = kind)]
    kind: Vec<EventKind>,
    /// What rows are about: partner, member, offer, scheme, kind, brand, medium, month, state, rule.
    #[arg(long)]
    by: Vec<Dimension>,
    /// A figure: events, amount, contribution, host.
    #[arg(long, required = true)]
    show: Vec<Measure>,
    #[command(flatten)]
    during: During,
}

fn kind(word: &str) -> Result<EventKind, String> {
    serde_json::from_value(serde_json::Value::from(word)).map_err(|error| error.to_string())
}

/// Rows with named cells; figures come last.
struct Rows {
    head: Vec<&'static str>,
    cells: Vec<Vec<String>>,
}

/// A row as an object.
struct Object<'a>(&'a [&'static str], &'a [String]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut object = to.serialize_map(Some(self.0.len()))?;
        for (name, cell) in self.0.iter().zip(self.1) {
            match cell.parse::<i128>() {
                Ok(number) if !cell.starts_with('0') || cell == "0" => object.serialize_entry(name, &number)?,
                _ => object.serialize_entry(name, cell)?,
            }
        }
        object.end()
    }
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let Some(db) = args.db.clone() else {
        return Err(Failure::Usage("which database? name its directory with --db".to_owned()));
    };
    let database = Database::in_directory(db, args.clock);
    let engine = database.open_to_look(output)?;
    let chosen = OneProgram::if_named(args.program.map(ProgramId)).of(&engine)?;
    database.remark_on_time(&engine, output)?;
    if let Some(why) = chosen.missing() {
        output.line(why)?;
        return Ok(Exit::Refused);
    }
    let Some(known) = chosen.program() else { return Ok(Exit::Refused) };
    if args.format == Format::Svg {
        let What::Months { partner, until } = &args.what else {
            return Err(Failure::Usage("months are drawn, and nothing else".to_owned()));
        };
        let (now, partner) = (engine.now(), partner.map(PartnerId));
        let last = until.unwrap_or_else(|| now.day_in(&known.settings.zone).date());
        let months = engine.with_snapshot(|read| settlement::months(read, chosen.id, partner, last))?;
        return settlement_chart::svg_of_months(&months.map_err(Error::from)?, now)
            .and_then(|picture| output.exact(picture).map(|()| Exit::Done));
    }
    let Some(rows) = rows(&args.what, &engine, (chosen.id, known))? else {
        output.line("no such run")?;
        return Ok(Exit::Refused);
    };
    show(&rows, args.format, output)?;
    Ok(Exit::Done)
}

fn show(rows: &Rows, format: Format, output: &mut Output) -> Result<(), Failure> {
    rows.cells.iter().try_for_each(|cells| output.object(&Object(&rows.head, cells)))?;
    if format == Format::Csv {
        let cell = |text: &String| match text.parse() {
            Ok(number) => Cell::Number(number),
            Err(_) => Cell::Text(text.clone()),
        };
        let head = rows.head.iter().map(|name| Cell::Text((*name).to_owned()));
        output.exact(csv_line(head).trim_end())?;
        return rows.cells.iter().try_for_each(|cells| output.exact(csv_line(cells.iter().map(cell)).trim_end()));
    }
    let last = |cells: &Vec<String>| cells.last().and_then(|cell| cell.parse::<i128>().ok()).unwrap_or(0);
    let mut table = TextTable::new(&rows.head);
    for cells in &rows.cells {
        match format {
            Format::Chart => table.row_with_bar(cells.clone(), last(cells)),
            _ => table.row(cells.clone()),
        }
    }
    output.table(&table)
}

fn rows(what: &What, engine: &Engine, (id, program): (ProgramId, &Program)) -> Result<Option<Rows>, Failure> {
    let (now, zone) = (engine.now(), &program.settings.zone);
    let look = |read: &dyn Read| -> Result<Option<Rows>, Fault> { rows_of(what, read, (id, zone, now)) };
    Ok(engine.with_snapshot(look)?.map_err(Error::from)?)
}

fn rows_of(
    what: &What,
    read: &dyn Read,
    (program, zone, now): (ProgramId, &Zone, Timestamp),
) -> Result<Option<Rows>, Fault> {
    let partner_key = |partner: u32| PartnerKey { program, partner: PartnerId(partner) };
    let rows = match what {
        What::Months { partner, until } => {
            let last = until.unwrap_or_else(|| now.day_in(zone).date());
            months(&settlement::months(read, program, partner.map(PartnerId), last)?)
        }
        What::Receivables { owner } => receivables(&settlement::receivables(read, owner.key(program))?),
        What::Postings { owner, during } => {
            let all = settlement::postings(read, owner.key(program), during.range(zone))?;
            postings(all.iter().map(|(_, posting)| posting))
        }
        What::Settled { partner, during } => {
            let report = settlement::settlement_report(read, partner_key(*partner), during.range(zone))?;
            let mut rows = postings(report.postings.iter().map(|(_, posting)| posting));
            rows.cells.push(["sum".to_owned(), String::new(), String::new(), report.balance().to_string()].into());
            rows
        }
        What::Lines { partner } => {
            let found = settlement::lines(read, program, partner.map(PartnerId), None);
            lines(&found.collect::<Result<Vec<LineRow>, Fault>>()?)
        }
        What::Preview { run } => match settlement::preview(read, (program, *run), now, PreviewPage::ALL)? {
            Some(found) => lines(&found.lines),
            None => return Ok(None),
        },
        What::Run { run } => {
            let executions = settlement::run_executions(read, program, *run)?;
            if executions.is_empty() {
                return Ok(None);
            }
            let row = |(key, run): &(crate::domain::RunKey, crate::domain::Run)| {
                let due_at = run.due_at.map_or_else(String::new, |at| at.to_string());
                let figures = [run.events.to_string(), run.debits.to_string(), run.credits.to_string()];
                [key.number.to_string(), run.state.code().to_owned(), due_at].into_iter().chain(figures).collect()
            };
            let head = vec!["number", "state", "due_at", "events", "debits", "credits"];
            Rows { head, cells: executions.iter().map(row).collect() }
        }
        What::Refunds { limit } => refunds(&settlement::pending_refunds(read, program, None, *limit)?),
        What::Credits { partner, during } => {
            let all = settlement::partner_credits(read, partner_key(*partner), during.range(zone), Page::ALL)?;
            let row = |(_, credit): &settlement::CreditRow| {
                let (at, reason) = (credit.posted_at.to_string(), credit.cause.code().to_owned());
                vec![credit.member.to_string(), credit.receivable.to_string(), at, reason, credit.amount.to_string()]
            };
            let head = vec!["member", "receivable", "posted_at", "reason", "amount"];
            Rows { head, cells: all.iter().map(row).collect() }
        }
        What::Report(report) => {
            let found = settlement::awards(read, (program, zone), &report.filter(zone), &report.by, &report.show)?;
            let head = report.by.iter().map(|by| by.code()).chain(report.show.iter().map(|show| show.code()));
            let cells = found
                .into_iter()
                .map(|row| row.group.into_iter().chain(row.figures.iter().map(ToString::to_string)).collect());
            Rows { head: head.collect(), cells: cells.collect() }
        }
    };
    Ok(Some(rows))
}

impl Owner {
    fn key(&self, program: ProgramId) -> OwnerKey {
        let partner = Subject::Partner(PartnerId(self.partner.unwrap_or_default()));
        OwnerKey { program, owner: self.member.map_or(partner, Subject::Member) }
    }
}

impl During {
    fn range(&self, zone: &Zone) -> Range<Timestamp> {
        let from = self.from.and_then(|from| from.start(zone)).unwrap_or(Timestamp::MIN);
        let to = self.to.and_then(|to| to.end(zone)).unwrap_or(Timestamp::MAX);
        from..to
    }
}

impl Report {
    fn filter(&self, zone: &Zone) -> AwardFilter {
        let asked = self.during.from.is_some() || self.during.to.is_some();
        AwardFilter {
            partners: self.partner.iter().copied().map(PartnerId).collect(),
            schemes: self.scheme.iter().copied().map(SchemeId).collect(),
            offers: self.offer.iter().copied().map(OfferId).collect(),
            kinds: self.kind.iter().copied().collect(),
            during: asked.then(|| self.during.range(zone)),
        }
    }
}

fn months(all: &[settlement::MonthRow]) -> Rows {
    let row = |row: &settlement::MonthRow| {
        let sums = [row.sums.debits.to_string(), row.sums.credits.to_string(), row.amount().to_string()];
        [row.partner.to_string(), row.month_text()].into_iter().chain(sums).collect()
    };
    Rows { head: vec!["partner", "month", "debits", "credits", "settlement"], cells: all.iter().map(row).collect() }
}

fn receivables(all: &crate::domain::Receivables) -> Rows {
    let row = |account: &crate::domain::Receivable| {
        let standing = if account.standing == crate::domain::Standing::Primary { "primary" } else { "other" };
        let sums = [account.debits.to_string(), account.credits.to_string(), account.balance().to_string()];
        [account.id.to_string(), standing.to_owned()].into_iter().chain(sums).collect()
    };
    let head = vec!["receivable", "standing", "debits", "credits", "balance"];
    Rows { head, cells: all.accounts.iter().map(row).collect() }
}

fn postings<'a>(all: impl Iterator<Item = &'a Posting>) -> Rows {
    let row = |posting: &Posting| {
        let (kind, cause) = (posting.kind.code().to_owned(), posting.cause.code().to_owned());
        vec![kind, cause, posting.posted_at.to_string(), posting.amount.to_string()]
    };
    Rows { head: vec!["posting", "cause", "posted_at", "amount"], cells: all.map(row).collect() }
}

/// Each line explains itself.
fn lines(all: &[LineRow]) -> Rows {
    let row = |row: &LineRow| {
        let (line, rule) = (&row.line, row.line.contribution.rule);
        let owner = rule.map(|rule| match rule.owner {
            RuleOwner::Partner(partner) => format!("partner {partner}"),
            RuleOwner::Group(group) => format!("group {group}"),
        });
        let number = |value: Option<u32>| value.map_or_else(String::new, |value| value.to_string());
        vec![
            row.partner.to_string(),
            line.event.kind.code().to_owned(),
            line.event.request.to_string(),
            line.at.to_string(),
            line.event.member.to_string(),
            owner.unwrap_or_default(),
            number(rule.map(|rule| rule.rule)),
            number(rule.map(|rule| rule.version)),
            rule.map_or("", |rule| rule.priority.code()).to_owned(),
            number(rule.and_then(|rule| rule.period).map(u32::from)),
            line.contribution.percentage.to_string(),
            line.event.amount.to_string(),
            line.host.to_string(),
            line.amount.to_string(),
        ]
    };
    let head = vec![
        "partner",
        "event",
        "request",
        "at",
        "member",
        "agreement",
        "rule",
        "version",
        "priority",
        "period",
        "percentage",
        "award",
        "host",
        "contribution",
    ];
    Rows { head, cells: all.iter().map(row).collect() }
}

fn refunds(all: &[settlement::RefundRow]) -> Rows {
    let row = |(key, refund): &settlement::RefundRow| {
        vec![
            refund.request.to_string(),
            key.place.to_string(),
            key.member.to_string(),
            refund.partner.to_string(),
            refund.provider.to_string(),
            refund.method.to_string(),
            refund.identifier.to_string(),
            refund.requested_at.to_string(),
            refund.amount.to_string(),
        ]
    };
    let head = vec![
        "purchase",
        "place",
        "member",
        "partner",
        "provider",
        "method",
        "identifier_entry",
        "requested_at",
        "amount",
    ];
    Rows { head, cells: all.iter().map(row).collect() }
}
