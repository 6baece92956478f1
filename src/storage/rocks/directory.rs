//! The database's directory: its lock, its format, the places in it.

use super::error::locked;
use crate::domain::Fault;
use crate::storage::files::{
    create_directory, exists, io_fault, names, read_small, sync_levels_above, unfinished, write_durably,
};
use crate::storage::format;
use crate::storage::guard::{Guard, Mark};
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

pub(super) const FORMAT: &str = "FORMAT";
const FORMAT_WORDS: &str = "accruedb format ";
const FORMAT_BYTES_MAX: u64 = 64;

/// The directories that this process has locked, as devices and numbers on them: the kernel does not tell whose a lock
/// is.
static OURS: Mutex<BTreeSet<(u64, u64)>> = Mutex::new(BTreeSet::new());

/// A directory of this format, locked as long as this value lives.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    /// The lock is on the directory itself: it is taken before anything is written, and leaves nothing behind.
    lock: File,
    /// Its device and number.
    id: (u64, u64),
}

impl Directory {
    /// Locks the directory and checks its format; an empty one becomes a database of this build.
    pub(super) fn open(path: &Path) -> Result<Directory, Fault> {
        let format = path.join(FORMAT);
        if !exists(&format)? {
            create_directory(path)?;
            sync_levels_above(path);
        }
        let directory = Directory::lock(path)?;
        if exists(&format)? {
            check_version(&format)?;
        } else {
            directory.check_none_was_here()?;
            directory.write_beginning(Mark::New)?;
        }
        Ok(directory)
    }

    /// Begins a database of this format in an empty directory, with what its guard is to say.
    pub(super) fn begin(path: &Path, mark: Mark) -> Result<Directory, Fault> {
        let directory = Directory::lock(path)?;
        directory.write_beginning(mark)?;
        Ok(directory)
    }

    fn lock(path: &Path) -> Result<Directory, Fault> {
        let lock = File::open(path).map_err(|error| io_fault("open", path, &error))?;
        let found = lock.metadata().map_err(|error| io_fault("look at", path, &error))?;
        let id = (found.dev(), found.ino());
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => locked(OURS.lock().contains(&id), &path.display().to_string()),
            TryLockError::Error(error) => io_fault("lock", path, &error),
        })?;
        OURS.lock().insert(id);
        Ok(Directory { path: path.to_owned(), lock, id })
    }

    /// The guard comes first, then the format: a directory with a format and no guard has lost it, and is never taken
    /// for a new one.
    fn write_beginning(&self, mark: Mark) -> Result<(), Fault> {
        Guard::create(&self.guard(), mark)?;
        write_durably(&self.path.join(FORMAT), format!("{FORMAT_WORDS}{}\n", format::CURRENT).as_bytes())
    }

    /// Refuses a directory without a format that holds more than a creation leaves which was interrupted: a guard that
    /// has seen no writer, and unfinished files.
    fn check_none_was_here(&self) -> Result<(), Fault> {
        let guard = self.guard();
        let [unfinished_format, unfinished_guard] = [&self.path.join(FORMAT), &guard].map(|path| unfinished(path));
        for name in names(&self.path)? {
            let path = self.path.join(&name);
            let is_new = || Guard::open(&guard).is_ok_and(|guard| guard.mark() == Mark::New);
            if !(path == guard && is_new()) && path != unfinished_format && path != unfinished_guard {
                let what = format!("{} is no database: it holds {name}, but no {FORMAT} file", self.path.display());
                return Err(Fault::corrupt(what));
            }
        }
        Ok(())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// RocksDB's files.
    pub(super) fn rocks(&self) -> PathBuf {
        self.path.join("rocks")
    }

    /// Sorted files on their way into the tables.
    pub(super) fn staging(&self) -> PathBuf {
        self.path.join("staging")
    }

    /// The guard file.
    pub(super) fn guard(&self) -> PathBuf {
        self.path.join("guard")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // IMPORTANT: before the lock goes: whoever gets it next is noted after that
        OURS.lock().remove(&self.id);
        // A process that another thread is just starting has a copy of the file for a moment, which would hold the
        // lock. If this fails it is as good as closing the file.
        drop(self.lock.unlock());
    }
}

pub(super) fn check_version(path: &Path) -> Result<(), Fault> {
    let bytes = read_small(path, FORMAT_BYTES_MAX)?;
    let text = String::from_utf8_lossy(&bytes);
    let version = text.strip_suffix('\n').and_then(|line| line.strip_prefix(FORMAT_WORDS));
    match version.and_then(|version| version.parse::<u32>().ok()) {
        Some(version) if format::is_read(version) => Ok(()),
        Some(version) => Err(Fault::corrupt(format!(
            "{}: database has format {version}; this build reads {} to {}",
            path.display(),
            format::OLDEST,
            format::CURRENT
        ))),
        None => Err(Fault::corrupt(format!("{}: {text:?} names no format", path.display()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_it_open_is_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().display().to_string();
        let directory = Directory::open(dir.path()).unwrap();
        let fault = Directory::open(dir.path()).unwrap_err();
        assert_eq!(fault.what, format!("this process has the database open already: {path}"));
        drop(directory);
        // as another process has it
        let lock = File::open(dir.path()).unwrap();
        lock.try_lock().unwrap();
        let fault = Directory::open(dir.path()).unwrap_err();
        assert_eq!(fault.what, format!("another process has the database open: {path}"));
    }

    #[test]
    fn a_copy_of_the_file_does_not_hold_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let directory = Directory::open(dir.path()).unwrap();
        let _of_a_starting_process = directory.lock.try_clone().unwrap();
        drop(directory);
        Directory::open(dir.path()).unwrap();
    }
}
