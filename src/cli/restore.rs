//! `accruedb restore`: a database from a backup, audited before it stands where it is used.

use super::database::Clock;
use super::output::{Exit, Failure, Output};
use super::scratch::Scratch;
use super::{database, verify};
use crate::engine::{Audit, Error, ErrorKind};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Restores a backup.
///
/// Copies it, audits the copy with a replay of its journal, and only then gives it its name. A copy that fails the audit is removed.
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
    if is_there(&args.to)? {
        return Err(Failure::Usage(format!("{} is there already", args.to.display())));
    }
    if !database::exists(&args.from)? {
        return Err(Failure::Usage(format!("there is no backup in {}", args.from.display())));
    }
    database::must_be_outside(&args.to, &args.from)?;
    // it would not be opened; here, it is told before it is copied
    let guard = args.from.join("guard");
    if !is_there(&guard)? {
        return verify::damaged(format!("guard file missing: {}", guard.display()), output);
    }
    let beside = database::beside(&args.to);
    let staging = Scratch::new(beside, ".accruedb-restore-");
    let staging = staging.map_err(|error| failed(&format!("make a directory in {}", beside.display()), &error))?;
    let copy = staging.path().join("db");
    // the copy goes: whoever reads of damage looks for it in the backup
    let in_backup = |what: &str| what.replace(&copy.display().to_string(), &args.from.display().to_string());
    let mut audit = match copy_directory(&args.from, &copy).and_then(|()| audited(&copy, output)) {
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
    let to = args.to.display();
    fs::rename(&copy, &args.to).map_err(|error| failed(&format!("rename {} to {to}", copy.display()), &error))?;
    let stands = format!("restored to {to}, but its name may not survive a loss of power");
    sync(beside).map_err(|error| unavailable(format!("{stands}: {error}")))?;
    output.line(format!("restored to {to}"))?;
    Ok(Exit::Done)
}

fn audited(copy: &Path, output: &Output) -> Result<Audit, Failure> {
    let engine = database::open(copy, database::options(Clock::System), output)?;
    let audit = verify::audit(&engine, copy)?;
    engine.close()?;
    Ok(audit)
}

/// Copies a directory with all that is in it, durably. Never by links: the backup must not change with the database.
fn copy_directory(from: &Path, to: &Path) -> Result<(), Failure> {
    let failed = |error| failed(&format!("copy {} to {}", from.display(), to.display()), &error);
    fs::create_dir(to).map_err(failed)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        copy_entry(&entry.path(), entry.file_type().map_err(failed)?, &to.join(entry.file_name()))?;
    }
    sync(to).map_err(failed)
}

fn copy_entry(from: &Path, kind: fs::FileType, to: &Path) -> Result<(), Failure> {
    if kind.is_dir() {
        return copy_directory(from, to);
    }
    if !kind.is_file() {
        let what = format!("{}: is neither a file nor a directory", from.display());
        return Err(Error { kind: ErrorKind::Corrupt, what }.into());
    }
    // only what it holds: a backup may be write-protected, a database may not
    let copy = || io::copy(&mut File::open(from)?, &mut File::create_new(to)?);
    let copied = copy().and_then(|_| sync(to));
    copied.map_err(|error| failed(&format!("copy {} to {}", from.display(), to.display()), &error))
}

fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Where it cannot be told, a name is not a missing one.
fn is_there(path: &Path) -> Result<bool, Failure> {
    path.try_exists().map_err(|error| failed(&format!("look for {}", path.display()), &error))
}

/// What the system refused. A directory that is not there is the caller's mistake.
fn failed(doing: &str, error: &io::Error) -> Failure {
    let what = format!("cannot {doing}: {error}");
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Failure::Usage(what),
        _ => unavailable(what),
    }
}

fn unavailable(what: String) -> Failure {
    Error { kind: ErrorKind::Unavailable, what }.into()
}
