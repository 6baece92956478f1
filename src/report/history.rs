//! Reading the journal from an instant on: where a report asks for what no sum holds.

use crate::domain::keys::Key;
use crate::domain::{Entry, Fault, Sequence, Timestamp};
use crate::storage::Read;
use crate::storage::record::{self, Record};
use std::ops::ControlFlow;

/// Gives every entry that was recorded at an instant or later, in order.
pub(super) fn entries_from(read: &dyn Read, from: Timestamp, each: &mut dyn FnMut(&Entry)) -> Result<(), Fault> {
    let (first, last) = (first_at(read, from)?, read.shown());
    if first > last {
        return Ok(());
    }
    read.journal(first, &mut |key, bytes| {
        let key = Sequence::from_bytes(key).ok_or_else(|| Fault::corrupt(format!("journal: key {key:02x?}")))?;
        let record = Record::read(key, bytes)?;
        for entry in record.those(|sequence| first <= sequence && sequence <= last) {
            each(&entry?);
        }
        Ok(if record.last() < last { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })
}

/// The first entry that was recorded at an instant or later: found by bisection, unless the last one is earlier.
fn first_at(read: &dyn Read, instant: Timestamp) -> Result<Sequence, Fault> {
    let Some((first, bytes)) = read.journal_record(read.shown())? else { return Ok(Sequence(1)) };
    let record = Record::read(first, &bytes)?;
    let last = record.last().min(read.shown());
    if let Some(newest) = record.entries(last).next().transpose()?
        && newest.recorded_at < instant
    {
        return Ok(last.next());
    }
    let (mut before, mut from) = (Sequence(0), last.next());
    while before.next() < from {
        let middle = Sequence(before.0.midpoint(from.0));
        if record::entry(read, middle)?.recorded_at < instant { before = middle } else { from = middle }
    }
    Ok(from)
}
