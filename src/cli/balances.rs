//! `accruedb balances`: the balances of all members, as a table, CSV or JSON Lines, by cursor.

use super::balance::{AsOf, amounts};
use super::database::{Chosen, Database, OneProgram};
use super::export::{Cell, csv_line};
use super::lists;
use super::output::{Exit, Failure, Output};
use super::table::TextTable;
use crate::domain::{Balance, MemberId, MemberKey, Timestamp};
use crate::engine::Engine;
use std::ops::ControlFlow;

/// Shows the balances of all members.
///
/// One line is one member and point type, in the order of the members' ids. A table ends after 100 members and names the last one, to go on from there; CSV and JSON Lines go to the end.
///
/// Exit codes: 0 done, 1 no such program, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb balances --db shop --csv --as-of 1997-12-31 > balances.csv")]
pub(super) struct Args {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    program: OneProgram,
    /// As shown at this instant (RFC 3339) or at the end of this day, in the program's zone. Default: now.
    #[arg(long, value_name = "WHEN")]
    as_of: Option<AsOf>,
    /// Only points of this type.
    #[arg(long, value_name = "NUMBER")]
    point_type: Option<u16>,
    /// Only members behind this one: the last of the page before.
    #[arg(long, value_name = "MEMBER")]
    after: Option<MemberId>,
    /// At most this many members. Default: 100 for a table, else all.
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// As CSV, with a head.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

const HEAD: [&str; 8] = ["member", "point type", "available", "qualifying", "future", "held", "debt", "lifetime"];
/// Members of a table, unless it is said how many.
const TABLE_MEMBERS: u64 = 100;

/// Where the lines go.
enum To {
    Table(TextTable),
    Csv,
    JsonLines,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let engine = args.database.open_to_look(output)?;
    let program = args.program.of(&engine)?;
    if let Some(why) = program.missing() {
        return Err(Failure::Refused(why));
    }
    let as_of = args.as_of.map(|as_of| as_of.instant(&program.zone())).transpose()?;
    if as_of.is_none() {
        args.database.remark_on_time(&engine, output)?;
    }
    let mut to = match output.is_json() {
        true => To::JsonLines,
        false if args.csv => To::Csv,
        false => To::Table(TextTable::new(&HEAD).may_drop(&["held", "qualifying", "future", "lifetime"])),
    };
    if let To::Csv = to {
        output.raw(&csv_line(HEAD.map(|name| Cell::Text(name.replace(' ', "_")))))?;
    }
    let default = if let To::Table(_) = to { TABLE_MEMBERS } else { u64::MAX };
    let last = list(args, &engine, &program, as_of, default, &mut to, output)?;
    let To::Table(table) = to else { return Ok(Exit::Done) };
    let (at, zone) = (as_of.unwrap_or_else(|| engine.now()), program.zone());
    output.line(format!("program {} at {} {zone}", program.id, at.on_the_wall(&zone)))?;
    output.table(&table)?;
    if let Some(last) = last {
        output.line(format!("(further members: --after {last})"))?;
    }
    Ok(Exit::Done)
}

/// Puts out the members' balances. Gives the last member, where there are further ones.
fn list(
    args: &Args,
    engine: &Engine,
    program: &Chosen,
    as_of: Option<Timestamp>,
    default: u64,
    to: &mut To,
    output: &mut Output,
) -> Result<Option<MemberId>, Failure> {
    let mut left = args.limit.unwrap_or(default);
    let (mut last, mut has_more) = (args.after, false);
    lists::each_member(engine, program.id, args.after, |member| {
        if left == 0 || output.is_closed() {
            has_more = true;
            return Ok(ControlFlow::Break(()));
        }
        let key = MemberKey { program: program.id, member };
        let balances = match as_of {
            Some(at) => engine.balances_as_of(key, at)?,
            None => engine.balances(key)?,
        };
        // one who was enrolled later is not counted, but passed
        let Some(balances) = balances else { return Ok(ControlFlow::Continue(())) };
        let asked_for = |balance: &&Balance| args.point_type.is_none_or(|only| only == balance.point_type.0);
        for balance in balances.iter().filter(asked_for) {
            put(member, balance, to, output)?;
        }
        (left, last) = (left.saturating_sub(1), Some(member));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(last.filter(|_| has_more))
}

fn put(member: MemberId, balance: &Balance, to: &mut To, output: &mut Output) -> Result<(), Failure> {
    match to {
        To::Table(table) => {
            table.row([member.to_string(), balance.point_type.to_string()].into_iter().chain(amounts(balance)));
            Ok(())
        }
        To::Csv => {
            let Balance { member: _, point_type, available, qualifying, future, held, debt, lifetime } = *balance;
            let amounts = [available, qualifying, future, held, debt, lifetime];
            let numbers = [i128::from(point_type.0)].into_iter().chain(amounts.map(|points| points.0.into()));
            let cells = [Cell::Text(member.to_string())].into_iter().chain(numbers.map(Cell::Number));
            output.raw(&csv_line(cells))
        }
        To::JsonLines => output.json_line(&Balance { member, ..*balance }),
    }
}
