//! `accruedb demo`: the real purchases of a shop, lived through again.

mod history;
mod partners;
mod tell;

use super::database::{self, Clock};
use super::output::{Exit, Failure, Output};
use super::purchases::{self, Column, Columns, Layout, Purchase};
use crate::domain::Zone;
use crate::engine::{Engine, EngineOptions};
use history::History;
use std::path::{Path, PathBuf};

/// Plays the real purchases of the shop CDNOW, 1997 and 1998, and shows what became of them.
///
/// On their own clock: 10 points per dollar, expiring after 180 days, 500 redeemed whenever a customer has them, some
/// purchases cancelled; a status point per dollar, with the tiers Silver and Gold. One partner buys the points of baskets
/// in blocks, runs out of them, and uses its reserve; another is billed for single CDs once a month; both fund large
/// baskets. Then the outcome, how fast it went, and an audit.
///
/// Exit codes: 0 done, 1 the audit failed, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  accruedb demo --db shop\n\nThe purchases: the 1/10 sample of Fader, Hardie and Lee \
    (Marketing Science 24(2), 2005)."
)]
pub(super) struct Args {
    /// Where to keep the database; there must be none yet. Default: a new temporary folder, which is kept.
    #[arg(long, value_name = "DIR")]
    db: Option<PathBuf>,
}

/// The file that the demo plays.
const PURCHASES: &[u8] = include_bytes!("../../../tests/data/cdnow_sample.csv");
const FILE: &str = "cdnow_sample.csv";

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let db = directory(args.db.as_deref())?;
    let engine = open(&db, database::options(Clock::Commands), output)?;
    let history = History::play(&engine, purchases()?, output)?;
    let audit = super::verify::audit(&engine, &db)?;
    tell::tell(&engine, &history, &audit, &db, output)?;
    engine.close()?;
    Ok(Exit::all(audit.ok()))
}

/// An engine in which the history has been played, and where its database is: for serving it.
#[cfg(feature = "server")]
pub(super) fn played(db: Option<&Path>, output: &mut Output) -> Result<(Engine, PathBuf), Failure> {
    let db = directory(db)?;
    let engine = open(&db, database::options(Clock::Commands), output)?;
    History::play(&engine, purchases()?, output)?;
    Ok((engine, db))
}

fn purchases() -> Result<Vec<Purchase>, Failure> {
    let column = |name: &str| Some(Column::Name(name.to_owned()));
    let columns = Columns {
        customer: column("customer_id"),
        date: column("date"),
        amount: column("dollars"),
        source: column("cds"),
        ..Columns::default()
    };
    let layout = Layout { columns, ..Layout::default() };
    Ok(purchases::read(PURCHASES, FILE, &layout, &Zone::UTC).map_err(Failure::Usage)?.good)
}

fn directory(db: Option<&Path>) -> Result<PathBuf, Failure> {
    match db {
        Some(db) => database::must_be_new(db).map(|()| db.to_owned()),
        None => Ok(tempfile::Builder::new().prefix("accruedb-demo-").tempdir()?.keep()),
    }
}

#[cfg(feature = "rocksdb")]
fn open(db: &Path, options: EngineOptions, output: &Output) -> Result<Engine, Failure> {
    database::open(db, options, output)
}

/// Without a store that keeps anything, the history can be played all the same; it is gone afterwards.
#[cfg(not(feature = "rocksdb"))]
fn open(db: &Path, options: EngineOptions, output: &Output) -> Result<Engine, Failure> {
    output.remark(format!("built without the rocksdb feature: in memory, {} stays empty", db.display()));
    Ok(Engine::open_store(std::sync::Arc::new(crate::storage::memory::MemoryStore::new()), options)?)
}
