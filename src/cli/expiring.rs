//! `accruedb expiring`: what expires soon, of one member or of all.

use super::database::{Database, OneProgram};
use super::output::{Exit, Failure, Output};
use super::table::{TextTable, grouped};
use crate::domain::keys::{DueKey, Key};
use crate::domain::{Date, MemberId, MemberKey};
use crate::engine::Error;
use crate::report::{Expiring, ExpiringPage, expiring, expiring_of};
use serde_json::json;

/// Shows the points that expire until a day: of one member the sum of each coming date, or of all members, page by page.
///
/// Exit codes: 0 done, 1 no such program, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb expiring --db shop --until 2026-03-31 --limit 500")]
pub(super) struct Args {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    program: OneProgram,
    /// The last day, in the program's zone.
    #[arg(long, value_name = "DATE")]
    until: Date,
    /// Only this member's points.
    #[arg(long)]
    member: Option<MemberId>,
    /// At most this many members on a page.
    #[arg(long, default_value_t = 1000)]
    limit: usize,
    /// Where the page begins: the `next` of the page before.
    #[arg(long, value_name = "CURSOR", value_parser = cursor)]
    from: Option<DueKey>,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let engine = args.database.open_to_look(output)?;
    args.database.remark_on_time(&engine, output)?;
    let (chosen, now) = (args.program.of(&engine)?, engine.now());
    let (id, zone) = (chosen.id, chosen.zone());
    let Some(program) = chosen.program() else {
        output.object(&json!({ "program": id, "rows": [], "next": null }))?;
        output.line(chosen.missing().unwrap_or_default())?;
        return Ok(Exit::Refused);
    };
    let end = args.until.end(&program.settings.zone);
    let end = end.ok_or_else(|| Failure::Usage(format!("--until: {} is out of range", args.until)))?;
    let page = engine.with_snapshot(|read| match args.member {
        Some(member) => {
            let rows = expiring_of(read, program, MemberKey { program: id, member }, (now, end))?;
            Ok(ExpiringPage { rows, next: None })
        }
        None => expiring(read, (id, program), (now, end), (args.from, args.limit)),
    })?;
    let ExpiringPage { rows, next } = page.map_err(Error::from)?;
    let next = next.map(|key| hex(&key));
    let row = |row: &Expiring| json!({ "member": row.member, "point_type": row.point_type, "at": row.at, "points": row.points });
    let objects: Vec<serde_json::Value> = rows.iter().map(row).collect();
    output.object(&json!({ "program": id, "rows": objects, "next": next }))?;
    let mut table = TextTable::new(&["member", "point type", "expires", "points"]);
    for Expiring { member, point_type, at, points } in rows {
        table.row([member.to_string(), point_type.to_string(), at.on_the_wall(&zone), grouped(points.0)]);
    }
    output.line(format!("program {id} (times in {zone})"))?;
    output.table(&table)?;
    next.into_iter().try_for_each(|next| output.line(format!("(more: --from {next})")))?;
    Ok(Exit::Done)
}

fn hex(key: &DueKey) -> String {
    key.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads what [`hex`] writes.
fn cursor(text: &str) -> Result<DueKey, String> {
    let wrong = || "not the `next` of a page".to_owned();
    let digits = text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    let bytes: Option<Vec<u8>> = digits.collect();
    bytes.and_then(|bytes| DueKey::from_bytes(&bytes)).ok_or_else(wrong)
}
