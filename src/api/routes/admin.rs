//! Running the server: the clock, backup, audit, checkpoint, metrics.

use super::super::books::{LastAudit, is_name};
use super::super::call::{Answer, Call};
use super::super::context::Context;
use super::super::json::{Bad, object, typed};
use super::super::params::{Kind, Param};
use super::super::problem::Problem;
use super::super::route::{Access, Body, Bounded, Route, Shape};
use super::super::token::Scope;
use super::super::views::value;
use crate::domain::Timestamp;
use crate::engine::{Audit, ClockSource, ErrorKind};
use crate::storage::memory::MemoryStore;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

const REPLAY: &[Param] =
    &[Param::new("replay", Kind::Word(&["yes", "no"]), "Whether the journal is replayed in memory. Default: no.")];

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route::get("/v1/clock", "get_clock", Shape::Object(|g| g.subschema_for::<Clock>()), get_clock)
        .of_program(Bounded::Fits).of_partner(Bounded::Fits)
        .about("The engine's time."),
    Route::post("/v1/clock", "move_clock", Scope::Admin, Shape::Object(|g| g.subschema_for::<Clock>()), move_clock)
        .takes(Body::Object(|g| g.subschema_for::<MoveClock>()))
        .about("Moves the commands' clock forward, for tests. Not on the system's clock."),
    Route::post("/v1/admin/checkpoint", "checkpoint", Scope::Admin, Shape::Object(|g| g.subschema_for::<Standing>()), checkpoint)
        .long()
        .about("Brings all that happened until now into the tables."),
    Route::post("/v1/admin/sweep", "sweep", Scope::Admin, Shape::Object(|g| g.subschema_for::<Swept>()), sweep)
        .long()
        .about("Books everything that is due by now: expired and matured points, holds that timed out, settlement runs. The server does so by itself on the system's clock; on the commands' clock it is asked to."),
    Route::post("/v1/admin/verify", "verify", Scope::Admin, Shape::Object(|g| g.subschema_for::<Verdict>()), verify)
        .with(REPLAY).long()
        .about("Audits the database: the journal's chain, the laws, the indexes; with `replay=yes`, that the journal gives the same state."),
    Route::post("/v1/admin/backup", "backup", Scope::Admin, Shape::Object(|g| g.subschema_for::<Standing>()), backup)
        .takes(Body::Object(|g| g.subschema_for::<Backup>())).long()
        .about("Copies the database, consistent as of now, below the server's folder for backups."),
    Route::get("/metrics", "get_metrics", Shape::Text("application/openmetrics-text"), get_metrics)
        .access(Access::Needs(Scope::Admin))
        .about("Counters for Prometheus, in its text format."),
];

/// The engine's time.
#[derive(Serialize, JsonSchema)]
struct Clock {
    now: Timestamp,
    /// `system` or `commands`.
    source: &'static str,
}

/// Where the clock is to be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MoveClock {
    /// An instant; one that is past changes nothing.
    to: Timestamp,
}

/// The name of a backup.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Backup {
    /// Letters, digits, `-` and `_`; up to 64. There must be no such backup yet.
    name: String,
}

/// How far the journal reaches.
#[derive(Serialize, JsonSchema)]
struct Standing {
    /// The number of the newest entry.
    last_sequence: u64,
    /// Bytes that the database takes.
    size_bytes: u64,
}

/// What was booked.
#[derive(Serialize, JsonSchema)]
struct Swept {
    /// How many members, partners and runs something was booked of.
    booked: u64,
}

/// What an audit found.
#[derive(Serialize, JsonSchema)]
struct Verdict {
    ok: bool,
    entries: u64,
    digest: String,
    chain: String,
    replayed: bool,
    violations: Vec<String>,
    violations_total: u64,
}

/// Longer histories are replayed by the command line, not in the memory of a server.
const REPLAYED_MAX: u64 = 1_000_000;

fn get_clock(context: &Context, _: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let source = if context.clock == ClockSource::System { "system" } else { "commands" };
    Ok(Answer::Object(value(&Clock { now: context.engine.now(), source })))
}

fn move_clock(context: &Context, call: &Call, body: &[u8]) -> Result<Answer, Problem> {
    let MoveClock { to } = typed(&Value::Object(object(body)?))?;
    if context.clock == ClockSource::System {
        return Err(Problem::new("clock_not_movable", "the server runs on the system's clock"));
    }
    context.engine.advance_to(to)?;
    get_clock(context, call, body)
}

fn standing(context: &Context) -> Result<Answer, Problem> {
    let (last_sequence, size_bytes) = (context.engine.last_sequence().0, context.engine.size_bytes()?);
    Ok(Answer::Object(value(&Standing { last_sequence, size_bytes })))
}

fn checkpoint(context: &Context, _: &Call, _: &[u8]) -> Result<Answer, Problem> {
    context.engine.checkpoint()?;
    standing(context)
}

fn verify(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let is_replayed = call.query.get("replay").is_some_and(|replay| replay == "yes");
    if is_replayed && context.engine.last_sequence().0 > REPLAYED_MAX {
        let detail = format!("more than {REPLAYED_MAX} entries: replay a backup with `accruedb verify`");
        return Err(Problem::new("not_possible", detail));
    }
    let scratch = is_replayed.then(|| Arc::new(MemoryStore::new()) as Arc<dyn crate::storage::Store>);
    let audit = context.engine.verify(scratch)?;
    let ok = audit.ok();
    let Audit { entries, digest, chain, replayed, violations, violations_total } = audit;
    let last = LastAudit { at: call.head.at, ok, entries, digest: digest.clone(), violations_total };
    *context.audited.lock() = Some(last);
    Ok(Answer::Object(value(&Verdict { ok, entries, digest, chain, replayed, violations, violations_total })))
}

fn sweep(context: &Context, _: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let booked = context.engine.book_due()?;
    Ok(Answer::Object(value(&Swept { booked })))
}

fn backup(context: &Context, _: &Call, body: &[u8]) -> Result<Answer, Problem> {
    let Backup { name } = typed(&Value::Object(object(body)?))?;
    if !is_name(&name) {
        let what = "expected 1 to 64 letters, digits, - and _".to_owned();
        return Err(Bad { pointer: "/name".to_owned(), what }.into());
    }
    let Some(folder) = &context.backups else {
        return Err(Problem::new("not_possible", "the server was started without --backups"));
    };
    context.engine.backup(&folder.join(&name)).map_err(|error| match error.kind {
        ErrorKind::Unavailable => Problem::new("not_possible", "no backup of this name could be made; see the log"),
        _ => error.into(),
    })?;
    standing(context)
}

fn get_metrics(context: &Context, _: &Call, _: &[u8]) -> Result<Answer, Problem> {
    Ok(Answer::Text {
        media_type: "application/openmetrics-text; version=1.0.0; charset=utf-8",
        body: context.metrics(),
    })
}
