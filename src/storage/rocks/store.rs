//! The store: who may write, in which order things become durable, and what happens after a fault.

use super::checkpoint::{APPLIED, Staging};
use super::database::{Database, JOURNAL, META, StoredFile, TEXTS};
use super::directory::Directory;
use super::error::fault;
use super::ingest::open_database;
use super::options::{RocksOptions, Setup, machine};
use super::reminder::Reminder;
use super::room::Room;
use super::view::View;
use crate::domain::{Fault, FaultKind, Sequence, TextKey};
use crate::storage::files::{exists, io_fault, parent, rename, sync, unfinished};
use crate::storage::guard::{Guard, Mark};
use crate::storage::keys::Key;
use crate::storage::promise;
use crate::storage::record::Record;
use crate::storage::{Appended, Claim, Epoch, JournalRecord, Read, Run, Store, TableId, Tail, TextChange, Visit};
use parking_lot::{Mutex, RwLock, RwLockUpgradableReadGuard};
use rocksdb::{BottommostLevelCompaction, CompactOptions, Env, WriteBatch};
use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// In `meta`: the number of the last claim.
const EPOCH: &str = "epoch";
/// What RocksDB's write batch adds to the bytes of a record, at most: its kind, family, key and lengths.
const RECORD_OVERHEAD: usize = 64;

/// The store on disk.
///
/// After a write or sync has failed, nobody knows what is on the disk: the store takes no further writes and has to
/// be opened again.
pub struct RocksStore {
    /// Brings the guard up to date where no further append does. First: it must have ended before the lock of the
    /// directory goes.
    reminder: Reminder,
    /// Taken after `tables` where both are.
    writer: Arc<Mutex<Writer>>,
    /// Upgradable: a checkpoint while it writes its files. Write: while files enter the tables. Read: snapshots and
    /// backups, so that they never see half a checkpoint.
    tables: RwLock<()>,
    room: Room,
    pub(super) staging: Staging,
    pub(super) database: Database,
    pub(super) directory: Directory,
}

/// Who writes the journal, and how far the guard is behind.
struct Writer {
    term: Option<Epoch>,
    poison: Option<Fault>,
    guard: Guard,
    options: RocksOptions,
    /// Appends, and the commands in them, that the guard does not know yet.
    batches_unguarded: u32,
    commands_unguarded: u64,
    /// The end of the journal, as far as it is known.
    tail: Option<Tail>,
}

impl RocksStore {
    /// Opens the database in a directory, or makes one where the directory is empty or missing.
    ///
    /// # Errors
    /// `Locked` where a store is open there; `Corrupt` where the directory is none of ours, of a newer format, or
    /// damaged.
    pub fn open(dir: &Path, options: RocksOptions) -> Result<RocksStore, Fault> {
        RocksStore::open_on(&machine()?, dir, options)
    }

    /// The same with a file system of one's own below RocksDB, as tests have it. What the store does to files by
    /// itself stays on the machine's: the guard, links and names, the look at RocksDB's logs.
    #[doc(hidden)]
    pub fn open_on(env: &Env, dir: &Path, options: RocksOptions) -> Result<RocksStore, Fault> {
        let directory = Directory::open(dir)?;
        let (guard_path, rocks) = (directory.guard(), directory.rocks());
        if !exists(&guard_path)? {
            return Err(Fault::corrupt(format!("guard file missing: {}", guard_path.display())));
        }
        let guard = Guard::open(&guard_path)?;
        let room = Room::of_this_process();
        room.for_opening(options.cache_bytes)?;
        let setup = Setup::new(options, env);
        match (exists(&rocks)?, guard.mark()) {
            (true, _) => {}
            (false, Mark::New) => Database::create(&rocks, &setup)?,
            (false, _) => return Err(Fault::corrupt(format!("database missing: {}", rocks.display()))),
        }
        let staging = Staging::open(directory.staging(), setup.clone())?;
        let database = open_database(&directory, &setup)?;
        let tail = guard.mark().tail();
        let (batches_unguarded, commands_unguarded) = (0, 0);
        let writer = Writer { term: None, poison: None, guard, options, batches_unguarded, commands_unguarded, tail };
        let writer = Arc::new(Mutex::new(writer));
        let reminder = Reminder::start(options.guard_after, {
            let writer = writer.clone();
            move || writer.lock().remember()
        })?;
        Ok(RocksStore { reminder, writer, tables: RwLock::new(()), room, staging, database, directory })
    }

