//! RocksDB with our families: opening, creating, synced writes, its files.

use super::error::fault;
use super::logs::check_logs;
use super::options::{self, Setup};
use crate::domain::{Fault, Sequence};
use crate::storage::TableId;
use crate::storage::files::{exists, io_fault, names, rename_durably, sync, unfinished};
use crate::storage::keys::Key;
use rocksdb::properties::{
    BACKGROUND_ERRORS, CFSTATS_NO_FILE_HISTOGRAM, IS_WRITE_STOPPED, NUM_RUNNING_COMPACTIONS, NUM_RUNNING_FLUSHES,
};
use rocksdb::{ColumnFamily, ColumnFamilyDescriptor, DB, FlushOptions, Options, ReadOptions, WriteBatch};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// The family of journal records.
pub(super) const JOURNAL: &str = "journal";
/// The family of the store's own few values.
pub(super) const META: &str = "meta";
/// Texts that callers wrote, which can be erased.
pub(super) const TEXTS: &str = "texts";

/// How long a write that RocksDB would not take now waits before it asks again.
const FILES_PAUSE: Duration = Duration::from_millis(1);
/// So many times in a row nothing is being written or merged: then nothing will be.
const IDLE_PAUSES_MAX: u32 = 5_000;
/// Files that could not be written or merged while a write waits for them; then it fails, too.
const FAILED_FILES_MAX: u64 = 3;

/// A sorted file of a table or the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Whose rows it holds: a table's name, `journal` or `meta`.
    pub table: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its level, from 0: the newest rows are in the lowest number.
    pub level: u32,
    /// How many rows it holds, deletions included.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
}

/// RocksDB, open.
pub(super) struct Database {
    db: DB,
    path: PathBuf,
    setup: Setup,
}

impl Database {
    /// Opens what [`Database::create`] made. Its logs have been checked.
    pub(super) fn open(path: &Path, setup: &Setup) -> Result<Database, Fault> {
        Database::opened(DB::open_cf_descriptors(&setup.database(), path, families(setup)), path, setup)
    }

    /// Opens it as it is, to be read only: nothing is recovered or merged.
    pub(super) fn look(path: &Path, setup: &Setup) -> Result<Database, Fault> {
        let opened = DB::open_cf_descriptors_read_only(&setup.database(), path, families(setup), false);
        Database::opened(opened, path, setup)
    }

    /// The same while another process goes on writing: every file is opened at once, and stays readable when its name
    /// is gone.
    pub(super) fn look_for_long(path: &Path, setup: &Setup) -> Result<Database, Fault> {
        let mut database = setup.database();
        database.set_max_open_files(-1);
        Database::opened(DB::open_cf_descriptors_read_only(&database, path, families(setup), false), path, setup)
    }

    fn opened(opened: Result<DB, rocksdb::Error>, path: &Path, setup: &Setup) -> Result<Database, Fault> {
        let db = opened.map_err(|error| fault(&format!("opening {}", path.display()), error))?;
        Ok(Database { db, path: path.to_owned(), setup: setup.clone() })
    }

