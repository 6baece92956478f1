//! Whether a journal keeps what was promised of it. A store asks before it lets a writer in, and before it writes: a
//! promise that was replaced by what the journal holds now would be asked for once, and never again.
//!
//! A promise always lies on the end of a record: a store promises what it has appended, by whole records, or where a
//! writer has released it, which is after whole records, too.

use super::Tail;
use super::record::Record;
use crate::domain::{Fault, Sequence};

/// Before the first record.
const START: Tail = Tail { sequence: Sequence(0), hash: [0; 32] };

/// How a journal's record is found: [`super::Read::journal_record`].
type Find<'a> = dyn Fn(Sequence) -> Result<Option<(Sequence, Vec<u8>)>, Fault> + 'a;

/// Refuses a journal that does not reach `promised`, holds other entries there, or, where it was `released` there,
/// goes on.
pub(super) fn check(find: &Find<'_>, promised: Tail, released: bool) -> Result<(), Fault> {
    let at = promised.sequence;
    let kept = end_of(find, at)?;
    if kept != promised {
        let end = end_of(find, Sequence(u64::MAX))?;
        return Err(Fault::corrupt(if end.sequence < at {
            format!("the journal ends at entry {}, but entry {at} was answered: its tail is lost", end.sequence)
        } else if kept.sequence < at {
            format!("journal entries {} to {at} are missing", kept.sequence.next())
        } else {
            format!("journal entry {at} is not the one that was answered")
        }));
    }
    if released && end_of(find, Sequence(u64::MAX))? != promised {
        return Err(Fault::corrupt(format!("the journal goes on after entry {at}, at which the database was closed")));
    }
    Ok(())
}

/// The end of the last record that begins at or before an entry.
fn end_of(find: &Find<'_>, at: Sequence) -> Result<Tail, Fault> {
    let Some((first, bytes)) = find(at)? else { return Ok(START) };
    let record = Record::read(first, &bytes)?;
    Ok(Tail { sequence: record.last(), hash: record.hash() })
}
