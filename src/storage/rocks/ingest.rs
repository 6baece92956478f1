//! The file that is entering a table, and opening a database that misses it.
//!
//! RocksDB writes an entering file's name into its manifest and syncs that. Where the sync fails it takes the file out
//! of its directory again, but the manifest may name it from then on: the database does not open any more, or fails
//! when it wants to read there. What enters keeps its name in `staging/` until it has entered, so the file is still
//! there, and is given back.

use super::database::{Database, META, StoredFile};
use super::directory::Directory;
use super::logs::is_number;
use super::options::Setup;
use super::torn::open_whole;
use crate::domain::{Fault, FaultKind, Sequence};
use crate::storage::files::{exists, link_or_copy, names, remove, size, sync};
use std::path::{Path, PathBuf};

const LINK: &str = ".sst.link";
const END: &str = "-end.sst";

/// Under which name a staged file enters its table.
pub(super) fn link_name(staged: &str) -> String {
    format!("{}{LINK}", staged.trim_end_matches(".sst"))
}

/// Under which name the last file of a checkpoint enters `meta`.
pub(super) fn end_name(sequence: Sequence) -> String {
    format!("{sequence}{END}")
}

/// A file on its way into a table.
struct Entering {
    path: PathBuf,
    table: String,
    bytes: u64,
}

impl Entering {
    /// All that may be: beside the one that was entering, links that a checkpoint before it left.
    fn all(staging: &Path) -> Result<Vec<Entering>, Fault> {
        let mut all = Vec::new();
        for name in names(staging)? {
            let path = staging.join(&name);
            let table = match name.strip_suffix(LINK) {
                Some(name) => name.rsplit('-').next().unwrap_or_default().to_owned(),
                None if name.ends_with(END) => META.to_owned(),
                None => continue,
            };
            all.push(Entering { bytes: size(&path)?, path, table });
        }
        Ok(all)
    }

    /// Opens the database with this file in the place of one that it misses; not where that was another.
    fn give_back(&self, rocks: &Path, missing: &Path, setup: &Setup) -> Result<Option<Database>, Fault> {
        link_or_copy(&self.path, missing)?;
        let open = || -> Result<Option<Database>, Fault> {
            sync(rocks)?;
            // IMPORTANT: not opened for writing: RocksDB may at once merge this file with others, and it is gone
            let is_this = self.is_in(&Database::look(rocks, setup)?, missing)?;
            is_this.then(|| Database::open(rocks, setup)).transpose()
        };
        let verdict = match open() {
            Ok(Some(database)) => return Ok(Some(database)),
            // none on the file: the next opening tries again
            Err(fault) if fault.kind != FaultKind::Corrupt => Err(fault),
            Ok(None) | Err(_) => Ok(None),
        };
        // nothing takes the place of a lost file; RocksDB removes files that it does not know
        remove(missing)?;
        sync(rocks)?;
        verdict
    }

    /// Whether the database takes the file of this name for this one.
    fn is_in(&self, database: &Database, name: &Path) -> Result<bool, Fault> {
        let is_this = |file: &StoredFile| file.table == self.table && file.bytes == self.bytes;
        Ok(database.files()?.iter().any(|file| file.path == name && is_this(file)))
    }
}

/// Opens the database. If it misses the file that was entering, that is given back to it first.
pub(super) fn open_database(directory: &Directory, setup: &Setup) -> Result<Database, Fault> {
    let path = &directory.rocks();
    let opened = open_whole(path, directory.path(), setup);
    let entering = Entering::all(&directory.staging())?;
    if entering.is_empty() {
        return opened;
    }
    let missing = match &opened {
        Ok(database) => missing_file(|| database.files())?,
        Err(fault) => named_missing(path, fault)?,
    };
    let Some(missing) = missing else { return opened };
    let lost = |_| Fault::corrupt(format!("a file is missing: {}", missing.display()));
    // closed before it is opened again
    let fault = opened.map(drop).map_or_else(|fault| fault, lost);
    for file in entering {
        if let Some(database) = file.give_back(path, &missing, setup)? {
            return Ok(database);
        }
    }
    // another one was lost
    Err(fault)
}

/// A file that the open database has not got, of those it lists. A compaction may remove one meanwhile: that is not
/// listed any more.
fn missing_file(list: impl Fn() -> Result<Vec<StoredFile>, Fault>) -> Result<Option<PathBuf>, Fault> {
    for file in list()? {
        if !exists(&file.path)? && list()?.iter().any(|listed| listed.path == file.path) {
            return Ok(Some(file.path));
        }
    }
    Ok(None)
}

/// The file without which RocksDB does not open: its message is all that tells. The names above it are not RocksDB's.
fn named_missing(directory: &Path, fault: &Fault) -> Result<Option<PathBuf>, Fault> {
    for part in fault.what.replace(&directory.display().to_string(), "").split('/') {
        let Some((number, _)) = part.split_once(".sst") else { continue };
        let path = directory.join(number).with_extension("sst");
        if is_number(number) && !exists(&path)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::fs;

    fn file(path: &Path) -> StoredFile {
        StoredFile { table: META.to_owned(), path: path.to_owned(), level: 0, rows: 1, bytes: 1 }
    }

    #[test]
    fn a_name_without_a_number_is_none_of_rocksdbs() {
        let dir = tempfile::tempdir().unwrap();
        let missing = |what: &str| named_missing(dir.path(), &Fault::corrupt(what)).unwrap();
        assert_eq!(missing("While open: /db/rocks/000012.sst: No such file"), Some(dir.path().join("000012.sst")));
        for what in ["/db/rocks/.sst", "/db/rocks/x.sst: gone", "/db/rocks/1 .sst", "nothing"] {
            assert_eq!(missing(what), None, "{what}");
        }
    }

    #[test]
    fn a_directory_of_a_files_name_is_not_the_missing_one() {
        let dir = tempfile::tempdir().unwrap();
        for above in ["7.sst-x", "7.sst"] {
            let rocks = dir.path().join(above).join("rocks");
            let lost = rocks.join("000012.sst");
            let what = format!("opening {}: While open: {}: No such file", rocks.display(), lost.display());
            assert_eq!(named_missing(&rocks, &Fault::corrupt(what)).unwrap(), Some(lost), "{above}");
        }
    }

    #[test]
    fn a_file_that_a_compaction_removes_meanwhile_is_not_missing() {
        let dir = tempfile::tempdir().unwrap();
        let (here, gone) = (dir.path().join("1.sst"), dir.path().join("2.sst"));
        fs::write(&here, []).unwrap();
        let missing = |first: &[&Path], then: &[&Path]| {
            let lists = RefCell::new(vec![then, first]);
            let list = || Ok(lists.borrow_mut().pop().unwrap().iter().map(|path| file(path)).collect());
            missing_file(list).unwrap()
        };
        assert_eq!(missing(&[&here, &gone], &[&here]), None);
        assert_eq!(missing(&[&here, &gone], &[&here, &gone]), Some(gone));
    }
}
