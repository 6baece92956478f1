//! Changed rows, encoded once, in one piece of memory; and a run: those that a checkpoint writes into one table.

use super::rows;
use crate::domain::Fault;
use crate::domain::keys::Key;
use crate::domain::tables::{Table, TableId};
use parking_lot::Mutex;
use std::cmp::Reverse;
use std::sync::Arc;

/// Encoded rows in the order in which they came; one without a value deletes its key.
#[derive(Debug, Default)]
pub struct RowBuffer {
    bytes: Vec<u8>,
    index: Vec<Row>,
}

/// So many rows are brought from memory at once.
const TOUCHED: usize = 32;
/// The start of a row that a later one has replaced.
const REPLACED: usize = usize::MAX;

/// Where a row is among the bytes: the key, then the value.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// The key's first bytes as a number, which settles nearly every comparison.
    head: (u64, u64),
    start: usize,
    value_bytes: u32,
    key_bytes: u8,
    deletes: bool,
}

impl RowBuffer {
    /// Adds a row; one without a value deletes its key.
    pub fn push<T: Table>(&mut self, key: &T::Key, value: Option<&T::Value>) -> Result<(), Fault> {
        let start = self.bytes.len();
        key.write(&mut self.bytes);
        let key_end = self.bytes.len();
        if let Some(value) = value {
            rows::encode::<T>(value, &mut self.bytes)?;
        }
        let too_long = || Fault::io(format!("a row of table {} is too long", T::ID.name()));
        let key_bytes = u8::try_from(key_end.saturating_sub(start)).map_err(|_| too_long())?;
        let value_bytes = u32::try_from(self.bytes.len().saturating_sub(key_end)).map_err(|_| too_long())?;
        let head = head(self.bytes.get(start..key_end).unwrap_or_default());
        self.index.push(Row { head, start, value_bytes, key_bytes, deletes: value.is_none() });
        Ok(())
    }

    /// Adds all rows of another buffer.
    pub fn append(&mut self, other: &RowBuffer) {
        let shift = self.bytes.len();
        self.bytes.extend_from_slice(&other.bytes);
        self.index.extend(other.index.iter().map(|row| Row { start: row.start.saturating_add(shift), ..*row }));
    }

    /// How many rows were added.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether no row was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The row at a place: its key, and its value unless it deletes.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<(&[u8], Option<&[u8]>)> {
        self.index.get(place).map(|row| self.row(row))
    }

    /// The key of the row at a place; empty where there is none.
    #[must_use]
    pub fn key_of(&self, place: usize) -> &[u8] {
        self.index.get(place).map_or(&[], |row| self.key(row))
    }

    fn row(&self, row: &Row) -> (&[u8], Option<&[u8]>) {
        (self.key(row), (!row.deletes).then(|| self.value(row)))
    }

    /// Forgets the rows, and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.index.clear();
    }

    fn key(&self, row: &Row) -> &[u8] {
        let end = row.start.saturating_add(row.key_bytes.into());
        self.bytes.get(row.start..end).unwrap_or_default()
    }

    fn value(&self, row: &Row) -> &[u8] {
        let start = row.start.saturating_add(row.key_bytes.into());
        let end = start.saturating_add(row.value_bytes as usize);
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// Has the first bytes of some rows brought from memory, all at once: whoever reads them one after the other waits
    /// for each, as they lie in another order than that of their keys.
    fn touch(&self, rows: &[Row]) {
        let first = |row: &Row| self.bytes.get(row.start).copied().unwrap_or_default();
        std::hint::black_box(rows.iter().fold(0, |sum, row| sum ^ first(row)));
    }

    /// Brings the rows into order. Of rows with the same key, the one added last stays.
    ///
    /// The heads alone bring most of them into order, without a look at a key. Then the keys of those with equal heads are
    /// looked at from the first to the last: each comes from memory once, and many at the same time.
    fn sort(&mut self) {
        let mut index = std::mem::take(&mut self.index);
        index.sort_unstable_by_key(|row| (row.head, Reverse(row.start)));
        let mut rest = index.as_mut_slice();
        while !rest.is_empty() {
            let (next, behind) = rest.split_at_mut(end_of_heads(rest, TOUCHED));
            self.touch(next);
            for same in next.chunk_by_mut(|a, b| a.head == b.head).filter(|same| same.len() > 1) {
                same.sort_unstable_by(|a, b| self.key(a).cmp(self.key(b)).then(b.start.cmp(&a.start)));
                let keys = same.chunk_by_mut(|a, b| self.key(a) == self.key(b));
                keys.flat_map(|rows| rows.iter_mut().skip(1)).for_each(|older| older.start = REPLACED);
            }
            rest = behind;
        }
        index.retain(|row| row.start != REPLACED);
        self.index = index;
    }
}