    /// Reads every block of every sorted file from the disk and checks its checksum. The fault names the file.
    pub fn verify_files(&self) -> Result<(), Fault> {
        self.database.verify()
    }

    /// The sorted files in use.
    pub fn files(&self) -> Result<Vec<StoredFile>, Fault> {
        self.database.files()
    }

    fn write_records(&self, records: &[JournalRecord], texts: &[TextChange]) -> Result<(), Fault> {
        let (journal, kept) = (self.database.family(JOURNAL)?, self.database.family(TEXTS)?);
        // made at its size: one that grows is copied again and again into new memory
        let bytes = records.iter().map(|record| record.bytes.len().saturating_add(RECORD_OVERHEAD)).sum();
        let mut batch = WriteBatch::with_capacity_bytes(bytes);
        for TextChange { key, value } in texts {
            match value {
                Some(value) => batch.put_cf(kept, key.to_bytes(), value),
                None => batch.delete_cf(kept, key.to_bytes()),
            }
        }
        for record in records {
            batch.put_cf(journal, record.first.to_bytes(), &record.bytes);
        }
        self.database.write("appending to the journal", batch)
    }

    /// Where the journal ends. A record that cannot be read promises nothing: to report it is the reader's part.
    fn journal_end(&self) -> Result<Option<Tail>, Fault> {
        let Some((first, bytes)) = self.journal_record(Sequence(u64::MAX))? else { return Ok(None) };
        let record = Record::read(first, &bytes).ok();
        Ok(record.map(|record| Tail { sequence: record.last(), hash: record.hash() }))
    }

    /// Refuses a backup into the database itself: what is not ours is removed from `staging/`, by RocksDB from its own
    /// directory, and is lost with the database.
    fn check_outside(&self, to: &Path) -> Result<(), Fault> {
        let real = |path: &Path| path.canonicalize().map_err(|error| io_fault("look for", path, &error));
        if real(parent(to))?.starts_with(real(self.directory.path())?) {
            return Err(Fault::io(format!("backup: {} is inside of the database", to.display())));
        }
        Ok(())
    }

    /// Copies everything into an empty directory. The guard's promise was taken before: the copy has at least that much.
    fn copy_into(&self, path: &Path, promised: Option<Tail>) -> Result<(), Fault> {
        let copy = Directory::begin(path, Mark::Open(promised))?;
        let checkpoint = rocksdb::checkpoint::Checkpoint::new(self.database.db());
        let copied = checkpoint.and_then(|checkpoint| checkpoint.create_checkpoint(copy.rocks()));
        copied.map_err(|error| fault("backup", error))?;
        sync(path)
    }
}

impl Writer {
    /// Whether this writer may write. A claim ends the epoch before it, a release its own, a fault all.
    fn permit(&self, epoch: Epoch) -> Result<(), Fault> {
        self.recognise(epoch).and_then(|()| self.healthy())
    }

    fn recognise(&self, epoch: Epoch) -> Result<(), Fault> {
        if self.term == Some(epoch) {
            return Ok(());
        }
        let now = self.term.map_or("none is claimed".to_owned(), |term| format!("the writer's is {}", term.0));
        Err(Fault::new(FaultKind::Fenced, format!("epoch {} has ended: {now}", epoch.0)))
    }

    fn healthy(&self) -> Result<(), Fault> {
        self.poison.clone().map_or(Ok(()), Err)
    }

    /// The end of the journal. After a fault nobody knows what a copy would hold.
    fn healthy_tail(&self) -> Result<Option<Tail>, Fault> {
        self.healthy().map(|()| self.tail)
    }

    /// Notes what has become durable, and tells the guard when it is time.
    fn note(&mut self, records: &[JournalRecord]) -> Result<(), Fault> {
        let Some(last) = records.last() else { return Ok(()) };
        self.tail = Some(Tail { sequence: last.last, hash: last.hash });
        self.batches_unguarded = self.batches_unguarded.saturating_add(1);
        let commands = records.iter().map(|record| record.last.0.saturating_sub(record.first.0).saturating_add(1));
        self.commands_unguarded = commands.fold(self.commands_unguarded, u64::saturating_add);
        let is_time = self.batches_unguarded >= self.options.guard_every_batches
            || self.commands_unguarded >= self.options.guard_every_commands.into();
        if is_time { self.promise() } else { Ok(()) }
    }

