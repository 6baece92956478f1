//! Reading: the store as it is, or as it was when a snapshot was taken.

use super::database::{Database, JOURNAL, TEXTS};
use super::error::fault;
use super::options::is_of_one_account;
use crate::domain::{Fault, Sequence, TextKey};
use crate::storage::keys::Key;
use crate::storage::{Read, TableId, Visit};
use rocksdb::{DBPinnableSlice, DBRawIterator, Error, ReadOptions, Snapshot};
use std::ops::ControlFlow;

/// Keys that are looked up in one go.
const KEYS_AT_ONCE: usize = 1024;

/// What reads see.
pub(super) struct View<'a> {
    database: &'a Database,
    snapshot: Option<Snapshot<'a>>,
}

impl<'a> View<'a> {
    /// The store as it is at each read.
    pub(super) fn live(database: &'a Database) -> View<'a> {
        View { database, snapshot: None }
    }

    /// The store as it is now, over all tables and the journal.
    pub(super) fn frozen(database: &'a Database) -> View<'a> {
        View { database, snapshot: Some(database.db().snapshot()) }
    }

    fn options(&self) -> ReadOptions {
        let mut options = ReadOptions::default();
        options.set_verify_checksums(true);
        if let Some(snapshot) = &self.snapshot {
            options.set_snapshot(snapshot);
        }
        options
    }

    fn rows(&self, family: &str, options: ReadOptions) -> Result<DBRawIterator<'_>, Fault> {
        Ok(self.database.db().raw_iterator_cf_opt(self.database.family(family)?, options))
    }
}

impl Read for View<'_> {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let family = self.database.family(table.name())?;
        value(table, self.database.db().get_pinned_cf_opt(family, key, &self.options()))
    }

    fn get_many(&self, table: TableId, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        let family = self.database.family(table.name())?;
        let options = self.options();
        let read = |keys| self.database.db().batched_multi_get_cf_opt(family, keys, true, &options);
        // each value holds the block that it was found in until it is copied
        keys.chunks(KEYS_AT_ONCE).flat_map(read).map(|found| value(table, found)).collect()
    }

    fn scan(&self, table: TableId, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), Fault> {
        let mut options = self.options();
        options.set_iterate_upper_bound(to);
        let one_account = is_of_one_account(table, from, to);
        options.set_prefix_same_as_start(one_account);
        options.set_total_order_seek(!one_account);
        let mut rows = self.rows(table.name(), options)?;
        rows.seek(from);
        walk(table.name(), rows, visit)
    }

    fn last_key(&self, table: TableId) -> Result<Option<Vec<u8>>, Fault> {
        let mut options = self.options();
        options.set_total_order_seek(true);
        let mut rows = self.rows(table.name(), options)?;
        rows.seek_to_last();
        check(table.name(), &rows)?;
        Ok(rows.key().map(<[u8]>::to_vec))
    }

    fn journal(&self, from: Sequence, visit: &mut Visit<'_>) -> Result<(), Fault> {
        let mut options = self.options();
        // A journal is read from end to end, once: it would push out of the cache what the tables need there.
        options.fill_cache(false);
        let mut rows = self.rows(JOURNAL, options)?;
        rows.seek_for_prev(from.to_bytes());
        if !rows.valid() {
            check(JOURNAL, &rows)?;
            rows.seek(from.to_bytes());
        }
        walk(JOURNAL, rows, visit)
    }

    fn text(&self, key: TextKey) -> Result<Option<Vec<u8>>, Fault> {
        let family = self.database.family(TEXTS)?;
        let found = self.database.db().get_pinned_cf_opt(family, key.to_bytes(), &self.options());
        let found = found.map_err(|error| fault("reading a text", error))?;
        Ok(found.map(|value| value.to_vec()))
    }

    fn referred(&self, newest: TextKey, limit: usize) -> Result<Vec<Sequence>, Fault> {
        let mut rows = self.rows(TEXTS, self.options())?;
        let first = newest.to_bytes();
        let of_reference = first.len().saturating_sub(8);
        rows.seek(&first);
        let mut found = Vec::new();
        while let Some(key) = rows.key().filter(|key| key.get(..of_reference) == first.get(..of_reference)) {
            if found.len() >= limit {
                return Ok(found);
            }
            let damaged = || Fault::corrupt(format!("texts: key {key:02x?}"));
            found.push(TextKey::referring(key).ok_or_else(damaged)?);
            rows.next();
        }
        check(TEXTS, &rows)?;
        Ok(found)
    }

    fn journal_record(&self, at: Sequence) -> Result<Option<(Sequence, Vec<u8>)>, Fault> {
        let mut found = None;
        self.see_journal_record(at, &mut |first, bytes| found = Some((first, bytes.to_vec())))?;
        Ok(found)
    }

    fn see_journal_record(&self, at: Sequence, see: &mut dyn FnMut(Sequence, &[u8])) -> Result<bool, Fault> {
        let mut rows = self.rows(JOURNAL, self.options())?;
        rows.seek_for_prev(at.to_bytes());
        let Some((key, bytes)) = rows.item() else {
            return check(JOURNAL, &rows).map(|()| false);
        };
        let not_one = || Fault::corrupt(format!("journal: {key:?} is no record's key"));
        see(Sequence::from_bytes(key).ok_or_else(not_one)?, bytes);
        Ok(true)
    }
}

fn value(table: TableId, found: Result<Option<DBPinnableSlice<'_>>, Error>) -> Result<Option<Vec<u8>>, Fault> {
    let found = found.map_err(|error| fault(&format!("reading table {}", table.name()), error))?;
    Ok(found.map(|value| value.to_vec()))
}

/// An iterator ends at the last row and at an error alike: only its status tells them apart.
fn check(family: &str, rows: &DBRawIterator<'_>) -> Result<(), Fault> {
    rows.status().map_err(|error| fault(&format!("reading table {family}"), error))
}

fn walk(family: &str, mut rows: DBRawIterator<'_>, visit: &mut Visit<'_>) -> Result<(), Fault> {
    while let Some((key, value)) = rows.item() {
        if visit(key, value)? == ControlFlow::Break(()) {
            return Ok(());
        }
        rows.next();
    }
    check(family, &rows)
}
