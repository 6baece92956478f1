//! Checkpoints: sorted files that enter the tables all or none, also across a crash.
//!
//! 1. Every run becomes a sorted file in `staging/`, synced. Until here nothing has happened.
//! 2. The intent, which names them, is written to `meta`, synced. From here on it will happen.
//! 3. Each file enters its table.
//! 4. `applied` is written and the intent removed, by one more file that enters `meta`. The staged files go.
//!
//! What has entered is known to RocksDB's manifest only, and a manifest that lost its end looks like one that ended
//! there. Because step 4 is in it too, after step 3, it is lost with it: the intent is then there again, and finds
//! that its files are gone. Tables are never taken for newer than they are.
//!
//! A claim that finds an intent does steps 3 and 4 again: a file that enters twice changes nothing, because nothing
//! else has entered since. What enters is a second link of the file: the staged one stays until step 4, so one that
//! is missing was lost, and is never taken for one that has entered. On a file system without such links it is a copy;
//! there, that an intent was lost is not seen by what has entered.

use super::database::{Database, META};
use super::error::{fault, has_no_links};
use super::ingest::{end_name, link_name};
use super::options::Setup;
use crate::domain::{Fault, Sequence};
use crate::storage::files::{create_directory, exists, io_fault, link_or_copy, names, remove, size, sync};
use crate::storage::keys::Key;
use crate::storage::{Run, codec};
use rocksdb::{IngestExternalFileOptions, Options, SstFileWriter, WriteBatch};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// In `meta`: the entry up to which the tables are.
pub(super) const APPLIED: &str = "applied";
/// In `meta`: the checkpoint that is being applied.
pub(super) const INTENT: &str = "checkpoint";

/// A checkpoint that will be applied.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Intent {
    sequence: Sequence,
    files: Vec<StagedFile>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StagedFile {
    table: String,
    name: String,
    /// Its size: another one under its name is not taken for it.
    bytes: u64,
}

/// The place where checkpoints are made.
pub(super) struct Staging {
    path: PathBuf,
    setup: Setup,
}

impl Staging {
    /// Staging files in this directory. Its name becomes durable, and so do those beside it: a crash may have come
    /// before that of the format or of `rocks/` was.
    pub(super) fn open(path: PathBuf, setup: Setup) -> Result<Staging, Fault> {
        create_directory(&path)?;
        // all that is in it will be removed, so it must be the database's own
        let found = fs::symlink_metadata(&path).map_err(|error| io_fault("look at", &path, &error))?;
        if !found.is_dir() {
            return Err(Fault::corrupt(format!("{} is no directory but a link to one", path.display())));
        }
        Ok(Staging { path, setup })
    }

    /// Step 1. On a fault nothing is left behind.
    pub(super) fn stage(
        &self,
        sequence: Sequence,
        runs: &mut dyn Iterator<Item = Result<Run, Fault>>,
    ) -> Result<Intent, Fault> {
        self.clear()?;
        let staged = self.write_all(sequence, runs);
        if staged.is_err() {
            // The first fault is the one to report; what cannot be removed now is removed before the next one.
            drop(self.clear());
        }
        staged
    }

    fn write_all(
        &self,
        sequence: Sequence,
        runs: &mut dyn Iterator<Item = Result<Run, Fault>>,
    ) -> Result<Intent, Fault> {
        let mut files = Vec::new();
        for run in runs {
            let mut run = run?;
            if !run.is_empty() {
                let table = run.table().name();
                let name = staged_name(sequence, files.len(), table);
                let bytes = self.write(&mut run, &name)?;
                files.push(StagedFile { table: table.to_owned(), name, bytes });
            }
        }
        sync(&self.path)?;
        Ok(Intent { sequence, files })
    }

    /// One sorted file; RocksDB syncs it. Returns its size.
    fn write(&self, run: &mut Run, name: &str) -> Result<u64, Fault> {
        let path = self.path.join(name);
        sorted_file(&path, &self.setup.staged(run.table()), run.rows())?;
        size(&path)
    }

