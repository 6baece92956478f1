//! `accruedb show`: what is inside of a database: programs, point types, partners, members, sources.

use super::database::{Chosen, Database, OneProgram};
use super::lists::{self, Counts};
use super::output::{Exit, Failure, Output};
use super::table::{TextTable, grouped, or_dash};
use super::words::{expiry, word};
use crate::domain::{
    MemberId, MemberKey, PartnerId, PointState, PointType, PointTypeId, Program, ProgramId, Sequence, SourceId,
    Timestamp,
};
use crate::engine::Engine;
use crate::report::{Bucket, By, Liability, liability};
use crate::storage::format;
use serde_json::json;
use std::ops::ControlFlow;

/// Shows what is inside of a database.
///
/// In short: each program with its zone and how much it has, the newest entry, the clock, the size. That counts every
/// item: some millions a second. Lists are in the order of ids, by cursor.
///
/// Exit codes: 0 done, 1 no such program, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb show --db shop\n  accruedb show partners --db shop --limit 20")]
pub(super) struct Args {
    /// What to list.
    #[arg(value_enum)]
    what: Option<What>,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    program: OneProgram,
    /// Only members, partners or sources behind this one: the last of the page before.
    #[arg(long, value_name = "ID")]
    after: Option<String>,
    /// At most this many.
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum What {
    /// Programs, with their zones and rules.
    Programs,
    /// Point types of a program, with their policies.
    PointTypes,
    /// The policies of a program and its point types, one a line.
    Policies,
    /// Partners, with rates and balances.
    Partners,
    /// Members, with what they have.
    Members,
    /// Sources that points were given from, with what became of them.
    Sources,
}

/// Where a list begins, and how long it may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) after: Option<&'a str>,
    pub(super) limit: usize,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let engine = args.database.open_to_look(output)?;
    let Some(what) = args.what else {
        output.line(format!("database {}", args.database.db.display()))?;
        return in_short(&engine, output).map(|()| Exit::Done);
    };
    let program = match what {
        What::Programs => None,
        _ => Some(args.program.of(&engine)?),
    };
    let page = Page { after: args.after.as_deref(), limit: args.limit };
    list(&engine, what, program.as_ref(), page, output).map(|()| Exit::Done)
}

/// Lists things of one kind; of a program, but for the programs themselves.
pub(super) fn list(
    engine: &Engine,
    what: What,
    program: Option<&Chosen>,
    page: Page<'_>,
    output: &mut Output,
) -> Result<(), Failure> {
    let Some(chosen) = program else { return programs(engine, output) };
    let Some(of) = chosen.program() else {
        return Err(Failure::Refused(chosen.missing().unwrap_or_default()));
    };
    match what {
        What::Programs => programs(engine, output),
        What::PointTypes => point_types(of, output),
        What::Policies => policies(chosen.id, of, output),
        What::Partners => partners(engine, chosen.id, page, output),
        What::Members => members(engine, chosen, page, output),
        What::Sources => sources(engine, chosen.id, page, output),
    }
}

/// A size as people say it.
fn size(bytes: u64) -> String {
    if bytes < 10 << 20 {
        format!("{} KiB", grouped(bytes.div_ceil(1 << 10)))
    } else {
        format!("{} MiB", grouped(bytes >> 20))
    }
}

/// All of it in short.
pub(super) fn in_short(engine: &Engine, output: &mut Output) -> Result<(), Failure> {
    let newest = engine.journal(engine.last_sequence(), 1)?.pop();
    let newest_at = newest.as_ref().map(|entry| entry.recorded_at);
    let (now, bytes, entries) = (engine.now(), engine.size_bytes()?, engine.last_sequence());
    output.line(format!("format {}, {} on disk", format::CURRENT, size(bytes)))?;
    output.line(format!("{} entries, the newest of {}", grouped(entries.0), or_dash(newest_at)))?;
    output.line(format!("clock at {now}"))?;
    let head = ["program", "zone", "enrolment", "point types", "partners", "blocks", "sources", "members", "items"];
    let mut table = TextTable::new(&head).may_drop(&["enrolment", "sources", "blocks"]);
    let mut listed = Vec::new();
    for (id, program) in engine.programs()? {
        let counts = lists::counts(engine, id)?;
        let sources = lists::sources(engine, id)?.len();
        listed.push(json!({
            "program": id, "zone": program.settings.zone, "enrolment": program.settings.enrolment,
            "point_types": program.point_types.len(), "sources": sources, "counts": counts,
        }));
        let Counts { members, items, partners, blocks } = counts;
        let figures = [program.point_types.len() as u64, partners, blocks, sources as u64, members, items].map(grouped);
        table.row(
            [id.to_string(), program.settings.zone.to_string(), word(&program.settings.enrolment)]
                .into_iter()
                .chain(figures),
        );
    }
    output.object(&json!({
        "format": format::CURRENT, "size_bytes": bytes, "entries": entries, "newest_at": newest_at, "clock": now,
        "programs": listed,
    }))?;
    output.table(&table)
}