    /// Promises what is durable and not promised yet, as time has passed. Nobody waits for it: a fault is told to the
    /// next who writes.
    fn remember(&mut self) {
        if self.batches_unguarded > 0 && self.term.is_some() && self.poison.is_none() {
            let promised = self.promise();
            let _ = self.poisoned_by(promised);
        }
    }

    /// The guard promises all that is durable.
    fn promise(&mut self) -> Result<(), Fault> {
        (self.batches_unguarded, self.commands_unguarded) = (0, 0);
        self.guard.write(Mark::Open(self.tail))
    }

    /// Passes a result on; a fault ends all writing.
    fn poisoned_by<T>(&mut self, result: Result<T, Fault>) -> Result<T, Fault> {
        result.inspect_err(|fault| self.poison = Some(fault.clone()))
    }
}

impl Store for RocksStore {
    fn claim(&self) -> Result<Claim, Fault> {
        let _alone = self.tables.write();
        let mut writer = self.writer.lock();
        writer.healthy()?;
        writer.term = None;
        let released = matches!(writer.guard.mark(), Mark::Closed(_));
        // IMPORTANT: before anything is written. The guard then still says what was promised, and a journal that does
        // not keep it is refused as often as it is tried.
        if let Some(promised) = writer.tail {
            promise::check(&|at| self.journal_record(at), promised, released)?;
        }
        let end = self.journal_end()?;
        let epoch = self.database.meta_number(EPOCH)?.next();
        let mut batch = WriteBatch::default();
        batch.put_cf(self.database.family(META)?, EPOCH, epoch.to_bytes());
        let written = self.database.write("claiming the database", batch);
        let recovered = written.and_then(|()| self.staging.recover(&self.database));
        writer.poisoned_by(recovered)?;
        let applied = self.database.meta_number(APPLIED)?;

        // what a crash left beyond the last promise is promised now: the guard never lags by more than its count
        writer.tail = end.or(writer.tail);
        let promised = writer.tail;
        let reopened = writer.guard.reopen(promised);
        writer.poisoned_by(reopened)?;
        (writer.batches_unguarded, writer.commands_unguarded) = (0, 0);
        writer.term = Some(Epoch(epoch.0));
        Ok(Claim { epoch: Epoch(epoch.0), applied, promised, released })
    }

    fn append(&self, epoch: Epoch, records: &[JournalRecord], texts: &[TextChange]) -> Appended {
        let mut writer = self.writer.lock();
        if writer.term != Some(epoch) {
            return Appended::Fenced;
        }
        // IMPORTANT: the guard comes after the journal. It promises only what is durable.
        let may_write = writer.healthy().and_then(|()| self.room.for_working("appending to the journal"));
        let written = may_write.and_then(|()| self.write_records(records, texts));
        let appended = written.and_then(|()| writer.note(records));
        match writer.poisoned_by(appended) {
            Ok(()) => {
                if writer.batches_unguarded > 0 {
                    self.reminder.ask();
                }
                Appended::Durable
            }
            Err(fault) => Appended::Unknown(fault),
        }
    }

    fn compact_texts(&self) -> Result<(), Fault> {
        let kept = self.database.family(TEXTS)?;
        let mut all = CompactOptions::default();
        all.set_bottommost_level_compaction(BottommostLevelCompaction::Force);
        self.database.flush()?;
        self.database.db().compact_range_cf_opt(kept, None::<&[u8]>, None::<&[u8]>, &all);
        Ok(())
    }

    fn checkpoint(
        &self,
        epoch: Epoch,
        sequence: Sequence,
        runs: &mut dyn Iterator<Item = Result<Run, Fault>>,
    ) -> Result<(), Fault> {
        let turn = self.tables.upgradable_read();
        self.writer.lock().permit(epoch)?;
        self.room.for_working("a checkpoint")?;
        let intent = self.staging.stage(sequence, runs)?;
        {
            // The tables never get ahead of the promise: a journal that lost its end is then found out even where
            // the intent was lost with it.
            let mut writer = self.writer.lock();
            writer.permit(epoch)?;
            let promised = writer.promise();
            writer.poisoned_by(promised)?;
        }
        let _entering = RwLockUpgradableReadGuard::upgrade(turn);
        let recorded = self.staging.record(&self.database, &intent);
        let applied = recorded.and_then(|()| self.staging.apply(&self.database, &intent));
        self.writer.lock().poisoned_by(applied)
    }

