//! RocksDB's errors, as faults.

use crate::domain::{Fault, FaultKind};
use rocksdb::{Error, ErrorKind};

/// RocksDB's error, as a fault that keeps its text: RocksDB names the file.
pub(super) fn fault(doing: &str, error: Error) -> Fault {
    let kind = error.kind();
    let text = error.into_string();
    // RocksDB has no kinds of its own for these two.
    let is_lock = text.contains("While lock file") || text.contains("lock hold by current process");
    let is_missing = text.contains("No such file or directory") || text.contains("does not exist");
    match kind {
        ErrorKind::IOError if is_lock => locked(text.contains("lock hold by current process"), &text),
        ErrorKind::Corruption => Fault::corrupt(format!("{doing}: {text}")),
        // Nobody but RocksDB removes its files: one that it misses was lost.
        _ if is_missing => Fault::corrupt(format!("{doing}: {text}")),
        _ => Fault::io(format!("{doing}: {text}")),
    }
}

/// Whether a file could not enter because the file system has no second names for files, and says so by EPERM, as
/// Linux does. At the other errors that say it, RocksDB copies the file by itself.
pub(super) fn has_no_links(error: &Error) -> bool {
    let text = error.to_string();
    text.contains("while link file to") && text.contains("Operation not permitted")
}

/// Someone else has the database: another engine of this process, or another process.
pub(super) fn locked(is_ours: bool, what: &str) -> Fault {
    let who =
        if is_ours { "this process has the database open already" } else { "another process has the database open" };
    Fault::new(FaultKind::Locked, format!("{who}: {what}"))
}
