//! `accruedb statement`: what happened to a member's points, newest first, in pages.

use super::database::OneMember;
use super::output::{Exit, Failure, Output};
use super::table::{TextTable, grouped, signed};
use crate::domain::{Entry, MemberKey, Sequence, Subject};
use crate::engine::{Engine, Error};
use crate::report::StatementLine;
use serde_json::json;

/// Shows a member's statement.
///
/// Exit codes: 0 done, 1 no such member, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb statement --db shop 00004 --limit 10 --before 5120")]
pub(super) struct Args {
    #[command(flatten)]
    of: OneMember,
    /// At most this many entries. Those that only booked that nothing was due count, but are not shown.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Only entries before this number, as the end of the page before tells it.
    #[arg(long, value_name = "SEQUENCE")]
    before: Option<u64>,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let (engine, key) = args.of.open(output)?;
    let Some(entries) = page(&engine, key, args.before.map(Sequence), args.limit)? else {
        output.object(&json!({ "member": args.of.member, "enrolled": false }))?;
        output.line(format!("no member {}", args.of.member))?;
        return Ok(Exit::Refused);
    };
    let subject = Subject::Member(key.member);
    let next_before =
        entries.last().filter(|last| last.previous_of(subject) != Some(Sequence(0))).map(|last| last.sequence);
    let statement: Vec<StatementLine> = entries.into_iter().map(|entry| StatementLine::of(entry, key.member)).collect();
    output.object(&json!({
        "member": args.of.member, "enrolled": true, "lines": statement, "next_before": next_before,
    }))?;
    lines(&statement).iter().try_for_each(|line| output.line(line))?;
    let hidden = statement.iter().filter(|line| !is_shown(line)).count();
    if hidden > 0 {
        output.line(format!("(entries that changed nothing, not shown: {hidden})"))?;
    }
    if let Some(next) = next_before {
        output.line(format!("(older ones: --before {next})"))?;
    }
    Ok(Exit::Done)
}

/// Up to `limit` entries of a member, the newest of those before `before` first.
fn page(engine: &Engine, key: MemberKey, before: Option<Sequence>, limit: usize) -> Result<Option<Vec<Entry>>, Error> {
    let Some(before) = before else { return engine.statement(key, None, limit) };
    let mut from = None;
    loop {
        // the chain is walked from its head: a number from outside may be another member's
        let Some(entries) = engine.statement(key, from, 1_000)? else { return Ok(None) };
        if let Some(first) = entries.iter().find(|entry| entry.sequence < before) {
            return engine.statement(key, Some(first.sequence), limit);
        }
        match entries.last().and_then(|last| last.previous_of(Subject::Member(key.member))) {
            None | Some(Sequence(0)) => return Ok(Some(Vec::new())),
            previous => from = previous,
        }
    }
}

/// A statement as a table.
pub(super) fn lines(statement: &[StatementLine]) -> Vec<String> {
    let mut table = TextTable::new(&["entry", "recorded", "what", "points", "available", "reference"]);
    for line in statement.iter().filter(|line| is_shown(line)) {
        let of = |point_type| if line.balances.len() > 1 { format!(" of {point_type}") } else { String::new() };
        let each = |texts: Vec<String>| texts.join(" / ");
        table.row([
            line.sequence.to_string(),
            line.recorded_at.to_string(),
            line.verb.to_owned(),
            each(line.changes.iter().map(|change| signed(change.points) + &of(change.point_type)).collect()),
            each(line.balances.iter().map(|balance| grouped(balance.available.0)).collect()),
            line.reference.as_deref().unwrap_or_default().to_owned(),
        ]);
    }
    table.lines()
}

/// A booking that found nothing left to book changed nothing that a reader could see.
fn is_shown(line: &StatementLine) -> bool {
    line.verb != "book_due" || !line.balances.is_empty()
}
