//! `accruedb balance`: what a member has, now or at a past instant.

use super::database::OneMember;
use super::output::{Exit, Failure, Output};
use super::table::{TextTable, grouped};
use crate::domain::{Balance, Date, Program, TimeError, Timestamp, Zone};
use crate::report::LabelBalance;
use serde_json::json;
use std::str::FromStr;

/// Shows a member's balances.
///
/// Exit codes: 0 done, 1 no such member, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb balance --db shop 00004 --as-of 1997-06-30T12:00:00Z")]
pub(super) struct Args {
    #[command(flatten)]
    of: OneMember,
    /// As shown at this instant (RFC 3339) or at the end of this day, in the program's zone. Default: now.
    #[arg(long, value_name = "WHEN")]
    as_of: Option<AsOf>,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let (engine, program, key) = args.of.open(output)?;
    let zone = program.zone();
    let as_of = args.as_of.map(|as_of| as_of.instant(&zone)).transpose()?;
    let at = as_of.unwrap_or_else(|| engine.now());
    let balances = match as_of {
        Some(at) => engine.balances_as_of(key, at)?,
        None => {
            args.of.remark_on_time(&engine, output)?;
            engine.balances(key)?
        }
    };
    output.object(&json!({
        "member": args.of.member, "program": key.program, "at": at, "enrolled": balances.is_some(),
        "balances": balances.as_deref().unwrap_or_default(),
        "labels": by_label(program.program(), balances.as_deref().unwrap_or_default()),
    }))?;
    let when = format!("at {} {zone}", at.on_the_wall(&zone));
    let Some(balances) = balances else {
        output.line(format!("{} {when}", args.of.unknown(&program)))?;
        return Ok(Exit::Refused);
    };
    output.line(format!("member {} {when}", args.of.member))?;
    let labels = by_label(program.program(), &balances);
    let has_labels = labels.iter().any(|sum| !sum.label.is_empty());
    let head = ["point type", "label", "available", "qualifying", "future", "held", "debt", "lifetime"];
    let mut table = TextTable::new(&head.into_iter().filter(|name| has_labels || *name != "label").collect::<Vec<_>>());
    for balance in &balances {
        let label = labels.iter().find(|sum| sum.point_types.contains(&balance.point_type));
        let label = label.map(|sum| sum.label.to_string()).filter(|_| has_labels);
        table.row([Some(balance.point_type.to_string()), label].into_iter().flatten().chain(amounts(balance)));
    }
    output.table(&table)?;
    let shared = labels.iter().filter(|sum| !sum.label.is_empty() && sum.point_types.len() > 1);
    for sum in shared {
        let (available, qualifying) = (grouped(sum.available), grouped(sum.qualifying));
        output.line(format!("{} in all: {available} available, {qualifying} qualifying", sum.label))?;
    }
    Ok(Exit::Done)
}

/// The balances of each label together.
fn by_label(program: Option<&Program>, balances: &[Balance]) -> Vec<LabelBalance> {
    program.map(|program| crate::report::by_label(program, balances)).unwrap_or_default()
}

/// The figures of a balance, in the order of the table's head.
pub(super) fn amounts(balance: &Balance) -> [String; 6] {
    [balance.available, balance.qualifying, balance.future, balance.held, balance.debt, balance.lifetime]
        .map(|points| grouped(points.0))
}

/// An instant, or the end of a day.
#[derive(Debug, Clone, Copy)]
pub(super) enum AsOf {
    Instant(Timestamp),
    Day(Date),
}

impl AsOf {
    /// The instant that is meant: of a day, its last millisecond in the program's zone.
    pub(super) fn instant(self, zone: &Zone) -> Result<Timestamp, Failure> {
        match self {
            AsOf::Instant(instant) => Ok(instant),
            AsOf::Day(date) => {
                let end = date.end(zone).and_then(|end| Timestamp::from_ms(end.ms().saturating_sub(1)));
                end.ok_or_else(|| Failure::Usage(format!("--as-of: {date} is out of range")))
            }
        }
    }
}

impl FromStr for AsOf {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<AsOf, TimeError> {
        let not_a_day = match text.parse() {
            Ok(day) => return Ok(AsOf::Day(day)),
            Err(error) => error,
        };
        let has_time = text.contains(['T', 't', ':']);
        text.parse().map(AsOf::Instant).map_err(|not_an_instant| if has_time { not_an_instant } else { not_a_day })
    }
}
