//! The same accruals as a stored procedure of PostgreSQL, where a server is there.

use super::{GROUP, Outcome};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Accruals of the run with a call each: one transaction an accrual, synced, as a platform's own calls are.
const CALLS: u64 = 2_000;

/// Accruals a second in sets of 8,192, and one at a time. `None` where no server answers.
pub(crate) fn rates(accruals: u64) -> Outcome<Option<(f64, f64)>> {
    if psql("select 1").is_err() {
        return Ok(None);
    }
    psql(include_str!("postgres.sql"))?;
    let started = Instant::now();
    psql(&format!("call accruedb_bench.accrue_calls({CALLS})"))?;
    let calls = CALLS as f64 / started.elapsed().as_secs_f64();
    let started = Instant::now();
    psql(&format!("call accruedb_bench.accrue_sets({CALLS}, {accruals}, {GROUP})"))?;
    let sets = accruals as f64 / started.elapsed().as_secs_f64();
    psql("drop schema accruedb_bench cascade")?;
    Ok(Some((sets, calls)))
}

/// Runs statements in the server that the environment names (PGHOST, PGUSER, PGDATABASE, ...).
fn psql(statements: &str) -> Outcome<()> {
    let mut psql = Command::new("psql");
    psql.args(["-Xqw", "-v", "ON_ERROR_STOP=1", "-f", "-"]);
    let mut child = psql.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    child.stdin.take().ok_or("no way to talk to psql")?.write_all(statements.as_bytes())?;
    let output = child.wait_with_output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}