    /// Creates an empty database under another name first: what has the name is complete. A database that has lost
    /// its parts is then never taken for one that has not got them yet.
    pub(super) fn create(path: &Path, setup: &Setup) -> Result<(), Fault> {
        let unfinished = unfinished(path);
        if exists(&unfinished)? {
            fs::remove_dir_all(&unfinished).map_err(|error| io_fault("remove", &unfinished, &error))?;
        }
        let mut database = setup.database();
        database.create_if_missing(true);
        database.create_missing_column_families(true);
        let created = DB::open_cf_descriptors(&database, &unfinished, families(setup));
        drop(created.map_err(|error| fault(&format!("creating {}", path.display()), error))?);
        sync(&unfinished)?;
        rename_durably(&unfinished, path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn db(&self) -> &DB {
        &self.db
    }

    /// The family of this name.
    pub(super) fn family(&self, name: &str) -> Result<&ColumnFamily, Fault> {
        let missing = || Fault::corrupt(format!("{}: there is no table {name}", self.path.display()));
        self.db.cf_handle(name).ok_or_else(missing)
    }

    /// A value of `meta`.
    pub(super) fn meta(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        let read = self.db.get_cf(self.family(META)?, name);
        read.map_err(|error| fault(&format!("reading {name}"), error))
    }

    /// A number of `meta`; 0 where it was never written.
    pub(super) fn meta_number(&self, name: &str) -> Result<Sequence, Fault> {
        match self.meta(name)? {
            None => Ok(Sequence(0)),
            Some(bytes) => {
                let not_one = || Fault::corrupt(format!("{}: {name} is no number: {bytes:?}", self.path.display()));
                Sequence::from_bytes(&bytes).ok_or_else(not_one)
            }
        }
    }

    /// Writes all of `batch` or none; durable on return.
    pub(super) fn write(&self, doing: &str, batch: WriteBatch) -> Result<(), Fault> {
        self.wait_for_files(doing)?;
        self.db.write_opt(batch, &options::synced()).map_err(|error| fault(doing, error))
    }

    /// Waits while RocksDB takes no more until it has written or merged files. It would wait by itself, and for ever
    /// where the disk has no room for them: it tries again each second, or no more at all, and tells nobody.
    fn wait_for_files(&self, doing: &str) -> Result<(), Fault> {
        let ask = |property| {
            let told = self.db.property_int_value(property).map_err(|error| fault(doing, error));
            told.map(Option::unwrap_or_default)
        };
        let (mut failed_before, mut idle) = (None, 0u32);
        while ask(IS_WRITE_STOPPED)? > 0 {
            let failed = ask(BACKGROUND_ERRORS)?;
            let failed_since = failed.saturating_sub(*failed_before.get_or_insert(failed));
            let is_idle = ask(NUM_RUNNING_COMPACTIONS)? == 0 && ask(NUM_RUNNING_FLUSHES)? == 0;
            idle = if is_idle { idle.saturating_add(1) } else { 0 };
            if failed_since >= FAILED_FILES_MAX || idle >= IDLE_PAUSES_MAX {
                let why =
                    "No space left on device for files that have to be written or merged before there may be more";
                return Err(Fault::io(format!("{doing}: {}: {why}", self.path.display())));
            }
            thread::sleep(FILES_PAUSE);
        }
        Ok(())
    }

    /// Brings everything into sorted files, so that no write-ahead log is needed to read it again.
    pub(super) fn flush(&self) -> Result<(), Fault> {
        let families = [self.family(JOURNAL)?, self.family(TEXTS)?, self.family(META)?];
        let flushed = self.db.flush_cfs_opt(&families.each_ref(), &FlushOptions::default());
        flushed.map_err(|error| fault("flushing the journal", error))
    }

    /// The sorted files that are in use.
    pub(super) fn files(&self) -> Result<Vec<StoredFile>, Fault> {
        let files = self.db.live_files().map_err(|error| fault("listing the files", error))?;
        let file = |file: rocksdb::LiveFile| StoredFile {
            table: file.column_family_name,
            path: self.path.join(file.name.trim_start_matches('/')),
            level: file.level.try_into().unwrap_or_default(),
            rows: file.num_entries,
            bytes: file.size as u64,
        };
        Ok(files.into_iter().map(file).collect())
    }

    /// The size of the sorted files and write-ahead logs on disk.
    pub(super) fn size_bytes(&self) -> Result<u64, Fault> {
        let mut sum = 0u64;
        for name in names(&self.path)? {
            if name.ends_with(".sst") || name.ends_with(".log") {
                // A compaction may have removed it meanwhile.
                sum = sum.saturating_add(fs::metadata(self.path.join(name)).map_or(0, |file| file.len()));
            }
        }
        Ok(sum)
    }

    /// Time that compactions took since the database was opened, as RocksDB tells it in its report for each table.
    pub(super) fn compaction_time(&self) -> Result<Duration, Fault> {
        let mut seconds = 0.0;
        for name in family_names() {
            let report = self.db.property_value_cf(self.family(name)?, CFSTATS_NO_FILE_HISTOGRAM);
            let report = report.map_err(|error| fault("asking for statistics", error))?.unwrap_or_default();
            let line = report.lines().find(|line| line.starts_with("Cumulative compaction:"));
            let took = line.and_then(|line| line.rsplit(", ").next()?.strip_suffix(" seconds")?.parse::<f64>().ok());
            seconds += took.unwrap_or_default();
        }
        Ok(Duration::try_from_secs_f64(seconds).unwrap_or_default())
    }

    /// Reads every block of every sorted file from the disk, and checks its checksum.
    ///
    /// A second, read-only view does it: it shares no cache with this one, which may hold good copies of blocks that
    /// have gone bad. The files stay while it looks.
    pub(super) fn verify(&self) -> Result<(), Fault> {
        let doing = "verifying the files";
        self.db.disable_file_deletions().map_err(|error| fault(doing, error))?;
        let verified = self.read_every_block();
        self.db.enable_file_deletions().map_err(|error| fault(doing, error))?;
        verified
    }

    fn read_every_block(&self) -> Result<(), Fault> {
        check_logs(&self.path)?;
        let Database { db, .. } = Database::look(&self.path, &self.setup.without_cache())?;
        for name in family_names() {
            let doing = format!("verifying table {name}");
            let Some(family) = db.cf_handle(name) else { continue };
            let mut options = ReadOptions::default();
            options.set_verify_checksums(true);
            options.set_total_order_seek(true);
            options.fill_cache(false);
            options.set_readahead_size(2 << 20);
            let mut rows = db.raw_iterator_cf_opt(family, options);
            rows.seek_to_first();
            while rows.valid() {
                rows.next();
            }
            rows.status().map_err(|error| fault(&doing, error))?;
        }
        Ok(())
    }
}

fn family_names() -> impl Iterator<Item = &'static str> {
    TableId::ALL.into_iter().map(TableId::name).chain([JOURNAL, TEXTS, META])
}

fn families(setup: &Setup) -> Vec<ColumnFamilyDescriptor> {
    let family = |name: &str, options: Options| ColumnFamilyDescriptor::new(name, options);
    let tables = TableId::ALL.into_iter().map(|table| family(table.name(), setup.table(table)));
    let others = [family(JOURNAL, setup.journal()), family(TEXTS, setup.meta()), family(META, setup.meta())];
    tables.chain(others).collect()
}
