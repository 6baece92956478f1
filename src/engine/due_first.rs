//! Where the first due row of each program is in the table. Rows before it were booked and deleted: a report that walked
//! over what is left of them, until the store has merged it away, would take longer than for all else; so would every
//! look of the sweeper.
//!
//! Checkpoints, reports and the sweeper take turns, and only they touch this: a checkpoint may bring an earlier row, the
//! others find the first one that is left. A sweeper that does not get a turn tells nothing.

use super::sync::Mutex;
use crate::domain::keys::{DueKey, Key};
use crate::domain::{ProgramId, Timestamp};
use crate::storage::Run;
use std::collections::BTreeMap;

/// The bytes of a key that name the program.
const PROGRAM_BYTES: usize = 4;

/// By program: no row has a key before this one.
#[derive(Debug, Default)]
pub(super) struct DueFirst(Mutex<BTreeMap<Vec<u8>, Vec<u8>>>);

fn program(key: &[u8]) -> Vec<u8> {
    key.get(..PROGRAM_BYTES).unwrap_or(key).to_vec()
}

impl DueFirst {
    /// A checkpoint writes these rows.
    pub(super) fn written(&self, run: &mut Run) {
        let mut firsts = self.0.lock();
        if firsts.is_empty() {
            return;
        }
        for (key, _) in run.rows().filter(|(_, value)| value.is_some()) {
            if let Some(first) = firsts.get_mut(&program(key)).filter(|first| first.as_slice() > key) {
                *first = key.to_vec();
            }
        }
    }

    /// Where a look at the rows from a key on may begin.
    pub(super) fn from(&self, from: &[u8]) -> Vec<u8> {
        let firsts = self.0.lock();
        let first = firsts.get(&program(from)).filter(|first| first.as_slice() > from);
        first.cloned().unwrap_or_else(|| from.to_vec())
    }

    /// A look at the rows from one key on found the first of them at another, or would have found it there at the
    /// earliest.
    pub(super) fn found(&self, from: &[u8], first: &[u8]) {
        let program = program(from);
        let Some(id) = ProgramId::from_bytes(&program).filter(|_| first.starts_with(&program)) else { return };
        let mut firsts = self.0.lock();
        let known = firsts.get(&program).cloned();
        let known = known.unwrap_or_else(|| DueKey::until(id, Timestamp::MAX).start.to_bytes());
        // only what lies between is known to be empty
        if from <= known.as_slice() && known.as_slice() < first {
            firsts.insert(program, first.to_vec());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{MemberId, Subject};
    use crate::storage::{Due, Table};

    fn key(program: u32, ms: i64) -> DueKey {
        let due_at = Timestamp::from_ms(ms).unwrap();
        DueKey { program: ProgramId(program), due_at, subject: Subject::Member(MemberId(1)) }
    }

    #[test]
    fn a_look_begins_where_the_last_one_found_something() {
        let first = DueFirst::default();
        let begin = |program| DueKey::until(ProgramId(program), Timestamp::MAX).start.to_bytes();
        assert_eq!(first.from(&begin(1)), begin(1));
        first.found(&begin(1), &key(1, 500).to_bytes());
        assert_eq!((first.from(&begin(1)), first.from(&begin(2))), (key(1, 500).to_bytes(), begin(2)));
        // a look that begins later does not know what is before it
        first.found(&key(1, 700).to_bytes(), &key(1, 900).to_bytes());
        assert_eq!(first.from(&begin(1)), key(1, 500).to_bytes());
        assert_eq!(first.from(&key(1, 600).to_bytes()), key(1, 600).to_bytes());

        let mut run = Run::new(Due::ID);
        run.push::<Due>(&key(1, 100), None).unwrap();
        run.push::<Due>(&key(1, 300), Some(&())).unwrap();
        run.push::<Due>(&key(2, 50), Some(&())).unwrap();
        first.written(&mut run);
        assert_eq!(first.from(&begin(1)), key(1, 300).to_bytes(), "a checkpoint brought an earlier row");
        assert_eq!(first.from(&begin(2)), begin(2));
        first.found(&begin(1), &key(1, 800).to_bytes());
        assert_eq!(first.from(&begin(1)), key(1, 800).to_bytes());
    }
}
