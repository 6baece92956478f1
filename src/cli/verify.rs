//! `accruedb verify`: the audit of a database.

use super::database::{self, Database};
use super::output::{Exit, Failure, Output};
use super::scratch::Scratch;
use super::table::grouped;
use crate::engine::{Audit, Engine, Error, ErrorKind};
use crate::storage::Store;
use crate::storage::memory::MemoryStore;
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;

/// Audits a database.
///
/// The journal is whole and unedited, the laws hold, the indexes match, and replaying the journal gives the same state.
///
/// Exit codes: 0 all is well, 1 something is damaged or broken, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb verify --db shop --json")]
pub(super) struct Args {
    #[command(flatten)]
    database: Database,
    /// Leaves out the replay of the journal, which takes about as long as the history took to write.
    #[arg(long)]
    no_replay: bool,
}

/// Longer histories are replayed on disk.
const REPLAYED_IN_MEMORY_MAX: u64 = 1_000_000;

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let engine = match args.database.open_existing(output) {
        Err(Failure::Engine(Error { kind: ErrorKind::Corrupt, what })) => return damaged(what, output),
        opened => opened?,
    };
    let audit = if args.no_replay { engine.verify(None)? } else { audit(&engine, &args.database.db)? };
    report(&audit, output)?;
    Ok(Exit::all(audit.ok()))
}

/// Damage that keeps the database from being opened.
pub(super) fn damaged(what: String, output: &mut Output) -> Result<Exit, Failure> {
    output.line(format!("NOT OK: {what}"))?;
    output.object(&Verdict {
        ok: false,
        entries: None,
        violations: &[what],
        violations_total: 1,
        ..Verdict::default()
    })?;
    Ok(Exit::Refused)
}

/// Audits an engine with a replay: in memory, or of a long history in a directory beside the database `db`.
pub(super) fn audit(engine: &Engine, db: &Path) -> Result<Audit, Failure> {
    if engine.last_sequence().0 <= REPLAYED_IN_MEMORY_MAX {
        return Ok(engine.verify(Some(Arc::new(MemoryStore::new())))?);
    }
    let scratch = Scratch::new(database::beside(db), ".accruedb-verify-")?;
    // the scratch folder itself is locked, so that nobody removes it meanwhile
    Ok(engine.verify(Some(store_in(&scratch.path().join("db"))?))?)
}

#[cfg(feature = "rocksdb")]
fn store_in(directory: &Path) -> Result<Arc<dyn Store>, Error> {
    use crate::storage::rocks::{RocksOptions, RocksStore};
    Ok(Arc::new(RocksStore::open(directory, RocksOptions::default())?))
}

#[cfg(not(feature = "rocksdb"))]
fn store_in(_: &Path) -> Result<Arc<dyn Store>, Error> {
    Ok(Arc::new(MemoryStore::new()))
}

/// Says what an audit found.
pub(super) fn report(audit: &Audit, output: &mut Output) -> Result<(), Failure> {
    output.object(&Verdict::from(audit))?;
    lines(audit).iter().try_for_each(|line| output.line(line))
}

/// What an audit found, for machines.
#[derive(Debug, Default, Serialize)]
pub(super) struct Verdict<'a> {
    ok: bool,
    entries: Option<u64>,
    digest: Option<&'a str>,
    chain: Option<&'a str>,
    replayed: bool,
    violations: &'a [String],
    violations_total: u64,
}

impl<'a> From<&'a Audit> for Verdict<'a> {
    fn from(audit: &'a Audit) -> Verdict<'a> {
        Verdict {
            ok: audit.ok(),
            entries: Some(audit.entries),
            digest: Some(&audit.digest),
            chain: Some(&audit.chain),
            replayed: audit.replayed,
            violations: &audit.violations,
            violations_total: audit.violations_total,
        }
    }
}

/// What an audit found, for people. The journal's last hash is left out: it tells how commands were grouped, too.
pub(super) fn lines(audit: &Audit) -> Vec<String> {
    let (verdict, replay) = (if audit.ok() { "ok" } else { "NOT OK" }, if audit.replayed { "" } else { ", no replay" });
    let mut lines = vec![
        format!("{verdict}: {} entries, {} violations{replay}", grouped(audit.entries), audit.violations_total),
        format!("digest {}", audit.digest),
    ];
    lines.extend(audit.violations.iter().map(|violation| format!("  {violation}")));
    lines
}
