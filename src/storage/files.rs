//! Small files that must outlive a power cut: written whole, synced with their directory. Every fault names its file.
//! What is in them is not known here.

use crate::domain::Fault;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// What the system answered, as a fault: `cannot write /data/FORMAT: No space left on device`.
pub(super) fn io_fault(doing: &str, path: &Path, error: &io::Error) -> Fault {
    Fault::io(format!("cannot {doing} {}: {error}", path.display()))
}

/// Creates or replaces a file: after a crash it is there with all of `bytes`, or as it was before.
pub(super) fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let unfinished = unfinished(path);
    let write = || -> io::Result<()> {
        let mut file = File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|error| io_fault("write", &unfinished, &error))?;
    rename_durably(&unfinished, path)
}

/// Gives a file or directory its final name, and makes the name durable.
pub(super) fn rename_durably(from: &Path, to: &Path) -> Result<(), Fault> {
    fs::rename(from, to).map_err(|error| io_fault("rename to", to, &error))?;
    sync_directory(parent(to))
}

/// Gives a file another name. Where the file system has no second names for files, what it holds is copied, durably.
pub(super) fn link_or_copy(from: &Path, to: &Path) -> Result<(), Fault> {
    or_copy(fs::hard_link(from, to), from, to)
}

fn or_copy(linked: io::Result<()>, from: &Path, to: &Path) -> Result<(), Fault> {
    use ErrorKind::{PermissionDenied, Unsupported};
    match linked {
        // EPERM, as Linux says it; EOPNOTSUPP
        Err(error) if matches!(error.kind(), PermissionDenied | Unsupported) => copy_durably(from, to),
        linked => linked.map_err(|error| io_fault("link", to, &error)),
    }
}

/// Copies a file: after a crash it is there with all of its bytes, or not at all.
fn copy_durably(from: &Path, to: &Path) -> Result<(), Fault> {
    let unfinished = unfinished(to);
    let copy = || {
        fs::copy(from, &unfinished)?;
        File::open(&unfinished)?.sync_all()
    };
    copy().map_err(|error| io_fault("copy to", &unfinished, &error))?;
    rename_durably(&unfinished, to)
}

/// Creates a directory where there is none, with its parents, and makes their names durable.
pub(super) fn create_directory(path: &Path) -> Result<(), Fault> {
    create_levels(path, &mut sync_directory)
}

/// The same, with a say in what is done to the directory in which a name is to be durable.
fn create_levels(path: &Path, sync: &mut dyn FnMut(&Path) -> Result<(), Fault>) -> Result<(), Fault> {
    let above = parent(path);
    if !exists(above)? {
        create_levels(above, sync)?;
    }
    match fs::create_dir(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists || !path.is_dir() => {
            Err(io_fault("create", path, &error))
        }
        _ => sync(above),
    }
}

/// Whether there is a file or directory of this name. One that cannot be looked at is a fault, not a missing one.
pub(super) fn exists(path: &Path) -> Result<bool, Fault> {
    path.try_exists().map_err(|error| io_fault("look for", path, &error))
}

/// The size of a file.
pub(super) fn size(path: &Path) -> Result<u64, Fault> {
    let found = fs::metadata(path).map_err(|error| io_fault("look at", path, &error))?;
    Ok(found.len())
}

/// Makes the names in a directory durable.
pub(super) fn sync_directory(path: &Path) -> Result<(), Fault> {
    let sync = || File::open(path)?.sync_all();
    sync().map_err(|error| io_fault("sync", path, &error))
}

/// The names in a directory, sorted. Those that are not UTF-8 are none of ours and are given approximately.
pub(super) fn names(path: &Path) -> Result<Vec<String>, Fault> {
    let read = || -> io::Result<Vec<String>> {
        fs::read_dir(path)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    };
    let mut names = read().map_err(|error| io_fault("list", path, &error))?;
    names.sort_unstable();
    Ok(names)
}

/// Where something is built before it gets its final name.
pub(super) fn unfinished(path: &Path) -> PathBuf {
    path.with_added_extension("unfinished")
}

/// The directory in which this is, or is to be.
pub(super) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_copied_where_there_are_no_links() {
        let dir = tempfile::tempdir().unwrap();
        let [from, to] = ["from", "to"].map(|name| dir.path().join(name));
        fs::write(&from, "bytes").unwrap();
        for code in [1, 95] {
            or_copy(Err(io::Error::from_raw_os_error(code)), &from, &to).unwrap();
            assert_eq!(fs::read_to_string(&to).unwrap(), "bytes", "errno {code}");
            fs::remove_file(&to).unwrap();
        }
        for code in [5, 28] {
            let fault = or_copy(Err(io::Error::from_raw_os_error(code)), &from, &to).unwrap_err();
            assert!(fault.what.contains("cannot link") && !to.exists(), "{fault}");
        }
        link_or_copy(&from, &to).unwrap();
        assert_eq!(names(dir.path()).unwrap(), ["from", "to"]);
    }

    #[test]
    fn every_level_that_is_made_gets_a_durable_name() {
        let dir = tempfile::tempdir().unwrap();
        let made = |path: &Path| {
            let mut synced = Vec::new();
            let mut sync = |path: &Path| {
                synced.push(path.to_owned());
                Ok(())
            };
            create_levels(path, &mut sync).unwrap();
            assert!(path.is_dir());
            synced
        };
        let [a, b, c] = ["a", "a/b", "a/b/c"].map(|name| dir.path().join(name));
        assert_eq!(made(&c), [dir.path().to_owned(), a, b.clone()]);
        assert_eq!(made(&c), [b], "a crash may have come before its name was durable");
        fs::write(dir.path().join("file"), []).unwrap();
        for path in ["file", "file/below"] {
            assert!(create_directory(&dir.path().join(path)).is_err(), "{path}");
        }
    }
}