fn programs(engine: &Engine, output: &mut Output) -> Result<(), Failure> {
    let mut table = TextTable::new(&["program", "zone", "enrolment", "never usable", "point types", "of at most"]);
    for (id, program) in engine.programs()? {
        let settings = &program.settings;
        let point_types = &program.point_types;
        output.object(&json!({
            "program": id, "point_types": point_types.keys().collect::<Vec<_>>(), "settings": settings,
        }))?;
        let words = [word(&settings.enrolment), word(&settings.never_usable)];
        let figures = [point_types.len().to_string(), settings.point_types_max.to_string()];
        table.row([id.to_string(), settings.zone.to_string()].into_iter().chain(words).chain(figures));
    }
    output.table(&table)
}

/// A point type in JSON.
#[derive(serde::Serialize)]
struct TypeRow<'a> {
    point_type: PointTypeId,
    #[serde(flatten)]
    settings: &'a PointType,
}

fn point_types(program: &Program, output: &mut Output) -> Result<(), Failure> {
    let mut table = TextTable::new(&["point type", "class", "order of use", "expires", "negative balance"]);
    for (id, kind) in program.point_types.iter().map(|(id, versions)| (id, versions.current())) {
        output.object(&TypeRow { point_type: *id, settings: kind })?;
        let words = [word(&kind.class), word(&kind.order), expiry(&kind.expiry), word(&kind.negative_balance)];
        table.row([id.to_string()].into_iter().chain(words));
    }
    output.table(&table)
}

fn policies(id: ProgramId, program: &Program, output: &mut Output) -> Result<(), Failure> {
    let mut rows: Vec<(String, &str, String)> = Vec::new();
    let whole = format!("program {id}");
    rows.push((whole.clone(), "zone", program.settings.zone.to_string()));
    rows.push((whole.clone(), "enrolment", word(&program.settings.enrolment)));
    rows.push((whole.clone(), "points that could never be used", word(&program.settings.never_usable)));
    rows.push((whole, "point types at most", program.settings.point_types_max.to_string()));
    for (id, kind) in program.point_types.iter().map(|(id, versions)| (id, versions.current())) {
        let of = format!("point type {id}");
        rows.push((of.clone(), "class", word(&kind.class)));
        rows.push((of.clone(), "order of use", word(&kind.order)));
        rows.push((of.clone(), "expiry", expiry(&kind.expiry)));
        rows.push((of, "negative balance", word(&kind.negative_balance)));
    }
    let mut table = TextTable::new(&["of", "policy", "is"]);
    for (of, policy, is) in rows {
        output.object(&json!({ "of": of, "policy": policy, "is": is }))?;
        table.row([of, policy.to_owned(), is]);
    }
    output.table(&table)
}

fn partners(engine: &Engine, program: ProgramId, page: Page<'_>, output: &mut Output) -> Result<(), Failure> {
    let after = page.after.map(number).transpose()?.map(PartnerId);
    let mut found = lists::partners(engine, program, after, page.limit.saturating_add(1))?;
    let more = cut(&mut found, page.limit);
    let head =
        ["partner", "name", "billing", "rates", "rounding", "usable", "open blocks", "debited", "order of debit"];
    let mut table = TextTable::new(&head).may_drop(&["order of debit", "rounding", "rates"]);
    let programs = engine.programs()?;
    for (id, partner) in &found {
        let Some(terms) = programs.get(&program).and_then(|program| program.terms(*id)) else { continue };
        output.object(&json!({
            "partner": id, "name": terms.name, "billing": terms.billing, "rates": terms.rates, "rounding": terms.rounding,
            "order": terms.order, "usable": partner.balance(), "reserve": partner.reserve, "waiting": partner.waiting,
            "pending": partner.pending, "debited": partner.debited, "open_blocks": partner.open_blocks,
        }))?;
        let rates: Vec<String> = terms.rates.iter().map(|(of, rate)| format!("{of}: {rate}")).collect();
        let rates = if rates.is_empty() { "-".to_owned() } else { rates.join(", ") };
        table.row([
            id.to_string(),
            terms.name.to_string(),
            word(&terms.billing),
            rates,
            word(&terms.rounding),
            grouped(partner.balance().0),
            grouped(partner.open_blocks),
            grouped(partner.debited.0),
            word(&terms.order),
        ]);
    }
    output.table(&table)?;
    further(more, found.last().map(|(id, _)| id), output)
}