/// The end of the rows whose head is that of the row before `place`.
fn end_of_heads(rows: &[Row], place: usize) -> usize {
    let Some((before, behind)) = rows.split_at_checked(place) else { return rows.len() };
    let same = before.last().map_or(0, |last| behind.iter().take_while(|row| row.head == last.head).count());
    place.saturating_add(same)
}

/// Changed rows of one table. They may be added in any order, and are read in the order of their keys.
#[derive(Debug)]
pub struct Run {
    table: TableId,
    rows: RowBuffer,
    is_sorted: bool,
    memory: RunMemory,
}

/// Memory for runs, kept from one to the next: a large piece of new memory is dearer than what is done with it.
#[derive(Debug, Clone, Default)]
pub struct RunMemory(Arc<Mutex<RowBuffer>>);

impl Run {
    /// An empty run of a table.
    #[must_use]
    pub fn new(table: TableId) -> Run {
        Run::reusing(table, &RunMemory::default())
    }

    /// An empty run in memory that an earlier one has left.
    #[must_use]
    pub fn reusing(table: TableId, memory: &RunMemory) -> Run {
        let mut rows = std::mem::take(&mut *memory.0.lock());
        rows.clear();
        Run { table, rows, is_sorted: true, memory: memory.clone() }
    }

    /// Whose rows these are.
    #[must_use]
    pub fn table(&self) -> TableId {
        self.table
    }

    /// Adds a row; one without a value deletes its key. It takes the place of an earlier row with the same key.
    pub fn push<T: Table>(&mut self, key: &T::Key, value: Option<&T::Value>) -> Result<(), Fault> {
        self.is_sorted = false;
        self.rows.push::<T>(key, value)
    }

    /// Adds rows that were encoded before. Of rows with the same key, the last one counts.
    pub fn append(&mut self, rows: &RowBuffer) {
        self.is_sorted = false;
        self.rows.append(rows);
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows in order: key, and value unless the row deletes.
    pub fn rows(&mut self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        if !std::mem::replace(&mut self.is_sorted, true) {
            self.rows.sort();
        }
        let rows = &self.rows;
        rows.index.chunks(TOUCHED).flat_map(|next| {
            rows.touch(next);
            next.iter().map(|row| rows.row(row))
        })
    }
}

/// The first 16 bytes of a key as numbers in the same order; what a shorter one lacks counts as zeros.
fn head(key: &[u8]) -> (u64, u64) {
    let mut head = [0u8; 16];
    head.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let head = u128::from_be_bytes(head);
    ((head >> 64) as u64, head as u64)
}

impl Drop for Run {
    fn drop(&mut self) {
        *self.memory.0.lock() = std::mem::take(&mut self.rows);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Requests;
    use super::*;
    use crate::domain::{ProgramId, RequestId, RequestKey, Sequence};

    #[test]
    fn rows_come_in_order_and_the_last_of_a_key_counts() {
        let memory = RunMemory::default();
        for round in 0..2 {
            let mut run = Run::reusing(TableId::Requests, &memory);
            assert!(run.is_empty(), "round {round}");
            // keys that differ in their last byte only, and in their first
            for (program, id, value) in
                [(2, 1, Some(1)), (1, 7, Some(2)), (1, 6, Some(3)), (1, 7, None), (1, 6, Some(4))]
            {
                let key = RequestKey { program: ProgramId(program), request: RequestId(id) };
                run.push::<Requests>(&key, value.map(Sequence).as_ref()).unwrap();
            }
            let rows: Vec<_> = run.rows().map(|(key, value)| (key[3], key[19], value.map(<[u8]>::to_vec))).collect();
            assert_eq!(rows, [(1, 6, Some(vec![1, 5])), (1, 7, None), (2, 1, Some(vec![1, 2]))]);
        }
    }

    #[test]
    fn many_rows_whose_keys_begin_alike_come_in_order() {
        // one stretch of equal heads, longer ones and shorter ones: each ends somewhere else among those touched at once
        for alike in [1u128, 2, 3, 31, 32, 33, 70, 1000] {
            let mut run = Run::new(TableId::Requests);
            let mut newest = std::collections::BTreeMap::new();
            for at in 0..1000u64 {
                // drawn from few, in no order
                let drawn = u128::from(at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54);
                let key =
                    RequestKey { program: ProgramId(1), request: RequestId(((drawn / alike) << 32) | (drawn % alike)) };
                run.push::<Requests>(&key, Some(&Sequence(at))).unwrap();
                newest.insert(key.to_bytes().to_vec(), at);
            }
            let value = |row: Option<&[u8]>| rows::decode::<Requests>(row.unwrap()).unwrap().0;
            let rows: Vec<_> = run.rows().map(|(key, row)| (key.to_vec(), value(row))).collect();
            assert_eq!(rows, newest.into_iter().collect::<Vec<_>>(), "{alike} keys with each head");
        }
    }
}