    /// Step 2.
    pub(super) fn record(&self, database: &Database, intent: &Intent) -> Result<(), Fault> {
        let mut bytes = Vec::new();
        codec::encode(intent, &mut bytes)?;
        let mut batch = WriteBatch::default();
        batch.put_cf(database.family(META)?, INTENT, bytes);
        database.write("recording a checkpoint", batch)
    }

    /// The checkpoint that was recorded. Its names are bytes from the disk: one that no checkpoint gives a file could
    /// lead out of `staging/`.
    fn recorded(&self, bytes: &[u8]) -> Result<Intent, Fault> {
        let intent = codec::decode::<Intent>(bytes, "the recorded checkpoint")?;
        for (place, file) in intent.files.iter().enumerate() {
            if file.name != staged_name(intent.sequence, place, &file.table) || file.table.contains('/') {
                let what = format!("{}: the recorded checkpoint names {:?}", self.path.display(), file.name);
                return Err(Fault::corrupt(what));
            }
        }
        Ok(intent)
    }

    /// Steps 3 and 4.
    pub(super) fn apply(&self, database: &Database, intent: &Intent) -> Result<(), Fault> {
        self.enter_first(database, intent, intent.files.len())?;
        let end = self.path.join(end_name(intent.sequence));
        remove(&end)?;
        let applied = intent.sequence.to_bytes();
        let rows = [(APPLIED.as_bytes(), Some(applied.as_slice())), (INTENT.as_bytes(), None)];
        sorted_file(&end, &self.setup.staged_meta(), rows)?;
        ingest(database, META, &end)?;
        // The checkpoint stands; files that cannot be removed now are removed before the next one.
        drop(self.clear());
        Ok(())
    }

    /// Step 3 for so many files.
    pub(super) fn enter_first(&self, database: &Database, intent: &Intent, count: usize) -> Result<(), Fault> {
        intent.files.iter().take(count).try_for_each(|file| self.enter(database, file))
    }

    /// Step 3 for one file. RocksDB syncs what enters.
    fn enter(&self, database: &Database, file: &StagedFile) -> Result<(), Fault> {
        let staged = self.path.join(&file.name);
        if !exists(&staged)? {
            let what = format!("{}: a file of an unfinished checkpoint is missing", staged.display());
            return Err(Fault::corrupt(what));
        }
        let bytes = size(&staged)?;
        if bytes != file.bytes {
            let what = format!("{}: {bytes} bytes, where {} were written", staged.display(), file.bytes);
            return Err(Fault::corrupt(what));
        }
        let link = self.path.join(link_name(&file.name));
        remove(&link)?;
        link_or_copy(&staged, &link)?;
        ingest(database, &file.table, &link)
    }

    /// After a crash: applies the checkpoint that was recorded, or removes the files of one that was not.
    pub(super) fn recover(&self, database: &Database) -> Result<(), Fault> {
        match database.meta(INTENT)? {
            None => self.check_none_entered(database).and_then(|()| self.clear()),
            Some(bytes) => self.apply(database, &self.recorded(&bytes)?),
        }
    }

    /// A file has entered its table before its checkpoint was applied only if the intent was recorded: then that was
    /// lost. What has entered is in RocksDB's directory, too.
    fn check_none_entered(&self, database: &Database) -> Result<(), Fault> {
        let applied = database.meta_number(APPLIED)?;
        let entered = inodes(database.path())?;
        for (name, inode) in inodes(&self.path)? {
            let path = self.path.join(&name);
            let sequence = name.split('-').next().and_then(|number| number.parse().ok()).map(Sequence);
            let is_applied = sequence.is_none_or(|sequence| sequence <= applied);
            if !is_applied && entered.iter().any(|(_, known)| *known == inode) {
                let what = format!("{}: it has entered its table, but its checkpoint's record is lost", path.display());
                return Err(Fault::corrupt(what));
            }
        }
        Ok(())
    }

