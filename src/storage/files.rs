//! Small files that must outlive a power cut: written whole, synced with their directory. Every fault names its file.
//! What is in them is not known here.

use crate::domain::Fault;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// What the system answered, as a fault: `cannot write /data/FORMAT: No space left on device`.
pub(super) fn io_fault(doing: &str, path: &Path, error: &io::Error) -> Fault {
    Fault::io(format!("cannot {doing} {}: {error}", path.display()))
}

/// Creates or replaces a file: after a crash it is there with all of `content`, or as it was before.
pub(super) fn write_durably(path: &Path, mut content: impl Read) -> Result<(), Fault> {
    let unfinished = unfinished(path);
    // a link of this name would be followed, and what it leads to overwritten
    remove(&unfinished)?;
    let mut write = || -> io::Result<()> {
        let mut file = File::create_new(&unfinished)?;
        io::copy(&mut content, &mut file)?;
        file.sync_all()
    };
    write().map_err(|error| io_fault("write", &unfinished, &error))?;
    rename_durably(&unfinished, path)
}

/// Gives a file or directory its final name, and makes the name durable.
pub(super) fn rename_durably(from: &Path, to: &Path) -> Result<(), Fault> {
    rename(from, to)?;
    sync(parent(to))
}

/// Gives a file or directory another name, which a loss of power may take again.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), Fault> {
    fs::rename(from, to).map_err(|error| io_fault("rename to", to, &error))
}

/// Gives a file another name. Where the file system has no second names for files, what it holds is copied, durably.
pub(super) fn link_or_copy(from: &Path, to: &Path) -> Result<(), Fault> {
    or_copy(fs::hard_link(from, to), from, to)
}

fn or_copy(linked: io::Result<()>, from: &Path, to: &Path) -> Result<(), Fault> {
    use ErrorKind::{PermissionDenied, Unsupported};
    match linked {
        // EPERM, as Linux says it; EOPNOTSUPP
        Err(error) if matches!(error.kind(), PermissionDenied | Unsupported) => {
            write_durably(to, File::open(from).map_err(|error| io_fault("read", from, &error))?)
        }
        linked => linked.map_err(|error| io_fault("link", to, &error)),
    }
}

/// Removes a file, if there is one of this name; of a link, the link.
pub(super) fn remove(path: &Path) -> Result<(), Fault> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(io_fault("remove", path, &error)),
        _ => Ok(()),
    }
}

/// Creates a directory where there is none, with its parents, and makes their names durable; its own also where it was
/// there: a crash may have come in between.
pub(super) fn create_directory(path: &Path) -> Result<(), Fault> {
    create_levels(path, &mut try_sync)
}

/// The same, with a say in what is done to the directory in which a name is to be durable.
fn create_levels(path: &Path, sync: &mut dyn FnMut(&Path) -> io::Result<()>) -> Result<(), Fault> {
    let above = parent(path);
    if !exists(above)? {
        create_levels(above, sync)?;
    }
    let created = fs::create_dir(path);
    if let Err(error) = &created
        && (error.kind() != ErrorKind::AlreadyExists || !path.is_dir())
    {
        return Err(io_fault("create", path, error));
    }
    match sync(above) {
        // who may not read there has not made it
        Err(error) if created.is_err() && error.kind() == ErrorKind::PermissionDenied => Ok(()),
        Err(error) => {
            if created.is_ok() {
                // the next one must not take it for one that was there; the first fault is the one to report
                drop(fs::remove_dir(path));
            }
            Err(io_fault("sync", above, &error))
        }
        Ok(()) => Ok(()),
    }
}

/// Makes the names of the levels above a directory durable, where that may be done: a crash may have come between the
/// creation of one and of the next.
pub(super) fn sync_levels_above(path: &Path) {
    levels_above(path).for_each(|level| drop(try_sync(level)));
}

/// Where those names are.
fn levels_above(path: &Path) -> impl Iterator<Item = &Path> {
    let here = |level: &Path| level.as_os_str().is_empty();
    path.ancestors().skip(1).map(move |level| if here(level) { Path::new(".") } else { level })
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

/// What is in a small file, of a longer one so many bytes. What is no file may have bytes without end, or keep waiting
/// for the first.
pub(super) fn read_small(path: &Path, bytes_max: u64) -> Result<Vec<u8>, Fault> {
    let failed = |error: io::Error| io_fault("read", path, &error);
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(no_file(path));
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(bytes_max).read_to_end(&mut bytes)).map_err(failed)?;
    Ok(bytes)
}

/// Something else stands where only a file can be.
pub(super) fn no_file(path: &Path) -> Fault {
    Fault::corrupt(format!("{}: is no file", path.display()))
}

/// Makes what is in a file durable, or the names in a directory.
pub(super) fn sync(path: &Path) -> Result<(), Fault> {
    try_sync(path).map_err(|error| io_fault("sync", path, &error))
}

fn try_sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
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

    #[test]
    fn every_level_above_has_a_name() {
        let above =
            |path: &str| levels_above(Path::new(path)).map(|level| level.to_str().unwrap().to_owned()).collect();
        let none: Vec<String> = above("/");
        assert!(none.is_empty());
        let relative: Vec<String> = above("a/b/c");
        assert_eq!(relative, ["a/b", "a", "."]);
        let absolute: Vec<String> = above("/a/b");
        assert_eq!(absolute, ["/a", "/"]);
    }

    #[test]
    fn a_directory_that_was_there_may_lie_in_one_that_is_closed_to_us() {
        let dir = tempfile::tempdir().unwrap();
        let made = |name: &str, kind: ErrorKind| create_levels(&dir.path().join(name), &mut |_| Err(kind.into()));
        for _ in 0..2 {
            made("new", ErrorKind::PermissionDenied).unwrap_err();
        }
        fs::create_dir(dir.path().join("old")).unwrap();
        made("old", ErrorKind::PermissionDenied).unwrap();
        let fault = made("old", ErrorKind::StorageFull).unwrap_err();
        assert!(fault.what.contains(&format!("cannot sync {}", dir.path().display())), "{fault}");
        assert_eq!(names(dir.path()).unwrap(), ["old"]);
    }

    #[test]
    fn of_a_small_file_no_more_is_read_than_it_may_have() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, "bytes").unwrap();
        assert_eq!(read_small(&path, 3).unwrap(), b"byt");
        assert_eq!(read_small(&path, 9).unwrap(), b"bytes");
        assert_eq!(read_small(dir.path(), 9).unwrap_err(), no_file(dir.path()));
        assert!(read_small(&dir.path().join("missing"), 9).unwrap_err().what.contains("cannot read"));
    }
}
