//! `accruedb restore`: a database from a backup, audited before it stands where it is used.

use super::database::Clock;
use super::output::{Exit, Failure, Output};
use super::{database, verify};
use crate::engine::{Audit, Error, ErrorKind};
use std::path::{Path, PathBuf};

/// Restores a backup: copies it, audits the copy with a replay of its journal, and only then gives it its name.
///
/// A copy that fails the audit is removed.
///
/// Exit codes: 0 done, 1 the backup is damaged, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb restore /backups/shop-1997-12-31 shop")]
pub(super) struct Args {
    /// The backup.
    from: PathBuf,
    /// The directory of the database; it must not be there yet, nor lie inside of the backup.
    to: PathBuf,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    if args.to.exists() {
        return Err(Failure::Usage(format!("{} is there already", args.to.display())));
    }
    if !database::exists(&args.from)? {
        return Err(Failure::Usage(format!("there is no backup in {}", args.from.display())));
    }
    database::must_be_outside(&args.to, &args.from)?;
    // it would not be opened; here, it is told before it is copied
    let guard = args.from.join("guard");
    if !guard.exists() {
        return verify::damaged(format!("guard file missing: {}", guard.display()), output);
    }
    let beside = args.to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let staging = tempfile::Builder::new().prefix(".accruedb-restore-").tempdir_in(beside)?;
    let copy = staging.path().join("db");
    copy_directory(&args.from, &copy)?;
    // the copy goes: whoever reads of damage looks for it in the backup
    let in_backup = |what: &str| what.replace(&copy.display().to_string(), &args.from.display().to_string());
    let mut audit = match audited(&copy, output) {
        Err(Failure::Engine(Error { kind: ErrorKind::Corrupt, what })) => {
            return verify::damaged(in_backup(&what), output);
        }
        audited => audited?,
    };
    audit.violations.iter_mut().for_each(|violation| *violation = in_backup(violation));
    verify::report(&audit, output)?;
    if !audit.ok() {
        output.line(format!("not restored: {} is damaged", args.from.display()))?;
        return Ok(Exit::Refused);
    }
    std::fs::rename(&copy, &args.to)?;
    std::fs::File::open(beside)?.sync_all()?;
    output.line(format!("restored to {}", args.to.display()))?;
    Ok(Exit::Done)
}

fn audited(copy: &Path, output: &Output) -> Result<Audit, Failure> {
    let engine = database::open(copy, database::options(Clock::System), output)?;
    let audit = verify::audit(&engine, copy)?;
    engine.close()?;
    Ok(audit)
}

/// Copies a directory with all that is in it, durably. Never by links: the backup must not change with the database.
fn copy_directory(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_directory(&entry.path(), &target)?;
        } else {
            // only what it holds: a backup may be write-protected, a database may not
            let mut copied = std::fs::File::create(&target)?;
            std::io::copy(&mut std::fs::File::open(entry.path())?, &mut copied)?;
            copied.sync_all()?;
        }
    }
    std::fs::File::open(to)?.sync_all()
}