    /// Removes every file. A file must be gone before another is written under its name: it may still be linked into
    /// a table, and would be overwritten there.
    fn clear(&self) -> Result<(), Fault> {
        for name in names(&self.path)? {
            remove(&self.path.join(name))?;
        }
        Ok(())
    }
}

/// Under which name a checkpoint stages its file at a place.
fn staged_name(sequence: Sequence, place: usize, table: &str) -> String {
    format!("{sequence}-{place:03}-{table}.sst")
}

/// What a name leads to: the file system's device and the number there. On another device the number means another.
type Inode = (u64, u64);

/// The names in a directory, each with what it names. RocksDB may remove files meanwhile.
fn inodes(directory: &Path) -> Result<Vec<(String, Inode)>, Fault> {
    let mut inodes = Vec::new();
    for name in names(directory)? {
        let path = directory.join(&name);
        match fs::metadata(&path) {
            Ok(found) => inodes.push((name, (found.dev(), found.ino()))),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(io_fault("look at", &path, &error)),
        }
    }
    Ok(inodes)
}

/// Writes rows, in the order of their keys, to a file of their own; RocksDB syncs it.
fn sorted_file<'a>(
    path: &Path,
    options: &Options,
    rows: impl IntoIterator<Item = (&'a [u8], Option<&'a [u8]>)>,
) -> Result<(), Fault> {
    let mut file = SstFileWriter::create(options);
    let write = || {
        file.open(path)?;
        for (key, value) in rows {
            match value {
                Some(value) => file.put(key, value)?,
                None => file.delete(key)?,
            }
        }
        file.finish()
    };
    write().map_err(|error| fault(&format!("writing {}", path.display()), error))
}

/// Lets a file enter a table; its old name goes. Where a file can have one name only, a copy enters.
fn ingest(database: &Database, table: &str, path: &Path) -> Result<(), Fault> {
    let family = database.family(table)?;
    let enter = |moved: bool| {
        let mut options = IngestExternalFileOptions::default();
        options.set_move_files(moved);
        database.db().ingest_external_file_cf_opts(family, &options, vec![path])
    };
    let doing = format!("checkpoint of table {table}");
    match enter(true) {
        Err(error) if has_no_links(&error) => {
            enter(false).map_err(|error| fault(&doing, error))?;
            remove(path)
        }
        entered => entered.map_err(|error| fault(&doing, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::options::{RocksOptions, machine};
    use super::*;

    /// The roots of `/proc` and `/sys` have one number, on two devices.
    #[test]
    fn one_number_on_two_devices_is_not_one_file() {
        let roots = inodes(Path::new("/")).unwrap();
        let root = |of: &str| roots.iter().find(|(name, _)| name == of).map(|(_, inode)| *inode);
        let (Some(processes), Some(system)) = (root("proc"), root("sys")) else { return };
        assert_eq!(processes.1, system.1);
        assert_ne!(processes, system);
    }

    #[test]
    fn an_intent_that_names_a_file_elsewhere_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let setup = Setup::new(RocksOptions::default(), &machine().unwrap());
        let staging = Staging::open(dir.path().join("staging"), setup).unwrap();
        let read = |table: &str, name: &str| {
            let file = StagedFile { table: table.to_owned(), name: name.to_owned(), bytes: 1 };
            let intent = Intent { sequence: Sequence(7), files: vec![file] };
            let mut bytes = Vec::new();
            codec::encode(&intent, &mut bytes).unwrap();
            staging.recorded(&bytes).map(|read| assert_eq!(read, intent))
        };
        read("items", "7-000-items.sst").unwrap();
        let names = ["/etc/passwd", "../guard", "7-001-items.sst", "8-000-items.sst", "7-000-items.sst/../x", ""];
        let names = names.map(|name| ("items", name));
        for (table, name) in names.into_iter().chain([("items/../../x", "7-000-items/../../x.sst")]) {
            let fault = read(table, name).unwrap_err();
            assert_eq!(fault, Fault::corrupt(fault.what.clone()), "{name}");
        }
    }
}
