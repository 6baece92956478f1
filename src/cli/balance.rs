//! `accruedb balance`: what a member has, now or at a past instant.

use super::database::OneMember;
use super::output::{Exit, Failure, Output};
use super::table::{TextTable, grouped};
use crate::domain::{Date, Timestamp, Zone};
use serde_json::json;

/// Shows a member's balances.
///
/// Exit codes: 0 done, 1 no such member, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb balance --db shop 00004 --as-of 1997-06-30T12:00:00Z")]
pub(super) struct Args {
    #[command(flatten)]
    of: OneMember,
    /// As shown at this instant (RFC 3339) or at the end of this day (UTC). Default: now.
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    as_of: Option<Timestamp>,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let (engine, key) = args.of.open(output)?;
    let at = args.as_of.unwrap_or_else(|| engine.now());
    let balances = match args.as_of {
        Some(at) => engine.balances_as_of(key, at)?,
        None => {
            args.of.remark_on_time(&engine, output)?;
            engine.balances(key)?
        }
    };
    output
        .object(&json!({ "member": args.of.member, "at": at, "enrolled": balances.is_some(), "balances": balances }))?;
    let Some(balances) = balances else {
        output.line(format!("no member {} at {at}", args.of.member))?;
        return Ok(Exit::Refused);
    };
    output.line(format!("member {} at {at}", args.of.member))?;
    let mut table = TextTable::new(&["point type", "available", "qualifying", "future", "held", "debt", "lifetime"]);
    for balance in balances {
        let amounts =
            [balance.available, balance.qualifying, balance.future, balance.held, balance.debt, balance.lifetime];
        let amounts = amounts.map(|points| grouped(points.0));
        table.row(std::iter::once(balance.point_type.to_string()).chain(amounts));
    }
    table.lines().iter().try_for_each(|line| output.line(line))?;
    Ok(Exit::Done)
}

/// An instant, or the last millisecond of a day.
fn instant(text: &str) -> Result<Timestamp, String> {
    let end = |date: Date| date.end(&Zone::UTC).and_then(|end| Timestamp::from_ms(end.ms().saturating_sub(1)));
    match text.parse::<Date>().ok().and_then(end) {
        Some(end) => Ok(end),
        None => text.parse().map_err(|error: crate::domain::TimeError| error.to_string()),
    }
}