    fn snapshot(&self, epoch: Epoch) -> Result<Box<dyn Read + '_>, Fault> {
        let _whole = self.tables.read();
        self.writer.lock().recognise(epoch)?;
        Ok(Box::new(View::frozen(&self.database)))
    }

    fn release(&self, epoch: Epoch, tail: Tail) -> Result<(), Fault> {
        let _turn = self.tables.upgradable_read();
        let mut writer = self.writer.lock();
        writer.permit(epoch)?;
        self.room.for_working("closing the database")?;
        writer.term = None;
        // IMPORTANT: the guard comes last. Once it says closed, the journal needs no write-ahead log.
        let closed = self.database.flush().and_then(|()| writer.guard.write(Mark::Closed(tail)));
        writer.poisoned_by(closed)?;
        writer.tail = Some(tail);
        Ok(())
    }

    fn backup(&self, to: &Path) -> Result<(), Fault> {
        let _whole = self.tables.read();
        let promised = self.writer.lock().healthy_tail()?;
        self.room.for_working("a backup")?;
        self.check_outside(to)?;
        let unfinished = unfinished(to);
        if exists(to)? {
            return Err(Fault::io(format!("backup: {} exists already", to.display())));
        }
        if exists(&unfinished)? {
            let (left, to) = (unfinished.display(), to.display());
            return Err(Fault::io(format!(
                "backup: {left} exists already: a backup to {to} is under way, or was interrupted. One that was interrupted \
                 is not whole: remove {left}, then try again"
            )));
        }
        // of two backups to one place one gets no further than here: the other's files are not its to remove
        fs::create_dir(&unfinished).map_err(|error| io_fault("create", &unfinished, &error))?;
        if let Err(fault) = self.copy_into(&unfinished, promised).and_then(|()| rename(&unfinished, to)) {
            // The fault is what counts; what cannot be removed says by its name what it is.
            drop(fs::remove_dir_all(&unfinished));
            return Err(fault);
        }
        let stands = format!("the backup stands at {}, but its name may not survive a loss of power", to.display());
        sync(parent(to)).map_err(|fault| Fault { what: format!("{stands}: {fault}"), ..fault })
    }

    fn size_bytes(&self) -> Result<u64, Fault> {
        self.database.size_bytes()
    }

    fn compaction_time(&self) -> Result<Duration, Fault> {
        self.database.compaction_time()
    }
}

impl Read for RocksStore {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        View::live(&self.database).get(table, key)
    }

    fn get_many(&self, table: TableId, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        View::live(&self.database).get_many(table, keys)
    }

    fn scan(&self, table: TableId, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), Fault> {
        View::live(&self.database).scan(table, from, to, visit)
    }

    fn last_key(&self, table: TableId) -> Result<Option<Vec<u8>>, Fault> {
        View::live(&self.database).last_key(table)
    }

    fn journal(&self, from: Sequence, visit: &mut Visit<'_>) -> Result<(), Fault> {
        View::live(&self.database).journal(from, visit)
    }

    fn text(&self, key: TextKey) -> Result<Option<Vec<u8>>, Fault> {
        View::live(&self.database).text(key)
    }

    fn referred(&self, newest: TextKey, limit: usize) -> Result<Vec<Sequence>, Fault> {
        View::live(&self.database).referred(newest, limit)
    }

    fn journal_record(&self, at: Sequence) -> Result<Option<(Sequence, Vec<u8>)>, Fault> {
        View::live(&self.database).journal_record(at)
    }

    fn see_journal_record(&self, at: Sequence, see: &mut dyn FnMut(Sequence, &[u8])) -> Result<bool, Fault> {
        View::live(&self.database).see_journal_record(at, see)
    }
}

impl fmt::Debug for RocksStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RocksStore").field("directory", &self.directory).finish_non_exhaustive()
    }
}
