//! Folders for the time of one command. One that a killed command left behind is removed by the next that needs such a
//! folder in the same place.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use tempfile::TempDir;

/// A folder that goes with this value. It is locked as long: so another command can tell it from one that was left.
#[derive(Debug)]
pub(super) struct Scratch {
    folder: TempDir,
    _lock: File,
}

impl Scratch {
    /// A new folder in `place`, with a name that begins with `prefix`. Removes those of that name that nobody uses any
    /// more, where that can be done.
    pub(super) fn new(place: &Path, prefix: &str) -> io::Result<Scratch> {
        sweep(place, prefix);
        let folder = tempfile::Builder::new().prefix(prefix).tempdir_in(place)?;
        let lock = File::open(folder.path())?;
        lock.lock()?;
        Ok(Scratch { folder, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes folders that a killed command left. What cannot be read or removed stays: it may be another user's.
fn sweep(place: &Path, prefix: &str) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(prefix));
        // a link is none of ours, wherever it leads
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let _ = remove_if_left(&entry.path());
        }
    }
}

/// Removes a folder, unless a command that is running holds it.
fn remove_if_left(folder: &Path) -> io::Result<()> {
    let lock = File::open(folder)?;
    // one that was just made is not locked yet for a moment, and empty: it may stay for the next time
    if lock.try_lock().is_err() || fs::read_dir(folder)?.next().is_none() {
        return Ok(());
    }
    fs::remove_dir_all(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_is_removed_and_what_is_used_is_not() {
        let place = tempfile::tempdir().unwrap();
        let used = Scratch::new(place.path(), "ours-").unwrap();
        let left = place.path().join("ours-left");
        let other = place.path().join("other-left");
        let elsewhere = tempfile::tempdir().unwrap();
        for folder in [used.path(), &left, &other, elsewhere.path()] {
            fs::create_dir_all(folder.join("db")).unwrap();
        }
        std::os::unix::fs::symlink(elsewhere.path(), place.path().join("ours-link")).unwrap();
        let next = Scratch::new(place.path(), "ours-").unwrap();
        assert!(used.path().join("db").exists() && next.path().exists());
        assert!(!left.exists() && other.exists() && elsewhere.path().join("db").exists());
        let path = next.path().to_owned();
        drop(next);
        assert!(!path.exists());
    }
}
