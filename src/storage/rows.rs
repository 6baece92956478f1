//! Reading a table as typed rows, a chunk at a time: an iterator over what a [`Read`] shows.

use super::{Read, codec};
use crate::domain::Fault;
use crate::domain::keys::Key;
use crate::domain::tables::{Table, TableId};
use std::collections::VecDeque;
use std::ops::ControlFlow;

/// Rows of a table with keys in `from..to`, in order.
pub struct Rows<'a, T: Table> {
    read: &'a dyn Read,
    /// Where the next chunk begins; `None` when all is read.
    from: Option<Vec<u8>>,
    to: Vec<u8>,
    chunk: usize,
    buffer: VecDeque<(T::Key, T::Value)>,
}

/// Rows read at first in one go; later chunks are larger.
const CHUNK_MAX: usize = 8192;

impl<'a, T: Table> Rows<'a, T> {
    /// Rows with `from <= key < to`, as bytes; read `chunk` rows at first.
    #[must_use]
    pub fn between(read: &'a dyn Read, from: Vec<u8>, to: Vec<u8>, chunk: usize) -> Rows<'a, T> {
        Rows { read, from: Some(from), to, chunk: chunk.max(1), buffer: VecDeque::new() }
    }

    /// All rows of the table.
    #[must_use]
    pub fn all(read: &'a dyn Read) -> Rows<'a, T> {
        Rows::between(read, Vec::new(), vec![0xFF; crate::domain::keys::KEY_BYTES_MAX.saturating_add(1)], CHUNK_MAX)
    }

    /// All rows whose key begins with `prefix`.
    #[must_use]
    pub fn under(read: &'a dyn Read, prefix: &impl Key) -> Rows<'a, T> {
        let from = prefix.to_bytes();
        let mut to = from.clone();
        to.resize(crate::domain::keys::KEY_BYTES_MAX.saturating_add(1), 0xFF);
        Rows::between(read, from, to, 64)
    }

    fn fill(&mut self) -> Result<(), Fault> {
        let Some(from) = self.from.take() else { return Ok(()) };
        let (buffer, chunk) = (&mut self.buffer, self.chunk);
        let mut next = None;
        self.read.scan(T::ID, &from, &self.to, &mut |key, value| {
            if buffer.len() >= chunk {
                next = Some(key.to_vec());
                return Ok(ControlFlow::Break(()));
            }
            buffer.push_back(row::<T>(key, value)?);
            Ok(ControlFlow::Continue(()))
        })?;
        self.from = next;
        self.chunk = self.chunk.saturating_mul(4).min(CHUNK_MAX);
        Ok(())
    }
}

impl<T: Table> Iterator for Rows<'_, T> {
    type Item = Result<(T::Key, T::Value), Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.buffer.is_empty()
            && let Err(fault) = self.fill()
        {
            return Some(Err(fault));
        }
        self.buffer.pop_front().map(Ok)
    }
}

fn row<T: Table>(key: &[u8], value: &[u8]) -> Result<(T::Key, T::Value), Fault> {
    let table = T::ID.name();
    let key = T::Key::from_bytes(key).ok_or_else(|| Fault::corrupt(format!("table {table}: key {key:02x?}")))?;
    Ok((key, decode::<T>(value)?))
}

/// Appends a value as its table keeps it: the number of its shape, then the value.
pub fn encode<T: Table>(value: &T::Value, to: &mut Vec<u8>) -> Result<(), Fault> {
    to.push(T::ID.shape());
    codec::encode(value, to)
}

/// The value that [`encode`] wrote.
pub fn decode<T: Table>(bytes: &[u8]) -> Result<T::Value, Fault> {
    codec::decode(shaped(T::ID, bytes)?, T::ID.name())
}

/// The bytes behind the number of a row's shape, which has to be one that is read.
fn shaped(table: TableId, bytes: &[u8]) -> Result<&[u8], Fault> {
    match bytes.split_first() {
        Some((shape, value)) if *shape == table.shape() => Ok(value),
        Some((shape, _)) => Err(Fault::corrupt(format!("table {}: a row of the unknown shape {shape}", table.name()))),
        None => Err(Fault::corrupt(format!("table {}: an empty row", table.name()))),
    }
}

/// The value of one key.
pub fn get<T: Table>(read: &dyn Read, key: &T::Key) -> Result<Option<T::Value>, Fault> {
    let value = read.get(T::ID, &key.to_bytes())?;
    value.map(|value| decode::<T>(&value)).transpose()
}

/// The values of keys, which are in order.
pub fn get_many<T: Table>(read: &dyn Read, keys: &[T::Key]) -> Result<Vec<Option<T::Value>>, Fault> {
    let keys: Vec<Vec<u8>> = keys.iter().map(Key::to_bytes).collect();
    let values = read.get_many(T::ID, &keys)?;
    values.into_iter().map(|value| value.map(|value| decode::<T>(&value)).transpose()).collect()
}
