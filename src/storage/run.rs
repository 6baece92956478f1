//! A run: the sorted rows that a checkpoint writes into one table, in one piece of memory.

use super::codec;
use super::keys::{KEY_BYTES_MAX, Key};
use super::table::{Table, TableId};
use crate::domain::Fault;

/// Sorted rows of one table. A row without a value deletes its key.
#[derive(Debug, Clone)]
pub struct Run {
    table: TableId,
    bytes: Vec<u8>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    start: usize,
    key_bytes: u8,
    deletes: bool,
}

impl Run {
    /// An empty run of a table, with room for `rows`.
    #[must_use]
    pub fn new(table: TableId, rows: usize) -> Run {
        let bytes = Vec::with_capacity(rows.saturating_mul(KEY_BYTES_MAX.saturating_mul(2)));
        Run { table, bytes, rows: Vec::with_capacity(rows) }
    }

    /// Whose rows these are.
    #[must_use]
    pub fn table(&self) -> TableId {
        self.table
    }

    /// Adds a row; its key must come after those added before.
    pub fn push<T: Table>(&mut self, key: &T::Key, value: Option<&T::Value>) -> Result<(), Fault> {
        let start = self.bytes.len();
        key.write(&mut self.bytes);
        let key_bytes = self.bytes.len().saturating_sub(start).try_into().unwrap_or(u8::MAX);
        if let Some(value) = value {
            codec::encode(value, &mut self.bytes)?;
        }
        self.rows.push(Row { start, key_bytes, deletes: value.is_none() });
        Ok(())
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows in order: key, and value unless the row deletes.
    pub fn rows(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        let ends = self.rows.iter().skip(1).map(|row| row.start).chain(std::iter::once(self.bytes.len()));
        self.rows.iter().zip(ends).map(|(row, end)| {
            let bytes = self.bytes.get(row.start..end).unwrap_or_default();
            let (key, value) = bytes.split_at_checked(usize::from(row.key_bytes)).unwrap_or((bytes, &[]));
            (key, (!row.deletes).then_some(value))
        })
    }
}
