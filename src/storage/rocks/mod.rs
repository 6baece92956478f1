//! The store on disk: one directory, one process. The only place that names `rocksdb`.
//!
//! | in the directory | what |
//! |---|---|
//! | `guard` | how far the journal reaches at least (`storage/guard.rs`): written first, so that one that is missing was lost |
//! | `FORMAT` | one line, `accruedb format 1`: checked first |
//! | `rocks/` | RocksDB: a column family for each table, one for the journal, one for `meta` |
//! | `staging/` | sorted files of a checkpoint on their way into the tables |
//! | `torn-..` | what was cut off a log of RocksDB's that ended in a torn record (`torn.rs`). A loss of power tears only what nobody was answered for; a synced last record that broke later looks the same |
//! | `..unfinished` | what a crash left of something that was being written: written anew, or in the way of nothing |
//!
//! `meta` holds the writer's epoch, the entry up to which the tables are, and the checkpoint that is being applied.
//! The directory itself is locked while a store is open.

mod checkpoint;
mod database;
mod directory;
mod error;
mod ingest;
mod logs;
mod look;
mod options;
mod records;
mod reminder;
mod room;
mod store;
mod torn;
mod view;

#[cfg(test)]
mod tests;

pub use database::StoredFile;
pub use look::LookStore;
pub use options::RocksOptions;
pub use store::RocksStore;
