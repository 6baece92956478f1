//! How RocksDB is set up, and why.

use super::error::fault;
use crate::domain::Fault;
use crate::storage::TableId;
use rocksdb::{
    BlockBasedOptions, Cache, DBCompressionType, DBRecoveryMode, Env, Options, SliceTransform, WriteOptions,
};
use std::time::Duration;

const MIB: usize = 1 << 20;
const BLOCK_BYTES: usize = 16 << 10;
const FILE_BYTES: u64 = 128 << 20;
const LEVEL_BYTES: u64 = 1 << 30;
const LOGS_BYTES_MAX: u64 = 256 << 20;

/// What the owner of a machine may want to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RocksOptions {
    /// Memory for blocks that were read, over all tables and the journal.
    pub cache_bytes: usize,
    /// How many of RocksDB's files are kept open.
    pub open_files_max: u16,
    /// The guard is synced after this many appends; 1 costs a second sync for each append, and leaves nothing
    /// unguarded.
    pub guard_every_batches: u32,
    /// It is synced after this many commands, too: an append may hold thousands of them.
    pub guard_every_commands: u32,
    /// And this long after the first append that it does not know, also where no further one comes.
    pub guard_after: Duration,
}

impl Default for RocksOptions {
    fn default() -> RocksOptions {
        RocksOptions {
            cache_bytes: 256 * MIB,
            open_files_max: 512,
            guard_every_batches: 64,
            guard_every_commands: 32_768,
            guard_after: Duration::from_millis(500),
        }
    }
}

/// What a database is opened with.
#[derive(Clone)]
pub(super) struct Setup {
    options: RocksOptions,
    cache: Cache,
    /// The file system, and RocksDB's own threads.
    env: Env,
}

impl Setup {
    pub(super) fn new(options: RocksOptions, env: &Env) -> Setup {
        Setup { options, cache: Cache::new_lru_cache(options.cache_bytes), env: env.clone() }
    }

    /// The same, with no memory for blocks that were read.
    pub(super) fn without_cache(&self) -> Setup {
        Setup { cache: Cache::new_lru_cache(0), ..self.clone() }
    }

    /// The settings of the database as a whole.
    ///
    /// Log recycling, `unordered_write`, `manual_wal_flush` and `wal_bytes_per_sync` stay off: each weakens what a
    /// synced write means, or what recovery can tell.
    pub(super) fn database(&self) -> Options {
        let mut database = Options::default();
        database.set_env(&self.env);
        // The default mode drops synced writes without a word behind a damaged byte; this one refuses to open.
        database.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
        database.set_track_and_verify_wals_in_manifest(true);
        database.set_paranoid_checks(true);
        database.set_max_open_files(i32::from(self.options.open_files_max));
        database.set_max_background_jobs(2);
        // Each table opens by itself; the default is 16 threads for each of them, made and ended at every opening.
        database.set_max_file_opening_threads(1);
        // `meta` fills its memtable slowly and would keep old logs alive.
        database.set_max_total_wal_size(LOGS_BYTES_MAX);
        database.set_keep_log_file_num(4);
        database.set_max_log_file_size(16 * MIB);
        database.set_stats_dump_period_sec(0);
        database
    }

    /// The settings of a table. Only checkpoints change tables, by whole sorted files: memtables stay empty.
    pub(super) fn table(&self, table: TableId) -> Options {
        use DBCompressionType::{Lz4, None};
        let mut family = Options::default();
        family.set_write_buffer_size(MIB);
        // The upper levels are rewritten soon: compressing them costs more than it saves.
        family.set_compression_per_level(&[None, None, Lz4, Lz4, Lz4, Lz4, Lz4]);
        shape_levels(&mut family);
        filter(table, &self.cache, &mut family);
        family
    }

    /// The settings of the journal. One compression for all levels: keys only grow, so its files do not overlap, and
    /// a file that need not be recompressed is moved down instead of rewritten.
    pub(super) fn journal(&self) -> Options {
        let mut family = Options::default();
        family.set_write_buffer_size(64 * MIB);
        family.set_max_write_buffer_number(2);
        family.set_compression_type(DBCompressionType::Lz4);
        shape_levels(&mut family);
        family.set_block_based_table_factory(&blocks(Filter::None, &self.cache));
        family
    }