fn members(engine: &Engine, program: &Chosen, page: Page<'_>, output: &mut Output) -> Result<(), Failure> {
    let bad = |_| Failure::Usage(format!("--after: {} is no member's id", page.after.unwrap_or_default()));
    let after: Option<MemberId> = page.after.map(|after| after.parse().map_err(bad)).transpose()?;
    let mut ids = Vec::new();
    lists::each_member(engine, program.id, after, |member| {
        ids.push(member);
        Ok(if ids.len() > page.limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    let more = cut(&mut ids, page.limit);
    let zone = program.zone();
    let mut table = TextTable::new(&["member", "newest entry", "of", "available", "future", "debt"]);
    for member in &ids {
        let key = MemberKey { program: program.id, member: *member };
        let balances = engine.balances(key)?.unwrap_or_default();
        let newest: Option<(Sequence, Timestamp)> = engine
            .statement(key, None, 1)?
            .and_then(|entries| entries.first().map(|entry| (entry.sequence, entry.recorded_at)));
        output.object(&json!({
            "member": member, "newest_entry": newest.map(|(sequence, _)| sequence), "newest_at": newest.map(|(_, at)| at),
            "balances": balances,
        }))?;
        let each = |points: fn(&crate::domain::Balance) -> i64| {
            let of =
                |point_type: PointTypeId| if balances.len() > 1 { format!("{point_type}: ") } else { String::new() };
            let each = balances.iter().map(|balance| of(balance.point_type) + &grouped(points(balance)));
            each.collect::<Vec<String>>().join(", ")
        };
        table.row([
            member.to_string(),
            or_dash(newest.map(|(sequence, _)| sequence)),
            or_dash(newest.map(|(_, at)| at.on_the_wall(&zone))),
            each(|balance| balance.available.0),
            each(|balance| balance.future.0),
            each(|balance| balance.debt.0),
        ]);
    }
    output.line(format!("members of program {} (times in {zone})", program.id))?;
    output.table(&table)?;
    further(more, ids.last(), output)
}

fn sources(engine: &Engine, program: ProgramId, page: Page<'_>, output: &mut Output) -> Result<(), Failure> {
    let after = page.after.map(number).transpose()?;
    let query = Liability { program, by: By::Source, ..Liability::default() };
    let rows =
        engine.with_snapshot(|read| liability(read, engine.now(), &query))?.map_err(crate::engine::Error::from)?;
    let of = |bucket: Bucket| if let Bucket::Source(source) = bucket { source } else { SourceId(0) };
    let mut rows: Vec<_> = rows.into_iter().map(|row| (of(row.bucket), row)).collect();
    rows.retain(|(source, _)| after.is_none_or(|after| source.0 > after));
    let mut ids: Vec<SourceId> = rows.iter().map(|(source, _)| *source).collect();
    ids.dedup();
    let more = cut(&mut ids, page.limit);
    let mut table = TextTable::new(&["source", "point type", "issued", "redeemed", "expired", "cancelled", "owed"]);
    let last = ids.last().copied();
    for (source, row) in rows.into_iter().filter(|(source, _)| last.is_some_and(|last| *source <= last)) {
        let moved = row.moved;
        output.object(&SourceRow { source, point_type: row.point_type, moved, owed: row.outstanding })?;
        let sums = [
            moved.issued,
            moved.gone(PointState::Redeemed),
            moved.gone(PointState::Expired),
            moved.gone(PointState::Cancelled),
            row.outstanding,
        ];
        // 0 stands for points without a source
        let name = if source == SourceId(0) { "-".to_owned() } else { source.to_string() };
        table.row([name, row.point_type.to_string()].into_iter().chain(sums.map(|sum: i128| grouped(sum))));
    }
    output.table(&table)?;
    further(more, last.as_ref(), output)
}

/// A source in JSON. Its sums may be longer than the numbers of a JSON value in memory: it is written directly.
#[derive(serde::Serialize)]
struct SourceRow {
    source: SourceId,
    point_type: PointTypeId,
    moved: crate::domain::Totals,
    owed: i128,
}

/// Leaves up to `limit`. Returns whether there were more.
fn cut<T>(found: &mut Vec<T>, limit: usize) -> bool {
    let more = found.len() > limit;
    found.truncate(limit);
    more
}

fn further(more: bool, last: Option<&impl ToString>, output: &mut Output) -> Result<(), Failure> {
    match last.filter(|_| more) {
        Some(last) => output.line(format!("(further ones: --after {})", last.to_string())),
        None => Ok(()),
    }
}

fn number(text: &str) -> Result<u32, Failure> {
    text.parse().map_err(|_| Failure::Usage(format!("--after: {text} is no number")))
}
