//! `accruedb what-if`: the same history under other rules: what would be owed, what would expire, when partners would run
//! out. On a copy, made by asking an empty database for all that this one was asked for.

use super::apply;
use super::database::{self, Database, OneProgram};
use super::input::text_of;
use super::output::{Exit, Failure, Output};
use super::scratch::Scratch;
use super::table::{TextTable, grouped, signed};
use crate::domain::{Command, PartnerId, PartnerKey, PointState, ProgramId, Timestamp, Totals};
use crate::engine::{ClockSource, Engine, EngineOptions, Error};
use crate::look;
use crate::report::{self, AsOf, Filter, Grouping, expiry_curve, outstanding, source_report};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Shows what would be owed, what would expire, and when partners would run out, if some definitions were others.
///
/// All that was asked of the database is asked again of an empty one in a temporary folder, with the changes before the
/// first entry that was recorded at --from or later; what was refused is asked again, too. The database itself is only
/// read. Takes as long as the work itself.
///
/// Exit codes: 0 done, 1 no such program, 2 wrong call, 3 engine error, or a change that is refused.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: what it would mean if points had expired after 30 days since February:\n  \
    echo '{\"program\":1,\"kind\":\"edit_point_type\",\"point_type\":1,\
    \"expiry\":{\"kind\":\"after\",\"span\":{\"count\":30,\"unit\":\"days\"}}}' > changes.jsonl\n  \
    accruedb what-if changes.jsonl --db shop --from 2026-02-01T00:00:00Z")]
pub(super) struct Args {
    /// The changes, one command as JSON a line. A request id is not needed; one that is given must be new to the database.
    changes: PathBuf,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    program: OneProgram,
    /// From this instant on. Default: from the newest entry on.
    #[arg(long, value_name = "WHEN")]
    from: Option<Timestamp>,
    /// Partners go on as in so many days.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=3660))]
    days: i64,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let changes = changes(args)?;
    let engine = args.database.open_to_look(output)?;
    let chosen = args.program.of(&engine)?;
    if let Some(why) = chosen.missing() {
        output.line(why)?;
        return Ok(Exit::Refused);
    }
    let program = chosen.id;
    let scratch = Scratch::new(&std::env::temp_dir(), "accruedb-what-if-")?;
    let options = EngineOptions { clock: ClockSource::Commands, sweep_every: None, ..EngineOptions::default() };
    let other = database::open(&scratch.path().join("db"), options, output)?;
    let found = engine.what_if(&other, (args.from.unwrap_or(Timestamp::MAX), &changes))?;
    let now = engine.now();
    let [is, would] = [&engine, &other].map(|engine| figures(engine, program, now, args.days));
    let (is, would) = (is?, would?);
    let mut table = TextTable::new(&["", "is", "would be", "difference"]);
    let mut rows = Vec::new();
    let names: std::collections::BTreeSet<&String> = is.numbers.keys().chain(would.numbers.keys()).collect();
    for name in names {
        let [is, would] = [&is, &would].map(|of| of.numbers.get(name).copied().unwrap_or_default());
        let difference = would.saturating_sub(is);
        table.row([name.clone(), grouped(is), grouped(would), signed(difference)]);
        rows.push(json!({ "what": name, "is": is.to_string(), "would_be": would.to_string() }));
    }
    let ends: std::collections::BTreeSet<&String> = is.ends.keys().chain(would.ends.keys()).collect();
    for name in ends {
        let [is, would] = [&is, &would].map(|of| of.ends.get(name).map_or("-".to_owned(), Timestamp::to_string));
        table.row([name.clone(), is.clone(), would.clone(), String::new()]);
        rows.push(json!({ "what": name, "is": is, "would_be": would }));
    }
    let (done, refused, newly) = (found.done, found.newly_refused, found.newly_done);
    output.object(&json!({ "as_of": now, "rows": rows, "newly_refused": refused, "newly_done": newly }))?;
    output.line(format!("program {program}, as of {now}"))?;
    output.table(&table)?;
    output.line(format!("{done} commands again; {refused} would be refused, {newly} would not"))?;
    Ok(Exit::Done)
}

fn changes(args: &Args) -> Result<Vec<Command>, Failure> {
    let shown = args.changes.display();
    let text = text_of(&args.changes).map_err(|what| Failure::Usage(format!("{shown}: {what}")))?;
    let name = args.changes.file_name().unwrap_or_default().to_string_lossy();
    let lines = text.lines().zip(1u64..).filter(|(line, _)| !line.trim().is_empty());
    let command = |(line, number): (&str, u64)| {
        // ids that no line of `apply` has
        apply::parse(&format!("what-if {name}"), number, line.as_bytes())
            .map_err(|what| Failure::Usage(format!("{shown}, line {number}: {what}")))
    };
    lines.map(command).collect()
}

/// What is compared: numbers of points, and when partners run out.
struct Figures {
    numbers: BTreeMap<String, i128>,
    ends: BTreeMap<String, Timestamp>,
}

fn figures(engine: &Engine, program: ProgramId, now: Timestamp, days: i64) -> Result<Figures, Failure> {
    let all = Filter::default();
    let mut found = Figures { numbers: BTreeMap::new(), ends: BTreeMap::new() };
    let look = engine.with_snapshot(|read| {
        let kinds = (&all, Grouping::default());
        let owed = outstanding(read, now, (program, AsOf::At(now)), kinds)?;
        let days = source_report(read, now, (program, None, None), &all)?;
        let curve = expiry_curve(read, now, (program, None), &all)?;
        Ok::<_, crate::domain::Fault>((owed, days, curve))
    })?;
    let (owed, history, curve) = look.map_err(Error::from)?;
    let numbers = &mut found.numbers;
    let mut add = |name: String, points: i128| {
        let sum = numbers.entry(name).or_default();
        *sum = sum.saturating_add(points);
    };
    owed.iter().for_each(|row| add(format!("owed, type {}", row.series.point_type), row.points));
    let sums = history.last().map_or(Totals::NONE, |day| day.cumulative);
    add("issued".into(), sums.issued);
    add("redeemed".into(), sums.gone(PointState::Redeemed));
    add("expired".into(), sums.gone(PointState::Expired));
    for row in curve {
        let date = row.day.date();
        add(format!("expires in {:04}-{:02}", date.year(), date.month()), row.points);
    }
    let from = now.saturating_add_hours(days.saturating_mul(-24));
    for (partner, _) in engine.partners(program, PartnerId(0), usize::MAX)? {
        let key = PartnerKey { program, partner };
        let lines = look::uses_during(engine, key, from..Timestamp::MAX)?;
        let taken = lines.iter().map(|line| line.taken).fold(0, i128::saturating_add);
        let open = engine.open_blocks(key, usize::MAX)?;
        let ends = report::forecast(&open, now, (taken, now.ms().saturating_sub(from.ms())));
        if let Some(last) = ends.last() {
            found.ends.insert(format!("partner {partner} runs out"), last.ends_at);
        }
    }
    Ok(found)
}