    /// The settings of `meta`: a handful of small rows.
    pub(super) fn meta(&self) -> Options {
        let mut family = Options::default();
        family.set_write_buffer_size(MIB);
        family.set_block_based_table_factory(&blocks(Filter::None, &self.cache));
        family
    }

    /// The settings of a sorted file that a checkpoint writes: it enters the table as it is.
    pub(super) fn staged(&self, table: TableId) -> Options {
        let mut file = Options::default();
        file.set_env(&self.env);
        file.set_compression_type(DBCompressionType::None);
        filter(table, &self.cache, &mut file);
        file
    }

    /// The settings of a sorted file of `meta`.
    pub(super) fn staged_meta(&self) -> Options {
        let mut file = self.meta();
        file.set_env(&self.env);
        file
    }
}

/// RocksDB's own threads, on the machine's file system.
pub(super) fn machine() -> Result<Env, Fault> {
    Env::new().map_err(|error| fault("setting up RocksDB", error))
}

/// Writes that are durable on return.
pub(super) fn synced() -> WriteOptions {
    let mut options = WriteOptions::default();
    options.set_sync(true);
    options
}

/// Compaction falls behind in a load and catches up after it: no append is slowed down until it is hopeless.
fn shape_levels(family: &mut Options) {
    family.set_level_compaction_dynamic_level_bytes(true);
    family.set_level_zero_file_num_compaction_trigger(8);
    family.set_level_zero_slowdown_writes_trigger(400);
    family.set_level_zero_stop_writes_trigger(600);
    family.set_target_file_size_base(FILE_BYTES);
    family.set_max_bytes_for_level_base(LEVEL_BYTES);
}

/// What a file's filter tells without a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    /// It has none: the table is scanned.
    None,
    /// Whether it holds a key.
    Keys,
    /// Whether it holds anything of an account: then a redemption opens only the files with items of its own.
    Accounts,
}

/// The bytes of a key that name the account.
const ACCOUNT_BYTES: usize = 22;

/// Whether all keys of a scan are one account's, so that the filter of accounts may be asked.
pub(super) fn is_of_one_account(table: TableId, from: &[u8], to: &[u8]) -> bool {
    let account = from.get(..ACCOUNT_BYTES);
    filter_of(table) == Filter::Accounts && account.is_some() && account == to.get(..ACCOUNT_BYTES)
}

fn filter(table: TableId, cache: &Cache, options: &mut Options) {
    let filter = filter_of(table);
    if filter == Filter::Accounts {
        options.set_prefix_extractor(SliceTransform::create_fixed_prefix(ACCOUNT_BYTES));
    }
    options.set_block_based_table_factory(&blocks(filter, cache));
}

fn blocks(filter: Filter, cache: &Cache) -> BlockBasedOptions {
    let mut blocks = BlockBasedOptions::default();
    blocks.set_block_size(BLOCK_BYTES);
    blocks.set_block_cache(cache);
    if filter != Filter::None {
        blocks.set_bloom_filter(10.0, false);
        blocks.set_whole_key_filtering(filter == Filter::Keys);
    }
    blocks
}

/// How rows are looked for: one by one by their keys, all of one account, or only in order.
fn filter_of(table: TableId) -> Filter {
    match table {
        TableId::Items | TableId::Future | TableId::Expiries | TableId::Claims => Filter::Accounts,
        TableId::Catalog
        | TableId::Due
        | TableId::HoldTimeouts
        | TableId::TotalsByDay
        | TableId::TotalsByMonth
        | TableId::TotalsByType
        | TableId::TotalsBySource
        | TableId::Cohorts
        | TableId::CohortsByMonth
        | TableId::Expiring
        | TableId::AuditMarks => Filter::None,
        _ => Filter::Keys,
    }
}
