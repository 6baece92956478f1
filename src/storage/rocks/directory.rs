//! The database's directory: its lock, its format, the places in it.

use super::error::locked;
use crate::domain::Fault;
use crate::storage::FORMAT_VERSION;
use crate::storage::files::{create_directory, exists, io_fault, names, unfinished, write_durably};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

const FORMAT: &str = "FORMAT";
const FORMAT_WORDS: &str = "accruedb format ";

/// A directory of this format, locked as long as this value lives.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    /// The lock is on the directory itself: it is taken before anything is written, and leaves nothing behind.
    lock: File,
}

impl Directory {
    /// Locks the directory and checks its format; an empty one gets the format of this build.
    pub(super) fn open(path: &Path) -> Result<Directory, Fault> {
        if !exists(path)? {
            create_directory(path)?;
        }
        let lock = File::open(path).map_err(|error| io_fault("open", path, &error))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => locked(&path.display().to_string()),
            TryLockError::Error(error) => io_fault("lock", path, &error),
        })?;
        let directory = Directory { path: path.to_owned(), lock };
        check_format(path)?;
        Ok(directory)
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

    /// Creates a new directory of this format at `path`. It must not exist.
    pub(super) fn create(path: &Path) -> Result<Directory, Fault> {
        fs::create_dir(path).map_err(|error| io_fault("create", path, &error))?;
        Directory::open(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // A process that another thread is just starting has a copy of the file for a moment, which would hold the
        // lock. If this fails it is as good as closing the file.
        drop(self.lock.unlock());
    }
}

fn check_format(directory: &Path) -> Result<(), Fault> {
    let path = directory.join(FORMAT);
    if exists(&path)? {
        let text = fs::read(&path).map_err(|error| io_fault("read", &path, &error))?;
        return check_version(&path, &String::from_utf8_lossy(&text));
    }
    // A crash while the format was being written leaves nothing but the unfinished file.
    let ours = unfinished(Path::new(FORMAT));
    match names(directory)?.iter().find(|name| Path::new(name) != ours) {
        None => write_durably(&path, format!("{FORMAT_WORDS}{FORMAT_VERSION}\n").as_bytes()),
        Some(name) => Err(Fault::corrupt(format!(
            "{} is no database: it holds {name}, but no {FORMAT} file",
            directory.display()
        ))),
    }
}

fn check_version(path: &Path, text: &str) -> Result<(), Fault> {
    let version = text.strip_suffix('\n').and_then(|line| line.strip_prefix(FORMAT_WORDS));
    match version.and_then(|version| version.parse::<u32>().ok()) {
        Some(1..=FORMAT_VERSION) => Ok(()),
        Some(version) => Err(Fault::corrupt(format!(
            "{}: database has format {version}, this build reads up to {FORMAT_VERSION}",
            path.display()
        ))),
        None => Err(Fault::corrupt(format!("{}: {text:?} names no format", path.display()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_of_the_file_does_not_hold_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let directory = Directory::open(dir.path()).unwrap();
        let _of_a_starting_process = directory.lock.try_clone().unwrap();
        drop(directory);
        Directory::open(dir.path()).unwrap();
    }
}
