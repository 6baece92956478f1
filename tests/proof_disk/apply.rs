//! `accruedb` as a child process: runs to its end, perhaps under a tracer that fails its system calls.

use super::machine::ended;
use super::oracle::Oracle;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::time::Duration;

/// Far more than a command of these tests takes on a slow machine.
const LIMIT: Duration = Duration::from_secs(120);

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// `None` where a signal ended it, or it hung and was killed.
    pub(crate) code: Option<i32>,
    pub(crate) hung: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    /// It ended by itself, and not by a panic; or it was not even loaded.
    pub(crate) fn decently(&self) -> bool {
        !self.hung && matches!(self.code, Some(0..=3 | 127)) && !self.err.contains("panicked")
    }

    /// Notes the answers of `accruedb apply`, whose lines were the commands of these numbers.
    pub(crate) fn tell(&self, oracle: &mut Oracle, numbers: &[u128]) {
        for line in self.out.lines() {
            oracle.hear(line, |line| numbers[line as usize - 1]);
        }
    }
}

/// Runs `accruedb` with these arguments, as the argument of `wrapped` where that names a program.
pub(crate) fn accruedb(wrapped: &[String], arguments: &[&str], db: &Path) -> Ended {
    let own = env!("CARGO_BIN_EXE_accruedb").to_owned();
    let mut words = wrapped.iter().chain([&own]);
    let mut process = Process::new(words.next().unwrap());
    process.args(words).args(arguments).arg("--db").arg(db);
    run(process)
}

/// Runs a process to its end; what it says goes through files, so that nothing is lost when it is killed.
pub(crate) fn run(mut process: Process) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let [out, err] = ["out", "err"].map(|name| folder.path().join(name));
    process.stdin(Stdio::null()).stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap());
    let mut child = process.spawn().unwrap();
    let status = ended(&mut child, LIMIT);
    let said = |path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    Ended { code: status.and_then(|status| status.code()), hung: status.is_none(), out: said(&out), err: said(&err) }
}
